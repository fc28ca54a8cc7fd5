"""What is known of a lock, how old it is, and which of two readings is newer.

Nothing here has a clock, a network or Home Assistant: time comes in with each reading.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Final, NamedTuple

from custom_components.yale_august.cloud.models import BoltState, DoorState

UNDATED: Final = datetime.min.replace(tzinfo=UTC)
"""The time of a cached value that tells none: before all that tells one."""
SILENCE: Final = frozenset({BoltState.UNKNOWN, DoorState.UNKNOWN})


class Origin(Enum):
    """The way a reading came to us."""

    PUSH = auto()
    """The cloud sent it by itself."""
    ANSWER = auto()
    """The lock itself was asked or moved, and answered."""
    READ = auto()
    """The cloud's cache was read."""


class Verdict(Enum):
    """What a reading did to what was known."""

    NEWER = auto()
    """It is the truth now."""
    CONFIRMED = auto()
    """It says what was known."""
    OLDER = auto()
    """It tells of the past."""
    DISPUTED = auto()
    """The cloud's cache claims an older time and another value: someone lost a message."""


class Moment(NamedTuple):
    """When something was asked for and when it arrived, by our clock."""

    asked: datetime
    arrived: datetime
    offset: timedelta = timedelta()
    """The cloud's clock minus ours."""

    def ours(self, cloud_time: datetime | None) -> datetime | None:
        """Turn a time of the cloud's clock into one of ours."""
        return None if cloud_time is None else cloud_time - self.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading[T]:
    """A value, since when it is known to be true, and when the cloud last stood by it."""

    value: T
    at: datetime
    confirmed: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer[T]:
    """A value that has just arrived.

    `at` is its own time in our clock if it has one. `vouched` is false for what the cloud
    remembers of a lock that it cannot reach.
    """

    value: T
    at: datetime | None
    arrived: datetime
    origin: Origin
    vouched: bool = True
    since: datetime | None = None
    """Until when the cloud stands by it at least, where that is not its arrival."""
    asked: datetime | None = None
    """When it was asked for: what has been told since may be news to it."""

    @property
    def time(self) -> datetime:
        """When the value was true, as far as this offer can claim.

        A cached value without a time may be of any age: it replaces its like, overturns
        nothing that the lock has said, and proves no command. A clock that runs ahead must
        not outrank what comes later.
        """
        if self.at is not None:
            return min(self.at, self.arrived)
        return UNDATED if self.origin is Origin.READ else self.arrived

    @property
    def silent(self) -> bool:
        """Whether the cloud's cache says that it does not know, and not since when."""
        return self.origin is Origin.READ and self.at is None and self.value in SILENCE


def weigh[T](
    known: Reading[T] | None, offer: Offer[T]
) -> tuple[Reading[T] | None, Verdict]:
    """Decide between what is known and what has arrived: the newest own time wins."""
    confirmed = (offer.since or offer.arrived) if offer.vouched else None
    if known is None:
        return (
            Reading(value=offer.value, at=offer.time, confirmed=confirmed),
            Verdict.NEWER,
        )
    if offer.silent and (offer.asked is None or known.at <= offer.asked):
        # Nothing is known any more, and nothing older is thereby newer.
        verdict = Verdict.CONFIRMED if offer.value == known.value else Verdict.NEWER
        return replace(known, value=offer.value, confirmed=confirmed), verdict
    if offer.value == known.value:
        newer = offer.time > known.at
        later = Reading(
            value=known.value,
            at=offer.time if newer else known.at,
            confirmed=_later(known.confirmed, confirmed),
        )
        return later, Verdict.NEWER if newer else Verdict.CONFIRMED
    if offer.time > known.at or (
        offer.time == known.at and offer.origin is not Origin.PUSH
    ):
        return (
            Reading(value=offer.value, at=offer.time, confirmed=confirmed),
            Verdict.NEWER,
        )
    if offer.origin is Origin.READ and offer.vouched:
        return known, Verdict.DISPUTED
    return known, Verdict.OLDER


def _later(known: datetime | None, confirmed: datetime | None) -> datetime | None:
    if known is None or confirmed is None:
        return known or confirmed
    return max(known, confirmed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How long a reading is shown without the cloud standing by it anew."""

    rest: timedelta
    """For a bolt or a door at rest (T1)."""
    moving: timedelta
    """For a bolt said to be moving: no movement lasts longer."""


def trusted_until(
    reading: Reading[BoltState] | Reading[DoorState], trust: Trust
) -> datetime | None:
    """Return when a reading stops being shown; None when it already must not be."""
    if reading.confirmed is None:
        return None
    if isinstance(reading.value, BoltState) and reading.value.moving:
        return reading.at + trust.moving
    return reading.confirmed + trust.rest


def shown_until(
    reading: Reading[BoltState] | Reading[DoorState], now: datetime, trust: Trust
) -> datetime | None:
    """Return until when the value may be shown; None when it may not be shown now."""
    until = trusted_until(reading, trust)
    return until if until is not None and now < until else None
