"""A clock that is set back while Home Assistant runs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from .lock import LockData
from .readings import UNDATED, Reading

GRAIN: Final = timedelta(seconds=10)
"""A clock that is set back by less is left alone."""
_GRAIN: Final = GRAIN.total_seconds()


class SteadyTime:
    """Tells by how much the time of day was set back since it was asked last.

    One that was set forward cannot be told from a machine that has slept.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Compare with a clock that counts seconds and never goes back."""
        self._monotonic = monotonic
        self._ahead = self._measure()

    def set_back(self) -> timedelta:
        """Return by how much; nothing for a little."""
        ahead = self._measure()
        by = self._ahead - ahead
        if by < _GRAIN:
            self._ahead = max(self._ahead, ahead)
            return timedelta()
        self._ahead = ahead
        return timedelta(seconds=by)

    def _measure(self) -> float:
        return dt_util.utcnow().timestamp() - self._monotonic()


def moved_back(data: LockData, by: timedelta) -> LockData:
    """Return what is known, as old as it is by a clock that was set back.

    Else all of it would be of a time to come: fresh, and newer than what happens now.
    """

    def at(then: datetime | None) -> datetime | None:
        return None if then is None else then - by

    def reading[T](known: Reading[T] | None) -> Reading[T] | None:
        if known is None:
            return None
        return replace(
            known,
            at=known.at if known.at == UNDATED else known.at - by,
            confirmed=at(known.confirmed),
        )

    return replace(
        data,
        bolt=reading(data.bolt),
        door=reading(data.door),
        online=reading(data.online),
        doubted_at=at(data.doubted_at),
        cut_off_at=at(data.cut_off_at),
        actor_at=at(data.actor_at),
    )
