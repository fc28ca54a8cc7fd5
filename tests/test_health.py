"""What is wrong with a lock, who is told, and when it is over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest

from custom_components.yale_august.cloud.models import LockSummary
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.knowledge.lock import LockData
from custom_components.yale_august.knowledge.stored import restore_lock
from custom_components.yale_august.knowledge.trouble import Trouble as Shown

from .home import Home
from .simulator import Fail, Lock, Trouble

DOOR = "Front Door"


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock with a bridge."""
    return home.cloud.add_lock(name=DOOR)


def issues(hass: HomeAssistant) -> set[str | None]:
    """Return what people are asked to look at."""
    return {
        issue.translation_key
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
    }


@pytest.mark.parametrize(
    ("trouble", "shown"),
    [
        (Trouble.BUSY, Shown.BUSY),
        (Trouble.BRIDGE_BUSY, Shown.BUSY),
        (Trouble.NO_ANSWER, Shown.NO_ANSWER),
        (Trouble.DISCONNECTS, Shown.DISCONNECTED),
        (Trouble.JAMMED, Shown.JAMMED),
        (Trouble.UNCALIBRATED, Shown.CALIBRATION),
        (Trouble.FLAT_BATTERY, Shown.LOW_POWER),
        (Trouble.OVERHEATED, Shown.OVERHEATED),
    ],
)
async def test_trouble_is_shown_until_it_is_over(
    home: Home, door: Lock, trouble: Trouble, shown: Shown
) -> None:
    """The reason stands at the lock, and goes when the bolt has moved."""
    await home.set_up()
    assert home.state("sensor", DOOR, "trouble") == "none"
    assert home.state("binary_sensor", DOOR, "problem") == "off"
    home.cloud.faults.trouble(door, trouble)
    with pytest.raises(HomeAssistantError):
        await home.act("unlock", DOOR)
    await home.shows("sensor", DOOR, "trouble", shown.value)
    assert home.state("binary_sensor", DOOR, "problem") == "on"
    home.cloud.faults.mend(door)
    await home.act("unlock", DOOR)
    await home.shows("sensor", DOOR, "trouble", "none")
    assert home.state("binary_sensor", DOOR, "problem") == "off"


async def test_batteries_too_low_are_a_repair(
    hass: HomeAssistant, home: Home, door: Lock
) -> None:
    """A person can do something about it; when it is done the repair goes."""
    entry = await home.set_up()
    home.cloud.faults.flat_battery(door)
    with pytest.raises(HomeAssistantError):
        await home.act("unlock", DOOR)
    assert issues(hass) == {"low_power"}
    # It goes into what a stranger reads, where the lock is a number.
    assert (DOMAIN, f"low_power_{entry.entry_id}_1") in ir.async_get(hass).issues
    home.cloud.faults.mend(door)
    await home.act("unlock", DOOR)
    assert issues(hass) == set()


async def test_bridge_offline_for_long_is_a_repair(
    hass: HomeAssistant, home: Home, door: Lock, pace: Callable[..., None]
) -> None:
    """Not at once: bridges come and go."""
    pace(bridge_repair=timedelta(seconds=0.4))
    entry = await home.set_up()
    lock = home.coordinator(entry, DOOR)
    await home.cloud.faults.bridge_offline(door)
    await lock.async_refresh()
    assert home.state("sensor", DOOR, "trouble") == "bridge_offline"
    assert issues(hass) == set()
    await home.until(lambda: lock.data.cut_off_at is not None)
    while not issues(hass):
        await lock.async_refresh()
    assert issues(hass) == {"bridge_offline"}
    await home.cloud.faults.bridge_online(door)
    await lock.async_refresh()
    assert issues(hass) == set()
    assert home.state("sensor", DOOR, "trouble") == "none"


async def test_health_survives_a_restart(
    hass: HomeAssistant, home: Home, door: Lock, hass_storage: dict[str, Any]
) -> None:
    """A bridge has been offline since it was lost; what was asked of people is asked on."""
    entry = await home.set_up()
    home.cloud.faults.flat_battery(door)
    with pytest.raises(HomeAssistantError):
        await home.act("unlock", DOOR)
    await home.cloud.faults.bridge_offline(door)
    await home.coordinator(entry, DOOR).async_refresh()
    assert issues(hass) == {"low_power"}
    await hass.config_entries.async_unload(entry.entry_id)
    (kept,) = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]["readings"].values()
    since = datetime.fromisoformat(kept["cut_off_at"])
    kept["cut_off_at"] = (since - timedelta(days=1)).isoformat()
    await hass.config_entries.async_setup(entry.entry_id)
    assert issues(hass) == {"low_power", "bridge_offline"}
    await home.cloud.faults.bridge_online(door)
    await home.coordinator(entry, DOOR).async_refresh()
    assert issues(hass) == {"low_power"}


@pytest.mark.parametrize(
    "stored",
    [
        {"complaint": "tired", "cut_off_at": "yesterday"},
        {"complaint": [], "cut_off_at": []},
        {"complaint": None, "cut_off_at": "9999-01-01T00:00:00+00:00"},
    ],
)
def test_nonsense_in_the_store(stored: dict[str, object]) -> None:
    """A file that was edited, or a clock that was set back, accuses nobody."""
    empty = LockData(summary=LockSummary(lock_id="1" * 32))
    assert restore_lock(empty, stored, dt_util.utcnow()) == empty


async def test_key_without_right_to_push_is_a_repair(
    hass: HomeAssistant, home: Home, door: Lock
) -> None:
    """The locks are polled, and a person is told what to ask for."""
    home.cloud.key().endpoints.discard("create_subscriber")
    entry = await home.set_up()
    await home.until(lambda: issues(hass) == {"endpoint_not_allowed"})
    home.cloud.key().endpoints.add("create_subscriber")
    await hass.config_entries.async_reload(entry.entry_id)
    await home.until(lambda: home.account(entry).push_connected)
    assert issues(hass) == set()


async def test_repairs_go_with_the_entry(
    hass: HomeAssistant, home: Home, door: Lock
) -> None:
    """Nobody is asked about a lock that is not shown."""
    entry = await home.set_up()
    home.cloud.faults.flat_battery(door)
    with pytest.raises(HomeAssistantError):
        await home.act("unlock", DOOR)
    await hass.config_entries.async_unload(entry.entry_id)
    assert issues(hass) == set()


async def test_repair_of_a_lock_that_is_renamed(home: Home) -> None:
    """It names the lock as it is called now."""
    door = home.cloud.add_lock(name=DOOR)
    door.type = 17
    home.cloud.faults.add("get_capabilities", Fail(404), times=None)
    entry = await home.set_up()
    for name in (DOOR, "Back Door"):
        door.name = name
        await home.coordinator(entry, home.lock_id(DOOR)).async_refresh()
        (issue,) = ir.async_get(home.hass).issues.values()
        assert issue.translation_placeholders == {"lock": name}
