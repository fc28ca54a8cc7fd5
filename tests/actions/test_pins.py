"""The actions for codes that no guest has: reserved, master, handed on."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import json
from typing import Any

import pytest

from custom_components.yale_august.codes.digits import weakness
from custom_components.yale_august.codes.records import Reason
from tests.home import Home
from tests.simulator import Fail, Reset, Slow
from tests.simulator.accounts import User
from tests.simulator.lock import Lock
from tests.simulator.pinbook import PinState
from tests.simulator.words import Role

from .action_home import ask, ask_one, refusal
from .test_people import loaded

DOOR = "Front Door"
EVERY: dict[str, tuple[str, dict[str, Any]]] = {
    "reserve_code": ("reserve_pin", {}),
    "get_master_code": ("get_master_pin", {}),
    "set_master_code": ("set_master_pin", {}),
    "transfer_code": ("transfer_pin", {"old_user_id": "OLD", "new_user_id": "NEW"}),
}
"""Action, its operation, and its fields."""
UNPROVEN = tuple(name for name in EVERY if name != "reserve_code")


@pytest.fixture(autouse=True)
def quick_deadline(pace: Callable[..., None]) -> None:
    """Let a lock that does not confirm be waited for no longer than it needs to."""
    pace(read_back=(timedelta(seconds=0.25), timedelta(seconds=0.5)))


@pytest.fixture
def anna(home: Home) -> User:
    """Return somebody with a code on the lock and nothing else."""
    return home.cloud.world.add_user("Anna", "Other")


@pytest.fixture
def berta(home: Home) -> User:
    """Return somebody without a code."""
    return home.cloud.world.add_user("Berta", "Other")


@pytest.fixture
def door(home: Home, anna: User) -> Lock:
    """Return a lock with a code and a master code."""
    door = home.cloud.add_lock("keypad", name=DOOR)
    door.pins.pins.append(loaded(home, anna, "471147", 1))
    door.pins.master = loaded(home, home.cloud.owner, "815815", 0)
    return door


def fields(data: dict[str, Any], old: User, new: User) -> dict[str, Any]:
    """Return the fields of a call, with the ids of two people filled in."""
    people = {"OLD": old.user_id, "NEW": new.user_id}
    return {key: people[value] for key, value in data.items()}


async def test_reserve(home: Home, door: Lock) -> None:
    """The cloud draws it and keeps it for three minutes."""
    await home.set_up()
    answer = await ask_one(home, "reserve_code", DOOR)
    (kept,) = door.pins.reservations
    assert answer == {"code": kept.pin, "slot": kept.slot, "reserved_for": 180}


async def test_no_free_slot(home: Home, door: Lock) -> None:
    """A lock that is full says so."""
    door.pins.limit = 1
    await home.set_up()
    assert await refusal(home, "reserve_code", DOOR) == "conflict"


async def test_get_master(home: Home, door: Lock) -> None:
    """It is told in the answer, and nowhere else."""
    await home.set_up()
    answer = await ask_one(home, "get_master_code", DOOR)
    assert answer == {"code": "815815", "state": "loaded"}
    assert "815815" not in json.dumps(
        [state.as_dict() for state in home.hass.states.async_all()], default=str
    )


async def test_set_master(home: Home, door: Lock) -> None:
    """One is made, told, and confirmed by reading it back."""
    await home.set_up()
    answer = await ask_one(home, "set_master_code", DOOR)
    assert answer["result"] == "confirmed"
    assert door.pins.master is not None
    assert answer["code"] == door.pins.master.pin != "815815"
    assert weakness(answer["code"]) is None
    assert home.cloud.requests.count("set_master_pin") == 1


async def test_set_master_as_typed(home: Home, door: Lock) -> None:
    """What was typed is not repeated."""
    await home.set_up()
    answer = await ask_one(home, "set_master_code", DOOR, code="739146")
    assert door.pins.master is not None
    assert door.pins.master.pin == "739146"
    assert set(answer["code"]) == {"*"}


BAD: Any = [
    ("123456", "code_weak_run"),
    ("471147", "code_in_use"),
    ("47", "code_wrong_length"),
    ("47a1", "code_not_digits"),
]


async def test_bad_master(home: Home, door: Lock) -> None:
    """It is refused before it is sent."""
    await home.set_up()
    for code, key in BAD:
        assert await refusal(home, "set_master_code", DOOR, code=code) == key
        assert home.cloud.requests.count("set_master_pin") == 0


async def test_transfer(home: Home, door: Lock, anna: User, berta: User) -> None:
    """The code is listed under the other person."""
    await home.set_up()
    wish = {"old_user_id": anna.user_id, "new_user_id": berta.user_id}
    answer = await ask_one(home, "transfer_code", DOOR, **wish)
    assert answer["result"] == "confirmed"
    assert [pin.user_id for pin in door.pins.pins] == [berta.user_id]
    # Now it is the other's, and gone from the first.
    assert await refusal(home, "transfer_code", DOOR, **wish) == "no_code_to_transfer"
    back = {"old_user_id": berta.user_id, "new_user_id": berta.user_id}
    assert await refusal(home, "transfer_code", DOOR, **back) == "has_code_already"
    assert home.cloud.requests.count("transfer_pin") == 1


async def test_guests_code_that_was_transferred(
    home: Home, door: Lock, anna: User, berta: User
) -> None:
    """Who manages a code can still suspend it and take it off, whoever has it by now."""
    await home.set_up()
    await ask_one(home, "add_code", DOOR, name="Gina Guest")
    gina = door.pins.pins[-1]
    wish = {"old_user_id": gina.user_id, "new_user_id": berta.user_id}
    assert (await ask_one(home, "transfer_code", DOOR, **wish))["result"] == "confirmed"
    for action in ("disable_code", "enable_code", "delete_code"):
        answer = await ask_one(home, action, DOOR, name="Gina Guest", wait=3)
        assert answer["result"] == ("ended" if "delete" in action else "confirmed")
    assert [pin.user_id for pin in door.pins.pins] == [anna.user_id]


@pytest.mark.parametrize("action", ["set_master_code", "transfer_code"])
async def test_lock_that_does_not_confirm(
    home: Home, door: Lock, anna: User, berta: User, action: str
) -> None:
    """It is accepted, no more; and while it is under way nothing else is written."""
    await home.set_up()
    home.cloud.locksmith.hold(door)
    data = fields(EVERY[action][1], anna, berta)
    answer = await ask_one(home, action, DOOR, **data)
    assert answer["result"] == "accepted"
    assert "has not confirmed it yet" in answer["message"]
    home.cloud.locksmith.release(door)
    await home.cloud.settle()
    door.pins.pins[0].state = PinState.DISABLING
    assert await refusal(home, action, DOOR, **data) == "codes_under_way"
    assert home.cloud.requests.count(EVERY[action][0]) == 1


@pytest.mark.parametrize("action", ["set_master_code", "transfer_code"])
async def test_nothing_else_is_written_meanwhile(
    home: Home,
    door: Lock,
    anna: User,
    berta: User,
    action: str,
    pace: Callable[..., None],
) -> None:
    """No reset, no second one, and a guest's code waits for its turn."""
    pace(read_back=(timedelta(seconds=1), timedelta(seconds=2)))
    lock = home.coordinator(await home.set_up(), DOOR)
    operation, data = EVERY[action]
    wish = fields(data, anna, berta)
    home.cloud.faults.add(operation, Slow(0.6))
    asking = asyncio.create_task(ask_one(home, action, DOOR, **wish), eager_start=True)
    await home.when(lock.writing.locked)
    for other, more in (
        ("factory_reset", {"kind": "hard", "lock_name": DOOR}),
        (action, wish),
    ):
        assert await refusal(home, other, DOOR, **more) == "codes_under_way"
    await ask_one(home, "add_code", DOOR, name="Gina Guest", wait=0)
    await asyncio.sleep(0.1)
    counts = home.cloud.requests.count
    assert lock.writing.locked()
    assert counts("write_pins") == counts("delete_lock") == 0
    assert (await asking)["result"] == "confirmed"
    await home.when(lambda: counts("write_pins") == 1, seconds=8)
    assert counts(operation) == 1


async def test_code_that_was_about_to_be_written(
    home: Home, door: Lock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that waits for a busy lock lets a master code that comes first be written first."""
    entry = await home.set_up()
    lock, codes = home.coordinator(entry, DOOR), home.account(entry).codes
    busy = home.cloud.faults.add("write_pins", Fail(423), times=None)
    await ask(home, "add_code", DOOR, name="Gina Guest", wait=0)
    await home.when(
        lambda: any(code.reason is Reason.BUSY for code in codes.shown(door.lock_id))
    )
    about, gate = asyncio.Event(), asyncio.Event()

    async def address() -> None:
        about.set()
        await gate.wait()

    monkeypatch.setattr(codes, "async_posting_address", address)
    await about.wait()
    home.cloud.faults.remove(busy)
    since = len(home.cloud.requests)
    home.cloud.faults.add("set_master_pin", Slow(0.3))
    asking = asyncio.create_task(ask_one(home, "set_master_code", DOOR))
    await home.when(lock.writing.locked)
    gate.set()
    await asyncio.sleep(0.1)
    assert lock.writing.locked()
    assert home.cloud.requests.count("write_pins", since=since) == 0
    assert (await asking)["result"] == "confirmed"
    await home.when(lambda: len(door.pins.pins) == 2)


@pytest.mark.parametrize("action", ["set_master_code", "transfer_code"])
@pytest.mark.parametrize("acts", [True, False])
async def test_answer_that_is_lost(
    home: Home, door: Lock, anna: User, berta: User, action: str, acts: bool
) -> None:
    """It is sent once; what it did is read back."""
    await home.set_up()
    operation, data = EVERY[action]
    home.cloud.faults.add(operation, Reset(acts=acts))
    wish = fields(data, anna, berta)
    if acts:
        assert (await ask_one(home, action, DOOR, **wish))["result"] == "confirmed"
    else:
        assert await refusal(home, action, DOOR, **wish) == "outcome_unknown"
    assert home.cloud.requests.count(operation) == 1


async def test_lock_without_keypad(home: Home, anna: User, berta: User) -> None:
    """There are no codes to speak of."""
    home.cloud.add_lock("connect", name=DOOR)
    await home.set_up()
    for action, (operation, data) in EVERY.items():
        wish = fields(data, anna, berta)
        assert await refusal(home, action, DOOR, **wish) == "no_codes"
        assert home.cloud.requests.count(operation) == 0


async def test_role_that_may_not(
    home: Home, door: Lock, anna: User, berta: User
) -> None:
    """Codes are the owner's."""
    manager = home.cloud.world.add_user("Max", "Manager", email="max@example.com")
    home.cloud.share(door, manager, Role.MANAGER)
    await home.set_up(manager)
    for action, (operation, data) in EVERY.items():
        wish = fields(data, anna, berta)
        assert await refusal(home, action, DOOR, **wish) == "role_missing"
        assert home.cloud.requests.count(operation) == 0


@pytest.mark.parametrize("status", [404, 405])
async def test_address_that_is_not_there(
    home: Home, door: Lock, anna: User, berta: User, status: Any
) -> None:
    """Where the address is only ours, the cloud may not have it: said in these words."""
    home.cloud.options.unverified_routes = status
    await home.set_up()
    for action in UNPROVEN:
        wish = fields(EVERY[action][1], anna, berta)
        assert await refusal(home, action, DOOR, **wish) == "address_not_proven"
