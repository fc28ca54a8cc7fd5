"""What has become of an access code, in words: the keys of the sentences that say so."""

from collections.abc import Mapping
from typing import Final

from custom_components.yale_august.codes.records import CodeState, Goal, Reason
from custom_components.yale_august.codes.view import Outcome
from custom_components.yale_august.sentences import said

STATES: Final = {
    CodeState.WISHED: "code_now_wished",
    CodeState.SENT: "code_now_sent",
    CodeState.CONFIRMED: "code_now_confirmed",
    CodeState.WAITING: "code_now_waiting",
    CodeState.ENDING: "code_now_ending",
    CodeState.ENDED: "code_now_ended",
    CodeState.UNCERTAIN: "code_now_uncertain",
    CodeState.REFUSED: "code_now_refused",
    CodeState.NEEDS_NEW_CODE: "code_now_needs_new_code",
    CodeState.LOST: "code_now_lost",
}
STILL_THERE: Final = {
    CodeState.WISHED: "code_still_there",
    CodeState.SENT: "code_still_there",
    CodeState.WAITING: "code_still_there",
    CodeState.REFUSED: "code_still_there_refused",
    CodeState.UNCERTAIN: "code_still_there_uncertain",
}
"""The same of a code that shall not open the lock: until that is so it may."""
REASONS: Final = {
    Reason.BRIDGE_OFFLINE: "code_because_bridge_offline",
    Reason.BUSY: "code_because_busy",
    Reason.CLOUD_UNAVAILABLE: "code_because_cloud_unavailable",
    Reason.LOGIN_EXPIRED: "code_because_login_expired",
    Reason.CODE_IN_USE: "code_because_in_use",
    Reason.GUEST_HAS_CODE: "code_because_guest_has_code",
    Reason.NO_SLOT: "code_because_no_slot",
    Reason.BUSY_INTENT: "code_because_busy_intent",
    Reason.CONFLICT: "code_because_conflict",
    Reason.ENDPOINT_NOT_ALLOWED: "code_because_not_for_key",
    Reason.ROLE_MISSING: "code_because_role_missing",
    Reason.NOT_FOUND: "code_because_not_found",
    Reason.PRECONDITION_FAILED: "code_because_precondition_failed",
    Reason.INVALID: "code_because_invalid",
    Reason.FAILED: "code_because_failed",
    Reason.REFUSED_BY_LOCK: "code_because_refused_by_lock",
    Reason.NO_EFFECT: "code_because_no_effect",
    Reason.NOT_CONFIRMED: "code_because_not_confirmed",
    Reason.CHANGED_ELSEWHERE: "code_because_changed_elsewhere",
    Reason.SUSPENDED_ELSEWHERE: "code_because_suspended_elsewhere",
    Reason.RESUMED_ELSEWHERE: "code_because_resumed_elsewhere",
    Reason.REMOVED_ELSEWHERE: "code_because_removed_elsewhere",
    Reason.LOOKALIKE: "code_because_lookalike",
    Reason.DIGITS_LOST: "code_because_digits_lost",
    Reason.WINDOW_OVER: "code_because_window_over",
}


def code_said(sentences: Mapping[str, str], lock: str, became: Outcome) -> str:
    """Return what has become of a code on a lock, and why where that is known."""
    key = STATES[became.state]
    if became.goal is not Goal.OPEN:
        key = STILL_THERE.get(became.state, key)
    text = said(sentences, key, {"lock": lock})
    if became.reason is None:
        return text
    return f"{text} {said(sentences, REASONS[became.reason], {'lock': lock})}"
