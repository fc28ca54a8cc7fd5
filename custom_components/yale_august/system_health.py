"""What Settings > System > Repairs > System information shows of the integration."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback

from .account import Account
from .addresses import brand_endpoints
from .cloud.brand import Brand
from .const import CONF_BRAND, DOMAIN

REACH = {Brand.YALE: "reach_yale", Brand.AUGUST: "reach_august"}


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Offer the information."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    entries = hass.config_entries.async_loaded_entries(DOMAIN)
    accounts: list[Account] = [entry.runtime_data for entry in entries]
    brands = sorted({Brand(entry.data[CONF_BRAND]) for entry in entries})
    return {
        **{
            REACH[brand]: system_health.async_check_can_reach_url(
                hass, str(brand_endpoints(hass, brand).rest)
            )
            for brand in brands
        },
        "accounts": len(accounts),
        "locks": sum(len(account.locks) for account in accounts),
        "push": sum(account.push.connected for account in accounts),
        "rate_limited": sum(
            account.client.budget.figures()["rate_limited"] for account in accounts
        ),
    }
