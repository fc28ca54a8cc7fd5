"""Steps of a code's way that seldom come, one by one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from custom_components.yale_august.cloud.models import AccessType, Pin, PinState
from custom_components.yale_august.codes import wishes
from custom_components.yale_august.codes.engine import give_up, need_digits
from custom_components.yale_august.codes.pace import CodePace
from custom_components.yale_august.codes.plan import look_after
from custom_components.yale_august.codes.records import Code, CodeState, Goal, Reason
from custom_components.yale_august.codes.schedule import (
    ALWAYS,
    AnySchedule,
    Opaque,
    Temporary,
)
from custom_components.yale_august.codes.sighting import same_schedule

from .model import LOCK, START, TIMES, Cloud, Keeper, guest

GINA = guest(1)

type Wish = Callable[[Code, datetime], Code]


def _sent() -> Keeper:
    """Return a keeper that has sent a code which the lock has not taken yet."""
    keeper = Keeper(Cloud())
    keeper.wish(wishes.new_code(GINA, LOCK, ALWAYS, keeper.now), "1234")
    keeper.act(keeper.cloud.list(keeper.later()))
    keeper.later()
    return keeper


@pytest.mark.parametrize("what", ["digits", "schedule"])
def test_something_else_is_loaded(what: str) -> None:
    """Other digits or other times under the guest's id are not the code that was sent."""
    keeper = _sent()
    slot = keeper.cloud.of(GINA.guest_id)
    assert slot is not None
    slot.state = PinState.LOADED
    if what == "digits":
        slot.digits = "9876"
    else:
        slot.schedule = Temporary(start=START, end=START + timedelta(hours=1))
    for _ in range(2):
        keeper.look(keeper.cloud.list(keeper.later()))
        code = keeper.disk[GINA.guest_id]
        assert code.state is CodeState.UNCERTAIN
        assert code.reason is Reason.CHANGED_ELSEWHERE
        assert code.settled


def test_replaced_after_it_was_confirmed() -> None:
    """Another code under the guest's id is reported, whatever its digits."""
    keeper = _sent()
    keeper.run()
    assert keeper.disk[GINA.guest_id].state is CodeState.CONFIRMED
    slot = keeper.cloud.of(GINA.guest_id)
    assert slot is not None
    slot.pin_id = "another"
    keeper.look(keeper.cloud.list(keeper.later()))
    code = keeper.disk[GINA.guest_id]
    assert (code.state, code.reason) == (
        CodeState.UNCERTAIN,
        Reason.CHANGED_ELSEWHERE,
    )
    assert len(keeper.sent) == 1


def test_clock_set_back() -> None:
    """Nothing of ours is of a time to come, so that it is not waited for."""
    keeper = _sent()
    day = timedelta(days=1)
    keeper.now -= day
    keeper.newest = None
    keeper.run()
    assert keeper.disk[GINA.guest_id].state is CodeState.CONFIRMED
    keeper.now += day
    keeper.wish(wishes.end(keeper.disk[GINA.guest_id], keeper.later()))
    keeper.now -= 2 * day
    keeper.newest = None
    keeper.run()
    assert keeper.disk == {}
    assert keeper.cloud.of(GINA.guest_id) is None


def test_busy_intent_passes() -> None:
    """What is refused because the cloud is still at work is sent once more, a while later."""
    for refusals in (1, 2):
        keeper = _sent()
        keeper.run()
        since = len(keeper.sent)
        code = keeper.disk[GINA.guest_id]
        keeper.wish(wishes.suspend(code, keeper.later()))
        for _ in range(60):
            keeper.now += timedelta(seconds=3)
            keeper.cloud.work()
            seen = keeper.cloud.list(keeper.now)
            keeper.look(seen)
            has_refused = len(keeper.sent) - since >= refusals
            keeper.act(seen, "taken" if has_refused else "at work")
        code, (first, second) = keeper.disk[GINA.guest_id], keeper.sent[since:]
        assert second.at - first.at >= TIMES.grace
        if refusals == 1:
            assert (code.state, code.goal) == (CodeState.CONFIRMED, Goal.SUSPENDED)
        else:
            assert (code.state, code.reason) == (CodeState.REFUSED, Reason.BUSY_INTENT)


@pytest.mark.parametrize(
    ("first", "then", "state"),
    [
        (wishes.suspend, wishes.end, None),
        (wishes.suspend, wishes.resume, CodeState.CONFIRMED),
        (None, wishes.end, None),
    ],
)
def test_refused_when_it_is_not_wanted_any_more(
    first: Wish | None, then: Wish, state: CodeState | None
) -> None:
    """A refusal says nothing of what the person has wished since."""
    keeper = Keeper(Cloud())
    keeper.wish(wishes.new_code(GINA, LOCK, ALWAYS, keeper.now), "1234")
    if first is not None:
        keeper.run()
        keeper.wish(first(keeper.disk[GINA.guest_id], keeper.later()))

    def change_mind(guest_id: str) -> None:
        keeper.wish(then(keeper.disk[guest_id], keeper.later()))

    seen = keeper.cloud.list(keeper.later())
    keeper.look(seen)
    keeper.act(seen, "forbidden", meanwhile=change_mind)
    assert not keeper.disk[GINA.guest_id].settled
    keeper.run()
    code = keeper.disk.get(GINA.guest_id)
    assert (code and code.state) is state
    assert (keeper.cloud.of(GINA.guest_id) is None) is (state is None)


def test_window_ends_while_uncertain() -> None:
    """What was loaded and never seen is not waited for because its window is over, but looked for."""
    keeper = Keeper(Cloud())
    keeper.wish(wishes.new_code(GINA, LOCK, _window(10), keeper.later()), "1234")
    keeper.act(keeper.cloud.list(keeper.later()), "lost after")
    keeper.now += timedelta(minutes=4)
    keeper.look(keeper.cloud.list(keeper.now, complete=False))
    code = keeper.disk[GINA.guest_id]
    assert (code.state, code.goal) == (CodeState.UNCERTAIN, Goal.OPEN)
    keeper.now += timedelta(minutes=12)
    for seen in (None, keeper.cloud.list(keeper.later(), complete=False)):
        keeper.look(seen)
        code = keeper.disk[GINA.guest_id]
        assert (code.state, code.goal) == (CodeState.UNCERTAIN, Goal.GONE)
        assert code.reason is Reason.WINDOW_OVER
        assert not code.in_flight
    keeper.run()
    assert keeper.ended == {GINA.guest_id}
    assert keeper.cloud.of(GINA.guest_id) is None


def _window(minutes: int) -> Temporary:
    return Temporary(start=START, end=START + timedelta(minutes=minutes))


def test_looks_become_rare() -> None:
    """What does not move is looked at ever more seldom."""
    code = wishes.new_code(GINA, LOCK, ALWAYS, START)

    def pauses(code: Code) -> list[float]:
        found = (look_after([code], done, CodePace()) for done in range(14))
        return [pause.total_seconds() for pause in found if pause is not None]

    first = [5, 5, 5, 10, 20, 40, 60]
    assert pauses(code) == [*first, 60, 120, 240, 480, 900, 900, 900]
    waiting = replace(code, state=CodeState.WAITING)
    assert pauses(waiting) == [*first, *[900] * 7]
    assert pauses(replace(code, state=CodeState.UNCERTAIN)) == [900] * 14
    assert pauses(replace(code, settled=True)) == []


@pytest.mark.parametrize(
    ("ours", "access_type", "times", "same"),
    [
        (ALWAYS, AccessType.ALWAYS, None, True),
        (ALWAYS, AccessType.ALWAYS, "in the vendor's own words", None),
        (ALWAYS, AccessType.UNKNOWN, None, None),
        (ALWAYS, AccessType.TEMPORARY, "STARTSEC=1;ENDSEC=2", False),
        (_window(1), AccessType.TEMPORARY, "in the vendor's own words", None),
        (_window(1), AccessType.RECURRING, "in the vendor's own words", False),
        (_window(1), AccessType.ALWAYS, None, False),
        (
            Opaque(access_type=AccessType.RECURRING, text="x"),
            AccessType.RECURRING,
            "x",
            True,
        ),
        (
            Opaque(access_type=AccessType.RECURRING, text="x"),
            AccessType.RECURRING,
            "y",
            None,
        ),
        (
            Opaque(access_type=AccessType.RECURRING, text="x"),
            AccessType.ALWAYS,
            None,
            False,
        ),
    ],
)
def test_same_schedule(
    ours: AnySchedule, access_type: AccessType, times: str | None, same: bool | None
) -> None:
    """Of another kind it is another one; what cannot be read of the same kind nobody knows."""
    assert same_schedule(ours, Pin(access_type=access_type, access_times=times)) is same


@pytest.mark.parametrize(
    ("state", "wish", "rest"),
    [
        (PinState.CREATED, wishes.resume, PinState.LOADED),
        (PinState.CREATED, wishes.suspend, PinState.LOADED),
        (PinState.UPDATING, wishes.resume, PinState.LOADED),
        (PinState.ENABLING, wishes.resume, PinState.LOADED),
        (PinState.DISABLING, wishes.suspend, PinState.DISABLED),
        (PinState.DELETING, wishes.end, None),
    ],
)
def test_lock_takes_for_ever(
    state: PinState, wish: Wish, rest: PinState | None
) -> None:
    """What is on its way without a write of this wish is waited for no longer than any write, and told of."""
    keeper = _sent()
    keeper.run()
    (slot,) = keeper.cloud.slots
    slot.state = state
    code = keeper.disk[GINA.guest_id]
    settled = replace(
        code, state=CodeState.UNCERTAIN, reason=Reason.SUSPENDED_ELSEWHERE
    )
    keeper.wish(wish(settled, keeper.later()))
    keeper.run(seconds=10, turns=17)
    assert keeper.disk[GINA.guest_id].state in (CodeState.SENT, CodeState.ENDING)
    keeper.run(seconds=10, turns=4)
    late = keeper.disk[GINA.guest_id]
    assert (late.state, late.reason) == (CodeState.UNCERTAIN, Reason.NOT_CONFIRMED)
    assert (late.settled, len(keeper.sent)) == (False, 1)
    if rest is None:
        keeper.cloud.slots.remove(slot)
    else:
        slot.state = rest
    keeper.run()
    last = keeper.disk.get(GINA.guest_id)
    assert last is None or last.state is CodeState.CONFIRMED
    assert (last is None) is (rest is None)


@pytest.mark.parametrize("fresh", [True, False])
def test_change_that_was_given_up_is_not_confirmed(fresh: bool) -> None:
    """What lies on the lock then is what was to be replaced, whatever the list says of it."""
    keeper = _sent()
    keeper.run()
    code = keeper.disk[GINA.guest_id]
    later = Temporary(start=START, end=START + timedelta(days=9))
    change = wishes.change(
        code, keeper.later(), schedule=None if fresh else later, fresh=fresh
    )
    keeper.wish(change, "9876")
    keeper.act(keeper.cloud.list(keeper.later()), "lost before")
    # Whether or not somebody has to say digits first.
    sent = keeper.disk[GINA.guest_id]
    lost = need_digits(sent)
    keeper.keep(lost)
    keeper.look(keeper.cloud.list(keeper.later()))
    assert keeper.disk[GINA.guest_id] == lost
    given_up = give_up(sent, Reason.ROLE_MISSING)
    keeper.keep(given_up)
    keeper.look(keeper.cloud.list(keeper.later()))
    assert keeper.disk[GINA.guest_id] == given_up
    # Who tries again is told that the new digits are lost, or gets the other times.
    keeper.wish(wishes.resume(given_up, keeper.later()))
    keeper.run()
    code = keeper.disk[GINA.guest_id]
    assert code.state is (CodeState.NEEDS_NEW_CODE if fresh else CodeState.CONFIRMED)
    assert code.schedule == (ALWAYS if fresh else later)
