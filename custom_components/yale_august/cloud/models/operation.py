"""Remote operation: commands, their parameters and their answer (reference 12)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self, override

from .json import Fields, JsonValue, Model, Problems, word
from .state import BoltState, DoorState, bolt_field, door_field, read_bolt_state


class Command(StrEnum):
    """What a lock can be told (reference 12.2)."""

    LOCK = "lock"
    UNLOCK = "unlock"
    STATUS = "status"
    """Contacts the lock, unlike the cached status."""
    REBOOT = "reboot"
    """Restarts the bridge."""
    REBOOT_LOCK = "rebootLock"
    UNLATCH = "unlatch"
    """Pulls the latch: the door opens."""
    TELEMETRY = "telemetry"
    SECURE = "secure"
    CALIBRATE = "calibrate"
    """Moves the bolt."""
    DISABLE_HOMEKIT = "disablehomekit"
    """Breaks the lock's pairing with HomeKit."""
    EXTENDED_FUNCTION = "extendedfunction"
    OTA = "ota"
    """Starts a firmware update."""


class Mode(StrEnum):
    """Whether the cloud answers when the lock has acted or at once (reference 12.1, `type`)."""

    SYNC = "sync"
    ASYNC = "async"


class NotificationType(StrEnum):
    """The push channel that is told of the result; its effect is not documented (reference 12.1)."""

    PUBNUB = "pubnub"
    WEBSOCKET = "websocket"


class OperateVersion(StrEnum):
    """Version of the operation, sent as `accept-version`; the answer to V2 is not documented (reference 12.8)."""

    V1 = "0.0.1"
    V2 = "2.0.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedFunction:
    """What `extendedfunction` shall do, e.g. `vacationMode` (reference 12.1)."""

    function: str
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the value of the body's field `extendedfunction`."""
        return {"function": self.function, "parameters": dict(self.parameters)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedResult(Model):
    """What an extended function answered; its info is not documented (reference 12.3)."""

    function: str | None = None
    info: Mapping[str, object] = field(default_factory=dict, repr=False)

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            function=fields.text("function"),
            info=fields.table("info"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure(Model):
    """Why a command failed, in the vendor's words (reference 13)."""

    code: int | None = None
    """The vendor's own number, e.g. 98."""
    name: str | None = None
    """E.g. `ERRNO_BRIDGE_OFFLINE`."""
    status: int | None = None
    """The HTTP status that stands for it (reference 13)."""
    jammed: bool = False
    """Whether the cloud says in so many words that the bolt is jammed."""

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            code=fields.integer("restCode", "code"),
            name=fields.text("name"),
            status=fields.integer("statusCode"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationInfo(Model):
    """Circumstances of an operation, in answers and push messages (reference 12.3)."""

    action: str | None = None
    """What was asked for, in lower case; `status` in the answer to a poll."""
    started_at: datetime | None = None
    """When the command began, which is before the bolt moved."""
    transaction_id: str | None = None
    retry_count: int | None = None
    lock_type: str | None = None
    """`lock_version_` and the lock's type."""
    lock_id: str | None = field(default=None, repr=False)
    serial_number: str | None = field(default=None, repr=False)
    """The lock's."""
    bridge_id: str | None = field(default=None, repr=False)
    bridge_serial_number: str | None = field(default=None, repr=False)
    rssi: float | None = None
    """Bluetooth signal between bridge and lock, dBm; None on a lock with Wi-Fi of its own."""
    wlan_rssi: float | None = None
    wlan_snr: float | None = None
    duration: float | None = None
    """Milliseconds."""
    lock_status_changed: bool | None = None

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        context = fields.inner("context")
        rssi = fields.number("rssi")
        snr = fields.number("wlanSNR")
        return cls(
            action=fields.word("action"),
            started_at=fields.timestamp("startTime")
            or context.timestamp("startDate", "startTime"),
            transaction_id=context.text("transactionID"),
            retry_count=context.integer("retryCount"),
            lock_type=fields.text("lockType"),
            lock_id=fields.lock_id("lockID"),
            serial_number=fields.text("serialNumber"),
            bridge_id=fields.text("bridgeID"),
            bridge_serial_number=fields.text("serial"),
            # 0 and -1 stand where nothing was measured.
            rssi=None if rssi == 0 else rssi,
            wlan_rssi=fields.number("wlanRSSI"),
            wlan_snr=None if snr == -1 else snr,
            duration=fields.number("duration"),
            lock_status_changed=fields.boolean("lockStatusChanged"),
        )


_RESULT_FIELDS: Final = (
    "status",
    "doorState",
    "info",
    "retryCount",
    "totalTime",
    "lockStatusChanged",
    "resultsFromOperationCache",
    "extendedfunction",
    "result",
    "error",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Model):
    """The answer to a command (reference 12.3 and 12.4)."""

    accepted: bool = True
    """The cloud took the command and said nothing of its result: an empty answer."""
    bolt: BoltState = BoltState.UNKNOWN
    """May be a moving state, and UNKNOWN when the answer does not say."""
    bolt_reported: bool = False
    """Whether the answer says anything of the bolt; that of a restart, for one, does not."""
    door: DoorState = DoorState.ABSENT
    started_at: datetime | None = None
    """When the command began, which is before the bolt moved."""
    info: OperationInfo | None = None
    failed: Failure | None = None
    """Why it failed; the answer then says nothing of bolt and door, unless that the bolt is jammed."""
    retry_count: int | None = None
    total_time: float | None = None
    """Milliseconds."""
    lock_status_changed: bool | None = None
    from_cache: bool | None = None
    """Whether the cloud answered from what it knew instead of asking the lock."""
    extended_function: ExtendedResult | None = None

    def undocumented(self) -> Self:
        """Return what may be believed where no source says what an answer looks like (reference 12.8).

        One in the shape of version 1, which has the time of the command, says what it says
        there, and a failure is a failure. Whatever else looks like a state may be that of
        another time: the command was accepted, no more.
        """
        if self.started_at is not None or self.failed is not None:
            return self
        return type(self)()

    @override
    @classmethod
    def from_json(cls, data: object, problems: Problems | None = None) -> Self:
        """Read any JSON; never raises. None, which stands for an empty body, is accepted and no problem."""
        return cls() if data is None else cls.read(Fields(data, problems))

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        info = fields.part(OperationInfo, "info")
        failed = read_failure(fields)
        bolt = bolt_field(fields, "status")
        door = door_field(fields)
        if failed is not None:
            bolt = BoltState.JAMMED if failed.jammed else BoltState.UNKNOWN
            door = DoorState.ABSENT
        changed = fields.boolean("lockStatusChanged")
        if changed is None and info is not None:
            changed = info.lock_status_changed
        return cls(
            accepted=not any(name in fields for name in _RESULT_FIELDS),
            bolt=bolt,
            bolt_reported="status" in fields,
            door=door,
            started_at=None if info is None else info.started_at,
            info=info,
            failed=failed,
            retry_count=fields.integer("retryCount"),
            total_time=fields.number("totalTime"),
            lock_status_changed=changed,
            from_cache=fields.boolean("resultsFromOperationCache"),
            extended_function=fields.part(ExtendedResult, "extendedfunction"),
        )


def read_failure(fields: Fields) -> Failure | None:
    """Read why a command failed; None when it did not (reference 13 and 20.3)."""
    result = fields.raw("result")
    if not fields.raw("error") and not (word(result) or "").startswith("failed"):
        return None
    failure = fields.part(Failure, "error") or Failure()
    words = (fields.raw("status"), fields.raw("lockAction"), result, failure.name)
    jammed = BoltState.JAMMED in map(read_bolt_state, words)
    return replace(failure, jammed=jammed)
