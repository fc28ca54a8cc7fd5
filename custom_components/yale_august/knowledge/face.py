"""What of a lock is shown, until when, and what of it has changed."""

from datetime import UTC, datetime
from enum import IntFlag, auto
from typing import Final, NamedTuple

from custom_components.yale_august.cloud.models import BoltState, DoorState

from .lock import LockData
from .readings import Trust, shown_until

NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Part(IntFlag):
    """One thing that a message may change, and that somebody wants to hear of."""

    NOTHING = 0
    BOLT = auto()
    """Where the bolt is shown to be, and who moved it."""
    DOOR = auto()
    """Where the door is shown to be."""
    CONTACT = auto()
    """Whether the cloud reaches the lock."""
    TROUBLE = auto()
    """What is wrong with the lock."""
    READING = auto()
    """Since when and until when the bolt's state is known to be true."""
    FACTS = auto()
    """All the rest: what it is and can do, and that it tells of something for the first time."""


class Face(NamedTuple):
    """What may be shown of a lock; None is unknown."""

    data: LockData
    bolt: BoltState | None
    """The bolt, or the movement that a running command has asked for."""
    settled: BoltState | None
    """The same without what a running command has asked for."""
    door: DoorState | None
    online: bool | None
    """Whether the cloud reaches the lock."""
    until: datetime
    """When time alone will make it another one."""

    @property
    def secure(self) -> bool | None:
        """Whether the knob inside does not unlock, as the lock said last.

        None is unknown: so is what a lock has switched off whose bolt nobody knows.
        """
        if self.settled in (None, BoltState.JAMMED, BoltState.SHABBAT):
            return None
        return self.settled is BoltState.SECURE


def face_of(data: LockData, now: datetime, trust: Trust) -> Face:
    """Return what may be shown now: what is trusted, and nothing of what the cloud does not reach."""
    bolt, door, online = data.bolt, data.door, data.online
    shown_bolt = shown_door = shown_online = None
    until = NEVER
    if bolt is not None and (end := shown_until(bolt, now, trust)) is not None:
        until, shown_bolt = end, bolt.value
    if door is not None and (end := shown_until(door, now, trust)) is not None:
        until, shown_door = min(until, end), door.value
    if online is not None:
        end = online.at + trust.rest
        if now < end:
            until, shown_online = min(until, end), online.value
        if not online.value:
            return Face(data, None, None, None, shown_online, until)
    if shown_bolt is BoltState.UNKNOWN:
        shown_bolt = None
    return Face(
        data,
        data.commanded or shown_bolt,
        shown_bolt,
        shown_door,
        shown_online,
        until,
    )


# The bare numbers: an operation on flags takes ten times as long.
_BOLT: Final = Part.BOLT.value
_DOOR: Final = Part.DOOR.value
_CONTACT: Final = Part.CONTACT.value
_TROUBLE: Final = Part.TROUBLE.value
_READING: Final = Part.READING.value
_FACTS: Final = Part.FACTS.value


def changes(before: Face, after: Face) -> int:
    """Return the parts that are not as they were before."""
    was, now = before.data, after.data
    parts = 0
    if (
        before.bolt is not after.bolt
        or before.settled is not after.settled
        or was.actor != now.actor
    ):
        parts |= _BOLT
    if before.door is not after.door:
        parts |= _DOOR
    if before.online is not after.online or was.reachable is not now.reachable:
        parts |= _CONTACT
    if was.trouble is not now.trouble or was.complaint is not now.complaint:
        parts |= _TROUBLE
    if was.bolt is not now.bolt:
        parts |= _READING
    if (
        was.detail is not now.detail
        or was.summary is not now.summary
        or was.capabilities is not now.capabilities
        or was.keypad is not now.keypad
        or was.signal is not now.signal
        or was.secure_seen is not now.secure_seen
        or (was.door is None) is not (now.door is None)
        or (was.online is None) is not (now.online is None)
    ):
        parts |= _FACTS
    return parts
