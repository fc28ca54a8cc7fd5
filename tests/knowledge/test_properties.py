"""What is known of a lock, whatever arrives, in whatever order, with whatever times."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given, strategies as st

from custom_components.yale_august.cloud.models import BoltState, DoorState, LockDetail
from custom_components.yale_august.knowledge.arrivals import take_detail
from custom_components.yale_august.knowledge.face import face_of
from custom_components.yale_august.knowledge.readings import Moment

from .arrivals import (
    DOORS,
    LATEST,
    RESTING,
    TRUST,
    WORDS,
    Event,
    after,
    events,
    histories,
    moment,
    often,
    restarted,
    take,
)

HOUR = 3600
offsets = st.sampled_from((-HOUR, -90, 0, 90, HOUR)).map(
    lambda seconds: timedelta(seconds=seconds)
)
FREE = set(BoltState) - {
    *(BoltState.SECURE, BoltState.JAMMED, BoltState.SHABBAT, BoltState.UNKNOWN)
}
"""A bolt of which it can be said that its knob is not switched off."""
doors = st.sampled_from(("closed", "open"))


def trusted(event: Event, now: float, bolt: BoltState | None = None) -> bool:
    """Return whether something that has arrived may still be believed."""
    trust = TRUST.moving if bolt is not None and bolt.moving else TRUST.rest
    return now - event.arrived < trust.total_seconds()


@often
@given(histories, st.integers(0, 9000))
def test_nothing_is_shown_that_nothing_has_said(
    history: list[Event], later: int
) -> None:
    """A state is shown only while something that said so is young enough to be believed."""
    data = after(history)
    second = later + max((event.arrived for event in history), default=0)
    now = moment(second)
    bolt, door = face_of(data, now, TRUST).bolt, face_of(data, now, TRUST).door
    said = {event.says for event in history if trusted(event, second, bolt)}
    assert bolt is None or bolt in said
    assert bolt is not BoltState.UNKNOWN
    secure = face_of(data, now, TRUST).secure
    assert (secure is True) is (face_of(data, now, TRUST).settled is BoltState.SECURE)
    assert secure is not False or face_of(data, now, TRUST).settled in FREE
    said_of_door = {event.says_of_door for event in history if trusted(event, second)}
    assert door is None or door in said_of_door


@often
@given(histories, st.sampled_from(("detail", "status", "push")))
def test_a_lock_that_is_cut_off_shows_nothing(history: list[Event], kind: str) -> None:
    """The cloud does not reach it: whatever was known is not known any more."""
    cut = Event(kind="push", arrived=LATEST + 10, online=False)
    read = Event(kind=kind, arrived=LATEST + 20, word="locked", door="closed", at=5)
    now = moment(LATEST + 21)
    data = replace(after([*history, cut]), commanded=BoltState.UNLOCKING)
    assert face_of(data, now, TRUST).bolt is None
    assert face_of(data, now, TRUST).door is None
    if kind != "push":
        data = take(data, replace(read, online=False))
        assert face_of(data, now, TRUST).bolt is None
        assert face_of(data, now, TRUST).door is None


@often
@given(
    histories,
    st.lists(st.tuples(st.sampled_from(("push", "status")), events()), max_size=4),
)
def test_what_was_before_a_cut_is_not_known_after_it(
    history: list[Event], late: list[tuple[str, Event]]
) -> None:
    """Anything may have happened meanwhile; what comes late tells of before."""
    cut = Event(kind="push", arrived=LATEST + 10, online=False)
    told = [
        replace(event, kind=kind, arrived=LATEST + 20, at=event.arrived, online=None)
        for kind, event in late
    ]
    back = Event(kind="push", arrived=LATEST + 30, online=True)
    data = after([*history, cut, *told, back])
    now = moment(LATEST + 31)
    assert data.reachable
    assert face_of(data, now, TRUST).settled is None
    assert face_of(data, now, TRUST).door is None


@often
@given(histories, st.sampled_from(RESTING), doors, offsets, st.integers(0, 12))
def test_the_next_read_tells_the_truth(
    history: list[Event], word: object, door: str, offset: timedelta, stop: int
) -> None:
    """Whatever came before, and over a restart: a newer read of a lock in reach is shown."""
    data = restarted(after(history[:stop], offset), LATEST)
    data = after(history[stop:], offset, data)
    read = Event(
        kind="detail",
        arrived=LATEST + 100,
        took=10,
        word=word,
        door=door,
        at=LATEST + 80,
        online=True,
    )
    data = take(data, read, offset)
    now = moment(LATEST + 100)
    assert face_of(data, now, TRUST).settled is WORDS[word]
    assert face_of(data, now, TRUST).door is DOORS[door]
    assert data.doubted_at is None


@often
@given(
    st.lists(
        st.tuples(
            st.sampled_from(("push", "detail", "status")), st.sampled_from(tuple(WORDS))
        ),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
    offsets,
)
def test_any_order_of_dated_readings_comes_to_the_newest(
    readings: list[tuple[str, object]], chance: Random, offset: timedelta
) -> None:
    """Each tells its own time: the order in which they arrive does not matter."""
    found = [
        Event(kind=kind, arrived=1000, word=word, at=10 * number)
        for number, (kind, word) in enumerate(readings)
    ]
    newest = found[-1].says
    # Some come twice.
    found += [event for event in found if chance.random() < 0.3]
    chance.shuffle(found)
    found = [
        replace(event, arrived=1000 + number) for number, event in enumerate(found)
    ]
    bolt = after(found, offset).bolt
    assert bolt is not None
    assert bolt.value is newest


@often
@given(histories, events())
def test_what_arrives_twice_counts_once(history: list[Event], event: Event) -> None:
    """A doubled message, or the same answer twice, changes nothing more."""
    event = replace(event, arrived=LATEST + 1)
    once = take(after(history), event)
    assert take(once, event) == once


@often
@given(histories, offsets)
def test_clocks_do_not_matter(history: list[Event], offset: timedelta) -> None:
    """With the cloud's clock ahead or behind the same is known, at the same times."""
    there = after(history, offset)
    here = after(history)
    assert (there.bolt, there.door, there.online) == (here.bolt, here.door, here.online)
    assert (there.complaint, there.doubted_at) == (here.complaint, here.doubted_at)


@often
@given(
    histories,
    st.sampled_from(RESTING),
    st.sampled_from(RESTING),
    st.integers(0, LATEST),
    st.booleans(),
)
def test_a_stale_cache_overturns_no_message(
    history: list[Event], pushed: object, cached: object, at: int, dated: bool
) -> None:
    """What the cache says of before a message is looked into, not believed."""
    push = Event(kind="push", arrived=LATEST + 10, word=pushed)
    data = after([*history, push])
    read = Event(
        kind="detail", arrived=LATEST + 60, word=cached, at=at if dated else None
    )
    now = moment(LATEST + 60)
    when = Moment(asked=now, arrived=now)
    taken = take_detail(
        data, LockDetail.from_json(replace(read, online=True).json()), when
    )
    assert face_of(taken.data, now, TRUST).settled is WORDS[pushed]
    assert taken.disputed is (WORDS[pushed] is not WORDS[cached])


@often
@given(st.integers(0, 2 * HOUR), st.integers(0, 2 * HOUR), doors)
def test_a_late_message_is_as_old_as_it_says(delay: int, later: int, door: str) -> None:
    """It was true when it was sent, and is shown for as long after that."""
    late = Event(kind="push", arrived=delay, word="locked", door=door, at=0)
    data = take(after([]), late)
    is_young = delay + later < HOUR
    now = moment(delay + later)
    assert face_of(data, now, TRUST).bolt is (BoltState.LOCKED if is_young else None)
    assert face_of(data, now, TRUST).door is (DOORS[door] if is_young else None)


@often
@given(
    histories,
    st.sampled_from(("detail", "status", "push", "answer")),
    st.sampled_from(RESTING),
    st.none() | st.integers(0, LATEST + 50),
    st.booleans(),
)
def test_a_doubt_ends_with_something_newer(
    history: list[Event], kind: str, word: object, at: int | None, restart: bool
) -> None:
    """After a command without an end nothing is shown that may be older, restart or not."""
    doubt = Event(kind="doubt", arrived=LATEST + 20)
    data = after([*history, doubt])
    if restart:
        data = restarted(data, LATEST + 21)
    now = moment(LATEST + 50)
    assert face_of(data, now, TRUST).settled is None
    told = Event(kind=kind, arrived=LATEST + 50, took=1, word=word, at=at)
    data = take(data, told if kind != "detail" else replace(told, online=True))
    if kind == "answer":
        # The lock itself has said so; an answer tells no time of its own.
        is_newer = True
    else:
        is_newer = kind == "push" if at is None else at > doubt.arrived
    if not is_newer:
        assert face_of(data, now, TRUST).settled is None
        assert data.doubted_at == moment(doubt.arrived)
    elif kind != "status":
        assert face_of(data, now, TRUST).settled is WORDS[word]
        assert data.doubted_at is None


@often
@given(histories, st.integers(0, 9000))
def test_a_restart_makes_nothing_fresh(history: list[Event], away: int) -> None:
    """What is shown after a restart was known before, and grows no younger by it."""
    before = after(history)
    now = moment(LATEST + away)
    data = restarted(before, LATEST + away)
    assert (data.bolt, data.door) == (before.bolt, before.door)
    assert data.has_secure_mode is before.has_secure_mode
    if before.has_secure_mode:
        assert BoltState.SECURE in {event.says for event in history}
    else:
        assert face_of(before, now, TRUST).settled is not BoltState.SECURE
    assert face_of(data, now, TRUST).settled in (
        None,
        face_of(before, now, TRUST).settled,
    )
    assert face_of(data, now, TRUST).door in (None, face_of(before, now, TRUST).door)
    if before.reachable is not False:
        assert face_of(data, now, TRUST).settled is face_of(before, now, TRUST).settled


@often
@given(histories, st.sampled_from(("failure", "jam", "doubt")))
def test_a_failure_moves_no_bolt(history: list[Event], kind: str) -> None:
    """A command that failed leaves no other state behind than jammed or unknown."""
    data = after(history)
    now = moment(LATEST + 1)
    shown = face_of(data, now, TRUST).settled
    data = take(data, Event(kind=kind, arrived=LATEST + 1))
    allowed = {"failure": shown, "jam": BoltState.JAMMED, "doubt": None}
    if kind != "jam" and data.reachable is False:
        assert face_of(data, now, TRUST).settled is None
    else:
        # A lock that says that it is jammed is in reach.
        assert face_of(data, now, TRUST).settled is allowed[kind]
    assert face_of(data, now, TRUST).door in {*DoorState, None}
