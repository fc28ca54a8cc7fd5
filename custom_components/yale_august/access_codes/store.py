"""Guests and their codes on the disk: who, where, when, how far. Never the digits.

The file is written at once whenever it matters: what is sent to a lock was journaled before.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from custom_components.yale_august.cloud.models import JsonValue, PinAction
from custom_components.yale_august.codes.records import (
    Code,
    CodeState,
    Goal,
    Guest,
    Reason,
    Step,
    Trail,
)
from custom_components.yale_august.codes.schedule import from_json, to_json
from custom_components.yale_august.const import DOMAIN

VERSION: Final = 1


class CodeStore:
    """One entry's guests and codes."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file; nothing is read yet."""
        self._store: Store[dict[str, JsonValue]] = Store(
            hass,
            VERSION,
            f"{DOMAIN}.{entry_id}.codes",
            private=True,
            atomic_writes=True,
        )
        self.guests: dict[str, Guest] = {}
        """By guest id."""
        self.codes: dict[str, dict[str, Code]] = {}
        """By lock id, then by guest id."""
        self._saving = asyncio.Lock()
        self._closed = False

    def of(self, lock_id: str) -> dict[str, Code]:
        """Return the codes of a lock by guest id, to be changed in place."""
        return self.codes.setdefault(lock_id, {})

    def of_guest(self, guest_id: str) -> dict[str, Code]:
        """Return a guest's codes by lock id."""
        return {
            lock_id: codes[guest_id]
            for lock_id, codes in self.codes.items()
            if guest_id in codes
        }

    def users_of(self, guest_id: str) -> set[str]:
        """Return the cloud's ids of a guest, as learned at all locks; none of what was made elsewhere."""
        return {
            code.user_id
            for code in self.of_guest(guest_id).values()
            if code.user_id is not None and not code.adopted
        }

    def tidy(self) -> None:
        """Forget guests without a code."""
        kept = {guest_id for codes in self.codes.values() for guest_id in codes}
        for guest_id in self.guests.keys() - kept:
            del self.guests[guest_id]

    async def async_load(self) -> None:
        """Read what is there; what cannot be read of it is left out."""
        stored: object = await self._store.async_load()
        if not isinstance(stored, dict):
            return
        for data in _items(stored.get("guests")):
            if (guest := _read_guest(data)) is not None:
                self.guests[guest.guest_id] = guest
        for data in _items(stored.get("codes")):
            code = _read_code(data)
            if code is not None and code.guest_id in self.guests:
                self.of(code.lock_id)[code.guest_id] = code
        self.tidy()

    async def async_save(self) -> None:
        """Write now; returns when it is written. Once it is closed the file is another's."""
        async with self._saving:
            if self._closed:
                return
            await self._store.async_save(
                {
                    "guests": [_guest(guest) for guest in self.guests.values()],
                    "codes": [
                        _code(code)
                        for codes in self.codes.values()
                        for code in codes.values()
                    ],
                }
            )

    async def async_close(self) -> None:
        """Write nothing any more; returns when what was begun is written."""
        async with self._saving:
            self._closed = True

    async def async_remove(self) -> None:
        """Delete the file: the entry is removed."""
        await self._store.async_remove()


def _items(data: object) -> list[Mapping[str, object]]:
    if not isinstance(data, list):
        return []
    return [item for item in data if isinstance(item, Mapping)]


def _guest(guest: Guest) -> dict[str, JsonValue]:
    return {
        "guest_id": guest.guest_id,
        "name": guest.name,
        "first_name": guest.first_name,
        "last_name": guest.last_name,
        "same_code": guest.same_code,
    }


def _read_guest(data: Mapping[str, object]) -> Guest | None:
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


def _code(code: Code) -> dict[str, JsonValue]:
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


def _read_code(data: Mapping[str, object]) -> Code | None:
    """Read one code; whatever is wrong with it, it is not ours to guess."""
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
