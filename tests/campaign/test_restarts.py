"""Restarts, clean and not, in the middle of a command and after a long night."""

import asyncio
from functools import partial
from typing import Final

from tests.simulator import Bolt, Fail, Hang, Reset

from .play import Case, play
from .walk import turn
from .watch import TRUST, Watch

ANSWERS: Final = {
    "answers": None,
    "hangs before": Hang(100),
    "hangs after": Hang(100, acts=True),
    "resets after": Reset(acts=True),
    "acts and fails": Fail(502, "html", acts=True),
}
MOMENTS: Final = (0.02, 0.3, 1.5, 5.0, 25.0)
"""Seconds after the command was given."""


async def interrupted(
    watch: Watch, answer: str, after: float, *, cleanly: bool
) -> None:
    """Stop Home Assistant while a command runs; nothing is ever sent again."""
    bench, cloud = watch.bench, watch.bench.cloud
    (lock,) = cloud.locks
    if (fault := ANSWERS[answer]) is not None:
        cloud.faults.add("remote_operate", fault)
        cloud.faults.lose_messages(None)
    watch.expect(lock, "unlock")
    bench.begin(bench.operate(lock, "unlock"))
    await asyncio.sleep(after)
    # For a while nothing can be read: what was known is shown no longer than before.
    reads = cloud.faults.add("/locks/*", Fail(503, "html"), times=None)
    await bench.restart(cleanly=cleanly)
    await watch.pass_time(130)
    assert reads.hits
    reads.left = 0
    assert len(watch.movements()) == (fault is None or getattr(fault, "acts", False))
    await watch.heal()
    await watch.command(lock, "lock")
    assert lock.bolt is Bolt.LOCKED


def test_restart_in_the_middle_of_a_command() -> None:
    """One PUT and one movement at most, before and after; the truth is found again."""
    play(
        Case(
            name=f"{answer} {after} {cleanly}",
            story=partial(interrupted, answer=answer, after=after, cleanly=cleanly),
        )
        for answer in ANSWERS
        for after in MOMENTS
        for cleanly in (True, False)
    )


async def away(watch: Watch, seconds: float, *, cleanly: bool) -> None:
    """Be away for a while in which the door moves; then nothing can be read."""
    bench, cloud = watch.bench, watch.bench.cloud
    (lock,) = cloud.locks
    await watch.pass_time(300)
    known_until = asyncio.get_running_loop().time() + TRUST
    cloud.faults.add("get_lock", Fail(503, "html"), times=None)
    cloud.faults.add("socket", Fail(503, "html"), times=None)

    async def move() -> None:
        await asyncio.sleep(1)
        await turn(watch, lock)

    bench.pause = seconds
    bench.meanwhile(move())
    await bench.restart(cleanly=cleanly)
    found = bench.lock(lock)
    assert found is not None
    assert (found.bolt is None) is (asyncio.get_running_loop().time() > known_until)
    await watch.pass_time(2 * TRUST)
    assert found.bolt is None
    await watch.heal()


def test_away() -> None:
    """What was known before is shown as old as it is, and not at all when it is too old."""
    play(
        Case(
            name=f"{seconds} {cleanly}",
            story=partial(away, seconds=seconds, cleanly=cleanly),
        )
        for seconds in (10.0, 1200.0, 5000.0, 90000.0)
        for cleanly in (True, False)
    )
