"""A bridge that goes, comes, and is told of or not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from .home import Home
from .simulator import Fail, Lock

DOOR = "Front Door"


@pytest.mark.parametrize("told_by", ["read", "message"])
async def test_bridge_comes_back_and_nothing_tells(
    home: Home, door: Lock, pace: Callable[..., None], told_by: str
) -> None:
    """For a while the lock is read more often; a bridge that stays away is left alone."""
    pace(poll=timedelta(seconds=0.3), poll_share=timedelta())
    entry = await home.set_up()
    account = home.account(entry)
    lock, hands = home.coordinator(entry, DOOR), home.cloud.hands

    def patient() -> bool:
        return (lock.update_interval or timedelta()) > timedelta(minutes=15)

    assert patient()
    await hands.set_bridge(door, online=False)
    if told_by == "read":
        await lock.async_refresh()
    else:
        await home.say(DOOR, status="associated_bridge_offline")
    await home.shows("lock", DOOR, "lock", "unknown")
    assert not patient()
    await hands.set_bridge(door, online=True)
    await home.shows("lock", DOOR, "lock", "locked")
    assert patient()
    account.pace = replace(account.pace, return_of_bridge=timedelta(seconds=0.5))
    await hands.set_bridge(door, online=False)
    await lock.async_refresh()
    await home.until(patient)
    await home.shows("lock", DOOR, "lock", "unknown")


async def test_bridge_that_goes_and_comes(home: Home) -> None:
    """Without its bridge a lock's state is unknown; it is read again when it is back."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.options.push_bridge_events = True
    await home.set_up()
    await home.cloud.faults.bridge_offline(door)
    await home.shows("binary_sensor", DOOR, "connectivity", "off")
    assert home.state("lock", DOOR, "lock") == "unknown"
    assert home.state("binary_sensor", DOOR, "door") == "unknown"
    # Turned by hand meanwhile, and the message of it is lost.
    await home.cloud.hands.unlock(door)
    before = len(home.cloud.requests)
    assert door.bridge is not None
    door.bridge.link.online = True
    door.learn(home.cloud.clock.now())
    await home.say(DOOR, status="associated_bridge_online")
    await home.shows("binary_sensor", DOOR, "connectivity", "on")
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert home.reads(DOOR, since=before) == ["get_lock"]


async def test_nothing_is_known_of_the_time_without_a_bridge(home: Home) -> None:
    """A bridge that is back does not vouch for what was known before it went."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.options.push_bridge_events = True
    entry = await home.set_up()
    await home.cloud.faults.bridge_offline(door)
    await home.shows("lock", DOOR, "lock", "unknown")
    # The cloud remembers the lock that it cannot reach: that is no news.
    await home.coordinator(entry, DOOR).async_refresh()
    home.cloud.faults.add("get_lock", Fail(503, "html"), times=None)
    await home.say(DOOR, status="associated_bridge_online")
    await home.shows("binary_sensor", DOOR, "connectivity", "on")
    await home.keeps("lock", DOOR, "lock", "unknown")
    assert home.state("binary_sensor", DOOR, "door") == "unknown"
    await home.say(DOOR, lockAction="locked")
    await home.shows("lock", DOOR, "lock", "locked")


async def test_answer_from_a_cache_is_no_sign_of_the_bridge(home: Home) -> None:
    """Who asks the lock and gets what the cloud remembers has not reached it."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.options.push_bridge_events = True
    await home.set_up()
    await home.cloud.faults.bridge_offline(door)
    await home.shows("binary_sensor", DOOR, "connectivity", "off")
    remembered = {
        "status": "kAugLockState_Locked",
        "doorState": "kAugDoorState_Closed",
        "resultsFromOperationCache": True,
        "info": {"action": "status"},
    }
    home.cloud.faults.add("remote_operate", Fail(200, remembered))
    await home.press(DOOR, "status")
    assert home.state("binary_sensor", DOOR, "connectivity") == "off"
    assert home.state("lock", DOOR, "lock") == "unknown"
    assert home.state("binary_sensor", DOOR, "door") == "unknown"


@pytest.mark.parametrize("word", ["unknown", "not-advertising", "next year's word"])
async def test_unknown_is_no_sign_of_the_bridge(home: Home, word: str) -> None:
    """A message that the bridge cannot reach the lock does not say that it is online."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.options.push_bridge_events = True
    await home.set_up()
    await home.cloud.faults.bridge_offline(door)
    await home.shows("binary_sensor", DOOR, "connectivity", "off")
    await home.say(DOOR, lockAction=word)
    await home.keeps("binary_sensor", DOOR, "connectivity", "off")
    assert door.bridge is not None
    door.bridge.link.online = True
    await home.say(DOOR, lockAction="locked")
    await home.shows("binary_sensor", DOOR, "connectivity", "on")
    await home.shows("lock", DOOR, "lock", "locked")
