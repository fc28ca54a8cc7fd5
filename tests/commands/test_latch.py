"""Unlock and open of locks with a latch."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from tests.doors import DOOR, no_push, operate, puts, refused, stands
from tests.home import Home
from tests.simulator import Fail, Slow
from tests.simulator.lock import Lock
from tests.simulator.words import Bolt


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
    lock = home.coordinator(await home.set_up(), DOOR)
    await home.until(lambda: lock.data.capabilities is not None)
    before = len(home.cloud.requests)
    await operate(home, "unlock")
    assert home.cloud.requests.counts(since=before) == {"remote_operate": 1}


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
    # Until then it may have one.
    await operate(home, "unlock")
    assert puts(home) == []
    await home.coordinator(entry, DOOR).async_refresh()
    await home.until(partial(opens, home))
    await operate(home, "unlock")
    assert puts(home) == []
    # Told once is enough.
    before = len(home.cloud.requests)
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.cloud.requests.counts(since=before) == {"get_lock": 1}


def opens(home: Home) -> bool:
    """Return whether opening is offered."""
    state = home.find("lock", DOOR, "lock")
    return state is not None and state.attributes["supported_features"] == 1


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


async def test_latch_that_springs_back_while_the_answer_is_on_its_way(
    home: Home, door: Lock
) -> None:
    """The answer proves that the door was opened, and not that it is open still."""
    stands(home, door, Bolt.UNLATCHED)
    door.habits.latch_hold = None
    await home.set_up()
    home.cloud.faults.add("remote_operate", Slow(0.3, after=True))
    # Nothing but the answer tells of a latch that is pulled once more.
    home.cloud.faults.lose_messages()
    opening = asyncio.create_task(operate(home, "open"))
    await home.when(lambda: bool(puts(home)))
    # The answer is made by now.
    await asyncio.sleep(0.15)
    stands(home, door, Bolt.UNLOCKED)
    await home.say(DOOR, lockAction="unlocked")
    await opening
    # It needs no other proof.
    assert "get_lock_status" not in home.reads(DOOR)
    assert home.state("lock", DOOR, "lock") == "unknown"
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert home.commands().count("unlatch") == 1
