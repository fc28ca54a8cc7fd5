"""Requests that want to pass a budget."""

import asyncio
from datetime import timedelta

import pytest

from custom_components.yale_august.cloud.budget import Budget, Limits
from custom_components.yale_august.cloud.errors import BudgetExhausted, RateLimited
from custom_components.yale_august.cloud.routes import Safety

READ, WRITE, COMMAND = Safety.READ, Safety.WRITE, Safety.COMMAND

# A bucket that does not grow back within a test.
STILL = Limits(
    at_once=100,
    commands_at_once=100,
    burst=10,
    reserve=3,
    per_second=0.001,
    queue_patience=1e9,
)


class Clock:
    """A clock to be moved."""

    def __init__(self) -> None:
        """Begin somewhere."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


async def send(
    budget: Budget,
    safety: Safety,
    error: Exception | None = None,
    *,
    errand: bool = False,
) -> None:
    """Send a request that is answered soon."""
    async with budget.admit(safety, errand=errand):
        await asyncio.sleep(0)
        if error is not None:
            raise error


async def goes(budget: Budget, safety: Safety, *, errand: bool = False) -> bool:
    """Tell whether a request may go now; a wait counts as no."""
    try:
        async with asyncio.timeout(0.01):
            await send(budget, safety, errand=errand)
    except TimeoutError, BudgetExhausted:
        return False
    return True


async def limit(
    budget: Budget,
    safety: Safety = READ,
    retry_after: float | None = None,
    *,
    errand: bool = False,
) -> None:
    """Have the cloud answer 429."""
    wait = None if retry_after is None else timedelta(seconds=retry_after)
    with pytest.raises(RateLimited):
        await send(budget, safety, RateLimited(retry_after=wait), errand=errand)
