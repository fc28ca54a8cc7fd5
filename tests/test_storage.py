"""What is kept over a restart, and what of it can be read."""

import asyncio
import json
from typing import Any

from homeassistant.config_entries import ConfigEntryState
import pytest

from custom_components.yale_august.const import DOMAIN

from .entries import state, stored
from .home import Home
from .simulator import Fail

DOOR = "Front Door"


async def test_storage_keeps_no_secret(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    """No token, key or code is kept outside the entry."""
    home.cloud.add_lock("keypad", name=DOOR)
    entry = await home.set_up()
    await home.hass.config_entries.async_unload(entry.entry_id)
    kept = json.dumps(stored(hass_storage, entry))
    token = entry.data["token"]
    for secret in (
        token["access_token"],
        token["refresh_token"],
        entry.data["api_key"],
        home.cloud.client().secret,
    ):
        assert secret not in kept
    assert "eyJ" not in kept


@pytest.mark.parametrize("name", ["", ".codes"])
async def test_storage_is_newer(
    home: Home, hass_storage: dict[str, Any], name: str
) -> None:
    """What a newer version has written is left alone, a person is told why, and it goes with the entry."""
    home.cloud.add_lock("keypad", name=DOOR)
    entry = await home.add_entry()
    file = f"{DOMAIN}.{entry.entry_id}{name}"
    kept = {"version": 2, "data": {"news": 1}}
    hass_storage[file] = dict(kept)
    assert not await home.hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "storage_newer"
    assert hass_storage[file] | kept == hass_storage[file]
    await home.hass.config_entries.async_remove(entry.entry_id)
    assert file not in hass_storage


@pytest.mark.parametrize(
    "kept",
    [
        None,
        [],
        ["nonsense"],
        "nonsense",
        {},
        {"budget": 7, "subscribers": 3, "readings": 5},
        {"budget": [], "subscribers": [3, ""], "readings": {"x": 1}},
    ],
)
async def test_storage_is_damaged(
    home: Home, hass_storage: dict[str, Any], kept: Any
) -> None:
    """Nonsense in the storage does not keep an entry from starting."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.add_entry()
    hass_storage[f"{DOMAIN}.{entry.entry_id}"] = {"version": 1, "data": kept}
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert home.state("lock", DOOR, "lock") == "locked"


async def test_readings_survive_a_restart(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    """What was known is known after a restart, as old as it is; a failed start takes nothing."""
    home.cloud.add_lock(name=DOOR)
    back = home.cloud.add_lock(name="Back Door")
    entry = await home.set_up()
    await home.say(DOOR, lockAction="unlocked", doorState="open")
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.hass.config_entries.async_unload(entry.entry_id)
    home.cloud.faults.add("get_locks", Fail(503, "html"))
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert state(entry) is ConfigEntryState.SETUP_RETRY
    home.cloud.faults.add("get_lock", Fail(503, "html"), times=None)
    await home.hass.config_entries.async_reload(entry.entry_id)
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert home.state("binary_sensor", DOOR, "door") == "on"
    assert home.state("lock", "Back Door", "lock") == "locked"
    # Of a lock that went nothing is kept.
    account = home.account(entry)
    home.cloud.world.remove_lock(back)
    await account.roster.async_refresh()
    await asyncio.sleep(0.01)
    await account.roster.async_refresh()
    await home.until(lambda: back.lock_id not in account.locks)
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert list(stored(hass_storage, entry)["readings"]) == [home.lock_id(DOOR)]


async def test_budget_survives_a_reload(home: Home) -> None:
    """What was spent is spent."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    budget = home.account(entry).client.budget
    budget._tokens = 30  # noqa: SLF001
    await home.hass.config_entries.async_reload(entry.entry_id)
    assert home.account(entry).client.budget.figures()["tokens"] < 60
