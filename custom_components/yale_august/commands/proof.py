"""Whether a lock's bolt has done what a command asked, whoever brings the word."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Self

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from custom_components.yale_august.cloud.answers import device_error
from custom_components.yale_august.cloud.errors import Acted, CloudError
from custom_components.yale_august.cloud.models import Operation, OperationInfo
from custom_components.yale_august.coordinator import LockCoordinator

from .movements import Movement

CLOCK_ERROR: Final = timedelta(seconds=2)
"""By so much we may be mistaken about the cloud's clock, of which it tells whole seconds."""


class Proof:
    """Watches a lock until its bolt has done what a command asked, or has failed to."""

    def __init__(self, lock: LockCoordinator, movement: Movement) -> None:
        """Watch from the moment of sending on, while it is entered."""
        self._lock = lock
        self.movement = movement
        self._before = lock.failed
        self._left_at: float | None = None
        self._minds_latch = (
            movement.careful
            and lock.data.may_have_latch
            and lock.settled_bolt not in movement.ends
        )
        self.done = asyncio.Event()
        self._turn = asyncio.Event()
        self.overtaken = False
        """Somebody has done it before the command went on the wire, where doing it twice may do more."""
        self.given = False
        """The bolt has done it."""
        self.answer: Operation | None = None
        """What the cloud answered."""
        self.refusal: CloudError | None = None
        """Why it has not."""

    def __enter__(self) -> Self:
        """Look at everything that arrives."""
        self._lock.watchers.append(self._look)
        return self

    def __exit__(self, *_: object) -> None:
        """Look no longer."""
        self._lock.watchers.remove(self._look)

    async def wait(self, until: float) -> None:
        """Wait until there is a verdict, or this is the time by the loop's clock."""
        await _wait(self.done, until)

    async def turn(self, until: float) -> None:
        """Wait until the command goes on the wire, or will not, or this is the time."""
        await _wait(self._turn, until)

    @property
    def left(self) -> bool:
        """Whether the command has gone on the wire: until then it waits for its turn."""
        return self._left_at is not None

    @property
    def sent(self) -> datetime:
        """When it went on the wire, by our clock as it goes now: somebody may have set it."""
        now = self._lock.hass.loop.time()
        passed = 0.0 if self._left_at is None else now - self._left_at
        return dt_util.utcnow() - timedelta(seconds=passed)

    def leave(self, leaves: bool) -> None:
        """Take note that the command goes on the wire, or that it came back with nothing done."""
        lock, movement = self._lock, self.movement
        self._left_at = lock.hass.loop.time() if leaves else None
        self._before = lock.failed
        self._turn.set()
        if leaves:
            lock.account.witness.async_sending(
                lock.lock_id, movement.ends | movement.answers
            )
        else:
            lock.account.witness.async_refused(lock.lock_id)

    def give(self) -> None:
        """Take note that the bolt has done it; the first verdict counts."""
        if not self.done.is_set():
            self.given = True
            self.end()

    def refuse(self, why: CloudError) -> None:
        """Take note that the bolt will not do it; the first verdict counts.

        Unless the cloud says that nothing was done: then a message was about something else.
        """
        if not self.done.is_set() or (self.given and why.acted is Acted.NO):
            self.given = False
            self.refusal = why
            self.end()

    def end(self) -> None:
        """Take note that there is nothing to wait for any more."""
        self.done.set()
        self._turn.set()

    @callback
    def _look(self) -> None:
        if self.done.is_set():
            return
        bolt = self._lock.data.bolt
        if not self.left:
            # Whatever has come, it is not about a command that waits for its turn.
            if self._minds_latch and self._lock.settled_bolt in self.movement.ends:
                self.overtaken = True
                self.end()
            return
        if (
            bolt is not None
            and bolt.value in self.movement.ends
            and bolt.at > self.sent
            and bolt.confirmed is not None
        ):
            self.give()
            self._lock.async_end_command()
            return
        failed = self._lock.failed
        if (
            failed is not None
            and failed is not self._before
            and failed.failed is not None
            and self._is_ours(failed.info)
        ):
            self.refuse(device_error(failed.failed))

    def _is_ours(self, info: OperationInfo | None) -> bool:
        """Return whether a message of failure can be about this command."""
        if info is None:
            return True
        if info.action not in (None, self.movement.command.lower()):
            return False
        begun = info.started_at
        return (
            begun is None
            or begun - self._lock.account.clock_offset > self.sent - CLOCK_ERROR
        )


async def _wait(event: asyncio.Event, until: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout_at(until):
            await event.wait()
