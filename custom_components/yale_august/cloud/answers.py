"""What a status and a body mean (reference 2.5, 3.6, 4.4 and 13)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
import json
import re
from typing import Final

from . import errors
from .errors import Acted, CloudError, DeviceError
from .models import BoltState, Failure, JsonValue, read_bolt_state
from .models.json import possible
from .routes import GET_LOCK_STATUS, Route, Safety

_DEVICE_ERRORS: Final[dict[int, type[DeviceError]]] = {
    408: errors.LockUnavailable,
    412: errors.PreconditionFailed,
    422: errors.BridgeOffline,
    423: errors.BridgeBusy,
    460: errors.LockBusy,
    500: errors.LockServerError,
    530: errors.Jammed,
    531: errors.CalibrationNeeded,
    550: errors.BatteryTooLow,
    551: errors.Overheated,
    560: errors.LockDisconnected,
    **dict.fromkeys(
        (532, 533, 534, 540, 541, 562, 563, 564, 565), errors.LockUnavailable
    ),
}
# Answers that say the request was not carried out. 408 is not among them: it is a
# time-out somewhere behind the cloud's door. 303 follows a request that was.
_REFUSED: Final = frozenset({301, 307, 308, 501, *range(400, 500)} - {408})

_SECRETS: Final = re.compile(
    r"eyJ[\w-]*(?:\.[\w-]*)*"  # access tokens
    r"|[\w.+-]+@[\w-]+\.[\w.-]+"
    r"|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|\b(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{12,}\b"
    r"|\d[\d ]{2,}\d"  # the cloud may echo a PIN
)
_DETAIL_LENGTH: Final = 200


class Body(Enum):
    """What kind of text came back."""

    EMPTY = "empty"
    JSON = "json"
    HTML = "html"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of the cloud, read to its end."""

    status: int
    kind: Body
    text: str = field(repr=False)
    json: JsonValue = field(default=None, repr=False)
    """The body where `kind` is JSON, else None."""
    date: datetime | None = None
    """The cloud's clock when it answered."""
    retry_after: timedelta | None = None


def read_answer(
    status: int,
    raw: bytes,
    *,
    content_type: str | None,
    date: str | None,
    retry_after: str | None,
) -> Answer:
    """Read an answer: text first, JSON only if it is JSON; never raises."""
    text = raw.decode("utf-8", "replace").strip().removeprefix("\ufeff")
    kind, value = _parsed(text, content_type or "")
    at = read_date(date)
    return Answer(
        status=status,
        kind=kind,
        text=text,
        json=value,
        date=at,
        retry_after=read_wait(retry_after, at),
    )


def error_of(
    route: Route, answer: Answer, secrets: Iterable[str] = ()
) -> CloudError | None:
    """Return what an answer means as an error, None when it is a success.

    `secrets` are taken out of the vendor's text, besides whatever looks like a
    token, an id or a PIN.
    """
    code, message = _said(answer, tuple(secrets))
    said = {
        "operation": route.operation,
        "code": code,
        "detail": message,
    }
    status = answer.status
    kind = _kind_of(route, answer, message or "", code or "")
    if kind is None:
        return None
    if kind is errors.RateLimited:
        return errors.RateLimited(retry_after=answer.retry_after, status=status, **said)
    if kind is errors.InvalidParameter:
        return errors.InvalidParameter(status=status, **said)
    return kind(status=status, acted=_acted(route, status, kind), **said)


def scrubbed(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text of the cloud without secrets, in one short line."""
    for secret in secrets:
        if len(secret) > 3:
            text = text.replace(secret, "*")
    text = _SECRETS.sub("*", " ".join(text.split()))
    text = "".join(char for char in text if char.isprintable())
    return text[:_DETAIL_LENGTH]


def _kind_of(
    route: Route, answer: Answer, message: str, code: str
) -> type[CloudError] | None:
    status = answer.status
    is_read = route.safety is Safety.READ
    is_page = answer.kind is Body.HTML
    if 200 <= status < 300:
        return errors.UnexpectedAnswer if is_page else None
    if status == 401:
        return errors.LoginExpired
    if status == 403:
        return _forbidden(answer, message, code)
    if status == 429:
        return errors.RateLimited
    # A web framework answers an unknown address with a page of its own.
    if not route.verified and status in (404, 405):
        return errors.AddressNotProven
    unavailable = (
        errors.CloudUnavailable
        if is_read or status in _REFUSED
        else errors.OutcomeUnknown
    )
    if is_page and status >= 400:
        # Also 530: with a page it is the network edge's, not the lock's.
        return unavailable
    if route.reaches_device and (device := _DEVICE_ERRORS.get(status)):
        return device
    if status == 400:
        return errors.InvalidParameter
    if status == 404:
        return errors.NotFound
    if status == 409:
        return errors.NoBridge if route is GET_LOCK_STATUS else errors.Conflict
    if status == 501:
        return errors.OperationNotOffered
    if status == 408 or status >= 500:
        return unavailable
    return errors.UnexpectedAnswer


def _forbidden(answer: Answer, message: str, code: str) -> type[CloudError]:
    if not isinstance(answer.json, dict):
        return errors.FirewallBlocked
    words = message.casefold()
    if "endpoint" in words or "permission" in words:
        return errors.EndpointNotAllowed
    if "api key" in words:
        return errors.ApiKeyInvalid
    if any(word in words for word in ("user", "role", "owner", "superuser", "member")):
        return errors.RoleMissing
    if code == "NotAuthorized":
        return errors.EndpointNotAllowed
    return errors.Forbidden


def _acted(route: Route, status: int, kind: type[CloudError]) -> Acted:
    if route.safety is Safety.READ:
        return Acted.NO
    if issubclass(kind, DeviceError):
        return kind.default_acted
    return Acted.NO if status in _REFUSED else Acted.MAYBE


def _parsed(text: str, content_type: str) -> tuple[Body, JsonValue]:
    if not text:
        return Body.EMPTY, None
    try:
        return Body.JSON, json.loads(text, parse_constant=lambda _: None)
    except ValueError, RecursionError:
        pass
    is_page = text.startswith("<") or "html" in content_type.casefold()
    return (Body.HTML if is_page else Body.TEXT), None


def _said(answer: Answer, secrets: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Return code and message of a JSON error body, scrubbed."""
    if not isinstance(answer.json, dict):
        return None, None
    code, message = answer.json.get("code"), answer.json.get("message")
    return (
        scrubbed(str(code), secrets)
        if isinstance(code, str | int) and not isinstance(code, bool)
        else None,
        scrubbed(message, secrets) if isinstance(message, str) else None,
    )


def read_date(text: str | None) -> datetime | None:
    """Read a date as headers have it; None: not said, or none that can be."""
    if not text:
        return None
    try:
        at = parsedate_to_datetime(text)
        # What stands between us and the cloud may have a clock that was never set.
        return possible(
            at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        )
    except ValueError, OverflowError:
        return None


def read_wait(text: str | None, date: datetime | None) -> timedelta | None:
    """Read `Retry-After`: seconds, or a date that is measured on the cloud's clock."""
    if not text:
        return None
    try:
        wait = timedelta(seconds=float(text))
    except ValueError, OverflowError:
        until = read_date(text)
        if until is None:
            return None
        wait = until - (date or datetime.now(UTC))
    return max(wait, timedelta())


def device_error(failure: Failure) -> DeviceError:
    """Return what a push message about a failed command means (reference 13)."""
    if read_bolt_state(failure.name) is BoltState.JAMMED:
        kind: type[DeviceError] = errors.Jammed
    else:
        kind = _DEVICE_ERRORS.get(failure.status or 0, DeviceError)
    return kind(
        status=failure.status,
        code=None if failure.code is None else scrubbed(str(failure.code)),
        detail=None if failure.name is None else scrubbed(failure.name),
        acted=Acted.MAYBE if kind is DeviceError else None,
    )
