"""The actions for people, additional users and houses."""

import json
from typing import Any

from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import probatio as vol
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)

from tests.home import Home
from tests.simulator import Fail
from tests.simulator.accounts import User
from tests.simulator.lock import Lock
from tests.simulator.pinbook import Pin, PinState
from tests.simulator.words import Role

from .action_home import ask, ask_one, refusal

DOOR, BACK = "Front Door", "Back Door"
NOT_ALLOWED = {"code": "NotAuthorized", "message": "endpoint not allowed for API key"}
NOT_YOURS = {"code": 403, "message": "User is not authorized"}


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock of the owner with a keypad."""
    return home.cloud.add_lock("keypad", name=DOOR, house="Elm Street")


@pytest.fixture
def anna(home: Home) -> User:
    """Return somebody with an account and without a lock."""
    return home.cloud.world.add_user("Anna", "Other", email="anna@example.com")


# Adding, and changing a role


async def test_add_user(home: Home, door: Lock, anna: User) -> None:
    """The cloud lists the person: added."""
    await home.set_up()
    answer = await ask_one(
        home,
        "add_user",
        DOOR,
        user_id=anna.user_id,
        role="manager",
        name="Anna",
        is_updating_permissions=False,
        return_invited=True,
    )
    assert answer["result"] == "added"
    assert answer["invited_user_id"] == anna.user_id
    assert door.users[anna.user_id] is Role.MANAGER
    (put,) = home.cloud.requests.of("add_user")
    assert put.body == {
        "Name": "Anna",
        "options": {"isUpdatingPermissions": False},
        "returnInvited": True,
    }


async def test_add_user_plainly(home: Home, door: Lock, anna: User) -> None:
    """Without options there is no body; a person who must accept first is not called added."""
    home.cloud.options.invites = True
    await home.set_up()
    answer = await ask_one(home, "add_user", DOOR, user_id=anna.user_id)
    assert answer["result"] == "accepted"
    assert "invited_user_id" not in answer
    (put,) = home.cloud.requests.of("add_user")
    assert not put.body
    assert put.path.endswith(f"/{anna.user_id}/user")


async def test_set_user_role(home: Home, door: Lock, anna: User) -> None:
    """The cloud lists the new role; where it cannot be read it is only accepted."""
    home.cloud.share(door, anna)
    await home.set_up()
    change: dict[str, Any] = {"user_id": anna.user_id, "role": "manager"}
    answer = await ask_one(home, "set_user_role", DOOR, **change)
    assert answer["result"] == "changed"
    assert door.users[anna.user_id] is Role.MANAGER
    home.cloud.faults.add("get_lock", Fail(503))
    answer = await ask_one(home, "set_user_role", DOOR, **(change | {"role": "user"}))
    assert answer["result"] == "accepted"
    assert door.users[anna.user_id] is Role.USER


async def test_own_role(home: Home, door: Lock) -> None:
    """Who gives up the last right cannot take it back."""
    await home.set_up()
    own = home.cloud.owner.user_id.upper()
    key = await refusal(home, "set_user_role", DOOR, user_id=own, role="user")
    assert key == "not_yourself"
    assert home.cloud.requests.count("set_user_type") == 0


@pytest.mark.parametrize(
    ("role", "allowed"),
    [(Role.USER, set()), (Role.MANAGER, {"add_user"})],
)
async def test_roles_that_may_not(
    home: Home, door: Lock, anna: User, role: Role, allowed: set[str]
) -> None:
    """A guest adds nobody, a manager changes no role: said before anything is sent."""
    home.cloud.share(door, anna, role)
    await home.set_up(anna)
    someone = home.cloud.world.add_user("Some", "One")
    wish: dict[str, Any] = {"user_id": someone.user_id, "role": "user"}
    for action, operation in (
        ("add_user", "add_user"),
        ("set_user_role", "set_user_type"),
    ):
        if action in allowed:
            assert (await ask_one(home, action, DOOR, **wish))["result"] == "added"
        else:
            assert await refusal(home, action, DOOR, **wish) == "role_missing"
            assert home.cloud.requests.count(operation) == 0


async def test_words_that_are_no_role(home: Home, door: Lock) -> None:
    """A role is one of three."""
    await home.set_up()
    for action in ("add_user", "set_user_role"):
        with pytest.raises(vol.Invalid):
            await ask(home, action, DOOR, user_id="x", role="king")


# Who can open it


@pytest.fixture
def crowd(home: Home, door: Lock, anna: User) -> None:
    """Have somebody of each kind at the door."""
    world = home.cloud.world
    gustav = world.add_user("Gustav", "Guest", email="guest@example.com")
    cleaner = world.add_user("Clea", "Ner")
    ivan = world.add_user("Ivan", "Invited", email="ivan@example.com")
    home.cloud.share(door, anna, Role.MANAGER)
    home.cloud.share(door, gustav)
    door.invited[ivan.user_id] = Role.USER
    for number, user in enumerate((gustav, cleaner)):
        door.pins.pins.append(loaded(home, user, f"47110{number}", number))


@pytest.mark.usefixtures("crowd")
async def test_get_users(home: Home) -> None:
    """Owner, manager, guest, code only, invited: each with name and whether there is a code."""
    await home.set_up()
    answer = await ask_one(home, "get_users", DOOR)
    assert {
        (one["name"], one["role"], one["has_code"]) for one in answer["people"]
    } == {
        ("Olivia Owner", "owner", False),
        ("Anna Other", "manager", False),
        ("Gustav Guest", "guest", True),
        ("Clea Ner", "code_only", True),
        (None, "invited", False),
    }
    assert answer["counts"] == {
        "owner": 1,
        "manager": 1,
        "guest": 1,
        "code_only": 1,
        "invited": 1,
    }
    assert answer["not_told"] == {}
    assert "47110" not in json.dumps(answer)


@pytest.mark.usefixtures("crowd")
async def test_people_in_diagnostics(home: Home, hass_client: Any) -> None:
    """The same as counts; who has a code only is not known before the codes were read."""
    await async_setup_component(home.hass, "diagnostics", {})
    home.cloud.add_lock("connect", name=BACK, house="Elm Street")
    entry = await home.set_up()

    async def counts() -> dict[str, Any]:
        told: Any = await get_diagnostics_for_config_entry(
            home.hass, hass_client, entry
        )
        text = json.dumps(told)
        assert not [name for name in ("Clea", "Gustav", "Ivan") if name in text]
        return {
            name: one["people"]
            for name, one in zip(
                sorted((DOOR, BACK), key=home.lock_id), told["locks"], strict=True
            )
        }

    before = len(home.cloud.requests)
    roles = {"owner": 1, "manager": 1, "guest": 1}
    alone = {"owner": 1, "manager": 0, "guest": 0, "code_only": 0}
    assert await counts() == {DOOR: {**roles, "code_only": None}, BACK: alone}
    assert len(home.cloud.requests) == before
    await ask(home, "get_codes", DOOR)
    assert await counts() == {DOOR: {**roles, "code_only": 1}, BACK: alone}


def loaded(home: Home, user: User, digits: str, slot: int) -> Pin:
    """Return a code that is on a lock."""
    now = home.cloud.clock.now()
    return Pin(
        pin_id=f"{slot:024x}",
        user_id=user.user_id,
        pin=digits,
        slot=slot,
        state=PinState.LOADED,
        access_type="always",
        first_name=user.first_name,
        last_name=user.last_name,
        unverified=user.email is None,
        calling_user_id=home.cloud.owner.user_id,
        api_key=home.cloud.key().value,
        created_at=now,
        updated_at=now,
    )


async def test_get_users_asks_once_a_house(home: Home, door: Lock) -> None:
    """The locks of a house share its list of guests; a lock without codes is not asked for them."""
    home.cloud.add_lock("keypad", name=BACK, house="Elm Street")
    home.cloud.add_lock("connect", name="Shed", house="Elm Street")
    await home.set_up()
    before = len(home.cloud.requests)
    answer = await ask(home, "get_users", DOOR, BACK, "Shed")
    counts = home.cloud.requests.counts(since=before)
    assert counts == {"get_lock": 3, "get_pins": 2, "get_guests": 1}
    shed = answer[home.entity_id("lock", "Shed", "lock")]
    assert [one["has_code"] for one in shed["people"]] == [False]
    assert shed["counts"]["code_only"] == 0


async def test_get_users_without_rights(home: Home, door: Lock) -> None:
    """What the key may not read is named; the rest is told."""
    await home.set_up()
    for operation in ("get_pins", "get_guests"):
        home.cloud.faults.add(operation, Fail(403, NOT_ALLOWED))
    answer = await ask_one(home, "get_users", DOOR)
    assert [one["has_code"] for one in answer["people"]] == [None]
    assert answer["counts"]["code_only"] is None
    assert set(answer["not_told"]) == {"codes", "house"}
    assert "API key does not include" in answer["not_told"]["codes"]
    home.cloud.faults.add("get_pins", Fail(503))
    assert await refusal(home, "get_users", DOOR) == "cloud_unavailable"
    home.cloud.faults.add("get_guests", Fail(503), times=None)
    answer = await ask_one(home, "get_users", DOOR)
    assert "cannot be reached" in answer["not_told"]["house"]


# Houses


@pytest.mark.parametrize("shape", ["map", "list"])
async def test_get_house(home: Home, door: Lock, anna: User, shape: Any) -> None:
    """People and locks of all houses, or of one by its device."""
    home.cloud.options.house_shape = shape
    home.cloud.add_lock(name=BACK, house="Cabin")
    home.cloud.share(door, anna)
    entry: MockConfigEntry = await home.set_up()
    answer = await ask(home, "get_house")
    assert {house["name"] for house in answer["houses"]} == {"Elm Street", "Cabin"}
    device = home.device(entry, door.house.house_id)
    assert device is not None
    answer = await ask(home, "get_house", device_id=device.id)
    (house,) = answer["houses"]
    assert house["device_id"] == device.id
    assert house["role"] == "owner"
    roles = {"owner", "guest"} if shape == "map" else {None}
    assert {one["role"] for one in house["people"]} == roles
    assert {one["name"] for one in house["people"]} == {"Olivia Owner", "Anna Other"}
    entity_id = home.entity_id("lock", DOOR, "lock")
    assert house["locks"] == [{"entity_id": entity_id, "name": DOOR}]
    assert home.cloud.requests.count("get_houses") == 2


async def test_house_that_is_none(home: Home, door: Lock) -> None:
    """Another device, or none, is refused; the cloud's refusals are told."""
    entry = await home.set_up()
    lock = home.device(entry, door.lock_id)
    assert lock is not None
    for device_id in (lock.id, "nowhere"):
        assert await refusal(home, "get_house", device_id=device_id) == "no_house"
    home.cloud.faults.add("get_houses", Fail(403, NOT_ALLOWED))
    assert await refusal(home, "get_house") == "endpoint_not_allowed"
    home.cloud.faults.add("get_house", Fail(404))
    assert await refusal(home, "get_house") == "not_found"
    assert dr.async_get(home.hass).async_get(lock.id) is not None
