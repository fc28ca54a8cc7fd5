"""Yale Home and August locks through the lock maker's partner API."""

from aiohttp import ClientSession
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_API_KEY, EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.typing import ConfigType

from .access_codes.store import CodeStore
from .account import Account, YaleAugustConfigEntry
from .addresses import brand_endpoints
from .channel import async_remove_subscribers
from .cloud.auth import SubUserTokens, TokenSource
from .cloud.brand import Brand, Endpoints
from .cloud.budget import Budget
from .cloud.client import Client
from .cloud.errors import LoginExpired, SubUserRefused
from .cloud.transport import Transport
from .const import (
    ACTING_SUB_USER,
    CONF_ACTING_USER,
    CONF_BRAND,
    CONF_FIRST_NAME,
    CONF_LAST_NAME,
    CONF_PARTNER_USER_ID,
    DOMAIN,
)
from .devices import Facts
from .neighbours import async_forget_neighbours, async_note_neighbours
from .oauth import async_owner_tokens, forget_tokens
from .services import async_setup_services
from .sign_out import async_sign_out
from .storage import Notebook
from .webhooks.channel import async_open_webhooks, async_remove_webhooks

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
    where = brand_endpoints(hass, Brand(entry.data[CONF_BRAND]))
    notebook = Notebook(hass, entry.entry_id)
    await notebook.async_load()
    account = Account(
        hass,
        entry,
        await _async_client(
            hass, entry, where, notebook, async_create_clientsession(hass)
        ),
        notebook,
    )

    async def stop(_: Event) -> None:
        await account.async_stop()

    entry.runtime_data = account
    try:
        await account.async_start()
        await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    except BaseException:
        await account.async_stop()
        raise
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop))
    async_open_webhooks(hass, entry)
    async_note_neighbours(hass, entry)
    if account.options.webhooks:
        account.codes.posts.async_open()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: YaleAugustConfigEntry) -> bool:
    """Leave nothing behind."""
    entry.runtime_data.async_leave()
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.async_stop()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: YaleAugustConfigEntry) -> None:
    """Let the cloud keep nothing of ours, and forget what was remembered for the entry."""
    notebook = Notebook(hass, entry.entry_id)
    await notebook.async_load()
    session = async_create_clientsession(hass, auto_cleanup=False)

    async def connect() -> Client:
        where = brand_endpoints(hass, Brand(entry.data[CONF_BRAND]))
        return await _async_client(hass, entry, where, notebook, session)

    def connect_as(tokens: TokenSource) -> Client:
        where = brand_endpoints(hass, Brand(entry.data[CONF_BRAND]))
        return Client(
            Transport(
                session=session,
                endpoints=where,
                api_key=entry.data[CONF_API_KEY],
                tokens=tokens,
            ),
            _budget(notebook),
        )

    try:
        await async_remove_webhooks(hass, entry, connect)
        await async_remove_subscribers(notebook, connect)
        await async_sign_out(hass, entry, connect_as)
    finally:
        session.detach()
    forget_tokens(hass, entry)
    async_forget_neighbours(hass, entry)
    await notebook.async_remove()
    await CodeStore(hass, entry.entry_id).async_remove()


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: YaleAugustConfigEntry, device: dr.DeviceEntry
) -> bool:
    """Let a person remove what the account does not have any more, where it can be told."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    shown = {(DOMAIN, entry.entry_id)}
    for lock in entry.runtime_data.locks.values():
        shown |= {(DOMAIN, lock.lock_id)} | Facts.of(lock.data).identifiers
    return not shown & device.identifiers


async def _async_client(
    hass: HomeAssistant,
    entry: YaleAugustConfigEntry,
    where: Endpoints,
    notebook: Notebook,
    session: ClientSession,
) -> Client:
    """Return a client that acts as the entry says: as the owner, or as a sub-user of it.

    The session must be our own: sharing one with another integration would mix us up with it at the
    vendor's firewall (reference 2.4).
    """
    budget = _budget(notebook)

    def client(
        tokens: TokenSource,
        refused: type[LoginExpired | SubUserRefused] = LoginExpired,
    ) -> Client:
        transport = Transport(
            session=session,
            endpoints=where,
            api_key=entry.data[CONF_API_KEY],
            tokens=tokens,
            refused=refused,
        )
        return Client(transport, budget)

    owner = client(await async_owner_tokens(hass, entry))
    if entry.data[CONF_ACTING_USER] != ACTING_SUB_USER:
        return owner
    return client(
        SubUserTokens(
            owner,
            entry.data[CONF_PARTNER_USER_ID],
            entry.data[CONF_FIRST_NAME],
            entry.data[CONF_LAST_NAME],
        ),
        SubUserRefused,
    )


def _budget(notebook: Notebook) -> Budget:
    """Return the budget as the last client left it."""
    budget = Budget(on_pause=lambda: notebook.remember({"budget": budget.dump()}))
    budget.restore(notebook.memory.get("budget"))
    return budget
