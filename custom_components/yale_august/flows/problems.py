"""What went wrong while setting up: the errors of the forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from homeassistant.const import CONF_API_KEY
from homeassistant.exceptions import (
    OAuth2TokenRequestBaseError,
    OAuth2TokenRequestError,
    OAuth2TokenRequestReauthError,
)

from custom_components.yale_august.cloud import errors
from custom_components.yale_august.cloud.errors import CloudError
from custom_components.yale_august.const import CONF_LOCK_IDS, CONF_PARTNER_USER_ID
from custom_components.yale_august.people.sharing import lacks_permission

BASE: Final = "base"
_PAUSE: Final = timedelta(minutes=1)

_LOGIN_PROBLEMS: Final[Mapping[type[CloudError], str]] = {
    errors.LoginExpired: "login_refused",
    errors.ApiKeyInvalid: "api_key_invalid",
    errors.EndpointNotAllowed: "lock_list_not_allowed",
    errors.Forbidden: "not_allowed",
    errors.FirewallBlocked: "firewall_blocked",
    errors.RateLimited: "rate_limited",
    errors.BudgetExhausted: "rate_limited",
    errors.CloudUnavailable: "cloud_unavailable",
    errors.OutcomeUnknown: "cloud_unavailable",
    CloudError: "unexpected_answer",
}
_SUB_USER_PROBLEMS: Final[Mapping[type[CloudError], str]] = {
    **_LOGIN_PROBLEMS,
    errors.EndpointNotAllowed: "sub_user_not_allowed",
    errors.Forbidden: "sub_user_refused",
    errors.Conflict: "sub_user_taken",
    errors.InvalidParameter: "sub_user_invalid",
    errors.OutcomeUnknown: "outcome_unknown",
}
_FIELDS: Final = {
    "api_key_invalid": CONF_API_KEY,
    "api_key_malformed": CONF_API_KEY,
    "lock_list_not_allowed": CONF_API_KEY,
    "sub_user_taken": CONF_PARTNER_USER_ID,
    "sub_user_refused": CONF_PARTNER_USER_ID,
    "sub_user_without_locks": CONF_LOCK_IDS,
}
KEY_PROBLEMS: Final = frozenset({"api_key_invalid", "lock_list_not_allowed"})
"""Problems that another API key solves."""
ACCOUNT_PROBLEMS: Final = frozenset({"sub_user_not_allowed"})
"""Problems that acting as the owner avoids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One sentence of the translations, and what it needs to be told."""

    key: str
    placeholders: Mapping[str, str] = field(default_factory=dict)

    def errors(self) -> dict[str, str]:
        """Return it as the errors of a form, at its field if it has one."""
        return {_FIELDS.get(self.key, BASE): self.key}


def login_problem(err: CloudError) -> Problem:
    """Return why testing key and login failed."""
    return _problem(_LOGIN_PROBLEMS, err)


def sub_user_problem(err: CloudError) -> Problem:
    """Return why the sub-user could not be had."""
    if lacks_permission(err):
        return Problem(key="sub_user_not_allowed")
    return _problem(_SUB_USER_PROBLEMS, err)


def sign_in_problem(err: OAuth2TokenRequestBaseError) -> Problem:
    """Return why the sign-in brought no login."""
    if isinstance(err, OAuth2TokenRequestReauthError):
        if err.message in ("invalid_client", "unauthorized_client"):
            return Problem(key="credentials_refused")
        return Problem(key="sign_in_refused")
    if isinstance(err, OAuth2TokenRequestError) and err.status == 429:
        return Problem(key="rate_limited", placeholders=_minutes(None))
    return Problem(key="sign_in_unanswered")


def _problem(table: Mapping[type[CloudError], str], err: CloudError) -> Problem:
    wait = None
    if isinstance(err, errors.RateLimited):
        wait = err.retry_after
    elif isinstance(err, errors.BudgetExhausted):
        wait = err.available_in
    return Problem(key=_key(table, err), placeholders=_minutes(wait))


def _key(table: Mapping[type[CloudError], str], err: CloudError) -> str:
    return next(table[kind] for kind in type(err).__mro__ if kind in table)


def _minutes(wait: timedelta | None) -> dict[str, str]:
    minutes = -(-(wait or _PAUSE) // timedelta(minutes=1))
    return {"minutes": str(max(1, minutes))}
