"""Faults on demand: at the wire, on the push stream, in the world.

    cloud.faults.add("remote_operate", Fail(503, "html"))
    cloud.faults.add("remote_operate", Reset(acts=True), times=2)
    cloud.faults.add("/locks/*", Slow(0.5), times=None)
    cloud.faults.add("token", Fail(400, {"error": "invalid_grant"}))
    cloud.faults.jam(lock)

The first argument is an operation of `operations.OPERATIONS`, "authorize",
"token", "socket", a path pattern that starts with a slash, or "*".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from .accounts import User
from .lock import Fault, Lock
from .payloads import REMOVED
from .words import Trouble

if TYPE_CHECKING:
    from .simulator import Simulator

type Body = str | Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Fail:
    """Answer this instead; with `acts` after doing what was asked.

    The body is "json" (the vendor's error), "html" (a gateway's page),
    "empty", any other text, or an object.
    """

    status: int
    body: Body = "json"
    headers: Mapping[str, str] = field(default_factory=dict)
    acts: bool = False


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the TCP connection; with `acts` after doing what was asked."""

    acts: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """Answer nothing for so many real seconds, then reset the connection."""

    seconds: float = 30
    acts: bool = False


@dataclass(frozen=True, slots=True)
class Truncate:
    """Do what was asked, send half of the answer, break the connection."""


@dataclass(frozen=True, slots=True)
class Slow:
    """Wait so many real seconds before doing what was asked, or (`after`) before telling of it."""

    seconds: float
    after: bool = False


type Kind = Fail | Reset | Hang | Truncate | Slow


@dataclass(slots=True)
class WireFault:
    """A fault that is waiting for its requests."""

    target: str
    kind: Kind
    left: int | None
    skip: int = 0
    containing: str | None = None
    hits: int = 0

    def strikes(self, operation: str, path: str) -> bool:
        """Whether it strikes this request, using itself up."""
        if self.left == 0:
            return False
        if self.target.startswith("/"):
            if not fnmatchcase(path, self.target):
                return False
        elif self.target not in ("*", operation):
            return False
        if self.containing is not None and self.containing not in path:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.left is not None:
            self.left -= 1
        self.hits += 1
        return True


class Faults:
    """Everything that can be made to go wrong."""

    def __init__(self, cloud: Simulator) -> None:
        """Start with nothing wrong."""
        self._cloud = cloud
        self._wire: list[WireFault] = []

    # ---------------------------------------------------------- at the wire

    def add(
        self,
        target: str,
        kind: Kind,
        *,
        times: int | None = 1,
        skip: int = 0,
        lock: Lock | None = None,
    ) -> WireFault:
        """Let a fault strike the next `times` requests (None: all) after `skip`.

        With `lock`, only requests that carry its lockID in their path.
        """
        fault = WireFault(target, kind, times, skip, lock.lock_id if lock else None)
        self._wire.append(fault)
        return fault

    def remove(self, fault: WireFault) -> None:
        """Take a fault back."""
        self._wire.remove(fault)

    def clear(self) -> None:
        """Take back all faults at the wire and on the push stream."""
        self._wire.clear()
        self._cloud.push.rules.clear()

    def strike(self, operation: str, path: str) -> Kind | None:
        """Return the fault for a request, None when it goes well."""
        return next(
            (fault.kind for fault in self._wire if fault.strikes(operation, path)),
            None,
        )

    # ----------------------------------------------------------- in the world

    def trouble(
        self,
        lock: Lock,
        trouble: Trouble,
        *,
        attempts: int | None = None,
        acts: bool = False,
    ) -> None:
        """Let the next `attempts` contacts with a lock fail (None: until mended).

        With `acts` the bolt moves although the answer is an error.
        """
        lock.faults.append(Fault(trouble=trouble, attempts=attempts, acts=acts))

    def jam(self, lock: Lock) -> None:
        """Jam a bolt until it is mended."""
        self.trouble(lock, Trouble.JAMMED)

    def flat_battery(self, lock: Lock) -> None:
        """Leave a lock too little power to move until it is mended."""
        lock.battery.level = 0.02
        lock.battery.warning = "lock_state_battery_warning_2day"
        self.trouble(lock, Trouble.FLAT_BATTERY)

    def mend(self, lock: Lock) -> None:
        """Take all troubles from a lock; the bridge is another matter."""
        lock.faults.clear()
        lock.wedged = False
        self._cloud.locksmith.visit(lock)

    async def bridge_offline(self, lock: Lock) -> None:
        """Take the lock's bridge from the network."""
        await self._cloud.hands.set_bridge(lock, online=False)

    async def bridge_online(self, lock: Lock) -> None:
        """Bring the lock's bridge back; the cloud learns what it missed."""
        await self._cloud.hands.set_bridge(lock, online=True)

    def stale_cache(self, lock: Lock, *, stale: bool = True) -> None:
        """Freeze what the cloud believes of a lock, or let it follow again."""
        lock.stale = stale
        lock.learn(self._cloud.clock.now())

    def malform(
        self, lock: Lock, path: str, value: object, *, place: str = "detail"
    ) -> None:
        """Put any JSON in place of one field of a lock's payloads.

        `place` is list, detail, status, capabilities, operation or push; `path`
        is dotted ("LockStatus.status"); the value `REMOVED` leaves it out.
        """
        lock.malformed[place, path] = value

    # -------------------------------------------------------------- tokens

    def expire_tokens(self, user: User | str | None = None) -> None:
        """End access tokens of one user or of all; refreshing still works."""
        self._cloud.tokens.end(self._user(user))

    def revoke_logins(self, user: User | str | None = None) -> None:
        """End access and refresh tokens of one user or of all."""
        self._cloud.tokens.revoke(self._user(user))

    def set_clock(self, offset: timedelta) -> None:
        """Set the cloud's clock ahead of ours, or behind."""
        self._cloud.clock.offset = offset

    def _user(self, user: User | str | None) -> User | None:
        return self._cloud.world.users[user] if isinstance(user, str) else user

    # ------------------------------------------------------------ the stream

    async def drop_sockets(self, user_id: str | None = None) -> int:
        """Reset the TCP connections of the stream; returns how many."""
        return await self._cloud.push.drop(user_id)

    async def disconnect_namespace(self, user_id: str | None = None) -> int:
        """Disconnect the namespace from the server's side; returns how many."""
        return await self._cloud.push.kick(user_id)

    def refuse_handshakes(self, times: int | None = 1) -> None:
        """Refuse the next connections by socket.io's connect error.

        For a refusal by HTTP, add a `Fail` to "socket".
        """
        self._cloud.push.refusals = times

    def forget_subscribers(self, user_id: str | None = None) -> int:
        """Forget subscribers; their open sockets stay and fall silent."""
        return self._cloud.push.forget(user_id)

    def lose_messages(self, count: int | None = 1, lock: Lock | None = None) -> None:
        """Lose the next push messages."""
        self._cloud.push.add_rule("lose", count, lock)

    def double_messages(self, count: int | None = 1, lock: Lock | None = None) -> None:
        """Send the next push messages twice."""
        self._cloud.push.add_rule("double", count, lock)

    def delay_messages(
        self, seconds: float, count: int | None = 1, lock: Lock | None = None
    ) -> None:
        """Send the next push messages so many real seconds late."""
        self._cloud.push.add_rule("delay", count, lock, seconds)

    def shuffle_messages(self, count: int, lock: Lock | None = None) -> None:
        """Hold the next push messages, then send them in another order."""
        self._cloud.push.add_rule("shuffle", count, lock)


__all__ = ["REMOVED", "Fail", "Faults", "Hang", "Kind", "Reset", "Slow", "Truncate"]
