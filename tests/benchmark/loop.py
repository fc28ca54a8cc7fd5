"""What the event loop of this process does."""

import asyncio
from importlib.abc import MetaPathFinder
import sys
import threading
import time
from typing import Any


class Stalls:
    """Finds the longest time in which the event loop served nobody else."""

    def __init__(self) -> None:
        """Watch from now on."""
        self._loop = asyncio.get_running_loop()
        self._last = time.perf_counter()
        self.longest = 0.0
        self._handle = self._loop.call_soon(self._look)

    def _look(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now
        self._handle = self._loop.call_later(0.001, self._look)

    def stop(self) -> None:
        """Watch no more."""
        self._handle.cancel()


class Wakeups:
    """Counts how often the event loop had slept and woke up."""

    def __init__(self) -> None:
        """Count from now on."""
        loop: Any = asyncio.get_running_loop()
        self._selector = loop._selector  # noqa: SLF001  there is no other way to see it
        self._select = self._selector.select
        self._selector.select = self._counted
        self.count = 0

    def _counted(self, timeout: float | None = None) -> object:
        if timeout is None or timeout > 0:
            self.count += 1
        return self._select(timeout)

    def stop(self) -> None:
        """Count no more."""
        del self._selector.select


class Imports(MetaPathFinder):
    """Notes which modules of packages are loaded, and which of them by the event loop."""

    def __init__(self, *packages: str) -> None:
        """Note from now on."""
        self._packages = tuple(f"{package}." for package in packages)
        self._loop = threading.get_ident()
        self.loaded: list[str] = []
        self.in_loop: list[str] = []
        sys.meta_path.insert(0, self)

    def find_spec(self, fullname: str, *_: object) -> None:
        """Note it, and leave the finding to others."""
        if f"{fullname}.".startswith(self._packages):
            self.loaded.append(fullname)
            if threading.get_ident() == self._loop:
                self.in_loop.append(fullname)

    def stop(self) -> None:
        """Note no more."""
        sys.meta_path.remove(self)
