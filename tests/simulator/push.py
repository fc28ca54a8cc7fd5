"""The push stream: subscribers and the socket.io server (reference 20)."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from copy import deepcopy
from dataclasses import dataclass, field
import random
from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import uuid4

from aiohttp import web
import socketio  # type: ignore[import-untyped]
from socketio.exceptions import ConnectionRefusedError as SocketRefused  # type: ignore[import-untyped]

from .lock import Lock
from .payloads import distort
from .wire import reset
from .words import Brand, JsonObject

if TYPE_CHECKING:
    from .simulator import Simulator

_QUERY = frozenset({"subscriberID", "transport", "EIO", "t"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A registration for push messages of one user's locks."""

    subscriber_id: str
    scopes: tuple[str, ...]
    client_id: str
    user_id: str

    def body(self) -> JsonObject:
        """Return the answer of the three subscriber operations."""
        return {
            "subscriberID": self.subscriber_id,
            "scopes": list(self.scopes),
            "clientID": self.client_id,
            "userID": self.user_id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket:
    """An open connection of the stream."""

    sid: str
    subscriber_id: str
    user_id: str
    request: web.Request = field(repr=False)


@dataclass(slots=True)
class Rule:
    """A fault of the stream that waits for its messages."""

    kind: Literal["lose", "double", "delay", "shuffle"]
    left: int | None
    lock_id: str | None
    seconds: float
    held: list[JsonObject] = field(default_factory=list)


class Push:
    """Sends each change of a lock to the subscribers of its users, once."""

    def __init__(self, cloud: Simulator) -> None:
        """Start without subscribers."""
        self._cloud = cloud
        self._io = socketio.AsyncServer(
            async_mode="aiohttp",
            transports=["websocket"],
            ping_interval=cloud.ping,
            # Without it no service task outlives the test.
            monitor_clients=False,
            cors_allowed_origins=[],
        )
        # Its pings sleep on after a socket is closed: they are ours to end.
        self._chores: set[asyncio.Task[object]] = set()
        self._io.eio.start_background_task = self._begin
        self._io.on("connect", self._connect)
        self._io.on("disconnect", self._disconnect)
        self._random = random.Random(20)
        self.subscribers: dict[str, Subscriber] = {}
        self.sockets: dict[str, Socket] = {}
        self.rules: list[Rule] = []
        self.refusals: int | None = 0
        self.sent: list[JsonObject] = []
        """Every message that left, faults applied, for assertions."""

    def attach(self, app: web.Application) -> None:
        """Serve /socket.io/ in the application."""
        self._io.attach(app, socketio_path="socket.io")

    async def stop(self) -> None:
        """Close all sockets."""
        for sid in tuple(self.sockets):
            await self._io.disconnect(sid)
        await self._io.shutdown()
        for chore in tuple(self._chores):
            chore.cancel()
        await asyncio.gather(*self._chores, return_exceptions=True)

    def _begin(
        self, work: Callable[..., Coroutine[object, object, object]], *args: object
    ) -> asyncio.Task[object]:
        task = asyncio.get_running_loop().create_task(work(*args))
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
        return task

    # ---------------------------------------------------------- subscribers

    def subscribe(self, user_id: str, client_id: str) -> Subscriber:
        """Create a subscriber; each call makes another one."""
        subscriber = Subscriber(
            subscriber_id=str(uuid4()),
            scopes=("lock",),
            client_id=client_id,
            user_id=user_id,
        )
        self.subscribers[subscriber.subscriber_id] = subscriber
        return subscriber

    def forget(self, user_id: str | None) -> int:
        """Forget subscribers as the cloud might; sockets stay open."""
        gone = [
            key
            for key, subscriber in self.subscribers.items()
            if user_id in (None, subscriber.user_id)
        ]
        for key in gone:
            del self.subscribers[key]
        return len(gone)

    # -------------------------------------------------------------- sockets

    async def _connect(
        self, sid: str, environ: dict[str, Any], _auth: object = None
    ) -> None:
        request = cast("web.Request", environ["aiohttp.request"])
        refused = self._refused(request)
        if refused:
            self._cloud.requests.update(request["number"], status=403)
            raise SocketRefused(refused)
        subscriber = self.subscribers[request.query["subscriberID"]]
        self._cloud.requests.update(
            request["number"],
            status=101,
            brand=Brand.YALE,
            user_id=subscriber.user_id,
        )
        self.sockets[sid] = Socket(
            sid=sid,
            subscriber_id=subscriber.subscriber_id,
            user_id=subscriber.user_id,
            request=request,
        )

    def _refused(self, request: web.Request) -> str | None:
        if self.refusals is None or self.refusals > 0:
            if self.refusals:
                self.refusals -= 1
            return "Connection refused"
        problems = self._cloud.gate.foreign_headers(request, Brand.YALE)
        problems += [f"query {name}" for name in request.query if name not in _QUERY]
        if problems:
            self._cloud.violate(request, problems)
            return f"Not listed: {', '.join(problems)}"
        if not self._cloud.gate.key_of(request, Brand.YALE):
            return "API key is not valid"
        access = self._cloud.gate.access_of(request, Brand.YALE)
        if access is None:
            return "Access token is not valid"
        subscriber = self.subscribers.get(request.query.get("subscriberID", ""))
        if subscriber is None or subscriber.user_id != access.user_id:
            return "Subscriber not found"
        return None

    async def _disconnect(self, sid: str, _reason: str = "") -> None:
        self.sockets.pop(sid, None)

    def _of(self, user_id: str | None) -> list[Socket]:
        return [
            socket
            for socket in self.sockets.values()
            if user_id in (None, socket.user_id)
        ]

    async def drop(self, user_id: str | None) -> int:
        """Reset the connections under the sockets."""
        sockets = self._of(user_id)
        for socket in sockets:
            reset(socket.request)
            self.sockets.pop(socket.sid, None)
        return len(sockets)

    async def kick(self, user_id: str | None) -> int:
        """Send a namespace disconnect to the sockets."""
        sockets = self._of(user_id)
        for socket in sockets:
            await self._io.disconnect(socket.sid)
        return len(sockets)

    # ------------------------------------------------------------- messages

    def add_rule(
        self,
        kind: Literal["lose", "double", "delay", "shuffle"],
        count: int | None,
        lock: Lock | None,
        seconds: float = 0,
    ) -> None:
        """Add a fault for the next messages."""
        self.rules.append(Rule(kind, count, lock.lock_id if lock else None, seconds))

    async def publish(self, lock: Lock, message: JsonObject) -> None:
        """Send a message of a lock to the subscribers of its users."""
        message = distort(lock, "push", deepcopy(message))
        rule = self._rule(lock)
        if rule is None:
            await self._emit(lock, message)
            return
        match rule.kind:
            case "lose":
                pass
            case "double":
                await self._emit(lock, message)
                await self._emit(lock, message)
            case "delay":
                self._cloud.spawn(self._later(rule.seconds, lock, message))
            case "shuffle":
                rule.held.append(message)
                if rule.left == 0:
                    order = rule.held[::-1]
                    if len(order) > 2:
                        self._random.shuffle(order)
                    for held in order:
                        await self._emit(lock, held)

    def _rule(self, lock: Lock) -> Rule | None:
        for rule in self.rules:
            if rule.left == 0 or rule.lock_id not in (None, lock.lock_id):
                continue
            if rule.left is not None:
                rule.left -= 1
            return rule
        return None

    async def _later(self, seconds: float, lock: Lock, message: JsonObject) -> None:
        await asyncio.sleep(seconds)
        await self._emit(lock, message)

    async def _emit(self, lock: Lock, message: JsonObject) -> None:
        self.sent.append(message)
        emit = cast("Callable[..., Awaitable[None]]", self._io.emit)
        for socket in tuple(self.sockets.values()):
            if socket.subscriber_id not in self.subscribers:
                continue
            if lock.role(socket.user_id) is not None:
                await emit("data", message, to=socket.sid)

    async def send_raw(self, message: object, user_id: str | None = None) -> None:
        """Send any message to the sockets of one user or of all."""
        emit = cast("Callable[..., Awaitable[None]]", self._io.emit)
        for socket in self._of(user_id):
            await emit("data", message, to=socket.sid)
