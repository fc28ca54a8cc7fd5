"""A lock: what is true at the door, and what the cloud believes of it."""

from dataclasses import dataclass, field
from datetime import datetime

from . import ids
from .accounts import House
from .equipment import Bridge, Hub, Keypad, Link, RemoteAdapter
from .pinbook import PinBook
from .words import Bolt, Command, Door, JsonObject, Role, Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the cloud last learned of bolt and door, and when.

    `valid` false and a `reason` tell of a contact that failed
    (reference 6.2). `bare` is the shape with nothing but `status`.
    """

    bolt: Bolt | None
    door: Door | None
    at: datetime
    valid: bool = True
    reason: str | None = None
    bare: bool = False


@dataclass(slots=True, kw_only=True)
class Fault:
    """A trouble of a lock for its next `attempts` contacts; None: until mended.

    With `acts` the bolt moves all the same and the cloud does not hear of it.
    """

    trouble: Trouble
    attempts: int | None = None
    acts: bool = False


@dataclass(slots=True, kw_only=True)
class Capabilities:
    """What `/devices/capabilities` says of a lock (reference 9).

    `by_serial` and `by_lock_id` are 200 or the status of the refusal.
    """

    unlatch: bool = False
    door_sense: bool = True
    secure_mode: bool = False
    integrated_keypad: bool = False
    integrated_wifi: bool = False
    schedules: bool = True
    pin_length_min: int = 4
    pin_length_max: int = 8
    pin_slot_min: int = 1
    pin_slot_max: int = 250
    by_serial: int = 200
    by_lock_id: int = 200


@dataclass(slots=True, kw_only=True)
class Battery:
    """What the cloud last read of a lock's battery (reference 8)."""

    level: float
    warning: str | None = None
    state: str | None = None
    read_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Habits:
    """How a lock behaves where the reference is silent or divided (12.7).

    `unlock_pulls_latch`: an unlock from locked opens the door.
    `unlock_again_pulls_latch`: an unlock of an unlocked lock does.
    `latch_hold`: seconds until the latch springs back; None: it stays.
    `auto_lock`: seconds after which an unlocked lock locks itself.
    `refuses_pins`: the reason with which the lock refuses codes;
    `refused_pins_stay`: refused ones stay `created` instead of going away.
    """

    unlock_pulls_latch: bool = False
    unlock_again_pulls_latch: bool = False
    latch_hold: float | None = 5.0
    auto_lock: float | None = None
    refuses_pins: str | None = None
    refused_pins_stay: bool = False
    guests_may_operate: bool = True


@dataclass(slots=True, kw_only=True)
class Lock:
    """One lock of the world. Tests may read and set every field."""

    number: int
    lock_id: str
    variant: str
    name: str
    house: House
    type: int
    serial: str
    mac: str | None
    sku: str | None
    firmware: str
    created: datetime
    bolt: Bolt = Bolt.LOCKED
    door: Door | None = Door.CLOSED
    known: Reading | None = None
    stale: bool = False
    """The cloud's cache no longer follows what it learns."""
    battery: Battery = field(default_factory=lambda: Battery(level=0.88))
    bridge: Bridge | None = None
    hub: Hub | None = None
    adapter: RemoteAdapter | None = None
    keypad: Keypad | None = None
    capabilities: Capabilities = field(default_factory=Capabilities)
    habits: Habits = field(default_factory=Habits)
    users: dict[str, Role] = field(default_factory=dict)
    invited: dict[str, Role] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    wedged: bool = False
    engaged: bool = False
    """The bridge is talking to the lock right now."""
    calibrated: bool = True
    homekit: bool = True
    vacation: bool = False
    time_zone: str | None = "Europe/Berlin"
    entry_codes: bool = False
    schedules_allowed: bool | None = True
    pubsub: bool = True
    offline_keys: JsonObject = field(default_factory=dict)
    details: JsonObject = field(default_factory=dict)
    """Further fields of the lock detail, as they are."""
    malformed: dict[tuple[str, str], object] = field(default_factory=dict)
    """(place, dotted field) -> what the cloud sends there instead."""
    pins: PinBook = field(default_factory=PinBook)
    extended_calls: list[JsonObject] = field(default_factory=list)

    @property
    def link(self) -> Link | None:
        """The connection of whatever makes the remote path; None without one."""
        path = self.bridge or self.hub or self.adapter
        return path.link if path else None

    @property
    def online(self) -> bool:
        """Whether the cloud can reach the bridge."""
        return self.link is not None and self.link.online

    @property
    def operable(self) -> bool:
        """Whether a command can succeed as things are."""
        return (
            self.online
            and not self.wedged
            and self.bolt is not Bolt.SHABBAT
            and not self.faults
        )

    @property
    def bridge_serial(self) -> str | None:
        """The serial number of the bridge or hub."""
        path = self.bridge or self.hub
        return path.serial if path else None

    @property
    def offline_key(self) -> str:
        """The owner's key to open it nearby, unless `offline_keys` says otherwise."""
        return ids.lock_id(self.number + 10_000).lower()

    def role(self, user_id: str) -> Role | None:
        """Return what a user is on this lock."""
        return self.users.get(user_id)

    def offers(self, command: Command) -> bool:
        """Whether the lock has what the command needs (reference 12.2)."""
        if command is Command.UNLATCH:
            return self.capabilities.unlatch
        if command is Command.SECURE:
            return self.capabilities.secure_mode
        return True

    def trouble(self) -> Fault | None:
        """Return what stands in the way of this contact, using it up."""
        if self.link is None:
            return Fault(trouble=Trouble.NO_BRIDGE)
        if not self.link.online:
            return Fault(trouble=Trouble.BRIDGE_OFFLINE)
        if self.wedged:
            return Fault(trouble=Trouble.NO_ANSWER)
        if self.bolt is Bolt.SHABBAT:
            return Fault(trouble=Trouble.SHABBAT)
        if not self.faults:
            return None
        fault = self.faults[0]
        if fault.attempts is not None:
            fault.attempts -= 1
            if fault.attempts <= 0:
                self.faults.pop(0)
        return fault

    def learn(self, now: datetime) -> None:
        """Let the cloud learn what is true at the door, if it can."""
        if self.stale or not self.online:
            return
        self.known = Reading(bolt=self.bolt, door=self.door, at=now)
