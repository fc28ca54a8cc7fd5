"""Home Assistant's own integrations of the same account, side by side with this one."""

from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.yale_august.const import DOMAIN

from .flows.flows import placeholders, texts
from .home import Home

DOOR = "Front Door"
SOMEBODY = "0f5d6e7c-1111-4222-8333-444455556666"


def notes(home: Home) -> dict[str, ir.IssueEntry]:
    """Return the active repairs about neighbours, by their key."""
    return {
        str(issue.translation_key): issue
        for (domain, name), issue in ir.async_get(home.hass).issues.items()
        if domain == DOMAIN and name.startswith("neighbour_") and issue.active
    }


async def neighbour(home: Home, domain: str = "yale", **fields: Any) -> MockConfigEntry:
    """Add an entry of another integration."""
    entry = MockConfigEntry(domain=domain, title="Core", **fields)
    entry.add_to_hass(home.hass)
    return entry


def give_lock(home: Home, entry: MockConfigEntry, device_id: str) -> er.RegistryEntry:
    """Give another integration's entry a lock as that integration does."""
    device = dr.async_get(home.hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(entry.domain, device_id)}
    )
    return er.async_get(home.hass).async_get_or_create(
        "lock",
        entry.domain,
        f"{device_id}_lock",
        config_entry=entry,
        device_id=device.id,
        suggested_object_id="front_door",
    )


async def test_side_by_side(home: Home) -> None:
    """It is said once, what a person dismissed stays so, and nothing of either is lost."""
    hass = home.hass
    home.cloud.add_lock(name=DOOR)
    core = await neighbour(home, unique_id=home.cloud.owner.user_id)
    theirs = give_lock(home, core, home.lock_id(DOOR))
    entry = await home.set_up(title="Partner")
    (found,) = notes(home).items()
    key, issue = found
    assert key == "same_account"
    assert not issue.is_fixable
    assert issue.translation_placeholders == {
        "entry": "Partner",
        "other": "Core",
        "integration": "Yale",
    }
    ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, ignore=True)
    await hass.config_entries.async_reload(entry.entry_id)
    assert notes(home)[key].dismissed_version is not None
    # Ours works, and theirs is as it was.
    await home.act("unlock", DOOR)
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert home.entity_id("lock", DOOR, "lock") != theirs.entity_id
    await hass.config_entries.async_remove(entry.entry_id)
    assert notes(home) == {}
    assert er.async_get(hass).async_get(theirs.entity_id) == theirs
    assert dr.async_entries_for_config_entry(dr.async_get(hass), core.entry_id)


async def test_comes_and_goes(home: Home) -> None:
    """The repair is there as long as both entries are."""
    hass = home.hass
    entry = await home.set_up()
    assert notes(home) == {}
    core = await neighbour(home, unique_id=home.cloud.owner.user_id)
    hass.config_entries.async_update_entry(core, title="Theirs")
    assert notes(home)["same_account"].translation_placeholders == {
        "entry": entry.title,
        "other": "Theirs",
        "integration": "Yale",
    }
    await hass.config_entries.async_remove(core.entry_id)
    assert notes(home) == {}
    core = await neighbour(
        home,
        unique_id=home.cloud.owner.user_id,
        disabled_by=ConfigEntryDisabler.USER,
    )
    hass.config_entries.async_update_entry(core, title="Off")
    assert notes(home) == {}
    core = await neighbour(home, unique_id=home.cloud.owner.user_id)
    hass.config_entries.async_update_entry(core, title="Again")
    assert notes(home)
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    assert notes(home) == {}
    await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    assert notes(home)
    # While ours is not loaded nobody looks; the next start does.
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.config_entries.async_remove(core.entry_id)
    await hass.config_entries.async_setup(entry.entry_id)
    assert notes(home) == {}


@pytest.mark.parametrize(
    ("unique_id", "login", "lock", "key"),
    [
        ("owner", None, None, "same_account"),
        (SOMEBODY, None, None, None),
        (SOMEBODY, None, "ours", "same_account"),
        ("olivia@example.com", None, None, "perhaps_same_account"),
        ("olivia@example.com", None, "ours", "same_account"),
        ("olivia@example.com", None, "F" * 32, None),
        (None, "owner", None, "same_account"),
        (None, None, None, "perhaps_same_account"),
    ],
)
async def test_whose_account(
    home: Home,
    unique_id: str | None,
    login: str | None,
    lock: str | None,
    key: str | None,
) -> None:
    """The same user, the same lock, or nobody can tell; else nothing is said."""
    home.cloud.add_lock(name=DOOR)
    owner = home.cloud.owner.user_id
    core = await neighbour(
        home,
        "august",
        unique_id=owner if unique_id == "owner" else unique_id,
        data={"token": home.cloud.authorize()} if login else {},
    )
    if lock is not None:
        give_lock(home, core, home.lock_id(DOOR) if lock == "ours" else lock)
    await home.set_up()
    assert set(notes(home)) == ({key} if key else set())


@pytest.mark.parametrize("key", ["same_account", "perhaps_same_account"])
def test_repair_says_what_it_is_told(key: str) -> None:
    """The placeholders of the sentences are those that are given."""
    issue = texts()["issues"][key]
    assert placeholders(issue["title"] + issue["description"]) == {
        "entry",
        "other",
        "integration",
    }
