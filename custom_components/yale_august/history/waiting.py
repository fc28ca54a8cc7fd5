"""The incidents of one lock that wait to be told, and those that have been.

One is told at once where nothing can be gained by waiting, else it waits, and what comes after it
waits with it:

* for what may have come before it, where it tells its own time (`gather`);
* for the feed, where nothing says who it was (`name` at most).

What is then still learned of an earlier incident is told late: its own time goes with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from .cases import GRAIN, Case, Memory, restore, store
from .incidents import Incident

KEPT: Final = 24
"""Incidents that are remembered after they have been told."""
WAITING: Final = 64
"""Incidents that may wait; in a flood the oldest are told as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an incident may wait before it is told."""

    gather: timedelta
    name: timedelta
    lag: timedelta
    """By so much the feed lags."""


class Waiting:
    """Tells each incident once, and remembers that it has."""

    __slots__ = ("_patience", "_since", "_told", "_waiting")

    def __init__(
        self,
        patience: Patience,
        now: datetime,
        memory: Mapping[str, object] | None,
    ) -> None:
        """Begin now, or go on where the memory ends."""
        self._patience = patience
        self._waiting: list[Case] = []
        self._since, told = restore(memory, now)
        self._told = list(told)

    @property
    def nameless(self) -> bool:
        """Whether anything waits for somebody to say who it was."""
        return any(case.nameless for case in self._waiting)

    @property
    def waiting(self) -> int:
        """How many incidents wait to be told."""
        return len(self._waiting)

    @property
    def due(self) -> datetime | None:
        """When the next incident is told at the latest."""
        return self._waiting[0].due if self._waiting else None

    def tell(self, now: datetime) -> Incident | None:
        """Return the next incident if it is due; it will not be told again."""
        if not self._waiting or (
            self._waiting[0].due > now and len(self._waiting) <= WAITING
        ):
            return None
        case = self._waiting.pop(0)
        case.told, case.nameless = True, False
        self._told.append(case)
        while len(self._told) > KEPT:
            self._since = max(self._since, self._told.pop(0).at + GRAIN)
        return case.incident

    @property
    def last_operation(self) -> Incident | None:
        """How the lock was operated last, of what has been told.

        None where that was before the start: of that nobody remembers who it was.
        """
        told = (case for case in self._told if case.kind.is_operation)
        last = max(told, key=attrgetter("at"), default=None)
        return last.incident if last is not None and last.seen else None

    def has_moved_after(self, incident: Incident) -> bool:
        """Return whether the bolt has moved again since then, as was told or will be."""
        return any(
            case.kind.of_bolt and case.at > incident.at
            for case in (*self._told, *self._waiting)
        )

    def dump(self) -> Memory:
        """Return what must survive a restart."""
        return store(self._since, self._told)

    def give_up_names(self, now: datetime) -> None:
        """Tell what waits as it is: the feed does not answer."""
        for case in self._waiting:
            self._settle(case, now)

    def move_back(self, by: timedelta) -> None:
        """Let all be as old as it is by a clock that was set back; what comes now is newer."""
        self._since -= by
        for case in (*self._told, *self._waiting):
            case.at -= by
            case.due -= by
            case.since -= by

    def _settle(self, case: Case, now: datetime) -> None:
        case.nameless = False
        case.due = min(case.due, now)
