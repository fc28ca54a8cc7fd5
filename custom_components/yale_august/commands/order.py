"""The order of commands on one lock: one movement at a time, and questions that keep nobody from the door."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from homeassistant.exceptions import HomeAssistantError

from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator


@asynccontextmanager
async def async_turn(lock: LockCoordinator) -> AsyncGenerator[None]:
    """Wait for an earlier command, not for long: a door that moves late moves by surprise.

    A question that is still without an answer then waits no longer either.
    """
    deadline = asyncio.get_running_loop().time() + lock.pace.queue.total_seconds()
    await _async_acquire(lock, lock.commanding, deadline)
    try:
        if lock.asking.locked():
            with suppress(TimeoutError):
                async with asyncio.timeout_at(deadline), lock.asking:
                    pass
        yield
    finally:
        lock.commanding.release()


@asynccontextmanager
async def async_question(lock: LockCoordinator) -> AsyncGenerator[None]:
    """Wait for an earlier question and for the movement that runs, not for long."""
    deadline = asyncio.get_running_loop().time() + lock.pace.queue.total_seconds()
    await _async_acquire(lock, lock.asking, deadline)
    try:
        await _async_acquire(lock, lock.commanding, deadline)
        lock.commanding.release()
        yield
    finally:
        lock.asking.release()


async def _async_acquire(
    lock: LockCoordinator, turn: asyncio.Lock, deadline: float
) -> None:
    try:
        async with asyncio.timeout_at(deadline):
            await turn.acquire()
    except TimeoutError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="still_busy",
            translation_placeholders={"lock": lock.data.name},
        ) from err
