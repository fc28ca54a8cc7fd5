"""A door that lives: hands, keys and commands, one after the other."""

import random
from typing import Final

from tests.simulator import Bolt, Lock
from tests.simulator.hands import Hands

from .watch import Watch

MOMENTS: Final = (4, 30, 200, 1500)
"""Seconds between two things that happen."""


async def by_hand(hands: Hands, lock: Lock, deed: str) -> None:
    """Let one thing happen at a door that nobody has commanded."""
    match deed:
        case "lock":
            await hands.lock(lock)
        case "unlock":
            await hands.unlock(lock)
        case "open":
            await hands.open_door(lock)
        case "close":
            await hands.close_door(lock)
        case "auto":
            await hands.auto_lock(lock)
        case _:
            raise ValueError(deed)


async def happen(watch: Watch, lock: Lock, chance: random.Random) -> None:
    """Let one thing happen."""
    match chance.choice(("lock", "unlock", "open", "close", "lock it", "unlock it")):
        case "lock it":
            await watch.command(lock, "lock")
        case "unlock it":
            await watch.command(lock, "unlock")
        case deed:
            await by_hand(watch.bench.cloud.hands, lock, deed)


async def walk(
    watch: Watch, steps: int, chance: random.Random, *, always_true: bool
) -> None:
    """Let so many things happen; `always_true`: a few seconds later each is known."""
    (lock,) = watch.bench.cloud.locks
    for _ in range(steps):
        await happen(watch, lock, chance)
        await watch.pass_time(4)
        if always_true:
            watch.is_true()
        await watch.pass_time(chance.choice(MOMENTS))


async def turn(watch: Watch, lock: Lock) -> None:
    """Turn the bolt by hand to where it is not."""
    hands = watch.bench.cloud.hands
    if lock.bolt is Bolt.LOCKED:
        await hands.unlock(lock)
    else:
        await hands.lock(lock)
