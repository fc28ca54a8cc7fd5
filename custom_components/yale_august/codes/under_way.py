"""What a list says of a code for which a write is under way (reference 14.3)."""

from dataclasses import replace
from typing import Final

from custom_components.yale_august.cloud.models import Pin, PinAction, PinState

from .ends import (
    AT_REST,
    Scene,
    arrived,
    dropped,
    gone,
    is_mixed_up,
    lasting,
    learned,
    mixed_up,
    moving,
    not_loaded,
    refused,
    serves,
)
from .records import Code, CodeState, Goal, Reason, Step, Trail
from .sighting import Listing

_DONE_BY: Final = {
    PinAction.ENABLE: (PinState.LOADED, PinState.ENABLING),
    PinAction.DISABLE: (PinState.DISABLED, PinState.DISABLING),
}


def take_step(
    code: Code, step: Step, pin: Pin | None, seen: Listing, scene: Scene
) -> Code:
    """Take a list that was asked after the write was sent; `pin` is the code in it."""
    is_late = seen.asked >= step.sent_at + scene.times.grace
    if pin is None:
        if not seen.complete:
            return _wait(code, step, scene)
        return _absent(code, step, scene, is_late=is_late)
    step, trail = replace(step, seen=True), code.trail
    code = replace(learned(code, pin), step=step)
    match step.action:
        case PinAction.LOAD:
            return _loading(code, step, pin, trail, scene)
        case PinAction.DELETE:
            has_begun = pin.state is PinState.DELETING
        case action:
            at_rest, has_begun = _DONE_BY[action][0], pin.state in _DONE_BY[action]
            if pin.state is at_rest:
                return _done(code, pin, scene)
    if has_begun:
        step = replace(step, accepted=True)
        return _wait(replace(code, step=step), step, scene)
    if step.accepted is False:
        return _contradicted(code, step, scene, is_late=is_late)
    if step.accepted is None and is_late:
        return _without_effect(code, step)
    return _wait(code, step, scene)


def _absent(code: Code, step: Step, scene: Scene, *, is_late: bool) -> Code:
    """Take a whole list without the code."""
    if step.action is not PinAction.LOAD:
        return gone(replace(code, step=None, tried=None), scene, known=True)
    if not (step.seen or step.accepted is False or is_late):
        return _wait(code, step, scene)
    if code.goal is Goal.GONE or code.change:
        return gone(replace(code, step=None, tried=None), scene, known=False)
    if step.accepted is False:
        return _contradicted(code, step, scene, is_late=is_late)
    if step.accepted or step.seen:
        return refused(code, Reason.REFUSED_BY_LOCK)
    return _without_effect(code, step)


def _loading(
    code: Code, step: Step, pin: Pin, trail: Trail | None, scene: Scene
) -> Code:
    """Take a code that shows up after it was loaded; `trail` is what it was searched by."""
    if step.accepted is False and not _is_earlier(step, pin, trail, scene):
        # What was there first: the write that was refused is not it.
        return refused(replace(code, pin_id=None), Reason.GUEST_HAS_CODE)
    if code.goal is Goal.GONE or code.change:
        # There is something to delete, however far it is.
        return dropped(code)
    if is_mixed_up(trail, pin, scene):
        return mixed_up(code)
    if pin.state not in AT_REST.values():
        step = replace(step, accepted=True)
        return _wait(replace(code, step=step), step, scene)
    if code.goal is Goal.SUSPENDED:
        return _done(code, pin, scene)
    return arrived(code, pin, scene)


def _is_earlier(step: Step, pin: Pin, trail: Trail | None, scene: Scene) -> bool:
    """Return whether a write was refused because an earlier one had its effect after all."""
    if scene.digits is not None and pin.pin is not None:
        return pin.pin == scene.digits
    return trail is not None and trail.since < step.sent_at and not trail.mixed


def _done(code: Code, pin: Pin, scene: Scene) -> Code:
    """End a step that has had its effect; another may follow."""
    if code.goal is Goal.GONE or code.change or pin.state is not AT_REST[code.goal]:
        return dropped(code)
    return arrived(code, pin, replace(scene, digits=None))


def _without_effect(code: Code, step: Step) -> Code:
    """Allow a write once more that has reached nobody."""
    if not serves(code, step):
        return dropped(code)
    if step.attempt > 1:
        return refused(code, Reason.NO_EFFECT)
    return replace(dropped(code), tried=step.action)


def _contradicted(code: Code, step: Step, scene: Scene, *, is_late: bool) -> Code:
    """Give up what the cloud has refused, unless nobody wants it any more, or it is only for now."""
    if not serves(code, step):
        return dropped(code)
    if step.refusal is Reason.BUSY_INTENT and step.attempt == 1:
        if not is_late:
            return _wait(code, step, scene)
        return replace(dropped(not_loaded(code, step)), tried=step.action)
    return refused(not_loaded(code, step), step.refusal or Reason.CONFLICT)


def _wait(code: Code, step: Step, scene: Scene) -> Code:
    """Go on waiting, for the bridge or for the lock; say when it takes too long."""
    if code.state is CodeState.UNCERTAIN:
        # Others have their turn by now.
        return code
    if scene.online is False:
        return replace(code, state=CodeState.WAITING, reason=Reason.BRIDGE_OFFLINE)
    if code.state is CodeState.WAITING:
        # It can be reached again, and begins now.
        step = replace(step, deadline=scene.now + scene.times.deadline)
        return replace(code, step=step, state=moving(code), reason=lasting(code))
    if scene.now < step.deadline:
        return replace(code, state=moving(code))
    # What was loaded and never seen may still be known by nothing but this step.
    if not serves(code, step) and step.action is not PinAction.LOAD:
        return dropped(code)
    return replace(code, state=CodeState.UNCERTAIN, reason=Reason.NOT_CONFIRMED)
