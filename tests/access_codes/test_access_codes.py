"""The life of a guest's code on two locks, in a real Home Assistant against the simulated cloud."""

import pytest

from custom_components.yale_august.access_codes.desk import NEW
from custom_components.yale_august.codes.records import CodeState, Goal
from custom_components.yale_august.codes.view import CodeEventKind
from tests.home import Home
from tests.simulator.pinbook import PinState

from .code_home import GUEST, CodeHome, soon


@pytest.fixture
async def codes(home: Home) -> CodeHome:
    """Return a home with two locks that take codes, set up."""
    found = CodeHome(home)
    await found.set_up()
    return found


async def test_whole_life(codes: CodeHome) -> None:
    """Added, suspended, resumed, changed, moved in time, ended: each on both locks."""
    made = await codes.add()
    assert {outcome.state for outcome in made.values()} == {CodeState.CONFIRMED}
    (digits,) = {outcome.digits for outcome in made.values()}
    for lock in (codes.front, codes.back):
        pin = codes.pin(lock)
        assert (pin.pin, pin.state) == (digits, PinState.LOADED)
        assert (pin.first_name, pin.last_name) == ("Gina", "Guest")
        assert await codes.cloud.hands.type_pin(lock, pin.pin)

    await codes.codes.async_suspend(GUEST, wait=5)
    for lock in (codes.front, codes.back):
        assert codes.is_at(lock, CodeState.CONFIRMED)
        assert codes.shown(lock).goal is Goal.SUSPENDED
        assert not await codes.cloud.hands.type_pin(lock, codes.pin(lock).pin)

    await codes.codes.async_resume(GUEST, wait=5)
    for lock in (codes.front, codes.back):
        assert codes.shown(lock).goal is Goal.OPEN
        assert await codes.cloud.hands.type_pin(lock, codes.pin(lock).pin)

    changed = await codes.codes.async_change(GUEST, digits=NEW, wait=5)
    (other,) = {outcome.digits for outcome in changed.values()}
    assert other != digits
    for lock in (codes.front, codes.back):
        assert codes.pin(lock).pin == other
        assert codes.is_at(lock, CodeState.CONFIRMED)

    window = soon()
    await codes.codes.async_change(GUEST, schedule=window, wait=5)
    for lock in (codes.front, codes.back):
        assert codes.pin(lock).pin == other
        assert codes.pin(lock).access_type == "temporary"
        assert codes.shown(lock).schedule == window

    await codes.codes.async_end(GUEST, wait=5)
    for lock in (codes.front, codes.back):
        assert lock.pins.pins == []
        assert codes.codes.shown(lock.lock_id) == ()
        assert codes.writes(lock) == [
            "load",
            "disable",
            "enable",
            "delete",
            "load",
            "delete",
            "load",
            "delete",
        ]
    assert codes.codes.guests == {}
    kinds = [
        event.kind for event in codes.events if event.lock_id == codes.front.lock_id
    ]
    assert kinds == [
        CodeEventKind.CONFIRMED,
        CodeEventKind.SUSPENDED,
        CodeEventKind.CONFIRMED,
        CodeEventKind.CONFIRMED,
        CodeEventKind.CONFIRMED,
        CodeEventKind.ENDED,
    ]
