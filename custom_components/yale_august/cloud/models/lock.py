"""Locks and what hangs on them: bridge, hub, keypad, battery (reference 5.1, 6, 7.4, 8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Self, override

from .json import Fields, Model, Problems, lock_id
from .people import Role, role_field
from .state import BoltState, DoorState, bolt_field, door_field, is_no_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class LockSummary:
    """One lock of the caller's list (reference 5.1)."""

    lock_id: str = field(repr=False)
    name: str | None = field(default=None, repr=False)
    role: Role | None = None
    """What the caller may do with it."""
    house_id: str | None = field(default=None, repr=False)
    house_name: str | None = field(default=None, repr=False)
    mac_address: str | None = field(default=None, repr=False)


def read_locks(
    data: object, problems: Problems | None = None
) -> tuple[LockSummary, ...]:
    """Read the lock list, a table by lock id; an entry that cannot be a lock is left out (reference 5.1)."""
    table = Fields({"locks": data}, problems)
    locks = []
    for key, entry in table.members("locks"):
        # The key is an id and must not stand among the problems.
        fields = Fields(entry, problems, "lock")
        if (found := lock_id(key)) is None:
            table.note("lock id")
            continue
        locks.append(
            LockSummary(
                lock_id=found,
                name=fields.text("LockName"),
                role=role_field(fields, "UserType"),
                house_id=fields.text("HouseID"),
                house_name=fields.text("HouseName"),
                mac_address=fields.text("macAddress"),
            )
        )
    return tuple(locks)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockStatus(Model):
    """A reading of bolt and door, from the lock detail or from the cloud's cache (reference 6.2 and 7.4)."""

    bolt: BoltState = BoltState.UNKNOWN
    """UNKNOWN for a reading that the cloud itself calls invalid, whatever its word."""
    door: DoorState = DoorState.ABSENT
    at: datetime | None = None
    """When the reading was true; by it readings are ordered."""
    valid: bool | None = None
    reason: str | None = None
    """The cloud's word for why it does not know, e.g. `unknown_error_during_connect`."""

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        bolt = bolt_field(fields, "status")
        door = door_field(fields)
        valid = fields.boolean("valid")
        # A `valid` that is neither true nor absent does not vouch for anything.
        if "valid" in fields and valid is not True:
            bolt = BoltState.UNKNOWN
            if door is not DoorState.ABSENT:
                door = DoorState.UNKNOWN
        reason = fields.text("unknownReason")
        if reason is None and is_no_answer(fields.raw("status")):
            reason = fields.word("status")
        return cls(
            bolt=bolt,
            door=door,
            at=fields.timestamp("dateTime"),
            valid=valid,
            reason=None if reason == "unknown" else reason,
        )


class BatteryWarning(StrEnum):
    """How long the lock's battery will last, as the cloud reckons (reference 8.1)."""

    NONE = "none"
    TWO_WEEKS = "two_weeks"
    ONE_WEEK = "one_week"
    TWO_DAYS = "two_days"
    UNKNOWN = "unknown"


_WARNINGS: Final = {
    "none": BatteryWarning.NONE,
    "2week": BatteryWarning.TWO_WEEKS,
    "1week": BatteryWarning.ONE_WEEK,
    "2day": BatteryWarning.TWO_DAYS,
}
_WARNING_PREFIX: Final = "lock_state_battery_warning_"


def read_battery_warning(token: str | None) -> BatteryWarning | None:
    """Read a battery warning; None when there is none to read, UNKNOWN when its word is new."""
    if token is None:
        return None
    return _WARNINGS.get(
        token.lower().removeprefix(_WARNING_PREFIX), BatteryWarning.UNKNOWN
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryInfo(Model):
    """More of the lock's battery; not every lock has it (reference 8.1)."""

    level: float | None = None
    """0 to 1."""
    warning: BatteryWarning | None = None
    updated_at: datetime | None = None
    """When the level was really read; it can be years ago."""
    changed_at: datetime | None = None
    """When the battery was last changed."""
    changed_voltage: float | None = None
    """Millivolts at that change."""
    ends_at: datetime | None = None
    """When the cloud expects the battery to be flat."""

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        warning = read_battery_warning(fields.text("warningState"))
        if warning is BatteryWarning.UNKNOWN:
            fields.note("warningState")
        return cls(
            level=_level(fields, "level"),
            warning=warning,
            updated_at=fields.timestamp("infoUpdatedDate"),
            changed_at=fields.timestamp("lastChangeDate"),
            changed_voltage=fields.number("lastChangeVoltage"),
            ends_at=fields.timestamp("deathDate"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge(Model):
    """What carries commands to the lock: a Connect, a doorbell or the lock's own Wi-Fi (reference 6.4)."""

    bridge_id: str | None = field(default=None, repr=False)
    serial_number: str | None = field(default=None, repr=False)
    model: str | None = None
    firmware: str | None = None
    operative: bool | None = None
    online: bool | None = None
    """Whether the cloud sees bridge and lock; flat lock batteries read as offline too."""
    last_online: datetime | None = None
    last_offline: datetime | None = None
    hyper: bool = False
    """Whether it takes persistent connections."""
    connection_issues: int | None = None
    """The Wi-Fi module's count of connection troubles."""

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        operative = fields.boolean("operative")
        # A doorbell that is a bridge has no status.
        status = fields.child("status")
        enhanced = fields.child("enhancedStatus")
        return cls(
            bridge_id=fields.text("_id"),
            serial_number=fields.text("mfgBridgeID"),
            model=fields.text("deviceModel"),
            firmware=fields.text("firmwareVersion"),
            operative=operative,
            online=_online(status) if "status" in fields else operative,
            last_online=status and status.timestamp("lastOnline"),
            last_offline=status and status.timestamp("lastOffline"),
            hyper=fields.boolean("hyperBridge") is True,
            connection_issues=enhanced
            and enhanced.integer("WifiModuleConnectionIssueCount"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub(Model):
    """An alarm hub that carries commands to the lock; the vendor's `waHub` (reference 6.1)."""

    hub_id: str | None = field(default=None, repr=False)
    serial_number: str | None = field(default=None, repr=False)
    system_id: str | None = field(default=None, repr=False)
    online: bool | None = None
    last_online: datetime | None = None
    last_offline: datetime | None = None

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        status = fields.child("status")
        return cls(
            hub_id=fields.text("hubID"),
            serial_number=fields.text("serialNumber"),
            system_id=fields.text("systemID"),
            online=_online(status),
            last_online=status and status.timestamp("lastOnline"),
            last_offline=status and status.timestamp("lastOffline"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAdapter(Model):
    """Another device that carries commands to the lock (reference 6.1)."""

    device_id: str | None = field(default=None, repr=False)
    device_type: str | None = None
    usages: str | None = None
    system_id: str | None = field(default=None, repr=False)

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            device_id=fields.text("deviceID"),
            device_type=fields.text("deviceType"),
            usages=fields.text("usages"),
            system_id=fields.text("systemID"),
        )


_KEYPAD_LEVELS: Final = {"full": 1.0, "medium": 0.6, "low": 0.1}
_KEYPAD_EMPTY: Final = 120
_KEYPAD_FULL: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Keypad(Model):
    """A keypad of its own; a built-in one may be absent from the lock detail (reference 6.5)."""

    keypad_id: str | None = field(default=None, repr=False)
    serial_number: str | None = field(default=None, repr=False)
    firmware: str | None = None
    battery: float | None = None
    """0 to 1; from the raw reading, else from the English words full, medium and low."""

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            keypad_id=fields.text("_id"),
            serial_number=fields.text("serialNumber"),
            firmware=fields.text("currentFirmwareVersion"),
            battery=_keypad_battery(fields),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Host(Model):
    """The mechanical lock behind an August or Yale module (reference 6.1, `hostLockInfo`)."""

    manufacturer: str | None = None
    serial_number: str | None = field(default=None, repr=False)
    product_id: int | None = None
    product_type_id: int | None = None

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        # A wedged lock has "unknown" and 0 here.
        return cls(
            manufacturer=_unless_unknown(fields.text("manufacturer")),
            serial_number=_unless_unknown(fields.text("serialNumber")),
            product_id=fields.integer("productID") or None,
            product_type_id=fields.integer("productTypeID") or None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LockUser(Model):
    """Somebody with a right on the lock (reference 6.1, `users`)."""

    role: Role | None = None
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            role=role_field(fields, "UserType"),
            first_name=fields.text("FirstName"),
            last_name=fields.text("LastName"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LockDetail(Model):
    """Everything the cloud tells of one lock, without its keys, codes and identifiers of people (reference 6.1)."""

    lock_id: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    type: int | None = None
    """Hardware family (reference 6.3)."""
    house_id: str | None = field(default=None, repr=False)
    house_name: str | None = field(default=None, repr=False)
    status: LockStatus | None = None
    """None when the cloud says nothing at all of bolt and door."""
    battery: float | None = None
    """0 to 1; None when it was never read."""
    battery_info: BatteryInfo | None = None
    bridge: Bridge | None = None
    hub: Hub | None = None
    remote_adapter: RemoteAdapter | None = None
    keypad: Keypad | None = None
    host: Host | None = None
    serial_number: str | None = field(default=None, repr=False)
    sku: str | None = None
    mac_address: str | None = field(default=None, repr=False)
    firmware: str | None = None
    time_zone: str | None = None
    """IANA name; recurring codes follow it."""
    supports_entry_codes: bool | None = None
    """Whether the lock takes codes of a keypad now."""
    access_schedules_allowed: bool | None = None
    homekit_enabled: bool | None = None
    zwave_enabled: bool | None = None
    door_open_timeout: int | None = None
    """Seconds after which an open door counts as left open."""
    users: Mapping[str, LockUser] = field(default_factory=dict, repr=False)
    """By user id."""
    created_at: datetime | None = None

    @property
    def remote_path(self) -> bool:
        """Whether the cloud has any way to the lock; without one it cannot be operated (reference 23, 18)."""
        return any((self.bridge, self.hub, self.remote_adapter))

    @property
    def bridge_online(self) -> bool | None:
        """Whether a way to the lock is online; None when there is none or none that says."""
        known = {path.online for path in (self.bridge, self.hub) if path is not None}
        if True in known:
            return True
        return False if False in known else None

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            lock_id=fields.lock_id("LockID"),
            name=fields.text("LockName"),
            type=fields.integer("Type"),
            house_id=fields.text("HouseID"),
            house_name=fields.text("HouseName"),
            status=_status(fields),
            battery=_level(fields, "battery"),
            battery_info=_part(BatteryInfo, fields, "batteryInfo"),
            bridge=_part(Bridge, fields, "Bridge"),
            hub=_part(Hub, fields, "waHub"),
            remote_adapter=_part(RemoteAdapter, fields, "remoteAdapter"),
            keypad=_part(Keypad, fields, "keypad"),
            host=_part(Host, fields, "hostLockInfo"),
            serial_number=fields.text("SerialNumber"),
            sku=fields.text("skuNumber"),
            mac_address=fields.text("macAddress"),
            firmware=fields.text("currentFirmwareVersion"),
            time_zone=fields.text("timeZone"),
            supports_entry_codes=fields.boolean("supportsEntryCodes"),
            access_schedules_allowed=fields.boolean("accessSchedulesAllowed"),
            homekit_enabled=fields.boolean("homeKitEnabled"),
            zwave_enabled=fields.boolean("zWaveEnabled"),
            door_open_timeout=fields.integer("doorStateOpenTimeout"),
            users={
                user_id: LockUser.read(Fields(user, fields.problems, "users[]"))
                for user_id, user in fields.members("users")
            },
            created_at=fields.timestamp("Created"),
        )


def _part[M: Model](model: type[M], fields: Fields, name: str) -> M | None:
    child = fields.child(name)
    return None if child is None else model.read(child)


def _status(fields: Fields) -> LockStatus | None:
    if "LockStatus" not in fields:
        return None
    return _part(LockStatus, fields, "LockStatus") or LockStatus()


def _online(status: Fields | None) -> bool | None:
    if status is None:
        return None
    current = status.word("current")
    if current not in (None, "online", "offline"):
        status.note("current")
    return {"online": True, "offline": False}.get(current or "")


def _level(fields: Fields, name: str) -> float | None:
    """Read a battery level; -1 is the cloud's way to say that it was never read."""
    level = fields.number(name)
    if level is None or not 0 <= level <= 1:
        return None
    return level


def _keypad_battery(fields: Fields) -> float | None:
    raw = fields.number("batteryRaw")
    if raw is not None and raw > 0:
        level = (raw - _KEYPAD_EMPTY) / (_KEYPAD_FULL - _KEYPAD_EMPTY)
        return min(1.0, max(0.0, level))
    for name in ("batteryLevel", "batteryState"):
        level_word = fields.word(name)
        if level_word in _KEYPAD_LEVELS:
            return _KEYPAD_LEVELS[level_word]
    return None


def _unless_unknown(value: str | None) -> str | None:
    return None if value is None or value.lower() == "unknown" else value
