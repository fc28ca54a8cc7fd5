"""Every kind of answer, where tokens are renewed in the middle of everything."""

from functools import partial
from typing import Final

import pytest

from tests.simulator import Fail

from .matrix import kinds, named
from .play import Case, play
from .watch import TRUST, Watch

OFTEN: Final = 45
"""More requests for a token in an hour are a storm."""
SOON: Final = 400.0
"""Seconds after which a renewal that failed is tried again at the latest."""
LIMITED: Final = 960.0
"""The same where the cloud has said that it is too much."""


def refuses(operation: str, fail: Fail) -> bool:
    """Return whether an answer means that the login is over."""
    if operation == "token":
        return fail.status in (400, 401) and fail.body == "json"
    return fail.status == 401 or "not valid" in str(fail.body)


async def not_renewed(watch: Watch, operation: str, fail: Fail) -> None:
    """Renew nothing for long, while a door moves and somebody gives a command."""
    bench, cloud = watch.bench, watch.bench.cloud
    (lock,) = cloud.locks
    guest = cloud.world.partner_user(cloud.owner, "guest-77")
    user = cloud.owner if operation == "token" else guest
    before = len(cloud.requests)
    cloud.faults.add(operation, fail, times=None)
    cloud.faults.expire_tokens(user)
    assert await watch.command(lock, "unlock") is not None
    assert watch.given[0].puts[0].status == 401
    assert watch.movements() == []
    # Push is up: what it tells is still true.
    await cloud.hands.unlock(lock)
    await watch.pass_time(60)
    watch.is_true()
    cloud.faults.lose_messages(1)
    await cloud.hands.lock(lock)
    await watch.pass_time(2 * TRUST)
    asked = cloud.requests.count(operation, since=before)
    assert 0 < asked < 2 * OFTEN, f"{asked} times asked"
    over = refuses(operation, fail)
    assert bool(bench.entry.asked_for_login) is over
    if over and operation == "token":
        assert asked == 2, "one doubt is granted, and no more"
        await bench.sign_in_again()
    cloud.faults.clear()
    await watch.pass_time(LIMITED if fail.status == 429 else SOON)
    assert await watch.command(lock, "unlock") is None
    # The list of locks is read again too: a new one is found.
    new = cloud.add_lock("connect", name="Drawbridge 9", house=lock.house)
    if guest is not None:
        cloud.share(new, guest)
    await watch.heal()


@pytest.mark.parametrize("operation", ["token", "create_sub_user"])
def test_tokens_are_not_renewed(operation: str) -> None:
    """A new login is asked for where it was refused, and only there."""
    play(
        Case(
            name=f"{operation} {named(fail)}",
            story=partial(not_renewed, operation=operation, fail=fail),
            sub_user=operation == "create_sub_user",
        )
        for fail in kinds(operation, "renewal")
    )
