"""What the cloud's answer to the write of a code means (reference 13 and 14.6)."""

from typing import Final

from custom_components.yale_august.cloud import errors
from custom_components.yale_august.cloud.errors import Acted, CloudError
from custom_components.yale_august.codes.engine import UNKNOWN, Answer, Verdict
from custom_components.yale_august.codes.records import Reason

_NOT_SENT: Final[dict[type[CloudError], Reason]] = {
    errors.BridgeOffline: Reason.BRIDGE_OFFLINE,
    errors.BridgeBusy: Reason.BUSY,
    errors.LockBusy: Reason.BUSY,
    errors.LoginExpired: Reason.LOGIN_EXPIRED,
    errors.SubUserRefused: Reason.LOGIN_EXPIRED,
    errors.ApiKeyInvalid: Reason.LOGIN_EXPIRED,
    errors.FirewallBlocked: Reason.CLOUD_UNAVAILABLE,
    errors.RateLimited: Reason.CLOUD_UNAVAILABLE,
    errors.BudgetExhausted: Reason.CLOUD_UNAVAILABLE,
    errors.CloudUnavailable: Reason.CLOUD_UNAVAILABLE,
}
_REFUSED: Final[dict[type[CloudError], Reason]] = {
    errors.EndpointNotAllowed: Reason.ENDPOINT_NOT_ALLOWED,
    errors.OperationNotOffered: Reason.ENDPOINT_NOT_ALLOWED,
    errors.RoleMissing: Reason.ROLE_MISSING,
    errors.InvalidParameter: Reason.INVALID,
    errors.PreconditionFailed: Reason.PRECONDITION_FAILED,
}
_CONFLICTS: Final = (
    ("intent", Reason.BUSY_INTENT),
    ("slot", Reason.NO_SLOT),
    ("full", Reason.NO_SLOT),
    ("limit", Reason.NO_SLOT),
    ("user already", Reason.GUEST_HAS_CODE),
    ("already used", Reason.CODE_IN_USE),
    ("in use", Reason.CODE_IN_USE),
    ("duplicate", Reason.CODE_IN_USE),
)
"""Words of the vendor's text, which nobody documents; the first that is found counts."""


def answer_of(err: CloudError) -> Answer:
    """Return what an error says about a write."""
    if isinstance(err, errors.Conflict):
        return Answer(verdict=Verdict.CONTRADICTED, reason=_conflict(err))
    if isinstance(err, errors.NotFound):
        return Answer(verdict=Verdict.CONTRADICTED, reason=Reason.NOT_FOUND)
    if err.acted is Acted.MAYBE:
        return UNKNOWN
    if (reason := _NOT_SENT.get(type(err))) is not None:
        return Answer(verdict=Verdict.NOT_SENT, reason=reason)
    return Answer(
        verdict=Verdict.REFUSED, reason=_REFUSED.get(type(err), Reason.FAILED)
    )


def barrier_of(err: CloudError) -> Reason | None:
    """Return why codes are closed to this login for good; None when it is only for now."""
    return next(
        (
            reason
            for kind, reason in (
                (errors.EndpointNotAllowed, Reason.ENDPOINT_NOT_ALLOWED),
                (errors.RoleMissing, Reason.ROLE_MISSING),
            )
            if isinstance(err, kind)
        ),
        None,
    )


def _conflict(err: errors.Conflict) -> Reason:
    text = (err.detail or "").casefold()
    return next(
        (reason for words, reason in _CONFLICTS if words in text), Reason.CONFLICT
    )
