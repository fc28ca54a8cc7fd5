"""Devices: house -> bridge -> lock -> keypad, as the cloud names them."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.yale_august.const import DOMAIN, MANUFACTURER

from .home import Home
from .simulator import Fail

DOOR = "Front Door"


def chain(home: Home, entry: ConfigEntry, identifier: str) -> list[str | None]:
    """Return the names of a device and of what it hangs on, the outermost first."""
    registry = dr.async_get(home.hass)
    family = {
        device.id: device
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
    }
    device = home.device(entry, identifier)
    assert device is not None
    names = [device.name]
    while device.via_device_id is not None:
        device = family[device.via_device_id]
        names.append(device.name)
    return names[::-1]


async def refresh(home: Home, entry: ConfigEntry, lock: str) -> None:
    """Read the list and the lock."""
    await home.account(entry).roster.async_refresh()
    await home.coordinator(entry, lock).async_refresh()
    await home.hass.async_block_till_done()


async def test_family(home: Home) -> None:
    """Each has its model, serial number and firmware; each is the parent of the next."""
    door = home.cloud.add_lock("keypad", name=DOOR, house="Home")
    entry = await home.set_up()
    assert door.bridge is not None
    assert door.keypad is not None
    assert chain(home, entry, door.keypad.keypad_id) == [
        "Home",
        "Front Door bridge",
        DOOR,
        "Front Door keypad",
    ]
    found = {
        identifier: home.device(entry, identifier)
        for identifier in (
            door.house.house_id,
            door.bridge.bridge_id,
            door.lock_id,
            door.keypad.keypad_id,
        )
    }
    facts = [
        (
            device.manufacturer,
            device.model,
            device.model_id,
            device.serial_number,
            device.sw_version,
            device.entry_type,
        )
        for device in found.values()
        if device is not None
    ]
    assert facts == [
        (MANUFACTURER, "House", None, None, None, dr.DeviceEntryType.SERVICE),
        (MANUFACTURER, "Connect", None, door.bridge.serial, "2.3.4", None),
        (
            MANUFACTURER,
            "August Smart Lock (2nd generation or later)",
            "AUG-SL02-M02-S02",
            door.serial,
            "3.0.44-3.0.29",
            None,
        ),
        (MANUFACTURER, "Keypad", None, door.keypad.serial, "2.27.0", None),
    ]


async def test_address_is_on_the_lock_only(home: Home) -> None:
    """Two devices with one address would become one."""
    door = home.cloud.add_lock("keypad", name=DOOR)
    assert door.mac is not None
    door.mac = door.mac.lower()
    entry = await home.set_up()
    registry = dr.async_get(home.hass)
    connections = {
        device.name: device.connections
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
        if device.connections
    }
    assert connections == {DOOR: {(dr.CONNECTION_BLUETOOTH, door.mac.upper())}}


@pytest.mark.parametrize("variant", ["unlatch", "model", "same_serial", "no_id"])
async def test_bridge_inside_the_lock(home: Home, variant: str) -> None:
    """A lock with Wi-Fi of its own hangs on the house; it has no bridge beside it."""
    door = home.cloud.add_lock(
        "unlatch" if variant == "unlatch" else "connect", name=DOOR
    )
    assert door.bridge is not None
    if variant == "same_serial":
        door.bridge.serial = door.serial
    elif variant == "model":
        door.bridge.model = "august-lock"
    elif variant == "no_id":
        home.cloud.faults.malform(door, "Bridge._id", None)
    entry = await home.set_up()
    assert chain(home, entry, door.lock_id) == ["Home", DOOR]
    assert home.device(entry, door.bridge.bridge_id) is None


async def test_lock_behind_a_hub(home: Home) -> None:
    """An alarm hub is nobody's device of ours."""
    door = home.cloud.add_lock("wa_hub", name=DOOR)
    entry = await home.set_up()
    assert chain(home, entry, door.lock_id) == ["Home", DOOR]


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        ("august-connect", "Connect"),
        ("august-doorbell", "Doorbell"),
        ("cancri", "Connect Plus"),
        ("next-year", "next-year"),
    ],
)
async def test_model_of_the_bridge(home: Home, model: str, shown: str) -> None:
    """A model that nobody knows is shown as it is."""
    door = home.cloud.add_lock(name=DOOR)
    assert door.bridge is not None
    door.bridge.model = model
    entry = await home.set_up()
    device = home.device(entry, door.bridge.bridge_id)
    assert device is not None
    assert device.model == shown


async def test_bridge_of_two_locks(home: Home) -> None:
    """One device, with two locks behind it; it goes with the last one."""
    front = home.cloud.add_lock(name=DOOR)
    back = home.cloud.add_lock(name="Back Door")
    assert front.bridge is not None
    back.bridge = front.bridge
    entry = await home.set_up()
    name = chain(home, entry, front.lock_id)[1]
    assert name in {"Front Door bridge", "Back Door bridge"}
    assert chain(home, entry, back.lock_id) == ["Home", name, "Back Door"]
    for lock, left in ((front, True), (back, False)):
        home.cloud.world.remove_lock(lock)
        for _ in range(2):
            await home.account(entry).roster.async_refresh()
            await home.hass.async_block_till_done()
        await home.when(
            lambda lock=lock: home.device(entry, lock.lock_id) is None  # type: ignore[misc]
        )
        assert (home.device(entry, front.bridge.bridge_id) is not None) is left
        assert (home.device(entry, front.house.house_id) is not None) is left


async def test_rename_in_the_app(home: Home) -> None:
    """Names of locks and houses follow, unless a person has chosen another one."""
    door = home.cloud.add_lock("keypad", name=DOOR, house="Home")
    back = home.cloud.add_lock(name="Back Door", house="Home")
    entry = await home.set_up()
    registry = dr.async_get(home.hass)
    device = home.device(entry, back.lock_id)
    assert device is not None
    registry.async_update_device(device.id, name_by_user="Mine")
    home.lock_id(DOOR)
    door.name, back.name, door.house.name = "Main Entrance", "Other", "Villa"
    await refresh(home, entry, door.lock_id)
    await refresh(home, entry, back.lock_id)
    assert door.keypad is not None
    names = chain(home, entry, door.keypad.keypad_id)
    assert names[0] == "Villa"
    assert names[2:] == ["Main Entrance", "Main Entrance keypad"]
    device = home.device(entry, back.lock_id)
    assert device is not None
    assert (device.name, device.name_by_user) == ("Other", "Mine")
    state = home.find("lock", door.lock_id, "lock")
    assert state is not None
    assert state.name == "Main Entrance"


async def test_house_with_a_name_of_its_own(home: Home) -> None:
    """What a person calls a house stays; what hangs on it is where it was."""
    door = home.cloud.add_lock(name=DOOR, house="Home")
    entry = await home.set_up()
    registry = dr.async_get(home.hass)
    house = home.device(entry, door.house.house_id)
    assert house is not None
    registry.async_update_device(house.id, name_by_user="At the lake")
    door.house.name = "Villa"
    await home.account(entry).roster.async_refresh()
    await refresh(home, entry, door.lock_id)
    renamed = home.device(entry, door.house.house_id)
    assert renamed is not None
    assert (renamed.id, renamed.name) == (house.id, "Villa")
    assert renamed.name_by_user == "At the lake"


async def test_move_to_another_house(home: Home) -> None:
    """A lock that moved hangs on its new house; a house without locks goes."""
    door = home.cloud.add_lock("unlatch", name=DOOR, house="Home")
    old = door.house
    entry = await home.set_up()
    door.house = home.cloud.world.add_house("Cabin")
    await refresh(home, entry, DOOR)
    assert chain(home, entry, door.lock_id) == ["Cabin", DOOR]
    assert home.device(entry, old.house_id) is None


async def test_new_bridge_and_keypad(home: Home) -> None:
    """What was replaced goes, what is new comes."""
    door = home.cloud.add_lock("keypad", name=DOOR)
    entry = await home.set_up()
    assert door.bridge is not None
    assert door.keypad is not None
    old = door.bridge.bridge_id
    door.bridge.bridge_id = "0123456789abcdef01234567"
    door.bridge.firmware = "9.9.9"
    door.keypad.firmware = "3.0.0"
    door.firmware = "4.0.0"
    await refresh(home, entry, DOOR)
    assert home.device(entry, old) is None
    for identifier, version in (
        (door.bridge.bridge_id, "9.9.9"),
        (door.keypad.keypad_id, "3.0.0"),
        (door.lock_id, "4.0.0"),
    ):
        device = home.device(entry, identifier)
        assert device is not None
        assert device.sw_version == version
    assert len(chain(home, entry, door.keypad.keypad_id)) == 4


async def test_keypads_of_two_locks_are_exchanged(home: Home) -> None:
    """What belongs to a keypad stands on the one that its lock has now, disabled or not; nothing is left over."""
    front = home.cloud.add_lock("keypad", name=DOOR)
    back = home.cloud.add_lock("keypad", name="Back Door")
    entry = await home.set_up()
    registry = er.async_get(home.hass)

    def batteries() -> dict[str, str | None]:
        family = {
            device.id: device.name
            for device in dr.async_entries_for_config_entry(
                dr.async_get(home.hass), entry.entry_id
            )
        }
        return {
            lock.name: family.get(found.device_id or "")
            for lock in (front, back)
            if (id_ := f"{lock.lock_id}_keypad_battery")
            and (name := registry.async_get_entity_id("sensor", DOMAIN, id_))
            and (found := registry.async_get(name))
        }

    there = {DOOR: "Front Door keypad", "Back Door": "Back Door keypad"}
    assert batteries() == there
    battery = home.find("sensor", "Back Door", "keypad_battery")
    assert battery is not None
    registry.async_update_entity(
        battery.entity_id, disabled_by=er.RegistryEntryDisabler.USER
    )
    await home.hass.async_block_till_done()
    assert front.keypad is not None
    assert back.keypad is not None
    front.keypad.keypad_id, back.keypad.keypad_id = (
        back.keypad.keypad_id,
        front.keypad.keypad_id,
    )
    for lock in (front, back):
        await refresh(home, entry, lock.name or "")
    assert batteries() == there
    front.keypad.keypad_id = "0123456789abcdef01234567"
    await refresh(home, entry, DOOR)
    assert batteries() == there
    device = home.device(entry, front.keypad.keypad_id)
    assert device is not None
    keypads = [
        other.name
        for other in dr.async_entries_for_config_entry(
            dr.async_get(home.hass), entry.entry_id
        )
        if other.model == "Keypad"
    ]
    assert sorted(map(str, keypads)) == ["Back Door keypad", "Front Door keypad"]
    for kept in (front, back):
        assert kept.bridge is not None
        assert home.device(entry, kept.bridge.bridge_id) is not None
        entity_id = home.entity_id("lock", kept.lock_id, "lock")
        device = home.device(entry, kept.lock_id)
        assert device is not None
        assert home.entry_of(entity_id or "").device_id == device.id
    # One that two locks claim stays as long as anything stands on it.
    for keypad_id in (back.keypad.keypad_id, "76543210fedcba9876543210"):
        front.keypad.keypad_id = keypad_id
        await refresh(home, entry, DOOR)
    assert batteries().keys() == there.keys()


async def test_unknown_facts(home: Home) -> None:
    """What the cloud does not tell is left out."""
    door = home.cloud.add_lock(name=DOOR)
    for field in (
        "SerialNumber",
        "skuNumber",
        "macAddress",
        "currentFirmwareVersion",
        "Type",
    ):
        home.cloud.faults.malform(door, field, None)
    home.cloud.faults.malform(door, "macAddress", None, place="list")
    entry = await home.set_up()
    device = home.device(entry, door.lock_id)
    assert device is not None
    assert (device.model, device.model_id, device.serial_number) == (None, None, None)
    assert device.sw_version is None
    assert device.connections == set()
    assert device.identifiers == {(DOMAIN, door.lock_id)}


async def test_lock_without_house_or_name(home: Home) -> None:
    """A lock that nobody named is called by the end of its id."""
    door = home.cloud.add_lock(name=DOOR)
    home.lock_id(DOOR)
    for place in ("list", "detail"):
        for field in ("LockName", "HouseID", "HouseName"):
            home.cloud.faults.malform(door, field, "", place=place)
    entry = await home.set_up()
    assert chain(home, entry, door.lock_id)[-1] == door.lock_id[-6:]
    assert home.state("lock", DOOR, "lock") == "locked"


async def test_guest_without_detail(home: Home) -> None:
    """Who does not see the detail knows house, name and address from the list."""
    door = home.cloud.add_lock(name=DOOR, house="Home")
    home.cloud.faults.add(
        "get_lock", Fail(403, {"message": "User is not authorized"}), times=None
    )
    entry = await home.set_up()
    assert chain(home, entry, door.lock_id) == ["Home", DOOR]
    device = home.device(entry, door.lock_id)
    assert device is not None
    assert door.mac is not None
    assert device.connections == {(dr.CONNECTION_BLUETOOTH, door.mac.upper())}
