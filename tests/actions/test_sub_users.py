"""The actions for additional users: created, found, given locks, listed."""

import json
from typing import Any

from homeassistant.exceptions import HomeAssistantError
import probatio as vol
import pytest

from tests.home import Home
from tests.simulator import Fail
from tests.simulator.accounts import User
from tests.simulator.lock import Lock
from tests.simulator.words import Role

from .action_home import ask, refusal

DOOR, BACK = "Front Door", "Back Door"
NOT_ALLOWED = {"code": "NotAuthorized", "message": "endpoint not allowed for API key"}
NOT_YOURS = {"code": 403, "message": "User is not authorized"}


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock of the owner."""
    return home.cloud.add_lock("keypad", name=DOOR, house="Elm Street")


@pytest.fixture
def anna(home: Home) -> User:
    """Return somebody with an account and without a lock."""
    return home.cloud.world.add_user("Anna", "Other", email="anna@example.com")


SUB_USER: dict[str, Any] = {
    "partner_user_id": "guest-house",
    "first_name": "Guest",
    "last_name": "House",
}


async def test_create_sub_user(
    home: Home, door: Lock, caplog: pytest.LogCaptureFixture
) -> None:
    """It is created, gets the locks, and is found again; its token stays with us."""
    home.cloud.add_lock(name=BACK)
    await home.set_up()
    entities = [home.entity_id("lock", name, "lock") for name in (DOOR, BACK)]
    wish: dict[str, Any] = {**SUB_USER, "locks": entities, "role": "manager"}
    answer = await ask(home, "create_sub_user", **wish)
    user = home.cloud.world.partner_user(home.cloud.owner, "guest-house")
    assert user is not None
    assert answer["user_id"] == user.user_id
    assert answer["name"] == "Guest House"
    assert answer["created"] is True
    assert {lock["result"] for lock in answer["locks"].values()} == {"shared"}
    assert set(answer["locks"]) == set(entities)
    assert door.users[user.user_id] is Role.MANAGER
    again = await ask(home, "create_sub_user", **wish)
    assert again["created"] is False
    assert home.cloud.requests.count("add_user") == 2
    assert "eyJ" not in json.dumps(answer)
    assert "eyJ" not in caplog.text


async def test_create_sub_user_without_locks(home: Home, door: Lock) -> None:
    """It is only created; and blank names are none."""
    await home.set_up()
    answer = await ask(home, "create_sub_user", **SUB_USER)
    assert answer["locks"] == {}
    assert answer["created"] is True
    assert await ask(home, "create_sub_user", response=False, **SUB_USER) is None
    with pytest.raises(vol.Invalid):
        await ask(home, "create_sub_user", **(SUB_USER | {"first_name": " "}))


async def test_lock_that_is_not_shared(home: Home, door: Lock) -> None:
    """Each lock says for itself why; without an answer it is raised."""
    home.cloud.add_lock(name=BACK)
    await home.set_up()
    entities = [home.entity_id("lock", name, "lock") for name in (DOOR, BACK)]
    wish: dict[str, Any] = {**SUB_USER, "locks": entities}
    home.cloud.faults.add("add_user", Fail(403, NOT_YOURS), times=None, lock=door)
    answer = await ask(home, "create_sub_user", **wish)
    failed = answer["locks"][entities[0]]
    assert (failed["result"], failed["reason"]) == ("failed", "share_role_missing")
    assert answer["locks"][entities[1]]["result"] == "shared"
    with pytest.raises(HomeAssistantError) as caught:
        await ask(home, "create_sub_user", response=False, **wish)
    assert caught.value.translation_key == "not_shared"
    assert DOOR in str(caught.value)
    wish["locks"] = entities[:1]
    assert await refusal(home, "create_sub_user", **wish) == "not_shared"


async def test_nobody_tells_what_is_shared(home: Home, door: Lock) -> None:
    """Each lock says so, also that one which was shared: it is not as if nothing had been sent."""
    home.cloud.add_lock(name=BACK)
    await home.set_up()
    entities = [home.entity_id("lock", name, "lock") for name in (DOOR, BACK)]
    wish: dict[str, Any] = {**SUB_USER, "locks": entities[:1]}
    await ask(home, "create_sub_user", **wish)
    wish["locks"] = entities
    fault = home.cloud.faults.add("get_locks", Fail(503), times=None, skip=1)
    answer = await ask(home, "create_sub_user", **wish)
    home.cloud.faults.remove(fault)
    assert answer["locks"][entities[0]]["result"] == "shared"
    assert answer["locks"][entities[1]]["reason"] == "share_outcome_unknown"
    assert home.cloud.requests.count("add_user") == 2
    again = await ask(home, "create_sub_user", **wish)
    assert {lock["result"] for lock in again["locks"].values()} == {"shared"}
    assert home.cloud.requests.count("add_user") == 2


NO_SUB_USER: Any = [
    (Fail(409), "sub_user_id_taken"),
    (Fail(403, NOT_YOURS), "sub_user_id_refused"),
    (Fail(403, {"message": "no"}), "sub_user_id_refused"),
    (Fail(403, {"message": "API key is not valid"}), "api_key_invalid"),
    (
        Fail(403, {"code": "NotAuthorized", "message": "permission not granted"}),
        "sub_users_not_allowed",
    ),
    (Fail(403, NOT_ALLOWED), "sub_users_not_allowed"),
    (Fail(502, "html"), "outcome_unknown"),
    (Fail(503), "outcome_unknown"),
]


async def test_sub_user_that_cannot_be_had(home: Home, door: Lock) -> None:
    """The cloud's refusal in words."""
    await home.set_up()
    for fault, key in NO_SUB_USER:
        before = len(home.cloud.requests)
        home.cloud.faults.add("create_sub_user", fault)
        assert await refusal(home, "create_sub_user", **SUB_USER) == key
        assert home.cloud.requests.count("create_sub_user", since=before) == 1


async def test_get_sub_users(home: Home, door: Lock) -> None:
    """Page by page; beyond the last one there is none."""
    await home.set_up()
    for number in range(3):
        wish = SUB_USER | {"partner_user_id": f"guest-{number}"}
        await ask(home, "create_sub_user", **wish)
    first = await ask(home, "get_sub_users", page_size=2)
    assert [one["partner_user_id"] for one in first["sub_users"]] == [
        "guest-0",
        "guest-1",
    ]
    assert (first["page"], first["total_pages"], first["total_records"]) == (1, 2, 3)
    second = await ask(home, "get_sub_users", page_size=2, page=2)
    assert [one["name"] for one in second["sub_users"]] == ["Guest House"]
    key = await refusal(home, "get_sub_users", page_size=2, page=3)
    assert key == "no_such_page"
    home.cloud.faults.add("get_sub_users", Fail(403, NOT_ALLOWED))
    assert await refusal(home, "get_sub_users") == "sub_users_not_allowed"
    home.cloud.faults.add("get_sub_users", Fail(403, NOT_YOURS))
    assert await refusal(home, "get_sub_users") == "forbidden"
    with pytest.raises(vol.Invalid):
        await ask(home, "get_sub_users", page_size=1001)


async def test_entry_that_acts_as_a_sub_user(home: Home, door: Lock) -> None:
    """It has no additional users of its own."""
    user = home.cloud.world.add_user(
        "Guest", "House", owner=home.cloud.owner, partner_user_id="guest-house"
    )
    home.cloud.share(door, user, Role.SUPERUSER)
    entry = await home.add_entry(data={**SUB_USER, "acting_user": "sub_user"})
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.hass.async_block_till_done()
    assert await refusal(home, "create_sub_user", **SUB_USER) == "owner_only"
    assert await refusal(home, "get_sub_users") == "owner_only"


async def test_locks_of_two_logins(home: Home, door: Lock, anna: User) -> None:
    """An additional user belongs to one login."""
    home.cloud.add_lock(name=BACK, house="Cabin", owner=anna)
    first = await home.set_up(title="Olivia")
    second = await home.set_up(anna, title="Anna")
    entities = [home.entity_id("lock", name, "lock") for name in (DOOR, BACK)]
    for data in (
        {"locks": entities},
        {"locks": entities[:1], "config_entry_id": second.entry_id},
    ):
        key = await refusal(home, "create_sub_user", **SUB_USER, **data)
        assert key == "locks_of_two_logins"
    assert home.cloud.requests.count("create_sub_user") == 0
    with pytest.raises(HomeAssistantError):
        await ask(home, "get_sub_users")
    answer = await ask(home, "get_sub_users", config_entry_id=first.entry_id)
    assert answer["sub_users"] == []
