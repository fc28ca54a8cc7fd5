"""The list of the login's locks."""

from collections.abc import Coroutine
import logging
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

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

_LOGGER = logging.getLogger(__name__)


def read_debouncer(
    hass: HomeAssistant, pace: Pace
) -> Debouncer[Coroutine[Any, Any, None]]:
    """Return what makes one read of several that are asked for together."""
    return Debouncer(
        hass, _LOGGER, cooldown=pace.coalesce.total_seconds(), immediate=True
    )


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
            request_refresh_debouncer=read_debouncer(hass, pace),
        )
        self._client = client

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
    """Return the seconds that the cloud, or our budget, wants to be left alone."""
    if isinstance(err, RateLimited) and err.retry_after is not None:
        return err.retry_after.total_seconds()
    if isinstance(err, BudgetExhausted):
        return err.available_in.total_seconds()
    return None
