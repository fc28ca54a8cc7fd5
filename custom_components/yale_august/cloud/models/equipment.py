"""What hangs on a lock: battery, bridge, hub, keypad, host (reference 6.1, 6.4, 6.5 and 8)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Self, override

from .json import Fields, Model

CONNECTION_WORDS: Final = {"online": True, "offline": False}


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


def warning_field(fields: Fields, name: str) -> BatteryWarning | None:
    """Read a battery warning; None when there is none, UNKNOWN when its word is new to us."""
    token = fields.word(name)
    if token is None:
        return None
    warning = _WARNINGS.get(token.removeprefix(_WARNING_PREFIX))
    if warning is None:
        fields.note(name)
    return warning or BatteryWarning.UNKNOWN


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
        return cls(
            level=level_field(fields, "level"),
            warning=warning_field(fields, "warningState"),
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
        status = fields.inner("status")
        return cls(
            bridge_id=fields.text("_id"),
            serial_number=fields.text("mfgBridgeID"),
            model=fields.common("deviceModel"),
            firmware=fields.common("firmwareVersion"),
            operative=operative,
            online=operative
            if fields.raw("status") in (None, {})
            else status.choice("current", CONNECTION_WORDS),
            last_online=status.timestamp("lastOnline"),
            last_offline=status.timestamp("lastOffline"),
            hyper=fields.boolean("hyperBridge") is True,
            connection_issues=fields.inner("enhancedStatus").integer(
                "WifiModuleConnectionIssueCount"
            ),
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
        status = fields.inner("status")
        return cls(
            hub_id=fields.text("hubID"),
            serial_number=fields.text("serialNumber"),
            system_id=fields.text("systemID"),
            online=status.choice("current", CONNECTION_WORDS),
            last_online=status.timestamp("lastOnline"),
            last_offline=status.timestamp("lastOffline"),
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
            firmware=fields.common("currentFirmwareVersion"),
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


def level_field(fields: Fields, name: str) -> float | None:
    """Read a battery level; -1 is the cloud's way to say that it was never read."""
    level = fields.number(name)
    if level is None or 0 <= level <= 1:
        return level
    if level > 0:
        fields.note(name)
    return None


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
