"""Repairs about access codes: what a person has to decide, and what becomes of it."""

import re
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest

from custom_components.yale_august.codes.schedule import ALWAYS
from custom_components.yale_august.const import DOMAIN
from tests.doors import DOOR
from tests.home import Home
from tests.simulator import Fail
from tests.simulator.lock import Lock
from tests.simulator.pinbook import PinState

from .code_pins import give, loaded, pins, settled


@pytest.fixture
async def entry(home: Home, door: Lock) -> ConfigEntry:
    """Set it up."""
    await async_setup_component(home.hass, "repairs", {})
    return await home.set_up()


def repairs(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return the repairs about codes by their kind."""
    return {
        str(issue.translation_key): issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and str(issue.translation_key).startswith("code_")
    }


async def test_refused(
    home: Home, entry: ConfigEntry, door: Lock, hass_client: Any
) -> None:
    """A code that the lock refuses is a problem, an event and a repair; a new code mends it."""
    door.habits.refuses_pins = "no"
    codes = home.account(entry).codes
    outcomes = await codes.async_add("Anna", [door.lock_id], ALWAYS)
    code_id = outcomes[door.lock_id].code_id
    await home.shows("binary_sensor", DOOR, "codes_problem", "on")
    assert home.state("sensor", DOOR, "codes_trouble") == "refused_by_lock"

    door.habits.refuses_pins = None
    issue = repairs(home.hass)["code_refused"]
    assert issue.translation_placeholders == {
        "lock": DOOR,
        "guest": "Anna",
        "reason": "Lock did not take it",
    }
    assert code_id not in issue.issue_id
    assert await mend(hass_client, issue, "new_code") == "create_entry"
    await home.when(lambda: loaded(door, "Anna"))
    await home.shows("binary_sensor", DOOR, "codes_problem", "off")
    await settled(home, entry, door, code_id)
    assert repairs(home.hass) == {}


@pytest.mark.parametrize("remedy", ["again", "new_code", "forget"])
async def test_lost(
    home: Home, entry: ConfigEntry, door: Lock, hass_client: Any, remedy: str
) -> None:
    """A code that somebody removed elsewhere is put on again only when a person says so."""
    code_id = await give(home, entry, door, "Anna")
    door.pins.pins.clear()
    await home.account(entry).codes.async_read(door.lock_id)
    await home.shows("binary_sensor", DOOR, "codes_problem", "on")
    assert home.state("sensor", DOOR, "codes_trouble") == "removed_elsewhere"
    issue = repairs(home.hass)["code_lost"]
    assert await mend(hass_client, issue, remedy) == "create_entry"
    await settled(home, entry, door, code_id)
    if remedy == "again":
        # Its digits were on this lock only, and nobody keeps them.
        assert set(repairs(home.hass)) == {"code_needs_new_code"}
        assert await mend(
            hass_client, repairs(home.hass)["code_needs_new_code"], "new_code"
        )
        await settled(home, entry, door, code_id)
    assert repairs(home.hass) == {}
    assert loaded(door, "Anna") is (remedy != "forget")
    if remedy != "forget":
        assert pins(door)["Anna"].pin != "482915"
    await home.shows("binary_sensor", DOOR, "codes_problem", "off")


@pytest.mark.parametrize("answer", [None, 404, 409, 412])
async def test_keypad_is_gone(
    home: Home,
    entry: ConfigEntry,
    door: Lock,
    hass_client: Any,
    answer: int | None,
) -> None:
    """What was on a lock that takes no codes any more can be forgotten, and nothing else."""
    await give(home, entry, door, "Anna")
    door.pins.pins.clear()
    door.entry_codes = False
    if answer is not None:
        home.cloud.faults.add("get_pins", Fail(answer), times=None)
    lock, codes = home.coordinator(entry, DOOR), home.account(entry).codes
    lock.async_read_soon()
    await home.until(lambda: not codes.can_codes(lock))
    codes.rooms[door.lock_id].async_wake()
    await home.until(lambda: set(repairs(home.hass)) == {"code_lost"})
    issue = repairs(home.hass)["code_lost"]
    assert await mend(hass_client, issue, "again") == "form"
    assert await mend(hass_client, issue, "forget") == "create_entry"
    await home.until(lambda: codes.guests == {})
    assert repairs(home.hass) == {}
    assert home.cloud.requests.count("write_pins") == 1


async def test_not_ended(
    home: Home, entry: ConfigEntry, door: Lock, hass_client: Any
) -> None:
    """A code that should be gone and is not stays a repair until it is."""
    name = "[Anna](example.com)"
    code_id = await give(home, entry, door, name)
    home.cloud.faults.add("write_pins", Fail(409, "json"), times=1)
    await home.account(entry).codes.async_end(code_id)
    await home.until(lambda: set(repairs(home.hass)) == {"code_not_ended"})
    assert loaded(door, name)
    issue = repairs(home.hass)["code_not_ended"]
    assert await mend(hass_client, issue, "end") == "create_entry"
    await home.until(lambda: pins(door) == {} and repairs(home.hass) == {})


async def test_perhaps_not_ended(home: Home, entry: ConfigEntry, door: Lock) -> None:
    """A code of which nobody knows whether it is gone may open the door; when it is gone all is well."""
    code_id = await give(home, entry, door, "Anna")
    home.cloud.locksmith.hold(door)
    await home.account(entry).codes.async_end(code_id)
    await home.until(lambda: set(repairs(home.hass)) == {"code_not_ended"})
    issue = repairs(home.hass)["code_not_ended"]
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["reason"] == "Not confirmed by the lock"
    home.cloud.locksmith.release(door)
    await home.until(lambda: pins(door) == {} and repairs(home.hass) == {})


async def test_not_suspended(
    home: Home, entry: ConfigEntry, door: Lock, hass_client: Any
) -> None:
    """A code that should open nothing and may is a repair, and trying again lets nobody in."""
    code_id = await give(home, entry, door, "Anna")
    home.cloud.faults.add("write_pins", Fail(409, "json"), times=1)
    await home.account(entry).codes.async_suspend(code_id)
    await home.until(lambda: set(repairs(home.hass)) == {"code_not_suspended"})
    assert loaded(door, "Anna")
    issue = repairs(home.hass)["code_not_suspended"]
    assert await mend(hass_client, issue, "again") == "refused"
    assert await mend(hass_client, issue, "suspend") == "create_entry"
    await settled(home, entry, door, code_id)
    assert repairs(home.hass) == {}
    assert pins(door)["Anna"].state is PinState.DISABLED


async def test_suspended_and_lost(
    home: Home, entry: ConfigEntry, door: Lock, hass_client: Any
) -> None:
    """Who was suspended is let in again only by a choice that says so."""
    code_id = await give(home, entry, door, "Anna")
    await home.account(entry).codes.async_suspend(code_id)
    await settled(home, entry, door, code_id)
    door.pins.pins.clear()
    await home.account(entry).codes.async_read(door.lock_id)
    await home.until(lambda: set(repairs(home.hass)) == {"code_lost"})
    issue = repairs(home.hass)["code_lost"]
    assert await mend(hass_client, issue, "again") == "refused"
    assert await mend(hass_client, issue, None) == "create_entry"
    await settled(home, entry, door, code_id)
    assert pins(door) == {}
    assert home.account(entry).codes.guests == {}


async def mend(hass_client: Any, issue: ir.IssueEntry, remedy: str | None) -> str:
    """Choose what shall become of a code, or (None) what is suggested; return how the repair ends."""
    client = await hass_client()
    answer = await client.post(
        "/api/repairs/issues/fix",
        json={"handler": DOMAIN, "issue_id": issue.issue_id},
    )
    form = await answer.json()
    assert form["step_id"] == "code", form
    told = form["description_placeholders"]
    assert not re.search(r"(?<!\\)[\[(]", told["who"])
    # The description is Markdown, which a name must not be.
    assert re.sub(r"\\(.)", r"\1", told.pop("who")) == told["guest"]
    assert told.pop("where") == DOOR
    assert told == issue.translation_placeholders
    (field,) = form["data_schema"]
    flow = f"/api/repairs/issues/fix/{form['flow_id']}"
    answer = await client.post(flow, json={"remedy": remedy or field["default"]})
    if answer.status == 400:
        # There is no such choice.
        await client.delete(flow)
        return "refused"
    return str((await answer.json())["type"])


async def test_unload_takes_repairs_back(
    home: Home, entry: ConfigEntry, door: Lock
) -> None:
    """They come back with the entry, as long as they are true."""
    await give(home, entry, door, "Anna")
    door.pins.pins.clear()
    await home.account(entry).codes.async_read(door.lock_id)
    await home.until(lambda: bool(repairs(home.hass)))
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert repairs(home.hass) == {}
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.until(lambda: set(repairs(home.hass)) == {"code_lost"})
