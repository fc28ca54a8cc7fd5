"""Secure mode is shown as what it is, where the lock has it: locked, and the knob inside is off."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.yale_august.knowledge.readings import Trust
from tests.actions.action_home import refusal

from .home import Home
from .simulator import REMOVED, Bolt, Cause, Fail, Lock, Slow
from .simulator.motion import Origin

DOOR = "Front Door"
KEY = "secure_mode"


@pytest.fixture
def vault(home: Home) -> Lock:
    """Return a lock that says that it has secure mode."""
    return home.cloud.add_lock("secure", name=DOOR)


def mode(home: Home) -> str | None:
    """Return what is shown; None where nothing is."""
    found = home.find("binary_sensor", DOOR, KEY)
    return None if found is None else found.state


SAYS: Any = [
    # supportsSecureMode, supportsSecureModeMobileControl: shown, may be set
    (True, True, True, True),
    (True, REMOVED, True, True),
    (True, False, True, False),
    (REMOVED, True, True, True),
    (False, True, True, True),
    (False, False, False, False),
    (False, REMOVED, False, False),
    (REMOVED, REMOVED, False, False),
    ("yes", 1, False, False),
]


@pytest.mark.parametrize(("has", "control", "is_shown", "is_set"), SAYS)
async def test_where_the_lock_says_so(
    home: Home, has: object, control: object, is_shown: bool, is_set: bool
) -> None:
    """No entity and no command without the capability; shown where it cannot be set, too."""
    door = home.cloud.add_lock(name=DOOR)
    door.capabilities.secure_mode = True
    for field, value in (("", has), ("MobileControl", control)):
        path = f"lock.supportsSecureMode{field}"
        home.cloud.faults.malform(door, path, value, place="capabilities")
    await home.set_up()
    assert mode(home) == ("off" if is_shown else None)
    assert (home.entity_id("button", DOOR, "secure") is not None) is is_set
    if not is_set:
        told = await refusal(home, "send_command", DOOR, command="secure")
        assert told == "no_secure_mode"
        assert home.commands() == []


async def test_capabilities_that_cannot_be_told(home: Home, vault: Lock) -> None:
    """What nobody knows is not offered."""
    vault.capabilities.by_serial = vault.capabilities.by_lock_id = 404
    await home.set_up()
    assert mode(home) is None
    assert home.entity_id("button", DOOR, "secure") is None


SPELLINGS = ["securemode", "kAugLockState_SecureMode", "kAugLockState_Securemode"]


@pytest.mark.parametrize("word", SPELLINGS)
async def test_read(home: Home, vault: Lock, word: str) -> None:
    """A read tells of it in each spelling; the lock is locked all the same."""
    home.cloud.faults.malform(vault, "LockStatus.status", word)
    entry = await home.set_up()
    assert (mode(home), home.state("lock", DOOR, "lock")) == ("on", "locked")
    for other in ("locked", "kAugLockState_Unlocked"):
        home.cloud.faults.malform(vault, "LockStatus.status", other)
        vault.learn(home.cloud.clock.now())
        await home.coordinator(entry, DOOR).async_refresh()
        assert mode(home) == "off"


async def test_pushed(home: Home, vault: Lock) -> None:
    """Each word of a message; a bolt that moves is not secured, one that nobody knows unknown."""
    await home.set_up()
    for word in ("secure", "SECURE", *SPELLINGS):
        await home.say(DOOR, lockAction=word)
        await home.shows("binary_sensor", DOOR, KEY, "on")
        assert home.state("lock", DOOR, "lock") == "locked"
        await home.say(DOOR, lockAction="locked")
        await home.shows("binary_sensor", DOOR, KEY, "off")
        assert home.state("lock", DOOR, "lock") == "locked"
    for word, shown in (
        ("secure", "on"),
        ("unlocking", "off"),
        ("secure", "on"),
        ("kAugLockState_UnknownStaticPosition", "unknown"),
        ("unlocked", "off"),
        ("shabbatmode", "unknown"),
        ("secure", "on"),
        ("a word of next year", "unknown"),
    ):
        await home.say(DOOR, lockAction=word)
        await home.shows("binary_sensor", DOOR, KEY, shown)


async def test_answered(home: Home, vault: Lock) -> None:
    """The lock's own answer tells of it, while messages are lost and the cache is old."""
    await home.set_up()
    home.cloud.faults.lose_messages(None)
    home.cloud.faults.stale_cache(vault)
    origin = Origin(cause=Cause.REMOTE, user=home.cloud.owner)
    await home.cloud.motion.arrive(vault, Bolt.SECURE, origin)
    await home.keeps("binary_sensor", DOOR, KEY, "off")
    await home.press(DOOR, "status")
    assert (mode(home), home.state("lock", DOOR, "lock")) == ("on", "locked")


async def test_set_and_ended(home: Home, vault: Lock) -> None:
    """The button sets it; unlocking ends it. What a command asks for is not yet so."""
    entry = await home.set_up()
    await home.enable(entry, "button", DOOR, "secure")
    await home.press(DOOR, "secure")
    assert vault.bolt is Bolt.SECURE
    assert (mode(home), home.state("lock", DOOR, "lock")) == ("on", "locked")
    home.cloud.faults.add("remote_operate", Slow(0.3))
    unlocking = asyncio.create_task(home.act("unlock", DOOR))
    await home.shows("lock", DOOR, "lock", "unlocking")
    assert mode(home) == "on"
    await unlocking
    assert (mode(home), home.state("lock", DOOR, "lock")) == ("off", "unlocked")


async def test_age(home: Home, vault: Lock, pace: Callable[..., None]) -> None:
    """What the cloud does not stand by any more is unknown, not off."""
    pace(trust=Trust(rest=timedelta(seconds=0.5), moving=timedelta(seconds=0.3)))
    await home.set_up()
    home.cloud.faults.add("get_lock", Fail(503, "html"), times=None)
    await home.say(DOOR, lockAction="secure")
    await home.shows("binary_sensor", DOOR, KEY, "on")
    await home.shows("binary_sensor", DOOR, KEY, "unknown")
    assert home.state("lock", DOOR, "lock") == "unknown"


async def test_out_of_reach(home: Home, vault: Lock) -> None:
    """Anything may happen at a door that the cloud does not reach."""
    entry = await home.set_up()
    await home.say(DOOR, lockAction="secure")
    await home.shows("binary_sensor", DOOR, KEY, "on")
    await home.cloud.faults.bridge_offline(vault)
    await home.coordinator(entry, DOOR).async_refresh()
    assert mode(home) == "unknown"


async def test_seen_once_shown_for_good(
    hass: HomeAssistant, home: Home, hass_storage: dict[str, Any]
) -> None:
    """A lock that was in secure mode has it, whatever it says; so after a restart, as old as it is.

    It cannot be set where nobody has said so.
    """
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.say(DOOR, lockAction="locked")
    assert mode(home) is None
    await home.say(DOOR, lockAction="secure")
    await home.shows("binary_sensor", DOOR, KEY, "on")
    await hass.config_entries.async_unload(entry.entry_id)
    home.cloud.faults.add("get_lock", Fail(503, "html"), times=None)
    await hass.config_entries.async_setup(entry.entry_id)
    assert mode(home) == "on"
    await home.say(DOOR, lockAction="unlocked")
    await home.shows("binary_sensor", DOOR, KEY, "off")
    await hass.config_entries.async_reload(entry.entry_id)
    await home.shows("binary_sensor", DOOR, KEY, "off")
    assert home.entity_id("button", DOOR, "secure") is None
