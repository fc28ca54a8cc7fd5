"""The way of a code from the wish to the lock's own word, step by step (reference 14).

Pure: a code, and what has happened, become a code. A write is journaled by `begin` before it
is sent; what it did is decided by what the cloud lists afterwards, never by its answer alone.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final

from custom_components.yale_august.cloud.models import Pin, PinAction, PinState

from .ends import (
    AT_REST,
    ELSEWHERE,
    Scene,
    arrived,
    confirmed,
    doubted,
    dropped,
    ended,
    gone,
    is_mixed_up,
    is_replaced,
    lasting,
    learned,
    mixed_up,
    moving,
    not_loaded,
    refused,
    serves,
    settle,
    undoubted,
)
from .pace import Times
from .recognition import Sight, leave_trail
from .records import Code, CodeState, Goal, Guest, Reason, Step
from .schedule import Temporary
from .sighting import Listing, pin_key, same_schedule
from .under_way import take_step
from .wishes import end


class Verdict(Enum):
    """What the cloud said to a write."""

    TAKEN = "taken"
    REFUSED = "refused"
    """It was not done and will not be."""
    CONTRADICTED = "contradicted"
    """It does not go with what is there (409, 404): a list tells what that is."""
    NOT_SENT = "not_sent"
    """It was not done, and may be later."""
    UNKNOWN = "unknown"
    """It may have been done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a write, or its absence."""

    verdict: Verdict
    reason: Reason | None = None


TAKEN: Final = Answer(verdict=Verdict.TAKEN)
UNKNOWN: Final = Answer(verdict=Verdict.UNKNOWN)

_UNDER_WAY: Final = {
    PinState.CREATED: PinAction.LOAD,
    PinState.UPDATING: PinAction.LOAD,
    PinState.ENABLING: PinAction.ENABLE,
    PinState.DISABLING: PinAction.DISABLE,
    PinState.DELETING: PinAction.DELETE,
}
"""What the lock is still to do with a code that is listed so."""
_GIVEN_UP: Final = frozenset({CodeState.REFUSED, CodeState.NEEDS_NEW_CODE})
_NEVER_THERE: Final = _GIVEN_UP | {CodeState.WISHED, CodeState.WAITING}


# What is sent


def due(code: Code, sight: Sight, seen: Listing) -> PinAction | None:
    """Return the write that brings a code nearer to its wish; None when there is none now."""
    if code.settled or code.step is not None or seen.asked < code.wished_at:
        return None
    if sight.doubtful:
        return None
    pin = sight.pin
    if pin is None:
        # A guest's first code needs no proof that there is none.
        is_first = code.pin_id is None and code.trail is None and not code.change
        is_clear = seen.complete or is_first
        return PinAction.LOAD if code.goal is Goal.OPEN and is_clear else None
    if code.goal is Goal.GONE or code.change:
        return None if pin.state is PinState.DELETING else PinAction.DELETE
    match code.goal, pin.state:
        case Goal.OPEN, PinState.DISABLED:
            return PinAction.ENABLE
        case Goal.SUSPENDED, PinState.LOADED:
            return PinAction.DISABLE
    return None


def begin(
    code: Code,
    action: PinAction,
    now: datetime,
    times: Times,
    *,
    guest: Guest,
    seen: Listing,
) -> Code:
    """Note a write that this list has made due; to be saved before it is sent."""
    step = Step(
        action=action,
        sent_at=now,
        deadline=now + times.deadline,
        attempt=2 if code.tried is action else 1,
    )
    begun = replace(code, step=step, state=moving(code), reason=lasting(code))
    if action is PinAction.LOAD:
        user_id = code.user_id if code.adopted else None
        trail = leave_trail(code, guest, now, seen)
        begun = replace(begun, pin_id=None, user_id=user_id, trail=trail)
    return begun


def take_answer(code: Code, answer: Answer) -> Code:
    """Take the cloud's answer to the write that is under way."""
    step = code.step
    if step is None:
        return code
    match answer.verdict:
        case Verdict.TAKEN:
            return replace(code, step=replace(step, accepted=True))
        case Verdict.CONTRADICTED:
            step = replace(step, accepted=False, refusal=answer.reason)
            return replace(code, step=step)
        case Verdict.REFUSED:
            code = not_loaded(code, step)
            if not serves(code, step):
                # Somebody wants something else by now: that has not been refused.
                return dropped(code)
            return refused(code, answer.reason or Reason.FAILED)
        case Verdict.NOT_SENT:
            return replace(
                not_loaded(code, step),
                step=None,
                state=CodeState.WAITING,
                reason=answer.reason,
            )
        case Verdict.UNKNOWN:
            return code


def need_digits(code: Code) -> Code:
    """Give up: nobody knows the digits that were to be sent."""
    return settle(code, CodeState.NEEDS_NEW_CODE, Reason.DIGITS_LOST)


def give_up(code: Code, reason: Reason) -> Code:
    """Give up: the cloud will neither take nor tell anything."""
    if code.step is None:
        return refused(code, reason)
    return settle(code, CodeState.UNCERTAIN, reason)


# What has happened


def take_clock(code: Code, now: datetime) -> Code:
    """Bring back what is noted for a time to come: the clock was put back since."""
    if code.wished_at > now:
        code = replace(code, wished_at=now)
    if (step := code.step) is not None and step.sent_at > now:
        deadline = now + (step.deadline - step.sent_at)
        code = replace(code, step=replace(step, sent_at=now, deadline=deadline))
    if (trail := code.trail) is not None and trail.until > now:
        since = min(trail.since, now)
        code = replace(code, trail=replace(trail, since=since, until=now))
    return code


def take_time(code: Code, now: datetime, times: Times) -> Code:
    """End a code whose window is over."""
    schedule = code.schedule
    if (
        not isinstance(schedule, Temporary)
        or code.goal is Goal.GONE
        or now < schedule.end
    ):
        return code
    if (
        code.state in _NEVER_THERE
        and code.step is None
        and code.pin_id is None
        and code.trail is None
        and not code.change
    ):
        return replace(ended(code), reason=Reason.WINDOW_OVER)
    if now < schedule.end + times.after_end:
        return code
    return replace(end(code, now), reason=Reason.WINDOW_OVER)


def take_silence(code: Code, scene: Scene) -> Code:
    """Take note that the cloud has not listed the codes when it was asked."""
    if (
        code.settled
        or code.state is CodeState.UNCERTAIN
        or code.step is None
        or scene.now < code.step.deadline
    ):
        return code
    reason = (
        Reason.BRIDGE_OFFLINE if scene.online is False else Reason.CLOUD_UNAVAILABLE
    )
    return replace(code, state=CodeState.WAITING, reason=reason)


def take_listing(code: Code, sight: Sight, seen: Listing, scene: Scene) -> Code:
    """Take what the cloud lists."""
    if seen.asked < code.wished_at:
        return code
    if code.step is not None and seen.asked < code.step.sent_at:
        return code
    if sight.doubtful:
        return doubted(code)
    if sight.pin is not None or seen.complete:
        code = undoubted(code)
    if code.settled:
        return _compare(code, sight.pin, seen, scene)
    if code.step is None:
        return _before(code, sight.pin, seen, scene)
    return take_step(code, code.step, sight.pin, seen, scene)


def _before(code: Code, pin: Pin | None, seen: Listing, scene: Scene) -> Code:
    """Take a list while a wish is open and nothing is sent for it."""
    if pin is None:
        known = code.pin_id is not None
        return gone(code, scene, known=known) if seen.complete else code
    is_to_go = code.goal is Goal.GONE or code.change
    if code.pin_id is None and not is_to_go:
        has_digits = scene.digits is not None and pin.pin == scene.digits
        if code.trail is None and not has_digits:
            # We have sent nothing: it is there for another reason.
            return refused(code, Reason.GUEST_HAS_CODE)
        if is_mixed_up(code.trail, pin, scene):
            return mixed_up(learned(code, pin))
    if (moves := _moving_already(code, pin, seen, scene)) is not None:
        return moves
    if is_to_go:
        gone_soon = replace(code, state=CodeState.ENDING)
        return gone_soon if code.goal is Goal.GONE else code
    return arrived(code, pin, scene) if pin.state is AT_REST[code.goal] else code


def _moving_already(code: Code, pin: Pin, seen: Listing, scene: Scene) -> Code | None:
    """Wait, as long as for a write of ours, for what leads where the person wants to be; None where nothing does."""
    if (action := _UNDER_WAY.get(pin.state)) is None:
        return None
    step = Step(
        action=action,
        sent_at=seen.asked,
        deadline=scene.now + scene.times.deadline,
        attempt=2,
        accepted=True,
        seen=True,
    )
    if not serves(code, step):
        return None
    return replace(learned(code, pin), step=step, tried=None, state=moving(code))


def _compare(code: Code, pin: Pin | None, seen: Listing, scene: Scene) -> Code:
    """Report where the lock has something else than a settled code; nothing is mended."""
    if code.state is CodeState.ENDED:
        return code
    if pin is None:
        if not seen.complete:
            return code
        if code.goal is Goal.GONE:
            return ended(code)
        if code.state in _GIVEN_UP or code.state is CodeState.LOST:
            return code
        if code.trail is not None:
            return refused(code, Reason.NO_EFFECT)
        return settle(code, CodeState.LOST, Reason.REMOVED_ELSEWHERE)
    if code.goal is Goal.GONE or pin.state not in AT_REST.values():
        return code
    is_wished = pin.state is AT_REST[code.goal]
    is_same = pin_key(pin) == code.pin_id
    differs = same_schedule(code.schedule, pin) is False
    if code.state in _GIVEN_UP:
        is_late = code.trail is not None and not code.trail.mixed
        if is_wished and (is_same or is_late) and not differs and not code.change:
            return confirmed(code, pin, scene.now)
        return code
    if code.change:
        # What lies there is what was to be replaced.
        return code
    if is_replaced(code, pin) or differs:
        return settle(code, CodeState.UNCERTAIN, Reason.CHANGED_ELSEWHERE)
    if not is_wished:
        return settle(code, CodeState.UNCERTAIN, ELSEWHERE[code.goal])
    if code.state is CodeState.CONFIRMED or not is_same:
        return code
    return confirmed(code, pin, scene.now)
