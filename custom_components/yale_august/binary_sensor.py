"""Binary sensors of a lock."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .access_codes.entity import CodesEntity, async_add_codes_table, worst
from .account import YaleAugustConfigEntry
from .cloud.models import BatteryWarning, DoorState
from .coordinator import LockCoordinator
from .devices import account_device
from .entity import LockDeviceEntity, LockEntityDescriptionMixin, async_add_table
from .knowledge.face import Part
from .knowledge.lock import LockData

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class BinarySensorDescription(
    BinarySensorEntityDescription, LockEntityDescriptionMixin
):
    """One binary sensor of a lock."""

    is_on_fn: Callable[[LockCoordinator], bool | None]


@dataclass(frozen=True, kw_only=True)
class CodesProblemDescription(
    BinarySensorEntityDescription, LockEntityDescriptionMixin
):
    """The binary sensor of a lock's access codes."""

    parts: Part = Part.NOTHING


DOOR_OPEN = {DoorState.OPEN: True, DoorState.CLOSED: False}


def _has_door_sensor(data: LockData) -> bool:
    """Return whether the lock senses its door: it says so, or has told where the door is."""
    return (data.capabilities is not None and data.capabilities.door_sense is True) or (
        data.door is not None and data.door.value in DOOR_OPEN
    )


def _door(lock: LockCoordinator) -> bool | None:
    door = lock.door
    return None if door is None else DOOR_OPEN.get(door)


def _warning(data: LockData) -> BatteryWarning | None:
    detail = data.detail
    if detail is None or detail.battery_info is None:
        return None
    return detail.battery_info.warning


def _battery_low(lock: LockCoordinator) -> bool | None:
    detail, warning = lock.data.detail, _warning(lock.data)
    if detail is None or warning is None or warning is BatteryWarning.UNKNOWN:
        return None
    if warning is BatteryWarning.NONE:
        # Nobody warns of a battery that was never read.
        return None if detail.battery is None else False
    return True


TABLE = (
    BinarySensorDescription(
        key="door",
        parts=Part.DOOR,
        device_class=BinarySensorDeviceClass.DOOR,
        supported_fn=_has_door_sensor,
        is_on_fn=_door,
    ),
    BinarySensorDescription(
        key="secure_mode",
        parts=Part.BOLT,
        translation_key="secure_mode",
        supported_fn=lambda data: data.has_secure_mode,
        is_on_fn=lambda lock: lock.secure,
    ),
    BinarySensorDescription(
        key="connectivity",
        parts=Part.CONTACT,
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        supported_fn=lambda data: data.online is not None,
        is_on_fn=lambda lock: lock.online,
    ),
    BinarySensorDescription(
        key="battery_low",
        parts=Part.FACTS,
        translation_key="battery_low",
        device_class=BinarySensorDeviceClass.BATTERY,
        entity_category=EntityCategory.DIAGNOSTIC,
        supported_fn=lambda data: _warning(data) is not None,
        is_on_fn=_battery_low,
    ),
    BinarySensorDescription(
        key="problem",
        parts=Part.TROUBLE,
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        supported_fn=lambda data: data.operable,
        is_on_fn=lambda lock: lock.data.trouble is not None,
    ),
)

CODES_TABLE = (
    CodesProblemDescription(
        key="codes_problem",
        translation_key="codes_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
)

ACCOUNT_TABLE = (
    BinarySensorEntityDescription(
        key="push",
        translation_key="push",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: YaleAugustConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the binary sensors that each lock has, and that of the account."""
    async_add_table(entry, async_add_entities, TABLE, YaleAugustBinarySensor)
    async_add_codes_table(entry, async_add_entities, CODES_TABLE, CodesProblem)
    async_add_entities([PushConnected(entry, row) for row in ACCOUNT_TABLE])


class YaleAugustBinarySensor(LockDeviceEntity, BinarySensorEntity):
    """A fact of a lock that is true, false or not known."""

    entity_description: BinarySensorDescription

    @property
    @override
    def view(self) -> object:
        """Return the fact."""
        return self.is_on

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the fact; None when it is not known."""
        return self.entity_description.is_on_fn(self.coordinator)


class CodesProblem(CodesEntity, BinarySensorEntity):
    """Whether an access code is not as somebody wished it."""

    entity_description: CodesProblemDescription

    @property
    @override
    def is_on(self) -> bool:
        """Return whether one is not; why, the sensor of the same name says."""
        return worst(self.shown) is not None


class PushConnected(BinarySensorEntity):
    """Whether the cloud tells of changes by itself, for the whole account."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self, entry: YaleAugustConfigEntry, description: BinarySensorEntityDescription
    ) -> None:
        """Stand on a device of the account's own."""
        self.entity_description = description
        self._push = entry.runtime_data.push
        self._attr_unique_id = f"{entry.unique_id}_{description.key}"
        self._attr_device_info = account_device(entry)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the stream."""
        self.async_on_remove(self._push.async_listen(self.async_write_ha_state))

    @property
    @override
    def is_on(self) -> bool:
        """Return whether push is connected now."""
        return self._push.connected
