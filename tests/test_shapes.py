"""Locks of every shape (reference 6.6): what is shown of each, and whether it can be operated."""

import asyncio
from dataclasses import dataclass, replace

from homeassistant.components.lock import LockEntityFeature
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from .home import Home
from .simulator import VARIANTS
from .simulator.words import Bolt


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The state of each entity; None where there is no such entity."""

    lock: str | None = "locked"
    opens: bool = False
    battery: str | None = "88"
    battery_low: str | None = None
    door: str | None = "off"
    door_state: str | None = "closed"
    keypad_battery: str | None = None
    connectivity: str | None = "on"
    secure: str | None = None
    refusal: str | None = None
    """How a command ends that cannot be carried out."""


USUAL = Shown()
NO_DOOR = Shown(door=None, door_state=None)
UNKNOWN_DOOR = replace(USUAL, door="unknown", door_state="unknown")
SECURE = Shown(secure="off", battery_low="off")

TABLE = {
    "connect": USUAL,
    "unlatch": Shown(opens=True, battery="61", battery_low="off", keypad_battery="88"),
    "keypad": Shown(battery="92", battery_low="off", keypad_battery="62"),
    "secure": replace(SECURE, battery="100"),
    "module": USUAL,
    "doorman": replace(SECURE, battery="97"),
    # A doorbell that is a bridge tells only that it is operative.
    "doorbell_bridge": Shown(keypad_battery="60"),
    "no_doorsense": NO_DOOR,
    "connect_v2": USUAL,
    # The text is in the account's language.
    "keypad_localised": Shown(
        battery="55", battery_low="off", keypad_battery="unknown"
    ),
    "linus": Shown(keypad_battery="25"),
    "doorman_sweden": replace(SECURE, battery="97"),
    "first_generation": Shown(keypad_battery="100"),
    "doorsense_init": Shown(door="unknown", door_state="not_calibrated"),
    "doorsense_disabled": UNKNOWN_DOOR,
    "no_status": replace(UNKNOWN_DOOR, lock="unknown"),
    "wa_hub": USUAL,
    # An adapter does not tell whether it is online.
    "remote_adapter": Shown(connectivity=None),
    # The text says locked, and that it is not valid.
    "failed_contact": replace(UNKNOWN_DOOR, lock="unknown"),
    # No way to the lock: nothing to operate.
    "offline": Shown(
        lock=None, battery=None, door="unknown", door_state="unknown", connectivity=None
    ),
    "bridge_offline": replace(
        UNKNOWN_DOOR, lock="unknown", connectivity="off", refusal="bridge_offline"
    ),
    # A battery that was never read is not good.
    "wedged": replace(
        UNKNOWN_DOOR,
        lock="unknown",
        battery="unknown",
        battery_low="unknown",
        refusal="lock_unavailable",
    ),
    # Nobody knows where the bolt is, and no command works.
    "shabbat": Shown(lock="unknown", refusal="precondition_failed"),
    # A hub in the list of locks is no lock.
    "hub_in_list": Shown(
        lock=None, battery=None, door=None, door_state=None, connectivity=None
    ),
}
BUTTONS = {
    "status",
    "reboot",
    "reboot_lock",
    "telemetry",
    "calibrate",
    "disable_homekit",
    "ota",
}


def shown(home: Home, variant: str) -> Shown:
    """Return what is shown of a lock."""

    def state(platform: str, key: str) -> str | None:
        found = home.find(platform, variant, key)
        return None if found is None else found.state

    lock = home.find("lock", variant, "lock")
    return Shown(
        lock=state("lock", "lock"),
        opens=lock is not None
        and bool(lock.attributes["supported_features"] & LockEntityFeature.OPEN),
        battery=state("sensor", "battery"),
        battery_low=state("binary_sensor", "battery_low"),
        door=state("binary_sensor", "door"),
        door_state=state("sensor", "door_state"),
        keypad_battery=state("sensor", "keypad_battery"),
        connectivity=state("binary_sensor", "connectivity"),
        secure=state("binary_sensor", "secure_mode"),
        refusal=TABLE[variant].refusal,
    )


async def fill(home: Home) -> None:
    """Set up an account with a lock of each shape, named after it."""
    assert set(TABLE) == set(VARIANTS)
    for variant in VARIANTS:
        home.cloud.add_lock(variant, name=variant)
    await home.set_up()


async def test_what_is_shown(home: Home) -> None:
    """Each entity of each shape, and none that has no business there."""
    await fill(home)
    assert {variant: shown(home, variant) for variant in VARIANTS} == TABLE
    registry = er.async_get(home.hass)
    for variant, expected in TABLE.items():
        buttons = {
            entity.unique_id.partition("_")[2]
            for entity in registry.entities.values()
            if entity.domain == "button"
            and entity.unique_id.startswith(home.lock_id(variant))
        }
        wanted = BUTTONS | ({"secure"} if expected.secure else set())
        assert buttons == (set() if expected.lock is None else wanted), variant


async def test_what_can_be_operated(home: Home) -> None:
    """Unlocked, opened and locked where that is possible; told why where it is not."""
    await fill(home)
    before = len(home.cloud.requests)
    operable = [
        variant
        for variant, expected in TABLE.items()
        if expected.lock is not None and expected.refusal is None
    ]
    for action, bolt in (
        ("unlock", Bolt.UNLOCKED),
        ("open", Bolt.UNLATCHED),
        ("lock", Bolt.LOCKED),
    ):
        variants = [one for one in operable if action != "open" or TABLE[one].opens]
        moved = len(home.cloud.record)
        await asyncio.gather(*(home.act(action, variant) for variant in variants))
        for variant in variants:
            assert home.state("lock", variant, "lock") == (
                "open" if bolt is Bolt.UNLATCHED else bolt.value
            )
        assert sorted(
            (movement.lock_id, movement.kind) for movement in home.cloud.record[moved:]
        ) == sorted((home.lock_id(variant), bolt) for variant in variants)
    for variant, expected in TABLE.items():
        if expected.refusal is None:
            continue
        with pytest.raises(HomeAssistantError) as caught:
            await home.act("unlock", variant)
        assert caught.value.translation_key == expected.refusal
        assert home.state("lock", variant, "lock") == "unknown"
    # Each movement took one command, and each refusal one.
    assert len(home.commands(since=before)) == len(home.cloud.record) + 3


async def test_what_comes_to_be_known(home: Home) -> None:
    """A lock that learns later what it has comes to show it, without reload."""
    door = home.cloud.add_lock("offline", name="offline")
    entry = await home.set_up()
    assert shown(home, "offline") == TABLE["offline"]
    usual = home.cloud.add_lock("keypad", name="keypad")
    home.cloud.world.remove_lock(usual)
    door.bridge, door.keypad, door.battery = usual.bridge, usual.keypad, usual.battery
    door.learn(home.cloud.clock.now())
    await home.coordinator(entry, "offline").async_refresh()
    await home.hass.async_block_till_done()
    assert shown(home, "offline") == TABLE["keypad"]
    await home.act("unlock", "offline")
    assert home.state("lock", "offline", "lock") == "unlocked"
