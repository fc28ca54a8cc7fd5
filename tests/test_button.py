"""The eight buttons."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from .home import Home
from .simulator import Fail, Hang, Reset, Slow
from .simulator.words import Bolt

DOOR = "Front Door"

COMMANDS = {
    "status": "status",
    "reboot": "reboot",
    "reboot_lock": "rebootLock",
    "telemetry": "telemetry",
    "secure": "secure",
    "calibrate": "calibrate",
    "disable_homekit": "disablehomekit",
    "ota": "ota",
}
"""Button, and the command of the vendor's page."""


async def test_which_are_enabled(home: Home) -> None:
    """Only the harmless one is enabled without somebody's decision."""
    home.cloud.add_lock("secure", name=DOOR)
    entry = await home.set_up()
    buttons = {
        entity.unique_id.partition("_")[2]: entity.disabled_by
        for entity in er.async_entries_for_config_entry(
            er.async_get(home.hass), entry.entry_id
        )
        if entity.domain == "button"
    }
    assert set(buttons) == set(COMMANDS)
    assert [key for key, disabled_by in buttons.items() if not disabled_by] == [
        "status"
    ]


async def test_secure_mode_only_where_the_lock_has_it(home: Home) -> None:
    """Without the capability there is no such button."""
    home.cloud.add_lock("connect", name=DOOR)
    await home.set_up()
    assert home.entity_id("button", DOOR, "secure") is None


async def test_each_command(home: Home) -> None:
    """Each press is one command on the wire, synchronous, tried once by the cloud."""
    home.cloud.add_lock("secure", name=DOOR)
    entry = await home.set_up()
    await home.enable(entry, "button", DOOR, *COMMANDS)
    for key, command in COMMANDS.items():
        before = len(home.cloud.requests)
        await home.press(DOOR, key)
        await home.cloud.settle()
        assert home.commands(since=before) == [command]
        (put,) = home.cloud.requests.of("remote_operate", since=before)
        assert put.query["retryLimit"] == "1"
        assert not put.body


async def test_status_reads_the_lock(home: Home) -> None:
    """The lock's own answer is the truth, and nobody has moved the bolt."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.say(DOOR, lockAction="locked", callingUserID="manuallock")
    await home.when(lambda: home.coordinator(entry, DOOR).data.actor is not None)
    home.cloud.faults.lose_messages(None)
    home.cloud.faults.stale_cache(door)
    await home.cloud.hands.unlock(door)
    await home.press(DOOR, "status")
    assert home.state("lock", DOOR, "lock") == "unlocked"


async def test_secure(home: Home) -> None:
    """Secure mode is shown as locked, and confirmed."""
    door = home.cloud.add_lock("secure", name=DOOR)
    entry = await home.set_up()
    await home.enable(entry, "button", DOOR, "secure")
    await home.press(DOOR, "secure")
    assert home.state("lock", DOOR, "lock") == "locked"
    assert door.bolt is Bolt.SECURE
    assert [moved.kind for moved in home.cloud.record] == [Bolt.SECURE]


async def test_secure_that_only_locks(home: Home, pace: Callable[..., None]) -> None:
    """A lock that locks without securing has not done what was asked."""
    pace(read_back=(timedelta(seconds=0.3),))
    door = home.cloud.add_lock("secure", name=DOOR)
    door.bolt = Bolt.UNLOCKED
    door.learn(home.cloud.clock.now())
    entry = await home.set_up()
    await home.enable(entry, "button", DOOR, "secure")
    home.cloud.faults.malform(door, "lockAction", "locked", place="push")
    home.cloud.faults.malform(door, "status", "locked", place="status")
    with pytest.raises(HomeAssistantError) as caught:
        await home.press(DOOR, "secure")
    assert caught.value.translation_key == "unconfirmed"
    assert home.state("lock", DOOR, "lock") == "locked"


async def test_calibrate_moves_the_bolt(home: Home) -> None:
    """The bolt goes there and back, and is followed."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.enable(entry, "button", DOOR, "calibrate")
    await home.press(DOOR, "calibrate")
    assert [moved.kind for moved in home.cloud.record] == [Bolt.UNLOCKED, Bolt.LOCKED]
    await home.shows("lock", DOOR, "lock", "locked")


async def test_restart_of_the_bridge(home: Home) -> None:
    """The bridge goes and comes; what it says of the lock is followed."""
    home.cloud.add_lock(name=DOOR)
    home.cloud.options.push_bridge_events = True
    entry = await home.set_up()
    await home.enable(entry, "button", DOOR, "reboot")
    await home.press(DOOR, "reboot")
    await home.shows("binary_sensor", DOOR, "connectivity", "off")
    await home.shows("binary_sensor", DOOR, "connectivity", "on")
    await home.shows("lock", DOOR, "lock", "locked")


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        (Fail(422), "bridge_offline"),
        (Fail(423), "bridge_busy"),
        (Fail(408), "lock_unavailable"),
        (Fail(501), "operation_not_offered"),
        (Fail(403, {"message": "User is not authorized"}), "role_missing"),
        (Reset(), "outcome_unknown"),
        (Reset(acts=True), "outcome_unknown"),
        (Fail(502, "html"), "outcome_unknown"),
    ],
)
async def test_refusal(home: Home, fault: Fail | Hang | Reset, key: str) -> None:
    """What went wrong is told in words; nothing is sent twice."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    home.cloud.faults.add("remote_operate", fault)
    with pytest.raises(HomeAssistantError) as caught:
        await home.press(DOOR, "status")
    assert caught.value.translation_key == key
    assert home.commands() == ["status"]


async def test_question_that_hangs_keeps_nobody_from_the_door(
    home: Home, pace: Callable[..., None]
) -> None:
    """Who wants to go in waits for his turn, not for the end of a button's question."""
    pace(queue=timedelta(seconds=0.3))
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    home.cloud.faults.add("remote_operate", Hang(3))
    question = asyncio.create_task(home.press(DOOR, "status"))
    await home.when(lambda: home.commands() == ["status"])
    await home.act("unlock", DOOR)
    assert not question.done()
    assert door.bolt is Bolt.UNLOCKED
    assert home.commands() == ["status", "unlock"]
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question
    await home.press(DOOR, "status")


async def test_question_that_is_answered_soon_is_not_interrupted(home: Home) -> None:
    """The bridge talks to the lock about one thing at a time."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    home.cloud.faults.add("remote_operate", Slow(0.5))
    question = asyncio.create_task(home.press(DOOR, "status"))
    await home.when(lambda: home.commands() == ["status"])
    await home.act("unlock", DOOR)
    assert question.done()
    await question
    assert home.commands() == ["status", "unlock"]


async def test_question_waits_for_a_movement(
    home: Home, pace: Callable[..., None]
) -> None:
    """A question behind a movement without end is told so, and not sent."""
    pace(queue=timedelta(seconds=0.2), read_back=(timedelta(seconds=1.5),))
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    home.cloud.faults.add("remote_operate", Hang(3))
    stuck = asyncio.create_task(home.act("unlock", DOOR))
    await home.when(lambda: home.commands() == ["unlock"])
    with pytest.raises(HomeAssistantError) as caught:
        await home.press(DOOR, "status")
    assert caught.value.translation_key == "still_busy"
    assert home.commands() == ["unlock"]
    with pytest.raises(HomeAssistantError):
        await stuck
