"""The request budget after a 429, and after a restart."""

import asyncio
from dataclasses import replace
from datetime import timedelta
import json

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.yale_august.cloud.budget import Budget, Limits
from custom_components.yale_august.cloud.errors import BudgetExhausted, RateLimited

from .crowd import COMMAND, READ, STILL, WRITE, Clock, goes, limit, send


async def test_retry_after_is_obeyed() -> None:
    """Reads and writes are refused with the time that is left; then they go."""
    clock = Clock()
    budget = Budget(clock=clock)
    await limit(budget, retry_after=300)
    clock.now += 100
    for safety in (READ, WRITE):
        with pytest.raises(BudgetExhausted) as caught:
            await send(budget, safety)
        assert caught.value.available_in == timedelta(seconds=200)
    assert budget.figures()["reads_paused_for"] == 200
    clock.now += 201
    assert await goes(budget, READ)
    assert await goes(budget, WRITE)


async def test_a_read_does_not_lock_anybody_out() -> None:
    """What the cloud refused was a read: the door still opens."""
    budget = Budget()
    await limit(budget, READ, retry_after=3600)
    assert await goes(budget, COMMAND)
    assert not await goes(budget, READ)


async def test_an_errand_goes_as_commands_do() -> None:
    """What a command needs to know waits for no read; that it was refused keeps nobody from the door."""
    budget = Budget(Limits(at_once=1, commands_at_once=1))
    async with budget.admit(READ):
        assert not await goes(budget, READ)
        assert await goes(budget, READ, errand=True)
    async with budget.admit(READ, errand=True):
        # One that hangs keeps no command waiting, whatever waits behind it.
        assert not await goes(budget, READ, errand=True)
        assert await goes(budget, COMMAND)
    await limit(budget, READ, retry_after=3600, errand=True)
    assert not await goes(budget, READ)
    assert await goes(budget, COMMAND)
    assert await goes(budget, READ, errand=True)
    figures = budget.figures()
    assert (figures["reads_sent"], figures["commands_sent"]) == (5, 2)
    assert figures["commands_paused_for"] == 0
    await limit(budget, COMMAND, retry_after=3600)
    assert not await goes(budget, READ, errand=True)


async def test_a_refused_command_pauses_commands() -> None:
    """Then the cloud means the door too."""
    clock = Clock()
    budget = Budget(clock=clock)
    await limit(budget, COMMAND, retry_after=120)
    with pytest.raises(BudgetExhausted) as caught:
        await send(budget, COMMAND)
    assert caught.value.available_in == timedelta(seconds=120)
    assert not await goes(budget, READ)
    clock.now += 121
    assert await goes(budget, COMMAND)


@pytest.mark.parametrize(
    ("asked", "held"), [(0, 1), (0.2, 1), (86400, 86400), (10**9, 86400)]
)
async def test_an_odd_retry_after(asked: float, held: float) -> None:
    """At least a second, at most a day."""
    clock = Clock()
    budget = Budget(clock=clock)
    await limit(budget, retry_after=asked)
    assert budget.figures()["reads_paused_for"] == held


async def test_without_retry_after_the_pause_doubles() -> None:
    """A minute, doubling to a quarter of an hour, until something is answered."""
    clock = Clock()
    budget = Budget(clock=clock)
    pauses = []
    for _ in range(6):
        await limit(budget)
        pauses.append(budget.figures()["reads_paused_for"])
        clock.now += pauses[-1] + 1
    assert pauses == [60, 120, 240, 480, 900, 900]
    await send(budget, READ)
    await limit(budget)
    assert budget.figures()["reads_paused_for"] == 60


async def test_many_429_at_once_are_one() -> None:
    """Requests on the wire together meet the same limit."""
    clock = Clock()
    budget = Budget(clock=clock)
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(limit(budget))
    assert budget.figures()["reads_paused_for"] == 60
    assert budget.figures()["rate_limited"] == 4
    # A command's success in between is no sign that reads may go again.
    await send(budget, COMMAND)
    clock.now += 61
    await limit(budget)
    assert budget.figures()["reads_paused_for"] == 120


async def test_a_guess_holds_commands_for_a_minute_at_most() -> None:
    """How often reads were refused says nothing of the door."""
    clock = Clock()
    budget = Budget(clock=clock)
    for _ in range(5):
        await limit(budget)
        clock.now += 901
    await limit(budget, COMMAND)
    assert budget.figures()["reads_paused_for"] == 900
    assert budget.figures()["commands_paused_for"] == 60


async def test_those_who_wait_are_told_of_a_pause() -> None:
    """Nobody sits out a long pause in the queue."""
    budget = Budget(Limits(at_once=1))

    async def limited() -> None:
        async with budget.admit(READ):
            await asyncio.sleep(0.01)
            raise RateLimited(retry_after=timedelta(minutes=5))

    first, second = await asyncio.gather(
        limited(), send(budget, READ), return_exceptions=True
    )
    assert isinstance(first, RateLimited)
    assert isinstance(second, BudgetExhausted)


async def test_a_short_pause_is_waited_for() -> None:
    """Seconds are no reason for an error."""
    budget = Budget()
    budget.restore({"saved_at": 0, "reads_paused_for": 0.05})
    assert budget.figures()["reads_paused_for"] == 0
    clock = Clock()
    budget = Budget(clock=clock, wall=lambda: 0)
    budget.restore({"saved_at": 0, "reads_paused_for": 0.05})
    waiting = asyncio.create_task(send(budget, READ))
    await asyncio.sleep(0.08)
    assert not waiting.done()
    clock.now += 0.05
    await waiting


async def test_after_a_pause_there_is_no_herd() -> None:
    """Reads begin again at the pace of the bucket, not with a burst."""
    clock = Clock()
    budget = Budget(replace(STILL, per_second=0.01), clock=clock)
    await limit(budget, retry_after=60)
    assert budget.figures()["tokens"] == 3
    clock.now += 61
    assert not await goes(budget, READ)
    assert await goes(budget, COMMAND)


async def test_the_state_survives_a_restart() -> None:
    """Tokens, pauses and the next guess, with the time in between."""
    clock, wall = Clock(), Clock()
    budget = Budget(replace(STILL, per_second=0.1), clock=clock, wall=wall)
    await limit(budget)
    clock.now += 61
    await limit(budget, COMMAND, retry_after=100)
    stored = json.loads(json.dumps(budget.dump()))

    wall.now += 30
    later = Budget(replace(STILL, per_second=0.1), clock=Clock(), wall=wall)
    later.restore(stored)
    figures = later.figures()
    assert figures["reads_paused_for"] == 70
    assert figures["commands_paused_for"] == 70
    assert figures["tokens"] == 6
    assert not await goes(later, COMMAND)

    wall.now += 3600
    much_later = Budget(STILL, wall=wall)
    much_later.restore(stored)
    # The next guess goes on where the last one ended.
    await limit(much_later)
    assert much_later.figures()["reads_paused_for"] == pytest.approx(120, abs=1)


async def test_a_clock_that_was_set_back() -> None:
    """The pause is not longer than it was."""
    wall = Clock()
    budget = Budget(wall=wall)
    await limit(budget, retry_after=100)
    stored = budget.dump()
    wall.now -= 86400
    later = Budget(wall=wall)
    later.restore(stored)
    assert later.figures()["reads_paused_for"] == pytest.approx(100, abs=1)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
NAMES = st.sampled_from(
    ["saved_at", "tokens", "reads_paused_for", "commands_paused_for", "next_pause"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON | st.dictionaries(NAMES, JSON))
async def test_nonsense_in_the_store(data: object) -> None:
    """Whatever was stored, the budget works and its figures are sane."""
    budget = Budget()
    budget.restore(data)
    figures = budget.figures()
    assert 0 <= figures["tokens"] <= budget.limits.burst
    assert 0 <= figures["reads_paused_for"] <= 86400
    assert 0 <= figures["commands_paused_for"] <= 86400
    json.dumps(budget.dump(), allow_nan=False)
