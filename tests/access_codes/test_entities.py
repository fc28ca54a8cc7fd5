"""What the entities of a lock tell of its access codes."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.yale_august.codes.schedule import ALWAYS
from custom_components.yale_august.const import DOMAIN
from tests.doors import DOOR
from tests.home import Home
from tests.simulator.lock import Lock

from .code_pins import give, put

KEYS = {
    ("sensor", "codes"),
    ("sensor", "codes_trouble"),
    ("binary_sensor", "codes_problem"),
    ("calendar", "codes"),
    ("event", "codes"),
}


def has(hass: HomeAssistant, lock: Lock) -> set[tuple[str, str]]:
    """Return which entities about codes a lock has."""
    registry = er.async_get(hass)
    return {
        (platform, key)
        for platform, key in KEYS
        if registry.async_get_entity_id(platform, DOMAIN, f"{lock.lock_id}_{key}")
    }


async def test_only_where_there_are_codes(home: Home, door: Lock) -> None:
    """A lock without a keypad has no entities about codes."""
    bare = home.cloud.add_lock(name="Shed")
    bare.entry_codes = False
    await home.set_up()
    assert has(home.hass, door) == KEYS
    assert has(home.hass, bare) == set()


async def test_count(home: Home, door: Lock) -> None:
    """The number of codes is known once they are listed, whoever made them."""
    put(home, door, "Zoë", "482913")
    entry = await home.set_up()
    await home.account(entry).codes.async_read(door.lock_id)
    await home.shows("sensor", DOOR, "codes", "1")
    await give(home, entry, door, "Anna")
    await home.shows("sensor", DOOR, "codes", "2")
    assert home.state("binary_sensor", DOOR, "codes_problem") == "off"
    assert home.state("sensor", DOOR, "codes_trouble") == "none"
    event = home.find("event", DOOR, "codes")
    assert event is not None
    assert event.attributes["event_type"] == "confirmed"
    assert event.attributes["guest"] == "Anna"


async def test_refused(home: Home, entry: ConfigEntry, door: Lock) -> None:
    """A code that the lock refuses is a problem with its reason, and an event."""
    door.habits.refuses_pins = "no"
    await home.account(entry).codes.async_add("Anna", [door.lock_id], ALWAYS)
    await home.shows("binary_sensor", DOOR, "codes_problem", "on")
    assert home.state("sensor", DOOR, "codes_trouble") == "refused_by_lock"
    event = home.find("event", DOOR, "codes")
    assert event is not None
    assert event.attributes["event_type"] == "refused"
    assert event.attributes["reason"] == "refused_by_lock"
    assert event.attributes["guest"] == "Anna"


async def test_waiting_for_the_bridge(
    home: Home, entry: ConfigEntry, door: Lock
) -> None:
    """A code that cannot get to its lock is a problem until it is there."""
    lock = home.coordinator(entry, DOOR)
    await home.cloud.hands.set_bridge(door, online=False)
    await lock.async_refresh()
    await home.shows("binary_sensor", DOOR, "connectivity", "off")
    await home.account(entry).codes.async_add("Anna", [door.lock_id], ALWAYS)
    await home.shows("sensor", DOOR, "codes_trouble", "bridge_offline")
    assert home.state("binary_sensor", DOOR, "codes_problem") == "on"
    assert home.state("sensor", DOOR, "codes") == "0"
    await home.cloud.hands.set_bridge(door, online=True)
    await lock.async_refresh()
    await home.shows("sensor", DOOR, "codes", "1", seconds=10)
    assert home.state("binary_sensor", DOOR, "codes_problem") == "off"
