"""The one exception tree of the cloud client (reference 3.6, 4.4 and 13).

Every error says what happened, never with a token, a key, an id or a PIN in it, and
whether the request may have taken effect all the same (`acted`).
"""

from datetime import timedelta
from enum import Enum
from typing import ClassVar, override


class Acted(Enum):
    """Whether a request that ended in an error may have taken effect."""

    NO = "no"
    MAYBE = "maybe"


class CloudError(Exception):
    """A call to the partner cloud did not bring its answer."""

    situation: ClassVar[str] = "the call failed"
    default_acted: ClassVar[Acted] = Acted.NO

    def __init__(
        self,
        *,
        operation: str | None = None,
        status: int | None = None,
        code: str | None = None,
        detail: str | None = None,
        acted: Acted | None = None,
    ) -> None:
        """Remember what is known; `detail` is the vendor's text, scrubbed."""
        super().__init__()
        self.operation = operation
        self.status = status
        self.code = code
        self.detail = detail
        self.acted = self.default_acted if acted is None else acted

    @override
    def __str__(self) -> str:
        """Return one line that may stand in a log."""
        text = self.situation
        if self.operation is not None:
            text = f"{self.operation}: {text}"
        facts = [
            str(fact)
            for fact in (self.status, self.code, self.detail)
            if fact is not None and fact != ""
        ]
        return f"{text} ({', '.join(facts)})" if facts else text


class InvalidParameter(CloudError, ValueError):
    """A value that the vendor's page does not allow: not sent, or refused with 400.

    `parameter` and `rule` name it when we found it ourselves; the value is not kept.
    """

    situation = "a parameter is not valid"

    def __init__(
        self,
        parameter: str | None = None,
        rule: str | None = None,
        *,
        operation: str | None = None,
        status: int | None = None,
        code: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Name the parameter and the rule that it breaks."""
        super().__init__(operation=operation, status=status, code=code, detail=detail)
        self.parameter = parameter
        self.rule = rule

    @override
    def __str__(self) -> str:
        """Return one line that may stand in a log."""
        if self.parameter is None:
            return super().__str__()
        return f"{self.parameter} {self.rule or 'is not valid'}"


class LoginExpired(CloudError):
    """401, and the renewed token was refused too or there is none: log in again."""

    situation = "the login has expired"


class SubUserRefused(CloudError):
    """401 to a sub-user's token that the owner's login has minted a moment ago.

    The owner's login is well: to log in again would mend nothing.
    """

    situation = "the cloud does not accept the sub-user's login"


class Forbidden(CloudError):
    """403 with a JSON body that names no right we know."""

    situation = "the cloud does not allow this"


class ApiKeyInvalid(Forbidden):
    """The API key does not belong to this brand's cloud (reference 2.4)."""

    situation = "the API key is not valid here"


class EndpointNotAllowed(Forbidden):
    """The API key lacks this operation: the feature is off for this key."""

    situation = "the API key does not include this operation"


class RoleMissing(Forbidden):
    """The user lacks the role on this lock or house."""

    situation = "the user lacks the role for this"


class FirewallBlocked(CloudError):
    """403 with HTML or nothing: the network edge blocks us for a while (2.4).

    Never a reason to log in again. The request did not reach the cloud.
    """

    situation = "the cloud's firewall blocks us"


class NotFound(CloudError):
    """404: the object is unknown here, or not ours to see."""

    situation = "not found"


class OperationNotOffered(CloudError):
    """501: the cloud does not have the operation."""

    situation = "this cloud does not offer the operation"


class AddressNotProven(OperationNotOffered):
    """404 or 405 at an address that no source confirms (reference 4.1).

    It may be the lock or the person that is unknown; that the address is ours comes first.
    """

    situation = "this cloud does not offer the operation at the address we know"


class Conflict(CloudError):
    """409: it contradicts what is there, such as a PIN in use (reference 14.6)."""

    situation = "it conflicts with what is there"


class RateLimited(CloudError):
    """429: too many requests. `retry_after` is what the cloud asked for, if it did."""

    situation = "the cloud limits our requests"

    def __init__(
        self,
        *,
        retry_after: timedelta | None = None,
        operation: str | None = None,
        status: int | None = None,
        code: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Remember how long the cloud wants to be left alone."""
        super().__init__(operation=operation, status=status, code=code, detail=detail)
        self.retry_after = retry_after


class BudgetExhausted(CloudError):
    """Not sent: our own budget holds it back. `available_in` says for how long."""

    situation = "our request budget is used up"

    def __init__(
        self, *, available_in: timedelta, operation: str | None = None
    ) -> None:
        """Remember when the next request of this kind may go."""
        super().__init__(operation=operation)
        self.available_in = available_in


class DeviceError(CloudError):
    """The cloud answered for the lock or its bridge (reference 13)."""

    situation = "the lock could not do it"


class LockUnavailable(DeviceError):
    """408, 532-534, 540, 541, 562-565: no answer from the lock; perhaps no power."""

    situation = "the lock is unavailable"
    default_acted = Acted.MAYBE


class NoBridge(DeviceError):
    """409 of the cached status: the lock has no bridge."""

    situation = "the lock has no bridge"


class PreconditionFailed(DeviceError):
    """412: something is missing, for example a bridge; read the detail."""

    situation = "a precondition is not met"


class BridgeOffline(DeviceError):
    """422: the cloud has not seen the bridge for minutes."""

    situation = "the bridge is offline"


class BridgeBusy(DeviceError):
    """423: the bridge is talking to the lock right now; try again in seconds."""

    situation = "the bridge is busy"


class LockBusy(DeviceError):
    """460: the lock is busy with its keypad or a phone; try again in seconds."""

    situation = "the lock is busy"


class LockServerError(DeviceError):
    """500 with JSON or nothing: the cloud failed while it dealt with the lock."""

    situation = "the cloud failed while it dealt with the lock"
    default_acted = Acted.MAYBE


class Jammed(DeviceError):
    """530: mechanical time-out, usually a jam."""

    situation = "the lock is jammed"
    default_acted = Acted.MAYBE


class CalibrationNeeded(DeviceError):
    """531: the bolt is not where it should be: uncalibrated or jammed."""

    situation = "the lock needs calibration or is jammed"
    default_acted = Acted.MAYBE


class BatteryTooLow(DeviceError):
    """550: not enough battery to move the bolt."""

    situation = "the lock's battery is too low to move the bolt"


class Overheated(DeviceError):
    """551: the lock is too hot to move."""

    situation = "the lock is too hot"


class LockDisconnected(DeviceError):
    """560: the lock dropped the connection in the middle of the command."""

    situation = "the lock dropped the connection"
    default_acted = Acted.MAYBE


class CloudUnavailable(CloudError):
    """No cloud: never connected, or a read that met 5xx, a gateway page or silence."""

    situation = "the cloud is not available"


class OutcomeUnknown(CloudError):
    """A write or command left us and no verdict came back: it may have acted.

    Read back what is there; never send it again unasked.
    """

    situation = "the outcome is not known"
    default_acted = Acted.MAYBE


class UnexpectedAnswer(CloudError):
    """A redirect, a status nobody documents, or a body that is not what it must be."""

    situation = "the cloud answered something unexpected"
