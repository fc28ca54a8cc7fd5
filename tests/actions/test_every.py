"""What holds for every action: each refusal of the cloud in words, once on the wire; locks that lack what it needs."""

from typing import Any

import pytest

from custom_components.yale_august.actions.table import TABLE
from custom_components.yale_august.cloud.routes import ROUTES, Safety
from tests.home import Home
from tests.simulator import Fail, Reset
from tests.simulator.faults import Kind

from .action_home import ask, refusal
from .test_people import loaded

DOOR = "Front Door"

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "add_user": ("add_user", {"user_id": "ANNA"}),
    "set_user_role": ("set_user_type", {"user_id": "ANNA", "role": "manager"}),
    "get_users": ("get_lock", {}),
    "send_command": ("remote_operate", {"command": "telemetry"}),
    "reserve_code": ("reserve_pin", {}),
    "get_master_code": ("get_master_pin", {}),
    "set_master_code": ("set_master_pin", {}),
    "transfer_code": (
        "transfer_pin",
        {"old_user_id": "ANNA", "new_user_id": "BERTA"},
    ),
    "factory_reset": ("delete_lock", {"kind": "hard", "lock_name": DOOR}),
    "create_sub_user": (
        "create_sub_user",
        {"partner_user_id": "x", "first_name": "x", "last_name": "x"},
    ),
    "get_sub_users": ("get_sub_users", {}),
    "get_house": ("get_houses", {}),
}
"""Actions that do one thing, the operation that does it, and their fields."""
OF_ACCOUNT = {"create_sub_user", "get_sub_users", "get_house"}
ELSEWHERE = {
    # Their answer is what became of a wish, and a right that is missing closes codes for
    # all of them: see test_codes and tests/access_codes.
    *("add_code", "update_code", "enable_code", "disable_code", "delete_code"),
    "get_codes",
    # A refusal is what it finds out: see test_check.
    "check_account",
}

NO_RIGHT = Fail(
    403, {"code": "NotAuthorized", "message": "endpoint not allowed for API key"}
)
NO_ROLE = Fail(403, {"code": 403, "message": "User is not authorized"})
FAULTS: dict[str, Kind] = {
    "invalid_parameter": Fail(400),
    "endpoint_not_allowed": NO_RIGHT,
    "role_missing": NO_ROLE,
    "forbidden": Fail(403, {"message": "no"}),
    "firewall_blocked": Fail(403, "html"),
    "not_found": Fail(404),
    "conflict": Fail(409),
    "outcome_unknown": Fail(502, "html"),
    "operation_not_offered": Fail(501),
}
"""By the sentence that most of them have."""
OTHER_WORDS: dict[tuple[str, str], str] = {
    ("create_sub_user", "endpoint_not_allowed"): "sub_users_not_allowed",
    ("create_sub_user", "role_missing"): "sub_user_id_refused",
    ("create_sub_user", "forbidden"): "sub_user_id_refused",
    ("create_sub_user", "conflict"): "sub_user_id_taken",
    ("get_sub_users", "endpoint_not_allowed"): "sub_users_not_allowed",
    ("get_sub_users", "role_missing"): "forbidden",
}
SAFETY = {route.operation: route.safety for route in ROUTES}
UNVERIFIED = {route.operation for route in ROUTES if not route.verified}


def expected(action: str, operation: str, key: str) -> str:
    """Return the sentence of a refusal."""
    if key == "not_found" and operation in UNVERIFIED:
        return "address_not_proven"
    if key == "outcome_unknown" and SAFETY[operation] is Safety.READ:
        return "cloud_unavailable"
    return OTHER_WORDS.get((action, key), key)


async def furnished(home: Home) -> dict[str, str]:
    """Set up a lock with a code and a master code; return the ids of two people."""
    world = home.cloud.world
    door = home.cloud.add_lock("keypad", name=DOOR)
    anna, berta = world.add_user("Anna", "One"), world.add_user("Berta", "Two")
    door.pins.pins.append(loaded(home, anna, "471147", 1))
    door.pins.master = loaded(home, home.cloud.owner, "815815", 0)
    await home.set_up()
    return {"ANNA": anna.user_id, "BERTA": berta.user_id}


def test_every_action_is_here() -> None:
    """Or said to be elsewhere."""
    assert CALLS.keys() | ELSEWHERE == {action.name for action in TABLE}
    assert not CALLS.keys() & ELSEWHERE


@pytest.mark.usefixtures("hurried")
async def test_each_refusal(home: Home) -> None:
    """It is told in words of its own, and nothing is sent twice."""
    people = await furnished(home)
    for action, (operation, fields) in CALLS.items():
        data = {key: people.get(value, value) for key, value in fields.items()}
        locks = () if action in OF_ACCOUNT else (DOOR,)
        for key, fault in FAULTS.items():
            before = len(home.cloud.requests)
            home.cloud.faults.add(operation, fault)
            said = await refusal(home, action, *locks, **data)
            assert said == expected(action, operation, key), (action, key)
            sent = home.cloud.requests.count(operation, since=before)
            assert sent == 1, (action, key)
            home.cloud.faults.clear()


@pytest.mark.usefixtures("hurried")
async def test_broken_connection(home: Home) -> None:
    """A write is not repeated, and may have been done; only a read is asked again."""
    people = await furnished(home)
    for action, (operation, fields) in CALLS.items():
        data = {key: people.get(value, value) for key, value in fields.items()}
        locks = () if action in OF_ACCOUNT else (DOOR,)
        before = len(home.cloud.requests)
        home.cloud.faults.add(operation, Reset(), times=2)
        is_read = SAFETY[operation] is Safety.READ
        key = "cloud_unavailable" if is_read else "outcome_unknown"
        assert await refusal(home, action, *locks, **data) == key, action
        sent = home.cloud.requests.count(operation, since=before)
        assert sent == (2 if is_read else 1), action
        home.cloud.faults.clear()


NEEDS_CODES = {
    *("get_codes", "add_code", "update_code", "enable_code", "disable_code"),
    *("delete_code", "reserve_code", "get_master_code", "set_master_code"),
    "transfer_code",
}
"""They need a lock that takes codes; `send_command` one that the cloud reaches."""


async def test_lock_that_lacks_it(home: Home) -> None:
    """A lock with neither keypad nor bridge is refused what needs one, before anything is sent; the rest works."""
    home.cloud.add_lock("offline", name=DOOR)
    anna = home.cloud.world.add_user("Anna", "One", email="anna@example.com")
    entry = await home.set_up()
    device = home.device(entry, home.lock_id(DOOR))
    assert device is not None
    wishes: dict[str, dict[str, Any]] = {
        **{name: {"name": "Gina"} for name in ELSEWHERE - {"check_account"}},
        "get_codes": {},
        "update_code": {"name": "Gina", "new_code": True},
        # The reset comes last: the lock goes with it.
        **{name: CALLS[name][1] for name in sorted(CALLS, key="factory_reset".__eq__)},
    }
    for action, fields in wishes.items():
        if action in OF_ACCOUNT:
            continue
        data: dict[str, Any] = {
            key: anna.user_id if value == "ANNA" else value
            for key, value in fields.items()
        }
        before = len(home.cloud.requests)
        if action in NEEDS_CODES or action == "send_command":
            key = "no_codes" if action in NEEDS_CODES else "no_bridge"
            said = await refusal(home, action, device_id=device.id, **data)
            assert said == key, action
            assert len(home.cloud.requests) == before, action
        else:
            answer = await ask(home, action, device_id=device.id, **data)
            assert set(answer) == {device.id}, action
    assert home.device(entry, home.lock_id(DOOR)) is None
