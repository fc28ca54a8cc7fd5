"""Every kind of answer, on each call of the start."""

from collections.abc import Callable
from functools import partial
from typing import Final

import pytest

from tests.simulator import Fail

from .bench import Bench
from .matrix import kinds, named
from .play import Case, play
from .watch import Watch

WHILE: Final = 900.0
"""Seconds for which the call fails."""


def fail_at_first(bench: Bench, operation: str, fail: Fail) -> None:
    """Let a call fail for a while."""
    faults = bench.cloud.faults
    fault = faults.add(operation, fail, times=None)
    bench.later(WHILE, lambda: setattr(fault, "left", 0))


def end_tokens(bench: Bench, operation: str, fail: Fail) -> None:
    """Let the same happen when the access token is over."""
    bench.cloud.faults.expire_tokens()
    fail_at_first(bench, operation, fail)


def remember_subscriber(bench: Bench, operation: str, fail: Fail) -> None:
    """Let the same happen with a subscriber that an earlier start has left."""
    bench.remember_subscriber()
    fail_at_first(bench, operation, fail)


async def settled(watch: Watch, operation: str, fail: Fail) -> None:
    """Start when the cloud lets us; then everything works."""
    bench, cloud = watch.bench, watch.bench.cloud
    (lock,) = cloud.locks
    await watch.pass_time(WHILE)
    spent = cloud.requests.count(operation)
    assert spent < WHILE / 5, f"{spent} requests in {WHILE:.0f} s"
    if bench.entry.asked_for_login and not bench.loaded:
        await bench.sign_in_again()
    await watch.heal()
    assert await watch.command(lock, "unlock") is None
    watch.may_abandon = operation == "delete_subscriber" and not passes(fail)


def passes(fail: Fail) -> bool:
    """Return whether a refusal to delete is one of the moment: it is tried again."""
    if fail.status == 403:
        return fail.body in ("html", "empty")
    if fail.status < 400:
        return False
    passing = fail.status in (408, 429) or (fail.status >= 500 and fail.status != 501)
    return passing or (fail.body == "html" and fail.status != 401)


STARTS: Final[dict[str, Callable[[Bench, str, Fail], None]]] = {
    "get_locks": fail_at_first,
    "get_lock": fail_at_first,
    "get_capabilities": fail_at_first,
    "create_subscriber": fail_at_first,
    "socket": fail_at_first,
    "delete_subscriber": remember_subscriber,
    "token": end_tokens,
}


def _starts(operation: str, fail: Fail, bench: Bench) -> None:
    STARTS[operation](bench, operation, fail)


@pytest.mark.parametrize("operation", STARTS)
def test_start_fails(operation: str) -> None:
    """Nothing is shown that is not so; afterwards everything works."""
    play(
        Case(
            name=f"{operation} {named(fail)}",
            before=partial(_starts, operation, fail),
            story=partial(settled, operation=operation, fail=fail),
        )
        for fail in kinds(operation, "start")
    )


def test_start_of_a_sub_user_fails() -> None:
    """The same where the owner's login has to mint a token first."""
    play(
        Case(
            name=f"create_sub_user {named(fail)}",
            before=partial(fail_at_first, operation="create_sub_user", fail=fail),
            story=partial(settled, operation="create_sub_user", fail=fail),
            sub_user=True,
        )
        for fail in kinds("create_sub_user", "start")
    )
