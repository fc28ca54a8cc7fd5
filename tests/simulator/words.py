"""The vendor's vocabulary (reference 5.3, 7, 12.2, 13)."""

from dataclasses import dataclass
from enum import StrEnum

type JsonObject = dict[str, object]


class Brand(StrEnum):
    """The two back ends (reference 0.2)."""

    YALE = "yale"
    AUGUST = "august"


class Role(StrEnum):
    """What a user is on a lock or in a house (reference 5.3)."""

    SUPERUSER = "superuser"
    MANAGER = "manager"
    USER = "user"


class Bolt(StrEnum):
    """Where the bolt is; the value is the plain token (reference 7.1)."""

    LOCKED = "locked"
    UNLOCKED = "unlocked"
    UNLATCHED = "unlatched"
    LOCKING = "locking"
    UNLOCKING = "unlocking"
    UNLATCHING = "unlatching"
    SECURE = "securemode"
    SHABBAT = "shabbatmode"
    STUCK = "kAugLockState_UnknownStaticPosition"

    @property
    def spelled(self) -> str:
        """The `kAug` spelling of remote-operate answers and moving states."""
        if self is Bolt.STUCK:
            return self.value
        return f"kAugLockState_{self.value.capitalize()}"

    @property
    def pushed(self) -> str:
        """The token of the last push message of a movement."""
        return "secure" if self is Bolt.SECURE else self.value


class Door(StrEnum):
    """What DoorSense says; the value is the plain token (reference 7.2).

    DISABLED is a sensor switched off; a lock without one has no `Door` at all.
    """

    CLOSED = "closed"
    OPEN = "open"
    INIT = "init"
    UNKNOWN = "unknown"
    DISABLED = ""

    @property
    def spelled(self) -> str:
        """The `kAug` spelling of remote-operate answers."""
        return f"kAugDoorState_{self.value.capitalize()}" if self.value else ""


class Command(StrEnum):
    """The twelve commands of remote operate (reference 12.2)."""

    LOCK = "lock"
    UNLOCK = "unlock"
    STATUS = "status"
    REBOOT = "reboot"
    REBOOT_LOCK = "rebootLock"
    UNLATCH = "unlatch"
    TELEMETRY = "telemetry"
    SECURE = "secure"
    CALIBRATE = "calibrate"
    DISABLE_HOMEKIT = "disablehomekit"
    EXTENDED_FUNCTION = "extendedfunction"
    OTA = "ota"


class Cause(StrEnum):
    """What made a bolt move."""

    REMOTE = "remote"
    MANUAL = "manual"
    KEYPAD = "keypad"
    AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceError:
    """One row of the table of device errors (reference 13).

    Only the codes 98 and 31 and the name of the first are known; the others
    repeat the status, with names of the same making.
    """

    status: int
    code: int
    name: str
    message: str

    @property
    def body(self) -> JsonObject:
        """The body of a synchronous answer."""
        return {"code": self.code, "message": self.message}


class Trouble(StrEnum):
    """What can be wrong with a lock when a command reaches for it."""

    NO_ANSWER = "no answer"
    NO_BRIDGE = "no bridge"
    BRIDGE_OFFLINE = "bridge offline"
    BRIDGE_BUSY = "bridge busy"
    BUSY = "busy"
    SERVER_ERROR = "server error"
    JAMMED = "jammed"
    UNCALIBRATED = "uncalibrated"
    FLAT_BATTERY = "flat battery"
    OVERHEATED = "overheated"
    DISCONNECTS = "disconnects"
    SHABBAT = "shabbat"
    NOT_OFFERED = "not offered"

    @property
    def error(self) -> DeviceError:
        """How the cloud tells of it."""
        status, code, name, message = _ERRORS[self]
        return DeviceError(status=status, code=code, name=name, message=message)

    @property
    def transient(self) -> bool:
        """Whether the server itself tries again (reference 12.5)."""
        return self in _TRANSIENT


_TRANSIENT = frozenset(
    {
        Trouble.NO_ANSWER,
        Trouble.BRIDGE_BUSY,
        Trouble.BUSY,
        Trouble.SERVER_ERROR,
        Trouble.DISCONNECTS,
    }
)

_ERRORS = {
    Trouble.NO_ANSWER: (408, 408, "ERRNO_LOCK_TIMEOUT", "Lock timed out"),
    Trouble.NO_BRIDGE: (412, 412, "ERRNO_NO_BRIDGE", "No bridge associated with lock"),
    Trouble.BRIDGE_OFFLINE: (422, 98, "ERRNO_BRIDGE_OFFLINE", "Bridge is offline"),
    Trouble.BRIDGE_BUSY: (423, 423, "ERRNO_BRIDGE_IN_USE", "Bridge is in use"),
    Trouble.BUSY: (460, 460, "ERRNO_LOCK_BUSY", "Lock is busy"),
    Trouble.SERVER_ERROR: (500, 500, "ERRNO_SERVER", "Internal server error"),
    Trouble.JAMMED: (530, 530, "ERRNO_LOCK_JAMMED", "Mechanical timeout"),
    Trouble.UNCALIBRATED: (531, 31, "ERRNO_LOCK_POSITION", "Mechanical Position"),
    Trouble.FLAT_BATTERY: (550, 550, "ERRNO_LOCK_BATTERY", "Battery too low"),
    Trouble.OVERHEATED: (551, 551, "ERRNO_LOCK_TEMPERATURE", "Lock is too hot"),
    Trouble.DISCONNECTS: (560, 560, "ERRNO_LOCK_DISCONNECTED", "Lock disconnected"),
    Trouble.SHABBAT: (412, 412, "ERRNO_SHABBAT_MODE", "Lock is in Shabbat mode"),
    Trouble.NOT_OFFERED: (501, 501, "ERRNO_INVALID_COMMAND", "Invalid command"),
}
