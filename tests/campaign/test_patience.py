"""Commands where everything is slow, and locks that do not answer when asked in doubt."""

import asyncio
from functools import partial
from typing import Final

from custom_components.yale_august.cloud.errors import CloudError
from tests.simulator import Bolt, Fail, Hang

from .play import Case, play
from .watch import Watch

CROWD: Final = 200
"""Reads that wait for their turn, each of them for long: many minutes altogether."""


async def crowded(watch: Watch, *, lost: bool, deaf: bool) -> None:
    """Give commands while all reads hang, for which nobody's command waits.

    `lost`: the message that would confirm does not come. `deaf`: those for which a command waits
    hang too.
    """
    bench, cloud = watch.bench, watch.bench.cloud
    loop = asyncio.get_running_loop()
    (lock,) = cloud.locks

    async def read() -> None:
        try:
            await bench.account.client.get_lock(lock.lock_id)
        except CloudError:
            return

    def sent() -> int:
        return cloud.requests.count("remote_operate")

    cloud.faults.add("get_lock", Hang(100), times=None)
    if deaf:
        cloud.faults.add("get_lock_status", Hang(100), times=None)
    for _ in range(CROWD):
        bench.begin(read())
    await asyncio.sleep(1)
    begun = loop.time()
    if lost:
        cloud.faults.lose_messages(None)
        assert await watch.command(lock, "unlock") == ("unconfirmed" if deaf else None)
        assert loop.time() - begun < (60 if deaf else 20)
    else:
        assert await watch.command(lock, "unlock") is None
        # It would open the door, perhaps: it is looked at first, and not sent without.
        assert await watch.command(lock, "unlock") == ("not_checked" if deaf else None)
        assert sent() == 1
        assert await watch.command(lock, "lock") is None
        assert loop.time() - begun < 20
    await watch.heal()


def test_reads_put_off_no_command() -> None:
    """A command has its deadline, however many reads wait, and what it needs to know goes before them."""
    play(
        Case(
            name=f"crowded {lost} {deaf}",
            story=partial(crowded, lost=lost, deaf=deaf),
        )
        for lost in (True, False)
        for deaf in (True, False)
    )


async def doubted(watch: Watch, answer: str) -> None:
    """Doubt a command; the lock does not answer when it is asked, and later it does."""
    bench, cloud = watch.bench, watch.bench.cloud
    (lock,) = cloud.locks
    fault = cloud.faults.add("remote_operate", Fail(503, answer), times=2)
    assert await watch.command(lock, "unlock") == "unconfirmed"
    await watch.pass_time(120)
    assert not fault.left, "the lock has not been asked"
    assert (found := bench.lock(lock)) is not None
    assert found.bolt is None
    before = len(cloud.requests)
    await watch.heal()
    assert cloud.requests.count("remote_operate", since=before) == 1
    assert lock.bolt is Bolt.LOCKED


def test_doubt_ends() -> None:
    """What nobody has told is asked for again, until the lock tells."""
    play(
        Case(name=f"doubted {answer}", story=partial(doubted, answer=answer))
        for answer in ("html", "empty")
    )
