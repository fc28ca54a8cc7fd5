"""Waking up when what is known of a lock is too old to be shown."""

from collections.abc import Callable
from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time

from .face import NEVER


class Expiry:
    """Calls `expired` when the first reading of a lock is too old.

    Each message puts that off. A timer that is too early is left alone: it costs less to
    wake up once in vain than to set another one each time.
    """

    def __init__(self, hass: HomeAssistant, expired: Callable[[], None]) -> None:
        """Nothing is known yet that could grow old."""
        self._hass = hass
        self._expired = expired
        self._at = NEVER
        """When the first reading will be too old to be shown; the timer may be earlier."""
        self._timer_at: datetime | None = None
        self._cancel: CALLBACK_TYPE | None = None
        self._closed = False

    @callback
    def plan(self, at: datetime) -> None:
        """Wake up then, or never."""
        self._at = at
        self._set()

    @callback
    def close(self) -> None:
        """Leave no timer behind, and set none any more."""
        self._closed = True
        self._stop()

    @callback
    def _set(self) -> None:
        if self._at is NEVER or self._closed:
            self._stop()
        elif (
            self._cancel is None or self._timer_at is None or self._at < self._timer_at
        ):
            self._stop()
            self._timer_at = self._at
            self._cancel = async_track_point_in_utc_time(
                self._hass, HassJob(self._wake, cancel_on_shutdown=True), self._at
            )

    @callback
    def _wake(self, now: datetime) -> None:
        self._cancel = None
        if now < self._at is not NEVER:
            self._set()
        else:
            self._expired()

    @callback
    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None
