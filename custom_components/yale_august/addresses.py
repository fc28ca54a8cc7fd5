"""Where a brand's cloud is, as seen from this Home Assistant."""

import logging
import os

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError
from homeassistant.util.hass_dict import HassKey
from yarl import URL

from .cloud.brand import Brand, Endpoints, endpoints, parse_cloud_override
from .const import DOMAIN, ENV_CLOUD

_LOGGER = logging.getLogger(__name__)
_WARNED: HassKey[bool] = HassKey(f"{DOMAIN}_cloud_warned")


class CloudAddressRefused(ConfigEntryError):
    """The environment names a cloud that is not on this machine."""

    def __init__(self) -> None:
        """Say it in the person's language."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key="cloud_address_refused",
            translation_placeholders={"variable": ENV_CLOUD},
        )


@callback
def brand_endpoints(hass: HomeAssistant, brand: Brand) -> Endpoints:
    """Return the addresses of a brand's cloud, or of what stands in for it.

    Raises CloudAddressRefused when the environment names something that is not on
    this machine: keys and logins must not be led anywhere else.
    """
    return endpoints(brand, _stand_in(hass))


@callback
def _stand_in(hass: HomeAssistant) -> URL | None:
    text = os.environ.get(ENV_CLOUD)
    if not text:
        return None
    try:
        cloud = parse_cloud_override(text)
    except ValueError as err:
        raise CloudAddressRefused from err
    if not hass.data.get(_WARNED):
        hass.data[_WARNED] = True
        _LOGGER.warning(
            "%s is set: every call goes to %s instead of the lock maker's cloud",
            ENV_CLOUD,
            cloud,
        )
    return cloud
