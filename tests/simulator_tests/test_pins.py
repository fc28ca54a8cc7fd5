"""Codes: life cycle, conflicts, schedules, results (reference 14 to 16)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.simulator import Lock, Role, Simulator, schedules

from .caller import Caller

ALWAYS = {"accessType": "always", "firstName": "Gina", "lastName": "Guest"}


@pytest.fixture
def lock(server: Simulator) -> Lock:
    """Return a lock with a keypad that takes codes when a test says so."""
    lock = server.add_lock("keypad")
    server.locksmith.hold(lock)
    return lock


async def take(server: Simulator, lock: Lock) -> None:
    """Let the lock take what waits for it, and no more."""
    server.locksmith.release(lock)
    await server.settle()
    server.locksmith.hold(lock)


def load(pin: str, guest: str = "guest-1", **fields: Any) -> dict[str, Any]:
    """Return a command that loads a code."""
    return {"action": "load", "pin": pin, "partnerUserID": guest, **ALWAYS, **fields}


async def write(owner: Caller, lock: Lock, *commands: Any, **body: Any) -> int:
    """Send commands; returns the status."""
    path = f"/locks/{lock.lock_id}/pins"
    return (await owner("POST", path, {"commands": commands, **body})).status


async def states(owner: Caller, lock: Lock) -> dict[str, list[str]]:
    """Return the digits in each state."""
    reply = await owner("GET", f"/locks/{lock.lock_id}/pins")
    return {state: [pin["pin"] for pin in pins] for state, pins in reply.json.items()}


async def test_life_cycle(server: Simulator, owner: Caller, lock: Lock) -> None:
    """Each step takes its time on the lock and keeps the id of the code."""
    assert await write(owner, lock, load("482913")) == 200
    assert await states(owner, lock) == {"created": ["482913"]}
    await take(server, lock)
    reply = await owner("GET", f"/locks/{lock.lock_id}/pins")
    (pin,) = reply.json["loaded"]
    assert pin["partnerUserID"] == "guest-1"
    assert pin["apiKey"] == server.key().value
    assert pin["callingUserID"] == server.owner.user_id
    assert pin["unverified"] is True
    assert "loadedDate" in pin
    who = {"partnerUserID": "guest-1", "pin": "482913", **ALWAYS}
    for action, moving, rest in (
        ("disable", "disabling", "disabled"),
        ("enable", "enabling", "loaded"),
        ("update", "updating", "loaded"),
    ):
        assert await write(owner, lock, {"action": action, **who}) == 200
        assert await states(owner, lock) == {moving: ["482913"]}
        await take(server, lock)
        assert await states(owner, lock) == {rest: ["482913"]}
        assert lock.pins.pins[0].pin_id == pin["_id"]
    assert await write(owner, lock, {"action": "delete", **who}) == 200
    assert await states(owner, lock) == {"deleting": ["482913"]}
    await take(server, lock)
    assert await states(owner, lock) == {}


async def test_works_only_while_loaded(
    server: Simulator, owner: Caller, lock: Lock
) -> None:
    """The keypad knows a code from when it is loaded until it is disabled."""
    await write(owner, lock, load("482913"))
    assert not await server.hands.type_pin(lock, "482913")
    await take(server, lock)
    assert await server.hands.type_pin(lock, "482913")
    assert server.record[-1].user_id == lock.pins.pins[0].user_id
    await write(owner, lock, {"action": "disable", "pin": "482913", **ALWAYS})
    await take(server, lock)
    assert not await server.hands.type_pin(lock, "482913")


async def test_offline_lock_waits(server: Simulator, owner: Caller, lock: Lock) -> None:
    """Commands are accepted and wait for the bridge."""
    await server.faults.bridge_offline(lock)
    assert await write(owner, lock, load("482913")) == 200
    await take(server, lock)
    assert await states(owner, lock) == {"created": ["482913"]}
    assert server.locksmith.waiting(lock) == 1
    await server.faults.bridge_online(lock)
    await take(server, lock)
    assert await states(owner, lock) == {"loaded": ["482913"]}


async def test_one_code_one_user(server: Simulator, owner: Caller, lock: Lock) -> None:
    """The same digits for another, or other digits for the same: refused."""
    await write(owner, lock, load("482913"))
    assert await write(owner, lock, load("482913", "guest-2")) == 409
    assert await write(owner, lock, load("111222", "guest-1")) == 409
    assert await write(owner, lock, load("333444", "g"), load("333444", "h")) == 409
    assert await write(owner, lock, load("333444", "g"), load("555666", "g")) == 409
    assert await states(owner, lock) == {"created": ["482913"]}


async def test_full_lock(server: Simulator, owner: Caller, lock: Lock) -> None:
    """Codes and reservations count towards the limit."""
    lock.pins.limit = 2
    path = f"/locks/{lock.lock_id}/pin"
    reserved = (await owner("GET", path)).json
    assert await write(owner, lock, load("482913")) == 200
    assert (await owner("GET", path)).status == 409
    assert await write(owner, lock, load("111222", "guest-2")) == 409
    assert await write(owner, lock, load(reserved["pin"], "guest-2")) == 200
    assert lock.pins.with_digits(reserved["pin"]).slot == reserved["slot"]  # type: ignore[union-attr]


async def test_replacing_at_once_races(
    server: Simulator, owner: Caller, lock: Lock
) -> None:
    """Delete and load in one array end badly; one after the other is right."""
    server.courier.routes["https://ha.test"] = "http://192.0.2.1"
    await write(owner, lock, load("482913"))
    await take(server, lock)
    delete = {"action": "delete", "partnerUserID": "guest-1", **ALWAYS}
    webhook = "https://ha.test/hook"
    assert await write(owner, lock, delete, load("111222"), webhook=webhook) == 200
    assert await write(owner, lock, load("111222")) == 409
    await take(server, lock)
    assert await states(owner, lock) == {}
    (delivery,) = server.courier.deliveries
    assert delivery.body["message"] == "PinSyncFail"
    assert await write(owner, lock, load("111222")) == 200


async def test_missing_code(server: Simulator, owner: Caller, lock: Lock) -> None:
    """Deleting what is not there is accepted and fails later."""
    delete = {"action": "delete", "pin": "999999", **ALWAYS}
    assert await write(owner, lock, delete, webhook="http://192.0.2.1/") == 200
    await take(server, lock)
    digest: Any = server.courier.deliveries[0].body["digest"]
    assert "could not find pin per lock ID and user ID" in digest["error"][0]["reason"]


async def test_refused_by_the_lock(
    server: Simulator, owner: Caller, lock: Lock
) -> None:
    """A code that the lock refuses goes away, or stays for ever."""
    lock.habits.refuses_pins = "Lock memory failure"
    await write(owner, lock, load("482913"))
    await take(server, lock)
    assert await states(owner, lock) == {}
    lock.habits.refused_pins_stay = True
    await write(owner, lock, load("482913"))
    await take(server, lock)
    assert await states(owner, lock) == {"created": ["482913"]}


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"accessType": "temporary"}, 400),
        ({"accessType": "oneTime"}, 400),
        ({"accessTimes": "STARTSEC=0;ENDSEC=60"}, 400),
        (
            {
                "accessType": "temporary",
                "accessTimes": "DTSTART=2026-05-01T10:00:00.000Z;"
                "DTEND=2026-05-01T11:00:00.000Z",
            },
            200,
        ),
        (
            {
                "accessType": "temporary",
                "accessTimes": "DTSTART=2026-05-01T11:00:00.000Z;"
                "DTEND=2026-05-01T10:00:00.000Z",
            },
            400,
        ),
        (
            {
                "accessType": "recurring",
                "accessTimes": "STARTSEC=28800;ENDSEC=64800",
                "accessRecurrence": "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU",
            },
            200,
        ),
        (
            {
                "accessType": "recurring",
                "accessTimes": "STARTSEC=64800;ENDSEC=28800",
                "accessRecurrence": "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU",
            },
            400,
        ),
        (
            {
                "accessType": "recurring",
                "accessTimes": "STARTSEC=28800;ENDSEC=64800",
                "accessRecurrence": "FREQ=YEARLY;BYDAY=MO",
            },
            400,
        ),
        ({"pin": "12"}, 400),
        ({"pin": "12ab56"}, 400),
        ({"nonsense": 1}, 400),
    ],
)
async def test_schedules(
    owner: Caller, lock: Lock, fields: dict[str, Any], status: int
) -> None:
    """Schedules and digits are checked before anything is accepted."""
    assert await write(owner, lock, load("482913") | fields) == status


async def test_always_only(server: Simulator, owner: Caller) -> None:
    """The first generation knows no schedules."""
    lock = server.add_lock("first_generation")
    command = load(
        "482913",
        accessType="recurring",
        accessTimes="STARTSEC=28800;ENDSEC=64800",
        accessRecurrence="FREQ=DAILY",
    )
    assert await write(owner, lock, command) == 400
    assert await write(owner, lock, load("482913")) == 200


async def test_master(server: Simulator, owner: Caller, lock: Lock) -> None:
    """The master code is set asynchronously and read without names."""
    path = f"/locks/{lock.lock_id}/masterpin"
    assert (await owner("GET", path)).status == 404
    assert (
        await owner("POST", path, {"pin": 918273, "webhook": "http://x"})
    ).status == 400
    assert (await owner("POST", path, {"pin": 918273})).json == {"message": "success"}
    assert (await owner("GET", path)).json["state"] == "created"
    await take(server, lock)
    body = (await owner("GET", path)).json
    assert (body["state"], body["pin"]) == ("loaded", "918273")
    assert "firstName" not in body
    assert await write(owner, lock, load("918273")) == 409
    await write(owner, lock, load("482913"))
    assert (await owner("POST", path, {"pin": "482913"})).status == 409


async def test_transfer(server: Simulator, owner: Caller, lock: Lock) -> None:
    """A code passes to another user; not to one who has one."""
    await write(owner, lock, load("482913", "a"), load("111222", "b"))
    await take(server, lock)
    first, second = (pin.user_id for pin in lock.pins.pins)
    heir = server.world.add_user("Heidi", "Heir")
    path = f"/locks/{lock.lock_id}/pins/transfer"
    taken = {"oldUserID": first, "newUserID": second}
    assert (await owner("PUT", path, taken)).status == 409
    free = {"oldUserID": first, "newUserID": heir.user_id}
    assert (await owner("PUT", path, free)).json == {"message": "success"}
    await take(server, lock)
    assert lock.pins.of_user(heir.user_id).pin == "482913"  # type: ignore[union-attr]


async def test_owners_only(server: Simulator, owner: Caller, lock: Lock) -> None:
    """Managers neither read nor write codes; a lock without keypad has none."""
    manager = server.world.add_user("Max", "Manager", email="max@example.com")
    server.share(lock, manager, Role.MANAGER)
    async with Caller(server, manager) as caller:
        assert (await caller("GET", f"/locks/{lock.lock_id}/pins")).status == 403
        assert await write(caller, lock, load("482913")) == 403
    bare = server.add_lock("connect")
    assert await states(owner, bare) == {}
    assert await write(owner, bare, load("482913")) == 412


@pytest.mark.parametrize(
    ("access_type", "times", "recurrence", "opens"),
    [
        ("always", None, None, True),
        ("temporary", "DTSTART={0};DTEND={1}", None, True),
        ("temporary", "DTSTART={1};DTEND={1}", None, False),
        ("recurring", "STARTSEC=28800;ENDSEC=64800", "FREQ=WEEKLY;BYDAY=FR", True),
        ("recurring", "STARTSEC=28800;ENDSEC=64800", "FREQ=WEEKLY;BYDAY=SA", False),
        ("recurring", "STARTSEC=28800;ENDSEC=50400", "FREQ=DAILY", False),
    ],
)
def test_opening_times(
    access_type: str, times: str | None, recurrence: str | None, *, opens: bool
) -> None:
    """A code opens within its window, by the lock's own clock."""
    # A Friday, 14:00 in Berlin.
    moment = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    window = ("2026-05-01T11:00:00.000Z", "2026-05-01T13:00:00.000Z")
    times = times and times.format(*window)
    found = schedules.open_at(moment, "Europe/Berlin", access_type, times, recurrence)
    assert found is opens
