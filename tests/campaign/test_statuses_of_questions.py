"""Every kind of answer, where a lock or what is cached of it is asked on purpose."""

import asyncio
from functools import partial
from typing import Final

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.yale_august.cloud.models import Command
from custom_components.yale_august.commands.question import async_ask
from tests.simulator import Bolt, Fail

from .bench import Bench
from .matrix import failures, kinds, named
from .play import Case, play
from .watch import TRUST, Watch

PAUSE: Final = 90.0
GUEST: Final = Fail(403, {"code": 403, "message": "User is not authorized"})
ACCEPTED: Final = Fail(202, "empty")


def unlocked(bench: Bench) -> None:
    """Start with a door that is unlocked."""
    (lock,) = bench.cloud.locks
    lock.bolt = Bolt.UNLOCKED
    lock.learn(bench.cloud.clock.now())


async def role_without_detail(watch: Watch, fail: Fail) -> None:
    """Have a role that sees the status only, and see nothing of it for long."""
    cloud = watch.bench.cloud
    (lock,) = cloud.locks
    guest = cloud.faults.add("get_lock", GUEST, times=None)
    cloud.faults.add("get_lock_status", fail, times=None)
    await cloud.hands.unlock(lock)
    await watch.pass_time(5)
    watch.is_true()
    cloud.faults.lose_messages(1)
    await cloud.hands.lock(lock)
    await watch.pass_time(2 * TRUST)
    guest.left = 0
    await watch.heal()


async def read_back(watch: Watch, fail: Fail) -> None:
    """Lose the message of a command; what it did cannot be read back either."""
    cloud = watch.bench.cloud
    (lock,) = cloud.locks
    cloud.faults.lose_messages(None)
    cloud.faults.add("get_lock_status", fail, times=None)
    started = asyncio.get_running_loop().time()
    assert await watch.command(lock, "unlock") == "unconfirmed"
    assert 39 < asyncio.get_running_loop().time() - started < 60
    assert watch.movements() == [Bolt.UNLOCKED]
    await watch.heal()


async def careful(watch: Watch, fail: Fail) -> None:
    """Unlock a latch lock that is unlocked, and cannot be asked: nothing is sent."""
    cloud = watch.bench.cloud
    (lock,) = cloud.locks
    cloud.faults.add("get_lock_status", fail, times=None)
    assert await watch.command(lock, "unlock") == "not_checked"
    assert watch.given[0].puts == []
    await watch.heal()
    assert watch.movements() == []


async def asked(watch: Watch, fail: Fail) -> None:
    """Ask the lock itself, as its button does."""
    bench, cloud = watch.bench, watch.bench.cloud
    (lock,) = cloud.locks
    found = bench.lock(lock)
    assert found is not None
    before = len(cloud.requests)
    cloud.faults.add("remote_operate", fail)
    if fail.status in (200, 204, 401) and (fail.status, fail.body) != (200, "html"):
        # No answer is no failure; who is not known is asked for another token.
        await async_ask(found, Command.STATUS)
    else:
        with pytest.raises(HomeAssistantError):
            await async_ask(found, Command.STATUS)
    assert cloud.requests.count("remote_operate", since=before) == 1 + (
        fail.status == 401
    )
    watch.look()
    await watch.pass_time(660 if fail.headers else PAUSE)
    cloud.faults.lose_messages(1)
    await cloud.hands.unlock(lock)
    await async_ask(found, Command.STATUS)
    watch.is_true()
    await watch.heal()


async def disputed(watch: Watch, fail: Fail) -> None:
    """Freeze the cache; the lock that is asked in doubt does not answer."""
    cloud = watch.bench.cloud
    (lock,) = cloud.locks
    cloud.faults.stale_cache(lock)
    cloud.faults.add("/remoteoperate/*/status", fail, times=None)
    before = len(cloud.requests)
    await cloud.hands.unlock(lock)
    await watch.pass_time(TRUST - 120)
    watch.is_true()
    asked = cloud.requests.count("remote_operate", since=before)
    assert 0 < asked <= 2 * TRUST / 600, f"{asked} times asked"
    await watch.pass_time(TRUST)
    cloud.faults.stale_cache(lock, stale=False)
    await watch.heal()


STORIES: Final = {
    "role_without_detail": role_without_detail,
    "read_back": read_back,
    "asked": asked,
    "disputed": disputed,
}
ASKED: Final = {
    "role_without_detail": "get_lock_status",
    "read_back": "get_lock_status",
    "asked": "remote_operate",
    "disputed": "remote_operate",
}
"""What is answered so in each story."""


@pytest.mark.parametrize("name", STORIES)
def test_questions_fail(name: str) -> None:
    """Nothing is shown that is not so, and nothing is asked without end."""
    play(
        Case(name=f"{name} {named(fail)}", story=partial(STORIES[name], fail=fail))
        for fail in kinds(ASKED[name], name)
    )


def test_careful_unlock_cannot_look() -> None:
    """Who does not know whether the latch would be pulled does not pull it."""
    play(
        Case(
            name=f"careful {named(fail)}",
            story=partial(careful, fail=fail),
            before=unlocked,
        )
        for fail in kinds("get_lock_status", "careful", failures())
    )
