"""An event loop whose clock jumps to the next thing that happens.

Nothing waits: while a socket, a thread or a callback has something to do the clock stands
still, otherwise it jumps to the next timer. An hour of polling takes as long as its requests
do, a minute of time-out nothing at all, and the same case runs the same way on a slow machine.
Everything that tells the time follows: the loop, `time`, `datetime`.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
import selectors
import time
from typing import Final, cast, override

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.yale_august.cloud.budget import Budget

START: Final = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
GRAIN: Final = 10
"""Microseconds that pass with each turn of the loop, so that no two things happen at once."""
STEP: Final = 5_000_000
"""The first jumps after something has happened are no longer than this (microseconds) ..."""
STEPS: Final = 4
"""... and so many: meanwhile the kernel brings what is on its way to a socket."""


class Stuck(BaseException):
    """Everything waits for something that will never come."""


class _Clock:
    """Microseconds since the start; the frozen clocks follow."""

    def __init__(self, frozen: FrozenDateTimeFactory) -> None:
        self._frozen = frozen
        self._start = frozen.time_to_freeze
        self._base = time.monotonic()
        self._passed = 0

    @property
    def seconds(self) -> float:
        return self._base + self._passed / 1e6

    def advance(self, microseconds: int) -> None:
        self._passed += microseconds
        self._frozen.time_to_freeze = self._start + timedelta(microseconds=self._passed)

    def set_back(self, by: timedelta) -> None:
        self._start -= by
        self.advance(GRAIN)


class _Selector(selectors.DefaultSelector):
    """Jumps instead of waiting."""

    def __init__(self, clock: _Clock) -> None:
        super().__init__()
        self._clock = clock
        self._quiet = 0
        self.threads = 0

    @override
    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        self._clock.advance(GRAIN)
        found = super().select(0)
        if found or (timeout is not None and timeout <= 0):
            self._quiet = 0
            return found
        if self.threads:
            return super().select(5)
        if timeout is None:
            raise Stuck("nothing is left to wait for")
        self._quiet += 1
        jump = max(1, round(timeout * 1e6))
        self._clock.advance(min(jump, STEP) if self._quiet <= STEPS else jump)
        return []


class WarpLoop(asyncio.SelectorEventLoop):
    """The loop."""

    def __init__(self, clock: _Clock) -> None:
        """Start at the clock's time."""
        self._warp = clock
        self._jumper = _Selector(clock)
        super().__init__(self._jumper)

    @override
    def time(self) -> float:
        """Return the clock's time."""
        return self._warp.seconds

    def set_back(self, by: timedelta) -> None:
        """Set the time of day back, as a person or a time server does."""
        self._warp.set_back(by)

    @override
    def run_in_executor[*Ts, T](
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Let the clock stand still while a thread works."""
        future = super().run_in_executor(executor, func, *args)
        self._jumper.threads += 1
        future.add_done_callback(self._returned)
        return future

    def _returned(self, _: object) -> None:
        self._jumper.threads -= 1

    def timers(self) -> list[asyncio.TimerHandle]:
        """Return the timers that are set."""
        scheduled = cast("list[asyncio.TimerHandle]", getattr(self, "_scheduled"))  # noqa: B009
        return [handle for handle in scheduled if not handle.cancelled()]


@contextmanager
def _frozen() -> Iterator[_Clock]:
    defaults = Budget.__init__.__kwdefaults__
    assert defaults is not None
    kept = dict(defaults)
    # Bound when the module was read: what freezes time does not find them.
    with (
        freeze_time(START.replace(tzinfo=None)) as frozen,
        pytest.MonkeyPatch.context() as monkeypatch,
    ):
        clock = _Clock(cast("FrozenDateTimeFactory", frozen))
        # Else it would go back with the time of day.
        monkeypatch.setattr(time, "monotonic", lambda: clock.seconds)
        defaults.update(clock=lambda: time.monotonic(), wall=lambda: time.time())  # noqa: PLW0108
        try:
            yield clock
        finally:
            defaults.update(kept)


def run[T](main: Callable[[], Coroutine[object, object, T]]) -> T:
    """Run a coroutine in time that jumps."""
    with (
        _frozen() as clock,
        asyncio.Runner(loop_factory=lambda: WarpLoop(clock)) as runner,
    ):
        return runner.run(main())
