"""What happens at a door, and what the three sources say of it.

The stream tells states (reference 20.3), a webhook tells operations (19.3), the activity feed tells
them too, later and with who and how (21). Here their words become sightings; whether two of them
are of the same incident is decided in `journal`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
import re
from typing import Final

from custom_components.yale_august.cloud.models import (
    Activity,
    BoltState,
    Delivery,
    DoorState,
    Person,
    PushMessage,
)


class Kind(StrEnum):
    """What happened."""

    LOCKED = "locked"
    AUTO_LOCKED = "auto_locked"
    """By the lock itself."""
    SECURED = "secured"
    """Locked, and the knob inside disabled."""
    UNLOCKED = "unlocked"
    OPENED = "opened"
    """The latch was pulled."""
    JAMMED = "jammed"
    DENIED_CODE = "denied_code"
    """A code was typed that does not open."""
    DOOR_OPENED = "door_opened"
    DOOR_CLOSED = "door_closed"
    RING = "ring"
    """The doorbell button of the lock was pressed."""

    @property
    def of_door(self) -> bool:
        """Whether the door itself moved."""
        return self in _DOOR

    @property
    def of_bolt(self) -> bool:
        """Whether the bolt stands elsewhere now, or should."""
        return self in _BOLT

    @property
    def is_operation(self) -> bool:
        """Whether somebody or something has operated the lock, and it did as it should."""
        return self in _OPERATIONS


class Method(StrEnum):
    """How it was done."""

    MANUAL = "manual"
    REMOTE = "remote"
    KEYPAD = "keypad"
    FINGERPRINT = "fingerprint"
    RFID = "rfid"
    HOMEKEY = "homekey"
    BLUETOOTH = "bluetooth"
    AUTO = "auto"
    ONE_TOUCH = "one_touch"
    LINKED = "linked"
    """By another lock that is linked with it."""
    UNKNOWN = "unknown"


class Source(Enum):
    """Who saw it."""

    STATE = auto()
    """A message that says how bolt or door stand now."""
    OPERATION = auto()
    """A post that says what was done."""
    FEED = auto()
    COMMAND = auto()
    """A command of ours that was confirmed."""


_WORDS: Final = {
    Method.MANUAL: "manuallock",
    Method.AUTO: "automaticrelock",
    Method.ONE_TOUCH: "onetouchlock",
    Method.LINKED: "linkedlock",
}
"""What stands for nobody, where no person acted; the last is a word of our own."""

_DOOR: Final = frozenset({Kind.DOOR_OPENED, Kind.DOOR_CLOSED})
_OUT: Final = frozenset({Kind.LOCKED, Kind.AUTO_LOCKED, Kind.SECURED})
_IN: Final = frozenset({Kind.UNLOCKED, Kind.OPENED})
_OPERATIONS: Final = _OUT | _IN
_BOLT: Final = _OPERATIONS | {Kind.JAMMED}

_OF_BOLT: Final = {
    BoltState.LOCKED: Kind.LOCKED,
    BoltState.SECURE: Kind.SECURED,
    BoltState.UNLOCKED: Kind.UNLOCKED,
    BoltState.UNLATCHED: Kind.OPENED,
    BoltState.JAMMED: Kind.JAMMED,
}
_OF_DOOR: Final = {
    DoorState.OPEN: Kind.DOOR_OPENED,
    DoorState.CLOSED: Kind.DOOR_CLOSED,
}
_BY_WORD: Final = {
    "autorelock": Method.AUTO,
    "automaticrelock": Method.AUTO,
    "manuallock": Method.MANUAL,
    "manualunlatch": Method.MANUAL,
    "manualunlock": Method.MANUAL,
    "onetouchlock": Method.ONE_TOUCH,
}
"""Words in the place of a user id."""
_AMBIGUOUS: Final = "manuallock"
"""What auto-locks were recorded as, too (reference 20.3)."""
_CAUSES: Final = {
    "auto": Method.AUTO,
    "ble": Method.BLUETOOTH,
    "finger": Method.FINGERPRINT,
    "homekey": Method.HOMEKEY,
    "linked": Method.LINKED,
    "manual": Method.MANUAL,
    "pin": Method.KEYPAD,
    "remote": Method.REMOTE,
    "rf": Method.RFID,
}
_DEEDS: Final = {
    "lock": Kind.LOCKED,
    "secure": Kind.SECURED,
    "unlock": Kind.UNLOCKED,
    "unlatch": Kind.OPENED,
}
_ACTIONS: Final = {
    **{deed: (kind, Method.UNKNOWN) for deed, kind in _DEEDS.items()},
    **{
        f"{cause}_{deed}": (kind, method)
        for cause, method in _CAUSES.items()
        for deed, kind in _DEEDS.items()
    },
    "onetouchlock": (Kind.LOCKED, Method.ONE_TOUCH),
    "one_touch_lock": (Kind.LOCKED, Method.ONE_TOUCH),
    "jammed": (Kind.JAMMED, Method.UNKNOWN),
    "invalidcode": (Kind.DENIED_CODE, Method.KEYPAD),
    "dooropen": (Kind.DOOR_OPENED, Method.UNKNOWN),
    "door_open": (Kind.DOOR_OPENED, Method.UNKNOWN),
    "doorclosed": (Kind.DOOR_CLOSED, Method.UNKNOWN),
    "door_close": (Kind.DOOR_CLOSED, Method.UNKNOWN),
    "door_closed": (Kind.DOOR_CLOSED, Method.UNKNOWN),
    "lock_accessory_motion_detect": (Kind.RING, Method.UNKNOWN),
}
"""The feed's words that are understood; the others are left alone (reference 21)."""

_USER_ID: Final = re.compile(r"[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that happened at a door, told once."""

    kind: Kind
    at: datetime
    """When it happened, by our clock."""
    method: Method = Method.UNKNOWN
    actor: str | None = field(default=None, repr=False)
    """The user id of the person who did it."""
    ours: bool = False
    """Whether a command of this Home Assistant did it."""

    @property
    def doer(self) -> str | None:
        """The user id of who did it, or the word in its place where no person did; None: not said."""
        return self.actor or _WORDS.get(self.method)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one source says of one incident."""

    kind: Kind
    at: datetime
    """When it happened, by our clock; its arrival where nothing says."""
    source: Source
    dated: bool = True
    """Whether the source says when it happened."""
    method: Method = Method.UNKNOWN
    actor: str | None = field(default=None, repr=False)
    says_who: bool = False
    """Whether it says who or what did it."""
    remote: bool | None = None
    stamp: datetime | None = None
    """The cloud's own time, which stays the same however often it is told."""

    @property
    def says_state(self) -> bool:
        """Whether it says how bolt or door stand, not what was done."""
        return self.source is Source.STATE


def like(one: Kind, other: Kind) -> int | None:
    """Return how unlike two kinds are: 0 the same, 1 perhaps the same, None never."""
    if one is other or {one, other} == {Kind.LOCKED, Kind.AUTO_LOCKED}:
        return 0
    return 1 if {one, other} <= _OUT or {one, other} <= _IN else None


def bolt_kind(state: BoltState | None) -> Kind | None:
    """Return what has happened when the bolt stands so; None while it moves or is unknown."""
    return None if state is None else _OF_BOLT.get(state)


def door_kind(state: DoorState | None) -> Kind | None:
    """Return what has happened when the door stands so."""
    return None if state is None else _OF_DOOR.get(state)


def is_person(user_id: str | None) -> bool:
    """Return whether it is the id of a user, and not a word in its place."""
    return user_id is not None and _USER_ID.fullmatch(user_id) is not None


def of_push(
    message: PushMessage, arrived: datetime, offset: timedelta
) -> Sighting | None:
    """Read a message of the stream; None where nothing is said to have happened."""
    if message.is_poll_answer:
        return None
    kind = bolt_kind(message.bolt)
    if message.bolt is None:
        kind = door_kind(message.door)
    if kind is None:
        return None
    at = None if message.at is None else min(message.at - offset, arrived)
    kind, method, actor, says_who = _by(message.caller, kind)
    return Sighting(
        kind=kind,
        at=at or arrived,
        source=Source.STATE,
        dated=at is not None,
        method=Method.REMOTE if message.remote else method,
        actor=actor,
        says_who=says_who,
        remote=message.remote,
    )


def of_post(
    delivery: Delivery, arrived: datetime, offset: timedelta
) -> Sighting | None:
    """Read a post; None where nothing is said to have happened."""
    state = False
    if delivery.ring:
        kind: Kind | None = Kind.RING
    elif delivery.denied:
        kind = Kind.DENIED_CODE
    elif (kind := door_kind(delivery.door)) is None:
        kind = bolt_kind(delivery.bolt)
        # Who asks how the bolt stands has not moved it.
        state = delivery.kind != "operation"
    if kind is None:
        return None
    at = None if delivery.at is None else min(delivery.at - offset, arrived)
    kind, method, actor, says_who = _by(delivery.user.user_id, kind)
    if kind is Kind.DENIED_CODE:
        method = Method.KEYPAD
    elif delivery.event == "onetouchlock":
        method, says_who = Method.ONE_TOUCH, True
    if state:
        method, actor, says_who = Method.UNKNOWN, None, False
    return Sighting(
        kind=kind,
        at=at or arrived,
        source=Source.STATE if state else Source.OPERATION,
        dated=at is not None,
        method=method,
        actor=actor,
        says_who=says_who,
        stamp=delivery.at,
    )


def of_activity(activity: Activity, offset: timedelta) -> Sighting | None:
    """Read an entry of the feed; None for what is not understood."""
    known = _ACTIONS.get(activity.action or "")
    if known is None or activity.at is None:
        return None
    kind, method = known
    kind, by_word, actor, _ = _by(activity.user.user_id, kind)
    if method is Method.UNKNOWN:
        method = by_word
    if method is Method.UNKNOWN and activity.remote:
        method = Method.REMOTE
    elif method is Method.UNKNOWN and activity.keypad:
        method = Method.KEYPAD
    if kind is Kind.LOCKED and method is Method.AUTO:
        kind = Kind.AUTO_LOCKED
    return Sighting(
        kind=kind,
        at=activity.at - offset,
        source=Source.FEED,
        method=method,
        actor=actor,
        says_who=True,
        stamp=activity.at,
    )


def name_of(person: Person) -> str | None:
    """Return the name that stands beside a user id."""
    return " ".join(filter(None, (person.first_name, person.last_name))) or None


def _by(caller: str | None, kind: Kind) -> tuple[Kind, Method, str | None, bool]:
    """Return what a caller's id, or the word in its place, says: kind, how, who, says who."""
    if is_person(caller):
        return kind, Method.UNKNOWN, caller, True
    word = (caller or "").lower()
    method = _BY_WORD.get(word, Method.UNKNOWN)
    if kind is Kind.LOCKED and method is Method.AUTO:
        kind = Kind.AUTO_LOCKED
    says_who = method is not Method.UNKNOWN and word != _AMBIGUOUS
    return kind, method, None, says_who
