"""Which reading is newer, and how long it is shown: true for every order of arrival."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.yale_august.cloud.models import BoltState, DoorState
from custom_components.yale_august.knowledge.readings import (
    Offer,
    Origin,
    Reading,
    Trust,
    Verdict,
    shown_until,
    trusted_until,
    weigh,
)

START = datetime(2026, 11, 1, tzinfo=UTC)
TRUST = Trust(rest=timedelta(hours=1), moving=timedelta(seconds=60))

REST = (BoltState.LOCKED, BoltState.UNLOCKED, BoltState.UNKNOWN, BoltState.JAMMED)


def shown[T: (BoltState, DoorState)](
    reading: Reading[T] | None, now: datetime, trust: Trust
) -> T | None:
    """Return what is shown of a reading."""
    if reading is None or shown_until(reading, now, trust) is None:
        return None
    return reading.value


moments = st.integers(0, 100).map(lambda second: START + timedelta(seconds=second))
delays = st.integers(0, 20).map(lambda second: timedelta(seconds=second))


@st.composite
def offers(draw: st.DrawFn) -> Offer[BoltState]:
    """Return anything that may arrive."""
    asked = draw(moments)
    origin = draw(st.sampled_from(Origin))
    return Offer(
        value=draw(st.sampled_from(BoltState)),
        at=draw(st.none() | moments),
        arrived=asked if origin is Origin.PUSH else asked + draw(delays),
        origin=origin,
        vouched=origin is not Origin.READ or draw(st.booleans()),
    )


def in_order(found: Iterable[Offer[BoltState]]) -> list[Offer[BoltState]]:
    """Sort by arrival."""
    return sorted(found, key=lambda offer: offer.arrived)


many = st.lists(offers(), min_size=1, max_size=12).map(in_order)


def push(value: BoltState, second: float, at: float | None = None) -> Offer[BoltState]:
    """Return a push message that arrives then."""
    when = START + timedelta(seconds=second)
    return Offer(
        value=value,
        at=None if at is None else START + timedelta(seconds=at),
        arrived=when,
        origin=Origin.PUSH,
    )


def read(
    value: BoltState,
    second: float,
    at: float | None = None,
    *,
    took: float = 0,
    vouched: bool = True,
    origin: Origin = Origin.READ,
) -> Offer[BoltState]:
    """Return the answer to a question of then."""
    when = START + timedelta(seconds=second)
    return Offer(
        value=value,
        at=None if at is None else START + timedelta(seconds=at),
        arrived=when + timedelta(seconds=took),
        origin=origin,
        vouched=vouched,
    )


def after(found: Iterable[Offer[BoltState]]) -> Reading[BoltState]:
    """Return what is known when all this has arrived."""
    known = None
    for offer in found:
        known, _ = weigh(known, offer)
    assert known is not None
    return known


@given(many)
def test_newest_own_time_wins(found: list[Offer[BoltState]]) -> None:
    """What is known is as new as the newest that arrived, and one of those says so."""
    known = after(found)
    assert known.at == max(offer.time for offer in found)
    said = {offer.value for offer in found if offer.time == known.at or offer.silent}
    assert known.value in said


@given(many)
def test_time_of_what_is_known_never_goes_back(
    found: list[Offer[BoltState]],
) -> None:
    """Whatever arrives, what is known grows newer or stays."""
    known: Reading[BoltState] | None = None
    for offer in found:
        before = known
        known, verdict = weigh(before, offer)
        assert known is not None
        if before is None:
            assert verdict is Verdict.NEWER
        else:
            assert known.at >= before.at
            if verdict in {Verdict.OLDER, Verdict.DISPUTED}:
                assert known == before
            else:
                assert known.value is offer.value


@given(many, st.data())
def test_what_arrives_twice_counts_once(
    found: list[Offer[BoltState]], data: st.DataObject
) -> None:
    """A doubled message changes nothing."""
    number = data.draw(st.integers(0, len(found) - 1))
    doubled = [*found[: number + 1], found[number], *found[number + 1 :]]
    assert after(doubled) == after(found)


@given(many, st.sampled_from(BoltState), moments)
def test_cache_never_overturns_push(
    found: list[Offer[BoltState]], cached: BoltState, at: datetime
) -> None:
    """A cache that tells an older time than a push does not count against it."""
    last = push(BoltState.UNLOCKED, 200)
    stale = replace(read(cached, 210), at=at)
    known, verdict = weigh(after([*found, last]), stale)
    assert known is not None
    assert known.value is BoltState.UNLOCKED
    if cached is not BoltState.UNLOCKED:
        assert verdict is Verdict.DISPUTED


@pytest.mark.parametrize("cached", [BoltState.LOCKED, BoltState.LOCKING])
@pytest.mark.parametrize("origin", [Origin.PUSH, Origin.ANSWER])
def test_cache_without_time_does_not_overturn_what_the_lock_said(
    cached: BoltState, origin: Origin
) -> None:
    """A cache that tells no time claims none: it is looked into, not believed."""
    known = after([read(BoltState.UNLOCKED, 10, origin=origin)])
    after_read, verdict = weigh(known, read(cached, 500))
    assert after_read == known
    assert verdict is Verdict.DISPUTED


def test_cache_without_time_replaces_another_one() -> None:
    """Where no reading has a time, the last one counts."""
    known = after([read(BoltState.UNLOCKED, 10), read(BoltState.LOCKED, 20)])
    assert known.value is BoltState.LOCKED


def test_cache_that_knows_nothing_is_believed() -> None:
    """Silence is unknown: a lock is not locked because it was."""
    known = after([push(BoltState.LOCKED, 10), read(BoltState.UNKNOWN, 20)])
    assert known.value is BoltState.UNKNOWN


def test_silence_makes_nothing_newer() -> None:
    """After a silence the cache may say again what it said, but not what was before."""
    known = after(
        [
            read(BoltState.LOCKED, 5, at=1),
            push(BoltState.UNLOCKED, 10),
            read(BoltState.UNKNOWN, 20),
        ]
    )
    stale, verdict = weigh(known, read(BoltState.LOCKED, 30, at=1))
    assert stale == known
    assert verdict is Verdict.DISPUTED
    assert (
        after(
            [
                push(BoltState.UNLOCKED, 10, at=9),
                read(BoltState.UNKNOWN, 20),
                read(BoltState.UNLOCKED, 30, at=9),
            ]
        ).value
        is BoltState.UNLOCKED
    )


def test_agreement_without_time_does_not_make_a_reading_newer() -> None:
    """Else a later event with an own time could not win any more."""
    known = after(
        [
            push(BoltState.LOCKED, 10),
            read(BoltState.LOCKED, 60),
            read(BoltState.UNLOCKED, 70, at=50),
        ]
    )
    assert known.value is BoltState.UNLOCKED


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[tuple[float, BoltState]], list[int]]:
    """Return what a bolt did, second by second, and how late each message of it comes."""
    count = draw(st.integers(1, 6))
    events: list[tuple[float, BoltState]] = []
    for number in range(count):
        others = [state for state in REST if not events or events[-1][1] is not state]
        events.append((10.0 * (number + 1), draw(st.sampled_from(others))))
    return events, draw(
        # -1: the message is lost.
        st.lists(st.integers(-1, 40), min_size=count, max_size=count)
    )


def pushed(
    events: list[tuple[float, BoltState]], late: list[int], *, timed: bool
) -> list[Offer[BoltState]]:
    """Return the messages about events, in the order in which they arrive."""
    return in_order(
        push(value, second + delay, at=second if timed else None)
        for (second, value), delay in zip(events, late, strict=True)
        if delay >= 0
    )


@given(histories(), st.integers(0, 6))
def test_any_interleaving_converges_with_the_next_read(
    history: tuple[list[tuple[float, BoltState]], list[int]], reads: int
) -> None:
    """Messages that tell their time may be lost or come in any order: a read heals all."""
    events, late = history
    found = pushed(events, late, timed=True)
    for number in range(reads):
        second, value = events[min(number, len(events) - 1)]
        # What the cache said at some time in between.
        found.append(read(value, second + 5, at=second))
    second, value = events[-1]
    known = after([*in_order(found), read(value, 500, at=second)])
    assert known.value is value


@given(histories())
def test_messages_without_time_are_healed_by_asking(
    history: tuple[list[tuple[float, BoltState]], list[int]],
) -> None:
    """A late message without a time wins wrongly; a read disputes it, the lock decides."""
    events, late = history
    found = pushed(events, late, timed=False)
    second, value = events[-1]
    known = after(found) if found else None
    known, verdict = weigh(known, read(value, 500, at=second))
    assert known is not None
    if verdict is Verdict.DISPUTED:
        # Only a message that came after its successor can have caused it.
        assert any(offer.arrived > START + timedelta(seconds=second) for offer in found)
        known, verdict = weigh(known, read(value, 510, took=3, origin=Origin.ANSWER))
        assert verdict is Verdict.NEWER
        assert known is not None
    assert known.value is value


@given(histories())
def test_messages_in_time_need_no_asking(
    history: tuple[list[tuple[float, BoltState]], list[int]],
) -> None:
    """As long as messages come before the next event, a read alone heals what was lost."""
    events, late = history
    found = pushed(events, [min(delay, 9) for delay in late], timed=False)
    if late[-1] > 0:
        # The last message arrived after the cache took note: no contradiction.
        assert after(found).value is events[-1][1]
    second, value = events[-1]
    assert after([*found, read(value, 500, at=second)]).value is value


@given(many)
def test_nothing_is_shown_that_nobody_said(found: list[Offer[BoltState]]) -> None:
    """Unknown never becomes locked, and what an unreachable lock was is not shown."""
    known = after(found)
    state = shown(known, found[-1].arrived, TRUST)
    if state is not None:
        assert any(offer.value is state and offer.vouched for offer in found)
    if all(offer.value is BoltState.UNKNOWN for offer in found):
        assert state in {None, BoltState.UNKNOWN}


@given(many)
def test_truth_has_an_age(found: list[Offer[BoltState]]) -> None:
    """After T1 without a word from the cloud nothing is shown; a movement ends sooner."""
    known = after(found)
    until = trusted_until(known, TRUST)
    if until is None:
        assert known.confirmed is None
        assert shown(known, START, TRUST) is None
        return
    assert until <= found[-1].arrived + TRUST.rest
    if known.value.moving:
        assert until == known.at + TRUST.moving
    assert shown(known, until, TRUST) is None
    assert shown(known, until - timedelta(seconds=1), TRUST) is known.value


@given(many, st.sampled_from(BoltState), delays)
def test_agreement_confirms(
    found: list[Offer[BoltState]], value: BoltState, delay: timedelta
) -> None:
    """A reading that says the same, however old, lets the state be shown for another T1."""
    known = after([*found, push(value, 150)])
    again = read(value, 900 + delay.total_seconds(), at=1)
    confirmed, verdict = weigh(known, again)
    assert confirmed is not None
    assert verdict is Verdict.CONFIRMED
    assert confirmed.confirmed == again.arrived
    assert confirmed.at == known.at


def test_agreement_of_an_unreachable_lock_confirms_nothing() -> None:
    """What the cloud remembers while the bridge is offline is no news."""
    known = after([push(BoltState.LOCKED, 10)])
    again, _ = weigh(known, read(BoltState.LOCKED, 50, at=5, vouched=False))
    assert again == known
    never = after([read(BoltState.LOCKED, 50, at=5, vouched=False)])
    assert never.confirmed is None
    assert shown(never, START, TRUST) is None


def test_unreachable_lock_does_not_dispute() -> None:
    """Nobody is asked again about a lock that cannot be reached."""
    known = after([push(BoltState.LOCKED, 10)])
    _, verdict = weigh(known, read(BoltState.UNLOCKED, 50, at=5, vouched=False))
    assert verdict is Verdict.OLDER


def test_clock_ahead_does_not_outrank_what_comes_later() -> None:
    """A time in the future counts as now."""
    known = after(
        [
            read(BoltState.LOCKED, 10, at=5000, took=1),
            push(BoltState.UNLOCKED, 20),
        ]
    )
    assert known.value is BoltState.UNLOCKED


def test_late_push_with_time_is_old() -> None:
    """A message that tells its own time does not win by coming late."""
    known = after([push(BoltState.LOCKED, 20), push(BoltState.UNLOCKED, 30, at=10)])
    assert known.value is BoltState.LOCKED
    assert known.at == START + timedelta(seconds=20)


def test_same_moment_push_keeps_the_first_and_a_read_takes_the_second() -> None:
    """Of two messages of one moment the first stays; a cache of that moment is asked last."""
    first = push(BoltState.LOCKED, 10, at=10)
    second = push(BoltState.UNLOCKED, 11, at=10)
    assert after([first, second]).value is BoltState.LOCKED
    assert after([first, read(BoltState.UNLOCKED, 12, at=10)]).value is (
        BoltState.UNLOCKED
    )


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(DoorState), moments)
def test_doors_are_at_rest(value: DoorState, now: datetime) -> None:
    """A door is trusted as long as a bolt at rest."""
    known = Reading(value=value, at=now, confirmed=now)
    assert trusted_until(known, TRUST) == now + TRUST.rest
    assert shown(known, now, TRUST) is value
    assert shown(None, now, TRUST) is None
