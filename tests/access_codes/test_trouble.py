"""What goes wrong with access codes: locks out of reach, answers that are lost, refusals."""

import asyncio
from dataclasses import replace
from functools import partial
import random

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.yale_august.access_codes.desk import NEW
from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.models import LockCapabilities, ReservedPin
from custom_components.yale_august.codes.digits import weakness
from custom_components.yale_august.codes.records import CodeState, Reason
from custom_components.yale_august.codes.schedule import ALWAYS
from custom_components.yale_august.codes.view import CodeEventKind
from tests.simulator import Fail, Reset, serve_pins
from tests.simulator.faults import Truncate
from tests.simulator.pinbook import Pin, PinState
from tests.simulator.words import Role

from .code_home import FRONT, GUEST, CodeHome, soon
from .code_pins import put

REFUSED, CONFIRMED = CodeState.REFUSED, CodeState.CONFIRMED
NOT_ALLOWED = {"code": "NotAuthorized", "message": "endpoint not allowed for API key"}


async def test_lock_offline_in_the_middle(codes: CodeHome) -> None:
    """One lock waits for its bridge and goes on by itself; the other is not kept waiting."""
    await codes.cloud.faults.bridge_offline(codes.back)
    codes.home.coordinator(codes.entry, "Back Door").async_read_soon()
    await codes.home.shows("binary_sensor", "Back Door", "connectivity", "off")
    made = await codes.add(wait=0.5)
    assert made[codes.front.lock_id].state is CONFIRMED
    assert made[codes.back.lock_id].state is CodeState.WAITING
    assert made[codes.back.lock_id].reason is Reason.BRIDGE_OFFLINE
    since = len(codes.cloud.requests)
    await codes.cloud.faults.bridge_online(codes.back)
    await codes.reaches(codes.back, CONFIRMED)
    assert codes.writes(codes.back) == ["load"]
    assert codes.pin(codes.back).pin == codes.pin(codes.front).pin
    assert codes.cloud.requests.count("write_pins", since=since) == 0


async def test_lock_offline_and_nobody_said_so(codes: CodeHome) -> None:
    """When a lock takes long its bridge is looked at, so that it is not called uncertain."""
    await codes.cloud.faults.bridge_offline(codes.front)
    await codes.add(codes.front, wait=0)
    await codes.reaches(codes.front, CodeState.WAITING, Reason.BRIDGE_OFFLINE)
    assert CodeEventKind.UNCERTAIN not in [event.kind for event in codes.events]
    await codes.cloud.faults.bridge_online(codes.front)
    codes.home.coordinator(codes.entry, "Front Door").async_read_soon()
    await codes.reaches(codes.front, CONFIRMED)
    assert codes.writes(codes.front) == ["load"]


async def test_guest_moves_to_another_lock(codes: CodeHome) -> None:
    """A code that is being taken off a lock out of reach is nothing that the guest has to keep."""
    ended = (await codes.add(codes.front))[codes.front.lock_id].digits
    await codes.cloud.faults.bridge_offline(codes.front)
    await codes.codes.async_end(GUEST)
    await codes.reaches(codes.front, CodeState.WAITING, Reason.BRIDGE_OFFLINE)
    made = await codes.add(codes.back)
    assert made[codes.back.lock_id].state is CONFIRMED
    assert codes.pin(codes.back).pin != ended
    await codes.cloud.faults.bridge_online(codes.front)
    await codes.reaches(codes.front, CodeState.ENDED)
    again = await codes.add(codes.front)
    assert again[codes.front.lock_id].digits == codes.pin(codes.back).pin


async def test_answer_lost_after_it_took_effect(codes: CodeHome) -> None:
    """What was lost is read back, and not sent again."""
    kinds = (
        Reset(acts=True),
        Truncate(),
        Fail(500, acts=True),
        Fail(503, "html", acts=True),
        Fail(408, acts=True),
    )
    for kind in kinds:
        since = len(codes.cloud.requests)
        codes.cloud.faults.add("write_pins", kind)
        made = await codes.add(codes.front)
        assert made[codes.front.lock_id].state is CONFIRMED, kind
        assert codes.writes(codes.front, since=since) == ["load"]
        await codes.codes.async_end(GUEST, wait=5)


async def test_answer_lost_before_it_took_effect(codes: CodeHome) -> None:
    """What had no effect is sent once more, when enough time has passed to know that."""
    grace = codes.home.account(codes.entry).pace.codes.times.grace
    for kind in (Reset(), Fail(500), Fail(408)):
        since = len(codes.cloud.requests)
        codes.cloud.faults.add("write_pins", kind)
        made = await codes.add(codes.front)
        assert made[codes.front.lock_id].state is CONFIRMED, kind
        assert codes.writes(codes.front, since=since) == ["?", "load"]
        first, second = codes.cloud.requests.of("write_pins", since=since)
        assert second.at - first.at >= grace
        await codes.codes.async_end(GUEST, wait=5)


async def test_nothing_has_an_effect(codes: CodeHome) -> None:
    """Two times are enough: then a person must look."""
    codes.cloud.faults.add("write_pins", Reset(), times=None)
    made = await codes.add(codes.front)
    outcome = made[codes.front.lock_id]
    assert (outcome.state, outcome.reason) == (REFUSED, Reason.NO_EFFECT)
    assert codes.writes(codes.front) == ["?", "?"]
    assert codes.events[-1].kind is CodeEventKind.REFUSED


def conflict(text: str) -> Fail:
    """Return a 409 with the cloud's words."""
    return Fail(409, {"code": 409, "message": text})


BUSY = conflict("Unable to set intent state for pin: deleting")
CONFLICTS = {
    "User already has a PIN on this lock": Reason.GUEST_HAS_CODE,
    "PIN is already used on this lock": Reason.CODE_IN_USE,
    "No free slot on this lock": Reason.NO_SLOT,
    "something else": Reason.CONFLICT,
}


async def test_each_conflict(codes: CodeHome) -> None:
    """A 409 is a refusal with its own words, once a list has shown that nothing was loaded."""
    for text, reason in CONFLICTS.items():
        since = len(codes.cloud.requests)
        codes.cloud.faults.add("write_pins", conflict(text))
        made = await codes.add(codes.front)
        outcome = made[codes.front.lock_id]
        assert (outcome.state, outcome.reason) == (REFUSED, reason)
        assert codes.front.pins.pins == []
        await codes.codes.async_end(GUEST, wait=5)
        assert codes.codes.guests == {}
        assert codes.writes(codes.front, since=since) == ["?"]


async def test_conflict_with_earlier_change(codes: CodeHome) -> None:
    """What the cloud is still at work on is sent once more after a while, and not again."""
    grace = codes.home.account(codes.entry).pace.codes.times.grace
    for times, state, reason in (
        (1, CONFIRMED, None),
        (2, REFUSED, Reason.BUSY_INTENT),
    ):
        since = len(codes.cloud.requests)
        codes.cloud.faults.add("write_pins", BUSY, times=times)
        outcome = (await codes.add(codes.front))[codes.front.lock_id]
        assert (outcome.state, outcome.reason) == (state, reason)
        first, second = codes.cloud.requests.of("write_pins", since=since)
        assert second.at - first.at >= grace
        await codes.codes.async_end(GUEST, wait=5)
        assert codes.front.pins.pins == []


async def test_conflict_of_each_kind(codes: CodeHome) -> None:
    """What is refused leaves the code as it is, says why, and can be wished again."""
    await codes.add(codes.front, digits="804615")
    wishes = {
        "suspend": partial(codes.codes.async_suspend, GUEST, wait=5),
        "resume": partial(codes.codes.async_resume, GUEST, wait=5),
        "change": partial(codes.codes.async_change, GUEST, wait=5, digits=NEW),
        "end": partial(codes.codes.async_end, GUEST, wait=5),
    }
    for name, wish in wishes.items():
        pin, since = codes.pin(codes.front), len(codes.cloud.requests)
        was = (pin.pin, pin.state)
        codes.cloud.faults.add("write_pins", conflict("something else"))
        outcome = (await wish())[codes.front.lock_id]
        assert (outcome.state, outcome.reason) == (REFUSED, Reason.CONFLICT), name
        assert codes.writes(codes.front, since=since) == ["?"]
        assert (codes.pin(codes.front).pin, codes.pin(codes.front).state) == was
        again = (await wish())[codes.front.lock_id]
        assert again.state is (CodeState.ENDED if name == "end" else CONFIRMED), name
    assert codes.front.pins.pins == []


async def test_no_room(codes: CodeHome) -> None:
    """A lock that is known to be full is told before anything is sent."""
    codes.front.capabilities.pin_slot_max = 2
    codes.home.account(codes.entry).locks[codes.front.lock_id].data = replace(
        codes.home.coordinator(codes.entry, FRONT).data,
        capabilities=LockCapabilities(pin_slot_min=1, pin_slot_max=2),
    )
    codes.cloud.locksmith.hold(codes.front)
    # Who was refused has no place there; a code that the cloud reserves would take one.
    codes.cloud.faults.add("write_pins", Fail(412))
    await codes.add(codes.front, digits="528413")
    await codes.codes.async_change(GUEST, name="Cora")
    for name, digits in (("Anna", "739154"), ("Ben", "286407")):
        await codes.codes.async_add(name, [codes.front.lock_id], ALWAYS, digits=digits)
    since = len(codes.cloud.requests)
    with pytest.raises(ServiceValidationError, match="no room.*holds 2") as refused:
        await codes.add()
    assert refused.value.translation_key == "code_no_room"
    assert GUEST not in {guest.name for guest in codes.codes.guests.values()}
    assert codes.cloud.requests.count("reserve_pin", since=since) == 0
    codes.cloud.locksmith.release(codes.front)
    for name in ("Cora", "Anna", "Ben"):
        await codes.codes.async_end(name, wait=5)
    await codes.add()
    assert codes.is_at(codes.front, CONFIRMED)


async def test_no_free_slot(codes: CodeHome) -> None:
    """A full lock refuses; the other takes the code."""
    codes.front.pins.limit = 0
    made = await codes.add()
    full = made[codes.front.lock_id]
    assert (full.state, full.reason) == (REFUSED, Reason.NO_SLOT)
    assert made[codes.back.lock_id].state is CONFIRMED


@pytest.mark.parametrize(
    ("stays", "state"), [(False, REFUSED), (True, CodeState.UNCERTAIN)]
)
async def test_lock_refuses(codes: CodeHome, state: CodeState, *, stays: bool) -> None:
    """What the cloud took and the lock did not is never called confirmed."""
    codes.front.habits.refuses_pins = "not today"
    codes.front.habits.refused_pins_stay = stays
    await codes.add(codes.front, wait=0)
    reason = Reason.NOT_CONFIRMED if stays else Reason.REFUSED_BY_LOCK
    await codes.reaches(codes.front, state, reason)
    assert codes.writes(codes.front) == ["load"]
    await codes.codes.async_end(GUEST, wait=5)
    assert codes.front.pins.pins == []


async def test_busy_lock_is_tried_again(codes: CodeHome) -> None:
    """What the cloud has not taken because the lock was busy is sent again by itself."""
    codes.cloud.faults.add("write_pins", Fail(460), times=2)
    made = await codes.add(codes.front)
    assert made[codes.front.lock_id].state is CONFIRMED
    assert codes.writes(codes.front) == ["?", "?", "load"]


@pytest.mark.parametrize("operation", ["get_pins", "write_pins"])
async def test_endpoint_not_allowed(codes: CodeHome, operation: str) -> None:
    """A key without the right: told in words, and not offered any more."""
    codes.cloud.faults.add(operation, Fail(403, NOT_ALLOWED), times=None)
    lock = codes.home.coordinator(codes.entry, "Front Door")
    assert codes.codes.can_codes(lock)
    if operation == "get_pins":
        with pytest.raises(HomeAssistantError) as refused:
            await codes.add(codes.front)
        assert refused.value.translation_key == "endpoint_not_allowed"
    else:
        made = await codes.add(codes.front)
        outcome = made[codes.front.lock_id]
        assert (outcome.state, outcome.reason) == (REFUSED, Reason.ENDPOINT_NOT_ALLOWED)
    assert not codes.codes.can_codes(lock)
    with pytest.raises(ServiceValidationError):
        await codes.add(codes.front)


async def test_role_that_comes_back(codes: CodeHome) -> None:
    """What was refused to a manager is not refused to who is an owner again."""
    home, account = codes.home, codes.home.account(codes.entry)
    lock, owner = home.coordinator(codes.entry, FRONT), home.cloud.owner.user_id
    await codes.add(codes.front)
    codes.front.users[owner] = Role.MANAGER
    await codes.codes.async_end(GUEST)
    await codes.reaches(codes.front, REFUSED, Reason.ROLE_MISSING)
    assert not codes.codes.can_codes(lock)

    def has_role(role: Role) -> bool:
        known = lock.data.summary.role
        return known is not None and known.value == role.value

    for role in (Role.MANAGER, Role.SUPERUSER):
        codes.front.users[owner] = role
        account.async_look_for_locks()
        await home.until(partial(has_role, role))
    assert codes.codes.can_codes(lock)
    await codes.codes.async_end(GUEST, wait=3)
    assert codes.front.pins.pins == []


async def test_reservation(codes: CodeHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor's own free code is taken where the key may reserve one, else ours."""
    monkeypatch.setattr(serve_pins, "_random", random.Random(14))
    made = await codes.add(codes.front)
    (reserved,) = codes.cloud.requests.of("reserve_pin")
    assert reserved.status == 200
    assert codes.front.pins.reservations == []
    assert made[codes.front.lock_id].digits == codes.pin(codes.front).pin
    await codes.codes.async_end(GUEST, wait=5)
    codes.cloud.faults.add("reserve_pin", Fail(403, NOT_ALLOWED), times=None)
    for _ in range(2):
        made = await codes.add(codes.front)
        assert made[codes.front.lock_id].state is CONFIRMED
        await codes.codes.async_end(GUEST, wait=5)
    assert codes.cloud.requests.count("reserve_pin") == 2


@pytest.mark.parametrize("digits", ["123456", "739154", "12"])
async def test_reservation_that_does_not_fit(
    codes: CodeHome, monkeypatch: pytest.MonkeyPatch, digits: str
) -> None:
    """One that is easy to guess, is used on another of the locks or is too short is not taken."""
    put(codes.home, codes.back, "Nora", "739154")

    async def reserve(_: Client, __: str) -> ReservedPin:
        return ReservedPin(pin=digits, slot=1)

    monkeypatch.setattr(Client, "reserve_pin", reserve)
    made = await codes.add()
    (given,) = {outcome.digits for outcome in made.values()}
    assert given is not None and given != digits
    assert weakness(given) is None
    assert codes.is_at(codes.back, CONFIRMED)


async def test_lost_and_changed_elsewhere(codes: CodeHome) -> None:
    """What others do to our codes is reported, and not mended."""
    await codes.add()
    codes.front.pins.pins.clear()
    codes.pin(codes.back).state = PinState.DISABLED
    since = len(codes.cloud.requests)
    for lock_id in codes.ids:
        await codes.codes.async_read(lock_id)
    assert codes.is_at(codes.front, CodeState.LOST, Reason.REMOVED_ELSEWHERE)
    assert codes.is_at(codes.back, CodeState.UNCERTAIN, Reason.SUSPENDED_ELSEWHERE)
    assert [event.kind for event in codes.events[-2:]] == [
        CodeEventKind.LOST,
        CodeEventKind.UNCERTAIN,
    ]
    await codes.home.hass.async_block_till_done()
    assert codes.cloud.requests.count("write_pins", since=since) == 0
    # Asked for it, both are brought back: with the digits that the other lock still has.
    await codes.codes.async_resume(GUEST, wait=5)
    assert codes.is_at(codes.front, CONFIRMED)
    assert codes.is_at(codes.back, CONFIRMED)
    assert codes.pin(codes.front).pin == codes.pin(codes.back).pin


def _stranger(codes: CodeHome) -> Pin:
    """Put a code on a lock that was made in the app."""
    owner, now = codes.cloud.owner, codes.cloud.clock.now()
    user = codes.cloud.world.add_user("Nora", "Neighbour")
    pin = Pin(
        pin_id="0" * 24,
        user_id=user.user_id,
        pin="739154",
        slot=9,
        state=PinState.LOADED,
        access_type="always",
        first_name="Nora",
        last_name="Neighbour",
        unverified=True,
        calling_user_id=owner.user_id,
        api_key="app",
        created_at=now,
        updated_at=now,
        loaded_at=now,
    )
    codes.front.pins.pins.append(pin)
    return pin


async def test_codes_of_others(codes: CodeHome) -> None:
    """They are shown and left alone, until somebody asks for more."""
    pin = _stranger(codes)
    lock_id = codes.front.lock_id
    (shown,) = await codes.codes.async_read(lock_id)
    assert (shown.name, shown.managed, shown.slot) == ("Nora Neighbour", False, 9)
    assert await codes.codes.async_reveal(lock_id, shown.code_id) == "739154"
    with pytest.raises(ServiceValidationError) as refused:
        await codes.add(codes.front, digits="739154")
    assert refused.value.translation_key == "code_in_use"
    await codes.codes.async_adopt(lock_id, shown.code_id)
    assert codes.shown(codes.front, "Nora Neighbour").managed
    assert codes.writes(codes.front) == []
    await codes.codes.async_suspend("nora  neighbour", wait=5)
    assert pin.state is PinState.DISABLED
    await codes.codes.async_resume("Nora Neighbour", wait=5)
    changed = await codes.codes.async_change("Nora Neighbour", digits=NEW, wait=5)
    assert changed[lock_id].state is CONFIRMED
    assert codes.pin(codes.front).user_id == pin.user_id
    await codes.codes.async_end("Nora Neighbour", wait=5)
    assert codes.front.pins.pins == []


async def test_suspending_anothers_code_manages_it(codes: CodeHome) -> None:
    """Who suspends a code that was made in the app has asked for it."""
    pin = _stranger(codes)
    lock_id = codes.front.lock_id
    await codes.codes.async_suspend("Nora Neighbour", lock_ids=[lock_id], wait=5)
    assert pin.state is PinState.DISABLED
    assert codes.shown(codes.front, "Nora Neighbour").managed


async def test_window_over(codes: CodeHome) -> None:
    """A code whose window has passed is taken off the lock."""
    await codes.add(codes.front, schedule=soon(-10, 11))
    assert codes.is_at(codes.front, CONFIRMED)
    await codes.reaches(codes.front, CodeState.ENDED)
    assert codes.front.pins.pins == []
    assert codes.events[-1].reason is Reason.WINDOW_OVER


async def test_idle(codes: CodeHome) -> None:
    """Where nothing is open there is no task and no request."""
    await codes.add()
    hass = codes.home.hass
    await hass.async_block_till_done()
    since = len(codes.cloud.requests)
    await codes.home.keeps("lock", "Front Door", "lock", "locked", seconds=0.6)
    assert codes.cloud.requests.count("get_pins", since=since) == 0
    assert not [task for task in asyncio.all_tasks() if "codes" in task.get_name()]
