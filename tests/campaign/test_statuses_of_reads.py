"""Every status in every shape, on each call that reads."""

from functools import partial

import pytest

from tests.simulator import Fail

from .matrix import STRANGE, failures, named
from .play import Case, play
from .watch import TRUST, Watch


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


@pytest.mark.parametrize("operation", ["get_locks", "get_lock"])
def test_reads_fail(operation: str) -> None:
    """What is known grows old by itself and comes back by itself."""
    play(
        Case(
            name=f"{operation} {named(fail)}",
            story=partial(lost_while_failing, operation=operation, fail=fail),
        )
        for fail in (*failures(), *STRANGE)
    )
