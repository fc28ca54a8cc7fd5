"""The request budget: who may send when."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.yale_august.cloud.budget import Budget, Limits
from custom_components.yale_august.cloud.errors import (
    BudgetExhausted,
    CloudUnavailable,
    RateLimited,
)
from custom_components.yale_august.cloud.routes import Safety

from .crowd import COMMAND, READ, STILL, WRITE, Clock, goes, send


async def test_the_reserve_is_for_commands() -> None:
    """Reads and writes stop where the reserve begins; commands use it up."""
    budget = Budget(STILL)
    sent = [await goes(budget, READ) for _ in range(5)]
    sent += [await goes(budget, WRITE) for _ in range(2)]
    assert all(sent)
    assert not await goes(budget, READ)
    assert not await goes(budget, WRITE)
    assert [await goes(budget, COMMAND) for _ in range(4)] == [True] * 3 + [False]
    assert budget.figures()["tokens"] == 0


async def test_the_bucket_grows_back_to_its_brim() -> None:
    """With time, and not beyond."""
    clock = Clock()
    budget = Budget(replace(STILL, per_second=2), clock=clock)
    for _ in range(7):
        await send(budget, READ)
    assert budget.figures()["tokens"] == 3
    clock.now += 1.5
    assert budget.figures()["tokens"] == 6
    clock.now += 1000
    assert budget.figures()["tokens"] == 10


async def test_waiting_for_a_token() -> None:
    """A request that is short of a token goes when there is one."""
    clock = Clock()
    budget = Budget(replace(STILL, burst=1, reserve=0, per_second=50), clock=clock)
    await send(budget, READ)
    waiting = asyncio.create_task(send(budget, READ))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    clock.now += 0.03
    await waiting


async def test_a_queue_that_is_too_long() -> None:
    """Who would wait too long is told so at once, and when it will be better."""
    budget = Budget(replace(STILL, per_second=1, queue_patience=2, burst=4))
    await send(budget, READ)
    waiting = [asyncio.create_task(send(budget, READ)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(BudgetExhausted) as caught:
        await send(budget, READ)
    assert 2 < caught.value.available_in.total_seconds() <= 3
    assert budget.figures()["waiting"] == 2
    await send(budget, COMMAND)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert budget.figures()["waiting"] == 0


@pytest.mark.parametrize("early", [(READ,), (WRITE,), (READ, WRITE)])
async def test_a_waiting_command_goes_first(early: tuple[Safety, ...]) -> None:
    """However long others have been waiting for a token."""
    clock = Clock()
    limits = replace(STILL, burst=3, reserve=0, per_second=100)
    budget = Budget(limits, clock=clock)
    for _ in range(3):
        await send(budget, READ)
    order: list[Safety] = []

    async def one(safety: Safety) -> None:
        async with budget.admit(safety):
            order.append(safety)

    async with asyncio.TaskGroup() as group:
        for safety in (*early, COMMAND):
            group.create_task(one(safety))
            await asyncio.sleep(0)
        assert order == []
        clock.now += 1
    assert order[0] is COMMAND
    assert sorted(order, key=[COMMAND, WRITE, READ].index) == order


async def test_so_many_at_once() -> None:
    """Reads share their slots; commands have their own and wait for no read."""
    budget = Budget(Limits(at_once=2, commands_at_once=1))
    gone = asyncio.Event()
    running: list[Safety] = []

    async def one(safety: Safety) -> None:
        async with budget.admit(safety):
            running.append(safety)
            await gone.wait()

    tasks = [
        asyncio.create_task(one(safety))
        for safety in (READ, READ, READ, WRITE, COMMAND, COMMAND)
    ]
    await asyncio.sleep(0.01)
    assert running == [READ, READ, COMMAND]
    assert budget.figures()["on_the_wire"] == 3
    assert budget.figures()["waiting"] == 3
    gone.set()
    await asyncio.gather(*tasks)
    assert sorted(running[3:], key=[WRITE, READ, COMMAND].index) == [
        WRITE,
        READ,
        COMMAND,
    ]
    assert running.index(WRITE) < len(running) - 1 - running[::-1].index(READ)
    assert budget.figures()["on_the_wire"] == 0


@pytest.mark.parametrize("error", [CloudUnavailable(), RuntimeError(), None])
async def test_a_slot_is_given_back(error: Exception | None) -> None:
    """However the request ends."""
    budget = Budget(Limits(at_once=1))
    for _ in range(3):
        with suppress(CloudUnavailable, RuntimeError):
            await send(budget, READ, error)
    assert budget.figures()["on_the_wire"] == 0
    assert budget.figures()["reads_sent"] == 3


async def test_cancelled_while_waiting() -> None:
    """Who leaves the queue holds up nobody."""
    budget = Budget(Limits(at_once=1))
    async with budget.admit(READ):
        first = asyncio.create_task(send(budget, READ))
        second = asyncio.create_task(send(budget, READ))
        third = asyncio.create_task(send(budget, READ))
        await asyncio.sleep(0)
        for task, left in ((second, 2), (first, 1)):
            task.cancel()
            await asyncio.sleep(0)
            assert budget.figures()["waiting"] == left
    await third
    assert first.cancelled()
    assert second.cancelled()
    assert budget.figures()["on_the_wire"] == 0


async def test_cancelled_when_granted() -> None:
    """Nothing was sent: slot and token go back."""
    budget = Budget(replace(STILL, at_once=1))
    async with budget.admit(READ):
        task = asyncio.create_task(send(budget, READ))
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    figures = budget.figures()
    assert (figures["on_the_wire"], figures["tokens"], figures["reads_sent"]) == (
        0,
        9,
        1,
    )
    assert await goes(budget, READ)


async def test_cancelled_on_the_wire() -> None:
    """The slot goes back, the token does not: the request was sent."""
    budget = Budget(STILL)

    async def hang() -> None:
        async with budget.admit(COMMAND):
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert budget.figures()["on_the_wire"] == 0
    assert budget.figures()["tokens"] == 9


async def test_quiet() -> None:
    """What is in nobody's hurry is for when nobody waits, nothing is paused, and much is left."""
    clock = Clock()
    budget = Budget(replace(STILL, at_once=1, per_second=1), clock=clock)

    def quiet() -> bool:
        return budget.is_quiet

    assert quiet()
    crowd = [asyncio.create_task(send(budget, READ)) for _ in range(2)]
    await asyncio.sleep(0)
    assert not quiet(), "one waits"
    await asyncio.gather(*crowd)
    assert quiet()
    for _ in range(4):
        await send(budget, READ)
    assert not quiet(), "little is left"
    clock.now += 10
    assert quiet()
    with pytest.raises(RateLimited):
        await send(budget, READ, RateLimited(retry_after=timedelta(seconds=60)))
    clock.now += 59
    assert not quiet(), "the cloud has asked for a pause"
    clock.now += 2
    assert quiet()


class Watch:
    """Checks the promises of a budget at each request."""

    def __init__(self, limits: Limits) -> None:
        """Begin with nothing on the wire."""
        self.limits = limits
        self.budget = Budget(limits)
        self.running = dict.fromkeys(Safety, 0)

    async def request(self, safety: Safety, delay: int, hold: int, quits: bool) -> None:
        """Send one request after a while, and perhaps be cancelled."""
        await asyncio.sleep(delay / 1000)
        task = asyncio.create_task(self._send(safety, hold))
        if quits:
            await asyncio.sleep(hold / 2000)
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _send(self, safety: Safety, hold: int) -> None:
        async with self.budget.admit(safety):
            self.running[safety] += 1
            try:
                self._check()
                await asyncio.sleep(hold / 1000)
            finally:
                self.running[safety] -= 1

    def _check(self) -> None:
        others = self.running[READ] + self.running[WRITE]
        assert others <= self.limits.at_once
        assert self.running[COMMAND] <= self.limits.commands_at_once
        assert self.budget.figures()["tokens"] >= 0


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(Safety), st.integers(0, 8), st.integers(0, 6), st.booleans()
        ),
        min_size=1,
        max_size=25,
    )
)
async def test_any_crowd(requests: list[tuple[Safety, int, int, bool]]) -> None:
    """Slots and tokens hold in any crowd, and all of it ends."""
    watch = Watch(
        Limits(at_once=2, commands_at_once=1, burst=6, reserve=2, per_second=500)
    )
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for request in requests:
            group.create_task(watch.request(*request))
    figures = watch.budget.figures()
    assert figures["on_the_wire"] == figures["waiting"] == 0
