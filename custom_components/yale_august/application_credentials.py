"""Partner credentials (OAuth client id and secret) of the lock maker."""

from homeassistant.components.application_credentials import ClientCredential
from homeassistant.core import HomeAssistant
from homeassistant.helpers.config_entry_oauth2_flow import MY_AUTH_CALLBACK_PATH

from .oauth import PartnerImplementation


async def async_get_auth_implementation(
    hass: HomeAssistant, auth_domain: str, credential: ClientCredential
) -> PartnerImplementation:
    """Return OAuth with a credential; its user asks for the brand with `for_brand`."""
    return PartnerImplementation(hass, auth_domain, credential)


async def async_get_description_placeholders(hass: HomeAssistant) -> dict[str, str]:
    """Return what the dialog for new credentials names."""
    return {"redirect_url": MY_AUTH_CALLBACK_PATH}
