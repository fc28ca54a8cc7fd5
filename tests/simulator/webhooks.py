"""Webhooks: registrations, and deliveries that are really posted (reference 19)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp

from .accounts import User
from .clock import epoch_ms
from .lock import Lock
from .words import JsonObject

if TYPE_CHECKING:
    from .simulator import Simulator

LOCK_TYPES = frozenset(
    {"operation", "battery", "systemstatus", "configuration", "accessmgmt"}
)
"""What a lock's registration may ask for."""

USER_TYPES = frozenset({"lockmembership"})
"""What a user's registration may ask for."""

_COVERS = {
    "operation": {"operation", "status"},
    "battery": {"system", "battery"},
    "systemstatus": {"systemstatus"},
}
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Where and how events of a lock (or of a user) are to be posted."""

    user_id: str
    lock_id: str | None
    client_id: str
    url: str
    types: frozenset[str]
    header: str | None
    token: str | None

    def covers(self, event_type: str) -> bool:
        """Whether it gets events of a type; unlisted ones reach everybody."""
        listed = {kind for kinds in _COVERS.values() for kind in kinds}
        return event_type not in listed or any(
            event_type in _COVERS.get(kind, ()) for kind in self.types
        )

    @property
    def headers(self) -> dict[str, str]:
        """The header by which the receiver knows who posts."""
        return {self.header: self.token or ""} if self.header else {}


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One attempt to post; there is never a second."""

    url: str
    body: JsonObject = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    status: int | None = None
    problem: str | None = None


class Courier:
    """Posts to addresses on this machine; to no other."""

    def __init__(self, cloud: Simulator) -> None:
        """Start without registrations."""
        self._cloud = cloud
        self.registrations: dict[tuple[str, str | None], Registration] = {}
        self.deliveries: list[Delivery] = []
        self.routes: dict[str, str] = {}
        """Beginning of a public address -> what stands for it on this machine."""

    def register(self, registration: Registration) -> None:
        """Register; one for each user and lock, a new one overwrites."""
        self.registrations[registration.user_id, registration.lock_id] = registration

    def of(self, user_id: str, lock_id: str | None) -> Registration | None:
        """Return the registration of a user for a lock, or for the user."""
        return self.registrations.get((user_id, lock_id))

    def unregister(self, user_id: str, lock_id: str | None) -> bool:
        """Delete a registration; returns whether there was one."""
        return self.registrations.pop((user_id, lock_id), None) is not None

    def forget(self, lock: Lock) -> None:
        """Delete all registrations of a lock."""
        for key in tuple(self.registrations):
            if key[1] == lock.lock_id:
                del self.registrations[key]

    def membership(self, lock: Lock, event: str, user: User) -> None:
        """Post to a user's own webhook that a lock was gained or lost.

        The body of this one is documented nowhere: it has the fields of the
        others.
        """
        registration = self.of(user.user_id, None)
        if registration:
            body: JsonObject = {
                "LockID": lock.lock_id,
                "EventType": "lockmembership",
                "Event": event,
                "User": user.person(),
                "Timestamp": epoch_ms(self._cloud.clock.now()),
            }
            self.post(registration.url, body, registration.headers)

    def event(
        self, lock: Lock, event_type: str, event: str, person: JsonObject
    ) -> None:
        """Post an event of a lock to those registered for it (19.3)."""
        body: JsonObject = {
            "LockID": lock.lock_id,
            "EventType": event_type,
            "Event": event,
            "User": person,
            "Timestamp": epoch_ms(self._cloud.clock.now()),
        }
        for registration in tuple(self.registrations.values()):
            if registration.lock_id == lock.lock_id and registration.covers(event_type):
                self.post(registration.url, body, registration.headers)

    def post(
        self, url: str, body: JsonObject, headers: dict[str, str] | None = None
    ) -> None:
        """Post in the background, once."""
        delivery = Delivery(url=url, body=body, headers=headers or {})
        self.deliveries.append(delivery)
        self._cloud.spawn(self._deliver(delivery))

    async def _deliver(self, delivery: Delivery) -> None:
        url = delivery.url
        for public, local in self.routes.items():
            if url.startswith(public):
                url = local + url.removeprefix(public)
        if urlsplit(url).hostname not in _LOOPBACK:
            delivery.problem = "not an address of this machine"
            return
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as session,
                session.post(
                    url,
                    json=delivery.body,
                    headers=delivery.headers,
                    allow_redirects=False,
                ) as response,
            ):
                delivery.status = response.status
        except (aiohttp.ClientError, TimeoutError) as problem:
            delivery.problem = repr(problem)
