"""Diagnostics and system health: useful to a stranger, and harmless in his hands."""

import json
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)

from custom_components.yale_august.cloud.models import PushMessage, Subscriber
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.veil import Veil

from .home import Home

DOOR, BACK = "Front Door", "Back Door"


def secrets(home: Home, entry: ConfigEntry) -> list[str]:
    """Return what must not be found anywhere (reference 23)."""
    cloud = home.cloud
    found = [
        entry.data["token"]["access_token"],
        entry.data["token"]["refresh_token"],
        cloud.key().value,
        cloud.client().secret,
        cloud.client().client_id,
        *(subscriber.subscriber_id for subscriber in cloud.subscribers),
    ]
    for user in cloud.world.users.values():
        found += [user.user_id, user.last_name, user.email or "", user.phone or ""]
    for house in cloud.world.houses.values():
        found += [house.house_id, house.name]
    for lock in cloud.locks:
        found += [lock.lock_id, lock.name, lock.serial, lock.mac or ""]
    return [secret for secret in found if secret]


@pytest.fixture
async def entry(hass: HomeAssistant, home: Home) -> ConfigEntry:
    """Return a loaded entry with two locks, one of which has done something."""
    await async_setup_component(hass, "diagnostics", {})
    home.cloud.add_lock("keypad", name=DOOR, house="Elm Street")
    home.cloud.add_lock("unlatch", name=BACK, house="Elm Street")
    entry = await home.set_up()
    await home.act("unlock", DOOR)
    return entry


async def test_entry(
    hass: HomeAssistant, home: Home, entry: ConfigEntry, hass_client: Any
) -> None:
    """They tell how it stands, and no secret and no name."""
    told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    text = json.dumps(told)
    assert not [secret for secret in secrets(home, entry) if secret in text]
    assert told["brand"] == "yale"
    assert told["push"]["connected"] is True  # type: ignore[call-overload,index]
    assert told["budget"]["commands_sent"] == 1  # type: ignore[call-overload,index]
    locks: Any = told["locks"]
    assert sorted(lock["shown"]["bolt"] for lock in locks) == ["locked", "unlocked"]
    assert locks[0]["age"]["bolt"] < 60
    ids = [lock["data"]["summary"]["lock_id"] for lock in locks]
    assert ids == ["lock_id#1", "lock_id#2"]
    assert [lock["data"]["detail"]["lock_id"] for lock in locks] == ids
    houses = {lock["data"]["summary"]["house_id"] for lock in locks}
    assert houses == {"house_id#1"}
    assert locks[0]["data"]["detail"]["users"] == "1 users"


async def test_device(
    hass: HomeAssistant, home: Home, entry: ConfigEntry, hass_client: Any
) -> None:
    """Those of a device are those of its locks."""
    registry = dr.async_get(hass)
    lock = home.device(entry, home.cloud.lock(DOOR).lock_id)
    assert lock is not None
    told: Any = await get_diagnostics_for_device(hass, hass_client, entry, lock)
    assert [one["shown"]["bolt"] for one in told["locks"]] == ["unlocked"]
    house = next(
        device
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
        if device.model == "House"
    )
    told = await get_diagnostics_for_device(hass, hass_client, entry, house)
    assert len(told["locks"]) == 2
    text = json.dumps(told)
    assert not [secret for secret in secrets(home, entry) if secret in text]


async def test_whole_file(
    hass: HomeAssistant, home: Home, entry: ConfigEntry, hass_client: Any
) -> None:
    """Home Assistant adds facts of its own, the ids of our repairs among them."""
    client = await hass_client()
    file = await client.get(f"/api/diagnostics/config_entry/{entry.entry_id}")
    text = await file.text()
    assert "latch_lock" in text
    assert not [secret for secret in secrets(home, entry) if secret in text]


async def test_system_health(
    hass: HomeAssistant, home: Home, entry: ConfigEntry
) -> None:
    """It counts, and tells whether the cloud can be reached."""
    await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    told = await get_system_health_info(hass, DOMAIN)
    assert await told.pop("reach_yale") == "ok"
    assert told == {"accounts": 1, "locks": 2, "push": 1, "rate_limited": 0}


def test_veil_keeps_equal_things_equal() -> None:
    """A number for each value of a kind; nothing stays nothing."""
    veil = Veil()
    assert veil.hide("pin", "4711") == veil.hide("pin", "4711") == "pin#1"
    assert veil.hide("pin", "4712") == "pin#2"
    assert veil.hide("user_id", "4711") == "user_id#1"
    assert veil.hide("pin", None) is None
    assert Veil().hide("pin", "4712") == "pin#1"


def test_veil_shows_what_is_not_secret() -> None:
    """Of a model: the fields that its own text shows."""
    message = PushMessage.from_json(
        {"lockID": "0" * 32, "status": "locked", "callingUserID": "someone"}
    )
    shown: Any = Veil().show({"m": [message, Subscriber(subscriber_id="secret")]})
    assert shown["m"][0]["bolt"] == "locked"
    assert shown["m"][0]["lock_id"] == "lock_id#1"
    assert "someone" not in str(shown)
    assert "secret" not in str(shown)
    assert Veil().show(object()) == "object"
