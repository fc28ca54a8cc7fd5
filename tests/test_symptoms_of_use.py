"""What people complain about in Home Assistant's own yale and august (reference 27): use.

See `test_symptoms` for what is where.
"""

from collections.abc import Callable
from datetime import timedelta
import logging

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.yale_august.const import DOMAIN

from .home import Home
from .simulator import Bolt, Brand, Fail, Role, Trouble

DOOR = "Front Door"


async def refused(home: Home, action: str) -> str | None:
    """Give a command that fails; return which sentence a person is told."""
    with pytest.raises(HomeAssistantError) as caught:
        await home.act(action, DOOR)
    return caught.value.translation_key


# Unlock opens the door, open does not work


async def test_symptom_unlock_opens_the_door(home: Home) -> None:
    """On a latch lock unlock unlocks, and open opens."""
    home.cloud.add_lock("unlatch", name=DOOR)
    await home.set_up()
    await home.act("unlock", DOOR)
    assert [moved.kind for moved in home.cloud.record] == [Bolt.UNLOCKED]
    assert home.state("lock", DOOR, "lock") == "unlocked"


async def test_symptom_unlock_opens_the_door_when_unlocked(home: Home) -> None:
    """A second unlock would pull the latch of this lock: it is not sent."""
    door = home.cloud.add_lock("unlatch", name=DOOR)
    assert door.habits.unlock_again_pulls_latch
    await home.set_up()
    await home.act("unlock", DOOR)
    await home.act("unlock", DOOR)
    assert home.commands(DOOR) == ["unlock"]
    assert door.bolt is Bolt.UNLOCKED


async def test_symptom_cannot_open_when_already_unlocked(home: Home) -> None:
    """Opening is a thing of its own, allowed in any state."""
    home.cloud.add_lock("unlatch", name=DOOR)
    await home.set_up()
    await home.act("unlock", DOOR)
    await home.act("open", DOOR)
    assert home.commands(DOOR) == ["unlock", "unlatch"]
    assert [moved.kind for moved in home.cloud.record] == [
        Bolt.UNLOCKED,
        Bolt.UNLATCHED,
    ]


# Battery wrong, missing, stuck


@pytest.mark.parametrize(
    ("level", "shown"), [(0.42, "42"), (0, "0"), (-1, "unknown"), (7, "unknown")]
)
async def test_symptom_battery_wrong_missing_stuck(
    home: Home, level: float, shown: str
) -> None:
    """0 is a level, -1 and 7 are none; each read brings the newest."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    assert home.state("sensor", DOOR, "battery") == "88"
    door.battery.level = level
    await home.coordinator(entry, DOOR).async_refresh()
    await home.shows("sensor", DOOR, "battery", shown)


# Operator wrong


async def test_symptom_operator_wrong(home: Home) -> None:
    """Who moved the bolt last is told, and forgotten when nobody says who did."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.options.push_shape = "full"
    await home.set_up()
    await home.act("unlock", DOOR)
    state = home.find("lock", DOOR, "lock")
    assert state is not None
    assert state.attributes["changed_by"] == "Olivia Owner"
    await home.cloud.hands.lock(door)
    state = await home.shows("lock", DOOR, "lock", "locked")
    assert state.attributes["changed_by"] == "Manual"


# 408 and 422


async def test_symptom_408_time_outs(home: Home) -> None:
    """408: a sentence, one request, and the state as it was."""
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    home.cloud.faults.trouble(door, Trouble.NO_ANSWER, attempts=1)
    assert await refused(home, "unlock") == "lock_unavailable"
    assert home.commands(DOOR)[0] == "unlock"
    assert home.commands(DOOR).count("unlock") == 1
    assert door.bolt is Bolt.LOCKED


async def test_symptom_422_bridge_offline_in_the_log(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """422: a normal thing, no line above INFO, however often it is read and operated."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    caplog.clear()
    await home.cloud.faults.bridge_offline(door)
    for _ in range(3):
        assert await refused(home, "unlock") == "bridge_offline"
        await home.coordinator(entry, DOOR).async_refresh()
    loud = [
        record
        for record in caplog.records
        if record.levelno > logging.INFO and DOMAIN in record.name
    ]
    assert loud == []


# Log-in, brand and migration


@pytest.mark.parametrize("brand", [Brand.YALE, Brand.AUGUST])
async def test_symptom_log_in_and_brand(home: Home, brand: Brand) -> None:
    """The key of a brand goes to the hosts of that brand."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up(brand=brand)
    assert home.state("lock", DOOR, "lock") == "locked"
    assert {seen.brand for seen in home.cloud.requests} <= {brand, None}


async def test_symptom_log_in_with_the_key_of_another_brand(
    hass: HomeAssistant, home: Home
) -> None:
    """The key is what is wrong: one sentence, one question, nothing under way after it."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.add_entry(data={"api_key": home.cloud.key(Brand.AUGUST).value})
    assert not await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "api_key_invalid"
    assert len(list(entry.async_get_active_flows(hass, {"reauth"}))) == 1
    before = len(home.cloud.requests)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert home.cloud.requests.counts(since=before) == {}


async def test_symptom_no_locks_after_migration(home: Home) -> None:
    """Locks are not dropped because somebody else owns them."""
    neighbour = home.cloud.world.add_user("Nora", "Next", email="nora@example.com")
    door = home.cloud.add_lock(name=DOOR, owner=neighbour)
    home.cloud.share(door, home.cloud.owner, Role.USER)
    await home.set_up()
    assert home.find("lock", DOOR, "lock") is not None


# Jam not recognised


@pytest.mark.parametrize("trouble", [Trouble.JAMMED, Trouble.UNCALIBRATED])
@pytest.mark.parametrize("push", [True, False])
async def test_symptom_jam_not_recognised(
    home: Home, pace: Callable[..., None], trouble: Trouble, push: bool
) -> None:
    """By message and by answer, 530 and 531."""
    if not push:
        pace(connect=timedelta(seconds=0.05))
        home.cloud.faults.add("socket", Fail(503, "html"), times=None)
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    home.cloud.faults.trouble(door, trouble)
    assert await refused(home, "unlock") in ("jammed", "calibration_needed")
    await home.shows("lock", DOOR, "lock", "jammed")


# Battery too low


async def test_symptom_battery_too_low_to_move(home: Home) -> None:
    """A battery that is too low to move the bolt is raised, and gone when it moves."""
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    home.cloud.faults.flat_battery(door)
    assert await refused(home, "unlock") == "battery_too_low"
    issues = ir.async_get(home.hass).issues
    assert any(key[1].startswith("low_power") for key in issues)
    home.cloud.faults.mend(door)
    await home.act("unlock", DOOR)
    assert not any(key[1].startswith("low_power") for key in issues)


# The rest of how Home Assistant's own integration behaves (reference 27.1)


async def test_symptom_unknown_door_shown_as_closed(home: Home) -> None:
    """A word for the door that nobody understands is unknown."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    assert home.state("binary_sensor", DOOR, "door") == "off"
    await home.say(DOOR, lockAction="doorstate", doorState="half")
    await home.shows("binary_sensor", DOOR, "door", "unknown")


async def test_symptom_unlatched_shown_as_unlocked(home: Home) -> None:
    """A latch that is pulled is shown as open."""
    door = home.cloud.add_lock("unlatch", name=DOOR)
    await home.set_up()
    await home.say(DOOR, lockAction="unlatched")
    await home.shows("lock", DOOR, "lock", "open")
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")


async def test_symptom_missing_right_asks_for_a_new_login(
    hass: HomeAssistant, home: Home
) -> None:
    """403: one call is not allowed, the login is as good as before."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.add("remote_operate", Fail(403))
    assert await refused(home, "unlock") is not None
    await hass.async_block_till_done()
    assert list(entry.async_get_active_flows(hass, {"reauth"})) == []
    await home.act("unlock", DOOR)


async def test_symptom_lost_command_produces_no_error(home: Home) -> None:
    """The cloud takes it, and nothing happens: it is told as unconfirmed."""
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    home.cloud.faults.add("remote_operate", Fail(503, "html"))
    assert await refused(home, "unlock") == "unconfirmed"
    assert home.commands(DOOR)[0] == "unlock"
    assert home.commands(DOOR).count("unlock") == 1
    assert len(home.cloud.record) == 0, door
