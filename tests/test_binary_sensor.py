"""Binary sensors of a lock."""

import pytest

from .home import Home
from .simulator import REMOVED

DOOR = "Front Door"


async def test_door(home: Home) -> None:
    """Open is on, closed is off."""
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    found = home.find("binary_sensor", DOOR, "door")
    assert found is not None
    assert found.state == "off"
    assert found.attributes["device_class"] == "door"
    await home.cloud.hands.open_door(door)
    await home.shows("binary_sensor", DOOR, "door", "on")
    await home.cloud.hands.close_door(door)
    await home.shows("binary_sensor", DOOR, "door", "off")


async def test_door_comes_with_the_answer(home: Home) -> None:
    """The lock's own answer tells of the door too."""
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    home.cloud.faults.lose_messages(None)
    await home.cloud.hands.open_door(door)
    await home.press(DOOR, "status")
    assert home.state("binary_sensor", DOOR, "door") == "on"


@pytest.mark.parametrize(
    ("variant", "field", "value", "state"),
    [
        ("connect", "Bridge.status.current", "online", "on"),
        ("connect", "Bridge.status.current", "offline", "off"),
        ("connect", "Bridge.status.current", "asleep", None),
        ("connect", "Bridge.status", REMOVED, "on"),
        ("doorbell_bridge", "Bridge.operative", True, "on"),
        ("doorbell_bridge", "Bridge.operative", False, "off"),
        ("doorbell_bridge", "Bridge.operative", "yes", None),
        ("wa_hub", "waHub.status.current", "offline", "off"),
        ("wa_hub", "waHub.status.current", "online", "on"),
    ],
)
async def test_connectivity(
    home: Home, variant: str, field: str, value: object, state: str | None
) -> None:
    """The bridge's status, or whether it is operative; a word nobody knows is none."""
    door = home.cloud.add_lock(variant, name=DOOR)
    home.cloud.faults.malform(door, field, value)
    await home.set_up()
    found = home.find("binary_sensor", DOOR, "connectivity")
    assert (found and found.state) == state
    assert home.state("lock", DOOR, "lock") == (
        "unknown" if state == "off" else "locked"
    )


async def test_connectivity_is_followed(home: Home) -> None:
    """A bridge that goes is seen with the next read, and when it is back too."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.cloud.faults.bridge_offline(door)
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.state("binary_sensor", DOOR, "connectivity") == "off"
    assert home.state("lock", DOOR, "lock") == "unknown"
    await home.cloud.faults.bridge_online(door)
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.state("binary_sensor", DOOR, "connectivity") == "on"
    assert home.state("lock", DOOR, "lock") == "locked"


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("lock_state_battery_warning_none", "off"),
        ("none", "off"),
        ("lock_state_battery_warning_2week", "on"),
        ("lock_state_battery_warning_1week", "on"),
        ("lock_state_battery_warning_2day", "on"),
        ("a word of next year", "unknown"),
    ],
)
async def test_battery_low(home: Home, word: str, state: str) -> None:
    """Any warning is on; a word nobody knows is unknown."""
    door = home.cloud.add_lock("keypad", name=DOOR)
    door.battery.warning = word
    await home.set_up()
    assert home.state("binary_sensor", DOOR, "battery_low") == state


async def test_battery_that_was_never_read_is_not_good(home: Home) -> None:
    """No warning says nothing about a battery that nobody has read."""
    door = home.cloud.add_lock("keypad", name=DOOR)
    door.battery.level = -1
    await home.set_up()
    assert home.state("binary_sensor", DOOR, "battery_low") == "unknown"
    assert home.state("sensor", DOOR, "battery") == "unknown"


async def test_battery_low_is_followed(home: Home) -> None:
    """A warning comes with a read."""
    door = home.cloud.add_lock("keypad", name=DOOR)
    entry = await home.set_up()
    assert home.state("binary_sensor", DOOR, "battery_low") == "off"
    await home.cloud.hands.set_battery(door, 0.1)
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.state("binary_sensor", DOOR, "battery_low") == "on"
