"""The action for every command of the vendor's page."""

from collections.abc import Callable
from datetime import timedelta
import json
from typing import Any

import probatio as vol
import pytest

from custom_components.yale_august.actions.commands import harmless
from custom_components.yale_august.actions.table import COMMANDS
from custom_components.yale_august.cloud.models import Command
from custom_components.yale_august.options import CONF_LATCH
from tests.home import Home
from tests.simulator import Fail
from tests.simulator.words import Bolt
from tests.test_readme import examples

from .action_home import ask, ask_one, refusal

DOOR = "Front Door"


def sent(home: Home, since: int = 0) -> Any:
    """Return the one command that was on the wire."""
    (put,) = home.cloud.requests.of("remote_operate", since=since)
    return put


def test_every_command_has_a_word() -> None:
    """Those of the vendor's page, all of them."""
    assert set(COMMANDS.values()) == set(Command)


@pytest.mark.parametrize("word", COMMANDS)
async def test_each_command(home: Home, word: str) -> None:
    """Each is one request, tried once by the cloud; what is not proven is called accepted."""
    door = home.cloud.add_lock("secure", name=DOOR)
    door.capabilities.unlatch = True
    await home.set_up()
    function = {"function": "vacationMode"} if word == "extended_function" else {}
    before = len(home.cloud.requests)
    answer = await ask_one(home, "send_command", DOOR, command=word, **function)
    await home.cloud.settle()
    put = sent(home, before)
    assert put.path.endswith(f"/{COMMANDS[word].value}")
    assert put.query["retryLimit"] == "1"
    assert put.headers["Accept-Version"] == "0.0.1"
    assert "notificationType" not in put.query
    moving = {"lock", "unlock", "unlatch", "secure"}
    assert answer["result"] == (
        "confirmed"
        if word in moving
        else "answered"
        if word == "status"
        else "accepted"
    )
    assert DOOR in answer["message"]
    expected = {
        "lock": Bolt.LOCKED,
        "unlock": Bolt.UNLOCKED,
        "unlatch": Bolt.UNLATCHED,
        "secure": Bolt.SECURE,
    }
    if word in expected and word != "lock":
        assert home.cloud.record[0].kind is expected[word]


async def test_words_of_the_vendor(home: Home) -> None:
    """They are taken too; others are not."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    await ask_one(home, "send_command", DOOR, command="rebootLock")
    assert home.commands() == ["rebootLock"]
    with pytest.raises(vol.Invalid):
        await ask(home, "send_command", DOOR, command="dance")


async def test_what_the_lock_answers(home: Home) -> None:
    """The answer tells of bolt, door and signal, and names no id."""
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    answer = await ask_one(home, "send_command", DOOR, command="status")
    assert answer["bolt"] == "locked"
    assert answer["door"] == "closed"
    assert (answer["rssi"], answer["wlan_rssi"], answer["wlan_snr"]) == (-58, -47, 42)
    assert answer["retry_count"] == 1
    assert answer["from_cache"] is False
    text = json.dumps(answer)
    assert door.bridge is not None
    for secret in (door.lock_id, door.serial, door.bridge.bridge_id):
        assert secret not in text


async def test_vacation_mode(home: Home) -> None:
    """Function and parameters reach the lock; what it answers comes back harmless."""
    door = home.cloud.add_lock("keypad", name=DOOR)
    await home.set_up()
    home.cloud.faults.malform(
        door,
        "extendedfunction.info",
        {
            "state": "on",
            "pin": "4711",
            "note": "code 471147 of 2c3821b8-1cdb-4b77-bcd8-a1da701e46aa",
            "numbers": [7, 4711, True, None, 0.5],
            "deep": {"apiKey": "short", "remaining": 3},
            "blob": "Zm9vYmFyYmF6cXV4",
        },
        place="operation",
    )
    answer = await ask_one(
        home,
        "send_command",
        DOOR,
        command="extended_function",
        function="vacationMode",
        parameters={"days": 3},
    )
    assert door.vacation
    assert sent(home).body == {
        "extendedfunction": {"function": "vacationMode", "parameters": {"days": 3}}
    }
    assert answer["result"] == "accepted"
    assert answer["extended_function"] == {
        "function": "vacationMode",
        "info": {
            "state": "on",
            "pin": "****",
            "note": "code * of *",
            "numbers": [7, "****", True, None, 0.5],
            "deep": {"apiKey": "****", "remaining": 3},
            "blob": "****",
        },
    }


async def test_example_of_the_readme(home: Home) -> None:
    """It is ready to be pasted."""
    door = home.cloud.add_lock("keypad", name=DOOR)
    await home.set_up()
    (example,) = (one for one in examples() if "action" in one)
    domain, action = example["action"].split(".")
    await home.hass.services.async_call(
        domain, action, example["data"], target=example["target"], blocking=True
    )
    assert door.extended_calls == [{"function": "vacationMode", "parameters": {}}]
    assert door.vacation


def test_harmless_takes_any_json() -> None:
    """Also what is no JSON at all, or deeper than anybody can follow."""
    assert harmless({"a": object(), 4711: (1, 2)}) == {"a": None, "*": [1, 2]}
    deep: object = "x"
    for _ in range(100_000):
        deep = [deep]
    assert "****" in str(harmless(deep))


async def test_choices(home: Home) -> None:
    """Version, channel and webhook go out as they were chosen, also with a movement."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    choices: dict[str, Any] = {
        "notification_type": "pubnub",
        "accept_version": "2.0.0",
        "webhook": {"url": "http://127.0.0.1:9/nowhere"},
    }
    for command in ("status", "unlock"):
        before = len(home.cloud.requests)
        answer = await ask_one(home, "send_command", DOOR, command=command, **choices)
        assert answer["result"] in ("answered", "confirmed")
        put = sent(home, before)
        assert put.headers["Accept-Version"] == "2.0.0"
        assert put.query["notificationType"] == "pubnub"
        # Nobody would push the result to us.
        assert put.query["type"] == "sync"
        assert put.body == {"webhook": {"url": "http://127.0.0.1:9/nowhere"}}
    with pytest.raises(vol.Invalid):
        await ask(home, "send_command", DOOR, command="status", webhook="no address")


NOW = "2026-01-01T00:00:00.000Z"
SHAPES: Any = [
    ("empty", False),
    ("[]", False),
    ('[{"status": "kAugLockState_Locked"}]', False),
    ('"locked"', False),
    ("locked", False),
    ({"data": {"status": "kAugLockState_Locked"}}, False),
    ({"status": "kAugLockState_Locked"}, False),
    ({"status": "locked", "doorState": "closed", "totalTime": 1}, False),
    ({"status": "success", "info": {"startTime": NOW}}, False),
    ({"status": "kAugLockState_Locked", "info": {"startTime": NOW}}, True),
]


async def test_version_2_answers_anything(
    home: Home, pace: Callable[..., None]
) -> None:
    """Only the shape of version 1 is an answer of the lock; all else is taken for nothing more than yes."""
    pace(read_back=(timedelta(seconds=0.05),))
    door = home.cloud.add_lock(name=DOOR)
    door.bolt = Bolt.UNLOCKED
    await home.set_up()
    data: dict[str, Any] = {"accept_version": "2.0.0"}
    for shape, is_known in SHAPES:
        home.cloud.faults.add("remote_operate", Fail(200, shape), times=2)
        if is_known:
            answer = await ask_one(home, "send_command", DOOR, command="lock", **data)
            assert answer["result"] == "confirmed"
        else:
            key = await refusal(home, "send_command", DOOR, command="lock", **data)
            assert key == "unconfirmed", shape
        answer = await ask_one(home, "send_command", DOOR, command="status", **data)
        assert answer["result"] == ("answered" if is_known else "accepted"), shape
        assert ("bolt" in answer) is is_known, shape
        shown = home.state("lock", DOOR, "lock")
        assert shown == ("locked" if is_known else "unknown"), shape
    assert home.commands() == ["lock", "status"] * len(SHAPES)


async def test_wake(home: Home) -> None:
    """A bridge is woken with `status`."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    await ask_one(home, "send_command", DOOR, command="status", wake=True)
    assert sent(home).query["intent"] == "wakeup"


MISFITS: Any = [
    ({"command": "extended_function"}, "function_missing"),
    ({"command": "lock", "function": "vacationMode"}, "function_unwanted"),
    ({"command": "lock", "parameters": {}}, "function_unwanted"),
    ({"command": "lock", "wake": True}, "wake_unwanted"),
    ({"command": "unlatch"}, "no_latch"),
    ({"command": "secure"}, "no_secure_mode"),
]


async def test_what_does_not_fit(home: Home) -> None:
    """It is refused before anything is sent."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    for data, key in MISFITS:
        assert await refusal(home, "send_command", DOOR, **data) == key
        assert home.commands() == []


async def test_latch_as_somebody_chose(home: Home) -> None:
    """Who hid opening does not get it by another door; who swapped the two gets them proven."""
    door = home.cloud.add_lock("unlatch", name=DOOR)
    entry = await home.set_up()
    home.hass.config_entries.async_update_entry(
        entry, options={CONF_LATCH: {door.lock_id: "hidden"}}
    )
    await home.hass.config_entries.async_reload(entry.entry_id)
    assert await refusal(home, "send_command", DOOR, command="unlatch") == "open_hidden"
    assert home.commands() == []
    home.hass.config_entries.async_update_entry(
        entry, options={CONF_LATCH: {door.lock_id: "swapped"}}
    )
    await home.hass.config_entries.async_reload(entry.entry_id)
    door.habits.unlock_pulls_latch = True
    answer = await ask_one(home, "send_command", DOOR, command="unlock")
    assert answer["result"] == "confirmed"
    assert home.cloud.record[0].kind is Bolt.UNLATCHED


async def test_unlock_twice_on_a_latch_lock(home: Home) -> None:
    """What might open the door is not sent when it is not needed."""
    home.cloud.add_lock("unlatch", name=DOOR)
    await home.set_up()
    await ask_one(home, "send_command", DOOR, command="unlock")
    answer = await ask_one(home, "send_command", DOOR, command="unlock")
    assert answer["result"] == "not_needed"
    assert home.commands() == ["unlock"]


REFUSALS: Any = [
    (Fail(422), "bridge_offline"),
    (Fail(403, {"message": "User is not authorized"}), "role_missing"),
    (
        Fail(403, {"message": "endpoint not allowed for API key"}),
        "endpoint_not_allowed",
    ),
    (Fail(501), "operation_not_offered"),
    (Fail(502, "html"), "outcome_unknown"),
]


async def test_refusals(home: Home) -> None:
    """What the cloud refuses is told in words; nothing is sent twice."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    for fault, key in REFUSALS:
        before = len(home.cloud.requests)
        home.cloud.faults.add("remote_operate", fault)
        assert await refusal(home, "send_command", DOOR, command="telemetry") == key
        assert home.commands(since=before) == ["telemetry"]


async def test_movement_that_nothing_confirms(
    home: Home, pace: Callable[..., None]
) -> None:
    """Success without proof is not called done."""
    pace(read_back=(timedelta(seconds=0.3),))
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    home.cloud.faults.lose_messages(None)
    home.cloud.faults.stale_cache(door)
    assert await refusal(home, "send_command", DOOR, command="unlock") == "unconfirmed"
    assert home.commands() == ["unlock"]


async def test_answer_that_tells_of_failure(home: Home) -> None:
    """Success by its status and failure by its words is a failure."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    failed = {"result": "failed", "error": {"statusCode": 460, "name": "ERRNO_BUSY"}}
    home.cloud.faults.add("remote_operate", Fail(200, failed))
    assert await refusal(home, "send_command", DOOR, command="telemetry") == "lock_busy"
