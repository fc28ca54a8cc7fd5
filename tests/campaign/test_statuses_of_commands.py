"""Every status in every shape, as the answer to each command."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import pytest

from tests.simulator import Bolt, Fail

from .bench import Bench
from .matrix import STRANGE, failures, named
from .play import Case, Story, play
from .watch import Watch

START: Final = {"lock": Bolt.UNLOCKED, "unlock": Bolt.LOCKED, "open": Bolt.UNLOCKED}
PAUSE: Final = 90.0
"""Seconds after which a command may be given again that the cloud has limited."""
WISHED: Final = 660.0
"""The same where the cloud has said for how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command, and the answer that it gets."""

    action: str
    push: bool
    """Whether the command is confirmed by push, or its answer waited for."""
    fail: Fail

    def begin(self, bench: Bench) -> None:
        """Put the bolt where the command will move it from."""
        (lock,) = bench.cloud.locks
        lock.bolt = START[self.action]
        lock.learn(bench.cloud.clock.now())
        if not self.push:
            bench.cloud.faults.add("socket", Fail(503, "html"), times=None)

    def case(self, story: Story, *more: object) -> Case:
        """Return a case of it."""
        words = (self.action, "push" if self.push else "sync", named(self.fail), *more)
        return Case(name=" ".join(map(str, words)), story=story, before=self.begin)


async def refused(watch: Watch, order: Order) -> None:
    """Refuse the command; nothing has happened."""
    bench = watch.bench
    (lock,) = bench.cloud.locks
    assert bench.account.push_connected is order.push
    watch.is_true()
    bench.cloud.faults.add("remote_operate", order.fail)
    outcome = await watch.command(lock, order.action)
    assert outcome is not None
    await watch.pass_time(PAUSE)
    assert watch.movements() == []
    (put,) = watch.given[0].puts
    assert put.query["type"] == ("async" if order.push else "sync")
    assert put.query["retryLimit"] == "1"
    if outcome == "rate_limited":
        await watch.pass_time(WISHED)
    assert await watch.command(lock, order.action) is None
    await watch.heal()


async def unknown_caller(watch: Watch, order: Order, *, once: bool) -> None:
    """Do not know the token (any more): it is renewed, once."""
    bench = watch.bench
    (lock,) = bench.cloud.locks
    bench.cloud.faults.add("remote_operate", order.fail, times=1 if once else None)
    outcome = await watch.command(lock, order.action)
    assert outcome == (None if once else "login_expired")
    assert len(watch.given[0].puts) == 2
    assert len(watch.movements()) == once
    assert bench.cloud.requests.count("token") == 1
    assert bench.entry.asked_for_login == (not once)
    bench.cloud.faults.clear()
    assert await watch.command(lock, order.action) is None
    await watch.heal()


async def acted(watch: Watch, order: Order, *, lost: bool) -> None:
    """Say no, and move the bolt all the same."""
    bench = watch.bench
    (lock,) = bench.cloud.locks
    if lost:
        bench.cloud.faults.lose_messages(None)
    bench.cloud.faults.add("remote_operate", order.fail)
    await watch.command(lock, order.action)
    await watch.pass_time(PAUSE)
    assert len(watch.movements()) == 1
    await watch.heal()


def refusals(action: str, *, push: bool) -> Iterator[Case]:
    """Return each status with each body, for one command in one mode."""
    for fail in (*failures(), *STRANGE):
        order = Order(action=action, push=push, fail=fail)
        if fail.status == 401:
            for once in (True, False):
                story = partial(unknown_caller, order=order, once=once)
                yield order.case(story, once)
        elif fail.status >= 300:
            yield order.case(partial(refused, order=order))


@pytest.mark.parametrize("action", START)
@pytest.mark.parametrize("push", [True, False])
def test_commands_are_refused(action: str, push: bool) -> None:
    """One PUT, no movement, a word for it; the next command works."""
    play(refusals(action, push=push))


@pytest.mark.parametrize("push", [True, False])
@pytest.mark.parametrize("lost", [True, False])
def test_commands_act_and_are_refused(push: bool, lost: bool) -> None:
    """One PUT, one movement; the truth is shown in the end whatever the answer said."""
    orders = [
        Order(action="unlock", push=push, fail=fail)
        for fail in failures(acts=True)
        # That one means that the cloud does not know who asks (reference 3.6).
        if fail.status != 401
    ]
    play(order.case(partial(acted, order=order, lost=lost), lost) for order in orders)
