"""Every failure in a sentence for the person: what happened, whether the door moved, what to do.

The sentences are in the translations, under the keys of this table.
"""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .cloud import errors
from .const import DOMAIN

_KEYS: dict[type[errors.CloudError], str] = {
    errors.InvalidParameter: "invalid_parameter",
    errors.LoginExpired: "login_expired",
    errors.SubUserRefused: "sub_user_refused",
    errors.ApiKeyInvalid: "api_key_invalid",
    errors.EndpointNotAllowed: "endpoint_not_allowed",
    errors.RoleMissing: "role_missing",
    errors.Forbidden: "forbidden",
    errors.FirewallBlocked: "firewall_blocked",
    errors.NotFound: "not_found",
    errors.OperationNotOffered: "operation_not_offered",
    errors.AddressNotProven: "address_not_proven",
    errors.Conflict: "conflict",
    errors.RateLimited: "rate_limited",
    errors.BudgetExhausted: "budget_exhausted",
    errors.LockUnavailable: "lock_unavailable",
    errors.NoBridge: "no_bridge",
    errors.PreconditionFailed: "precondition_failed",
    errors.BridgeOffline: "bridge_offline",
    errors.BridgeBusy: "bridge_busy",
    errors.LockBusy: "lock_busy",
    errors.LockServerError: "lock_server_error",
    errors.Jammed: "jammed",
    errors.CalibrationNeeded: "calibration_needed",
    errors.BatteryTooLow: "battery_too_low",
    errors.Overheated: "overheated",
    errors.LockDisconnected: "lock_disconnected",
    errors.DeviceError: "device_error",
    errors.CloudUnavailable: "cloud_unavailable",
    errors.OutcomeUnknown: "outcome_unknown",
    errors.UnexpectedAnswer: "unexpected_answer",
    errors.CloudError: "cloud_error",
}


def failure_key(err: errors.CloudError) -> str:
    """Return the translation key of an error: that of its class, else of the nearest above."""
    return next(_KEYS[kind] for kind in type(err).__mro__ if kind in _KEYS)


def failure(err: errors.CloudError, lock: str) -> HomeAssistantError:
    """Return what a person who asked something of `lock` is told."""
    kind = (
        ServiceValidationError
        if isinstance(err, errors.InvalidParameter)
        else HomeAssistantError
    )
    return kind(
        translation_domain=DOMAIN,
        translation_key=failure_key(err),
        translation_placeholders={"lock": lock},
    )
