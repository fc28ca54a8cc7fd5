"""Asks the feeds of the houses what has happened, for the locks whose events somebody wants."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from custom_components.yale_august.cloud.models import JsonValue
from custom_components.yale_august.household import Household

from .feeds import Entries, Feeds
from .watch import ACCESS, OPERATOR, RING, Watch

ALL: Final = 100
"""Entries of a feed that the cloud tells at most."""
NEWEST: Final = 20
"""Entries that are read where nothing is in doubt and only a name is missing."""
ENTRIES_EACH: Final = 4
"""So many more for each incident that waits: a movement of bolt and door makes several."""


class Inquiry:
    """Has a feed read once for all watches that need it by then, and gives each what is its own."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        account: Household,
        watches: Mapping[str, Watch],
        on_answer: Callable[[Watch], None],
    ) -> None:
        """Nothing is asked yet. `on_answer` is called with each watch that has learned something."""
        self._hass = hass
        self._account = account
        self._watches = watches
        self._on_answer = on_answer
        self._feeds = Feeds(
            hass,
            entry,
            account,
            needed=self._needed,
            on_read=self._read,
            on_failure=self._unread,
        )
        self._cancel_retry: CALLBACK_TYPE | None = None
        self._cancel_trial: CALLBACK_TYPE | None = None

    def figures(self) -> dict[str, JsonValue]:
        """Return what diagnostics may show."""
        return self._feeds.figures()

    @callback
    def heed(self, watch: Watch) -> None:
        """See for what the feed is read for a lock: who listens, and whether it may be read."""
        listeners, allowed = watch.listeners, self._feeds.allows(watch.house_id)
        watch.is_homeless = watch.house_id is None
        watch.journal.wants_names = allowed and (
            ACCESS in listeners or OPERATOR in listeners
        )
        watch.wants_ring = allowed and RING in listeners

    @callback
    def async_ask_of_gap(self, watch: Watch) -> None:
        """Let the feed tell what was not heard; a bell rings no more for it."""
        if watch.journal.wants_names:
            watch.doubted_at = dt_util.utcnow()
            self.async_ask(watch)

    @callback
    def async_try_again(self, _now: datetime | None = None) -> None:
        """Read again what was refused, and then what was missed: the right may be there by now."""
        self._stop_trial()
        watches = {watch.house_id: watch for watch in self._watches.values()}
        refused = self._feeds.forgive(house for house in watches if house is not None)
        for watch in self._watches.values():
            self.heed(watch)
        for house_id in refused:
            self.async_ask_of_gap(watches[house_id])

    @callback
    def async_ask(self, watch: Watch) -> None:
        """Read the feed of the house soon, if that is for somebody."""
        house_id = watch.house_id
        if not watch.wants_feed or house_id is None:
            watch.doubted_at = None
            return
        self._feeds.ask(house_id)

    @callback
    def async_stop(self) -> None:
        """Ask nothing again by itself."""
        if self._cancel_retry is not None:
            self._cancel_retry()
            self._cancel_retry = None
        self._stop_trial()

    def _stop_trial(self) -> None:
        if self._cancel_trial is not None:
            self._cancel_trial()
            self._cancel_trial = None

    def _wants(self, house_id: str) -> list[Watch]:
        """Return the watches that the feed of a house is read for."""
        return [
            watch
            for watch in self._watches.values()
            if watch.house_id == house_id and watch.wants_feed
        ]

    @callback
    def _needed(self, house_id: str) -> int:
        """Return how many entries of a feed are needed now; 0: none.

        All where nobody knows what has happened, the newest where only a name is missing.
        """
        wants = self._wants(house_id)
        if any(watch.doubted_at is not None for watch in wants):
            return ALL
        if not any(watch.journal.nameless for watch in wants):
            return 0
        waiting = sum(watch.journal.waiting for watch in wants)
        return min(ALL, NEWEST + ENTRIES_EACH * waiting)

    @callback
    def _read(self, house_id: str, entries: Entries, asked: datetime) -> None:
        """Take what the feed of a house says."""
        now, lag = dt_util.utcnow(), self._account.pace.feed_lag * 0.9
        for watch in self._wants(house_id):
            doubted_at = watch.doubted_at
            # The feed lags: what came into doubt just before it was read is for the next one.
            if doubted_at is not None and not asked - lag < doubted_at <= now:
                watch.doubted_at = None
            watch.journal.see_feed(
                entries.get(watch.lock.lock_id, ()), now, asked=asked
            )
            self._on_answer(watch)

    @callback
    def _unread(self, house_id: str) -> None:
        """Tell what waits without a name; where a right is missing, ask again much later."""
        now = dt_util.utcnow()
        for watch in list(self._watches.values()):
            if not self._feeds.allows(watch.house_id):
                self.heed(watch)
                watch.doubted_at = None
            elif watch.house_id != house_id:
                continue
            watch.journal.give_up_names(now)
            self._on_answer(watch)
        if self._cancel_trial is None and self._feeds.is_refused:
            self._cancel_trial = async_call_later(
                self._hass,
                self._account.pace.feed_right,
                HassJob(self.async_try_again, cancel_on_shutdown=True),
            )
        if self._cancel_retry is None and any(
            watch.doubted_at is not None for watch in self._watches.values()
        ):
            self._cancel_retry = async_call_later(
                self._hass,
                self._account.pace.feed_retry,
                HassJob(self._retry, cancel_on_shutdown=True),
            )

    @callback
    def _retry(self, _now: datetime) -> None:
        self._cancel_retry = None
        for watch in self._watches.values():
            if watch.doubted_at is not None:
                self.async_ask(watch)
