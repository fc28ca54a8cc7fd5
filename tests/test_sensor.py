"""Sensors of a lock."""

import pytest

from .home import Home
from .simulator import REMOVED
from .simulator.words import Door

DOOR = "Front Door"


@pytest.mark.parametrize(
    ("level", "state"),
    [
        (1.0, "100"),
        (0.885, "88"),
        (0.5, "50"),
        (0, "0"),
        (0.0, "0"),
        (-1, "unknown"),
        (90, "unknown"),
        ("0.5", "unknown"),
        (None, "unknown"),
        (True, "unknown"),
        (REMOVED, "unknown"),
    ],
)
async def test_battery(home: Home, level: object, state: str) -> None:
    """From 0 to 100 %; what was never read, or is no level, is unknown and not 0."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.faults.malform(door, "battery", level)
    await home.set_up()
    found = home.find("sensor", DOOR, "battery")
    assert found is not None
    assert found.state == state
    assert found.attributes["unit_of_measurement"] == "%"
    assert found.attributes["device_class"] == "battery"


async def test_battery_is_followed(home: Home) -> None:
    """The level is not pushed: it follows with the next read."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.cloud.hands.set_battery(door, 0.15)
    assert home.state("sensor", DOOR, "battery") == "88"
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.state("sensor", DOOR, "battery") == "15"


@pytest.mark.parametrize(
    ("raw", "level", "state", "text"),
    [
        (120, "Full", None, "0"),
        (200, "Low", None, "100"),
        (160, None, None, "50"),
        (100, None, None, "0"),
        (255, None, None, "100"),
        (None, "Full", None, "100"),
        (None, "medium", None, "60"),
        (None, "LOW", None, "10"),
        (None, "Voll", None, "unknown"),
        (None, "Voll", "Low", "10"),
        (None, None, None, "unknown"),
        (0, None, None, "unknown"),
    ],
)
async def test_keypad_battery(
    home: Home, raw: int | None, level: str | None, state: str | None, text: str
) -> None:
    """The raw reading counts, else the English words; another language is unknown."""
    door = home.cloud.add_lock("keypad", name=DOOR)
    assert door.keypad is not None
    door.keypad.raw, door.keypad.level, door.keypad.state = raw, level, state
    entry = await home.set_up()
    assert home.state("sensor", DOOR, "keypad_battery") == text
    # It stands on the keypad's own device.
    device = home.device(entry, door.keypad.keypad_id)
    entity_id = home.entity_id("sensor", DOOR, "keypad_battery")
    assert device is not None
    assert entity_id is not None
    assert home.entry_of(entity_id).device_id == device.id


async def test_keypad_without_an_id(home: Home) -> None:
    """A keypad that cannot be told apart stands on the lock's device."""
    door = home.cloud.add_lock("keypad", name=DOOR)
    home.cloud.faults.malform(door, "keypad._id", REMOVED)
    entry = await home.set_up()
    assert home.state("sensor", DOOR, "keypad_battery") == "62"
    device = home.device(entry, door.lock_id)
    entity_id = home.entity_id("sensor", DOOR, "keypad_battery")
    assert device is not None
    assert entity_id is not None
    assert home.entry_of(entity_id).device_id == device.id


async def test_keypad_that_goes(home: Home) -> None:
    """A keypad that was taken away has no level."""
    door = home.cloud.add_lock("keypad", name=DOOR)
    entry = await home.set_up()
    door.keypad = None
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.state("sensor", DOOR, "keypad_battery") == "unknown"


async def test_door_state(home: Home) -> None:
    """An enumeration of three, translated."""
    door = home.cloud.add_lock("doorsense_init", name=DOOR)
    entry = await home.set_up()
    found = home.find("sensor", DOOR, "door_state")
    assert found is not None
    assert found.state == "not_calibrated"
    assert found.attributes["device_class"] == "enum"
    assert found.attributes["options"] == ["closed", "open", "not_calibrated"]
    door.door = Door.OPEN
    door.learn(home.cloud.clock.now())
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.state("sensor", DOOR, "door_state") == "open"


async def test_door_that_is_heard_of_later(home: Home) -> None:
    """A lock of which nobody said that it senses its door speaks of it one day."""
    door = home.cloud.add_lock("no_doorsense", name=DOOR)
    await home.set_up()
    assert home.find("sensor", DOOR, "door_state") is None
    assert home.find("binary_sensor", DOOR, "door") is None
    await home.say(DOOR, lockAction="DoorStateChanged", doorState="init")
    await home.shows("sensor", DOOR, "door_state", "not_calibrated")
    assert home.find("binary_sensor", DOOR, "door") is None
    door.door = Door.CLOSED
    await home.cloud.hands.open_door(door)
    await home.shows("sensor", DOOR, "door_state", "open")
    await home.shows("binary_sensor", DOOR, "door", "on")


@pytest.mark.parametrize(
    ("variant", "shown"),
    [("keypad", ("-58", "-47", "42")), ("unlatch", ("unknown", "-47", "unknown"))],
)
async def test_signal(home: Home, variant: str, shown: tuple[str, ...]) -> None:
    """What the answer to a command measured, for those who want to know."""
    keys = ("rssi", "wlan_rssi", "wlan_snr")
    home.cloud.add_lock(variant, name=DOOR)
    entry = await home.set_up()
    assert [home.find("sensor", DOOR, key) for key in keys] == [None] * 3
    await home.enable(entry, "sensor", DOOR, *keys)
    assert {home.state("sensor", DOOR, key) for key in keys} == {"unknown"}
    await home.press(DOOR, "status")
    assert tuple(home.state("sensor", DOOR, key) for key in keys) == shown
    units = {
        key: found.attributes["unit_of_measurement"]
        for key in keys
        if (found := home.find("sensor", DOOR, key)) is not None
    }
    assert units == {"rssi": "dBm", "wlan_rssi": "dBm", "wlan_snr": "dB"}
    # The cloud's own memory measures nothing.
    await home.coordinator(entry, DOOR).async_refresh()
    assert tuple(home.state("sensor", DOOR, key) for key in keys) == shown
