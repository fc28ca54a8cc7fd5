"""The action that resets a lock: one, named again, with nothing under way."""

import asyncio
from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import probatio as vol
import pytest

from custom_components.yale_august.codes.records import CodeState
from tests.home import Home
from tests.simulator import Fail, Hang, Reset, Slow
from tests.simulator.accounts import User
from tests.simulator.lock import Lock
from tests.simulator.pinbook import PinState
from tests.simulator.words import Role

from .action_home import ask, ask_one, refusal
from .test_people import loaded

DOOR, BACK = "Front Door", "Back Door"
NOT_ALLOWED = {"code": "NotAuthorized", "message": "endpoint not allowed for API key"}


@pytest.fixture
def anna(home: Home) -> User:
    """Return somebody else."""
    return home.cloud.world.add_user("Anna", "Other", email="anna@example.com")


@pytest.fixture
def door(home: Home, anna: User) -> Lock:
    """Return a lock with a guest and a code."""
    door = home.cloud.add_lock("keypad", name=DOOR, house="Elm Street")
    home.cloud.share(door, anna)
    door.pins.pins.append(loaded(home, anna, "471147", 1))
    return door


def wish(kind: str, name: str = DOOR) -> dict[str, Any]:
    """Return the fields of a call."""
    return {"kind": kind, "lock_name": name}


async def test_soft(home: Home, door: Lock) -> None:
    """The other people and the codes go, the lock stays."""
    entry = await home.set_up()
    answer = await ask_one(home, "factory_reset", DOOR, **wish("soft", f" {DOOR} "))
    assert answer["result"] == "reset"
    assert answer["lost"] == {
        "people": 1,
        "codes": 1,
        "bridge": False,
        "keypad": False,
    }
    assert "1 other people and 1 access codes" in answer["message"]
    assert list(door.users) == [home.cloud.owner.user_id]
    assert door.pins.pins == []
    (put,) = home.cloud.requests.of("delete_lock")
    assert put.query["soft"] == "1"
    await home.shows("lock", DOOR, "lock", "locked")
    assert home.device(entry, door.lock_id) is not None


async def test_hard(home: Home, door: Lock) -> None:
    """Bridge and keypad go too, and the lock from Home Assistant at once, with all its devices."""
    home.cloud.add_lock(name=BACK, house="Cabin")
    entry = await home.set_up()
    entity_id = home.entity_id("lock", DOOR, "lock")
    answer = await ask(home, "factory_reset", DOOR, **wish("hard"))
    (told,) = answer.values()
    assert told["result"] == "reset"
    assert told["lost"] == {"people": 1, "codes": 1, "bridge": True, "keypad": True}
    assert door not in home.cloud.locks
    assert entity_id is not None
    assert er.async_get(home.hass).async_get(entity_id) is None
    assert home.device(entry, door.lock_id) is None
    assert home.device(entry, door.house.house_id) is None
    assert list(home.account(entry).locks) == [home.lock_id(BACK)]
    await home.shows("lock", BACK, "lock", "locked")
    assert home.cloud.requests.count("delete_lock") == 1


async def test_wrong_name(home: Home, door: Lock) -> None:
    """Nothing is reset, and it says what would be lost."""
    await home.set_up()
    for kind, words in (
        ("soft", "1 other people and 1 access codes"),
        ("hard", "set up again at the door"),
    ):
        with pytest.raises(HomeAssistantError) as caught:
            await ask(home, "factory_reset", DOOR, **wish(kind, "front door"))
        assert caught.value.translation_key == "reset_name_wrong"
        assert words in str(caught.value)
    assert home.cloud.requests.count("delete_lock") == 0
    with pytest.raises(vol.Invalid):
        await ask(home, "factory_reset", DOOR, **wish("mild"))


async def test_two_locks(home: Home, door: Lock) -> None:
    """One at a time."""
    home.cloud.add_lock(name=BACK)
    await home.set_up()
    key = await refusal(home, "factory_reset", DOOR, BACK, **wish("soft"))
    assert key == "one_lock_only"
    assert home.cloud.requests.count("delete_lock") == 0


@pytest.mark.parametrize(
    "state", [state for state in PinState if state not in ("loaded", "disabled")]
)
async def test_code_under_way(home: Home, door: Lock, state: PinState) -> None:
    """A lock that takes a code at this moment is left alone."""
    door.pins.pins[0].state = state
    await home.set_up()
    key = await refusal(home, "factory_reset", DOOR, **wish("hard"))
    assert key == "codes_under_way"
    assert home.cloud.requests.count("delete_lock") == 0


async def test_codes_of_ours(home: Home, door: Lock) -> None:
    """What is wished counts before the cloud lists it; after the reset there is none of ours."""
    entry = await home.set_up()
    codes = home.account(entry).codes
    home.cloud.locksmith.hold(door)
    await ask(home, "add_code", DOOR, name="Gina Guest", wait=0)
    key = await refusal(home, "factory_reset", DOOR, **wish("soft"))
    assert key == "codes_under_way"
    home.cloud.locksmith.release(door)
    await home.until(
        lambda: all(code.settled for code in codes.shown(door.lock_id)), seconds=8
    )
    answer = await ask_one(home, "factory_reset", DOOR, **wish("soft"))
    assert answer["result"] == "reset"
    assert answer["lost"]["codes"] == 2
    await codes.async_read(door.lock_id)
    assert codes.shown(door.lock_id) == ()
    assert codes.guests == {}


async def test_code_that_is_wished_meanwhile(home: Home, door: Lock) -> None:
    """A reset that waits for an earlier command looks once more before it goes out."""
    entry = await home.set_up()
    home.cloud.locksmith.hold(door)
    turn = home.coordinator(entry, DOOR).commanding
    async with turn:
        asking = asyncio.create_task(
            ask(home, "factory_reset", DOOR, **wish("hard")), eager_start=True
        )
        await home.when(lambda: home.cloud.requests.count("get_pins") > 0)
        await ask(home, "add_code", DOOR, name="Gina Guest", wait=0)
    with pytest.raises(HomeAssistantError) as caught:
        await asking
    assert caught.value.translation_key == "codes_under_way"
    assert home.cloud.requests.count("delete_lock") == 0
    home.cloud.locksmith.release(door)


async def test_lock_without_keypad_and_bridge(home: Home) -> None:
    """There is less to lose, and no code to ask for."""
    home.cloud.add_lock("offline", name=BACK)
    entry = await home.set_up()
    device = home.device(entry, home.lock_id(BACK))
    assert device is not None
    home.cloud.faults.add("get_pins", Fail(409), times=None)
    for kind in ("soft", "hard"):
        answer = await ask(
            home, "factory_reset", device_id=device.id, **wish(kind, BACK)
        )
        (told,) = answer.values()
        assert told["result"] == "reset"
        assert told["lost"] == {
            "people": 0,
            "codes": 0,
            "bridge": False,
            "keypad": False,
        }
    assert home.cloud.requests.count("get_pins") == 0
    assert home.device(entry, home.lock_id(BACK)) is None


async def test_codes_that_nobody_may_read(home: Home, door: Lock) -> None:
    """A key without that right resets all the same; a list that cannot be read now does not."""
    await home.set_up()
    home.cloud.faults.add("get_pins", Fail(503))
    key = await refusal(home, "factory_reset", DOOR, **wish("soft"))
    assert key == "cloud_unavailable"
    home.cloud.faults.add("get_pins", Fail(403, NOT_ALLOWED), times=None)
    answer = await ask_one(home, "factory_reset", DOOR, **wish("soft"))
    assert answer["result"] == "reset"
    assert answer["lost"]["codes"] is None


async def test_role_that_may_not(home: Home, door: Lock, anna: User) -> None:
    """Only an owner."""
    door.users[anna.user_id] = Role.MANAGER
    await home.set_up(anna)
    key = await refusal(home, "factory_reset", DOOR, **wish("soft"))
    assert key == "role_missing"
    assert home.cloud.requests.count("delete_lock") == 0


REFUSALS: Any = [
    (Fail(403, {"code": 403, "message": "User is not authorized"}), "role_missing"),
    (Fail(403, NOT_ALLOWED), "endpoint_not_allowed"),
    (Fail(404), "not_found"),
    (Fail(502, "html"), "outcome_unknown"),
    (Reset(), "outcome_unknown"),
]


async def test_refusals(home: Home, door: Lock) -> None:
    """In words, once on the wire; the lock stays."""
    entry = await home.set_up()
    for fault, key in REFUSALS:
        before = len(home.cloud.requests)
        home.cloud.faults.add("delete_lock", fault)
        assert await refusal(home, "factory_reset", DOOR, **wish("hard")) == key
        assert home.cloud.requests.count("delete_lock", since=before) == 1
        assert home.device(entry, door.lock_id) is not None


async def test_answer_that_is_lost(home: Home, door: Lock) -> None:
    """A lock that is gone from the list was reset, whatever became of the answer."""
    entry = await home.set_up()
    home.cloud.faults.add("delete_lock", Reset(acts=True))
    answer = await ask(home, "factory_reset", DOOR, **wish("hard"))
    (told,) = answer.values()
    assert told["result"] == "reset"
    assert home.device(entry, door.lock_id) is None


async def test_success_without_proof(home: Home, door: Lock) -> None:
    """What the cloud says and does not show is accepted, no more."""
    entry = await home.set_up()
    for kind, operation in (("hard", "delete_lock"), ("soft", "delete_lock")):
        home.cloud.faults.add(operation, Fail(200, {"message": "success"}))
        answer = await ask_one(home, "factory_reset", DOOR, **wish(kind))
        assert answer["result"] == "accepted"
        assert "does not show it yet" in answer["message"]
    assert home.device(entry, door.lock_id) is not None


@pytest.mark.parametrize("kind", ["hard", "soft"])
async def test_reload_meanwhile(home: Home, door: Lock, kind: str) -> None:
    """Who reloads the entry while the reset is on its way is told what became of it all the same."""
    entry = await home.set_up()
    home.cloud.faults.add("delete_lock", Slow(0.3))
    asking = asyncio.create_task(ask(home, "factory_reset", DOOR, **wish(kind)))
    await home.when(lambda: home.cloud.requests.count("delete_lock") == 1)
    await home.hass.config_entries.async_reload(entry.entry_id)
    (told,) = (await asking).values()
    assert told["result"] == "reset"
    is_there = home.device(entry, door.lock_id) is not None
    assert is_there is (kind == "soft")
    assert list(home.account(entry).locks) == ([door.lock_id] if is_there else [])


async def test_code_wished_meanwhile(home: Home, door: Lock) -> None:
    """It waits until the lock is empty, and is not taken for one that was removed."""
    codes = home.account(await home.set_up()).codes
    home.cloud.faults.add("delete_lock", Slow(0.3, after=True))
    asking = asyncio.create_task(ask_one(home, "factory_reset", DOOR, **wish("soft")))
    await home.when(lambda: home.cloud.requests.count("delete_lock") == 1)
    await ask(home, "add_code", DOOR, name="Gina Guest", wait=0)
    assert (await asking)["result"] == "reset"
    assert home.cloud.requests.count("write_pins") == 0
    await home.when(lambda: [pin.first_name for pin in door.pins.pins] == ["Gina"])
    await home.when(lambda: all(code.settled for code in codes.shown(door.lock_id)))
    (code,) = codes.shown(door.lock_id)
    assert (code.managed, code.state) == (True, CodeState.CONFIRMED)


async def test_list_asked_for_before(home: Home, door: Lock) -> None:
    """What comes late of it brings no code back."""
    codes = home.account(await home.set_up()).codes
    home.cloud.faults.add("get_pins", Slow(0.8, after=True))
    reading = asyncio.create_task(codes.async_read(door.lock_id))
    await home.when(lambda: home.cloud.requests.count("get_pins") == 1)
    answer = await ask_one(home, "factory_reset", DOOR, **wish("soft"))
    assert answer["lost"]["codes"] == 1
    assert not reading.done()
    assert await reading == codes.shown(door.lock_id) == ()


async def test_lost_answer_and_unloaded(home: Home, door: Lock) -> None:
    """Nobody is told that nothing was sent because the entry is not loaded any more."""
    entry = await home.set_up()
    home.cloud.faults.add("delete_lock", Hang(0.3, acts=True))
    asking = asyncio.create_task(refusal(home, "factory_reset", DOOR, **wish("hard")))
    await home.when(lambda: home.cloud.requests.count("delete_lock") == 1)
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert await asking == "outcome_unknown"
