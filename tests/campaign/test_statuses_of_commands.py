"""Every status in every shape, as the answer to each command."""

from dataclasses import dataclass
from functools import partial
from typing import Final

import pytest

from tests.simulator import Bolt, Fail

from .bench import Bench
from .matrix import STRANGE, failures, named
from .play import Case, Story, in_turn, play
from .walk import turn
from .watch import Watch

START: Final = {"lock": Bolt.UNLOCKED, "unlock": Bolt.LOCKED, "open": Bolt.UNLOCKED}
PAUSE: Final = 90.0
"""Seconds after which a command may be given again that the cloud has limited."""
WISHED: Final = 660.0
"""The same where the cloud has said for how long."""

POLLED: Final = 400.0
"""Seconds in which each lock is polled where push is not up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command that is given again and again, and gets another answer each time."""

    action: str
    push: bool
    """Whether the command is confirmed by push, or its answer waited for."""

    def begin(self, bench: Bench) -> None:
        """Put the bolt where the command will move it from."""
        (lock,) = bench.cloud.locks
        lock.bolt = START[self.action]
        lock.learn(bench.cloud.clock.now())
        if not self.push:
            bench.cloud.faults.add("socket", Fail(503, "html"), times=None)

    async def again(self, watch: Watch) -> None:
        """Turn the bolt by hand to where the command will move it from."""
        bench = watch.bench
        (lock,) = bench.cloud.locks
        while lock.bolt is not START[self.action]:
            await watch.pass_time(5)
            await turn(watch, lock)
            await watch.pass_time(5)
        found = bench.lock(lock)
        assert found is not None
        assert bench.account.push_connected is self.push
        if not self.push:
            await found.async_refresh()
        watch.is_true()

    def case(self, story: Story, *more: object) -> Case:
        """Return a case of it."""
        words = (self.action, "push" if self.push else "sync", *more)
        return Case(name=" ".join(map(str, words)), story=story, before=self.begin)


async def refused(watch: Watch, order: Order, fail: Fail) -> None:
    """Refuse the command; nothing has happened."""
    bench = watch.bench
    (lock,) = bench.cloud.locks
    await order.again(watch)
    before = len(watch.movements())
    bench.cloud.faults.add("remote_operate", fail)
    outcome = await watch.command(lock, order.action)
    assert outcome is not None
    await watch.pass_time(PAUSE)
    assert len(watch.movements()) == before
    (put,) = watch.given[-1].puts
    assert put.query["type"] == ("async" if order.push else "sync")
    assert put.query["retryLimit"] == "1"
    if outcome == "rate_limited":
        await watch.pass_time(WISHED)
    assert await watch.command(lock, order.action) is None


async def unknown_caller(watch: Watch, order: Order, fail: Fail, *, once: bool) -> None:
    """Do not know the token (any more): it is renewed, once."""
    bench = watch.bench
    (lock,) = bench.cloud.locks
    bench.cloud.faults.add("remote_operate", fail, times=1 if once else None)
    outcome = await watch.command(lock, order.action)
    assert outcome == (None if once else "login_expired")
    assert len(watch.given[0].puts) == 2
    assert len(watch.movements()) == once
    assert bench.cloud.requests.count("token") == 1
    assert bench.entry.asked_for_login == (not once)
    bench.cloud.faults.clear()
    assert await watch.command(lock, order.action) is None
    await watch.heal()


async def acted(watch: Watch, order: Order, fail: Fail, *, lost: bool) -> None:
    """Say no, and move the bolt all the same."""
    bench = watch.bench
    (lock,) = bench.cloud.locks
    await order.again(watch)
    before = len(watch.movements())
    if lost:
        bench.cloud.faults.lose_messages(None)
    bench.cloud.faults.add("remote_operate", fail)
    outcome = await watch.command(lock, order.action)
    await watch.pass_time(PAUSE)
    assert len(watch.movements()) == before + 1
    if outcome == "rate_limited":
        await watch.pass_time(WISHED)
    if lost:
        await watch.heal()
    await watch.pass_time(PAUSE if order.push else POLLED)
    watch.is_true()


async def mended(watch: Watch) -> None:
    """Take everything back."""
    await watch.heal()


@pytest.mark.parametrize("action", START)
@pytest.mark.parametrize("push", [True, False])
def test_commands_are_refused(action: str, push: bool) -> None:
    """One PUT, no movement, a word for it; the next command works."""
    order = Order(action=action, push=push)
    fails = (*failures(), *STRANGE)
    steps: list[tuple[str, Story]] = [
        (named(fail), partial(refused, order=order, fail=fail))
        for fail in fails
        if fail.status >= 300 and fail.status != 401
    ]
    unknown = [
        order.case(partial(unknown_caller, order=order, fail=fail, once=once), once)
        for fail in fails
        if fail.status == 401
        for once in (True, False)
    ]
    play([order.case(in_turn([*steps, ("at last", mended)])), *unknown])


@pytest.mark.parametrize(
    ("push", "lost"), [(True, True), (True, False), (False, False)]
)
def test_commands_act_and_are_refused(push: bool, lost: bool) -> None:
    """One PUT, one movement; the truth is shown in the end whatever the answer said."""
    order = Order(action="unlock", push=push)
    steps: list[tuple[str, Story]] = [
        (named(fail), partial(acted, order=order, fail=fail, lost=lost))
        for fail in failures(acts=True)
        # That one means that the cloud does not know who asks (reference 3.6).
        if fail.status != 401
    ]
    play([order.case(in_turn([*steps, ("at last", mended)]), lost)])
