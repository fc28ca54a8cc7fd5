"""What works with a login and its API key, found out by reading only."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

from . import errors, routes
from .client import Client
from .errors import ApiKeyInvalid, CloudError, LoginExpired
from .models import JsonValue
from .routes import ROUTES, Route, Safety


class Verdict(StrEnum):
    """What is known of an operation."""

    WORKS = "works"
    IN_USE = "in_use"
    """It works: what is in use now could not be without it."""
    NOT_FOR_KEY = "not_for_key"
    NOT_FOR_ROLE = "not_for_role"
    NOT_THERE = "not_there"
    REFUSED = "refused"
    """It answers, and not with what was asked for; perhaps this lock is no example for it."""
    NO_ANSWER = "no_answer"
    NOT_TRIED = "not_tried"
    """It would change something."""
    NOTHING_TO_TRY = "nothing_to_try"
    """There is no lock or house to try it with."""


_VERDICTS: Final[Mapping[type[CloudError], Verdict]] = {
    errors.EndpointNotAllowed: Verdict.NOT_FOR_KEY,
    errors.Forbidden: Verdict.NOT_FOR_ROLE,
    errors.SubUserRefused: Verdict.NOT_FOR_ROLE,
    errors.OperationNotOffered: Verdict.NOT_THERE,
    errors.NotFound: Verdict.REFUSED,
    errors.Conflict: Verdict.REFUSED,
    errors.InvalidParameter: Verdict.REFUSED,
    errors.DeviceError: Verdict.REFUSED,
    CloudError: Verdict.NO_ANSWER,
}
MOST_LOCKS: Final = 3
"""So many locks are tried until one can do it: an old one has no capabilities, for example."""

type Try = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found out about one operation."""

    route: Route
    verdict: Verdict
    status: int | None = None
    """The status that the cloud refused it with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What was found out about a login."""

    at: datetime
    findings: tuple[Finding, ...]

    def works(self, route: Route) -> bool:
        """Return whether an operation was found to work."""
        return any(
            finding.route is route and finding.verdict is Verdict.WORKS
            for finding in self.findings
        )

    def figures(self) -> dict[str, JsonValue]:
        """Return what diagnostics may show."""
        return {
            "at": self.at.isoformat(),
            "operations": {
                finding.route.operation: finding.verdict.value
                if finding.status is None
                else f"{finding.verdict.value} ({finding.status})"
                for finding in self.findings
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What operations may be tried with."""

    locks: Sequence[tuple[str, str | None]]
    """Lock id and serial number, the likeliest first."""
    locks_with_codes: Sequence[str]
    houses: Sequence[str]
    subscriber_id: str | None
    owner: bool
    """Whether the login acts as its owner."""
    in_use: frozenset[Route]


async def async_check(client: Client, samples: Samples, at: datetime) -> Checkup:
    """Try each operation that only reads, one after the other.

    Raises LoginExpired and ApiKeyInvalid: with these nothing works.
    """
    tries = _tries(client, samples)
    found: dict[Route, Finding] = {}
    for route in ROUTES:
        if route in tries:
            found[route] = await _async_try(route, tries[route])
        elif route in samples.in_use:
            found[route] = Finding(route=route, verdict=Verdict.IN_USE)
        else:
            assert route.safety is not Safety.READ, route
            found[route] = Finding(route=route, verdict=Verdict.NOT_TRIED)
    return Checkup(at=at, findings=tuple(found.values()))


def _tries(client: Client, samples: Samples) -> dict[Route, list[Try]]:
    """Return the ways to try each operation that only reads, the likeliest first."""
    locks = samples.locks[:MOST_LOCKS]
    coded = samples.locks_with_codes[:MOST_LOCKS]
    house = samples.houses[:1]
    subscriber = [samples.subscriber_id] if samples.subscriber_id else []
    return {
        routes.GET_LOCK: [partial(client.get_lock, lock) for lock, _ in locks],
        routes.GET_PINS: [partial(client.get_pins, lock) for lock in coded],
        routes.GET_MASTER_PIN: [partial(client.get_master_pin, lock) for lock in coded],
        routes.GET_CAPABILITIES: [
            partial(client.get_capabilities, serial_number=serial, top_level_host=True)
            for lock, known in locks
            for serial in (known, lock)
            if serial is not None
        ],
        routes.GET_HOUSES: [client.get_houses],
        routes.GET_HOUSE: [partial(client.get_house, one) for one in house],
        routes.GET_SUBSCRIBER: [
            partial(client.get_subscriber, one) for one in subscriber
        ],
        routes.GET_LOCKS: [client.get_locks],
        routes.GET_LOCK_STATUS: [
            partial(client.get_lock_status, lock) for lock, _ in locks
        ],
        routes.GET_SUB_USERS: (
            [partial(client.get_sub_users, page_size=1)] if samples.owner else []
        ),
        routes.GET_GUESTS: [partial(client.get_guests, one) for one in house],
        routes.GET_ACTIVITIES: [
            partial(client.get_activities, one, limit=1) for one in house
        ],
    }


def _verdict(route: Route, err: CloudError) -> Verdict:
    if (
        route is routes.GET_SUB_USERS
        and isinstance(err, errors.Forbidden)
        and err.code == "NotAuthorized"
    ):
        # No lock is concerned, so that no role is: it is the permission that is missing (11.1).
        return Verdict.NOT_FOR_KEY
    return next(_VERDICTS[kind] for kind in type(err).__mro__ if kind in _VERDICTS)


async def _async_try(route: Route, ways: Sequence[Try]) -> Finding:
    """Return what became of the best of some tries; what a key may not is not tried twice."""
    finding = Finding(route=route, verdict=Verdict.NOTHING_TO_TRY)
    for way in ways:
        try:
            await way()
        except LoginExpired, ApiKeyInvalid:
            raise
        except CloudError as err:
            verdict = _verdict(route, err)
            finding = Finding(route=route, verdict=verdict, status=err.status)
            if verdict not in (Verdict.REFUSED, Verdict.NOT_FOR_ROLE):
                break
        else:
            return Finding(route=route, verdict=Verdict.WORKS)
    return finding
