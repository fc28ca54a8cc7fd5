"""What is told of codes to whoever shows them or asks for them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from .records import Code, CodeState, Goal, Reason
from .schedule import AnySchedule


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCode:
    """One code of a lock, ours or another, without its digits."""

    code_id: str = field(repr=False)
    """The guest's id of a managed code, the cloud's id of another."""
    name: str = field(repr=False)
    managed: bool
    goal: Goal
    """Of an unmanaged code: what the lock does."""
    state: CodeState
    """Of an unmanaged code: CONFIRMED at rest, else SENT or ENDING."""
    reason: Reason | None = None
    schedule: AnySchedule
    slot: int | None = None
    loaded_at: datetime | None = None
    settled: bool = True
    """False while there is still something to come."""


def opens(code: ShownCode | Code) -> bool:
    """Return whether the lock is known to take a code within its times."""
    return code.state is CodeState.CONFIRMED and code.goal is Goal.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a wish on one lock."""

    lock_id: str = field(repr=False)
    code_id: str = field(repr=False)
    goal: Goal
    state: CodeState
    reason: Reason | None = None
    settled: bool = True
    digits: str | None = field(default=None, repr=False)
    """Where the wish made new ones: for the answer to an administrator only."""


class CodeEventKind(StrEnum):
    """What may be told of a code."""

    CONFIRMED = "confirmed"
    SUSPENDED = "suspended"
    REFUSED = "refused"
    ENDED = "ended"
    LOST = "lost"
    UNCERTAIN = "uncertain"
    NEEDS_NEW_CODE = "needs_new_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeEvent:
    """Something has become of a code."""

    lock_id: str = field(repr=False)
    code_id: str = field(repr=False)
    kind: CodeEventKind
    name: str = field(repr=False)
    """The guest's."""
    reason: Reason | None = None


_KINDS: Final = {
    CodeState.CONFIRMED: CodeEventKind.CONFIRMED,
    CodeState.REFUSED: CodeEventKind.REFUSED,
    CodeState.ENDED: CodeEventKind.ENDED,
    CodeState.LOST: CodeEventKind.LOST,
    CodeState.UNCERTAIN: CodeEventKind.UNCERTAIN,
    CodeState.NEEDS_NEW_CODE: CodeEventKind.NEEDS_NEW_CODE,
}


def event_kind(old: Code | None, new: Code) -> CodeEventKind | None:
    """Return what is to be told of a change; what was there when we came is no news."""
    if old is None or (old.state, old.reason, old.goal, old.settled) == (
        new.state,
        new.reason,
        new.goal,
        new.settled,
    ):
        return None
    if new.state is CodeState.CONFIRMED and new.goal is Goal.SUSPENDED:
        return CodeEventKind.SUSPENDED
    return _KINDS.get(new.state)
