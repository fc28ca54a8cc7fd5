"""What the cloud lists of a lock's codes, and which of it is ours."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from custom_components.yale_august.cloud.models import (
    Pin,
    PinAction,
    PinGroups,
    PinState,
)

from .records import Code, Guest, Step
from .schedule import AnySchedule, Opaque, read_schedule

_CLOCKS: Final = timedelta(minutes=2)
"""What the cloud's clock and ours may differ by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One answer to the question which codes a lock has."""

    pins: tuple[Pin, ...] = field(repr=False)
    complete: bool
    """Whether a code that is missing here is not there."""
    asked: datetime

    @classmethod
    def of(cls, groups: PinGroups, asked: datetime) -> Listing:
        """Take an answer to a question that was asked at this moment."""
        return cls(pins=tuple(groups), complete=groups.complete, asked=asked)


def find(
    code: Code, seen: Listing, digits: str | None = None, guest: Guest | None = None
) -> Pin | None:
    """Return the code among what the cloud lists, None when it is not there.

    By the guest's own id, else by the ids that the cloud has told of it. A code that was
    loaded a moment ago has none of them where the cloud repeats no id of ours: it is known
    by its digits, or where they are forgotten by its name and its age, unless the cloud
    refused it.
    """
    tests = [("partner_user_id", code.guest_id)]
    if code.pin_id is not None:
        tests.append(("pin_id", code.pin_id))
    if code.user_id is not None:
        tests.append(("user_id", code.user_id))
    for name, value in tests:
        found = [pin for pin in seen.pins if getattr(pin, name) == value]
        if found:
            return _standing(found)
    step = code.step
    if (
        step is None
        or step.action is not PinAction.LOAD
        or step.accepted is False
        or code.pin_id is not None
    ):
        return None
    found = [
        pin
        for pin in seen.pins
        if pin.partner_user_id is None
        and (
            pin.pin == digits
            if digits is not None and not code.change
            else guest is not None and _is_new(pin, guest, step)
        )
    ]
    return _standing(found) if found else None


def is_of(code: Code, pin: Pin) -> bool:
    """Return whether a listed code bears an id of one of ours, as the old one of a change may."""
    return (
        pin.partner_user_id == code.guest_id
        or (code.pin_id is not None and pin.pin_id == code.pin_id)
        or (code.user_id is not None and pin.user_id == code.user_id)
    )


def _is_new(pin: Pin, guest: Guest, step: Step) -> bool:
    """Return whether it has a guest's name and came after a write."""
    return (
        pin.first_name == guest.first_name
        and (pin.last_name or "") == guest.last_name
        and pin.created_at is not None
        and pin.created_at >= step.sent_at - _CLOCKS
    )


def _standing(found: list[Pin]) -> Pin:
    """Return the one that stays where the lock is between an old one and a new one."""
    return min(found, key=lambda pin: pin.state is PinState.DELETING)


def same_schedule(schedule: AnySchedule, pin: Pin) -> bool | None:
    """Return whether a listed code opens as it should; None when that cannot be read."""
    listed = read_schedule(pin)
    if isinstance(schedule, Opaque) or isinstance(listed, Opaque):
        return True if schedule == listed else None
    return schedule == listed


def uses(seen: Listing, digits: str, but: Pin | None = None) -> bool:
    """Return whether another code of the lock has these digits."""
    return any(pin.pin == digits for pin in seen.pins if pin is not but)
