"""Webhooks: the registration and what is delivered (reference 19)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Self, override

from .equipment import CONNECTION_WORDS, BatteryWarning, warning_field
from .json import Fields, JsonValue, Model, number, timestamp, word
from .people import Person
from .push import PushMessage
from .state import BoltState, DoorState, bolt_field, door_field


class Topic(StrEnum):
    """What a webhook is told of; the vendor's `notificationTypes` (reference 19.1)."""

    OPERATION = "operation"
    BATTERY = "battery"
    SYSTEM_STATUS = "systemstatus"
    CONFIGURATION = "configuration"
    ACCESS_MANAGEMENT = "accessmgmt"
    """Documented as not built."""
    LOCK_MEMBERSHIP = "lockmembership"
    """Of a user's webhook, not of a lock's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A registration; a new one of the same user, lock and client replaces it (reference 19.1)."""

    url: str = field(repr=False)
    client_id: str = field(repr=False)
    """The OAuth client id."""
    topics: tuple[Topic, ...]
    header: str | None = None
    """Name of the header that each delivery carries to show that it is genuine."""
    token: str | None = field(default=None, repr=False)
    """Value of that header."""

    def to_json(self) -> dict[str, JsonValue]:
        """Return the body of the registration."""
        body: dict[str, JsonValue] = {
            "url": self.url,
            "method": "POST",
            "clientID": self.client_id,
            "header": self.header,
            "token": self.token,
            "notificationTypes": [topic.value for topic in self.topics],
        }
        return {name: value for name, value in body.items() if value is not None}


_OPERATION: Final = "operation"
_OPERATIONS: Final = frozenset({_OPERATION, "status"})
_DOOR_USER: Final = "doorstatechanged"
_ONE_TOUCH_LOCK: Final = "onetouchlock"
_DENIED: Final = "invalidcode"
_BATTERY: Final = "system"
_KEYPAD_BATTERY: Final = "battery"
_CONNECTION: Final = "systemstatus"
_RING: Final = "lock_doorbell_buttonpress"
_SECONDS: Final = (10**9, 10**10)
_KEYPAD_WORDS: Final = {
    "keypad_battery_none": False,
    "keypad_battery_warning": True,
    "keypad_battery_critical": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Model):
    """What the cloud posts to a webhook, once and not always in order (reference 19.3)."""

    lock_id: str | None = field(default=None, repr=False)
    kind: str | None = None
    """The vendor's `EventType` in lower case."""
    event: str | None = None
    """The vendor's `Event` in lower case."""
    at: datetime | None = None
    user: Person = field(default_factory=Person)
    """May be a pseudo user."""
    bolt: BoltState | None = None
    """None when the event says nothing of the bolt; UNKNOWN when what it says is not understood."""
    door: DoorState = DoorState.ABSENT
    bridge_online: bool | None = None
    battery_warning: BatteryWarning | None = None
    keypad_battery_low: bool | None = None
    denied: bool = False
    """A wrong code was typed."""
    ring: bool = False
    """The doorbell button of the lock was pressed."""

    @property
    def message(self) -> PushMessage | None:
        """The same as a message of the stream; None when that has no words for it."""
        silent = self.bolt is None and self.bridge_online is None
        if silent and self.door is DoorState.ABSENT:
            return None
        return PushMessage(
            lock_id=self.lock_id,
            bolt=self.bolt,
            door=self.door,
            bridge_online=self.bridge_online,
            # Who asks how the bolt stands has not moved it.
            caller=self.user.user_id if self.kind == _OPERATION else None,
            action=self.event,
            at=self.at,
        )

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        kind = fields.word("EventType")
        event = fields.word("Event")
        user = fields.part(Person, "User") or Person()
        operation = kind in _OPERATIONS
        of_door = operation and word(user.user_id) == _DOOR_USER
        denied = operation and not of_door and event == _DENIED
        return cls(
            lock_id=fields.lock_id("LockID"),
            kind=kind,
            event=event,
            at=_time(fields),
            user=user,
            bolt=_bolt(fields) if operation and not of_door and not denied else None,
            door=door_field(fields, "Event") if of_door else DoorState.ABSENT,
            bridge_online=fields.choice("Event", CONNECTION_WORDS)
            if kind == _CONNECTION
            else None,
            battery_warning=warning_field(fields, "Event")
            if kind == _BATTERY
            else None,
            keypad_battery_low=fields.choice("Event", _KEYPAD_WORDS)
            if kind == _KEYPAD_BATTERY
            else None,
            denied=denied,
            ring=kind == _RING,
        )


def _time(fields: Fields) -> datetime | None:
    """Read the time; its unit is documented nowhere, and seconds cannot be taken for milliseconds."""
    value = number(fields.raw("Timestamp"))
    if value is not None and _SECONDS[0] <= value < _SECONDS[1]:
        return timestamp(value * 1000)
    return fields.timestamp("Timestamp")


def _bolt(fields: Fields) -> BoltState | None:
    """Read the bolt; a word that is not listed is UNKNOWN, though a vendor's own app takes it for unlocked."""
    if "Event" not in fields:
        return None
    if word(fields.raw("Event")) == _ONE_TOUCH_LOCK:
        return BoltState.LOCKED
    return bolt_field(fields, "Event", action_words=True)
