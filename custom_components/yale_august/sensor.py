"""Sensors of a lock."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    PERCENTAGE,
    SIGNAL_STRENGTH_DECIBELS,
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    EntityCategory,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import ExtraStoredData, RestoreEntity
from homeassistant.helpers.typing import StateType

from .access_codes.desk import AccessCodes
from .access_codes.entity import WORRIES, CodesEntity, async_add_codes_table, worst
from .account import YaleAugustConfigEntry
from .cloud.models import DoorState
from .codes.records import Reason
from .coordinator import LockCoordinator
from .entity import LockDeviceEntity, LockEntityDescriptionMixin, async_add_table
from .history.incidents import Incident, Method
from .history.watch import OPERATOR
from .knowledge.face import Part
from .knowledge.lock import LockData, Signal
from .knowledge.trouble import Trouble

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SensorDescription(SensorEntityDescription, LockEntityDescriptionMixin):
    """One sensor of a lock."""

    value_fn: Callable[[LockCoordinator], StateType | datetime]


@dataclass(frozen=True, kw_only=True)
class OperatorDescription(SensorEntityDescription, LockEntityDescriptionMixin):
    """Who operated a lock last."""

    parts: Part = Part.NOTHING


@dataclass(frozen=True, kw_only=True)
class CodesSensorDescription(SensorEntityDescription, LockEntityDescriptionMixin):
    """One sensor of a lock's access codes."""

    value_fn: Callable[[AccessCodes, str], StateType]
    """Takes the id of the lock."""
    parts: Part = Part.NOTHING


NO_TROUBLE = "none"
DOOR_STATES = {
    DoorState.CLOSED: "closed",
    DoorState.OPEN: "open",
    DoorState.INIT: "not_calibrated",
}


def _has_door_sensor(data: LockData) -> bool:
    """Return whether the lock senses its door: it says so, or it has spoken of a door."""
    return (
        data.capabilities is not None and data.capabilities.door_sense is True
    ) or data.door is not None


def _battery(lock: LockCoordinator) -> StateType:
    detail = lock.data.detail
    return None if detail is None else _percent(detail.battery)


def _keypad_battery(lock: LockCoordinator) -> StateType:
    detail = lock.data.detail
    if detail is None or detail.keypad is None:
        return None
    return _percent(detail.keypad.battery)


def _percent(level: float | None) -> StateType:
    return None if level is None else round(level * 100)


def _door_state(lock: LockCoordinator) -> StateType:
    door = lock.door
    return None if door is None else DOOR_STATES.get(door)


def _last_verified(lock: LockCoordinator) -> datetime | None:
    bolt = lock.data.bolt
    return None if bolt is None else bolt.confirmed


def _signal(
    key: str, unit: str, value_fn: Callable[[Signal], float | None]
) -> SensorDescription:
    """Return the row of a measurement that comes with the answer to a command."""

    def shown(lock: LockCoordinator) -> StateType:
        value = value_fn(lock.data.signal)
        return None if value is None else round(value)

    return SensorDescription(
        key=key,
        parts=Part.FACTS,
        translation_key=key,
        device_class=SensorDeviceClass.SIGNAL_STRENGTH,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=lambda data: data.operable,
        value_fn=shown,
    )


TABLE: tuple[SensorDescription | OperatorDescription, ...] = (
    SensorDescription(
        key="battery",
        parts=Part.FACTS,
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        supported_fn=lambda data: data.detail is not None and data.operable,
        value_fn=_battery,
    ),
    SensorDescription(
        key="door_state",
        parts=Part.DOOR,
        translation_key="door_state",
        device_class=SensorDeviceClass.ENUM,
        options=list(DOOR_STATES.values()),
        # The door itself is a binary sensor: this tells why that may know nothing.
        entity_category=EntityCategory.DIAGNOSTIC,
        supported_fn=_has_door_sensor,
        value_fn=_door_state,
    ),
    SensorDescription(
        key="keypad_battery",
        parts=Part.FACTS,
        translation_key="keypad_battery",
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        supported_fn=lambda data: (
            data.detail is not None and data.detail.keypad is not None
        ),
        value_fn=_keypad_battery,
        of_keypad=True,
    ),
    SensorDescription(
        key="trouble",
        parts=Part.TROUBLE,
        translation_key="trouble",
        device_class=SensorDeviceClass.ENUM,
        options=[NO_TROUBLE, *Trouble],
        entity_category=EntityCategory.DIAGNOSTIC,
        supported_fn=lambda data: data.operable,
        value_fn=lambda lock: lock.data.trouble or NO_TROUBLE,
    ),
    SensorDescription(
        key="last_verified",
        parts=Part.READING,
        translation_key="last_verified",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=lambda data: data.operable,
        value_fn=_last_verified,
    ),
    OperatorDescription(
        key=OPERATOR,
        translation_key="operator",
        # The event tells it too, and more: this is for those who look at it, not for automations.
        entity_registry_enabled_default=False,
        supported_fn=lambda data: data.operable,
    ),
    _signal("rssi", SIGNAL_STRENGTH_DECIBELS_MILLIWATT, lambda signal: signal.rssi),
    _signal(
        "wlan_rssi",
        SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
        lambda signal: signal.wlan_rssi,
    ),
    _signal("wlan_snr", SIGNAL_STRENGTH_DECIBELS, lambda signal: signal.wlan_snr),
)


def _codes_trouble(codes: AccessCodes, lock_id: str) -> StateType:
    code = worst(codes.shown(lock_id))
    return NO_TROUBLE if code is None else code.reason or code.state


CODES_TABLE = (
    CodesSensorDescription(
        key="codes",
        translation_key="codes",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda codes, lock_id: codes.count(lock_id),
    ),
    CodesSensorDescription(
        key="codes_trouble",
        translation_key="codes_trouble",
        device_class=SensorDeviceClass.ENUM,
        options=[NO_TROUBLE, *WORRIES, *Reason],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_codes_trouble,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: YaleAugustConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors that each lock has."""

    def make(
        lock: LockCoordinator, row: SensorDescription | OperatorDescription
    ) -> Entity:
        if isinstance(row, OperatorDescription):
            return OperatorSensor(entry, lock, row)
        return YaleAugustSensor(lock, row)

    async_add_table(entry, async_add_entities, TABLE, make)
    async_add_codes_table(entry, async_add_entities, CODES_TABLE, CodesSensor)


class YaleAugustSensor(LockDeviceEntity, SensorEntity):
    """A fact of a lock."""

    entity_description: SensorDescription

    @property
    @override
    def view(self) -> object:
        """Return the fact."""
        return self.native_value

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return the fact; None when it is not known."""
        return self.entity_description.value_fn(self.coordinator)


@dataclass(frozen=True, slots=True)
class LastOperation(ExtraStoredData):
    """What is shown of the last operation."""

    operator: str | None = None
    method: Method | None = None

    @classmethod
    def read(cls, stored: ExtraStoredData | None) -> Self:
        """Read back what was shown before; what cannot be read was not."""
        told = {} if stored is None else stored.as_dict()
        operator, method = told.get("operator"), told.get("method")
        return cls(
            operator if isinstance(operator, str) else None,
            Method(method)
            if isinstance(method, str) and method in set(Method)
            else None,
        )

    @override
    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


class OperatorSensor(LockDeviceEntity, SensorEntity, RestoreEntity):
    """Who operated a lock last, of what is told; nobody who is not said to be.

    It ends at the newest operation whatever is told late, and is shown again after a restart.
    """

    entity_description: OperatorDescription

    def __init__(
        self,
        entry: YaleAugustConfigEntry,
        coordinator: LockCoordinator,
        description: OperatorDescription,
    ) -> None:
        """Know of nobody yet."""
        super().__init__(coordinator, description)
        self._account = entry.runtime_data
        self._restored = LastOperation()
        self._last: Incident | None = None
        """The last operation since the start."""

    @override
    async def async_added_to_hass(self) -> None:
        """Show who it was before, and hear of what happens from now on."""
        await super().async_added_to_hass()
        self._restored = LastOperation.read(await self.async_get_last_extra_data())
        witness, lock_id = self._account.witness, self.coordinator.lock_id
        self.async_on_remove(
            witness.async_listen(self.coordinator, OPERATOR, self._happened)
        )
        # The event may have come first, and have been told.
        self._last = witness.last_operation(lock_id)

    @property
    @override
    def view(self) -> object:
        """Return what is shown: a name may be learned later."""
        return self._shown

    @property
    @override
    def native_value(self) -> str | None:
        """Return what the operator is called; None where nobody says who it was."""
        return self._shown.operator

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return how it was operated."""
        method = self._shown.method
        return {"method": None if method is None else method.value}

    @property
    @override
    def extra_restore_state_data(self) -> LastOperation:
        """Return what is shown again after a restart."""
        return self._shown

    @property
    def _shown(self) -> LastOperation:
        people, last = self._account.people, self._last
        if last is not None:
            detail = self.coordinator.data.detail
            return LastOperation(people.doer(last.doer, detail), last.method)
        if people.may_show(self._restored.operator):
            return self._restored
        return LastOperation(None, self._restored.method)

    @callback
    def _happened(self, incident: Incident) -> None:
        if incident.kind.is_operation:
            # What is told late is not the last.
            witness, lock_id = self._account.witness, self.coordinator.lock_id
            self._last = witness.last_operation(lock_id) or self._last
            self.async_write_ha_state()


class CodesSensor(CodesEntity, SensorEntity):
    """A fact of a lock's access codes."""

    entity_description: CodesSensorDescription

    @property
    @override
    def native_value(self) -> StateType:
        """Return the fact; None when it is not known."""
        return self.entity_description.value_fn(self._codes, self.coordinator.lock_id)
