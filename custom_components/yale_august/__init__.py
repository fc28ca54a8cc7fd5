"""Yale Home and August locks through the lock maker's partner API."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.typing import ConfigType

from .account import Account, YaleAugustConfigEntry
from .clients import async_client
from .const import CONF_WEBHOOK, DOMAIN
from .later import async_load
from .services import async_setup_services
from .storage import Notebook

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.EVENT,
    Platform.LOCK,
    Platform.SENSOR,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, which are there also while no entry is loaded."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: YaleAugustConfigEntry) -> bool:
    """Open the account and show its locks."""
    notebook = Notebook(hass, entry.entry_id)
    await notebook.async_load()
    account = Account(
        hass,
        entry,
        await async_client(hass, entry, notebook, async_create_clientsession(hass)),
        notebook,
    )

    async def stop(_: Event) -> None:
        await account.async_stop()

    entry.runtime_data = account
    try:
        await account.async_start()
        await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
        await _async_open_rest(hass, entry)
    except BaseException:
        await account.async_stop()
        raise
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop))
    return True


async def _async_open_rest(hass: HomeAssistant, entry: YaleAugustConfigEntry) -> None:
    """Open what nobody waits for who wants to see the locks."""
    account = entry.runtime_data
    await async_load(hass, "neighbours")
    from .neighbours import async_note_neighbours

    async_note_neighbours(hass, entry)
    if account.options.webhooks or CONF_WEBHOOK in entry.data:
        await async_load(hass, "webhooks.channel")
        from .webhooks.channel import async_open_webhooks

        async_open_webhooks(hass, entry)
    if account.options.webhooks:
        account.codes.posts.async_open()
    account.codes.survey.async_start()


async def async_unload_entry(hass: HomeAssistant, entry: YaleAugustConfigEntry) -> bool:
    """Leave nothing behind."""
    entry.runtime_data.async_leave()
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.async_stop()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: YaleAugustConfigEntry) -> None:
    """Let the cloud keep nothing of ours, and forget what was remembered for the entry."""
    await async_load(hass, "removal")
    from .removal import async_take_leave

    await async_take_leave(hass, entry)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: YaleAugustConfigEntry, device: dr.DeviceEntry
) -> bool:
    """Let a person remove what the account does not have any more, where it can be told."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    from .devices import Facts

    shown = {(DOMAIN, entry.entry_id)}
    for lock in entry.runtime_data.locks.values():
        shown |= {(DOMAIN, lock.lock_id)} | Facts.of(lock.data).identifiers
    return not shown & device.identifiers
