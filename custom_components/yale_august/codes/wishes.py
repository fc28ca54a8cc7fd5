"""What a person may want of a code. Each wish opens it; nothing is sent here."""

from dataclasses import replace
from datetime import datetime
from typing import Final, Literal

from custom_components.yale_august.cloud.models import Pin, PinAction, PinState

from .ends import dropped, moving
from .records import Code, CodeState, Goal, Guest
from .schedule import AnySchedule, read_schedule
from .sighting import pin_key

type WishKey = Literal[
    "code_is_ending",
    "code_is_suspended",
    "code_not_on_lock",
    "code_not_suspended",
    "code_on_its_way",
]
"""Why a wish is refused: the key of the sentence that says so."""

_NOTHING_SENT: Final = frozenset(
    {CodeState.WISHED, CodeState.WAITING, CodeState.NEEDS_NEW_CODE}
)


class WishRefused(ValueError):
    """A wish that does not go with the earlier one; raised before anything is kept."""

    def __init__(self, key: WishKey) -> None:
        """Refuse for the reason of this sentence."""
        super().__init__(key)
        self.key = key


def new_code(guest: Guest, lock_id: str, schedule: AnySchedule, now: datetime) -> Code:
    """Wish a guest a code."""
    return Code(
        guest_id=guest.guest_id,
        lock_id=lock_id,
        goal=Goal.OPEN,
        schedule=schedule,
        state=CodeState.WISHED,
        wished_at=now,
    )


def adopted_code(guest: Guest, lock_id: str, pin: Pin, now: datetime) -> Code:
    """Take over a code that is on the lock, as it is there; nothing is open."""
    suspended = pin.state in (PinState.DISABLED, PinState.DISABLING)
    return Code(
        guest_id=guest.guest_id,
        lock_id=lock_id,
        goal=Goal.SUSPENDED if suspended else Goal.OPEN,
        schedule=read_schedule(pin),
        state=CodeState.CONFIRMED,
        settled=True,
        wished_at=now,
        confirmed_at=now,
        user_id=pin.user_id,
        pin_id=pin_key(pin),
        adopted=pin.partner_user_id != guest.guest_id,
    )


def identify(code: Code, pin: Pin, now: datetime) -> Code:
    """Take a person's word for which of the listed codes it is; the wish stays open."""
    is_mixed = code.trail is not None and code.trail.mixed
    known = replace(
        code,
        change=code.change or (is_mixed and code.goal is Goal.OPEN),
        fresh=code.fresh or is_mixed,
        pin_id=pin_key(pin),
        user_id=pin.user_id,
        adopted=pin.partner_user_id != code.guest_id,
        trail=None,
        step=None,
        tried=None,
    )
    return _wish(known, now, code.goal)


def listed_schedule(code: Code | None, pin: Pin | None) -> AnySchedule | None:
    """Return when a code opens, ours or (None) another; None when nobody knows."""
    if code is not None:
        return code.schedule
    return None if pin is None else read_schedule(pin)


def suspend(code: Code, now: datetime) -> Code:
    """Wish that it stays on the lock and opens nothing."""
    _check_stays(code)
    if code.pin_id is None and not _is_loading(code):
        raise WishRefused("code_not_on_lock")
    if code.change:
        raise WishRefused("code_on_its_way")
    return _wish(code, now, Goal.SUSPENDED)


def resume(code: Code, now: datetime) -> Code:
    """Wish that it opens again, or that what went wrong is tried again."""
    _check_stays(code)
    is_well = not code.settled or code.state is CodeState.CONFIRMED
    if code.goal is Goal.OPEN and is_well:
        raise WishRefused("code_not_suspended")
    if code.state is CodeState.LOST:
        # It is to be loaded anew.
        code = replace(code, pin_id=None)
    return _wish(code, now, Goal.OPEN)


def end(code: Code, now: datetime) -> Code:
    """Wish it off the lock; always granted."""
    return _wish(replace(code, change=False, fresh=False), now, Goal.GONE)


def change(
    code: Code, now: datetime, *, schedule: AnySchedule | None = None, fresh: bool
) -> Code:
    """Wish it replaced, with other times or (`fresh`) other digits.

    What has never been sent is only wished anew.
    """
    _check_stays(code)
    if code.goal is Goal.SUSPENDED:
        raise WishRefused("code_is_suspended")
    if _is_loading(code) and (code.pin_id is None or not _is_overdue(code)):
        # While it is on its way it may be known by its digits only.
        raise WishRefused("code_on_its_way")
    is_there = (
        code.state not in _NOTHING_SENT
        or code.step is not None
        or code.pin_id is not None
        or code.trail is not None
    )
    trail = code.trail
    if trail is not None and fresh:
        trail = replace(trail, mixed=True)
    changed = replace(
        code,
        schedule=schedule or code.schedule,
        change=code.change or is_there,
        fresh=code.fresh or (fresh and is_there),
        trail=trail,
    )
    return _wish(changed, now, Goal.OPEN)


def _check_stays(code: Code) -> None:
    if code.goal is Goal.GONE:
        raise WishRefused("code_is_ending")


def _is_loading(code: Code) -> bool:
    return code.step is not None and code.step.action is PinAction.LOAD


def _is_overdue(code: Code) -> bool:
    return code.state is CodeState.UNCERTAIN


def _wish(code: Code, now: datetime, goal: Goal) -> Code:
    wished = replace(code, goal=goal, wished_at=now, settled=False, reason=None)
    if code.step is None:
        return replace(dropped(wished), tried=code.tried)
    if _is_overdue(code):
        # It is not waited for any more, but what was loaded must be found to be deleted.
        is_lost = _is_loading(code) and code.pin_id is None
        return replace(wished, state=code.state) if is_lost else dropped(wished)
    return replace(wished, state=moving(wished))
