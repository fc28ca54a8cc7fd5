"""The activity feed of a house: who did what and how, never the state of a lock (reference 21)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self, override

from .json import Fields, Model, Problems, items, lock_id, mapping, read_all
from .people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Model):
    """Something that happened at a device, in the shape of version 4.0.0 or of 0.0.1 of the feed."""

    activity_id: str | None = None
    at: datetime | None = None
    action: str | None = None
    """The vendor's word in lower case, e.g. `pin_unlock`; there are more of them than are documented."""
    device_id: str | None = field(default=None, repr=False)
    """In upper case for a lock."""
    device_type: str | None = None
    device_name: str | None = field(default=None, repr=False)
    house_id: str | None = field(default=None, repr=False)
    user: Person = field(default_factory=Person)
    """Who did it; may be a pseudo user."""
    other_user: Person | None = None
    """To whom it was done."""
    remote: bool | None = None
    """Through the cloud."""
    keypad: bool | None = None
    """At the keypad."""

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        info = fields.inner("info")
        device_id = fields.text("deviceID")
        return cls(
            activity_id=fields.text("id") or info.text("DateLogActionID"),
            at=fields.timestamp("timestamp", "dateTime"),
            action=fields.word("action"),
            device_id=lock_id(device_id) or device_id,
            device_type=fields.text("deviceType"),
            device_name=fields.text("deviceName"),
            house_id=fields.inner("house").text("houseID"),
            user=fields.part(Person, "user")
            or fields.part(Person, "callingUser")
            or Person(),
            other_user=fields.part(Person, "otherUser"),
            remote=info.boolean("remote"),
            keypad=info.boolean("keypad"),
        )


def read_activities(
    data: object, problems: Problems | None = None
) -> tuple[Activity, ...]:
    """Read the feed in the cloud's order: an object with `events`, or an array."""
    found = problems if problems is not None else Problems()
    table = mapping(data)
    array = items(data if table is None else table.get("events"))
    if array is None:
        found.note("")
        return ()
    return read_all(Activity, array, found, "events[]")
