"""Plays cases, one after the other, each in a world of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
import random
import traceback
from typing import Final
import zlib

from .bench import Bench, bench
from .warp import run
from .watch import Watch, written

type Story = Callable[[Watch], Awaitable[None]]

LONGEST: Final = 10 * 24 * 3600.0
"""Simulated seconds after which a case hangs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something that goes wrong at one point of one story."""

    name: str
    story: Story
    before: Callable[[Bench], None] | None = None
    """Done before Home Assistant starts."""
    variant: str = "unlatch"
    sub_user: bool = False

    @property
    def seed(self) -> int:
        """What chance begins with."""
        return zlib.crc32(self.name.encode())

    async def play(self) -> None:
        """Play it; raises AssertionError."""
        random.seed(self.seed)
        with written() as lines:
            async with asyncio.timeout(LONGEST):
                async with bench(
                    self.variant, sub_user=self.sub_user, before=self.before
                ) as found:
                    watch = Watch(found)
                    await self.story(watch)
                await asyncio.sleep(0.1)
            watch.finish(lines)


def in_turn(steps: Iterable[tuple[str, Story]]) -> Story:
    """Return a story of several in one world; each begins where the last one ended."""

    async def story(watch: Watch) -> None:
        for name, step in steps:
            try:
                await step(watch)
            except AssertionError as err:
                raise AssertionError(f"{name}: {err}") from err

    return story


def _line(err: Exception) -> str:
    return (str(err).splitlines() or [""])[0][:400]


def play(cases: Iterable[Case]) -> None:
    """Play all cases; fails with the name and the seed of each that went wrong."""
    failed: list[str] = []

    async def main() -> None:
        for case in cases:
            try:
                await case.play()
            except Exception as err:  # noqa: BLE001  each case is told of
                where = traceback.extract_tb(err.__traceback__)[-1]
                failed.append(
                    f"{case.name} (seed {case.seed}): {type(err).__name__}"
                    f" in {where.name}:{where.lineno}: {_line(err)}"
                )
                for task in asyncio.all_tasks() - {asyncio.current_task()}:
                    task.cancel()
                await asyncio.sleep(1)

    run(main)
    assert not failed, f"{len(failed)} cases went wrong:\n" + "\n".join(failed)
