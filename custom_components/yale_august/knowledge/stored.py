"""What is known of a lock as JSON, and back: it is as old afterwards as it was."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from homeassistant.util import dt as dt_util

from custom_components.yale_august.cloud.models import BoltState, DoorState

from .lock import LockData
from .readings import Reading
from .trouble import Trouble


class StoredReading(TypedDict):
    """A reading as JSON."""

    value: str
    at: str
    confirmed: str | None


class StoredReadings(TypedDict, total=False):
    """What was known of one lock."""

    bolt: StoredReading
    door: StoredReading
    doubted_at: str
    """When a command was sent whose end nobody had told."""
    secure_seen: bool
    """Whether it was ever in secure mode."""
    cut_off_at: str
    """Since when the cloud did not reach it."""
    complaint: str
    """What it said last when it could not do something."""


def store_lock(data: LockData) -> StoredReadings:
    """Return what is known of a lock as JSON."""
    stored: StoredReadings = {}
    if data.bolt is not None:
        stored["bolt"] = store_reading(data.bolt)
    if data.door is not None:
        stored["door"] = store_reading(data.door)
    if data.doubted_at is not None:
        stored["doubted_at"] = data.doubted_at.isoformat()
    if data.secure_seen:
        stored["secure_seen"] = True
    if data.cut_off_at is not None:
        stored["cut_off_at"] = data.cut_off_at.isoformat()
    if data.complaint is not None:
        stored["complaint"] = data.complaint.value
    return stored


def restore_lock(
    data: LockData, stored: Mapping[str, object], now: datetime
) -> LockData:
    """Return what was known of a lock, and how old that is."""
    complaint = stored.get("complaint")
    return replace(
        data,
        bolt=restore_reading(BoltState, stored.get("bolt"), now),
        door=restore_reading(DoorState, stored.get("door"), now),
        doubted_at=_time(stored.get("doubted_at"), now),
        secure_seen=stored.get("secure_seen") is True,
        cut_off_at=_time(stored.get("cut_off_at"), now),
        complaint=next((one for one in Trouble if one == complaint), None),
    )


def store_reading(reading: Reading[BoltState] | Reading[DoorState]) -> StoredReading:
    """Return a reading as JSON."""
    return {
        "value": reading.value.value,
        "at": reading.at.isoformat(),
        "confirmed": None
        if reading.confirmed is None
        else reading.confirmed.isoformat(),
    }


def restore_reading[T: (BoltState, DoorState)](
    kind: type[T], stored: object, now: datetime
) -> Reading[T] | None:
    """Read it back, as old as it is; None for what cannot be, such as a time to come."""
    if not isinstance(stored, dict):
        return None
    at = _time(stored.get("at"), now)
    value = stored.get("value")
    if at is None or value not in set(kind):
        return None
    confirmed = _time(stored.get("confirmed"), now)
    return Reading(value=kind(value), at=at, confirmed=confirmed)


def _time(text: object, now: datetime) -> datetime | None:
    found = dt_util.parse_datetime(text) if isinstance(text, str) else None
    if found is None or found.tzinfo is None or found > now:
        return None
    return found
