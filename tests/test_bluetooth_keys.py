"""Bluetooth keys go to Home Assistant's own integration where a person wants it, and nowhere else."""

import asyncio
from collections.abc import Generator
import json
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_INTEGRATION_DISCOVERY,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.typing import DiscoveryInfoType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockModule,
    mock_config_flow,
    mock_integration,
    mock_platform,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)

from custom_components.yale_august.bluetooth_keys import YALEXS_BLE
from custom_components.yale_august.const import DOMAIN

from .access_codes.test_leaks import Places
from .flows.test_options import choose, open_settings
from .home import Home
from .simulator import REMOVED, Fail, Lock, Role

DOOR, BACK = "Front Door", "Back Door"
KEYS: dict[str, Any] = {"bluetooth": True}


class Nearby(ConfigFlow):
    """Takes a key as Home Assistant's own integration does: an entry for each address."""

    taken: list[dict[str, Any]] = []

    @override
    async def async_step_integration_discovery(
        self, discovery_info: DiscoveryInfoType
    ) -> ConfigFlowResult:
        self.taken.append(discovery_info)
        key = {"key": discovery_info["key"], "slot": discovery_info["slot"]}
        await self.async_set_unique_id(discovery_info["address"])
        self._abort_if_unique_id_configured(updates=key)
        return self.async_create_entry(title=discovery_info["name"], data=key)


@pytest.fixture(autouse=True)
def nearby(hass: HomeAssistant) -> Generator[list[dict[str, Any]]]:
    """Return what the other integration was told; it needs no radio here."""

    async def set_up(*_: object) -> bool:
        return True

    mock_integration(hass, MockModule(YALEXS_BLE, async_setup_entry=set_up))
    mock_platform(hass, f"{YALEXS_BLE}.config_flow")
    Nearby.taken = []
    with mock_config_flow(YALEXS_BLE, Nearby):
        yield Nearby.taken


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock with a key that was loaded."""
    return home.cloud.add_lock(name=DOOR)


def key_of(number: int) -> str:
    """Return a key."""
    return f"{number:032x}"


def loaded(lock: Lock, *keys: dict[str, Any]) -> None:
    """Let these be the keys that the lock has confirmed."""
    lock.offline_keys = {"loaded": list(keys)}


async def all_told(home: Home) -> None:
    """Wait until no key is on its way any more."""
    names = (f"{DOMAIN} Bluetooth key", f"discovery flow {YALEXS_BLE}")
    await home.when(
        lambda: (
            not any(task.get_name().startswith(names) for task in asyncio.all_tasks())
        )
    )
    await home.hass.async_block_till_done()


async def set_up(home: Home, **data: Any) -> ConfigEntry:
    """Set an entry up whose owner wants keys handed over."""
    entry = await home.add_entry(data.pop("user", None), data=data)
    home.hass.config_entries.async_update_entry(entry, options=KEYS)
    await home.hass.config_entries.async_setup(entry.entry_id)
    await all_told(home)
    return entry


async def test_off_at_first(
    hass: HomeAssistant, home: Home, door: Lock, nearby: list[Any]
) -> None:
    """Nobody is told a key unasked; with the option on, once at this start and the next."""
    entry = await home.set_up()
    await all_told(home)
    assert nearby == []
    await choose(hass, entry, bluetooth=True)
    await all_told(home)
    (told,) = nearby
    assert told == {
        "name": DOOR,
        "address": (door.mac or "").upper(),
        "serial": door.serial,
        "key": door.offline_key,
        "slot": 1,
    }
    await home.coordinator(entry, DOOR).async_refresh()
    await all_told(home)
    assert len(nearby) == 1
    (other,) = hass.config_entries.async_entries(YALEXS_BLE)
    assert other.source == SOURCE_INTEGRATION_DISCOVERY
    assert other.data["key"] == door.offline_key
    # What was changed at the cloud reaches the entry that is there already.
    loaded(door, {"key": key_of(7), "slot": 3})
    await hass.config_entries.async_reload(entry.entry_id)
    await all_told(home)
    assert len(nearby) == 2
    assert dict(other.data) == {"key": key_of(7), "slot": 3}


NONE: Any = [
    [],
    [{"slot": 1}],
    [{"key": key_of(1)}],
    [{"key": "no key", "slot": 1}],
    [{"key": key_of(1), "slot": 256}],
    [{"key": key_of(1), "slot": "1"}],
    "nonsense",
]


async def test_only_where_there_is_a_key(
    home: Home, door: Lock, nearby: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be a key is none, and one that is only on its way neither; nor is it logged."""
    caplog.set_level("DEBUG", "custom_components")
    for number, keys in enumerate(NONE):
        lock = home.cloud.add_lock(name=f"Door {number}")
        lock.offline_keys = {"loaded": keys, "created": [{"key": key_of(2), "slot": 1}]}
    home.cloud.faults.malform(door, "OfflineKeys", REMOVED)
    silent = home.cloud.add_lock(name="Silent")
    silent.mac = None
    await set_up(home)
    assert nearby == []
    assert not [key for key in (key_of(1), key_of(2)) if key in caplog.text]


async def test_whose_key(home: Home, door: Lock, nearby: list[Any]) -> None:
    """The login's own, else the first: what it does shows under that name."""
    back = home.cloud.add_lock(name=BACK)
    others = [{"key": key_of(number), "slot": number} for number in (1, 2)]
    own = {"key": key_of(3), "slot": 0, "UserID": home.cloud.owner.user_id}
    loaded(door, *others, own)
    loaded(back, {"slot": 9}, *others)
    await set_up(home)
    told = {one["name"]: (one["key"], one["slot"]) for one in nearby}
    assert told == {DOOR: (key_of(3), 0), BACK: (key_of(1), 1)}


async def test_only_the_owners(home: Home, door: Lock, nearby: list[Any]) -> None:
    """A guest and a manager get none, and are not asked whether they want one."""
    guest = home.cloud.world.add_user("Gustav", "Guest", email="guest@example.com")
    home.cloud.share(door, guest, Role.MANAGER)
    before = len(home.cloud.requests)
    await set_up(home, user=guest)
    assert nearby == []
    assert home.cloud.requests.count("get_lock", since=before) == 1


async def test_not_a_sub_user(home: Home, door: Lock, nearby: list[Any]) -> None:
    """One that was made to operate a few locks is no owner, and is not offered it."""
    made = home.cloud.world.add_user(
        "Home", "Assistant", owner=home.cloud.owner, partner_user_id="ha-1"
    )
    home.cloud.share(door, made, Role.SUPERUSER)
    data = {
        "acting_user": "sub_user",
        "partner_user_id": "ha-1",
        "first_name": "Home",
        "last_name": "Assistant",
    }
    entry = await set_up(home, **data)
    assert nearby == []
    schema = (await open_settings(home.hass, entry))["data_schema"]
    assert "bluetooth" not in {str(key) for key in schema.schema}


async def test_cloud_that_fails(home: Home, door: Lock, nearby: list[Any]) -> None:
    """A key that could not be read is read again with the next read of the lock."""
    home.cloud.faults.add("get_lock", Fail(503, "html"), times=None, skip=1)
    entry = await set_up(home)
    assert nearby == []
    home.cloud.faults.clear()
    await home.coordinator(entry, DOOR).async_refresh()
    await all_told(home)
    assert len(nearby) == 1


@pytest.mark.usefixtures("recorder_mock")
async def test_nowhere_else(
    hass: HomeAssistant,
    home: Home,
    door: Lock,
    nearby: list[Any],
    hass_storage: dict[str, Any],
    hass_client: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A key is in the other integration's entry alone: not in ours, a log, an event, a state."""
    for component in ("diagnostics", "config", "trace"):
        assert await async_setup_component(hass, component, {})
    key = door.offline_key
    places = Places(hass, hass_storage, caplog)
    entry = await set_up(home)
    await home.act("unlock", DOOR)
    await home.coordinator(entry, DOOR).async_refresh()
    assert [one["key"] for one in nearby] == [key]
    told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    found = await places.look(told)
    assert DOMAIN in found["log"]
    assert {place for place, text in found.items() if key in text.lower()} == {
        "storage core.config_entries"
    }
    (stored,) = (found[place] for place in found if place.endswith("config_entries"))
    assert [
        one["domain"]
        for one in json.loads(stored)["data"]["entries"]
        if key in json.dumps(one)
    ] == [YALEXS_BLE]
    client = await hass_client()
    answer = await client.get("/api/config/config_entries/entry")
    assert key not in await answer.text()
