"""The order of commands on one lock: one movement at a time, and questions that keep nobody from the door."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import override

from homeassistant.exceptions import HomeAssistantError

from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator

from .turns import Turn


class OwnTurn(AbstractAsyncContextManager[None]):
    """The turn of one movement.

    Waits for an earlier command, not for long: a door that moves late moves by surprise. A question
    that is still without an answer then waits no longer either.
    """

    def __init__(self, lock: LockCoordinator) -> None:
        """Take no turn before it is entered."""
        self._lock = lock

    @override
    async def __aenter__(self) -> None:
        """Wait for the turn."""
        lock = self._lock
        if lock.commanding.is_free and lock.asking.is_free:
            await lock.commanding.acquire()
            return
        deadline = _deadline(lock)
        await _async_acquire(lock, lock.commanding, deadline)
        try:
            if lock.asking.locked():
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(deadline), lock.asking:
                        pass
        except BaseException:
            lock.commanding.release()
            raise

    @override
    async def __aexit__(self, *_: object) -> None:
        """Give the turn back."""
        self._lock.commanding.release()


@asynccontextmanager
async def async_question(lock: LockCoordinator) -> AsyncGenerator[None]:
    """Wait for an earlier question and for the movement that runs, not for long."""
    deadline = _deadline(lock)
    await _async_acquire(lock, lock.asking, deadline)
    try:
        await _async_acquire(lock, lock.commanding, deadline)
        lock.commanding.release()
        yield
    finally:
        lock.asking.release()


def _deadline(lock: LockCoordinator) -> float:
    return asyncio.get_running_loop().time() + lock.pace.queue.total_seconds()


async def _async_acquire(lock: LockCoordinator, turn: Turn, deadline: float) -> None:
    try:
        async with asyncio.timeout_at(deadline):
            await turn.acquire()
    except TimeoutError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="still_busy",
            translation_placeholders={"lock": lock.data.name},
        ) from err
