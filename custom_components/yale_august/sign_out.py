"""The end of a login whose entry is removed.

The cloud ends all tokens of an install at once (reference 18.2). A sub-user's tokens are minted
by the login that its entry holds, so that this login is what ends for it too; the sub-user itself
is not asked, because minting a token for it could create it again.
"""

import asyncio
from collections.abc import Callable
import logging
from typing import Final
from uuid import uuid4

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .cloud.auth import TokenSource, token_claims
from .cloud.client import Client
from .cloud.errors import CloudError
from .const import DOMAIN
from .tokens import FlowTokens, last_access_token, stored_access_token

_LOGGER = logging.getLogger(__name__)

FAREWELL = 10.0
"""Seconds for telling the cloud that the login is over."""
SAME_CLOUD: Final = (DOMAIN, "august", "yale")
"""Integrations whose entries hold tokens of the same cloud."""


async def async_sign_out(
    hass: HomeAssistant, entry: ConfigEntry, connect: Callable[[TokenSource], Client]
) -> None:
    """Log a removed entry's login out, as far as that works soon; raises nothing of the cloud.

    `connect` returns a client with the given tokens. The token is sent as it is: renewing it
    would only make another one to end.
    """
    access_token = last_access_token(hass, entry)
    if access_token is None:
        return
    install_id = token_claims(access_token).install_id
    if install_id is None or _is_needed(hass, entry, install_id):
        _LOGGER.debug("The login is not logged out: another entry may depend on it")
        return
    try:
        async with asyncio.timeout(FAREWELL):
            await connect(FlowTokens(access_token)).log_out(
                # The push token of a phone app would have this id; there never was one.
                apns_device_id=uuid4(),
                install_id=install_id,
            )
    except (CloudError, HomeAssistantError, TimeoutError) as err:
        _LOGGER.debug("The login may go on until it ends: %s", type(err).__name__)


@callback
def _is_needed(hass: HomeAssistant, entry: ConfigEntry, install_id: str) -> bool:
    """Return whether another entry has, or may have, tokens of this install."""
    tokens = (
        stored_access_token(other)
        for domain in SAME_CLOUD
        for other in hass.config_entries.async_entries(domain)
        if other.entry_id != entry.entry_id
    )
    return any(
        token_claims(token).install_id in (None, install_id)
        for token in tokens
        if token is not None
    )
