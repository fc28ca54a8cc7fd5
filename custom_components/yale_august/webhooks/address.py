"""Where the lock maker's cloud can reach this Home Assistant, if it can."""

import logging
from typing import Final

from hass_nabucasa import NabuCasaBaseError
from homeassistant.components import webhook
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.network import NoURLAvailableError, get_url
from yarl import URL

from .papers import Address

_LOGGER = logging.getLogger(__name__)

_CLOUD: Final = "cloud"
_AT_HOME: Final = ("local", "localhost", "lan", "internal", "home.arpa")
"""Names that mean something within a home only."""
_CLOUD_ERRORS: Final = (HomeAssistantError, NabuCasaBaseError, TimeoutError, ValueError)


class AddressPending(Exception):
    """Home Assistant Cloud is to have the address and is not connected now."""


async def async_find_address(
    hass: HomeAssistant, webhook_id: str, known: Address | None
) -> Address | None:
    """Return the public address of a webhook; None when Home Assistant has none.

    That of Home Assistant Cloud comes first; `known` is the one in use. Raises
    AddressPending when it cannot be told now.
    """
    if _has_cloud(hass):
        from homeassistant.components import cloud

        if cloud.async_is_connected(hass):
            try:
                url = await cloud.async_get_or_create_cloudhook(hass, webhook_id)
            except _CLOUD_ERRORS as err:
                _LOGGER.debug("No address from the cloud: %s", type(err).__name__)
                raise AddressPending from err
            return Address(url=url, cloudhook=True)
        if known is not None and known.cloudhook:
            raise AddressPending
    if (base := _external_url(hass)) is not None:
        url = f"{base}{webhook.async_generate_path(webhook_id)}"
        return Address(url=url, cloudhook=False)
    if _has_cloud(hass):
        raise AddressPending
    return None


@callback
def has_address(hass: HomeAssistant) -> bool:
    """Return whether Home Assistant has, or can have, a public address; changes nothing."""
    return _has_cloud(hass) or _external_url(hass) is not None


@callback
def async_on_address_change(
    hass: HomeAssistant, listener: CALLBACK_TYPE
) -> CALLBACK_TYPE:
    """Call `listener` whenever the address may be another one; call the result to stop."""

    @callback
    def changed(_: object) -> None:
        listener()

    stops = [hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, changed)]
    if _CLOUD in hass.config.components:
        from homeassistant.components import cloud

        stops.append(cloud.async_listen_connection_change(hass, changed))

    @callback
    def stop() -> None:
        for one in stops:
            one()

    return stop


async def async_forget_cloudhook(hass: HomeAssistant, webhook_id: str) -> None:
    """Give the address at Home Assistant Cloud back, if there is one."""
    if _CLOUD not in hass.config.components:
        return
    from homeassistant.components import cloud

    try:
        await cloud.async_delete_cloudhook(hass, webhook_id)
    except _CLOUD_ERRORS as err:
        _LOGGER.debug("No address at the cloud to give back: %s", type(err).__name__)


def _has_cloud(hass: HomeAssistant) -> bool:
    """Return whether there is a subscription to Home Assistant Cloud; not everybody has it."""
    if _CLOUD not in hass.config.components:
        return False
    from homeassistant.components import cloud

    return cloud.async_active_subscription(hass)


def _external_url(hass: HomeAssistant) -> str | None:
    """Return the https address that the person has entered, if it means something outside.

    The port is theirs: nothing says which ones the lock maker's cloud can reach.
    """
    try:
        url = get_url(
            hass,
            allow_internal=False,
            allow_cloud=False,
            allow_ip=False,
            require_ssl=True,
            prefer_external=True,
        )
    except NoURLAvailableError:
        return None
    host = URL(url).host or ""
    at_home = "." not in host or host.endswith(tuple(f".{name}" for name in _AT_HOME))
    return None if at_home else url
