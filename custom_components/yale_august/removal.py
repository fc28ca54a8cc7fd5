"""What is done when an entry is removed: once, so that it is loaded only then."""

from contextlib import suppress

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers.aiohttp_client import async_create_clientsession

from .access_codes.store import CodeStore
from .channel import async_remove_subscribers
from .clients import async_client, client_with, remembered_budget
from .cloud.auth import TokenSource
from .cloud.client import Client
from .neighbours import async_forget_neighbours
from .sign_out import async_sign_out
from .storage import Notebook
from .tokens import forget_tokens
from .webhooks.channel import async_remove_webhooks


async def async_take_leave(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Let the cloud keep nothing of ours, and forget what was remembered for the entry."""
    notebook = Notebook(hass, entry.entry_id)
    with suppress(ConfigEntryError):
        # Nobody reads what a newer version has written, but it goes with the entry.
        await notebook.async_load()
    session = async_create_clientsession(hass, auto_cleanup=False)

    async def connect() -> Client:
        return await async_client(hass, entry, notebook, session)

    def connect_as(tokens: TokenSource) -> Client:
        return client_with(hass, entry, session, tokens, remembered_budget(notebook))

    try:
        await async_remove_webhooks(hass, entry, connect)
        await async_remove_subscribers(hass, notebook, connect)
        await async_sign_out(hass, entry, connect_as)
    finally:
        session.detach()
    forget_tokens(hass, entry)
    async_forget_neighbours(hass, entry)
    await notebook.async_remove()
    await CodeStore(hass, entry.entry_id).async_remove()
