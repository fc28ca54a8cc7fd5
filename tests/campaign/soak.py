"""A world that runs for long: many locks, people who use them, trouble by chance."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import gc
import os
from pathlib import Path
import random
from typing import Final, override
from unittest.mock import NonCallableMock

from custom_components.yale_august.coordinator import LockCoordinator
from tests.simulator import SeenRequest
from tests.simulator.records import RequestLog

from .bench import Bench, bench
from .trouble import Mischief
from .walk import happen
from .watch import Watch, written

VARIANTS: Final = (
    *("connect", "unlatch", "keypad", "secure", "doorman", "doorbell_bridge"),
    *("no_doorsense", "connect_v2", "linus", "wa_hub"),
)
HOUR: Final = 3600.0
REST: Final = 1.5 * HOUR
"""Without trouble for so long everything is true, and the requests are those of a quiet day."""
BETWEEN: Final = 6 * HOUR
"""From one rest to the next."""
WINDOW: Final = 10
"""Seconds in which requests are counted to find storms."""
KEPT: Final = 3000
OURS: Final = "custom_components.yale_august"


class ShortLog(RequestLog):
    """Counts all requests and keeps the latest, and all commands."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._count = 0
        self._kept: dict[int, SeenRequest] = {}
        self.by_operation: Counter[str] = Counter()
        self.by_window: Counter[int] = Counter()

    def __len__(self) -> int:
        """Return how many have arrived."""
        return self._count

    def __iter__(self) -> Iterator[SeenRequest]:
        """Go through those that are kept."""
        return iter(tuple(self._kept.values()))

    def __getitem__(self, number: int) -> SeenRequest:
        """Return one that is kept."""
        return self._kept[number]

    @override
    def add(self, seen: SeenRequest) -> None:
        """Note an arrival, and forget the oldest."""
        self._count += 1
        self._kept[self._count] = seen
        self.by_operation[seen.operation] += 1
        window = int(asyncio.get_running_loop().time()) // WINDOW
        self.by_window[window] += 1
        old = self._kept.get(self._count - KEPT)
        if old is not None and old.operation != "remote_operate":
            del self._kept[old.number]

    @override
    def update(self, number: int, **changes: object) -> None:
        """Add what became known, unless it is forgotten."""
        if number in self._kept:
            self._seen = [self._kept[number]]
            super().update(1, **changes)
            self._kept[number] = self._seen[0]

    @override
    def of(self, operation: str, *, since: int = 0) -> list[SeenRequest]:
        """Return those of one operation that are kept."""
        return [
            seen
            for number, seen in self._kept.items()
            if number > since and seen.operation == operation
        ]


@dataclass(slots=True)
class Figures:
    """What the soak has measured."""

    hours: float = 0
    locks: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    per_lock_and_hour: list[float] = field(default_factory=list)
    """Detail reads in each rest, of the lock that was read least and most."""
    worst_window: int = 0
    movements: int = 0
    commands: Counter[str] = field(default_factory=Counter)
    troubles: dict[str, int] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)
    """Resident megabytes of the whole process at each rest."""
    objects: list[int] = field(default_factory=list)
    """Objects of the integration's own classes at each rest, for each lock that it knows."""
    checked: int = 0
    """States of locks that were compared at rest with what is so; none was wrong."""
    longest_wrong: float = 0
    """Seconds for which a state was shown in trouble that was not so any more."""
    logins: int = 0

    def lines(self) -> Iterator[str]:
        """Return them in words."""
        yield f"{self.hours:.0f} hours, {self.locks} locks"
        yield f"requests: {dict(self.requests.most_common())}"
        total = sum(self.requests.values())
        yield f"{total / self.hours / self.locks:.2f} requests per lock and hour"
        least, most = min(self.per_lock_and_hour), max(self.per_lock_and_hour)
        yield f"at rest {least:.1f} to {most:.1f} detail reads per lock and hour"
        yield f"at most {self.worst_window} requests in {WINDOW} seconds"
        yield f"{self.movements} movements, commands: {dict(self.commands)}"
        yield f"{sum(self.troubles.values())} troubles: {self.troubles}"
        yield f"new logins: {self.logins}"
        yield f"states at rest: {self.checked} compared, none wrong"
        yield f"in trouble none was wrong for longer than {self.longest_wrong:.0f} s"
        yield f"memory: {self.memory[0]:.0f} to {self.memory[-1]:.0f} MB"
        yield f"objects: {self.objects[0]} to {self.objects[-1]} for each lock"


async def soak(*, hours: float, locks: int, seed: int) -> Figures:
    """Run the world for so long; raises AssertionError when something is not true."""
    random.seed(seed)
    chance = random.Random(seed)
    variants = [VARIANTS[number % len(VARIANTS)] for number in range(locks)]

    def begin(found: Bench) -> None:
        found.cloud.requests = ShortLog()

    with written() as lines:
        async with bench(*variants, before=begin) as found:
            world = _World(found, chance, lines)
            await world.run(hours * HOUR)
        await asyncio.sleep(1)
        world.watch.finish(lines)
    return world.figures


class _World:
    def __init__(self, found: Bench, chance: random.Random, lines: list[str]) -> None:
        self.watch = Watch(found)
        self.figures = Figures(locks=len(found.cloud.locks))
        self._bench = found
        self._chance = chance
        self._lines = lines
        self._log = found.cloud.requests
        self._busy: set[asyncio.Task[None]] = set()
        self._down = False

    async def run(self, seconds: float) -> None:
        """Live, rest, live, rest."""
        mischief = Mischief(self._bench, self._chance)
        mischief.stopping = self._stopping
        while self.figures.hours * HOUR < seconds:
            await self._live(mischief, BETWEEN - REST)
            await self._rest()
            self.figures.hours += BETWEEN / HOUR
        self._measure(mischief)

    async def _live(self, mischief: Mischief, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        tasks = (self._people(until), self._trouble(mischief, until))
        async with asyncio.TaskGroup() as group:
            for task in tasks:
                group.create_task(task)
            while loop.time() < until:
                await self.watch.pass_time(60)
                self._note_wrong()

    async def _people(self, until: float) -> None:
        loop = asyncio.get_running_loop()
        locks = self._bench.cloud.locks
        while loop.time() < until:
            await self._pause(len(locks) / (2 * HOUR), until)
            lock = self._chance.choice(locks)
            is_there = not self._down and self._bench.lock(lock) is not None
            if not is_there or lock.lock_id in self._used():
                await self._bench.cloud.hands.unlock(lock)
                continue
            task = asyncio.create_task(
                happen(self.watch, lock, self._chance), name=lock.lock_id
            )
            self._busy.add(task)
            task.add_done_callback(self._done)

    async def _pause(self, often: float, until: float) -> None:
        """Wait for the next thing that happens so often a second, and not beyond `until`: nobody looks then."""
        left = until - asyncio.get_running_loop().time()
        await asyncio.sleep(min(self._chance.expovariate(often), left))

    @asynccontextmanager
    async def _stopping(self) -> AsyncGenerator[None]:
        """Let nobody operate a lock; commands that are interrupted are another test's."""
        self._down = True
        if self._busy:
            await asyncio.wait(self._busy)
        try:
            yield
        finally:
            self._down = not self._bench.loaded

    def _used(self) -> set[str]:
        return {task.get_name() for task in self._busy}

    def _done(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        task.result()

    async def _trouble(self, mischief: Mischief, until: float) -> None:
        loop = asyncio.get_running_loop()
        while loop.time() < until:
            await self._pause(1 / 600, until)
            await mischief.happen()
            if self._bench.entry.asked_for_login:
                await self._log_in()

    async def _log_in(self) -> None:
        object.__setattr__(self._bench.entry, "asked_for_login", 0)
        self.figures.logins += 1
        async with self._stopping():
            await self._bench.sign_in_again()

    async def _rest(self) -> None:
        """Take all trouble back; see that all is true, and count the reads of a quiet hour."""
        cloud = self._bench.cloud
        if self._busy:
            await asyncio.wait(self._busy)
        cloud.faults.clear()
        cloud.push.refusals = 0
        for lock in cloud.locks:
            cloud.faults.mend(lock)
            cloud.faults.stale_cache(lock, stale=False)
            await cloud.faults.bridge_online(lock)
        await self.watch.pass_time(REST - HOUR)
        if self._bench.entry.asked_for_login:
            await self._log_in()
        before = len(self._log)
        await self.watch.pass_time(HOUR)
        self.watch.is_true()
        self.figures.checked += len(cloud.locks)
        reads = Counter(seen.path for seen in self._log.of("get_lock", since=before))
        assert len(reads) == len(cloud.locks), "a lock was not read for an hour"
        self.figures.per_lock_and_hour += [min(reads.values()), max(reads.values())]
        self.watch.check_log(self._lines)
        self._lines.clear()
        cloud.push.sent.clear()
        self._note_memory()

    def _note_wrong(self) -> None:
        now = asyncio.get_running_loop().time()
        for since in self.watch.wrong_since.values():
            self.figures.longest_wrong = max(self.figures.longest_wrong, now - since)

    def _note_memory(self) -> None:
        for found in gc.get_objects():
            if isinstance(found, NonCallableMock):
                # Those of storage remember each call, and with it each Home Assistant.
                found.reset_mock()
        gc.collect()
        self.figures.memory.append(_resident())
        kinds = Counter(map(type, gc.get_objects()))
        objects = sum(kinds[kind] for kind in kinds if kind.__module__.startswith(OURS))
        self.figures.objects.append(objects // kinds[LockCoordinator])

    def _measure(self, mischief: Mischief) -> None:
        log, figures = self._log, self.figures
        assert isinstance(log, ShortLog)
        figures.requests = log.by_operation
        figures.worst_window = max(log.by_window.values())
        figures.movements = len(self._bench.cloud.record)
        figures.commands = Counter(
            given.outcome or "confirmed" for given in self.watch.given
        )
        figures.troubles = mischief.count


def _resident() -> float:
    """Return the resident memory in megabytes."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
