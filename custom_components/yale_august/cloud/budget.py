"""The account's request budget: who may send when (reference 22).

The cloud publishes no limits. So requests are few at once, reads draw on a bucket
with a reserve that only commands may use, commands go first, and a 429 stops what it
concerns: automation noise must never lock an owner out.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
import math
import time
from typing import Final, Literal, override

from .errors import BudgetExhausted, LoginExpired, RateLimited
from .routes import Safety

FIRST_PAUSE: Final = 60.0
LONGEST_GUESS: Final = 900.0
LONGEST_PAUSE: Final = 86400.0

type _Way = Safety | Literal["errand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much an account may send."""

    at_once: int = 6
    """Reads and writes on the wire together: as many as a browser opens to one host."""
    commands_at_once: int = 8
    """Commands on the wire, beside those."""
    burst: float = 200
    """Requests that may go at once after a quiet time."""
    per_second: float = 5
    """How fast the burst grows back."""
    reserve: float = 20
    """The part of it that is kept for commands."""
    pause_patience: float = 10
    """Seconds to wait for the end of a pause; a longer one is an error at once."""
    queue_patience: float = 120
    """Seconds to wait for one's turn in the queue."""


@dataclass(slots=True)
class _Lane:
    """What shares slots and pauses: commands, or reads and writes."""

    slots: int
    keep: float
    """Tokens that it must leave."""
    running: int = 0
    paused_until: float = -math.inf


@dataclass(slots=True, eq=False)
class _Waiter:
    lane: _Lane
    turn: asyncio.Future[None]


class _Admission(AbstractAsyncContextManager[None]):
    """The way of one request through the budget."""

    def __init__(
        self,
        budget: Budget,
        safety: Safety,
        errand: bool,
        leaving: Callable[[bool], None],
    ) -> None:
        self._budget = budget
        self._safety = safety
        self._errand = errand
        self._leaving = leaving

    @override
    async def __aenter__(self) -> None:
        self._lane = await self._budget.enter(self._safety, errand=self._errand)
        self._leaving(True)

    @override
    async def __aexit__(
        self, kind: object, err: BaseException | None, trace: object
    ) -> None:
        self._budget.leave(self._safety, self._lane, err)
        if isinstance(err, LoginExpired):
            self._leaving(False)


class Budget:
    """Lets requests of one account through, one by one.

    `clock` counts seconds and never goes back; `wall` is the time of day in seconds,
    used to carry the state over a restart. `on_pause` is called when the cloud has asked
    for a pause, which must survive one.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        on_pause: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin with a full bucket and no pause."""
        self.limits = limits = limits or Limits()
        self._clock = clock
        self._wall = wall
        self._on_pause = on_pause
        self._commands = _Lane(slots=limits.commands_at_once, keep=0)
        self._others = _Lane(slots=limits.at_once, keep=limits.reserve)
        # Slots of their own: those that hang must not keep the next person from the door.
        self._errands = _Lane(slots=limits.at_once, keep=0)
        self._queues: dict[_Way, deque[_Waiter]] = {
            Safety.COMMAND: deque(),
            "errand": deque(),
            Safety.WRITE: deque(),
            Safety.READ: deque(),
        }
        self._tokens = limits.burst
        self._counted_at = clock()
        self._next_pause = FIRST_PAUSE
        self._timer: asyncio.TimerHandle | None = None
        self._sent = dict.fromkeys(Safety, 0)
        self._limited = 0

    def admit(
        self,
        safety: Safety,
        *,
        errand: bool = False,
        leaving: Callable[[bool], None] = lambda _: None,
    ) -> AbstractAsyncContextManager[None]:
        """Wait for one's turn, and hold a slot while the request is on the wire.

        An `errand` is something for which a person's command waits: it goes before all but commands.
        `leaving` is called with true when the turn has come, and with false when the cloud has
        refused the request for its token, which may then be sent with another. Raises
        BudgetExhausted when the wait would be too long. A RateLimited that passes through
        pauses the account.
        """
        return _Admission(self, safety, errand, leaving)

    async def enter(self, safety: Safety, *, errand: bool) -> _Lane:
        """Wait for one's turn, and take a slot of the lane that is returned."""
        way: _Way = "errand" if errand else safety
        lane = self._lane(way)
        now = self._clock()
        self._refill(now)
        if any(self._queues.values()) or self._wait(lane, now):
            await self._turn(way, lane)
        else:
            self._take(lane)
        self._sent[safety] += 1
        return lane

    def leave(self, safety: Safety, lane: _Lane, err: BaseException | None) -> None:
        """Give the slot back when the request has ended, in `err` or well."""
        if isinstance(err, RateLimited):
            self._pause(safety, err.retry_after)
        elif err is None and self._clock() >= self._others.paused_until:
            self._next_pause = FIRST_PAUSE
        lane.running -= 1
        self._serve()

    @property
    def is_quiet(self) -> bool:
        """Whether what is in nobody's hurry may go: nobody waits, and half of the burst is there."""
        now = self._clock()
        self._refill(now)
        is_waited = any(self._queues.values())
        is_paused = now < self._others.paused_until
        return not is_waited and not is_paused and self._tokens > self.limits.burst / 2

    def figures(self) -> dict[str, float]:
        """Return what diagnostics may show; times in seconds."""
        now = self._clock()
        self._refill(now)
        return {
            "tokens": round(self._tokens, 1),
            "on_the_wire": sum(
                lane.running for lane in (self._commands, self._errands, self._others)
            ),
            "waiting": sum(map(len, self._queues.values())),
            "reads_paused_for": _left(self._others, now),
            "commands_paused_for": _left(self._commands, now),
            "reads_sent": self._sent[Safety.READ],
            "writes_sent": self._sent[Safety.WRITE],
            "commands_sent": self._sent[Safety.COMMAND],
            "rate_limited": self._limited,
        }

    def dump(self) -> dict[str, float]:
        """Return the state as JSON, to outlive a reload or a restart."""
        now = self._clock()
        self._refill(now)
        return {
            "saved_at": self._wall(),
            "tokens": self._tokens,
            "reads_paused_for": _left(self._others, now),
            "commands_paused_for": _left(self._commands, now),
            "next_pause": self._next_pause,
        }

    def restore(self, data: object) -> None:
        """Take over a dumped state, with the time since; nonsense is ignored."""
        if not isinstance(data, Mapping):
            return
        saved_at = _number(data.get("saved_at"))
        if saved_at is None:
            return
        now = self._clock()
        passed = max(0.0, self._wall() - saved_at)
        tokens = _number(data.get("tokens"))
        if tokens is not None:
            grown = tokens + passed * self.limits.per_second
            self._tokens = min(self.limits.burst, max(0.0, grown))
            self._counted_at = now
        for lane, name in (
            (self._others, "reads_paused_for"),
            (self._commands, "commands_paused_for"),
            (self._errands, "commands_paused_for"),
        ):
            left = (_number(data.get(name)) or 0.0) - passed
            if left > 0:
                lane.paused_until = now + min(left, LONGEST_PAUSE)
        step = _number(data.get("next_pause"))
        if step is not None:
            self._next_pause = min(LONGEST_GUESS, max(FIRST_PAUSE, step))

    def _lane(self, way: _Way) -> _Lane:
        if way == "errand":
            return self._errands
        return self._commands if way is Safety.COMMAND else self._others

    async def _turn(self, way: _Way, lane: _Lane) -> None:
        queue = self._queues[way]
        wait = (len(queue) + 1 + lane.keep - self._tokens) / self.limits.per_second
        if wait > self.limits.queue_patience:
            raise BudgetExhausted(available_in=timedelta(seconds=wait))
        waiter = _Waiter(lane, asyncio.get_running_loop().create_future())
        queue.append(waiter)
        self._serve()
        try:
            await waiter.turn
        except asyncio.CancelledError:
            if waiter in queue:
                queue.remove(waiter)
            elif not waiter.turn.cancelled() and waiter.turn.exception() is None:
                # Granted and cancelled in the same moment: nothing was sent.
                lane.running -= 1
                self._tokens += 1
            self._serve()
            raise

    def _serve(self) -> None:
        """Grant all turns that can be granted, commands first."""
        now = self._clock()
        self._refill(now)
        delays = [self._drain(queue, now) for queue in self._queues.values() if queue]
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if (delay := min(delays, default=math.inf)) < math.inf:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(delay, 0.001), self._serve)

    def _drain(self, queue: deque[_Waiter], now: float) -> float:
        """Serve a queue; return the seconds until time alone can help it on."""
        while queue:
            lane, turn = queue[0].lane, queue[0].turn
            if turn.done():
                queue.popleft()
                continue
            pause = lane.paused_until - now
            if pause > self.limits.pause_patience:
                queue.popleft()
                turn.set_exception(
                    BudgetExhausted(available_in=timedelta(seconds=pause))
                )
                continue
            if wait := self._wait(lane, now):
                return wait
            self._take(lane)
            queue.popleft()
            turn.set_result(None)
        return math.inf

    def _wait(self, lane: _Lane, now: float) -> float:
        """Return the seconds until time alone lets a lane send: 0 is now, inf never."""
        if lane.paused_until > now:
            return lane.paused_until - now
        if lane.running >= lane.slots:
            return math.inf
        return max(0.0, (lane.keep + 1 - self._tokens) / self.limits.per_second)

    def _take(self, lane: _Lane) -> None:
        self._tokens -= 1
        lane.running += 1

    def _refill(self, now: float) -> None:
        passed = max(0.0, now - self._counted_at)
        grown = self._tokens + passed * self.limits.per_second
        self._tokens = min(self.limits.burst, grown)
        self._counted_at = now

    def _pause(self, safety: Safety, retry_after: timedelta | None) -> None:
        """Stop reads and writes; commands only when a command was refused.

        A command may pass while reads are paused: the cloud has not said that it
        would refuse it, and a door is more than a figure on a dashboard.
        """
        now = self._clock()
        self._limited += 1
        if retry_after is not None:
            until = now + min(LONGEST_PAUSE, max(1.0, retry_after.total_seconds()))
            commands_until = until
        else:
            until = self._others.paused_until
            # Several requests on the wire meet the same limit: that is one time.
            if now >= until:
                until = now + self._next_pause
                self._next_pause = min(LONGEST_GUESS, self._next_pause * 2)
            # A guess must not keep anybody from the door for long.
            commands_until = min(until, now + FIRST_PAUSE)
        self._others.paused_until = max(self._others.paused_until, until)
        if safety is Safety.COMMAND:
            for lane in (self._commands, self._errands):
                lane.paused_until = max(lane.paused_until, commands_until)
        # After the pause reads come back one by one, not as a herd.
        self._tokens = min(self._tokens, self.limits.reserve)
        self._on_pause()


def _left(lane: _Lane, now: float) -> float:
    return round(max(0.0, lane.paused_until - now), 1)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
