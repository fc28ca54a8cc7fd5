"""Trouble of every kind, by chance, for a world that runs for long."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import timedelta
import random
from typing import Final

from tests.simulator import Fail, Hang, Lock, Reset, Slow, Trouble, Truncate
from tests.simulator.faults import Kind

from .bench import Bench

READS: Final = ("get_locks", "get_lock", "get_lock_status", "get_capabilities")
CALLS: Final = (
    *READS,
    *("create_subscriber", "get_subscriber", "delete_subscriber", "socket", "token"),
    "remote_operate",
)
ANSWERS: Final[tuple[Kind, ...]] = (
    *(Fail(status, "html") for status in (403, 500, 502, 503, 504)),
    *(Fail(status) for status in (408, 429, 500, 503)),
    *(Fail(status, "empty") for status in (403, 500, 502, 503)),
    Fail(429, headers={"Retry-After": "300"}),
    Reset(),
    Reset(acts=True),
    Truncate(),
    Hang(60),
    Hang(60, acts=True),
    Slow(10),
)
OF_LOCKS: Final = (
    *(Trouble.NO_ANSWER, Trouble.BRIDGE_BUSY, Trouble.BUSY, Trouble.SERVER_ERROR),
    *(Trouble.UNCALIBRATED, Trouble.OVERHEATED, Trouble.DISCONNECTS),
)


class Mischief:
    """Lets something go wrong now and then, each for a while only."""

    def __init__(self, bench: Bench, chance: random.Random) -> None:
        """Begin with nothing wrong."""
        self._bench = bench
        self._chance = chance
        self.count: dict[str, int] = {}
        self.stopping: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
        """Entered while Home Assistant is down."""

    async def happen(self) -> None:
        """Let one thing go wrong."""
        kinds: tuple[Callable[[], Awaitable[None]], ...] = (
            *(self.call, self.call, self.call, self.message, self.message),
            *(self.connection, self.connection, self.lock, self.lock, self.bridge),
            *(self.cache, self.clock, self.token, self.subscribers, self.restart),
        )
        kind = self._chance.choice(kinds)
        name = getattr(kind, "__name__", "?")
        self.count[name] = self.count.get(name, 0) + 1
        await kind()

    async def call(self) -> None:
        """Fail one call, or all of them, for up to half an hour."""
        operation = self._chance.choice((*CALLS, "*"))
        answer = self._chance.choice(ANSWERS)
        if operation in ("token", "*") and not isinstance(answer, Fail):
            # A lost answer of the token endpoint costs a person a login.
            answer = Reset()
        fault = self._bench.cloud.faults.add(operation, answer, times=None)
        seconds = self._chance.uniform(5, 1800)
        self._bench.later(seconds, lambda: setattr(fault, "left", 0))

    async def message(self) -> None:
        """Do something to the next messages."""
        faults = self._bench.cloud.faults
        count = self._chance.randint(1, 12)
        match self._chance.choice(("lose", "double", "delay", "shuffle")):
            case "lose":
                faults.lose_messages(count)
            case "double":
                faults.double_messages(count)
            case "delay":
                faults.delay_messages(self._chance.uniform(0.5, 120), count)
            case "shuffle":
                faults.shuffle_messages(self._chance.randint(2, 6))

    async def connection(self) -> None:
        """End the connection, and perhaps let nobody in for a while."""
        faults = self._bench.cloud.faults
        faults.refuse_handshakes(self._chance.choice((0, 0, 0, 1, 3, 8)))
        if self._chance.random() < 0.5:
            await faults.drop_sockets()
        else:
            await faults.disconnect_namespace()

    async def lock(self) -> None:
        """Let a lock fail at its next contacts."""
        self._bench.cloud.faults.trouble(
            self._any(),
            self._chance.choice(OF_LOCKS),
            attempts=self._chance.randint(1, 2),
            acts=False,
        )

    async def bridge(self) -> None:
        """Take a bridge off the network for a while."""
        cloud, lock = self._bench.cloud, self._any()
        cloud.options.push_bridge_events = self._chance.random() < 0.5
        await cloud.faults.bridge_offline(lock)
        self._after(self._chance.uniform(60, 9000), cloud.faults.bridge_online, lock)

    async def cache(self) -> None:
        """Freeze what the cloud believes of a lock, for less than it is believed."""
        faults, lock = self._bench.cloud.faults, self._any()
        faults.stale_cache(lock)
        seconds = self._chance.uniform(60, 1200)
        self._bench.later(seconds, lambda: faults.stale_cache(lock, stale=False))

    async def clock(self) -> None:
        """Set the cloud's clock."""
        seconds = self._chance.choice((-3600, -90, -2, 0, 2, 90, 3600))
        self._bench.cloud.faults.set_clock(timedelta(seconds=seconds))

    async def token(self) -> None:
        """End the access tokens."""
        self._bench.cloud.faults.expire_tokens()

    async def subscribers(self) -> None:
        """Forget who listens; the sockets stay open and silent."""
        self._bench.cloud.faults.forget_subscribers()

    async def restart(self) -> None:
        """Start Home Assistant anew, now and then after a cut of the power."""
        self._bench.pause = self._chance.uniform(5, 600)
        async with self.stopping():
            await self._bench.restart(cleanly=self._chance.random() < 0.5)

    def _any(self) -> Lock:
        return self._chance.choice(self._bench.cloud.locks)

    def _after(
        self, seconds: float, what: Callable[[Lock], Awaitable[None]], lock: Lock
    ) -> None:
        async def do() -> None:
            await asyncio.sleep(seconds)
            await what(lock)

        self._bench.meanwhile(do())
