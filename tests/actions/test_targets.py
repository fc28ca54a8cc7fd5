"""Which locks a call means: each that is named, served or answered for."""

from typing import Any

from homeassistant.core import Context, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component
import probatio as vol
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.yale_august.actions.table import TABLE
from custom_components.yale_august.const import DOMAIN
from tests.home import Home
from tests.simulator import Fail

from .action_home import ask, ask_one, refusal

FRONT, BACK, GATE = "Front Door", "Back Door", "Gate"


@pytest.fixture
async def entry(home: Home) -> MockConfigEntry:
    """Return an account with three locks in two houses, one behind a bridge that is offline."""
    home.cloud.add_lock("keypad", name=FRONT, house="Elm Street")
    home.cloud.add_lock("bridge_offline", name=BACK, house="Elm Street")
    home.cloud.add_lock("connect", name=GATE, house="Cabin")
    return await home.set_up()


def entity(home: Home, lock: str) -> str:
    """Return a lock's entity."""
    entity_id = home.entity_id("lock", lock, "lock")
    assert entity_id is not None
    return entity_id


def device_id(home: Home, entry: MockConfigEntry, identifier: str) -> str:
    """Return the registry's id of a device."""
    device = home.device(entry, identifier)
    assert device is not None
    return device.id


async def told(home: Home, **target: Any) -> set[str]:
    """Return the locks that are answered for, by their names in the app."""
    answer = await ask(home, "get_users", **target)
    names = {entity(home, name): name for name in (FRONT, BACK, GATE)}
    return {names.get(key, key) for key in answer}


async def test_registered_without_an_entry(home: Home) -> None:
    """The actions are there as soon as the integration is, and answer as they say."""
    assert await async_setup_component(home.hass, DOMAIN, {})
    services = home.hass.services
    assert set(services.async_services_for_domain(DOMAIN)) == {
        action.name for action in TABLE
    }
    for action in TABLE:
        assert services.supports_response(DOMAIN, action.name) is action.response
        assert action.response is not SupportsResponse.NONE
    with pytest.raises(HomeAssistantError):
        await ask(home, "get_sub_users")


async def test_every_way_to_name_a_lock(home: Home, entry: MockConfigEntry) -> None:
    """Entity, device, area, floor, label, house, bridge, keypad, all."""
    hass = home.hass
    devices, entities = dr.async_get(hass), er.async_get(hass)
    floor = fr.async_get(hass).async_create("Ground")
    area = ar.async_get(hass).async_create("Hall", floor_id=floor.floor_id)
    label = lr.async_get(hass).async_create("Rented")
    front = device_id(home, entry, home.lock_id(FRONT))
    devices.async_update_device(front, area_id=area.id)
    entities.async_update_entity(entity(home, GATE), labels={label.label_id})
    keypad, bridge = home.cloud.lock(FRONT).keypad, home.cloud.lock(GATE).bridge
    assert keypad is not None
    assert bridge is not None

    assert await told(home, entity_id=entity(home, FRONT)) == {FRONT}
    assert await told(home, device_id=front) == {FRONT}
    assert await told(home, area_id=area.id) == {FRONT}
    assert await told(home, floor_id=floor.floor_id) == {FRONT}
    assert await told(home, label_id=label.label_id) == {GATE}
    elm = home.cloud.lock(FRONT).house.house_id
    assert await told(home, device_id=device_id(home, entry, elm)) == {FRONT, BACK}
    for hung, lock in ((keypad.keypad_id, FRONT), (bridge.bridge_id, GATE)):
        assert await told(home, device_id=device_id(home, entry, hung)) == {lock}
    assert await told(home, entity_id="all") == {FRONT, BACK, GATE}
    both = {"area_id": area.id, "label_id": label.label_id}
    assert await told(home, **both, entity_id=entity(home, GATE)) == {FRONT, GATE}


async def test_group(home: Home, entry: MockConfigEntry) -> None:
    """A group stands for its members."""
    assert await async_setup_component(
        home.hass,
        "group",
        {"group": {"doors": {"entities": [entity(home, FRONT), entity(home, GATE)]}}},
    )
    assert await told(home, entity_id="group.doors") == {FRONT, GATE}


async def test_unknown_and_foreign_targets(home: Home, entry: MockConfigEntry) -> None:
    """What is unknown, not ours or no lock is refused by its name; nothing is sent to others."""
    hass = home.hass
    foreign = MockConfigEntry(domain="test")
    foreign.add_to_hass(hass)
    stranger = dr.async_get(hass).async_get_or_create(
        config_entry_id=foreign.entry_id,
        identifiers={("test", "1")},
        name="Other Door",
    )
    alien = er.async_get(hass).async_get_or_create("lock", "test", "1").entity_id
    battery = home.entity_id("sensor", FRONT, "battery")
    before = len(home.cloud.requests)
    for key, named in (
        ("entity_id", "lock.nowhere"),
        ("entity_id", alien),
        ("entity_id", battery),
        ("device_id", "nowhere"),
        ("device_id", stranger.id),
        ("area_id", "nowhere"),
        ("floor_id", "nowhere"),
        ("label_id", "nowhere"),
    ):
        target: dict[str, Any] = {key: named}
        if key != "entity_id":
            target["entity_id"] = entity(home, FRONT)
        with pytest.raises(HomeAssistantError) as caught:
            await ask(home, "send_command", command="status", **target)
        assert caught.value.translation_key == "target_unknown"
        shown = "Other Door" if named == stranger.id else str(named)
        assert shown in str(caught.value)
    empty = ar.async_get(hass).async_create("Empty")
    account = device_id(home, entry, entry.entry_id)
    for lockless in (
        {"area_id": empty.id},
        {"device_id": stranger.id},
        {"device_id": account},
    ):
        assert await refusal(home, "get_users", **lockless) == "no_locks_named"
    with pytest.raises(vol.Invalid):
        await ask(home, "get_users")
    assert len(home.cloud.requests) == before


async def test_lock_that_is_disabled_or_hidden(
    home: Home, entry: MockConfigEntry
) -> None:
    """Whom Home Assistant's own entity actions would skip is served."""
    entities = er.async_get(home.hass)
    entities.async_update_entity(
        entity(home, FRONT), disabled_by=er.RegistryEntryDisabler.USER
    )
    entities.async_update_entity(
        entity(home, GATE), hidden_by=er.RegistryEntryHider.USER
    )
    assert await home.hass.config_entries.async_reload(entry.entry_id)
    await home.hass.async_block_till_done()
    assert home.find("lock", FRONT, "lock") is None
    for lock in (FRONT, GATE):
        assert await told(home, entity_id=entity(home, lock)) == {lock}
        there = device_id(home, entry, home.lock_id(lock))
        assert await told(home, device_id=there) == {lock}


async def test_lock_without_a_lock_entity(home: Home) -> None:
    """It is answered for under its device, whether it can do it or not."""
    home.cloud.add_lock("offline", name=FRONT)
    entry = await home.set_up()
    there = device_id(home, entry, home.lock_id(FRONT))
    answer = await ask(home, "get_users", device_id=there)
    assert set(answer) == {there}
    with pytest.raises(HomeAssistantError) as caught:
        await ask(home, "send_command", command="status", device_id=there)
    assert caught.value.translation_key == "no_bridge"


async def test_lock_that_cannot_be_served(home: Home, entry: MockConfigEntry) -> None:
    """It is gone, or its entry is not loaded: it says so beside what the others answer."""
    home.cloud.remove_lock(home.cloud.lock(GATE))
    home.account(entry).async_look_for_locks()
    await home.shows("lock", GATE, "lock", "unavailable")
    answer = await ask(home, "get_users", FRONT, GATE)
    gone = answer[entity(home, GATE)]
    assert (gone["result"], gone["reason"]) == ("failed", "lock_gone")
    assert GATE in gone["message"]
    assert "people" in answer[entity(home, FRONT)]
    assert await refusal(home, "get_users", GATE) == "lock_gone"
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert await refusal(home, "get_users", FRONT) == "lock_not_loaded"
    both = await refusal(home, "get_users", FRONT, BACK)
    assert both == "failed_for_some"


async def test_partial_failure(home: Home, entry: MockConfigEntry) -> None:
    """With an answer each lock has its own; without one, the failure is raised with its words."""
    answer = await ask(home, "send_command", FRONT, BACK, command="status")
    assert answer[entity(home, FRONT)]["result"] == "answered"
    failed = answer[entity(home, BACK)]
    assert (failed["result"], failed["reason"]) == ("failed", "bridge_offline")
    assert failed["message"].startswith(f"The bridge of {BACK} is offline")
    with pytest.raises(HomeAssistantError) as caught:
        await ask(home, "send_command", FRONT, BACK, command="status", response=False)
    assert caught.value.translation_key == "failed_for_some"
    said = str(caught.value)
    assert "1 of 2" in said
    assert f"- {BACK}: The bridge of {BACK} is offline" in said
    assert await ask(home, "send_command", FRONT, command="status", response=False) is (
        None
    )


async def test_login_that_ends(home: Home, entry: MockConfigEntry) -> None:
    """A refused login is asked for anew, once, whatever action met it."""
    home.cloud.faults.add("add_user", Fail(401), times=None)
    key = await refusal(home, "add_user", FRONT, user_id="x")
    assert key == "login_expired"
    assert len(list(entry.async_get_active_flows(home.hass, {"reauth"}))) == 1


async def test_administrators_only(home: Home) -> None:
    """A member of the household is refused before anything is looked at."""
    home.cloud.add_lock("keypad", name=FRONT)
    await home.set_up()
    data: dict[str, dict[str, Any]] = {
        "add_code": {"name": "x"},
        "add_user": {"user_id": "x"},
        "create_sub_user": {
            "partner_user_id": "x",
            "first_name": "x",
            "last_name": "x",
        },
        "delete_code": {"name": "x"},
        "disable_code": {"name": "x"},
        "enable_code": {"name": "x"},
        "factory_reset": {"kind": "soft", "lock_name": FRONT},
        "send_command": {"command": "status"},
        "set_user_role": {"user_id": "x", "role": "user"},
        "transfer_code": {"old_user_id": "x", "new_user_id": "y"},
        "update_code": {"name": "x", "new_code": True},
    }
    of_account = {"check_account", "create_sub_user", "get_house", "get_sub_users"}
    before = len(home.cloud.requests)
    member = MockUser(is_owner=False, groups=[]).add_to_hass(home.hass)
    for action in TABLE:
        locks = [] if action.name in of_account else [FRONT]
        more = data.get(action.name, {})
        with pytest.raises(Unauthorized):
            await ask(home, action.name, *locks, user=member, **more)
    assert len(home.cloud.requests) == before


async def test_automations_and_scripts(home: Home, entry: MockConfigEntry) -> None:
    """An automation passes; a script is whoever started it."""
    steps = [
        {
            "action": f"{DOMAIN}.send_command",
            "target": {"entity_id": entity(home, FRONT)},
            "data": {"command": "status"},
        }
    ]
    hass = home.hass
    assert await async_setup_component(
        hass, "script", {"script": {"ask": {"sequence": steps}}}
    )
    trigger = {"trigger": "event", "event_type": "asked"}
    automation = {"alias": "Ask", "triggers": [trigger], "actions": steps}
    assert await async_setup_component(hass, "automation", {"automation": [automation]})
    member = MockUser(is_owner=False, groups=[]).add_to_hass(hass)
    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            "script", "ask", blocking=True, context=Context(user_id=member.id)
        )
    assert home.commands() == []
    hass.bus.async_fire("asked", context=Context(user_id=member.id))
    await home.until(lambda: home.commands() == ["status"])


async def test_administrator(home: Home, entry: MockConfigEntry) -> None:
    """Somebody who administers Home Assistant passes, as an automation does."""
    admin = MockUser(is_owner=True).add_to_hass(home.hass)
    answer = await ask_one(home, "send_command", FRONT, command="status", user=admin)
    assert answer["result"] == "answered"
