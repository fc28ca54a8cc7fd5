"""The cloud's clock, as its answers tell it."""

from datetime import UTC, datetime, timedelta
import time
from typing import Final

TOLERANCE: Final = timedelta(seconds=30)
"""Two answers that differ by less tell the same: they have whole seconds and took a while."""


class CloudClock:
    """By how much the cloud's clock is ahead of ours.

    The time of every message is measured by it: one answer with a wrong date would make
    all that is pushed afterwards look old. So a jump is believed when a second answer says
    the same, or when it is our own clock that has jumped.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self.offset: timedelta | None = None
        """The cloud's clock minus ours; None: not known."""
        self._claimed: timedelta | None = None
        """What a single answer has said that does not fit."""
        self._ours = _ours()

    @property
    def doubted(self) -> bool:
        """Whether the latest answer tells another time, and no second one yet."""
        return self._claimed is not None

    def note(self, date: datetime) -> None:
        """Take note of what an answer that has just come gives as the time."""
        # The header has whole seconds: half a second is the best guess.
        found = date + timedelta(seconds=0.5) - datetime.now(UTC)
        ours = _ours()
        jumped = ours - self._ours
        if (
            self.offset is None
            or _alike(found, self.offset)
            or _alike(found, self.offset - jumped)
            or (self._claimed is not None and _alike(found, self._claimed))
        ):
            self.offset = found
            self._claimed = None
            self._ours = ours
        else:
            self._claimed = found


def _ours() -> datetime:
    """Return when our clock says that the machine was started."""
    return datetime.now(UTC) - timedelta(seconds=time.monotonic())


def _alike(one: timedelta, other: timedelta) -> bool:
    return abs(one - other) <= TOLERANCE
