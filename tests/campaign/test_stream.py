"""Messages that are lost, doubled, late and shuffled; connections that end."""

from collections.abc import Callable
from functools import partial
import random
from typing import Final

import pytest

from tests.simulator import Lock
from tests.simulator.faults import Faults

from .bench import Bench
from .play import Case, play
from .walk import turn, walk
from .watch import Watch

type Odd = Callable[[Faults], object]

ODDITIES: Final[dict[str, Odd]] = {
    "all is well": lambda faults: None,
    "doubled": lambda faults: faults.double_messages(None),
    "a little late": lambda faults: faults.delay_messages(2, None),
    "late": lambda faults: faults.delay_messages(90, None),
    "very late": lambda faults: faults.delay_messages(1800, None),
    "shuffled by three": lambda faults: faults.shuffle_messages(3),
    "shuffled by seven": lambda faults: faults.shuffle_messages(7),
    "one is lost": lambda faults: faults.lose_messages(1),
    "some are lost": lambda faults: faults.lose_messages(5),
    "all are lost": lambda faults: faults.lose_messages(None),
    "forgotten": lambda faults: faults.forget_subscribers(),
}
SOUND: Final = {"all is well", "doubled"}
"""With these everything is known at once."""


def shaped(bench: Bench, *, full: bool, dated: bool) -> None:
    """Let messages say much or little."""
    options = bench.cloud.options
    options.push_shape = "full" if full else "bare"
    options.push_timestamps = dated
    options.push_bridge_events = full


async def odd(watch: Watch, name: str, *, dated: bool) -> None:
    """Live with an odd stream."""
    chance = random.Random(name)
    ODDITIES[name](watch.bench.cloud.faults)
    await walk(watch, 12, chance, always_true=name in SOUND)
    if dated and "late" in name:
        # A message that tells its own time does no harm, however late it comes.
        await watch.pass_time(1900)
        watch.is_true()
    await watch.heal()


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("dated", [True, False])
def test_odd_messages(full: bool, dated: bool) -> None:
    """What is shown is true in the end, whatever becomes of messages."""
    play(
        Case(
            name=f"{name} full={full} dated={dated}",
            story=partial(odd, name=name, dated=dated),
            before=partial(shaped, full=full, dated=dated),
        )
        for name in ODDITIES
    )


async def ended(watch: Watch, way: str, lost: int, refused: int) -> None:
    """End the connection again and again; what happened meanwhile is lost."""
    bench, cloud = watch.bench, watch.bench.cloud
    (lock,) = cloud.locks
    chance = random.Random(f"{way} {lost} {refused}")
    for _ in range(6):
        if lost:
            cloud.faults.lose_messages(lost)
        for _ in range(lost):
            await turn(watch, lock)
        cloud.faults.refuse_handshakes(refused)
        if way == "drop":
            await cloud.faults.drop_sockets()
        else:
            await cloud.faults.disconnect_namespace()
        # Nobody listens: what happens now is never told.
        await turn(watch, lock)
        await watch.pass_time(40 if refused < 4 else 100)
        assert bench.account.push_connected
        watch.is_true()
        await watch.pass_time(chance.choice((5, 500)))
        await turn(watch, lock)
        await watch.pass_time(5)
        watch.is_true()
    await watch.heal()


def test_connections_end() -> None:
    """Half a minute later push is up again, and all is known that was missed."""
    play(
        Case(
            name=f"{way} {lost} {refused}",
            story=partial(ended, way=way, lost=lost, refused=refused),
        )
        for way in ("drop", "kick")
        for lost in (0, 1, 3)
        for refused in (0, 2, 5)
    )


async def stale(watch: Watch, *, door: bool, role: bool) -> None:
    """Freeze the cache: it contradicts each message, and is not believed."""
    cloud = watch.bench.cloud
    (lock,) = cloud.locks

    async def moves(lock: Lock) -> None:
        await turn(watch, lock)
        if door:
            await cloud.hands.open_door(lock)

    cloud.faults.stale_cache(lock)
    for _ in range(3):
        await moves(lock)
        for _ in range(4):
            await watch.pass_time(900)
            watch.is_true()
        if role:
            await watch.command(lock, "lock")
            watch.is_true()
            await watch.command(lock, "unlock")
            watch.is_true()
    # A lost message is found out where the cache contradicts what was known: the lock is
    # asked. One that lies and agrees cannot be told from a true one.
    cloud.faults.lose_messages(1)
    await turn(watch, lock)
    await watch.pass_time(7200)
    cloud.faults.stale_cache(lock, stale=False)
    await watch.heal()


def test_stale_cache() -> None:
    """A cache that no longer follows overturns nothing."""
    play(
        Case(name=f"stale {door} {role}", story=partial(stale, door=door, role=role))
        for door in (True, False)
        for role in (True, False)
    )
