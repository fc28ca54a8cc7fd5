"""What a read says about push: a movement that no message has told of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.yale_august.cloud.models import (
    BoltState,
    DoorState,
    LockDetail,
    LockStatus,
    LockSummary,
    Operation,
    PushMessage,
)
from custom_components.yale_august.knowledge.arrivals import (
    take_answer,
    take_detail,
    take_doubt,
    take_push,
    take_status,
)
from custom_components.yale_august.knowledge.lock import LockData
from custom_components.yale_august.knowledge.readings import Moment, Reading

LOCK = "0123456789ABCDEF0123456789ABCDEF"
START = datetime(2026, 11, 1, tzinfo=UTC)


def second(number: float) -> datetime:
    """Return a time."""
    return START + timedelta(seconds=number)


def moment(number: float, *, offset: float = 0) -> Moment:
    """Return when something was asked for and answered."""
    at = second(number)
    return Moment(asked=at, arrived=at, offset=timedelta(seconds=offset))


def status(
    bolt: BoltState = BoltState.UNLOCKED,
    door: DoorState = DoorState.ABSENT,
    at: float | None = 100,
) -> LockStatus:
    """Return what the cloud remembers."""
    return LockStatus(bolt=bolt, door=door, at=None if at is None else second(at))


def known(
    bolt: BoltState = BoltState.LOCKED, door: DoorState = DoorState.CLOSED
) -> LockData:
    """Return a lock of which this was known at the beginning."""
    return LockData(
        summary=LockSummary(lock_id=LOCK),
        bolt=Reading(value=bolt, at=second(0), confirmed=second(0)),
        door=Reading(value=door, at=second(0), confirmed=second(0)),
    )


@pytest.mark.parametrize(
    ("read", "unheard"),
    [
        (status(), 100),
        (status(BoltState.UNLOCKED, DoorState.OPEN), 100),
        # The bolt has not moved; the time is of the bolt alone.
        (status(BoltState.LOCKED, DoorState.CLOSED), None),
        (status(BoltState.LOCKED, DoorState.OPEN), None),
        (status(BoltState.JAMMED), None),
        # The cloud owes no word on what it does not know, or when.
        (status(BoltState.UNKNOWN, DoorState.UNKNOWN), None),
        (status(BoltState.UNKNOWN, at=None), None),
        (status(at=None), None),
        # It is older than what is known.
        (status(at=-10), None),
        # It is of the same time.
        (status(at=0), None),
        # It has yet to come to an end, of which the cloud will tell.
        (status(BoltState.UNLOCKING), None),
        # The cloud's clock runs ahead: as late as it can be.
        (status(at=1000), 110),
    ],
)
def test_change_that_nobody_told_of(read: LockStatus, unheard: float | None) -> None:
    """Its own time, if it has changed and the cloud should have told of it."""
    taken = take_status(known(), read, moment(110))
    assert taken.unheard == (None if unheard is None else second(unheard))


PLACES: Any = [
    # Bolt and door as they were known, and as they are told now.
    ("locked closed", "locked open", True),
    ("locked open", "secure open", True),
    ("locked open", "unlatched open", True),
    ("locked open", "jammed absent", True),
    # A latch springs back by itself.
    ("unlatched open", "unlocked open", False),
    # Where it was, or is, nobody knows; or it is not there yet.
    ("unknown unknown", "locked open", False),
    ("locked open", "unknown init", False),
    ("unlocked open", "locking absent", False),
    ("locked open", "locked open", False),
]


@pytest.mark.parametrize(("was", "now", "untold"), PLACES)
def test_what_only_a_read_or_an_answer_tells(was: str, now: str, untold: bool) -> None:
    """Bolt or door have moved from one known place to another: somebody did it."""
    bolt, door = was.split()
    before = known(BoltState(bolt), DoorState(door))
    bolt, door = now.split()
    found, there = BoltState(bolt), DoorState(door)
    assert take_status(before, status(found, there), moment(110)).untold is untold
    answer = Operation(bolt=found, bolt_reported=True, door=there, accepted=False)
    assert take_answer(before, answer, moment(110)).untold is untold
    message = PushMessage(lock_id=LOCK, bolt=found, door=there)
    assert not take_push(before, message, moment(110)).untold


@pytest.mark.parametrize("asked", [50, 103])
def test_answer_to_a_question_that_something_has_crossed(asked: float) -> None:
    """It may be as old as the question: it overturns no message, and a read will tell."""
    unlocked = PushMessage(lock_id=LOCK, bolt=BoltState.UNLOCKED, door=DoorState.OPEN)
    before = take_push(known(), unlocked, moment(100)).data
    answer = Operation(
        bolt=BoltState.LOCKED,
        bolt_reported=True,
        door=DoorState.CLOSED,
        accepted=False,
    )
    when = Moment(asked=second(asked), arrived=second(110))
    taken = take_answer(before, answer, when)
    crossed = asked < 100
    assert taken.disputed is crossed
    after = {taken.data.bolt and taken.data.bolt.value}
    assert after == {BoltState.UNLOCKED if crossed else BoltState.LOCKED}
    assert taken.data.door is not None
    assert taken.data.door.value is (DoorState.OPEN if crossed else DoorState.CLOSED)
    # The end of a movement is told by the answer to that very movement; if somebody may have
    # unlocked by hand before it came, nobody knows, and a read will tell.
    taken = take_answer(before, answer, when, moved=True)
    assert taken.data.bolt is not None
    assert taken.data.bolt.value is BoltState.LOCKED
    assert (taken.data.bolt.confirmed is None) is crossed
    assert taken.data.door is not None
    assert (taken.data.door.confirmed is None) is crossed
    assert taken.disputed is crossed


@pytest.mark.parametrize("asked", [50, 103])
def test_answer_to_a_question_of_before_a_doubt(asked: float) -> None:
    """What was asked before a command left says nothing of what it has done."""
    before = take_doubt(known(), second(100)).data
    answer = Operation(bolt=BoltState.LOCKED, bolt_reported=True, accepted=False)
    when = Moment(asked=second(asked), arrived=second(110))
    after = take_answer(before, answer, when).data
    assert after.bolt is not None
    assert (after.bolt.confirmed is None) is (asked < 100)
    assert (after.doubted_at is None) is (asked > 100)


def test_clock_of_the_cloud() -> None:
    """The time is one of ours."""
    taken = take_status(known(), status(at=3700), moment(110, offset=3600))
    assert taken.unheard == second(100)


def test_first_reading() -> None:
    """Where nothing was known nothing has changed."""
    nothing = LockData(summary=LockSummary(lock_id=LOCK))
    assert take_status(nothing, status(), moment(110)).unheard is None


def test_what_was_unknown() -> None:
    """What the cloud says once it knows may be old."""
    unknown = known(BoltState.UNKNOWN, DoorState.UNKNOWN)
    read = status(BoltState.LOCKED, DoorState.OPEN)
    assert take_status(unknown, read, moment(110)).unheard is None


def test_change_that_was_pushed() -> None:
    """A read that finds the same is no news, and the next read finds nothing either."""
    message = PushMessage(lock_id=LOCK, bolt=BoltState.UNLOCKED)
    data = take_push(known(), message, moment(101)).data
    assert take_status(data, status(), moment(110)).unheard is None


@pytest.mark.parametrize(
    ("was", "first", "then", "caller"),
    [
        # The same movement goes on, or is told once more.
        (BoltState.LOCKED, BoltState.UNLOCKING, BoltState.UNLOCKED, "Pia"),
        (BoltState.LOCKED, BoltState.UNLATCHED, BoltState.UNLOCKED, "Pia"),
        (BoltState.LOCKED, BoltState.UNLOCKED, BoltState.UNLOCKED, "Pia"),
        # The other way is another movement, however soon.
        (BoltState.LOCKED, BoltState.UNLOCKED, BoltState.LOCKED, None),
        (BoltState.UNLOCKED, BoltState.LOCKED, BoltState.UNLATCHED, None),
        (BoltState.UNLOCKED, BoltState.LOCKING, BoltState.UNLOCKED, None),
    ],
)
@pytest.mark.parametrize("by", ["message", "poll", "answer"])
def test_who_moved_it(
    was: BoltState, first: BoltState, then: BoltState, caller: str | None, by: str
) -> None:
    """Who did it is shown until the bolt moves the other way; who asks has moved nothing."""
    message = PushMessage(lock_id=LOCK, bolt=first, caller="Pia")
    data = take_push(known(was), message, moment(10)).data
    if by == "answer":
        answer = Operation(bolt=then, bolt_reported=True, accepted=False)
        data = take_answer(data, answer, moment(12), moved=True).data
    else:
        asks = by == "poll"
        message = PushMessage(
            lock_id=LOCK, bolt=then, is_poll_answer=asks, caller="Bob" if asks else None
        )
        data = take_push(data, message, moment(12)).data
    assert data.actor == caller


@pytest.mark.parametrize(
    ("bolt", "at", "late", "disputed"),
    [
        (BoltState.UNLOCKED, -3600, 3700, True),
        # So late may a message be whose order was mixed up on the way.
        (BoltState.UNLOCKED, -10, 50, None),
        # It says the same, or nothing of what is now.
        (BoltState.LOCKED, -3600, 3700, None),
        (BoltState.UNLOCKING, -3600, 3700, None),
        (BoltState.UNLOCKED, 60, 50, False),
        # It is believed, but may be too old to be shown.
        (BoltState.UNLOCKED, 60, 70, True),
    ],
)
def test_message_that_seems_to_be_old(
    bolt: BoltState, at: float, late: float, disputed: bool | None
) -> None:
    """It is as old as it says, but is looked after: one of the clocks may have jumped."""
    message = PushMessage(lock_id=LOCK, bolt=bolt, at=second(at))
    taken = take_push(known(), message, moment(at + late))
    assert taken.disputed is disputed
    assert (taken.data.bolt == known().bolt) is (at < 0)


def test_change_counts_once() -> None:
    """Afterwards it is known."""
    taken = take_status(known(), status(), moment(110))
    assert take_status(taken.data, status(), moment(120)).unheard is None


def test_bridge_that_was_away() -> None:
    """What happened while the cloud did not reach the lock it could not tell."""
    data = take_push(
        known(), PushMessage(lock_id=LOCK, bridge_online=False), moment(10)
    ).data
    data = take_push(
        data, PushMessage(lock_id=LOCK, bridge_online=True), moment(90)
    ).data
    detail = LockDetail(lock_id=LOCK, status=status())
    assert take_detail(data, detail, moment(110)).unheard is None


def test_detail() -> None:
    """A detail is a read as well."""
    detail = LockDetail(lock_id=LOCK, status=status())
    assert take_detail(known(), detail, moment(110)).unheard == second(100)


def test_command_whose_end_nobody_told() -> None:
    """Nothing is believed of the lock since; that the cloud reached it is known."""
    data = take_doubt(known(), second(50)).data
    assert take_status(data, status(), moment(110)).unheard == second(100)


def test_silence_that_was_asked_for_before_a_message() -> None:
    """A cache that knew nothing then overturns nothing that was told since."""
    silent = status(BoltState.UNKNOWN, DoorState.UNKNOWN, at=None)
    asked, online = second(-1), Reading(value=True, at=second(0), confirmed=second(0))
    before = replace(known(), online=online)
    taken = take_status(before, silent, Moment(asked=asked, arrived=second(1)))
    assert taken.data == before
    assert taken.disputed
    after = take_status(before, silent, moment(1)).data
    assert after.bolt is not None
    assert after.door is not None
    assert (after.bolt.value, after.door.value) == (
        BoltState.UNKNOWN,
        DoorState.UNKNOWN,
    )
