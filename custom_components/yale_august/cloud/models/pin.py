"""PINs: what the cloud lists, and the commands that change them (reference 14 and 15)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self, override

from .json import Fields, JsonValue, Model, Problems, items, text


class PinState(StrEnum):
    """Where a PIN is on its way to or from the lock; it opens only in LOADED (reference 14.3)."""

    CREATED = "created"
    LOADED = "loaded"
    DISABLED = "disabled"
    DISABLING = "disabling"
    ENABLING = "enabling"
    DELETING = "deleting"
    UPDATING = "updating"
    UNKNOWN = "unknown"


class AccessType(StrEnum):
    """When a PIN opens (reference 14.5)."""

    ALWAYS = "always"
    RECURRING = "recurring"
    TEMPORARY = "temporary"
    UNKNOWN = "unknown"


class PinAction(StrEnum):
    """What shall be done with a PIN (reference 14.4)."""

    LOAD = "load"
    UPDATE = "update"
    DELETE = "delete"
    ENABLE = "enable"
    DISABLE = "disable"


_STATES: Final = {state.value: state for state in PinState}
_ACCESS_TYPES: Final = {access.value: access for access in AccessType}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin(Model):
    """One PIN of a lock, or its master PIN (reference 14.2 and 15)."""

    pin_id: str | None = None
    """Stays the same while the PIN is disabled and enabled."""
    type: str | None = None
    lock_id: str | None = field(default=None, repr=False)
    user_id: str | None = field(default=None, repr=False)
    """Whose PIN it is; one user has one PIN on a lock."""
    partner_user_id: str | None = field(default=None, repr=False)
    """The partner's own id of that user, when it was loaded with one."""
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    unverified: bool | None = None
    """Whether the user has no app account."""
    state: PinState = PinState.UNKNOWN
    pin: str | None = field(default=None, repr=False)
    """The digits."""
    slot: int | None = None
    access_type: AccessType = AccessType.UNKNOWN
    access_times: str | None = None
    """The vendor's text, to be parsed with the access type (reference 14.5)."""
    access_recurrence: str | None = None
    schedule: str | None = None
    access_start: datetime | None = None
    access_end: datetime | None = None
    calling_user_id: str | None = field(default=None, repr=False)
    """Who made it."""
    api_key: str | None = field(default=None, repr=False)
    """The key with which it was made."""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    loaded_at: datetime | None = None
    """When the lock took it."""

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls.read_in(None, fields)

    @classmethod
    def read_in(cls, group: PinState | None, fields: Fields) -> Self:
        """Read a PIN that stands in this group of the list; its own word may not contradict the group."""
        return cls(
            pin_id=fields.text("_id"),
            type=fields.text("type"),
            lock_id=fields.lock_id("lockID"),
            user_id=fields.text("userID"),
            partner_user_id=fields.text("partnerUserID"),
            first_name=fields.text("firstName"),
            last_name=fields.text("lastName"),
            unverified=fields.boolean("unverified"),
            state=_state(group, fields),
            pin=_digits(fields),
            slot=fields.integer("slot"),
            access_type=fields.choice("accessType", _ACCESS_TYPES)
            or AccessType.UNKNOWN,
            access_times=fields.text("accessTimes"),
            access_recurrence=fields.text("accessRecurrence"),
            schedule=fields.text("schedule"),
            access_start=fields.timestamp("accessStartTime"),
            access_end=fields.timestamp("accessEndTime"),
            calling_user_id=fields.text("callingUserID"),
            api_key=fields.text("apiKey"),
            created_at=fields.timestamp("createdAt"),
            updated_at=fields.timestamp("updatedAt"),
            loaded_at=fields.timestamp("loadedDate"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PinGroups(Model):
    """All PINs of a lock by state (reference 14.2)."""

    groups: Mapping[PinState, tuple[Pin, ...]]
    """Every state is there, most of them empty."""
    complete: bool
    """Whether all of the answer could be read. While it is not, a PIN that is missing here may still be on the lock."""

    def __iter__(self) -> Iterator[Pin]:
        """Go through the PINs of all states."""
        return (pin for pins in self.groups.values() for pin in pins)

    def __len__(self) -> int:
        """Count the PINs of all states."""
        return sum(map(len, self.groups.values()))

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        pins: list[Pin] = []
        complete = fields.intact
        met = not len(fields)
        for key in fields:
            group = _STATES.get(key)
            array = items(fields.raw(key))
            if array is None:
                if group is not None and key in fields:
                    complete = False
                    fields.note(key)
                continue
            met = True
            # The name of an unknown group is not ours and stays out of the problems.
            path = "group[]" if group is None else f"{key}[]"
            for item in array:
                pin = Pin.read_in(
                    group or PinState.UNKNOWN, Fields(item, fields.problems, path)
                )
                if pin.pin_id is None and pin.pin is None and pin.user_id is None:
                    complete = False
                else:
                    pins.append(pin)
        found = _once(pins)
        return cls(
            groups={
                state: tuple(pin for pin in found if pin.state is state)
                for state in PinState
            },
            complete=complete and met,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PinCommand:
    """One change of a PIN; commands of a call run in order (reference 14.4)."""

    action: PinAction
    access_type: AccessType
    pin: str | None = field(default=None, repr=False)
    """The digits; `load` needs them."""
    user_id: str | None = field(default=None, repr=False)
    partner_user_id: str | None = field(default=None, repr=False)
    """One of the two ids is needed; loading without `user_id` makes a user without app account."""
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    """May be empty, where the name is one word."""
    access_times: str | None = None
    """For temporary and recurring PINs (reference 14.5)."""
    access_recurrence: str | None = None
    """For recurring PINs."""
    schedule: str | None = None
    """iCalendar text that replaces the two above; not documented by the vendor."""
    retry: bool | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """Return the command as the cloud takes it, without what is None."""
        command: dict[str, JsonValue] = {
            "action": self.action.value,
            "pin": self.pin,
            "accessType": self.access_type.value,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "partnerUserID": self.partner_user_id,
            "userID": self.user_id,
            "accessTimes": self.access_times,
            "accessRecurrence": self.access_recurrence,
            "schedule": self.schedule,
            "retry": self.retry,
        }
        return {name: value for name, value in command.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class PinReceipt(Model):
    """The cloud took the commands; whether the lock did is another matter (reference 14.4)."""

    transaction_id: str | None = None

    @override
    @classmethod
    def from_json(cls, data: object, problems: Problems | None = None) -> Self:
        """Read any JSON; never raises. An empty body is a receipt too."""
        return cls() if data is None else cls.read(Fields(data, problems))

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(transaction_id=fields.text("transactionID"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedPin(Model):
    """A free PIN that the cloud keeps for three minutes (reference 14.8)."""

    pin: str | None = field(default=None, repr=False)
    slot: int | None = None

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(pin=_digits(fields), slot=fields.integer("slot"))


def _once(pins: Iterable[Pin]) -> list[Pin]:
    """Return each PIN once; nobody knows the state of one that stands in two groups."""
    found: dict[str | int, Pin] = {}
    for number, pin in enumerate(pins):
        key = number if pin.pin_id is None else pin.pin_id
        other = found.get(key)
        if other is not None and other.state is not pin.state:
            pin = replace(pin, state=PinState.UNKNOWN)
        found[key] = pin
    return list(found.values())


def _state(group: PinState | None, fields: Fields) -> PinState:
    """Read where a PIN is: by its group, unless its own word contradicts it."""
    own = fields.choice("state", _STATES)
    if own is None:
        # Old PINs say "in-use" where the group says what they are.
        return group or PinState.UNKNOWN
    if group in (None, own):
        return own
    fields.note("state")
    return PinState.UNKNOWN


def _digits(fields: Fields) -> str | None:
    """Read digits; a JSON number has lost its leading zeros and is not a PIN."""
    digits = text(fields.raw("pin"))
    if digits is not None and digits.isascii() and digits.isdigit():
        return digits
    if "pin" in fields:
        fields.note("pin")
    return None
