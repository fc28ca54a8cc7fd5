"""One incident as far as it is known, and what of it survives a restart.

Which sighting is of which incident is decided here by likeness and time; see `journal`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, TypedDict

from .incidents import Incident, Kind, Method, Sighting, Source, like

SECOND: Final = timedelta(seconds=15)
"""Within this time a message that says the same again is of the same operation."""
MATCH: Final = timedelta(seconds=60)
"""How far the feed's time of an incident may be from the time that it was heard of."""
CROSS: Final = timedelta(seconds=10)
"""The same where the words are not the same, such as unlocked and opened."""
OTHER: Final = timedelta(seconds=5)
"""The same where another is said to have done it."""
GRAIN: Final = timedelta(seconds=2)
"""By so much two clocks that tell the same time may differ."""


NOBODY: Final = frozenset({Method.MANUAL, Method.AUTO})
"""How it is done where no person is said to have done it."""


class Memory(TypedDict, total=False):
    """What must survive a restart: what has been told, so that it is not told again."""

    since: float
    """What happened before this time is told, or never will be (seconds of the epoch)."""
    told: list[list[str | float | None]]
    """The newest incidents: kind, our time, the feed's own time."""


@dataclass(slots=True, eq=False)
class Case:
    """One incident, as far as it is known."""

    kind: Kind
    at: datetime
    due: datetime
    """When it is told at the latest."""
    since: datetime
    """When it was first heard of."""
    dated: bool = False
    """Whether a source has told when it happened."""
    method: Method = Method.UNKNOWN
    actor: str | None = None
    ours: bool = False
    nameless: bool = False
    """Whether it waits for somebody to say who it was."""
    seen: set[Source] = field(default_factory=set)
    stamp: datetime | None = None
    """The feed's own time of it."""
    posted: datetime | None = None
    """A post's own time of it."""
    told: bool = False

    @property
    def incident(self) -> Incident:
        """What is told of it."""
        return Incident(
            kind=self.kind,
            at=self.at,
            method=self.method,
            actor=self.actor,
            ours=self.ours,
        )


def says_more(one: Kind, other: Kind) -> bool:
    """Return whether one word for it says more than another."""
    return other in (Kind.LOCKED, Kind.UNLOCKED) and one is not other


def same_state(one: Kind, other: Kind) -> bool:
    """Return whether bolt or door stands the same after both."""
    return like(one, other) == 0


def springs_back(one: Kind, other: Kind) -> bool:
    """Return whether a latch that was pulled stands so by itself afterwards."""
    return (one, other) == (Kind.OPENED, Kind.UNLOCKED)


def remoteness(case: Case, seen: Sighting) -> float | None:
    """Return how far a sighting is from an incident; None when it is of another."""
    unlike = like(case.kind, seen.kind)
    apart = abs(case.at - seen.at)
    most, cross = (MATCH, CROSS) if seen.source is Source.FEED else (SECOND, GRAIN)
    if unlike is None or apart > (cross if unlike else most):
        return None
    if odd := by_another(case, seen):
        if apart > OTHER:
            return None
    return apart.total_seconds() + (unlike + odd) * most.total_seconds()


def by_another(case: Case, seen: Sighting) -> bool:
    """Return whether it says that another did it: two persons, or a person and nobody."""
    if case.actor is not None and seen.actor is not None:
        return case.actor != seen.actor
    if case.actor is seen.actor:
        return False
    return (case if case.actor is None else seen).method in NOBODY


def store(since: datetime, told: Iterable[Case]) -> Memory:
    """Return what has been told as JSON."""
    return {
        "since": since.timestamp(),
        "told": [
            [
                case.kind.value,
                case.at.timestamp(),
                None if case.stamp is None else case.stamp.timestamp(),
            ]
            for case in told
        ],
    }


def restore(
    memory: Mapping[str, object] | None, now: datetime
) -> tuple[datetime, list[Case]]:
    """Read back since when and what has been told; what cannot be read is none: from now on."""
    told: list[Case] = []
    since = _time((memory or {}).get("since"))
    if memory is None or since is None or since > now:
        return now, told
    stored = memory.get("told")
    for one in stored if isinstance(stored, list) else ():
        match one:
            case [str(kind), at, stamp] if kind in set(Kind) and (found := _time(at)):
                told.append(
                    Case(
                        kind=Kind(kind),
                        at=found,
                        due=found,
                        since=found,
                        dated=True,
                        stamp=_time(stamp),
                        told=True,
                    )
                )
            case _:
                continue
    return since, told


def _time(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except OverflowError, OSError, ValueError:
        return None
