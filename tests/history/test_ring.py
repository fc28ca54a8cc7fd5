"""A lock with a button rings: at once by a post, else when the feed is read."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from homeassistant.helpers import entity_registry as er
import pytest

from tests.home import Home
from tests.simulator import Bolt, Lock

from .stories import DOOR, Stories, enter


async def test_ring(home: Home) -> None:
    """A lock with a button has a doorbell; a bell that rang long ago does not ring again."""
    bell = home.cloud.add_lock("doorman", name=DOOR)
    entry = await home.set_up()
    state = home.find("event", DOOR, "ring")
    assert state is not None
    assert state.attributes["device_class"] == "doorbell"
    assert state.attributes["event_types"] == ["ring"]
    rings, stories = Stories(home, key="ring"), Stories(home)
    await home.cloud.hands.ring(bell)
    await enter(home, bell, home.cloud.world.add_user("A", "B", email="a@example.com"))
    await stories.are("unlocked")
    await rings.are("ring")
    assert entry.runtime_data is not None


@pytest.mark.parametrize("said", ["state", "word"])
async def test_message_that_may_be_the_bell(
    home: Home, said: Literal["state", "word"]
) -> None:
    """What says nothing new at a lock with a doorbell is looked after in the feed, once.

    So it rings also for those who want nothing but the bell. Nothing is known less by it.
    """
    bell = home.cloud.add_lock("doorman", name=DOOR)
    plain = home.cloud.add_lock(name="Back Door")
    assert bell.known is not None
    bell.known = replace(bell.known, at=bell.known.at - timedelta(hours=1))
    home.cloud.options.push_on_ring = said
    await home.set_up()
    access = home.entity_id("event", DOOR, "access")
    assert access is not None
    registry = er.async_get(home.hass)
    registry.async_update_entity(access, disabled_by=er.RegistryEntryDisabler.USER)
    await home.hass.config_entries.async_reload(
        registry.entities[access].config_entry_id or ""
    )
    await home.hass.async_block_till_done()
    rings = Stories(home, key="ring")
    await home.cloud.hands.ring(bell)
    await rings.are("ring")
    assert (rings.reads, home.state("lock", DOOR, "lock")) == (1, "locked")
    # The second message of an operation, an answer and a failure are not the bell.
    await home.cloud.hands.unlock(bell)
    await home.say(DOOR, lockAction="unlocked")
    await home.say(DOOR, lockAction="kAugLockState_Locking")
    await home.say(DOOR, lockAction="a word of next year", info={"action": "status"})
    await home.say(DOOR, result="failed", error={"statusCode": 460})
    await home.say(DOOR, status="associated_bridge_online")
    # Nor is a lock without one asked about.
    await home.say("Back Door", lockAction="lock_accessory_motion_detect")
    await rings.are("ring")
    assert rings.reads == 1
    assert plain.bolt is Bolt.LOCKED
    assert home.state("lock", "Back Door", "lock") == "locked"
    # It rang long ago.
    home.cloud.feed.note(bell, "lock_accessory_motion_detect", {}, ago=90)
    await home.say(DOOR, lockAction="lock_accessory_motion_detect")
    await rings.are("ring")
    assert rings.reads == 2


async def test_silent_bell(home: Home) -> None:
    """Where the cloud says nothing nobody asks: that bell cannot ring."""
    bell = home.cloud.add_lock("doorman", name=DOOR)
    await home.set_up()
    rings = Stories(home, key="ring")
    await home.cloud.hands.ring(bell)
    await rings.are()
    assert rings.reads == 0


async def test_locks_without_a_button(home: Home, door: Lock) -> None:
    """Have no doorbell."""
    await home.set_up()
    assert home.find("event", DOOR, "ring") is None
