"""Unload, reload, removal, stop: what is left behind."""

import asyncio
from collections.abc import Callable
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest

from custom_components import yale_august
from custom_components.yale_august import channel
from custom_components.yale_august.const import DOMAIN

from .entries import state, stored, tasks, timers
from .home import Home
from .simulator import Fail, Hang, Reset, Slow

DOOR = "Front Door"
DOMAINS = ("binary_sensor", "button", "lock", "sensor")


async def test_unload_and_reload(home: Home) -> None:
    """Nothing is left: no task, no socket, no subscriber, no timer."""
    home.cloud.add_lock(name=DOOR)
    home.cloud.add_lock("keypad", name="Back Door")
    entry = await home.set_up()
    for _ in range(2):
        assert [len(home.cloud.sockets), len(home.cloud.subscribers)] == [1, 1]
        assert tasks()
        assert await home.hass.config_entries.async_unload(entry.entry_id)
        assert state(entry) is ConfigEntryState.NOT_LOADED
        await home.until(lambda: not home.cloud.sockets and not home.cloud.subscribers)
        assert tasks() == []
        assert timers(home.hass) == []
        assert home.state("lock", DOOR, "lock") == "unavailable"
        before = len(home.cloud.requests)
        await asyncio.sleep(0.1)
        assert home.cloud.requests.counts(since=before) == {}
        await home.hass.config_entries.async_setup(entry.entry_id)
        assert home.state("lock", DOOR, "lock") == "locked"
    assert home.cloud.requests.count("create_subscriber") == 3
    assert home.cloud.requests.count("delete_subscriber") == 2


async def test_unload_in_the_middle_of_everything(home: Home) -> None:
    """The same with timers, reads and a reconnect under way."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    lock = home.coordinator(entry, DOOR)
    home.cloud.faults.stale_cache(door)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    # A dispute, a read that waits for its turn, a lock that was looked for.
    await lock.async_refresh()
    lock.async_read_soon()
    lock.async_read_soon()
    home.cloud.world.remove_lock(door)
    await home.account(entry).roster.async_refresh()
    home.cloud.faults.add("socket", Fail(503, "html"), times=None)
    await home.cloud.faults.drop_sockets()
    await asyncio.sleep(0.05)
    assert await home.hass.config_entries.async_unload(entry.entry_id)
    assert tasks() == []
    assert timers(home.hass) == []
    assert not home.cloud.subscribers


async def test_set_up_that_is_given_up_at_its_end(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The locks are shown already: the cloud keeps nothing of ours all the same."""
    home.cloud.add_lock(name=DOOR)

    async def give_up(*_: object) -> None:
        assert home.state("lock", DOOR, "lock") == "locked"
        raise asyncio.CancelledError

    monkeypatch.setattr(yale_august, "async_load", give_up)
    entry = await home.set_up()
    assert state(entry) is ConfigEntryState.SETUP_ERROR
    assert not home.cloud.subscribers
    assert not home.cloud.sockets
    assert tasks() == []
    assert timers(home.hass) == []


async def test_unload_while_a_lock_arrives(home: Home) -> None:
    """What is read too late is not shown: the platforms are gone by then."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.add_lock("unlatch", name="Back Door")
    home.cloud.faults.add("get_lock", Slow(0.1), times=None)
    home.cloud.faults.add("delete_subscriber", Slow(0.4), times=None)
    await home.account(entry).roster.async_refresh()
    await home.when(lambda: "get_lock" in home.reads("Back Door"))
    assert await home.hass.config_entries.async_unload(entry.entry_id)
    shown = {found.state for found in home.hass.states.async_all(DOMAINS)}
    assert shown == {"unavailable"}
    assert home.find("lock", "Back Door", "lock") is None
    assert not [one for one in ir.async_get(home.hass).issues if one[0] == DOMAIN]


async def test_unload_while_the_cloud_is_down(home: Home) -> None:
    """Leaving does not depend on the cloud; it is quick and says nothing wrong."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.cloud.stop()
    assert await home.hass.config_entries.async_unload(entry.entry_id)
    assert tasks() == []
    assert timers(home.hass) == []
    await home.cloud.start()
    home.cloud.push.subscribers.clear()


async def test_removal(home: Home, hass_storage: dict[str, Any]) -> None:
    """Nothing of a removed entry is kept."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    key = f"{DOMAIN}.{entry.entry_id}"
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert key in hass_storage
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.hass.config_entries.async_remove(entry.entry_id)
    assert key not in hass_storage
    assert not home.cloud.subscribers
    assert tasks() == []
    assert timers(home.hass) == []
    registry = dr.async_get(home.hass)
    assert dr.async_entries_for_config_entry(registry, entry.entry_id) == []
    assert home.hass.states.async_entity_ids("lock") == []
    await home.hass.async_block_till_done()
    assert key not in hass_storage


@pytest.mark.parametrize(
    ("fault", "left"),
    [(None, 0), (Fail(503, "html"), 2), (Reset(), 2), (Hang(5), 2)],
    ids=["well", "gateway", "reset", "hangs"],
)
async def test_removal_of_leftovers(
    home: Home,
    fault: Fail | Reset | Hang | None,
    left: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Subscribers that could not be deleted in time go with the entry, if that works soon."""
    monkeypatch.setattr(channel, "FAREWELL", 0.5)
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.add("delete_subscriber", Fail(503, "html"), times=None)
    for _ in range(2):
        await home.hass.config_entries.async_unload(entry.entry_id)
        await home.hass.config_entries.async_setup(entry.entry_id)
        await home.until(lambda: home.account(entry).push_connected)
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert len(home.cloud.subscribers) == 3
    home.cloud.faults.clear()
    if fault is not None:
        # The newest one goes; then the cloud has had enough.
        home.cloud.faults.add("delete_subscriber", fault, skip=1, times=None)
    async with asyncio.timeout(3):
        await home.hass.config_entries.async_remove(entry.entry_id)
    assert home.hass.config_entries.async_entries(DOMAIN) == []
    assert len(home.cloud.subscribers) == left
    assert "Error calling entry remove callback" not in caplog.text
    assert tasks() == []
    home.cloud.push.subscribers.clear()


async def test_stop(
    home: Home, caplog: pytest.LogCaptureFixture, hass_storage: dict[str, Any]
) -> None:
    """When Home Assistant stops, the cloud is told."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await home.until(lambda: home.cloud.subscribers == () and not home.cloud.sockets)
    assert home.cloud.requests.count("delete_subscriber") == 1
    assert tasks() == []
    assert stored(hass_storage, entry)["subscribers"] == []
    assert not [record for record in caplog.records if record.exc_info]


async def test_unclean_stop(home: Home, hass_storage: dict[str, Any]) -> None:
    """A subscriber that is left over from a crash is deleted at the next start."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.add_entry()
    left = home.cloud.push.subscribe(home.cloud.owner.user_id, "partner-yale")
    hass_storage[f"{DOMAIN}.{entry.entry_id}"] = {
        "version": 1,
        "data": {"subscribers": [left.subscriber_id]},
    }
    # Not even then when the first start fails.
    home.cloud.faults.add("get_locks", Fail(503, "html"))
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert state(entry) is ConfigEntryState.SETUP_RETRY
    assert stored(hass_storage, entry)["subscribers"] == [left.subscriber_id]
    await home.hass.config_entries.async_reload(entry.entry_id)
    assert state(entry) is ConfigEntryState.LOADED
    assert home.cloud.requests.count("delete_subscriber") == 1
    (present,) = home.cloud.subscribers
    assert present.subscriber_id != left.subscriber_id


async def test_crash_leaves_a_note(
    home: Home, hass_storage: dict[str, Any], pace: Callable[..., None]
) -> None:
    """What a crash leaves behind is known to the next start."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    (present,) = home.cloud.subscribers
    notebook = home.account(entry)._notebook  # noqa: SLF001
    await notebook.async_save()
    assert stored(hass_storage, entry)["subscribers"] == [present.subscriber_id]
