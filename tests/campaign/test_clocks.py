"""A cloud whose clock is not ours, and a clock of ours that is set back."""

import asyncio
from datetime import timedelta
from functools import partial
import random
from typing import Final

import pytest

from tests.simulator import Fail

from .bench import Bench
from .play import Case, play
from .walk import turn, walk
from .warp import WarpLoop
from .watch import TRUST, Watch

OFFSETS: Final = (-3600, -90, -1, 0, 1, 90, 3600)
"""The cloud's clock minus ours, in seconds."""


def ahead(bench: Bench, offset: int, *, dated: bool) -> None:
    """Set the cloud's clock."""
    cloud = bench.cloud
    cloud.options.push_timestamps = dated
    cloud.faults.set_clock(timedelta(seconds=offset))
    (lock,) = cloud.locks
    lock.learn(cloud.clock.now())


async def live(watch: Watch, offset: int, *, dated: bool) -> None:
    """Live with it: messages, lost messages, commands of each kind."""
    bench, cloud = watch.bench, watch.bench.cloud
    (lock,) = cloud.locks
    watch.is_true()
    await walk(watch, 8, random.Random(offset), always_true=True)
    for lost in (True, False):
        if lost:
            cloud.faults.lose_messages(None)
        for action in ("lock", "unlock", "lock"):
            assert await watch.command(lock, action) is None
            watch.is_true()
            await watch.pass_time(5)
            watch.is_true()
        await turn(watch, lock)
        await watch.pass_time(1600)
        watch.is_true()
        cloud.faults.clear()
    await bench.restart()
    await watch.pass_time(5)
    watch.is_true()
    await watch.heal()


async def jumps(watch: Watch, offset: int, *, dated: bool) -> None:
    """Set the cloud's clock right, and wrong again, while everything runs."""
    cloud = watch.bench.cloud
    (lock,) = cloud.locks
    for seconds in (0, offset, -offset, 0):
        await walk(watch, 2, random.Random(seconds), always_true=True)
        cloud.faults.set_clock(timedelta(seconds=seconds))
        # The next answer tells of it.
        await watch.pass_time(1600)
        await turn(watch, lock)
        await watch.pass_time(5)
        watch.is_true()
        cloud.faults.lose_messages(1)
        await turn(watch, lock)
        await watch.pass_time(1600)
        assert await watch.command(lock, "lock") is None
        assert await watch.command(lock, "unlock") is None
        await watch.heal()


async def set_back(watch: Watch, hours: int, *, heard: bool) -> None:
    """Set our own clock back while everything runs; `heard`: the cloud can still be read."""
    loop, cloud = asyncio.get_running_loop(), watch.bench.cloud
    assert isinstance(loop, WarpLoop)
    (lock,) = cloud.locks
    await turn(watch, lock)
    await watch.pass_time(300)
    watch.is_true()
    loop.set_back(timedelta(hours=hours))
    cloud.faults.set_clock(timedelta(hours=hours))
    if heard:
        for _ in range(3):
            await turn(watch, lock)
            await watch.pass_time(5)
            watch.is_true()
        assert await watch.command(lock, "lock") is None
        assert await watch.command(lock, "unlock") is None
        cloud.faults.lose_messages(1)
        await turn(watch, lock)
    else:
        cloud.faults.lose_messages(None)
        cloud.faults.add("/locks/*", Fail(503, "html"), times=None)
        await turn(watch, lock)
        # No longer than any other state that nobody confirms.
        await watch.pass_time(2 * TRUST)
        found = watch.bench.lock(lock)
        assert found is not None
        assert found.bolt is None
    await watch.heal()


def test_clock_is_set_back() -> None:
    """What was known is not newer than what happens afterwards, and not shown for longer."""
    play(
        Case(
            name=f"set back {hours} {heard}",
            story=partial(set_back, hours=hours, heard=heard),
        )
        for hours in (1, 30)
        for heard in (True, False)
    )


@pytest.mark.parametrize("dated", [True, False])
def test_clocks_differ(dated: bool) -> None:
    """Which of two readings is newer does not depend on whose clock it was."""
    play(
        Case(
            name=f"{story.__name__} {offset} {dated}",
            story=partial(story, offset=offset, dated=dated),
            before=partial(ahead, offset=offset, dated=dated),
        )
        for story in (live, jumps)
        for offset in OFFSETS
    )
