"""The codes of one lock (reference 14)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PinState(StrEnum):
    """Where a code is on its way to or from the lock (reference 14.3)."""

    CREATED = "created"
    LOADED = "loaded"
    DISABLED = "disabled"
    DISABLING = "disabling"
    ENABLING = "enabling"
    DELETING = "deleting"
    UPDATING = "updating"


@dataclass(slots=True, kw_only=True)
class Pin:
    """One code on one lock."""

    pin_id: str
    user_id: str
    pin: str
    slot: int
    state: PinState
    access_type: str
    first_name: str
    last_name: str
    unverified: bool
    calling_user_id: str
    api_key: str
    created_at: datetime
    updated_at: datetime
    loaded_at: datetime | None = None
    partner_user_id: str | None = None
    access_times: str | None = None
    access_recurrence: str | None = None
    schedule: str | None = None


@dataclass(slots=True, kw_only=True)
class Reservation:
    """A code set aside for a short time (reference 14.8)."""

    pin: str
    slot: int
    until: datetime


@dataclass(slots=True)
class PinBook:
    """Codes, reservations and the master code of one lock."""

    pins: list[Pin] = field(default_factory=list)
    reservations: list[Reservation] = field(default_factory=list)
    master: Pin | None = None
    limit: int = 240
    made: int = 0
    untold: set[str] = field(default_factory=set)
    """Fields that the cloud does not list."""

    def group(self, state: PinState) -> list[Pin]:
        """Return the codes in one state."""
        return [pin for pin in self.pins if pin.state is state]

    def of_user(self, user_id: str) -> Pin | None:
        """Return the one code that a user has here (reference 14.6)."""
        return next((pin for pin in self.pins if pin.user_id == user_id), None)

    def with_digits(self, digits: str) -> Pin | None:
        """Return the code with these digits."""
        return next((pin for pin in self.pins if pin.pin == digits), None)

    def remove(self, pin: Pin) -> None:
        """Take a code off the lock."""
        if pin in self.pins:
            self.pins.remove(pin)

    def clear(self) -> None:
        """Forget everything, as a factory reset does."""
        self.pins.clear()
        self.reservations.clear()
        self.master = None

    def reserved(self, now: datetime) -> list[Reservation]:
        """Return the reservations that still hold, forgetting the others."""
        self.reservations = [held for held in self.reservations if held.until > now]
        return self.reservations

    def free_slot(self, now: datetime, first: int, last: int) -> int | None:
        """Return a free slot, None when the lock is full."""
        held = [entry.slot for entry in self.reserved(now)]
        taken = {pin.slot for pin in self.pins} | set(held)
        if len(self.pins) + len(held) >= self.limit:
            return None
        return next(
            (slot for slot in range(first, last + 1) if slot not in taken), None
        )
