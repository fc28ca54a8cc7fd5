"""Connections that break, hang and crawl, before and after the request took effect."""

from collections.abc import Callable
from functools import partial
from typing import Final

import pytest

from tests.simulator import Bolt, Fail, Hang, Reset, Slow, Truncate

from .bench import Bench
from .play import Case, play
from .test_statuses_of_commands import START
from .watch import TRUST, Watch

type Fault = Reset | Truncate | Hang | Slow

FAULTS: Final[dict[str, Fault]] = {
    "reset before": Reset(),
    "reset after": Reset(acts=True),
    "truncated": Truncate(),
    "hangs before": Hang(100),
    "hangs after": Hang(100, acts=True),
    "hangs for long": Hang(3000),
    "crawls": Slow(15),
    "crawls too long": Slow(70),
}
ACTS: Final = {"reset after", "truncated", "hangs after", "crawls", "crawls too long"}
"""The request takes effect all the same, sooner or later."""
LATE: Final = 130.0
"""Seconds after which no request is on its way any more."""
SOON: Final = 900.0
"""Seconds after which a renewal that failed has been tried again, and doubted."""
READS: Final = ("get_locks", "get_lock", "get_capabilities", "get_subscriber")
BROKEN_READS: Final = ("reset before", "truncated", "hangs before", "crawls")
"""A read changes nothing: whether the cloud had done it before it broke makes no difference,
and one that crawls too long hangs."""
WRITES: Final = ("token", "create_subscriber", "delete_subscriber", "socket")
BROKEN_WRITES: Final = tuple(fault for fault in FAULTS if fault != "hangs for long")
CALLS: Final = (
    *((operation, fault) for operation in READS for fault in BROKEN_READS),
    *((operation, fault) for operation in WRITES for fault in BROKEN_WRITES),
)


def beginning(bench: Bench, action: str, *, push: bool) -> None:
    """Put the bolt where a command will move it from."""
    (lock,) = bench.cloud.locks
    lock.bolt = START[action]
    lock.learn(bench.cloud.clock.now())
    if not push:
        bench.cloud.faults.add("socket", Fail(503, "html"), times=None)


async def command(
    watch: Watch, action: str, *, push: bool, lost: bool, fault: str
) -> None:
    """Give a command whose answer does not come as it should."""
    bench, cloud = watch.bench, watch.bench.cloud
    (lock,) = cloud.locks
    assert bench.account.push_connected is push
    if lost:
        cloud.faults.lose_messages(None)
    cloud.faults.add("remote_operate", FAULTS[fault])
    outcome = await watch.command(lock, action)
    assert outcome in (None, "unconfirmed")
    if fault == "crawls too long":
        # Nobody has waited so long, and nobody has said that it would not happen.
        assert outcome == "unconfirmed"
    elif action == "open" and (lost or not push):
        # The latch has sprung back before anybody could read of it.
        assert outcome == (None if fault == "crawls" else "unconfirmed")
    elif fault in ACTS:
        assert outcome is None
    else:
        assert outcome == "unconfirmed"
    await watch.pass_time(LATE)
    assert len(watch.movements()) == (fault in ACTS)
    assert len(watch.given[0].puts) == 1
    await watch.heal()
    again = "lock" if lock.bolt is not Bolt.LOCKED else "unlock"
    assert await watch.command(lock, again) is None


@pytest.mark.parametrize("action", START)
def test_commands_break(action: str) -> None:
    """One PUT, one movement at most; confirmed where it happened, unconfirmed where not."""
    play(
        Case(
            name=f"{action} {push} {lost} {fault}",
            story=partial(command, action=action, push=push, lost=lost, fault=fault),
            before=partial(beginning, action=action, push=push),
        )
        for fault in FAULTS
        for push, lost in ((True, False), (True, True), (False, False))
    )


async def read_back(watch: Watch, fault: str) -> None:
    """Lose the message of a command, and break what would read back what it did."""
    cloud = watch.bench.cloud
    (lock,) = cloud.locks
    cloud.faults.lose_messages(None)
    cloud.faults.add("get_lock_status", FAULTS[fault], times=None)
    outcome = await watch.command(lock, "unlock")
    assert outcome == (None if fault == "crawls" else "unconfirmed")
    assert watch.movements() == [Bolt.UNLOCKED]
    await watch.heal()
    assert await watch.command(lock, "lock") is None


def test_read_back_breaks() -> None:
    """What cannot be read back is unconfirmed, and known later."""
    play(
        Case(name=f"read back {fault}", story=partial(read_back, fault=fault))
        for fault in BROKEN_READS
    )


async def calls_break(watch: Watch, operation: str, fault: str) -> None:
    """Break a call again and again, lose push, end the token, move the door."""
    bench, cloud = watch.bench, watch.bench.cloud
    (lock,) = cloud.locks
    cloud.faults.add(operation, FAULTS[fault], times=None)
    cloud.faults.expire_tokens()
    if operation == "get_subscriber":
        cloud.faults.add("socket", Fail(503, "html"), times=8)
    else:
        cloud.faults.forget_subscribers()
    cloud.faults.lose_messages(1)
    await cloud.hands.unlock(lock)
    await cloud.faults.drop_sockets()
    await watch.pass_time(SOON)
    cloud.faults.lose_messages(1)
    await cloud.hands.lock(lock)
    await watch.pass_time(TRUST + 300)
    cloud.faults.clear()
    await watch.pass_time(SOON)
    if bench.entry.asked_for_login:
        # The cloud has used the refresh token up, and its answer never came.
        assert operation == "token" and fault in ACTS
        await bench.sign_in_again()
    await watch.heal()
    assert await watch.command(lock, "unlock") is None
    assert bench.account.push_connected
    watch.may_abandon = operation in ("create_subscriber", "delete_subscriber")


def first(bench: Bench, operation: str, fault: str) -> None:
    """Break a call of the start."""
    bench.cloud.faults.expire_tokens()
    bench.remember_subscriber()
    bench.cloud.faults.add(operation, FAULTS[fault], times=3)


async def started(watch: Watch, operation: str) -> None:
    """Start all the same."""
    bench, cloud = watch.bench, watch.bench.cloud
    (lock,) = cloud.locks
    await watch.pass_time(600)
    if bench.entry.asked_for_login:
        assert operation == "token"
        await bench.sign_in_again()
    await watch.heal()
    assert await watch.command(lock, "unlock") is None
    assert bench.account.push_connected
    watch.may_abandon = operation == "create_subscriber"


def _ways(operation: str, fault: str) -> list[Case]:
    begin: Callable[[Bench], None] = partial(first, operation=operation, fault=fault)
    return [
        Case(
            name=f"{operation} {fault}",
            story=partial(calls_break, operation=operation, fault=fault),
        ),
        Case(
            name=f"{operation} {fault} at first",
            story=partial(started, operation=operation),
            before=begin,
        ),
    ]


def test_calls_break() -> None:
    """Nothing is shown that is not so; afterwards everything works."""
    play(case for operation, fault in CALLS for case in _ways(operation, fault))
