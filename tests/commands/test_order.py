"""Several commands at once, and commands that nobody waits for any more."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
import pytest

from custom_components.yale_august.cloud.routes import Safety
from custom_components.yale_august.commands.turns import Turn
from tests.doors import DOOR, operate, puts, refused, stands
from tests.home import QUICK, Home
from tests.simulator import Cause, Fail, Hang, Reset, Slow
from tests.simulator.lock import Lock
from tests.simulator.words import Bolt, Trouble


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
    assert home.commands() == ["unlock", "status"]


async def test_reloaded_while_the_bolt_moves(home: Home, door: Lock) -> None:
    """Nobody hears how the command ends: what was known before is not shown as if it were so."""
    entry = await home.set_up()
    home.cloud.faults.stale_cache(door)
    home.cloud.faults.lose_messages(None)
    home.cloud.faults.add("remote_operate", Hang(1, acts=True))
    home.cloud.faults.add("/remoteoperate/*/status", Fail(503, "html"))
    task = asyncio.create_task(operate(home, "unlock"))
    await home.when(lambda: door.bolt is Bolt.UNLOCKED)
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.shows("lock", DOOR, "lock", "unknown")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    home.cloud.faults.clear()
    await home.cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")
    assert home.commands().count("unlock") == 1


async def test_movement_by_hand_meanwhile_is_shown_afterwards(
    home: Home, door: Lock
) -> None:
    """Somebody locks while we unlock: the command ends, the newest is shown."""
    await home.set_up()
    await operate(home, "unlock")
    await home.cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")


async def test_movement_by_hand_before_the_answer(home: Home, door: Lock) -> None:
    """Somebody unlocks what we have just locked once more, and the command's answer comes later."""
    await home.set_up()
    home.cloud.faults.add("remote_operate", Slow(0.3, after=True))
    command = asyncio.create_task(operate(home, "lock"))
    await home.when(lambda: home.commands() == ["lock"])
    await asyncio.sleep(0.15)
    shown: list[str] = []

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        assert event.data["new_state"] is not None
        shown.append(event.data["new_state"].state)

    entity_id = home.entity_id("lock", DOOR, "lock")
    assert entity_id is not None
    stop = async_track_state_change_event(home.hass, entity_id, changed)
    await home.cloud.hands.unlock(door)
    await command
    await home.keeps_still()
    await home.shows("lock", DOOR, "lock", "unlocked")
    stop()
    # Nobody could know it until the cloud was asked once more.
    assert "locked" not in shown


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


@asynccontextmanager
async def waits_for_its_turn(
    home: Home, entry: ConfigEntry, action: str
) -> AsyncGenerator[asyncio.Task[None]]:
    """Let a command wait until this ends: as many as may are on the wire already."""
    budget = home.account(entry).client.budget
    async with AsyncExitStack() as others:
        for _ in range(budget.limits.commands_at_once):
            await others.enter_async_context(budget.admit(Safety.COMMAND))
        command = asyncio.create_task(operate(home, action))
        await home.shows("lock", DOOR, "lock", f"{action}ing")
        yield command


@pytest.mark.parametrize("gives_up", [False, True])
async def test_command_that_never_gets_its_turn(
    home: Home, door: Lock, pace: Callable[..., None], gives_up: bool
) -> None:
    """Nothing was sent: that is said, and what is known of the bolt goes on to be shown."""
    tick = timedelta(seconds=0.05)
    pace(read_back=(tick, 2 * tick), queue=2 * tick)
    entry = await home.set_up()
    before = len(home.cloud.requests)
    async with waits_for_its_turn(home, entry, "unlock") as command:
        if gives_up:
            command.cancel()
            with pytest.raises(asyncio.CancelledError):
                await command
        else:
            with refused("not_sent"):
                await command
    assert home.state("lock", DOOR, "lock") == "locked"
    await home.keeps("lock", DOOR, "lock", "locked")
    # Nor is anything looked for that has not begun.
    assert home.commands(since=before) == home.reads(DOOR, since=before) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "locked"},
        {"result": "failed", "error": {"statusCode": 423}, "info": {"action": "lock"}},
    ],
)
async def test_message_before_the_command_has_left(
    home: Home, door: Lock, fields: dict[str, Any]
) -> None:
    """It is about something else: the command still goes, and is confirmed by its own end."""
    stands(home, door, Bolt.UNLOCKED)
    entry = await home.set_up()
    async with waits_for_its_turn(home, entry, "lock") as command:
        await home.say(DOOR, **fields)
        await asyncio.sleep(QUICK.linger.total_seconds() + 0.1)
        home.cloud.faults.lose_messages(None)
        home.cloud.faults.add("remote_operate", Reset(acts=True))
    # It is followed from then on, with all the time that any command has.
    left = asyncio.get_running_loop().time()
    await command
    took = timedelta(seconds=asyncio.get_running_loop().time() - left)
    assert QUICK.read_back[0] < took + timedelta(seconds=0.05)
    assert took < QUICK.read_back[1]
    assert home.commands() == ["lock"]
    assert door.bolt is Bolt.LOCKED


async def test_message_after_the_command_came_back(home: Home, door: Lock) -> None:
    """Refused for its token, it waits for another one: nothing has been done yet."""
    stands(home, door, Bolt.UNLOCKED)
    await home.set_up()
    home.cloud.faults.add("remote_operate", Fail(401))
    home.cloud.faults.add("token", Slow(QUICK.linger.total_seconds() + 0.3))
    command = asyncio.create_task(operate(home, "lock"))
    await home.when(lambda: home.cloud.requests.count("token") == 1)
    await home.say(DOOR, status="locked")
    await command
    assert home.commands() == ["lock", "lock"]
    assert [moved.cause for moved in home.cloud.record] == [Cause.REMOTE]


@pytest.mark.parametrize("knows", [True, False])
async def test_unlocked_by_hand_before_the_command_has_left(
    home: Home, door: Lock, knows: bool
) -> None:
    """On a latch lock it is not sent any more: it might open the door."""
    entry = await home.set_up()
    if not knows:
        home.cloud.faults.stale_cache(door)
    async with waits_for_its_turn(home, entry, "unlock") as command:
        await home.cloud.hands.unlock(door)
        if knows:
            await command
        else:
            with refused("not_sent"):
                await command
    assert home.commands() == []
    assert [moved.cause for moved in home.cloud.record] == [Cause.MANUAL]


@pytest.mark.usefixtures("hurried")
async def test_clock_that_is_set_ahead_while_a_command_runs(
    home: Home, door: Lock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was known before the sending is no proof because it looks younger."""
    utcnow, hour = dt_util.utcnow, timedelta(hours=1)
    # The cloud tells its time in whole seconds.
    assert door.known is not None
    door.known = replace(door.known, at=door.known.at - timedelta(seconds=5))
    await home.set_up()
    home.cloud.faults.add("remote_operate", Fail(202, "empty"))
    task = asyncio.create_task(operate(home, "lock"))
    await home.when(lambda: len(puts(home)) == 1)
    monkeypatch.setattr(dt_util, "utcnow", lambda: utcnow() + hour)
    home.cloud.faults.set_clock(-hour)
    with refused("unconfirmed"):
        await task


async def test_clock_that_is_set_back_while_a_command_runs(
    home: Home, door: Lock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes after the sending is proof though it looks older."""
    utcnow, hour = dt_util.utcnow, timedelta(hours=1)
    await home.set_up()
    home.cloud.faults.add("remote_operate", Fail(202, "empty"))
    task = asyncio.create_task(operate(home, "unlock"))
    await home.when(lambda: len(puts(home)) == 1)
    monkeypatch.setattr(dt_util, "utcnow", lambda: utcnow() - hour)
    await home.say(DOOR, status="unlocked")
    await task


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


async def test_command_after_a_reload_waits_for_the_one_before(
    home: Home, door: Lock, pace: Callable[..., None]
) -> None:
    """One that has not ended is not overtaken: ordered, or refused."""
    pace(queue=timedelta(seconds=0.1))
    entry = await home.set_up()
    home.cloud.faults.add("remote_operate", Hang(3))
    stuck = asyncio.create_task(operate(home, "unlock"))
    await home.when(lambda: home.commands() == ["unlock"])
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.shows("lock", DOOR, "lock", "unknown")
    assert not stuck.done()
    with refused("still_busy"):
        await operate(home, "lock")
    assert home.commands() == ["unlock"]
    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck
    await operate(home, "lock")
    assert home.commands().count("lock") == 1


async def test_turn_that_is_promised() -> None:
    """Who finds a turn given back, but promised to another, must not take it for free."""
    turn = Turn()
    free = [turn.is_free]
    await turn.acquire()
    next_one = asyncio.create_task(turn.acquire(), eager_start=True)
    gives_up = asyncio.create_task(turn.acquire(), eager_start=True)
    turn.release()
    assert not turn.locked()
    free.append(turn.is_free)
    await next_one
    gives_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gives_up
    turn.release()
    assert [*free, turn.is_free] == [True, False, True]
