"""The client of an entry: as whom it acts, and the budget that it goes on with."""

from aiohttp import ClientSession
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_API_KEY
from homeassistant.core import HomeAssistant, callback

from .addresses import brand_endpoints
from .cloud.auth import SubUserTokens, TokenSource
from .cloud.brand import Brand
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
)
from .storage import Notebook
from .tokens import async_owner_tokens


async def async_client(
    hass: HomeAssistant,
    entry: ConfigEntry,
    notebook: Notebook,
    session: ClientSession,
) -> Client:
    """Return a client that acts as the entry says: as the owner, or as a sub-user of it.

    The session must be our own: sharing one with another integration would mix us up with it at the
    vendor's firewall (reference 2.4).
    """
    budget = remembered_budget(notebook)
    owner = client_with(
        hass, entry, session, await async_owner_tokens(hass, entry), budget
    )
    if entry.data[CONF_ACTING_USER] != ACTING_SUB_USER:
        return owner
    return client_with(
        hass,
        entry,
        session,
        SubUserTokens(
            owner,
            entry.data[CONF_PARTNER_USER_ID],
            entry.data[CONF_FIRST_NAME],
            entry.data[CONF_LAST_NAME],
        ),
        budget,
        SubUserRefused,
    )


@callback
def client_with(
    hass: HomeAssistant,
    entry: ConfigEntry,
    session: ClientSession,
    tokens: TokenSource,
    budget: Budget,
    refused: type[LoginExpired | SubUserRefused] = LoginExpired,
) -> Client:
    """Return a client of an entry with other tokens; `refused`: what their end is called."""
    transport = Transport(
        session=session,
        endpoints=brand_endpoints(hass, Brand(entry.data[CONF_BRAND])),
        api_key=entry.data[CONF_API_KEY],
        tokens=tokens,
        refused=refused,
    )
    return Client(transport, budget)


def remembered_budget(notebook: Notebook) -> Budget:
    """Return the budget as the last client left it."""
    budget = Budget(on_pause=lambda: notebook.remember({"budget": budget.dump()}))
    budget.restore(notebook.memory.get("budget"))
    return budget
