"""What happened: bolt movements, requests, violations.

Nothing here is reachable over the port that clients use.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from .words import Bolt, Brand, Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class BoltMovement:
    """One movement of one bolt, as it happened at the door.

    `kind` is locked, unlocked, unlatched or securemode; `request` is the
    number of the request that asked for it, None where nobody asked by wire.
    """

    lock_id: str
    kind: Bolt
    at: datetime
    cause: Cause
    user_id: str | None
    request: int | None


class BoltRecord:
    """Every movement since the start; grows at its end only."""

    def __init__(self) -> None:
        """Start empty."""
        self._movements: tuple[BoltMovement, ...] = ()

    def note(self, movement: BoltMovement) -> None:
        """Add what just happened."""
        self._movements += (movement,)

    @property
    def movements(self) -> tuple[BoltMovement, ...]:
        """All movements, oldest first."""
        return self._movements


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
    """One request as it arrived; `status` is None until it is answered.

    A request that was cut off on purpose keeps None.
    """

    number: int
    operation: str
    method: str
    path: str
    at: datetime
    brand: Brand | None = None
    user_id: str | None = None
    status: int | None = None
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: object = field(default=None, repr=False)


class RequestLog:
    """Every request in the order of its arrival on the wire."""

    def __init__(self) -> None:
        """Start empty."""
        self._seen: list[SeenRequest] = []

    def __len__(self) -> int:
        """Return how many have arrived."""
        return len(self._seen)

    def __iter__(self) -> Iterator[SeenRequest]:
        """Go through them, oldest first."""
        return iter(tuple(self._seen))

    def __getitem__(self, number: int) -> SeenRequest:
        """Return the request with this number; the first is 1."""
        return self._seen[number - 1]

    def add(self, seen: SeenRequest) -> None:
        """Note an arrival."""
        self._seen.append(seen)

    def update(self, number: int, **changes: object) -> None:
        """Add to an entry what became known later."""
        self._seen[number - 1] = replace(self._seen[number - 1], **changes)  # type: ignore[arg-type]

    def of(self, operation: str, *, since: int = 0) -> list[SeenRequest]:
        """Return the requests of one operation after number `since`."""
        return [seen for seen in self._seen[since:] if seen.operation == operation]

    def count(self, operation: str | None = None, *, since: int = 0) -> int:
        """Count the requests of one operation, or all of them."""
        if operation is None:
            return len(self._seen) - since
        return len(self.of(operation, since=since))

    def counts(self, *, since: int = 0) -> dict[str, int]:
        """Count the requests by operation."""
        return dict(Counter(seen.operation for seen in self._seen[since:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Something a client sent that the reference does not list."""

    request: int
    operation: str
    what: str
