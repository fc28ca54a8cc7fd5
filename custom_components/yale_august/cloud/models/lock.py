"""Locks: the list, the detail and the cached status (reference 5.1, 6 and 7.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self, override

from .equipment import (
    BatteryInfo,
    Bridge,
    Host,
    Hub,
    Keypad,
    RemoteAdapter,
    level_field,
)
from .json import Fields, Model, Problems, lock_id
from .people import Role, role_field
from .state import BoltState, DoorState, bolt_field, door_field, read_no_answer


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
    table = Fields(data, problems)
    locks = []
    for key in table:
        # The key is an id and must not stand among the problems.
        fields = Fields(table.raw(key), table.problems, "lock")
        if (found := lock_id(key)) is None:
            table.note("lock id")
            continue
        locks.append(
            LockSummary(
                lock_id=found,
                name=fields.text("LockName"),
                role=role_field(fields, "UserType"),
                house_id=fields.common("HouseID"),
                house_name=fields.common("HouseName"),
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
        reason = fields.text("unknownReason") or read_no_answer(fields.raw("status"))
        return cls(
            bolt=bolt,
            door=door,
            at=fields.timestamp("dateTime"),
            valid=valid,
            reason=None if reason == "unknown" else reason,
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
            house_id=fields.common("HouseID"),
            house_name=fields.common("HouseName"),
            status=fields.part(LockStatus, "LockStatus") or LockStatus()
            if "LockStatus" in fields
            else None,
            battery=level_field(fields, "battery"),
            battery_info=fields.part(BatteryInfo, "batteryInfo"),
            bridge=fields.part(Bridge, "Bridge"),
            hub=fields.part(Hub, "waHub"),
            remote_adapter=fields.part(RemoteAdapter, "remoteAdapter"),
            keypad=fields.part(Keypad, "keypad"),
            host=fields.part(Host, "hostLockInfo"),
            serial_number=fields.text("SerialNumber"),
            sku=fields.common("skuNumber"),
            mac_address=fields.text("macAddress"),
            firmware=fields.common("currentFirmwareVersion"),
            time_zone=fields.common("timeZone"),
            supports_entry_codes=fields.boolean("supportsEntryCodes"),
            access_schedules_allowed=fields.boolean("accessSchedulesAllowed"),
            homekit_enabled=fields.boolean("homeKitEnabled"),
            zwave_enabled=fields.boolean("zWaveEnabled"),
            door_open_timeout=fields.integer("doorStateOpenTimeout"),
            users={
                user_id: LockUser.read(Fields(user, fields.problems, "users[]"))
                for user_id, user in fields.table("users").items()
            },
            created_at=fields.timestamp("Created"),
        )
