"""Every kind of answer, on the calls that keep push up."""

import asyncio
from functools import partial
from typing import Final

import pytest

from custom_components.yale_august.account import PACE
from tests.simulator import Fail

from .matrix import kinds, named
from .play import Case, play
from .test_statuses_at_start import passes
from .watch import Watch

AWAY: Final = 1500.0
"""Seconds for which push is away."""
OFTEN: Final = 60
"""More requests for push in that time are a storm."""


async def not_reconnected(watch: Watch, operation: str, fail: Fail) -> None:
    """Lose the connection, forget the subscriber, and fail at one step of mending it."""
    bench, cloud = watch.bench, watch.bench.cloud
    (lock,) = cloud.locks
    before = len(cloud.requests)
    cloud.faults.add(operation, fail, times=None)
    if operation == "get_subscriber":
        # The cloud still knows it, but lets nobody in.
        cloud.faults.add("socket", Fail(503, "html"), times=8)
    elif operation != "socket":
        cloud.faults.forget_subscribers()
    cloud.faults.lose_messages(1)
    await cloud.hands.unlock(lock)
    if fail.acts:
        await cloud.faults.disconnect_namespace()
    else:
        await cloud.faults.drop_sockets()
    await watch.pass_time(AWAY)
    if fail.status != 429:
        watch.is_true()
    count = cloud.requests.count("socket", since=before)
    count += cloud.requests.count(operation, since=before)
    assert 0 < count < OFTEN, f"{count} requests for push"
    assert await watch.command(lock, "lock") is None
    cloud.faults.clear()
    await watch.heal()
    assert await watch.command(lock, "unlock") is None
    watch.may_abandon = operation == "delete_subscriber" and not passes(fail)
    if not bench.entry.asked_for_login and "endpoint" not in str(fail.body):
        assert bench.account.push_connected


@pytest.mark.parametrize(
    "operation", ["create_subscriber", "get_subscriber", "delete_subscriber", "socket"]
)
def test_push_is_not_mended(operation: str) -> None:
    """Meanwhile locks are polled, and what is shown is true; afterwards push is up."""
    play(
        Case(
            name=f"{operation} {named(fail)}",
            story=partial(not_reconnected, operation=operation, fail=fail),
        )
        for fail in kinds(operation, "push")
    )


async def not_caught_up(watch: Watch, fail: Fail) -> None:
    """Miss a message, and when push is back fail to read what it was."""
    bench, cloud = watch.bench, watch.bench.cloud
    (lock,) = cloud.locks
    cloud.faults.add("get_lock", fail, times=2)
    cloud.faults.lose_messages(1)
    await cloud.hands.unlock(lock)
    await cloud.faults.drop_sockets()
    await asyncio.sleep(30)
    assert bench.account.push_connected
    found = bench.lock(lock)
    assert found is not None
    assert found.asked is not None
    # Twice the longest time between two polls: not as late as the slow read while push is up.
    await watch.pass_time(2 * 1.25 * PACE.poll.total_seconds())
    watch.is_true()


def test_read_after_connecting_fails() -> None:
    """It is made up for as soon as if there were no push."""
    play(
        Case(name=f"get_lock {named(fail)}", story=partial(not_caught_up, fail=fail))
        for fail in (Fail(500), Fail(503, "html"), Fail(408, "empty"))
    )
