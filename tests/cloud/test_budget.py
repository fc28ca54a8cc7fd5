"""The request budget: who may send when."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
import json

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.yale_august.cloud.budget import Budget, Limits
from custom_components.yale_august.cloud.errors import (
    BudgetExhausted,
    CloudUnavailable,
    RateLimited,
)
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


async def send(budget: Budget, safety: Safety, error: Exception | None = None) -> None:
    """Send a request that is answered soon."""
    async with budget.admit(safety):
        await asyncio.sleep(0)
        if error is not None:
            raise error


async def goes(budget: Budget, safety: Safety) -> bool:
    """Tell whether a request may go now; a wait counts as no."""
    try:
        async with asyncio.timeout(0.01):
            await send(budget, safety)
    except TimeoutError, BudgetExhausted:
        return False
    return True


async def limit(
    budget: Budget, safety: Safety = READ, retry_after: float | None = None
) -> None:
    """Have the cloud answer 429."""
    wait = None if retry_after is None else timedelta(seconds=retry_after)
    with pytest.raises(RateLimited):
        await send(budget, safety, RateLimited(retry_after=wait))


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
    budget = Budget(replace(STILL, burst=1, reserve=0, per_second=50))
    await send(budget, READ)
    started = asyncio.get_running_loop().time()
    await send(budget, READ)
    assert asyncio.get_running_loop().time() - started >= 0.015


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
    budget = Budget(replace(STILL, burst=1, reserve=0, per_second=100))
    await send(budget, READ)
    order: list[Safety] = []

    async def one(safety: Safety) -> None:
        async with budget.admit(safety):
            order.append(safety)

    async with asyncio.TaskGroup() as group:
        for safety in (*early, COMMAND):
            group.create_task(one(safety))
            await asyncio.sleep(0)
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
    budget = Budget(wall=lambda: 0)
    budget.restore({"saved_at": 0, "reads_paused_for": 0.05})
    started = asyncio.get_running_loop().time()
    await send(budget, READ)
    assert asyncio.get_running_loop().time() - started >= 0.04


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
