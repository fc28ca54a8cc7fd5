"""The journal: guests and their codes as JSON, and back. Never the digits.

What cannot be read is left out: whatever is wrong with it, it is not ours to guess.
"""

from collections.abc import Mapping
from datetime import datetime

from custom_components.yale_august.cloud.models import JsonValue, PinAction

from .records import Code, CodeState, Goal, Guest, Reason, Step, Trail
from .schedule import from_json, to_json


def guest_to_json(guest: Guest) -> dict[str, JsonValue]:
    """Return a guest as it is stored."""
    return {
        "guest_id": guest.guest_id,
        "name": guest.name,
        "first_name": guest.first_name,
        "last_name": guest.last_name,
        "same_code": guest.same_code,
    }


def guest_from_json(data: Mapping[str, object]) -> Guest | None:
    """Return a stored guest; None for what is none."""
    match data:
        case {
            "guest_id": str(guest_id),
            "name": str(name),
            "first_name": str(first_name),
            "last_name": str(last_name),
            "same_code": bool(same_code),
        }:
            return Guest(
                guest_id=guest_id,
                name=name,
                first_name=first_name,
                last_name=last_name,
                same_code=same_code,
            )
    return None


def code_to_json(code: Code) -> dict[str, JsonValue]:
    """Return a code as it is stored."""
    return {
        "guest_id": code.guest_id,
        "lock_id": code.lock_id,
        "goal": code.goal.value,
        "schedule": to_json(code.schedule),
        "state": code.state.value,
        "reason": code.reason and code.reason.value,
        "settled": code.settled,
        "step": None if code.step is None else _step(code.step),
        "tried": code.tried and code.tried.value,
        "trail": None if code.trail is None else _trail(code.trail),
        "change": code.change,
        "fresh": code.fresh,
        "user_id": code.user_id,
        "pin_id": code.pin_id,
        "adopted": code.adopted,
        "wished_at": code.wished_at.isoformat(),
        "confirmed_at": None
        if code.confirmed_at is None
        else code.confirmed_at.isoformat(),
    }


def code_from_json(data: Mapping[str, object]) -> Code | None:
    """Return a stored code; None for what is none."""
    schedule = from_json(data.get("schedule"))
    step, trail = data.get("step"), data.get("trail")
    try:
        if schedule is None:
            return None
        return Code(
            guest_id=_text(data["guest_id"]),
            lock_id=_text(data["lock_id"]),
            goal=Goal(_text(data["goal"])),
            schedule=schedule,
            state=CodeState(_text(data["state"])),
            reason=_reason(data["reason"]),
            settled=data["settled"] is True,
            step=_read_step(step) if isinstance(step, Mapping) else None,
            tried=None if data["tried"] is None else PinAction(_text(data["tried"])),
            trail=_read_trail(trail) if isinstance(trail, Mapping) else None,
            change=data["change"] is True,
            fresh=data["fresh"] is True,
            user_id=_text_or_none(data["user_id"]),
            pin_id=_text_or_none(data["pin_id"]),
            adopted=data["adopted"] is True,
            wished_at=_time(data["wished_at"]),
            confirmed_at=None
            if data["confirmed_at"] is None
            else _time(data["confirmed_at"]),
        )
    except KeyError, TypeError, ValueError:
        return None


def _step(step: Step) -> dict[str, JsonValue]:
    return {
        "action": step.action.value,
        "sent_at": step.sent_at.isoformat(),
        "deadline": step.deadline.isoformat(),
        "attempt": step.attempt,
        "accepted": step.accepted,
        "refusal": step.refusal and step.refusal.value,
        "seen": step.seen,
    }


def _read_step(data: Mapping[str, object]) -> Step:
    accepted, attempt = data["accepted"], data["attempt"]
    return Step(
        action=PinAction(_text(data["action"])),
        sent_at=_time(data["sent_at"]),
        deadline=_time(data["deadline"]),
        attempt=attempt if isinstance(attempt, int) else 2,
        accepted=accepted if isinstance(accepted, bool) else None,
        refusal=_reason(data["refusal"]),
        seen=data["seen"] is True,
    )


def _trail(trail: Trail) -> dict[str, JsonValue]:
    return {
        "since": trail.since.isoformat(),
        "until": trail.until.isoformat(),
        "first_name": trail.first_name,
        "last_name": trail.last_name,
        "before": list(trail.before),
        "mixed": trail.mixed,
    }


def _read_trail(data: Mapping[str, object]) -> Trail:
    before = data["before"]
    return Trail(
        since=_time(data["since"]),
        until=_time(data["until"]),
        first_name=_text(data["first_name"]),
        last_name=_text(data["last_name"]),
        before=tuple(map(_text, before if isinstance(before, list) else ())),
        mixed=data["mixed"] is True,
    )


def _reason(value: object) -> Reason | None:
    return None if value is None else Reason(_text(value))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _time(value: object) -> datetime:
    found = datetime.fromisoformat(_text(value))
    if found.tzinfo is None:
        raise ValueError("no time zone")
    return found
