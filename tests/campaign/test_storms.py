"""Five hundred locks: neither a reconnect nor an outage is a storm, and a door stays a door."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from operator import sub
import random
import time
from typing import Final

import pytest

from custom_components.yale_august import account
from custom_components.yale_august.account import PACE
from custom_components.yale_august.cloud.budget import Limits
from custom_components.yale_august.codes.schedule import ALWAYS
from tests.simulator import Fail, Reset
from tests.simulator.pinbook import PinState

from .bench import Bench, bench, left_over
from .warp import run
from .watch import Watch, written

LOCKS: Final = 500
LIMITS: Final = Limits()
POLLS_AN_HOUR: Final = 3600 / (0.85 * PACE.poll_share.total_seconds())
"""The most reads that many locks make in an hour without push, however many they are."""


class Crowd:
    """An account with many locks."""

    def __init__(self, found: Bench) -> None:
        """Look at it."""
        self.bench = found
        self.cloud = found.cloud
        self.watch = Watch(found)
        self._since = 0

    def begin(self) -> None:
        """Count requests from here on."""
        self._since = len(self.cloud.requests)

    def sent(self, operation: str | None = None) -> int:
        """Return how many requests were made."""
        return self.cloud.requests.count(operation, since=self._since)

    def within_budget(self) -> None:
        """See that requests came no faster than the budget lets them."""
        for seconds in (1, 10, 60, 600):
            allowed = LIMITS.burst + seconds * LIMITS.per_second
            assert self._most(seconds) <= allowed + 1

    def _most(self, seconds: float) -> int:
        """Return the most requests that were made in any so many seconds."""
        times = [seen.at for seen in list(self.cloud.requests)[self._since :]]
        most = first = 0
        for number, at in enumerate(times):
            while at - times[first] > timedelta(seconds=seconds):
                first += 1
            most = max(most, number - first + 1)
        return most

    async def connected(self) -> None:
        """Wait until push is up."""
        while not self.bench.account.push_connected:
            await asyncio.sleep(0.1)

    async def at_rest(self) -> None:
        """Wait until nothing is read any more."""
        count = -1
        while count != len(self.cloud.requests):
            count = len(self.cloud.requests)
            await asyncio.sleep(15)


@asynccontextmanager
async def crowd(locks: int, shape: str = "connect") -> AsyncGenerator[Crowd]:
    """Return an account whose locks have all been read."""
    random.seed(locks)
    with written():
        async with bench(*[shape] * locks) as found:
            many = Crowd(found)
            await many.at_rest()
            many.watch.is_true()
            many.begin()
            yield many
        await asyncio.sleep(0.1)
    assert many.cloud.violations == []
    assert many.cloud.subscribers == ()
    assert left_over() == []


def among(
    story: Callable[[Crowd], Awaitable[None]],
    *,
    locks: int = LOCKS,
    shape: str = "connect",
) -> None:
    """Play a story, in time that jumps."""

    async def main() -> None:
        async with crowd(locks, shape) as many:
            await story(many)

    run(main)


async def reconnect(many: Crowd) -> None:
    """Lose the connection, and operate a lock while all are read."""
    cloud, budget = many.cloud, many.bench.account.client.budget
    await cloud.faults.drop_sockets()
    await many.connected()
    await asyncio.sleep(3)
    assert budget.figures()["waiting"] > LOCKS / 2
    given = cloud.clock.now()
    assert await many.watch.command(cloud.locks[-1], "unlock") is None
    (put,) = cloud.requests.of("remote_operate")
    assert put.at - given < timedelta(seconds=0.1)
    assert budget.figures()["waiting"] > LOCKS / 4
    await many.at_rest()
    assert many.sent("get_lock") == LOCKS
    assert many.sent() == LOCKS + 2, "the socket, the command, and nothing else"
    many.within_budget()
    many.watch.is_true()


def test_reconnect() -> None:
    """Each lock is read once, in its turn; a command in the middle goes out at once."""
    among(reconnect)


async def lose(many: Crowd, *, up: float) -> float:
    """Lose the connection thirty times, each after it was up so long; return how long it took."""
    started = asyncio.get_running_loop().time()
    for _ in range(30):
        await many.connected()
        await asyncio.sleep(up)
        await many.cloud.faults.drop_sockets()
        await asyncio.sleep(1)
    await many.connected()
    return asyncio.get_running_loop().time() - started


async def drops(many: Crowd) -> None:
    """Lose the connection as soon as it counts as a good one."""
    took = await lose(many, up=31)
    assert took < 1200
    assert LOCKS < many.sent("get_lock") < 4 * LOCKS
    assert many.sent() - many.sent("get_lock") < 50
    many.within_budget()


def test_drops() -> None:
    """Thirty in a quarter of an hour are not thirty reads of everything."""
    among(drops)


def test_drops_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where push is lost as soon as it is up no poll is ever due, and all is read in time."""
    locks, spacing = 20, timedelta(seconds=500)
    monkeypatch.setattr(
        account, "PACE", replace(PACE, poll=2 * spacing, catch_up_share=spacing / locks)
    )

    async def story(many: Crowd) -> None:
        took = await lose(many, up=0)
        full_reads = many.sent("get_lock") / locks
        assert took / 1000 < full_reads < 2 + took / 500
        # Thirty sockets, and what it takes to find out why they end.
        assert many.sent() - many.sent("get_lock") < 90
        many.within_budget()

    among(story, locks=locks)


def test_outage() -> None:
    """An hour without the cloud costs what polling costs; then each lock is read."""

    async def story(many: Crowd) -> None:
        many.cloud.faults.add("*", Fail(503, "html"), times=None)
        await many.cloud.faults.drop_sockets()
        await many.watch.pass_time(1800)
        many.cloud.faults.clear()
        many.cloud.faults.add("*", Reset(), times=None)
        await many.watch.pass_time(1800)
        # What may be repeated goes out twice when the connection breaks; and each lock is
        # read once when what is known of it grows too old.
        assert LOCKS < many.sent("get_lock") < 1.5 * POLLS_AN_HOUR + 2 * LOCKS
        assert many.sent() - many.sent("get_lock") < 100
        many.within_budget()
        many.begin()
        many.cloud.faults.clear()
        await many.connected()
        await many.at_rest()
        assert LOCKS <= many.sent("get_lock") <= 2 * LOCKS
        assert many.sent() - many.sent("get_lock") < 10
        many.within_budget()
        many.watch.is_true()

    among(story)


async def count(many: Crowd) -> None:
    """Let the codes of all locks be listed, lose the connection meanwhile, and operate a lock."""
    cloud, pace = many.cloud, PACE.codes
    assert cloud.requests.count("get_pins") == 0, "all else comes first"
    began = cloud.clock.now()
    while not many.sent("get_pins"):
        await asyncio.sleep(1)
    assert cloud.clock.now() - began > pace.first_list / 2
    for _ in range(2):
        await asyncio.sleep(LOCKS * PACE.catch_up_share.total_seconds() + 60)
        await cloud.faults.drop_sockets()
        await many.connected()
        given, since = cloud.clock.now(), len(cloud.requests)
        assert await many.watch.command(cloud.locks[-1], "unlock") is None
        (put,) = cloud.requests.of("remote_operate", since=since)
        assert put.at - given < timedelta(seconds=0.1)
        await asyncio.sleep(120)
        assert cloud.requests.count("get_lock", since=since) >= LOCKS
    await asyncio.sleep(LOCKS * pace.list_share.total_seconds() + 600)
    times = [seen.at for seen in cloud.requests.of("get_pins")]
    assert len(times) == LOCKS
    assert min(map(sub, times[1:], times)) >= pace.list_share
    many.within_budget()
    many.watch.is_true()


def test_count() -> None:
    """How many codes each lock has is asked in nobody's way."""
    among(count, shape="keypad")


async def give(many: Crowd) -> None:
    """Give somebody a code for all locks, which are slow, and operate one meanwhile."""
    cloud, codes = many.cloud, many.bench.account.codes
    lock_ids = [lock.lock_id for lock in cloud.locks]
    for lock in cloud.locks:
        cloud.locksmith.hold(lock)
    await codes.async_add("Cleaner", lock_ids, ALWAYS)
    await asyncio.sleep(30)
    given = cloud.clock.now()
    assert await many.watch.command(cloud.locks[-1], "unlock") is None
    (put,) = cloud.requests.of("remote_operate")
    assert put.at - given < timedelta(seconds=0.1)
    for _ in range(10):
        await asyncio.sleep(10)
        assert many.bench.account.client.budget.figures()["waiting"] == 0
    for lock in cloud.locks:
        cloud.locksmith.release(lock)
    while codes.at_work:
        await asyncio.sleep(5)
    for lock in cloud.locks:
        (pin,) = lock.pins.pins
        assert pin.state is PinState.LOADED
    assert many.sent("write_pins") == len(lock_ids)
    assert many.sent("get_pins") < 6 * len(lock_ids)
    many.within_budget()
    many.watch.is_true()


def test_give() -> None:
    """A code for a hundred locks leaves the doors their share."""
    among(give, locks=100, shape="keypad")


@pytest.mark.parametrize("pushed", [True, False])
def test_command_for_all(pushed: bool) -> None:
    """More than can go out in time, with a budget that is used up: each is followed, or is not sent."""

    async def story(many: Crowd) -> None:
        cloud = many.cloud
        if not pushed:
            cloud.faults.add("socket", Fail(503, "html"), times=None)
            await cloud.faults.drop_sockets()
            await asyncio.sleep(2)
        many.bench.account.client.budget.restore({"saved_at": time.time(), "tokens": 0})
        many.begin()
        ends = await asyncio.gather(
            *(many.bench.operate(lock, "unlock") for lock in cloud.locks)
        )
        counted = Counter(ends)
        assert counted.keys() == {None, "not_sent"}
        assert counted[None] > PACE.read_back[-1].total_seconds() * 3
        assert many.sent("remote_operate") == len(cloud.record) == counted[None]
        # Nothing is looked for that has not begun, and each tells of its end in time.
        assert many.sent("get_lock_status") == 0
        await many.at_rest()
        many.watch.is_true()

    among(story, locks=300)
