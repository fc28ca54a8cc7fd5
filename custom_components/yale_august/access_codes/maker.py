"""Digits for access codes: the vendor's reservation where it is allowed, else our own."""

from collections.abc import Collection, Sequence
from datetime import time
import logging
from typing import Final
from uuid import uuid4

from homeassistant.exceptions import ServiceValidationError

from custom_components.yale_august.cloud.errors import (
    CloudError,
    Forbidden,
    NotFound,
    OperationNotOffered,
)
from custom_components.yale_august.codes.digits import (
    DigitsRefused,
    Length,
    check_digits,
    generate,
    length_of,
)
from custom_components.yale_august.codes.records import Goal, Guest
from custom_components.yale_august.codes.schedule import (
    WEEK,
    Opaque,
    Recurring,
    Schedule,
    ScheduleRefused,
    check_ahead,
    check_allowed,
)
from custom_components.yale_august.codes.slots import slots_of
from custom_components.yale_august.codes.wishes import WishRefused, listed_schedule
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator

from .keeper import LockCodes
from .shown import Found

_TIMED: Final = Recurring(days=frozenset(WEEK), start=time.min, end=time.max)
"""What a lock does not take that takes only codes that always open."""
LONGEST_NAME: Final = 100
"""Characters: it stands in states, events and lists."""

_LOGGER = logging.getLogger(__name__)


def refusal(key: str, **placeholders: str) -> ServiceValidationError:
    """Return why a wish cannot be; nothing was sent."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def refused_by(
    err: ScheduleRefused | DigitsRefused | WishRefused, lock: LockCoordinator
) -> ServiceValidationError:
    """Return the refusal of a rule, for this lock."""
    said = {} if isinstance(err, WishRefused) else err.placeholders
    return refusal(err.key, lock=lock.data.name, **said)


def checked_name(name: str) -> str:
    """Return the name of a guest without blanks around its words; raises for none, and for what is none."""
    name = " ".join(name.split())
    if not name:
        raise refusal("code_name_missing")
    if len(name) > LONGEST_NAME:
        raise refusal("code_name_too_long", most=str(LONGEST_NAME))
    return name


def check_schedule(schedule: Schedule, lock: LockCoordinator) -> None:
    """Raise for times that are over, or that this lock does not take."""
    try:
        check_ahead(schedule, lock.cloud_now)
        _check_allowed(schedule, lock)
    except ScheduleRefused as err:
        raise refused_by(err, lock) from err


def takes_times(lock: LockCoordinator) -> bool:
    """Return whether a lock takes codes that do not always open, as far as the cloud has said."""
    try:
        _check_allowed(_TIMED, lock)
    except ScheduleRefused:
        return False
    return True


def _check_allowed(schedule: Schedule, lock: LockCoordinator) -> None:
    detail, capabilities = lock.data.detail, lock.data.capabilities
    check_allowed(
        schedule,
        lock_type=None if detail is None else detail.type,
        schedules_allowed=None if detail is None else detail.access_schedules_allowed,
        per_user=None if capabilities is None else capabilities.schedule_per_user,
    )


def length(lock: LockCoordinator) -> Length:
    """Return how many digits a lock takes."""
    detail = lock.data.detail
    return length_of(lock.data.keypad, None if detail is None else detail.type)


def used(room: LockCodes) -> Collection[str]:
    """Return the digits that are or will be on a lock, as far as they are known."""
    listed = () if room.listing is None else room.listing.pins
    return {pin.pin for pin in listed if pin.pin is not None} | {*room.digits.values()}


def check_change(room: LockCodes, found: Found, schedule: Schedule | None) -> None:
    """Raise for other times that the lock does not take, or old ones that nobody can read."""
    if schedule is not None:
        check_schedule(schedule, room.lock)
        return
    listed = listed_schedule(found.code, found.pin)
    if isinstance(listed, Opaque):
        raise refusal("code_schedule_unreadable", lock=room.lock.data.name)


def check_room(room: LockCodes) -> None:
    """Raise for a lock that has no room for another code; where that is not known the cloud decides."""
    if room.listing is None or not room.listing.complete:
        return
    sights = room.sights(room.listing)
    coming = sum(
        sights[code.guest_id].pin is None
        for code in room.codes.values()
        if code.goal is not Goal.GONE and not code.settled
    )
    most = slots_of(room.lock.data.capabilities)
    if len(room.listing.pins) + coming >= most:
        raise refusal("code_no_room", lock=room.lock.data.name, most=str(most))


def new_guest_id() -> str:
    """Return an id that nobody else has."""
    return f"ha-{uuid4()}"


def person(name: str, *, same_code: bool) -> Guest:
    """Return a new guest."""
    first_name, _, last_name = name.partition(" ")
    return Guest(
        guest_id=new_guest_id(),
        name=name,
        first_name=first_name,
        last_name=last_name.strip(),
        same_code=same_code,
    )


class CodeMaker:
    """Makes digits for one account."""

    def __init__(self) -> None:
        """Ask the vendor until it says that this key may not."""
        self._reserves = True

    def check(self, digits: str, rooms: Sequence[LockCodes], *, weak: bool) -> None:
        """Raise for digits that one of the locks does not take."""
        for room in rooms:
            try:
                check_digits(digits, length(room.lock), used(room), weak=weak)
            except DigitsRefused as err:
                raise refused_by(err, room.lock) from err

    async def async_make(self, rooms: Sequence[LockCodes]) -> str:
        """Return digits that all these locks take and none of them has."""
        lengths = [length(room.lock) for room in rooms]
        least = max(one.minimum for one in lengths)
        most = min(one.maximum for one in lengths)
        if least > most:
            raise refusal("code_no_common_length")
        digits = await self._async_reserve(rooms[0])
        if digits is not None:
            try:
                self.check(digits, rooms, weak=False)
            except ServiceValidationError:
                _LOGGER.debug("The reserved code does not fit; another is made")
            else:
                return digits
        taken = {one for room in rooms for one in used(room)}
        try:
            return generate(Length(minimum=least, maximum=most), taken)
        except DigitsRefused as err:
            raise refused_by(err, rooms[0].lock) from err

    async def _async_reserve(self, room: LockCodes) -> str | None:
        if not self._reserves:
            return None
        try:
            reserved = await room.lock.account.client.reserve_pin(room.lock_id)
        except CloudError as err:
            _LOGGER.debug("No code can be reserved: %s", err)
            if isinstance(err, Forbidden | NotFound | OperationNotOffered):
                self._reserves = False
            return None
        return reserved.pin
