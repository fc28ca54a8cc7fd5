"""Commands: once on the wire, followed to the end, told in words."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
import json
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.yale_august.cloud import errors
from custom_components.yale_august.failures import failure, failure_key

from .flows import placeholders, texts
from .home import Home
from .simulator import Fail, Hang, Reset, Truncate
from .simulator.lock import Lock
from .simulator.words import Bolt, Cause, Trouble

DOOR = "Front Door"


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock with a latch, a bridge, a door sensor."""
    return home.cloud.add_lock("unlatch", name=DOOR)


@pytest.fixture
def hurried(pace: Callable[..., None]) -> None:
    """Let nobody wait long for what will not be confirmed."""
    pace(read_back=(timedelta(seconds=0.15), timedelta(seconds=0.3)))


@contextmanager
def refused(key: str) -> Generator[None]:
    """See that a person is told why something was not done."""
    with pytest.raises(HomeAssistantError) as caught:
        yield
    err = caught.value
    assert err.translation_domain == "yale_august"
    assert err.translation_key == key
    told = texts()["exceptions"][key]["message"]
    assert placeholders(told) <= set(err.translation_placeholders or {})
    assert DOOR in str(err.translation_placeholders)
    for secret in ("eyJ", "5f1e1a7c"):
        assert secret not in str(err)


async def operate(home: Home, action: str) -> None:
    """Operate the door."""
    await home.act(action, DOOR)


def puts(home: Home, since: int = 0) -> list[Any]:
    """Return the commands that were on the wire."""
    return home.cloud.requests.of("remote_operate", since=since)


def stands(home: Home, door: Lock, bolt: Bolt) -> None:
    """Let the bolt stand somewhere, and the cloud know it."""
    door.bolt = bolt
    door.learn(home.cloud.clock.now())


async def no_push(home: Home) -> Any:
    """Set an entry up whose push never connects."""
    home.cloud.faults.add("socket", Fail(503, "html"), times=None)
    entry = await home.set_up()
    assert not home.account(entry).push_connected
    return entry


# Confirmed


@pytest.mark.parametrize(
    ("start", "action", "command", "moving", "state", "bolt"),
    [
        (Bolt.UNLOCKED, "lock", "lock", "locking", "locked", Bolt.LOCKED),
        (Bolt.LOCKED, "unlock", "unlock", "unlocking", "unlocked", Bolt.UNLOCKED),
        (Bolt.LOCKED, "open", "unlatch", "opening", "open", Bolt.UNLATCHED),
        (Bolt.UNLOCKED, "open", "unlatch", "opening", "open", Bolt.UNLATCHED),
    ],
)
async def test_confirmed_by_push(
    home: Home,
    door: Lock,
    start: Bolt,
    action: str,
    command: str,
    moving: str,
    state: str,
    bolt: Bolt,
) -> None:
    """One asynchronous PUT, the movement shown at once, the end by push; nothing is read."""
    stands(home, door, start)
    await home.set_up()
    before = len(home.cloud.requests)
    shown: list[str] = []
    entity_id = home.entity_id("lock", DOOR, "lock")
    home.hass.bus.async_listen(
        "state_changed",
        lambda event: (
            shown.append(event.data["new_state"].state)
            if event.data["entity_id"] == entity_id
            else None
        ),
    )
    await operate(home, action)
    assert home.state("lock", DOOR, "lock") == state
    assert [moved.kind for moved in home.cloud.record] == [bolt]
    assert home.cloud.record[0].cause is Cause.REMOTE
    assert home.cloud.requests.counts(since=before) == {"remote_operate": 1}
    (put,) = puts(home)
    assert put.path.endswith(f"/{command}")
    assert put.query["type"] == "async"
    assert put.query["retryLimit"] == "1"
    assert put.query["connection"] == "persistent"
    await home.hass.async_block_till_done()
    changes = [
        now for last, now in zip(["", *shown], shown, strict=False) if last != now
    ]
    assert changes == [moving, state]
    found = home.find("lock", DOOR, "lock")
    assert found is not None
    assert found.attributes["changed_by"] == "Olivia Owner"


async def test_old_bridge_is_not_asked_for_a_persistent_connection(home: Home) -> None:
    """Only a bridge that can keeps the connection open."""
    home.cloud.add_lock("connect_v2", name=DOOR)
    await home.set_up()
    await operate(home, "unlock")
    (put,) = puts(home)
    assert "connection" not in put.query


@pytest.mark.parametrize("action", ["lock", "unlock", "open"])
async def test_synchronous_while_push_is_down(
    home: Home, door: Lock, pace: Callable[..., None], action: str
) -> None:
    """Without push the answer to the command is the proof; nothing is read."""
    pace(connect=timedelta(seconds=0.05))
    stands(home, door, Bolt.UNLOCKED if action == "lock" else Bolt.LOCKED)
    await no_push(home)
    before = len(home.cloud.requests)
    await operate(home, action)
    expected = {"lock": "locked", "unlock": "unlocked", "open": "open"}[action]
    assert home.state("lock", DOOR, "lock") == expected
    (put,) = puts(home)
    assert put.query["type"] == "sync"
    assert put.query["retryLimit"] == "1"
    assert home.reads(DOOR, since=before) == []
    assert len(home.cloud.record) == 1


async def test_synchronous_answer_that_still_moves(
    home: Home, door: Lock, pace: Callable[..., None]
) -> None:
    """An answer may tell a movement: the end of it is read back."""
    pace(connect=timedelta(seconds=0.05))
    home.cloud.faults.malform(
        door, "status", "kAugLockState_Unlocking", place="operation"
    )
    await no_push(home)
    before = len(home.cloud.requests)
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert len(puts(home)) == 1
    assert home.reads(DOOR, since=before) == ["get_lock_status"]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "kAugLockState_Locked", "resultsFromOperationCache": True},
        {"status": "a word of next year"},
        {"nonsense": True},
        {},
        [],
        "text",
    ],
)
@pytest.mark.usefixtures("hurried")
async def test_answer_that_proves_nothing(
    home: Home, door: Lock, pace: Callable[..., None], answer: Any
) -> None:
    """An answer from a cache, or without a state that we know, is no proof of anything."""
    pace(connect=timedelta(seconds=0.05))
    stands(home, door, Bolt.UNLOCKED)
    await no_push(home)
    home.cloud.faults.add("remote_operate", Fail(200, json.dumps(answer)))
    with refused("unconfirmed"):
        await operate(home, "lock")
    assert home.state("lock", DOOR, "lock") == "unknown"
    assert len(puts(home)) == 1


async def test_where_nothing_will_change_the_lock_is_asked(
    home: Home, door: Lock
) -> None:
    """Locking what is locked brings no message: the synchronous answer proves it."""
    await home.set_up()
    home.cloud.faults.lose_messages(None)
    await operate(home, "lock")
    assert home.state("lock", DOOR, "lock") == "locked"
    (put,) = puts(home)
    assert put.query["type"] == "sync"
    assert home.cloud.record == ()


async def test_secured_lock_is_locked(home: Home) -> None:
    """A lock that answers with secure mode has locked."""
    door = home.cloud.add_lock("secure", name=DOOR)
    stands(home, door, Bolt.SECURE)
    await home.set_up()
    assert home.state("lock", DOOR, "lock") == "locked"
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"


async def test_read_back_after_a_lost_message(home: Home, door: Lock) -> None:
    """The cache confirms what the lost message would have told."""
    await home.set_up()
    home.cloud.faults.lose_messages(None)
    before = len(home.cloud.requests)
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert len(puts(home)) == 1
    assert home.reads(DOOR, since=before) == ["get_lock_status"]


@pytest.mark.usefixtures("hurried")
async def test_read_back_confirms_only_with_a_newer_time(
    home: Home, door: Lock
) -> None:
    """A cache that already said so before the command was sent proves nothing."""
    entry = await home.set_up()
    home.cloud.faults.stale_cache(door)
    # Unlocked by a message; the cache goes on saying locked, from before.
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    home.cloud.faults.add("remote_operate", Fail(202, "empty"))
    with refused("unconfirmed"):
        await operate(home, "lock")
    assert door.bolt is Bolt.UNLOCKED
    assert home.coordinator(entry, DOOR).settled_bolt is None
    assert home.commands().count("lock") == 1
    await home.shows("lock", DOOR, "lock", "unlocked")


@pytest.mark.usefixtures("hurried")
async def test_read_back_that_agrees_but_is_older_proves_nothing(
    home: Home, door: Lock
) -> None:
    """Locked was known before: that it still is says nothing of the command."""
    await home.set_up()
    home.cloud.faults.add("remote_operate", Fail(202, "empty"))
    before = len(home.cloud.requests)
    with refused("unconfirmed"):
        await operate(home, "lock")
    assert home.reads(DOOR, since=before)[:2] == ["get_lock_status"] * 2
    # The lock itself is asked in the end; the command is not sent again.
    await home.shows("lock", DOOR, "lock", "locked")
    assert home.commands().count("lock") == 1


@pytest.mark.usefixtures("hurried")
async def test_cached_answer_does_not_prove_that_the_door_opened(
    home: Home, door: Lock, pace: Callable[..., None]
) -> None:
    """A latch that sprang back before the answer is not the same as a cache."""
    pace(connect=timedelta(seconds=0.05))
    await no_push(home)
    cached = {"status": "kAugLockState_Unlocked", "resultsFromOperationCache": True}
    home.cloud.faults.add("remote_operate", Fail(200, json.dumps(cached)))
    with refused("unconfirmed"):
        await operate(home, "open")
    assert len(puts(home)) == 1


@pytest.mark.usefixtures("hurried")
async def test_read_back_without_a_time_proves_nothing(home: Home, door: Lock) -> None:
    """Nor does a cache that does not tell since when."""
    await home.set_up()
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    home.cloud.faults.add("remote_operate", Fail(202, "empty"))
    home.cloud.faults.malform(door, "dateTime", "soon", place="status")
    home.cloud.faults.malform(door, "status", "kAugLockState_Locked", place="status")
    with refused("unconfirmed"):
        await operate(home, "lock")
    assert home.commands().count("lock") == 1


async def test_late_message_confirms(home: Home, door: Lock) -> None:
    """A message that comes after a failed read-back still counts."""
    await home.set_up()
    home.cloud.faults.delay_messages(0.8, None)
    home.cloud.faults.add("get_lock_status", Fail(503, "html"), times=None)
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert len(puts(home)) == 1


# Once on the wire


@pytest.mark.parametrize(
    "fault", [Reset(acts=True), Truncate(), Fail(502, "html", acts=True)]
)
@pytest.mark.parametrize("push", [True, False])
async def test_acts_and_then_fails_to_say_so(
    home: Home, door: Lock, pace: Callable[..., None], fault: Any, push: bool
) -> None:
    """The bolt moves, the answer never comes: one PUT, one movement, confirmed all the same."""
    if push:
        await home.set_up()
    else:
        pace(connect=timedelta(seconds=0.05))
        await no_push(home)
    home.cloud.faults.add("remote_operate", fault)
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert len(puts(home)) == 1
    assert [moved.kind for moved in home.cloud.record] == [Bolt.UNLOCKED]


async def test_acts_and_resets_and_the_message_is_lost_too(
    home: Home, door: Lock
) -> None:
    """Even then the read-back confirms it; one PUT, one movement."""
    await home.set_up()
    home.cloud.faults.lose_messages(None)
    home.cloud.faults.add("remote_operate", Reset(acts=True))
    before = len(home.cloud.requests)
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert len(puts(home)) == 1
    assert home.reads(DOOR, since=before) == ["get_lock_status"]
    assert len(home.cloud.record) == 1


@pytest.mark.parametrize("fault", [Reset(), Fail(503, "html"), Fail(204, "empty")])
@pytest.mark.usefixtures("hurried")
async def test_never_acts_and_never_says_so(home: Home, door: Lock, fault: Any) -> None:
    """Nothing proves it: unconfirmed, not failed; unknown until the lock has told; one PUT."""
    await home.set_up()
    home.cloud.faults.add("remote_operate", fault)
    with refused("unconfirmed"):
        await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unknown"
    assert len(puts(home)) == 1
    assert home.cloud.record == ()
    await home.shows("lock", DOOR, "lock", "locked")
    assert home.commands() == ["unlock", "status"]


@pytest.mark.parametrize("push", [True, False])
async def test_hangs(
    home: Home, door: Lock, pace: Callable[..., None], push: bool
) -> None:
    """After the deadline the command is unconfirmed, and the bolt may have moved."""
    pace(read_back=(timedelta(seconds=0.2), timedelta(seconds=0.4)))
    if push:
        await home.set_up()
    else:
        pace(connect=timedelta(seconds=0.05))
        await no_push(home)
    home.cloud.faults.add("remote_operate", Hang(3))
    task = asyncio.create_task(operate(home, "unlock"))
    await home.shows("lock", DOOR, "lock", "unlocking")
    started = asyncio.get_running_loop().time()
    with refused("unconfirmed"):
        await task
    assert 0.3 < asyncio.get_running_loop().time() - started < 1
    assert home.state("lock", DOOR, "lock") == "unknown"
    assert len(puts(home)) == 1
    assert home.cloud.record == ()
    # The next command is not held up by the one that hangs.
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"


async def test_acts_and_hangs(home: Home, door: Lock) -> None:
    """The message confirms it; nobody waits for the answer."""
    await home.set_up()
    home.cloud.faults.add("remote_operate", Hang(3, acts=True))
    started = asyncio.get_running_loop().time()
    await operate(home, "unlock")
    assert asyncio.get_running_loop().time() - started < 1
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert len(puts(home)) == 1
    assert len(home.cloud.record) == 1


async def test_redirect_is_not_followed(home: Home, door: Lock) -> None:
    """A redirect would send the command again, with the token, to who knows where."""
    await home.set_up()
    home.cloud.faults.add(
        "remote_operate",
        Fail(307, "empty", headers={"Location": f"{home.cloud.url}/elsewhere"}),
    )
    with refused("unexpected_answer"):
        await operate(home, "unlock")
    assert len(puts(home)) == 1
    assert home.cloud.requests.count("unknown") == 0


# Refused

ANSWERS = {
    408: "lock_unavailable",
    409: "conflict",
    412: "precondition_failed",
    422: "bridge_offline",
    423: "bridge_busy",
    460: "lock_busy",
    500: "lock_server_error",
    530: "jammed",
    531: "calibration_needed",
    532: "lock_unavailable",
    533: "lock_unavailable",
    534: "lock_unavailable",
    540: "lock_unavailable",
    541: "lock_unavailable",
    550: "battery_too_low",
    551: "overheated",
    560: "lock_disconnected",
    562: "lock_unavailable",
    565: "lock_unavailable",
    400: "invalid_parameter",
    404: "not_found",
    501: "operation_not_offered",
}
"""Reference 13, and what a person is told."""


async def test_each_device_error_as_answer(home: Home, door: Lock) -> None:
    """Each has its sentence; nothing is sent twice; the bolt has not moved."""
    await home.set_up()
    for status, key in ANSWERS.items():
        before = len(home.cloud.requests)
        home.cloud.faults.add("remote_operate", Fail(status))
        with refused(key):
            await operate(home, "unlock")
        assert home.commands(since=before) == ["unlock"]
        await home.cloud.hands.lock(door)
        await home.shows("lock", DOOR, "lock", "locked")


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (Fail(403, {"code": 403, "message": "User is not authorized"}), "role_missing"),
        (
            Fail(403, {"code": "NotAuthorized", "message": "endpoint not allowed"}),
            "endpoint_not_allowed",
        ),
        (Fail(403, {"message": "no"}), "forbidden"),
        (Fail(403, "html"), "firewall_blocked"),
        (Fail(429), "rate_limited"),
    ],
)
async def test_each_other_refusal(
    home: Home, door: Lock, answer: Fail, key: str
) -> None:
    """What has nothing to do with the lock is told as such."""
    await home.set_up()
    home.cloud.faults.add("remote_operate", answer)
    with refused(key):
        await operate(home, "unlock")
    assert len(puts(home)) == 1
    assert home.state("lock", DOOR, "lock") == "locked"
    # Nothing can be deleted while requests are limited.
    home.cloud.push.subscribers.clear()


async def test_refused_login(home: Home, door: Lock) -> None:
    """A command that meets a refused login says so, and asks for a new one."""
    entry = await home.set_up()
    home.cloud.faults.revoke_logins()
    with refused("login_expired"):
        await operate(home, "unlock")
    assert home.cloud.record == ()
    assert [
        flow["context"]["source"]
        for flow in entry.async_get_active_flows(home.hass, {"reauth"})
    ] == ["reauth"]
    # Without a login nothing can be deleted.
    home.cloud.push.subscribers.clear()


async def test_cloud_that_cannot_be_reached(home: Home, door: Lock) -> None:
    """What has never left is no unknown outcome."""
    await home.set_up()
    await home.cloud.stop()
    with refused("cloud_unavailable"):
        await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "locked"
    await home.cloud.start()


TROUBLES = {
    Trouble.NO_ANSWER: ("lock_unavailable", "unknown"),
    Trouble.BRIDGE_BUSY: ("bridge_busy", "locked"),
    Trouble.BUSY: ("lock_busy", "locked"),
    Trouble.SERVER_ERROR: ("lock_server_error", "unknown"),
    Trouble.JAMMED: ("jammed", "jammed"),
    Trouble.UNCALIBRATED: ("calibration_needed", "jammed"),
    Trouble.FLAT_BATTERY: ("battery_too_low", "locked"),
    Trouble.OVERHEATED: ("overheated", "locked"),
    Trouble.DISCONNECTS: ("lock_disconnected", "unknown"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("push", [True, False])
async def test_each_trouble_of_the_lock(
    home: Home, door: Lock, pace: Callable[..., None], trouble: Trouble, push: bool
) -> None:
    """Told by message or by answer, it is the same sentence and the same state.

    Where the bolt may have moved and the lock does not answer, nobody knows where it is.
    """
    if push:
        await home.set_up()
    else:
        pace(connect=timedelta(seconds=0.05))
        await no_push(home)
    key, state = TROUBLES[trouble]
    home.cloud.faults.trouble(door, trouble)
    with refused(key):
        await operate(home, "unlock")
    assert len(puts(home)) == 1
    assert home.cloud.record == ()
    await home.shows("lock", DOOR, "lock", state)


async def test_bridge_that_is_offline(home: Home, door: Lock) -> None:
    """The cloud says that the bridge is offline: from then on the state is unknown."""
    await home.set_up()
    await home.cloud.faults.bridge_offline(door)
    assert home.state("lock", DOOR, "lock") == "locked"
    with refused("bridge_offline"):
        await operate(home, "unlock")
    await home.shows("lock", DOOR, "lock", "unknown")
    assert home.state("binary_sensor", DOOR, "connectivity") == "off"
    # The lock stays operable: the next command is sent, not skipped in silence.
    with refused("bridge_offline"):
        await operate(home, "lock")
    assert len(puts(home)) == 2


async def test_failure_of_another_command_is_not_ours(home: Home, door: Lock) -> None:
    """A message about somebody else's failed command does not end ours."""
    await home.set_up()
    task = asyncio.create_task(operate(home, "unlock"))
    await home.shows("lock", DOOR, "lock", "unlocking")
    await home.say(
        DOOR,
        result="failed",
        error={"restCode": 98, "name": "ERRNO_BRIDGE_OFFLINE", "statusCode": 422},
        info={"action": "status"},
    )
    await task
    assert home.state("lock", DOOR, "lock") == "unlocked"


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (
            {"restCode": 98, "name": "ERRNO_BRIDGE_OFFLINE", "statusCode": 422},
            "bridge_offline",
        ),
        ({"restCode": 1}, "device_error"),
        ("text", "device_error"),
        (None, "device_error"),
    ],
)
async def test_message_of_failure_in_any_shape(
    home: Home, door: Lock, error: Any, key: str
) -> None:
    """However little it says, the command has failed."""
    await home.set_up()
    home.cloud.faults.add("remote_operate", Fail(202, "empty"))
    task = asyncio.create_task(operate(home, "unlock"))
    await home.shows("lock", DOOR, "lock", "unlocking")
    await home.when(lambda: len(puts(home)) == 1)
    await home.say(DOOR, result="failed", error=error)
    with refused(key):
        await task
    await home.shows("lock", DOOR, "lock", "locked")


async def test_jam_is_shown_until_the_lock_says_otherwise(
    home: Home, door: Lock
) -> None:
    """A jam that only the answer tells is shown, and ends with the next movement."""
    await home.set_up()
    home.cloud.faults.add("remote_operate", Fail(530))
    with refused("jammed"):
        await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "jammed"
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"


async def test_wrong_outcome(home: Home, door: Lock) -> None:
    """The door opens where it should only unlock: shown as it is, and confirmed."""
    door.habits.unlock_pulls_latch = True
    await home.set_up()
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "open"
    assert [moved.kind for moved in home.cloud.record] == [Bolt.UNLATCHED]


# Latch locks


async def test_unlock_of_an_unlocked_latch_lock(home: Home, door: Lock) -> None:
    """It may open the door: the cloud is asked, confirms, and nothing is sent."""
    stands(home, door, Bolt.UNLOCKED)
    await home.set_up()
    before = len(home.cloud.requests)
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert home.cloud.requests.counts(since=before) == {"get_lock_status": 1}
    assert home.cloud.record == ()


async def test_unlock_of_a_latch_lock_that_was_locked_meanwhile(
    home: Home, door: Lock
) -> None:
    """The cloud does not confirm it: the command is sent."""
    stands(home, door, Bolt.UNLOCKED)
    await home.set_up()
    home.cloud.faults.lose_messages()
    await home.cloud.hands.lock(door)
    await operate(home, "unlock")
    assert home.commands() == ["unlock"]
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert [moved.kind for moved in home.cloud.record] == [Bolt.LOCKED, Bolt.UNLOCKED]


async def test_unlock_of_a_latch_lock_that_cannot_be_read_back(
    home: Home, door: Lock
) -> None:
    """Who does not know does not send."""
    stands(home, door, Bolt.UNLOCKED)
    await home.set_up()
    home.cloud.faults.add("get_lock_status", Fail(503, "html"))
    with refused("not_checked"):
        await operate(home, "unlock")
    assert puts(home) == []


async def test_unlock_of_a_latch_lock_without_a_login(home: Home, door: Lock) -> None:
    """A login that was refused on the way asks for a new one."""
    stands(home, door, Bolt.UNLOCKED)
    entry = await home.set_up()
    home.cloud.faults.revoke_logins()
    with refused("not_checked"):
        await operate(home, "unlock")
    assert len(list(entry.async_get_active_flows(home.hass, {"reauth"}))) == 1
    assert puts(home) == []
    home.cloud.push.subscribers.clear()


async def test_unlock_of_an_unlocked_lock_without_latch(home: Home) -> None:
    """Nothing can open by surprise: the lock is asked as ever."""
    stands(home, home.cloud.add_lock("connect", name=DOOR), Bolt.UNLOCKED)
    await home.set_up()
    await operate(home, "unlock")
    assert home.commands() == ["unlock"]


async def test_two_unlocks_of_a_latch_lock_at_once(home: Home, door: Lock) -> None:
    """The second one finds it unlocked and does not open the door."""
    await home.set_up()
    await asyncio.gather(operate(home, "unlock"), operate(home, "unlock"))
    assert home.commands() == ["unlock"]
    assert [moved.kind for moved in home.cloud.record] == [Bolt.UNLOCKED]


async def test_latch_is_known_after_capabilities_failed(home: Home, door: Lock) -> None:
    """What a lock can do is asked until it is told: else unlock opens the door."""
    door.type = 2
    stands(home, door, Bolt.UNLOCKED)
    home.cloud.faults.add("get_capabilities", Fail(503, "html"))
    entry = await home.set_up()
    await home.coordinator(entry, DOOR).async_refresh()
    await home.hass.async_block_till_done()
    state = home.find("lock", DOOR, "lock")
    assert state is not None
    assert state.attributes["supported_features"] == 1
    await operate(home, "unlock")
    assert puts(home) == []
    # Told once is enough.
    before = len(home.cloud.requests)
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.cloud.requests.counts(since=before) == {"get_lock": 1}


async def test_open_that_springs_back_before_the_answer(
    home: Home, door: Lock, pace: Callable[..., None]
) -> None:
    """The latch is back when the answer is made: the lock's own answer proves it."""
    pace(connect=timedelta(seconds=0.05))
    home.cloud.faults.malform(
        door, "status", "kAugLockState_Unlocked", place="operation"
    )
    await no_push(home)
    await operate(home, "open")
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert home.commands() == ["unlatch"]
    assert [moved.kind for moved in home.cloud.record] == [Bolt.UNLATCHED]


# Order


async def test_two_commands_at_once(home: Home, door: Lock) -> None:
    """The second one is sent when the first one has ended."""
    await home.set_up()
    first = asyncio.create_task(operate(home, "unlock"))
    second = asyncio.create_task(operate(home, "lock"))
    await asyncio.gather(first, second)
    assert home.commands() == ["unlock", "lock"]
    assert [moved.kind for moved in home.cloud.record] == [Bolt.UNLOCKED, Bolt.LOCKED]
    assert home.state("lock", DOOR, "lock") == "locked"


async def test_commands_on_two_locks_do_not_wait(home: Home, door: Lock) -> None:
    """A lock that hangs keeps nobody from another door."""
    home.cloud.add_lock(name="Back Door")
    await home.set_up()
    home.cloud.faults.add("remote_operate", Hang(3), lock=door)
    slow = asyncio.create_task(operate(home, "unlock"))
    await home.shows("lock", DOOR, "lock", "unlocking")
    await home.act("unlock", "Back Door")
    assert not slow.done()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow


async def test_second_command_after_a_failed_one(home: Home, door: Lock) -> None:
    """A failure does not hold up what comes next."""
    await home.set_up()
    home.cloud.faults.add("remote_operate", Fail(460))
    results = await asyncio.gather(
        operate(home, "unlock"), operate(home, "unlock"), return_exceptions=True
    )
    assert isinstance(results[0], HomeAssistantError)
    assert results[1] is None
    assert home.state("lock", DOOR, "lock") == "unlocked"


async def test_cancelled(home: Home, door: Lock) -> None:
    """Who gives up sees what is known; whether the bolt moved is looked up."""
    await home.set_up()
    home.cloud.faults.lose_messages(None)
    home.cloud.faults.add("remote_operate", Hang(3, acts=True))
    task = asyncio.create_task(operate(home, "unlock"))
    await home.shows("lock", DOOR, "lock", "unlocking")
    await home.when(lambda: door.bolt is Bolt.UNLOCKED)
    before = len(home.cloud.requests)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert home.reads(DOOR, since=before) == ["get_lock"]
    assert len(puts(home)) == 1


@pytest.mark.usefixtures("hurried")
async def test_unloaded_while_a_command_runs(home: Home, door: Lock) -> None:
    """The command ends without a trace; nothing is sent again after a reload."""
    entry = await home.set_up()
    home.cloud.faults.add("remote_operate", Fail(202, "empty"))
    task = asyncio.create_task(operate(home, "unlock"))
    await home.shows("lock", DOOR, "lock", "unlocking")
    await home.when(lambda: len(puts(home)) == 1)
    await home.hass.config_entries.async_reload(entry.entry_id)
    with pytest.raises((HomeAssistantError, asyncio.CancelledError)):
        await task
    await home.shows("lock", DOOR, "lock", "locked")
    assert len(puts(home)) == 1


async def test_movement_by_hand_meanwhile_is_shown_afterwards(
    home: Home, door: Lock
) -> None:
    """Somebody locks while we unlock: the command ends, the newest is shown."""
    await home.set_up()
    await operate(home, "unlock")
    await home.cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")


async def test_limited_reads_do_not_keep_anybody_from_the_door(
    home: Home, door: Lock
) -> None:
    """A 429 on a read pauses reads, not commands."""
    entry = await home.set_up()
    home.cloud.faults.add("get_lock", Fail(429, headers={"Retry-After": "600"}))
    await home.coordinator(entry, DOOR).async_refresh()
    before = len(home.cloud.requests)
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.cloud.requests.counts(since=before) == {}
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"
    # Nothing can be deleted while requests are limited.
    home.cloud.push.subscribers.clear()


# Words


def test_every_error_has_its_sentence() -> None:
    """Each class of error has a key of its own, and each key a sentence."""
    told = texts()["exceptions"]

    def below(kind: type[errors.CloudError]) -> list[type[errors.CloudError]]:
        return [kind, *(each for sub in kind.__subclasses__() for each in below(sub))]

    keys = []
    for kind in below(errors.CloudError):
        if kind is errors.BudgetExhausted:
            err: errors.CloudError = errors.BudgetExhausted(available_in=timedelta(1))
        else:
            err = kind()
        key = failure_key(err)
        keys.append(key)
        raised = failure(err, "the lock")
        assert placeholders(told[key]["message"]) <= set(
            raised.translation_placeholders or {}
        )
        assert isinstance(raised, ServiceValidationError) is isinstance(
            err, errors.InvalidParameter
        )
    assert len(set(keys)) == len(keys)
    assert placeholders(told["unconfirmed"]["message"]) <= {"lock"}


async def test_command_does_not_wait_for_long(
    home: Home, door: Lock, pace: Callable[..., None]
) -> None:
    """A door must not move late because commands before it were stuck."""
    pace(queue=timedelta(seconds=0.2))
    await home.set_up()
    home.cloud.faults.add("remote_operate", Hang(3))
    stuck = asyncio.create_task(operate(home, "lock"))
    await home.shows("lock", DOOR, "lock", "locking")
    with refused("still_busy"):
        await operate(home, "unlock")
    assert home.commands() == ["lock"]
    with refused("unconfirmed"):
        await stuck
    assert home.commands().count("unlock") == 0


async def test_person_who_tries_again_finds_the_lock_free(
    home: Home, door: Lock, pace: Callable[..., None]
) -> None:
    """After a command without end the lock is asked, but not in the way of the next command."""
    pace(settle=timedelta(seconds=0.3))
    await home.set_up()
    home.cloud.faults.trouble(door, Trouble.DISCONNECTS, attempts=1)
    with refused("lock_disconnected"):
        await operate(home, "unlock")
    await operate(home, "unlock")
    assert home.commands() == ["unlock", "unlock"]
    assert home.state("lock", DOOR, "lock") == "unlocked"
