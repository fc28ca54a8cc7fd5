"""What is kept of an access code: the wish, how far it is, what was sent; never its digits.

A code is one guest's on one lock. All times are UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from custom_components.yale_august.cloud.models import PinAction

from .schedule import AnySchedule


class Goal(StrEnum):
    """What the person wants of a code."""

    OPEN = "open"
    """It shall open the lock within its times."""
    SUSPENDED = "suspended"
    """It shall stay on the lock and not open it."""
    GONE = "gone"
    """It shall not be on the lock."""


class CodeState(StrEnum):
    """How far a code is."""

    WISHED = "wished"
    """Nothing is sent yet."""
    SENT = "sent"
    """A write is on its way to the lock."""
    CONFIRMED = "confirmed"
    """The cloud has listed it as wished, in a read asked after the last write."""
    REFUSED = "refused"
    """Cloud or lock did not take it."""
    WAITING = "waiting"
    """It goes on by itself when the lock, or the cloud, can be reached."""
    ENDING = "ending"
    """It is being taken off the lock."""
    ENDED = "ended"
    """It is not on the lock, as wished."""
    UNCERTAIN = "uncertain"
    """Nobody has said what became of the last write, or the lock has something else."""
    NEEDS_NEW_CODE = "needs_new_code"
    """Its digits are lost: a person must give it new ones."""
    LOST = "lost"
    """The lock had it and has it no more, and nobody here asked for that."""


class Reason(StrEnum):
    """Why a code is as it is; the key of the sentence that says so."""

    BRIDGE_OFFLINE = "bridge_offline"
    BUSY = "busy"
    CLOUD_UNAVAILABLE = "cloud_unavailable"
    LOGIN_EXPIRED = "login_expired"
    CODE_IN_USE = "code_in_use"
    """Another code of this lock has the same digits."""
    GUEST_HAS_CODE = "guest_has_code"
    """This guest has another code on this lock."""
    NO_SLOT = "no_slot"
    BUSY_INTENT = "busy_intent"
    """The cloud is still at work on an earlier change of this code."""
    CONFLICT = "conflict"
    """A 409 that says nothing we know."""
    ENDPOINT_NOT_ALLOWED = "endpoint_not_allowed"
    ROLE_MISSING = "role_missing"
    NOT_FOUND = "not_found"
    PRECONDITION_FAILED = "precondition_failed"
    INVALID = "invalid"
    FAILED = "failed"
    """The cloud answered with something that it does not explain."""
    REFUSED_BY_LOCK = "refused_by_lock"
    """The cloud took it and listed it no more before the lock had it."""
    NO_EFFECT = "no_effect"
    """Sent twice, and neither had an effect."""
    NOT_CONFIRMED = "not_confirmed"
    """The lock has not confirmed it in time."""
    CHANGED_ELSEWHERE = "changed_elsewhere"
    SUSPENDED_ELSEWHERE = "suspended_elsewhere"
    RESUMED_ELSEWHERE = "resumed_elsewhere"
    REMOVED_ELSEWHERE = "removed_elsewhere"
    LOOKALIKE = "lookalike"
    """The cloud lists a code that may be this one or another's, and nothing tells which."""
    DIGITS_LOST = "digits_lost"
    WINDOW_OVER = "window_over"
    """Its temporary window has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody with codes."""

    guest_id: str = field(repr=False)
    """The partnerUserID of the guest, "ha-<uuid4>"."""
    name: str = field(repr=False)
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    """May be empty."""
    same_code: bool
    """Whether all codes of the guest have the same digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The journal: one write, noted before it is sent and until its end is known."""

    action: PinAction
    sent_at: datetime
    deadline: datetime
    """Until when the lock may take it, while its bridge is online."""
    attempt: int = 1
    """2 is the one repetition of a write that had no effect."""
    accepted: bool | None = None
    """The cloud's answer; None while there is none, or for ever."""
    refusal: Reason | None = None
    """What the cloud said against it, until a list tells what is there."""
    seen: bool = False
    """Whether the cloud has listed the code on its way since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """What was loaded for a code and no list has shown yet: by this it is known where no id tells."""

    since: datetime
    """When it was sent first."""
    until: datetime
    """When it was sent last."""
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    before: tuple[str, ...] = field(default=(), repr=False)
    """Codes that were listed before it was sent, as far as they might pass for it."""
    mixed: bool = False
    """Whether digits or names were not the same each time, or are others by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One guest's code on one lock, without its digits."""

    guest_id: str = field(repr=False)
    lock_id: str = field(repr=False)
    goal: Goal
    schedule: AnySchedule
    state: CodeState
    wished_at: datetime
    """When the newest wish was made; wishes of a lock are granted in this order."""
    reason: Reason | None = None
    settled: bool = False
    """False while a wish is open: only then anything is written."""
    step: Step | None = None
    tried: PinAction | None = None
    """What was sent once without an effect, and may be sent once more."""
    trail: Trail | None = None
    """None once the cloud has told an id of what was loaded, or there is nothing to find."""
    change: bool = False
    """It is to be replaced: deleted, gone, loaded."""
    fresh: bool = False
    """With `change`: the new digits are others than those on the lock."""
    user_id: str | None = field(default=None, repr=False)
    """The cloud's id of the guest, learned."""
    pin_id: str | None = field(default=None, repr=False)
    """The cloud's id of the code, learned."""
    adopted: bool = False
    """It was made elsewhere, under a user that is not ours."""
    confirmed_at: datetime | None = None

    @property
    def in_flight(self) -> bool:
        """Whether the lock is to be left alone for this code's write."""
        return self.step is not None and self.state is not CodeState.UNCERTAIN
