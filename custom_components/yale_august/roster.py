"""The list of the login's locks."""

import logging
from typing import override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .cloud.budget import LONGEST_PAUSE
from .cloud.client import Client
from .cloud.errors import (
    ApiKeyInvalid,
    BudgetExhausted,
    CloudError,
    LoginExpired,
    RateLimited,
)
from .cloud.models import LockSummary
from .const import DOMAIN
from .failures import failure_key
from .pace import Pace
from .soon import Soon

_LOGGER = logging.getLogger(__name__)

SHORTEST_PAUSE = 10.0
"""A cloud that wants no pause at all, and refuses again, is not asked without end."""


class RosterCoordinator(DataUpdateCoordinator[dict[str, LockSummary]]):
    """The list of the login's locks, by lock id."""

    config_entry: ConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, client: Client, pace: Pace
    ) -> None:
        """Read slowly: locks come and go a few times a year."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=f"{DOMAIN} locks",
            update_interval=pace.roster,
        )
        self._client = client
        self._soon = Soon(
            hass, entry, f"{DOMAIN} locks", self.async_refresh, pace.coalesce
        )

    @override
    async def async_request_refresh(self) -> None:
        """Read soon."""
        self.async_read_soon()

    @callback
    def async_read_soon(self) -> None:
        """Read the list in the background."""
        self._soon.ask()

    @override
    async def _async_update_data(self) -> dict[str, LockSummary]:
        try:
            locks = await self._client.get_locks()
        except CloudError as err:
            if isinstance(err, LoginExpired | ApiKeyInvalid):
                if self.config_entry.state is ConfigEntryState.SETUP_IN_PROGRESS:
                    raise ConfigEntryAuthFailed(
                        translation_domain=DOMAIN, translation_key=failure_key(err)
                    ) from err
                # Later that would be the last read: who was refused by mistake stays so.
                self.config_entry.async_start_reauth(self.hass)
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key=failure_key(err),
                retry_after=_wished_pause(err),
            ) from err
        return {lock.lock_id: lock for lock in locks}


def _wished_pause(err: CloudError) -> float | None:
    """Return the seconds that the cloud, or our budget, wants to be left alone; within reason."""
    if isinstance(err, RateLimited) and err.retry_after is not None:
        wished = err.retry_after.total_seconds()
    elif isinstance(err, BudgetExhausted):
        wished = err.available_in.total_seconds()
    else:
        return None
    return max(SHORTEST_PAUSE, min(wished, LONGEST_PAUSE))
