"""Locks that the list of locks lacks: withdrawn at once, dismissed when it lacks them again."""

from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .pace import Pace


class Farewell:
    """Remembers what is missing, and has the list read once more when that is news."""

    def __init__(
        self, hass: HomeAssistant, pace: Pace, look_again: CALLBACK_TYPE
    ) -> None:
        """Miss nothing yet."""
        self._hass = hass
        self._pace = pace
        self._look_again = look_again
        self._since: dict[str, float] = {}
        """Locks that the list lacks, and since when; of a clock that nobody sets."""
        self._cancel: CALLBACK_TYPE | None = None

    @property
    def missing(self) -> frozenset[str]:
        """Locks that the list lacks and that are not given up yet."""
        return frozenset(self._since)

    @callback
    def miss(self, lock_ids: set[str], *, empty: bool) -> set[str]:
        """Take note of all that the list lacks; return those that it has lacked before.

        An `empty` list, without a single lock, is more likely a fault of the cloud than a house
        that was left: then they are given up only when it has been so for long.
        """
        now = self._hass.loop.time()
        patience = self._pace.exodus.total_seconds() if empty else 0.0
        gone = {
            lock_id
            for lock_id, since in self._since.items()
            if lock_id in lock_ids and now - since >= patience
        }
        is_news = not lock_ids <= self._since.keys()
        self._since = {
            lock_id: self._since.get(lock_id, now) for lock_id in lock_ids - gone
        }
        if is_news and self._cancel is None:
            self._cancel = async_call_later(
                self._hass,
                self._pace.farewell,
                HassJob(self._again, cancel_on_shutdown=True),
            )
        return gone

    @callback
    def forget(self, lock_id: str) -> None:
        """Miss a lock no more."""
        self._since.pop(lock_id, None)

    @callback
    def close(self) -> None:
        """Leave no timer behind."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @callback
    def _again(self, _now: datetime) -> None:
        self._cancel = None
        self._look_again()
