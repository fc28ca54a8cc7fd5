"""What the vendor's page allows a parameter to be, checked before sending.

Errors name the parameter and the rule, never the value.
"""

from collections.abc import Iterable
from enum import Enum
import json
import re
from typing import Final
from uuid import UUID

from yarl import URL

from .errors import InvalidParameter
from .models import AccessType, PinAction, PinCommand, Webhook

_LOCK_ID: Final = re.compile(r"[0-9A-F]{32}")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PIN: Final = re.compile(r"[0-9]{4,14}")


class Absent(Enum):
    """The one value that says: leave this field out (null is something else)."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


def lock_id(value: str) -> str:
    """Return a lock's id: 32 upper-case hexadecimal digits."""
    if not isinstance(value, str) or not _LOCK_ID.fullmatch(value):
        raise InvalidParameter("lock_id", "must be 32 upper-case hexadecimal digits")
    return value


def uuid(name: str, value: str | UUID) -> str:
    """Return a UUID in its usual spelling."""
    text = str(value)
    if not _UUID.fullmatch(text):
        raise InvalidParameter(name, "must be a UUID")
    return text


def segment(name: str, value: str) -> str:
    """Return an opaque id that can stand alone between two slashes."""
    filled(name, value)
    if value in (".", "..") or not value.isprintable() or "/" in value:
        raise InvalidParameter(name, "must be an id")
    return value


def filled(name: str, value: str) -> str:
    """Return a text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidParameter(name, "must not be empty")
    return value


def string(name: str, value: str) -> str:
    """Return a text, which may be empty."""
    if not isinstance(value, str):
        raise InvalidParameter(name, "must be a text")
    return value


def integer(
    name: str, value: int, *, least: int | None = None, most: int | None = None
) -> int:
    """Return a whole number within its bounds."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidParameter(name, "must be a whole number")
    if (least is not None and value < least) or (most is not None and value > most):
        raise InvalidParameter(name, f"must be within {least} and {most}")
    return value


def boolean(name: str, value: bool) -> bool:
    """Return a truth value."""
    if not isinstance(value, bool):
        raise InvalidParameter(name, "must be true or false")
    return value


def word[E: Enum](name: str, value: E | str, allowed: type[E]) -> E:
    """Return a member of an enumeration, given as such or by its value."""
    if isinstance(value, allowed):
        return value
    try:
        return allowed(value)
    except ValueError as err:
        rule = f"must be one of {', '.join(str(member.value) for member in allowed)}"
        raise InvalidParameter(name, rule) from err


def pin(name: str, value: str) -> str:
    """Return the digits of a PIN: 4 to 14 (reference 14.6)."""
    if not isinstance(value, str) or not _PIN.fullmatch(value):
        raise InvalidParameter(name, "must be 4 to 14 digits")
    return value


def address(name: str, value: str, *, secure: bool) -> str:
    """Return the address of a webhook; `secure` demands https."""
    schemes = ("https",) if secure else ("https", "http")
    rule = f"must be an {' or '.join(schemes)} address"
    try:
        url = URL(value)
    except (TypeError, ValueError) as err:
        raise InvalidParameter(name, rule) from err
    if url.scheme not in schemes or not url.host:
        raise InvalidParameter(name, rule)
    return value


def scopes(values: Iterable[str]) -> list[str]:
    """Return the scopes of a subscriber: not empty, each once, only `lock`."""
    listed = list(values)
    if not listed or len(set(listed)) != len(listed) or set(listed) - {"lock"}:
        raise InvalidParameter("scopes", 'must be "lock", once')
    return listed


def jsonable(name: str, value: object) -> None:
    """Make sure that a value can be sent as JSON."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as err:
        raise InvalidParameter(name, "must be a JSON value") from err


def pin_command(command: PinCommand) -> None:
    """Check one change of a PIN against reference 14.4 and 14.5."""
    word("action", command.action, PinAction)
    word("access_type", command.access_type, AccessType)
    if command.access_type is AccessType.UNKNOWN:
        raise InvalidParameter("access_type", "must be always, recurring or temporary")
    if command.pin is not None:
        pin("pin", command.pin)
    if not command.partner_user_id and not command.user_id:
        raise InvalidParameter("partner_user_id", "or user_id must be given")
    if command.action is not PinAction.LOAD:
        return
    if command.pin is None:
        raise InvalidParameter("pin", "must be given to load it")
    filled("first_name", command.first_name or "")
    if command.last_name is None:
        raise InvalidParameter("last_name", "must be given, if only empty")
    if command.access_type is AccessType.ALWAYS or command.schedule:
        return
    filled("access_times", command.access_times or "")
    if command.access_type is AccessType.RECURRING:
        filled("access_recurrence", command.access_recurrence or "")


def webhook(registration: Webhook) -> None:
    """Check the registration of a webhook against reference 19.1."""
    address("url", registration.url, secure=False)
    filled("client_id", registration.client_id)
    if not registration.topics or len(set(registration.topics)) != len(
        registration.topics
    ):
        raise InvalidParameter("topics", "must not be empty, each once")
    if (registration.header is None) is not (registration.token is None):
        raise InvalidParameter("header", "and token go together")
