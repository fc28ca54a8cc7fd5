"""What a handler of an operation gets and gives."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
import re
from typing import TYPE_CHECKING

from . import errors
from .accounts import User
from .credentials import ApiKey, Client
from .lock import Lock
from .operations import Operation
from .words import Brand, JsonObject, Role

if TYPE_CHECKING:
    from .simulator import Simulator

_UUID = re.compile(r"[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}")


class Nothing:
    """The body of an answer without one."""


NOTHING = Nothing()


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer; a body of None is JSON's null."""

    body: object
    status: int = 200


SUCCESS = Answer({"message": "success"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that passed the gate: key, token and form are right."""

    cloud: Simulator
    operation: Operation
    number: int
    brand: Brand
    key: ApiKey
    user: User
    client: Client
    install_id: str
    version: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    body: JsonObject

    def lock(self, *roles: Role) -> Lock:
        """Return the lock of the path if the caller has one of these roles on it.

        Without roles any will do. A lock that the caller is not on does not
        exist for that caller.
        """
        lock = self.cloud.world.locks.get(self.parameters["lock_id"])
        role = lock.role(self.user.user_id) if lock else None
        if lock is None or role is None:
            raise errors.not_found("Lock")
        if roles and role not in roles:
            raise errors.not_authorized()
        return lock

    def own_lock(self) -> Lock:
        """Return the lock of the path if the caller owns it."""
        return self.lock(Role.SUPERUSER)

    def text(self, name: str) -> str:
        """Return a required, non-empty text of the body."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise errors.invalid(f"{name} is required")
        return value

    def uuid(self, name: str) -> str:
        """Return a required UUID of the body."""
        value = self.text(name)
        if not _UUID.fullmatch(value):
            raise errors.invalid(f"{name} must be a UUID")
        return value

    def flag(self, name: str) -> bool | None:
        """Return an optional true/false of the query."""
        match self.query.get(name):
            case None:
                return None
            case "true":
                return True
            case "false":
                return False
        raise errors.invalid(f"{name} must be true or false")

    def integer(
        self, name: str, default: int, *, least: int, most: int | None = None
    ) -> int:
        """Return an optional integer of the query within its bounds."""
        text = self.query.get(name)
        if text is None:
            return default
        if not re.fullmatch(r"-?\d{1,9}", text):
            raise errors.invalid(f"{name} must be an integer")
        value = int(text)
        if value < least or (most is not None and value > most):
            raise errors.invalid(f"{name} is out of bounds")
        return value

    def violate(self, problems: list[str]) -> None:
        """Note what the client sent that the reference does not list."""
        self.cloud.note_violations(self.number, problems)


type Handler = Callable[[Call], Awaitable[Answer]]

HANDLERS: dict[str, Handler] = {}


def serves(operation: str) -> Callable[[Handler], Handler]:
    """Register the handler of an operation."""

    def register(handler: Handler) -> Handler:
        HANDLERS[operation] = handler
        return handler

    return register
