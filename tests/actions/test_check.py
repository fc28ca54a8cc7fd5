"""The action that tells what works: by reading only, in words, without ids."""

import json
from typing import Any

from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)

from custom_components.yale_august.cloud.budget import Budget
from custom_components.yale_august.cloud.checkup import Verdict
from custom_components.yale_august.cloud.routes import ROUTES, Safety
from tests.home import Home
from tests.simulator import Brand, Fail
from tests.simulator.accounts import User
from tests.simulator.lock import Lock
from tests.simulator.words import Role

from .action_home import ask, refusal
from .test_people import loaded

DOOR, BACK = "Front Door", "Back Door"


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock of the owner with a keypad and a guest."""
    door = home.cloud.add_lock("keypad", name=DOOR, house="Elm Street")
    home.cloud.share(door, home.cloud.world.add_user("Anna", "Other"))
    door.pins.master = loaded(home, home.cloud.owner, "815815", 0)
    return door


def verdicts(answer: dict[str, Any]) -> dict[str, str]:
    """Return the verdict of each operation."""
    return {name: told["verdict"] for name, told in answer["operations"].items()}


async def test_all_is_well(home: Home, door: Lock) -> None:
    """Each operation of the client has a verdict and a sentence; only reads are on the wire."""
    await home.set_up()
    before = len(home.cloud.requests)
    answer = await ask(home, "check_account")
    told = answer["operations"]
    assert list(told) == [route.operation for route in ROUTES]
    asked = {seen.method for seen in list(home.cloud.requests)[before:]}
    assert asked == {"GET"}
    assert home.cloud.requests.count("reserve_pin") == 0
    assert {
        name for name, verdict in verdicts(answer).items() if verdict == "works"
    } == {route.operation for route in ROUTES if route.safety is Safety.READ}
    assert told["create_subscriber"]["verdict"] == "in_use"
    assert told["delete_lock"]["verdict"] == "not_tried"
    assert {name for name, one in told.items() if "not_proven" in one} == {
        route.operation for route in ROUTES if not route.proven
    }
    assert {name for name, one in told.items() if "choices_not_proven" in one} == {
        "remote_operate",
        "remote_operate_v2",
    }
    assert all(one["message"].endswith(".") for one in told.values())
    assert told["get_pins"]["number"] == 6
    assert answer["push"]["verdict"] == "connected"
    assert answer["webhook_address"]["verdict"] == "none"
    assert answer["bridges"] == [
        {
            "bridge": "bridge_id#1",
            "model": "Connect",
            "state": "online",
            "locks": [home.entity_id("lock", DOOR, "lock")],
        }
    ]
    (lock,) = answer["locks"].values()
    assert lock["role"] == "owner"
    assert lock["reachable"] == "online"
    assert set(lock["capabilities"]) == {
        "remote_operation",
        "door_sensor",
        "access_codes",
        "schedules",
    }
    text = json.dumps(answer)
    assert "815815" not in text
    assert door.lock_id not in text
    assert door.serial not in text
    assert door.house.house_id not in text


REFUSALS: Any = [
    (
        Fail(403, {"code": "NotAuthorized", "message": "endpoint not allowed"}),
        Verdict.NOT_FOR_KEY,
    ),
    (Fail(403, {"message": "User is not authorized"}), Verdict.NOT_FOR_ROLE),
    (Fail(404), Verdict.REFUSED),
    (Fail(500), Verdict.NO_ANSWER),
    (Fail(403, "html"), Verdict.NO_ANSWER),
]


async def test_refused(home: Home, door: Lock) -> None:
    """What is refused says why, and the rest goes on."""
    await home.set_up()
    for fault, verdict in REFUSALS:
        home.cloud.faults.add("get_pins", fault, times=None)
        answer = await ask(home, "check_account")
        told = answer["operations"]["get_pins"]
        assert told["verdict"] == verdict.value
        assert told["status"] == fault.status
        assert verdicts(answer)["get_guests"] == "works"
        home.cloud.faults.clear()
    # For additional users the cloud says so where the permission of the key is missing.
    refused = Fail(403, {"code": "NotAuthorized", "message": "not authorized"})
    home.cloud.faults.add("get_sub_users", refused)
    answer = await ask(home, "check_account")
    assert verdicts(answer)["get_sub_users"] == "not_for_key"


async def test_paused(home: Home, door: Lock) -> None:
    """Where the cloud asks for a pause nothing more is asked, and nobody is kept from the door."""
    entry = await home.set_up()
    home.cloud.faults.add("*", Fail(429), times=1)
    before = len(home.cloud.requests)
    answer = await ask(home, "check_account")
    assert len(home.cloud.requests) == before + 1
    assert set(verdicts(answer).values()) == {"no_answer", "in_use", "not_tried"}
    answer = await ask(home, "check_account")
    assert len(home.cloud.requests) == before + 1
    await home.act("unlock", DOOR)
    await home.shows("lock", DOOR, "lock", "unlocked")
    # The pause is over, so that leave can be taken of the cloud.
    home.account(entry).client.budget = Budget()


@pytest.mark.parametrize("status", [404, 405])
async def test_unproven_address_that_is_not_there(
    home: Home, door: Lock, status: Any
) -> None:
    """It says that it is the address, and that nobody has proven it."""
    home.cloud.options.unverified_routes = status
    await home.set_up()
    answer = await ask(home, "check_account")
    told = answer["operations"]["get_master_pin"]
    assert told["verdict"] == "not_there"
    assert told["not_proven"]


async def test_second_lock_is_tried(home: Home, door: Lock) -> None:
    """One lock that is too old for something says nothing of the key."""
    home.cloud.add_lock(name=BACK, house="Elm Street")
    await home.set_up()
    home.cloud.faults.add("get_capabilities", Fail(404), times=2)
    answer = await ask(home, "check_account")
    assert verdicts(answer)["get_capabilities"] == "works"


async def test_account_without_locks(home: Home) -> None:
    """What there is nothing to try with is not tried."""
    await home.set_up()
    answer = await ask(home, "check_account")
    found = verdicts(answer)
    assert found["get_lock"] == found["get_house"] == "nothing_to_try"
    assert found["get_houses"] == "works"


async def test_guest(home: Home, door: Lock) -> None:
    """A role that may less is told what."""
    anna: User = home.cloud.world.add_user("Anna", "Two", email="anna@example.com")
    home.cloud.share(door, anna, Role.USER)
    await home.set_up(anna)
    answer = await ask(home, "check_account")
    found = verdicts(answer)
    assert found["get_pins"] == found["get_guests"] == "not_for_role"
    (lock,) = answer["locks"].values()
    assert lock["role"] == "guest"


async def test_august(home: Home, door: Lock) -> None:
    """The brand without push says so."""
    await home.set_up(brand=Brand.AUGUST)
    answer = await ask(home, "check_account")
    assert answer["push"]["verdict"] == "not_there"
    assert verdicts(answer)["get_subscriber"] == "nothing_to_try"


async def test_key_without_push(home: Home, door: Lock) -> None:
    """A right that is missing is called that."""
    home.cloud.key().endpoints.discard("create_subscriber")
    await home.set_up()
    answer = await ask(home, "check_account")
    assert answer["push"]["verdict"] == "not_for_key"


async def test_login_that_has_ended(home: Home, door: Lock) -> None:
    """With these nothing works: said, instead of a list of failures."""
    entry = await home.set_up()
    home.cloud.faults.add("get_lock", Fail(401), times=None)
    assert await refusal(home, "check_account") == "login_expired"
    assert list(entry.async_get_active_flows(home.hass, {"reauth"}))


async def test_public_address(home: Home, door: Lock) -> None:
    """It is looked for without making one."""
    await home.set_up()
    await home.hass.config.async_update(external_url="https://home.example.com")
    answer = await ask(home, "check_account")
    assert answer["webhook_address"]["verdict"] == "there"


async def test_in_diagnostics(home: Home, door: Lock, hass_client: Any) -> None:
    """The last result is there."""
    await async_setup_component(home.hass, "diagnostics", {})
    entry = await home.set_up()
    told: Any = await get_diagnostics_for_config_entry(home.hass, hass_client, entry)
    assert told["checkup"] is None
    home.cloud.faults.add("get_pins", Fail(404))
    await ask(home, "check_account")
    told = await get_diagnostics_for_config_entry(home.hass, hass_client, entry)
    operations = told["checkup"]["operations"]
    assert operations["get_locks"] == "works"
    assert operations["get_pins"] == "refused (404)"
