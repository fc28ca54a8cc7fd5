"""The activity feeds of an account's houses: read soon, rarely, and only where that is allowed."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from custom_components.yale_august.cloud.errors import (
    ApiKeyInvalid,
    CloudError,
    EndpointNotAllowed,
    Forbidden,
    InvalidParameter,
    LoginExpired,
    NotFound,
)
from custom_components.yale_august.cloud.models import Activity, JsonValue
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.household import Household
from custom_components.yale_august.soon import Soon

from .incidents import Sighting, name_of, of_activity

_LOGGER = logging.getLogger(__name__)

type Entries = dict[str, list[Sighting]]
"""What a feed says, by lock id, the newest first."""


class Feeds:
    """Reads the feed of a house once for all who ask while the feed still lags."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        account: Household,
        *,
        needed: Callable[[str], int],
        on_read: Callable[[str, Entries, datetime], None],
        on_failure: Callable[[str], None],
    ) -> None:
        """Nothing is read yet. `needed` tells how many entries, just before a feed is read; 0: none."""
        self._hass = hass
        self._entry = entry
        self._account = account
        self._needed = needed
        self._on_read = on_read
        self._on_failure = on_failure
        self._houses: dict[str, Soon] = {}
        self._refused: set[str] = set()
        """Houses whose feed this login may not read."""
        self._key_refused = False
        """Whether the API key has no right to any feed."""
        self._reads = 0

    def figures(self) -> dict[str, JsonValue]:
        """Return what diagnostics may show."""
        return {
            "feed_reads": self._reads,
            "houses_without_right": len(self._refused),
            "key_without_right": self._key_refused,
        }

    @property
    def is_refused(self) -> bool:
        """Whether any feed may not be read."""
        return self._key_refused or bool(self._refused)

    def allows(self, house_id: str | None) -> bool:
        """Return whether the feed of a house may be read, as far as is known."""
        return (
            house_id is not None
            and not self._key_refused
            and house_id not in self._refused
        )

    @callback
    def forgive(self, house_ids: Iterable[str]) -> set[str]:
        """Take it that all feeds may be read again; return those of `house_ids` to find out with.

        Where the key had no right, one is enough.
        """
        known = set(house_ids)
        found = {min(known)} if self._key_refused and known else known & self._refused
        self._key_refused = False
        self._refused.clear()
        return found

    @callback
    def ask(self, house_id: str) -> None:
        """Read a feed as soon as it has learned of what has just happened."""
        soon = self._houses.get(house_id)
        if soon is None:
            soon = self._houses[house_id] = Soon(
                self._hass,
                self._entry,
                f"{DOMAIN} activities",
                partial(self._async_read, house_id),
                self._account.pace.feed_lag,
            )
        soon.ask()

    async def _async_read(self, house_id: str) -> None:
        await asyncio.sleep(self._account.pace.feed_lag.total_seconds())
        if not self.allows(house_id) or not (limit := self._needed(house_id)):
            return
        asked = dt_util.utcnow()
        self._reads += 1
        try:
            activities = await self._account.client.get_activities(
                house_id, limit=limit
            )
        except CloudError as err:
            _LOGGER.debug("The activity feed cannot be read: %s", err)
            self._note(house_id, err)
            self._on_failure(house_id)
        else:
            self._on_read(house_id, self._entries(activities), asked)

    def _note(self, house_id: str, err: CloudError) -> None:
        """Take note of a right that is missing, and of a login that has ended."""
        if isinstance(err, LoginExpired | ApiKeyInvalid):
            self._account.note_failure(err)
        elif isinstance(err, EndpointNotAllowed):
            self._key_refused = True
        elif isinstance(err, Forbidden | NotFound | InvalidParameter):
            self._refused.add(house_id)

    def _entries(self, activities: tuple[Activity, ...]) -> Entries:
        """Return what the feed says, and learn the names in it."""
        found: Entries = {}
        for activity in activities:
            seen = of_activity(activity, self._account.clock_offset)
            if seen is None or activity.device_id is None:
                continue
            if seen.actor is not None:
                self._account.people.learn(seen.actor, name_of(activity.user))
            found.setdefault(activity.device_id, []).append(seen)
        return found
