"""Commands that the cloud or the lock refuses, and the words for it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.yale_august.cloud import errors
from custom_components.yale_august.failures import failure, failure_key
from tests.doors import DOOR, no_push, operate, puts, refused
from tests.flows.flows import placeholders, texts
from tests.home import Home
from tests.simulator import Fail
from tests.simulator.lock import Lock
from tests.simulator.words import Bolt, Trouble

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


@pytest.mark.parametrize(("other", "ago"), [("status", 0), ("unlock", 10)])
async def test_failure_of_another_command_is_not_ours(
    home: Home, door: Lock, other: str, ago: float
) -> None:
    """A message about somebody else's failed command, or one of before, does not end ours."""
    await home.set_up()
    task = asyncio.create_task(operate(home, "unlock"))
    await home.shows("lock", DOOR, "lock", "unlocking")
    began = home.cloud.clock.now() - timedelta(seconds=ago)
    await home.say(
        DOOR,
        result="failed",
        error={"restCode": 98, "name": "ERRNO_BRIDGE_OFFLINE", "statusCode": 422},
        info={"action": other, "startTime": began.isoformat()},
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


@pytest.mark.parametrize("push", [True, False])
async def test_failure_in_an_answer_that_is_a_success(
    home: Home, door: Lock, pace: Callable[..., None], push: bool
) -> None:
    """The reason is told at once, whatever the status says."""
    if push:
        await home.set_up()
    else:
        pace(connect=timedelta(seconds=0.05))
        await no_push(home)
    body = {"result": "failed", "error": {"restCode": 60, "statusCode": 460}}
    home.cloud.faults.add("remote_operate", Fail(202 if push else 200, body))
    with refused("lock_busy"):
        await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "locked"


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


async def test_jam_of_a_lock_that_was_out_of_reach(home: Home, door: Lock) -> None:
    """It has said so itself: the bridge is back, though nobody has told."""
    home.cloud.options.push_bridge_events = True
    await home.set_up()
    await home.cloud.faults.bridge_offline(door)
    await home.shows("lock", DOOR, "lock", "unknown")
    home.cloud.options.push_bridge_events = False
    await home.cloud.faults.bridge_online(door)
    home.cloud.faults.add("remote_operate", Fail(530))
    home.cloud.faults.stale_cache(door)
    with refused("jammed"):
        await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "jammed"
    assert home.state("binary_sensor", DOOR, "connectivity") == "on"
