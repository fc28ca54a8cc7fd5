"""What the cloud lists of a lock's codes, read on its own."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from custom_components.yale_august.cloud.models import AccessType, Pin, PinGroups

from .schedule import AnySchedule, Opaque, read_schedule, vendor_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One answer to the question which codes a lock has."""

    pins: tuple[Pin, ...] = field(repr=False)
    complete: bool
    """Whether a code that is missing here is not there."""
    asked: datetime
    key: str | None = field(default=None, repr=False)
    """The API key that our codes are made with."""
    offset: timedelta = timedelta()
    """The cloud's clock minus ours."""

    @classmethod
    def of(
        cls,
        groups: PinGroups,
        asked: datetime,
        *,
        key: str | None = None,
        offset: timedelta = timedelta(),
    ) -> Listing:
        """Take an answer to a question that was asked at this moment."""
        return cls(
            pins=tuple(groups),
            complete=groups.complete,
            asked=asked,
            key=key,
            offset=offset,
        )

    def made_at(self, pin: Pin) -> datetime | None:
        """Return when a code was made, by our clock."""
        return None if pin.created_at is None else pin.created_at - self.offset

    def is_by_us(self, pin: Pin) -> bool | None:
        """Return whether a code was made with our API key; None when the cloud does not say."""
        if self.key is None or pin.api_key is None:
            return None
        return pin.api_key == self.key


def pin_key(pin: Pin) -> str:
    """Return what stands for a listed code."""
    return pin.pin_id or pin.user_id or pin.partner_user_id or f"slot-{pin.slot}"


def same_schedule(schedule: AnySchedule, pin: Pin) -> bool | None:
    """Return whether a listed code opens as it should; None when that cannot be read."""
    listed = read_schedule(pin)
    if schedule == listed:
        return True
    if not isinstance(schedule, Opaque) and not isinstance(listed, Opaque):
        return False
    kinds = {
        one.access_type if isinstance(one, Opaque) else vendor_words(one).access_type
        for one in (schedule, listed)
    }
    # Of another kind it is another one, whatever it says.
    return False if len(kinds - {AccessType.UNKNOWN}) > 1 else None


def uses(seen: Listing, digits: str, but: Pin | None = None) -> bool:
    """Return whether another code of the lock has these digits."""
    return any(pin.pin == digits for pin in seen.pins if pin is not but)
