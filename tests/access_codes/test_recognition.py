"""A cloud that repeats no id of ours: our codes are found again, and nobody else's for them."""

import asyncio

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.yale_august.access_codes.desk import NEW
from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.models import PinGroups
from custom_components.yale_august.codes.records import CodeState, Reason
from tests.home import Home
from tests.simulator.faults import Hang
from tests.simulator.pinbook import Pin, PinState

from .code_home import GUEST, CodeHome, soon
from .code_pins import put

CONFIRMED, UNCERTAIN = CodeState.CONFIRMED, CodeState.UNCERTAIN
ECHO, KEY = "partnerUserID", "apiKey"


@pytest.fixture
async def codes(home: Home) -> CodeHome:
    """Return a home with two locks that take codes, at a cloud that repeats no id of ours."""
    found = CodeHome(home)
    for lock in (found.front, found.back):
        lock.pins.untold = {ECHO}
    await found.set_up()
    return found


def namesake(codes: CodeHome) -> Pin:
    """Put a code on the front door in the app, under the guest's name."""
    return put(codes.home, codes.front, "Gina", "739154", last_name="Guest")


def ours(codes: CodeHome, *others: Pin) -> list[Pin]:
    """Return what else the front door has."""
    return [pin for pin in codes.front.pins.pins if pin not in others]


@pytest.mark.parametrize("untold", [set(), {KEY}, {KEY, "_id"}])
async def test_whole_life(codes: CodeHome, untold: set[str]) -> None:
    """A code lives beside others of the same name, and they stay as they are."""
    codes.front.pins.untold |= untold
    before, lock_id = namesake(codes), codes.front.lock_id
    made = await codes.add(codes.front)
    assert made[lock_id].state is CONFIRMED
    after = put(codes.home, codes.front, "Gina", "739155", last_name="Guest")
    theirs = [(pin.pin_id, pin.state) for pin in (before, after)]
    (pin,) = ours(codes, before, after)
    assert pin.pin == made[lock_id].digits
    await codes.codes.async_suspend(GUEST, wait=5)
    assert (codes.is_at(codes.front, CONFIRMED), pin.state) == (True, "disabled")
    await codes.codes.async_resume(GUEST, wait=5)
    for change in ({"digits": NEW}, {"schedule": soon()}):
        changed = await codes.codes.async_change(GUEST, wait=5, **change)
        assert changed[lock_id].state is CONFIRMED, change
    (pin,) = ours(codes, before, after)
    assert await codes.codes.async_reveal(lock_id, GUEST) == pin.pin
    shown = [code.managed for code in await codes.codes.async_read(lock_id)]
    assert sorted(shown) == [False, False, True]
    ended = await codes.codes.async_end(GUEST, wait=5)
    assert ended[lock_id].state is CodeState.ENDED
    assert [(pin.pin_id, pin.state) for pin in codes.front.pins.pins] == theirs


async def _restart_on_the_way(codes: CodeHome) -> Pin:
    """Forget the digits of a code that the cloud has taken; meanwhile another is made in the app."""
    codes.cloud.locksmith.hold(codes.front)
    codes.cloud.faults.add("get_pins", Hang(5), lock=codes.front, skip=2)
    await codes.add(codes.front, wait=0)
    await codes.home.when(lambda: codes.front.pins.pins != [])
    await codes.home.when(lambda: codes.cloud.requests.count("get_pins") >= 3)
    other = namesake(codes)
    codes.cloud.faults.clear()
    await codes.reload()
    codes.cloud.locksmith.release(codes.front)
    return other


async def test_known_by_its_key(codes: CodeHome) -> None:
    """What was made with our API key under the guest's name after it was sent is ours."""
    other = await _restart_on_the_way(codes)
    await codes.reaches(codes.front, CONFIRMED)
    await codes.codes.async_end(GUEST, wait=5)
    assert codes.front.pins.pins == [other]


async def test_known_by_its_user(codes: CodeHome) -> None:
    """What the cloud calls the guest was learned at another lock."""
    await codes.add(codes.back)
    codes.front.pins.untold.add(KEY)
    other = await _restart_on_the_way(codes)
    await codes.reaches(codes.front, CONFIRMED)
    await codes.codes.async_end(GUEST, wait=5)
    assert codes.front.pins.pins == [other]


async def test_not_known(codes: CodeHome) -> None:
    """Where nothing tells, the code is uncertain until a person says which it is."""
    codes.front.pins.untold.add(KEY)
    lock_id = codes.front.lock_id
    other = await _restart_on_the_way(codes)
    await codes.reaches(codes.front, UNCERTAIN, Reason.LOOKALIKE)
    (pin,) = ours(codes, other)
    await codes.home.when(lambda: pin.state is PinState.LOADED)
    # Neither is touched, revealed, or sent again.
    assert await codes.codes.async_reveal(lock_id, GUEST) is None
    await codes.codes.async_end(GUEST)
    await codes.reaches(codes.front, UNCERTAIN, Reason.LOOKALIKE)
    assert codes.writes(codes.front) == ["load"]
    for one in (pin, other):
        assert one.state is PinState.LOADED
    # Under the name of the guest it is the one, under another it is not.
    await codes.codes.async_adopt(lock_id, other.pin_id, name="Gina in the app")
    await codes.codes.async_adopt(lock_id, pin.pin_id, name=GUEST)
    await codes.reaches(codes.front, CodeState.ENDED)
    assert codes.front.pins.pins == [other]
    with pytest.raises(ServiceValidationError):
        await codes.codes.async_adopt(lock_id, other.pin_id)


async def test_known_as_none_of_them(codes: CodeHome) -> None:
    """What is managed under another name is not it: then what was sent had no effect."""
    codes.front.pins.untold.add(KEY)
    other = await _restart_on_the_way(codes)
    await codes.reaches(codes.front, UNCERTAIN, Reason.LOOKALIKE)
    codes.front.pins.pins = [other]
    await codes.codes.async_adopt(codes.front.lock_id, other.pin_id, name="Gina Other")
    await codes.reaches(codes.front, CodeState.REFUSED, Reason.REFUSED_BY_LOCK)
    assert codes.writes(codes.front) == ["load"]


async def test_old_answer(codes: CodeHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that was overtaken by a newer one says nothing."""
    await codes.add(codes.front)
    room, lock_id = codes.codes.rooms[codes.front.lock_id], codes.front.lock_id
    ask, has_answered, may_go_on = Client.get_pins, asyncio.Event(), asyncio.Event()

    async def held(client: Client, lock_id: str) -> PinGroups:
        groups = await ask(client, lock_id)
        has_answered.set()
        await may_go_on.wait()
        return groups

    (pin,) = codes.front.pins.pins
    codes.front.pins.pins = []
    monkeypatch.setattr(Client, "get_pins", held)
    old = asyncio.create_task(room.async_read())
    await has_answered.wait()
    monkeypatch.setattr(Client, "get_pins", ask)
    codes.front.pins.pins = [pin]
    newer = await codes.codes.async_read(lock_id)
    may_go_on.set()
    assert await old is room.listing
    assert codes.codes.shown(lock_id) == newer
    assert codes.is_at(codes.front, CONFIRMED)
