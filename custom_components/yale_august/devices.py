"""The devices of an account: house -> bridge -> lock -> keypad, kept as the cloud names them."""

from dataclasses import dataclass
import re
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.typing import UNDEFINED

from .cloud.models import Bridge, Keypad
from .const import DOMAIN, MANUFACTURER
from .coordinator import LockCoordinator
from .knowledge.face import Part
from .knowledge.lock import LockData

MODELS = {
    1: "August Smart Lock",
    2: "August Smart Lock (2nd generation or later)",
    3: "August Smart Lock Pro",
    5: "Wi-Fi Smart Lock",
    6: "Linus",
    7: "Doorman L3",
    10: "Doorman",
    12: "Unity Security Screen",
    17: "Linus L2",
    1001: "Yale lock with module",
    1002: "Doorman V2N with module",
}
"""Lock types that owners have identified (reference 6.3)."""

BRIDGE_MODELS = {
    "august-connect": "Connect",
    "august-doorbell": "Doorbell",
    "cancri": "Connect Plus",
}

LOCK_ID: Final = re.compile(r"[\dA-F]{32}")
NO_ADDRESS: Final = frozenset("0:-")
"""What the Bluetooth address of a lock is made of that has not told its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the registry shows of a lock and its neighbours."""

    house_id: str | None
    house: str | None
    name: str
    type: int | None
    sku: str | None
    serial_number: str | None
    firmware: str | None
    mac_address: str | None
    bridge: Bridge | None
    keypad: Keypad | None

    @classmethod
    def of(cls, data: LockData) -> Facts:
        """Collect the facts; a bridge inside the lock is no device of its own.

        Nor is anything with the id of something else: the registry would make them one.
        """
        detail, summary = data.detail, data.summary
        taken: set[str] = set()

        def own(identifier: str | None) -> str | None:
            if (
                identifier is None
                or LOCK_ID.fullmatch(identifier)
                or identifier in taken
            ):
                return None
            taken.add(identifier)
            return identifier

        house_id = own(summary.house_id or (detail.house_id if detail else None))
        if detail is None:
            return cls(
                house_id=house_id,
                house=summary.house_name,
                name=data.name,
                type=None,
                sku=None,
                serial_number=None,
                firmware=None,
                mac_address=summary.mac_address,
                bridge=None,
                keypad=None,
            )
        bridge, keypad = detail.bridge, detail.keypad
        if bridge is not None and (
            bridge.model == "august-lock"
            or (
                bridge.serial_number is not None
                and bridge.serial_number == detail.serial_number
            )
            or own(bridge.bridge_id) is None
        ):
            bridge = None
        if keypad is not None and own(keypad.keypad_id) is None:
            keypad = None
        return cls(
            house_id=house_id,
            house=summary.house_name or detail.house_name,
            name=data.name,
            type=detail.type,
            sku=detail.sku if detail.sku != "NONE" else None,
            serial_number=detail.serial_number,
            firmware=detail.firmware,
            mac_address=detail.mac_address or summary.mac_address,
            bridge=bridge,
            keypad=keypad,
        )

    @property
    def bridge_id(self) -> str | None:
        """Return the id of the bridge, if there is one."""
        return None if self.bridge is None else self.bridge.bridge_id

    @property
    def keypad_id(self) -> str | None:
        """Return the id of the keypad, if there is one."""
        return None if self.keypad is None else self.keypad.keypad_id

    @property
    def identifiers(self) -> set[tuple[str, str]]:
        """Return the identifiers of the lock's neighbours."""
        return {
            (DOMAIN, identifier)
            for identifier in (self.house_id, self.bridge_id, self.keypad_id)
            if identifier is not None
        }


@callback
def async_keep_devices(
    hass: HomeAssistant, entry: ConfigEntry, lock: LockCoordinator
) -> CALLBACK_TYPE:
    """Register the devices of a lock and follow every change; call the result to stop."""
    return lock.async_add_listener(_Devices(hass, entry, lock).follow, Part.FACTS.value)


class _Devices:
    """The devices of one lock, as they are registered."""

    __slots__ = ("_detail", "_entry", "_facts", "_hass", "_lock", "_summary")

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, lock: LockCoordinator
    ) -> None:
        """Register them."""
        self._hass = hass
        self._entry = entry
        self._lock = lock
        self._detail = lock.data.detail
        self._summary = lock.data.summary
        self._facts = Facts.of(lock.data)
        _register(hass, entry, lock.lock_id, self._facts)

    @callback
    def follow(self) -> None:
        """Register them anew if they are others."""
        data = self._lock.data
        if data.detail is self._detail and data.summary is self._summary:
            # As after each push: there is nothing else that facts are made of.
            return
        self._detail, self._summary = data.detail, data.summary
        if (seen := Facts.of(data)) != self._facts:
            before, self._facts = self._facts, seen
            _register(self._hass, self._entry, self._lock.lock_id, seen)
            _forget_replaced(self._hass, self._entry, before, seen)
            if seen.keypad is not None and before.keypad_id != seen.keypad_id:
                _follow_keypad(self._hass, self._entry, self._lock)


def account_device(entry: ConfigEntry) -> dr.DeviceInfo:
    """Return the device that stands for the login itself."""
    return dr.DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        entry_type=dr.DeviceEntryType.SERVICE,
        manufacturer=MANUFACTURER,
        model="Account",
        name=f"{entry.title} account",
    )


@callback
def device_of(lock: LockCoordinator, *, keypad: bool = False) -> dr.DeviceEntry | None:
    """Return the registered device of a lock, or of its keypad if that is a device of its own."""
    registry, entry_id = dr.async_get(lock.hass), lock.config_entry.entry_id
    if keypad:
        part = Facts.of(lock.data).keypad
        if part is not None and part.keypad_id is not None:
            return registry.async_get_device_by_identifier(
                (DOMAIN, part.keypad_id), entry_id
            )
    return registry.async_get_device_by_identifier((DOMAIN, lock.lock_id), entry_id)


def known_locks(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Return the ids of the locks that have a device of this entry."""
    registry = dr.async_get(hass)
    return {
        identifier
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
        for domain, identifier in device.identifiers
        if domain == DOMAIN and LOCK_ID.fullmatch(identifier)
    }


def _register(
    hass: HomeAssistant, entry: ConfigEntry, lock_id: str, facts: Facts
) -> None:
    registry = dr.async_get(hass)
    parent: str | None = None
    if facts.house_id is not None:
        parent = registry.async_get_or_create(
            config_entry_id=entry.entry_id,
            identifiers={(DOMAIN, facts.house_id)},
            entry_type=dr.DeviceEntryType.SERVICE,
            manufacturer=MANUFACTURER,
            model="House",
            name=facts.house or "House",
        ).id
    if (bridge := facts.bridge) is not None and bridge.bridge_id is not None:
        identifier = (DOMAIN, bridge.bridge_id)
        known = registry.async_get_device_by_identifier(identifier, entry.entry_id)
        parent = registry.async_get_or_create(
            config_entry_id=entry.entry_id,
            identifiers={identifier},
            manufacturer=MANUFACTURER,
            model=BRIDGE_MODELS.get(bridge.model or "", bridge.model),
            # A bridge of several locks is named after the first.
            name=UNDEFINED if known else f"{facts.name} bridge",
            serial_number=bridge.serial_number,
            sw_version=bridge.firmware,
            via_device_id=parent,
        ).id
    lock = registry.async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, lock_id)},
        connections=_connections(registry, entry, lock_id, facts.mac_address),
        manufacturer=MANUFACTURER,
        model=MODELS.get(facts.type or 0),
        model_id=facts.sku,
        name=facts.name,
        serial_number=facts.serial_number,
        sw_version=facts.firmware,
        via_device_id=parent,
    )
    if (keypad := facts.keypad) is not None and keypad.keypad_id is not None:
        registry.async_get_or_create(
            config_entry_id=entry.entry_id,
            identifiers={(DOMAIN, keypad.keypad_id)},
            manufacturer=MANUFACTURER,
            model="Keypad",
            name=f"{facts.name} keypad",
            serial_number=keypad.serial_number,
            sw_version=keypad.firmware,
            via_device_id=lock.id,
        )


def _connections(
    registry: dr.DeviceRegistry,
    entry: ConfigEntry,
    lock_id: str,
    address: str | None,
) -> set[tuple[str, str]]:
    """Return the Bluetooth address, unless another device has it: they would become one."""
    if address is None or set(address) <= NO_ADDRESS:
        return set()
    connection = (dr.CONNECTION_BLUETOOTH, address.upper())
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        if (
            connection in device.connections
            and (DOMAIN, lock_id) not in device.identifiers
        ):
            return set()
    return {connection}


def _forget_replaced(
    hass: HomeAssistant, entry: ConfigEntry, before: Facts, now: Facts
) -> None:
    """Remove bridge and house that a lock has left, if it was their last one.

    What is only missing stays: a detail may lack anything for once.
    """
    registry = dr.async_get(hass)
    for old, new in (
        (before.bridge_id, now.bridge_id),
        (before.house_id, now.house_id),
    ):
        if old is None or new is None or old == new:
            continue
        device = registry.async_get_device_by_identifier((DOMAIN, old), entry.entry_id)
        if device is not None and not any(
            other.via_device_id == device.id
            for other in dr.async_entries_for_config_entry(registry, entry.entry_id)
        ):
            registry.async_remove_device(device.id)


def _follow_keypad(
    hass: HomeAssistant, entry: ConfigEntry, lock: LockCoordinator
) -> None:
    """Let the entities of a lock's keypad stand on the one that it has now; remove one that is left without any."""
    here, keypad = device_of(lock), device_of(lock, keypad=True)
    if here is None or keypad is None or keypad.id == here.id:
        return
    registry, entities = dr.async_get(hass), er.async_get(hass)
    for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
        if (
            entity.unique_id.startswith(lock.lock_id)
            and entity.device_id is not None
            and entity.device_id not in (here.id, keypad.id)
        ):
            entities.async_update_entity(entity.entity_id, device_id=keypad.id)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        if (
            device.via_device_id == here.id
            and device.id != keypad.id
            and not er.async_entries_for_device(
                entities, device.id, include_disabled_entities=True
            )
        ):
            registry.async_remove_device(device.id)


@callback
def async_forget_lock(hass: HomeAssistant, entry: ConfigEntry, lock_id: str) -> None:
    """Remove a lock's device, what hangs on it, and parents that are left without children."""
    registry = dr.async_get(hass)
    lock = registry.async_get_device_by_identifier((DOMAIN, lock_id), entry.entry_id)
    if lock is None:
        return
    devices = dr.async_entries_for_config_entry(registry, entry.entry_id)
    for child in [device for device in devices if device.via_device_id == lock.id]:
        registry.async_remove_device(child.id)
    parent_id = lock.via_device_id
    registry.async_remove_device(lock.id)
    while parent_id is not None:
        family = dr.async_entries_for_config_entry(registry, entry.entry_id)
        if any(device.via_device_id == parent_id for device in family):
            return
        parents = [device for device in family if device.id == parent_id]
        registry.async_remove_device(parent_id)
        parent_id = parents[0].via_device_id if parents else None
