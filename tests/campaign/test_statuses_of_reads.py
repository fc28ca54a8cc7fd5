"""Every status in every shape, on each call that reads."""

import asyncio
from functools import partial
from typing import Final

import pytest

from tests.simulator import Fail

from .matrix import STRANGE, failures, kinds, named
from .play import Case, in_turn, play
from .walk import turn
from .watch import TRUST, Watch

LIMITED: Final = 960.0
"""The longest pause after an answer that it was too much."""


async def lost_while_failing(watch: Watch, operation: str, fail: Fail) -> None:
    """Let reads fail for long, and lose a message meanwhile: nobody is told what is not so."""
    cloud = watch.bench.cloud
    (lock,) = cloud.locks
    cloud.faults.add(operation, fail, times=None)
    await cloud.hands.unlock(lock)
    await watch.pass_time(5)
    watch.is_true()
    cloud.faults.lose_messages(1)
    await cloud.hands.lock(lock)
    await watch.pass_time(2 * TRUST)
    await watch.heal()
    assert await watch.command(lock, "unlock") is None


async def unread(watch: Watch, fail: Fail) -> None:
    """Read nothing, neither the list nor the lock; what was known stays, and is read again."""
    bench, cloud = watch.bench, watch.bench.cloud
    (lock,) = cloud.locks
    found = bench.lock(lock)
    assert found is not None
    before = len(cloud.requests)
    faults = [
        cloud.faults.add(operation, fail, times=None)
        for operation in ("get_locks", "get_lock", "get_lock_status")
    ]
    await asyncio.gather(found.async_refresh(), bench.account.roster.async_refresh())
    watch.is_true()
    await turn(watch, lock)
    await watch.pass_time(5)
    watch.is_true()
    assert cloud.requests.count("get_locks", since=before)
    assert cloud.requests.count("get_lock", since=before)
    for fault in faults:
        cloud.faults.remove(fault)
    await watch.pass_time(LIMITED if fail.status == 429 else 5)
    await asyncio.gather(found.async_refresh(), bench.account.roster.async_refresh())
    assert bench.account.roster.last_update_success
    watch.is_true()


def test_every_answer_to_a_read() -> None:
    """What push has told is shown whatever becomes of reads."""
    steps = [
        (named(fail), partial(unread, fail=fail)) for fail in (*failures(), *STRANGE)
    ]
    play([Case(name="unread", story=in_turn(steps))])


@pytest.mark.parametrize("operation", ["get_locks", "get_lock"])
def test_reads_fail(operation: str) -> None:
    """What is known grows old by itself and comes back by itself."""
    play(
        Case(
            name=f"{operation} {named(fail)}",
            story=partial(lost_while_failing, operation=operation, fail=fail),
        )
        for fail in kinds(operation, "read")
    )
