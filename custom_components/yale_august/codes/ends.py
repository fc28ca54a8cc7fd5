"""How a wish or a step ends: the small moves that the engine is made of."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from custom_components.yale_august.cloud.models import Pin, PinAction, PinState

from .pace import Times
from .records import Code, CodeState, Goal, Reason, Step, Trail
from .sighting import pin_key, same_schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What else is known when the codes of a lock are looked at."""

    now: datetime
    online: bool | None
    """Whether the cloud reaches the lock; None when it does not say."""
    digits: str | None = field(default=None, repr=False)
    """What was or will be sent for the code in question, as long as somebody knows it."""
    times: Times = Times()


AT_REST: Final = {Goal.OPEN: PinState.LOADED, Goal.SUSPENDED: PinState.DISABLED}
ELSEWHERE: Final = {
    Goal.OPEN: Reason.SUSPENDED_ELSEWHERE,
    Goal.SUSPENDED: Reason.RESUMED_ELSEWHERE,
}


def settle(code: Code, state: CodeState, reason: Reason | None) -> Code:
    """Close the wish."""
    return replace(
        code, state=state, reason=reason, settled=True, step=None, tried=None
    )


def refused(code: Code, reason: Reason) -> Code:
    """Close the wish: it is not to be had."""
    return settle(code, CodeState.REFUSED, reason)


def ended(code: Code) -> Code:
    """Close the wish: the code is off the lock."""
    code = replace(code, goal=Goal.GONE, change=False, fresh=False)
    return settle(code, CodeState.ENDED, lasting(code))


def confirmed(code: Code, pin: Pin, now: datetime) -> Code:
    """Close the wish: the lock has it."""
    code = replace(learned(code, pin), confirmed_at=now)
    return settle(code, CodeState.CONFIRMED, None)


def arrived(code: Code, pin: Pin, scene: Scene) -> Code:
    """Confirm what lies at rest, unless it is something else than we wanted."""
    has_other_digits = (
        scene.digits is not None and pin.pin is not None and pin.pin != scene.digits
    )
    is_other = code.pin_id is not None and is_replaced(code, pin)
    if has_other_digits or is_other or same_schedule(code.schedule, pin) is False:
        code = replace(learned(code, pin), pin_id=None)
        return settle(code, CodeState.UNCERTAIN, Reason.CHANGED_ELSEWHERE)
    if pin.state is not AT_REST[code.goal]:
        return settle(code, CodeState.UNCERTAIN, ELSEWHERE[code.goal])
    return confirmed(code, pin, scene.now)


def gone(code: Code, scene: Scene, *, known: bool) -> Code:
    """Take the absence of a code for which nothing is under way; `known`: it was on the lock."""
    if code.goal is Goal.GONE:
        trail, late = code.trail, scene.times.late
        may_come = trail is not None and scene.now < trail.until + late
        return replace(code, state=CodeState.ENDING) if may_come else ended(code)
    if code.change:
        return replace(
            dropped(code),
            change=False,
            fresh=False,
            pin_id=None,
            user_id=code.user_id if code.adopted else None,
        )
    if known:
        return settle(code, CodeState.LOST, Reason.REMOVED_ELSEWHERE)
    if code.goal is Goal.SUSPENDED:
        return refused(code, Reason.NOT_FOUND)
    return code


def dropped(code: Code) -> Code:
    """End a step; what follows from the wish comes next."""
    return replace(
        code,
        step=None,
        tried=None,
        state=CodeState.ENDING if code.goal is Goal.GONE else CodeState.WISHED,
        reason=lasting(code),
    )


def learned(code: Code, pin: Pin) -> Code:
    """Remember the ids that the cloud has given it."""
    return replace(
        code,
        pin_id=code.pin_id or pin_key(pin),
        user_id=code.user_id or pin.user_id,
        trail=None,
    )


def not_loaded(code: Code, step: Step) -> Code:
    """Look for nothing that was not loaded."""
    if code.trail is not None and code.trail.since == step.sent_at:
        return replace(code, trail=None)
    return code


def doubted(code: Code) -> Code:
    """Say that something is listed of which nobody knows whether it is this code."""
    if code.settled:
        return settle(code, CodeState.UNCERTAIN, Reason.LOOKALIKE)
    return replace(code, state=CodeState.UNCERTAIN, reason=Reason.LOOKALIKE)


def undoubted(code: Code) -> Code:
    """Go on where nothing is in doubt any more."""
    if code.settled or code.reason is not Reason.LOOKALIKE:
        return code
    if code.step is None:
        return replace(dropped(code), tried=code.tried)
    return replace(code, reason=Reason.NOT_CONFIRMED)


def is_mixed_up(trail: Trail | None, pin: Pin, scene: Scene) -> bool:
    """Return whether nobody knows which of the digits that were sent a code has."""
    return trail is not None and trail.mixed and None in (pin.pin, scene.digits)


def mixed_up(code: Code) -> Code:
    """Have a code replaced of which nobody knows which digits it has."""
    code = replace(code, change=True, fresh=True)
    return settle(code, CodeState.NEEDS_NEW_CODE, Reason.DIGITS_LOST)


def is_replaced(code: Code, pin: Pin) -> bool:
    """Return whether it is another code than the one that was confirmed."""
    if code.pin_id is None:
        return True
    return pin.pin_id not in (None, code.pin_id)


def is_intact(code: Code) -> bool:
    """Return whether a listed code has the digits that were given to the guest."""
    if code.change or code.goal is Goal.GONE:
        return False
    match code.state:
        case CodeState.CONFIRMED | CodeState.SENT | CodeState.WAITING:
            return True
        case CodeState.UNCERTAIN:
            return code.reason in {Reason.NOT_CONFIRMED, *ELSEWHERE.values()}
    return False


def serves(code: Code, step: Step) -> bool:
    """Return whether a step leads where the person wants to be now."""
    match step.action:
        case PinAction.DELETE:
            return code.goal is Goal.GONE or code.change
        case PinAction.LOAD:
            return code.goal is not Goal.GONE and not code.change
        case PinAction.ENABLE:
            return code.goal is Goal.OPEN and not code.change
        case _:
            return code.goal is Goal.SUSPENDED and not code.change


def moving(code: Code) -> CodeState:
    """Return the state of a code with a write under way."""
    return CodeState.ENDING if code.goal is Goal.GONE else CodeState.SENT


def lasting(code: Code) -> Reason | None:
    """Return the reason that stays true whatever comes next."""
    return code.reason if code.reason is Reason.WINDOW_OVER else None
