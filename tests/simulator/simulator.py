"""The simulated partner cloud: one server, one port, both brands."""

import asyncio
from collections.abc import Coroutine
import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Self

from aiohttp import web

from . import oauth, serving
from .accounts import House, User
from .activities import Feed
from .clock import Clock, Pace
from .credentials import ApiKey, Client, default_clients, default_keys
from .faults import Faults
from .gate import Gate
from .hands import Hands
from .lock import Lock
from .locksmith import Locksmith
from .motion import Motion
from .push import Push, Socket, Subscriber
from .records import BoltMovement, BoltRecord, RequestLog, Violation
from .tokens import TokenBook
from .webhooks import Courier
from .words import Brand, JsonObject, Role
from .world import World, demo_world

assert serving.COMPLETE


@dataclass(slots=True, kw_only=True)
class Options:
    """Choices where the reference is silent or its sources disagree.

    `unverified_routes`: 404 or 405 switches the five unverified routes off.
    `houses_shape`: the envelope of `/users/houses/mine` (reference 10.1).
    `house_shape`: members of `/houses/:houseID` as map or as list (10.2).
    `push_shape`: `bare` leaves out who called and `info`.
    `push_bridge_events`: bridge online/offline on the stream (20.3).
    `push_timestamps`: `timeStamp` in each message.
    `push_on_ring`: a pressed bell sends how bolt and door stand, or a word of its own.
    `invites`: adding an account to a lock only invites it (17.1).
    `offer_tokens`: a re-issued access token in the header of answers (2.3).
    `my_redirect`: where a browser sent to my.home-assistant.io goes instead.
    """

    unverified_routes: Literal[404, 405] | None = None
    houses_shape: Literal["object", "list", "single"] = "object"
    house_shape: Literal["map", "list"] = "map"
    push_shape: Literal["full", "bare"] = "full"
    push_bridge_events: bool = False
    push_timestamps: bool = False
    push_on_ring: Literal["state", "word"] | None = None
    offer_tokens: bool = False
    my_redirect: str | None = None
    invites: bool = False


class Simulator:
    """The partner cloud as a real server on 127.0.0.1.

    Use it as an async context manager, or `start` and `stop` it.
    `speed` divides every duration of the world, `latency` (real seconds)
    delays every answer, `locks` fills the world with that many locks; every
    `ping` seconds the push stream is looked after.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        locks: int = 0,
        speed: float = 1,
        latency: float = 0,
        ping: float = 25,
        secret: str = "the signing secret of the simulated cloud",
        clock_offset: timedelta = timedelta(),
    ) -> None:
        """Build the world; nothing runs before `start`."""
        self.clock = Clock(clock_offset)
        self.pace = Pace(speed)
        self.latency = latency
        self.ping = ping
        self.options = Options()
        self.world = World(self.clock)
        self.clients: dict[str, Client] = default_clients()
        self.keys: dict[str, ApiKey] = default_keys()
        self.tokens = TokenBook(self.clock, secret)
        self.requests = RequestLog()
        self.violations: list[Violation] = []
        self.push = Push(self)
        self.feed = Feed(self)
        self.courier = Courier(self)
        self.locksmith = Locksmith(self)
        self.motion = Motion(self)
        self.hands = Hands(self)
        self.faults = Faults(self)
        self.gate = Gate(self, self.clock)
        self.bolts = BoltRecord()
        self.port = port
        self._tasks: set[asyncio.Task[object]] = set()
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()
        demo_world(self.world, locks)

    # ------------------------------------------------------------- start, stop

    async def __aenter__(self) -> Self:
        """Start the server."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop the server."""
        await self.stop()

    async def start(self) -> None:
        """Listen; afterwards `port` is the real one."""
        self._stopping.clear()
        app = web.Application(middlewares=[self.gate.middleware()])
        self.push.attach(app)
        oauth.attach(app, self)
        app.router.add_route("*", "/{path:.*}", self.gate.serve)
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=0.2, keepalive_timeout=30
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop; no task, socket or port stays behind."""
        self._stopping.set()
        await self.push.stop()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    def spawn(self, work: Coroutine[object, object, object]) -> asyncio.Task[object]:
        """Run something in the background until it ends or the server stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def hang(self, seconds: float) -> None:
        """Wait so many real seconds, or until the server stops."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def settle(self) -> None:
        """Wait until nothing is under way: movements, codes, webhooks."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    # -------------------------------------------------------------- what it is

    @property
    def url(self) -> str:
        """The address of everything: REST, OAuth, socket.io."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def owner(self) -> User:
        """The account that owns what nobody else was named for."""
        return self.world.owner

    @property
    def locks(self) -> list[Lock]:
        """All locks in the order of their making."""
        return list(self.world.locks.values())

    def lock(self, name: str) -> Lock:
        """Return the lock with this name or lockID."""
        return self.world.lock(name)

    def add_lock(
        self,
        variant: str = "connect",
        *,
        name: str | None = None,
        house: House | str | None = None,
        owner: User | None = None,
    ) -> Lock:
        """Add a lock; see `World.add_lock`."""
        return self.world.add_lock(variant, name=name, house=house, owner=owner)

    def remove_lock(self, lock: Lock) -> None:
        """Take a lock away, as if it was removed in the app."""
        self.world.remove_lock(lock)

    def rename_lock(self, lock: Lock, name: str) -> None:
        """Give a lock another name, as somebody does in the app."""
        self.world.rename(lock, name)

    def share(self, lock: Lock, user: User, role: Role = Role.USER) -> None:
        """Give somebody a role on a lock."""
        self.world.share(lock, user, role)

    def client(self, brand: Brand = Brand.YALE) -> Client:
        """Return the OAuth client of a brand."""
        return next(held for held in self.clients.values() if held.brand is brand)

    def key(self, brand: Brand = Brand.YALE) -> ApiKey:
        """Return the API key of a brand."""
        return next(held for held in self.keys.values() if held.brand is brand)

    # ---------------------------------------------------------------- logging in

    def authorize(
        self, user: User | None = None, brand: Brand = Brand.YALE
    ) -> JsonObject:
        """Return tokens for a user as the token endpoint would, without HTTP."""
        return self.tokens.issue(user or self.owner, self.client(brand))

    async def sign_in(
        self, url: str, user: User | None = None, *, allow: bool = True
    ) -> str:
        """Walk the sign-in page by HTTP as a person would.

        `url` is the authorise URL that Home Assistant opens. Returns the
        address to which the browser is sent at the end, without opening it.
        """
        return await oauth.walk(url, user or self.owner, allow=allow)

    # ------------------------------------------------------------- what happened

    @property
    def record(self) -> tuple[BoltMovement, ...]:
        """Every bolt movement since the start, oldest first."""
        return self.bolts.movements

    @property
    def sockets(self) -> tuple[Socket, ...]:
        """The open sockets of the push stream."""
        return tuple(self.push.sockets.values())

    @property
    def subscribers(self) -> tuple[Subscriber, ...]:
        """The subscribers that exist."""
        return tuple(self.push.subscribers.values())

    def violate(self, request: web.Request, problems: list[str]) -> None:
        """Note what a client sent that the reference does not list."""
        self.note_violations(request["number"], problems)

    def note_violations(self, number: int, problems: list[str]) -> None:
        """Note what the request with this number had that is not listed."""
        operation = self.requests[number].operation
        self.violations += [
            Violation(request=number, operation=operation, what=problem)
            for problem in problems
        ]
