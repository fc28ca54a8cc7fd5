"""What is known survives a restart, as old as it is."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import get_scheduled_timer_handles
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.yale_august.cloud.models import BoltState
from custom_components.yale_august.knowledge.readings import Reading
from custom_components.yale_august.knowledge.stored import (
    restore_reading,
    store_reading,
)
from custom_components.yale_august.storage import Memory, Notebook

from .home import Home
from .simulator import Fail, Reset

DOOR = "Front Door"
NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)


async def test_known_state_survives(hass: HomeAssistant, home: Home) -> None:
    """While the cloud is silent after a start, what was confirmed lately is shown.

    Also after the start after that: it is kept in one place only, and written from there.
    """
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.act("unlock", DOOR)
    confirmed = home.coordinator(entry, DOOR).data.bolt
    assert confirmed is not None
    await hass.config_entries.async_unload(entry.entry_id)
    home.cloud.faults.add("get_lock", Fail(503, "html"), times=50)
    for _ in range(2):
        await hass.config_entries.async_setup(entry.entry_id)
        assert home.state("lock", DOOR, "lock") == "unlocked"
        assert home.coordinator(entry, DOOR).data.bolt == confirmed
        memory = home.account(entry)._notebook.memory  # noqa: SLF001
        assert memory["readings"] == {}
        assert not memory.keys() & {"incidents", "codes"}
        await hass.config_entries.async_unload(entry.entry_id)


async def test_restored_state_is_not_fresh(
    hass: HomeAssistant, home: Home, hass_storage: dict[str, Any]
) -> None:
    """What nobody has confirmed for longer than it is believed is unknown."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    assert home.state("lock", DOOR, "lock") == "locked"
    await hass.config_entries.async_unload(entry.entry_id)
    stored = hass_storage[f"yale_august.{entry.entry_id}"]["data"]["readings"]
    (readings,) = stored.values()
    old = (dt_util.utcnow() - timedelta(minutes=61)).isoformat()
    readings["bolt"] |= {"at": old, "confirmed": old}
    home.cloud.faults.add("get_lock", Fail(503, "html"), times=50)
    await hass.config_entries.async_setup(entry.entry_id)
    assert home.state("lock", DOOR, "lock") == "unknown"
    home.cloud.faults.clear()
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.state("lock", DOOR, "lock") == "locked"


async def test_failed_start_forgets_nothing(
    hass: HomeAssistant, home: Home, hass_storage: dict[str, Any]
) -> None:
    """A start that the cloud does not answer keeps what was known for the next."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.act("unlock", DOOR)
    await home.act("lock", DOOR)
    await hass.config_entries.async_unload(entry.entry_id)
    stored = hass_storage[f"yale_august.{entry.entry_id}"]
    before = stored["data"]["incidents"]
    assert before
    home.cloud.faults.add("get_locks", Fail(503, "html"))
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert hass_storage[f"yale_august.{entry.entry_id}"]["data"]["incidents"] == before
    home.cloud.faults.add("get_lock", Fail(503, "html"), times=50)
    await hass.config_entries.async_reload(entry.entry_id)
    assert home.state("lock", DOOR, "lock") == "locked"


async def test_busy_doors_put_off_no_writing(
    hass: HomeAssistant, hass_storage: dict[str, Any], freezer: FrozenDateTimeFactory
) -> None:
    """What is known reaches the disk though it changes all the time: the power may go."""
    notebook = Notebook(hass, "1")
    for _ in range(3):
        notebook.touch()
        freezer.tick(70)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
    assert "yale_august.1" in hass_storage


async def test_facts_are_written_at_once(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """Nothing that waits longer puts off what must not be lost."""
    notebook = Notebook(hass, "1")
    notebook.touch()
    notebook.remember({"budget": {"tokens": 1.0}})
    notebook.touch()
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert hass_storage["yale_august.1"]["data"]["budget"] == {"tokens": 1.0}


async def test_numbers_are_written_together(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """A write for each of many locks would take longer than all that is written."""
    notebook, writes = Notebook(hass, "1"), 0

    def latest() -> Memory:
        nonlocal writes
        writes += 1
        return {}

    notebook.attach(latest)
    notebook.touch()
    for number in range(3):
        assert notebook.number(f"lock {number}") == number + 1
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
    assert writes == 0
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=2))
    await hass.async_block_till_done()
    assert writes == 1
    numbered = hass_storage["yale_august.1"]["data"]["numbered"]
    assert numbered == ["lock 0", "lock 1", "lock 2"]


async def test_pause_is_written_at_once(
    hass: HomeAssistant, home: Home, hass_storage: dict[str, Any]
) -> None:
    """The power may go, and the cloud has asked to be left alone."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.add("get_lock", Fail(429, headers={"Retry-After": "600"}))

    def paused() -> float:
        async_fire_time_changed(hass)
        kept = hass_storage.get(f"yale_august.{entry.entry_id}", {"data": {}})
        budget: dict[str, float] = kept["data"].get("budget", {})
        return budget.get("reads_paused_for", 0)

    await home.coordinator(entry, DOOR).async_refresh()
    await home.until(lambda: paused() > 590)
    home.cloud.push.subscribers.clear()


async def test_old_run_writes_no_more(
    hass: HomeAssistant, home: Home, hass_storage: dict[str, Any]
) -> None:
    """What still runs after a reload must not overwrite what the next run knows."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    notebook = home.account(entry)._notebook  # noqa: SLF001
    await hass.config_entries.async_unload(entry.entry_id)
    notebook.remember({"people": [["somebody"]]})
    notebook.touch()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(hours=1))
    await hass.async_block_till_done()
    assert "people" not in hass_storage[f"yale_august.{entry.entry_id}"]["data"]


async def test_stop_leaves_no_timer(hass: HomeAssistant, home: Home) -> None:
    """Home Assistant that stops unloads nothing, and yet nothing wakes up afterwards."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    lock = home.coordinator(entry, DOOR)
    hass.bus.async_fire_internal(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert lock.bolt is BoltState.LOCKED
    assert not [
        handle
        for handle in get_scheduled_timer_handles(hass.loop)
        if not handle.cancelled() and "LockCoordinator" in repr(handle)
    ]


async def test_doubt_survives(hass: HomeAssistant, home: Home) -> None:
    """A restart does not make true what a command without an end has made doubtful."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.stale_cache(door)
    home.cloud.faults.lose_messages(None)
    home.cloud.faults.add("remote_operate", Reset(acts=True))
    home.cloud.faults.add("remote_operate", Fail(503, "html"), times=None)
    with pytest.raises(HomeAssistantError):
        await home.act("unlock", DOOR)
    assert home.state("lock", DOOR, "lock") == "unknown"
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.state("lock", DOOR, "lock") == "unknown"
    home.cloud.faults.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert home.commands()[-1] == "status"


async def test_last_verified(hass: HomeAssistant, home: Home) -> None:
    """The age of the state can be seen, by those who want to."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    entity_id = home.entity_id("sensor", DOOR, "last_verified")
    assert entity_id is not None
    assert home.find("sensor", DOOR, "last_verified") is None
    er.async_get(hass).async_update_entity(entity_id, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    shown = dt_util.parse_datetime(home.state("sensor", DOOR, "last_verified"))
    assert shown is not None
    assert abs(shown - dt_util.utcnow()) < timedelta(seconds=5)


@pytest.mark.parametrize(
    "reading",
    [
        Reading(value=BoltState.LOCKED, at=NOW - timedelta(1), confirmed=NOW),
        Reading(value=BoltState.SECURE, at=NOW, confirmed=None),
    ],
)
def test_readings_come_back(reading: Reading[BoltState]) -> None:
    """As they were."""
    assert restore_reading(BoltState, store_reading(reading), NOW) == reading


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        {},
        {"value": "ajar", "at": NOW.isoformat(), "confirmed": None},
        {"value": "locked", "at": "yesterday", "confirmed": None},
        {"value": "locked", "at": "2026-11-22T10:00:00", "confirmed": None},
        {"value": "locked", "at": (NOW + timedelta(1)).isoformat(), "confirmed": None},
    ],
)
def test_nonsense_is_not_known(stored: object) -> None:
    """A file that was edited or a clock that was set back opens no door."""
    assert restore_reading(BoltState, stored, NOW) is None


def test_confirmation_to_come_is_none() -> None:
    """What the clock says was confirmed tomorrow was confirmed never."""
    at, tomorrow = NOW.isoformat(), (NOW + timedelta(1)).isoformat()
    stored = {"value": "locked", "at": at, "confirmed": tomorrow}
    assert restore_reading(BoltState, stored, NOW) == Reading(
        value=BoltState.LOCKED, at=NOW, confirmed=None
    )


@pytest.mark.parametrize("told_by", ["read", "push"])
async def test_machine_that_slept(
    home: Home, monkeypatch: pytest.MonkeyPatch, told_by: str
) -> None:
    """Its timers slept too: what is too old is given up with the first thing that happens."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.add("get_lock", Fail(503, "html"), times=None)
    now = dt_util.utcnow
    monkeypatch.setattr(dt_util, "utcnow", lambda: now() + timedelta(hours=3))
    assert home.state("lock", DOOR, "lock") == "locked"
    if told_by == "read":
        await home.coordinator(entry, DOOR).async_refresh()
    else:
        home.cloud.push.refusals = None
        await home.cloud.faults.drop_sockets()
        await home.until(lambda: not home.account(entry).push_connected)
    assert home.state("lock", DOOR, "lock") == "unknown"
