"""All runs of a benchmark, the two systems in turn."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from .laps import SYSTEMS, Figures, at_home, imports, task

FEW: Final = 5
SMALL: Final = 3
MANY: Final = 500
STEPS: Final = (50, 100, 250, MANY)
"""Numbers of locks over which our own growth is followed."""

PARTS: Final = ("setup", "push", "many", "growth", "idle", "imports")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is measured, and how often."""

    locks: int = 20
    latency: float = 0.15
    """Of the cloud while systems are set up; seconds."""
    repetitions: int = 5
    parts: tuple[str, ...] = PARTS
    many: int = MANY
    messages: int = 400
    burst: int = 2000
    idle: float = 60
    """Seconds."""
    pairs: int = 5
    """Of messages that come with nothing else going on: one unlocked, one locked."""


@dataclass(slots=True)
class Results:
    """What the runs have yielded: name of a run -> system -> figures of each repetition."""

    runs: dict[str, dict[str, list[Figures]]] = field(default_factory=dict)

    def add(self, run: str, system: str, figures: Figures) -> None:
        """Keep what one run has yielded."""
        self.runs.setdefault(run, {}).setdefault(system, []).append(figures)


class Course:
    """One benchmark; `say` is told what is under way."""

    def __init__(self, options: Options, say: Callable[[str], None]) -> None:
        """Nothing is measured yet."""
        self._options = options
        self._say = say
        self._preload: list[str] = []
        self.results = Results()

    async def run(self) -> Results:
        """Measure everything."""
        options = self._options
        laps: dict[str, Callable[[str], Awaitable[None]]] = {
            "setup": self._set_up,
            "push": self._push,
            "many": self._many,
            "imports": self._imports,
        }
        if "imports" in options.parts:
            await self._find_preload()
        for number in range(options.repetitions):
            for part, lap in laps.items():
                if part not in options.parts:
                    continue
                # The one that comes second finds a warmer machine: they take turns.
                for system in SYSTEMS[:: -1 if number % 2 else 1]:
                    self._say(
                        f"{number + 1} of {options.repetitions}: {part}, {system}"
                    )
                    await lap(system)
        if "growth" in options.parts:
            await self._growth()
        if "idle" in options.parts:
            self._say(f"idle for {options.idle:.0f} s")
            await asyncio.gather(*(self._idle(system) for system in SYSTEMS))
        return self.results

    async def _set_up(self, system: str) -> None:
        options = self._options
        first, again = await at_home(
            system,
            [task("set_up")],
            [task("set_up")],
            locks=options.locks,
            latency=options.latency,
        )
        self.results.add("first", system, first["set_up"])
        self.results.add("restart", system, again["set_up"])
        (small,) = await at_home(
            system,
            [task("set_up")],
            locks=min(SMALL, options.locks),
            latency=options.latency,
        )
        self.results.add("small", system, small["set_up"])

    async def _push(self, system: str) -> None:
        options = self._options
        (few,) = await at_home(
            system,
            [
                task("set_up"),
                task("push", count=options.messages, every=0.005),
                task("command", count=9),
                task("push", "train", count=options.burst, every=0),
                task("push", "burst", count=options.burst, every=0, stalls=True),
            ],
            locks=min(FEW, options.locks),
        )
        self.results.add("few", system, few["set_up"])
        for run in ("push", "train", "burst", "command"):
            self.results.add(run, system, few[run])

    async def _many(self, system: str) -> None:
        options = self._options
        (many,) = await at_home(
            system,
            [
                task("set_up"),
                task("push", "train", count=options.burst, every=0),
            ],
            locks=options.many,
            unlimited=True,
        )
        self.results.add("many", system, many["set_up"])
        self.results.add("many_push", system, many["train"])

    async def _imports(self, system: str) -> None:
        self.results.add("imports", system, await imports(system, self._preload))

    async def _find_preload(self) -> None:
        """Find what of Home Assistant either system would load: that is nobody's cost."""
        found = [await imports(system, ["socketio"]) for system in SYSTEMS]
        theirs = chain.from_iterable(figures["home_assistant"] for figures in found)
        self._preload = ["socketio", *sorted(set(theirs))]

    async def _growth(self) -> None:
        """Follow our own growth with the locks, and once with the budget as it is."""
        for locks in (step for step in STEPS if step <= self._options.many):
            self._say(f"growth, {locks} locks")
            (figures,) = await at_home(
                "ours", [task("set_up")], locks=locks, unlimited=True
            )
            self.results.add(f"growth_{locks}", "ours", figures["set_up"])
        self._say(f"{self._options.many} locks within the budget (minutes)")
        (figures,) = await at_home(
            "ours",
            [task("set_up"), task("reconnect", seconds=20)],
            locks=self._options.many,
        )
        self.results.add("budget", "ours", figures["set_up"])
        self.results.add("reconnect", "ours", figures["reconnect"])

    async def _idle(self, system: str) -> None:
        (figures,) = await at_home(
            system,
            [
                task("set_up"),
                task("reads", seconds=9),
                task("idle", seconds=self._options.idle),
                task("alone", pairs=self._options.pairs, seconds=9),
            ],
            locks=self._options.locks,
        )
        self.results.add("reads", system, figures["reads"])
        self.results.add("idle", system, figures["idle"])
        self.results.add("alone", system, figures["alone"])
