"""Asks the feeds of the houses what has happened, for the locks whose events somebody wants."""

from collections.abc import Callable, Mapping
from datetime import datetime

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from custom_components.yale_august.cloud.models import JsonValue
from custom_components.yale_august.household import Household

from .feeds import Entries, Feeds
from .watch import Watch


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
            is_needed=self._is_needed,
            on_read=self._read,
            on_failure=self._unread,
        )
        self._cancel_retry: CALLBACK_TYPE | None = None

    def figures(self) -> dict[str, JsonValue]:
        """Return what diagnostics may show."""
        return self._feeds.figures()

    def allows(self, house_id: str | None) -> bool:
        """Return whether the feed of a house may be read, as far as is known."""
        return self._feeds.allows(house_id)

    @callback
    def async_ask(self, watch: Watch) -> None:
        """Read the feed of the house soon, if that is for somebody."""
        house_id = watch.house_id
        if not watch.wants_feed or house_id is None:
            watch.asks = False
            return
        self._feeds.ask(house_id)

    @callback
    def async_stop(self) -> None:
        """Ask nothing again by itself."""
        if self._cancel_retry is not None:
            self._cancel_retry()
            self._cancel_retry = None

    def _wants(self, house_id: str) -> list[Watch]:
        """Return the watches that the feed of a house is read for."""
        return [
            watch
            for watch in self._watches.values()
            if watch.house_id == house_id and watch.wants_feed
        ]

    @callback
    def _is_needed(self, house_id: str) -> bool:
        return any(
            watch.asks or watch.journal.nameless for watch in self._wants(house_id)
        )

    @callback
    def _read(self, house_id: str, entries: Entries, asked: datetime) -> None:
        """Take what the feed of a house says."""
        now = dt_util.utcnow()
        for watch in self._wants(house_id):
            watch.asks = False
            watch.journal.see_feed(
                entries.get(watch.lock.lock_id, ()), now, asked=asked
            )
            self._on_answer(watch)

    @callback
    def _unread(self, house_id: str) -> None:
        """Tell what waits without a name; a right that is missing is not asked for again."""
        now = dt_util.utcnow()
        for watch in list(self._watches.values()):
            if not self._feeds.allows(watch.house_id):
                watch.journal.wants_names = watch.wants_ring = watch.asks = False
            elif watch.house_id != house_id:
                continue
            watch.journal.give_up_names(now)
            self._on_answer(watch)
        if self._cancel_retry is None and any(
            watch.asks for watch in self._watches.values()
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
            if watch.asks:
                self.async_ask(watch)
