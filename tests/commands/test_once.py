"""Commands whose answer is lost: once on the wire, followed to the end."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from homeassistant.util import dt as dt_util
import pytest

from custom_components.yale_august.cloud.models import Operation
from tests.doors import DOOR, no_push, operate, puts, refused, stands
from tests.home import Home
from tests.simulator import Cause, Fail, Hang, Reset, Slow, Truncate
from tests.simulator.lock import Lock
from tests.simulator.words import Bolt


@pytest.mark.parametrize(
    "fault", [Reset(acts=True), Truncate(), Fail(502, "html", acts=True)]
)
@pytest.mark.parametrize("push", [True, False])
async def test_acts_and_then_fails_to_say_so(
    home: Home, door: Lock, pace: Callable[..., None], fault: Any, push: bool
) -> None:
    """The bolt moves, the answer never comes: one PUT, one movement, confirmed all the same."""
    if push:
        await home.set_up()
    else:
        pace(connect=timedelta(seconds=0.05))
        await no_push(home)
    home.cloud.faults.add("remote_operate", fault)
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert len(puts(home)) == 1
    assert [moved.kind for moved in home.cloud.record] == [Bolt.UNLOCKED]


async def test_acts_and_resets_and_the_message_is_lost_too(
    home: Home, door: Lock
) -> None:
    """Even then the read-back confirms it; one PUT, one movement."""
    await home.set_up()
    home.cloud.faults.lose_messages(None)
    home.cloud.faults.add("remote_operate", Reset(acts=True))
    before = len(home.cloud.requests)
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert len(puts(home)) == 1
    assert home.reads(DOOR, since=before) == ["get_lock_status"]
    assert len(home.cloud.record) == 1


@pytest.mark.parametrize("fault", [Reset(), Fail(503, "html"), Fail(204, "empty")])
@pytest.mark.usefixtures("hurried")
async def test_never_acts_and_never_says_so(home: Home, door: Lock, fault: Any) -> None:
    """Nothing proves it: unconfirmed, not failed; unknown until the lock has told; one PUT."""
    await home.set_up()
    home.cloud.faults.add("remote_operate", fault)
    with refused("unconfirmed"):
        await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unknown"
    assert len(puts(home)) == 1
    assert home.cloud.record == ()
    await home.shows("lock", DOOR, "lock", "locked")
    assert home.commands() == ["unlock", "status"]


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.usefixtures("hurried")
async def test_answer_that_we_stumble_on(
    home: Home,
    door: Lock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    told: bool,
) -> None:
    """A fault of ours is no verdict: followed to the end, and nothing old is shown for it."""
    entry = await home.set_up()
    client = home.account(entry).client

    def stumble(*_: object, **__: object) -> None:
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")

    if not told:
        home.cloud.faults.lose_messages(None)
        home.cloud.faults.stale_cache(door)
        home.cloud.faults.add("get_lock", Hang(3), times=None)
    with monkeypatch.context() as patched:
        patched.setattr(client, "read", stumble)
        if told:
            await operate(home, "unlock")
        else:
            with refused("unconfirmed"):
                await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == ("unlocked" if told else "unknown")
    assert len(puts(home)) == 1
    assert "A command stumbled" in caplog.text
    assert ("A read-back stumbled" in caplog.text) is not told


async def test_stumbles_before_it_has_left(
    home: Home, door: Lock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the end of what has not begun, and what is known stays so."""
    entry = await home.set_up()

    async def stumble() -> str:
        raise ValueError

    transport = home.account(entry).client.transport
    with monkeypatch.context() as patched:
        patched.setattr(transport.tokens, "access_token", stumble)
        with refused("not_sent"):
            async with asyncio.timeout(0.5):
                await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "locked"
    assert puts(home) == []


@pytest.mark.parametrize("push", [True, False])
async def test_hangs(
    home: Home, door: Lock, pace: Callable[..., None], push: bool
) -> None:
    """After the deadline the command is unconfirmed, and the bolt may have moved."""
    pace(read_back=(timedelta(seconds=0.2), timedelta(seconds=0.4)))
    if push:
        await home.set_up()
    else:
        pace(connect=timedelta(seconds=0.05))
        await no_push(home)
    home.cloud.faults.add("remote_operate", Hang(3))
    task = asyncio.create_task(operate(home, "unlock"))
    await home.shows("lock", DOOR, "lock", "unlocking")
    started = asyncio.get_running_loop().time()
    with refused("unconfirmed"):
        await task
    assert 0.3 < asyncio.get_running_loop().time() - started < 1
    assert home.state("lock", DOOR, "lock") == "unknown"
    assert len(puts(home)) == 1
    assert home.cloud.record == ()
    # The next command is not held up by the one that hangs.
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"


async def test_acts_and_hangs(home: Home, door: Lock) -> None:
    """The message confirms it; nobody waits for the answer."""
    await home.set_up()
    home.cloud.faults.add("remote_operate", Hang(3, acts=True))
    started = asyncio.get_running_loop().time()
    await operate(home, "unlock")
    assert asyncio.get_running_loop().time() - started < 1
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert len(puts(home)) == 1
    assert len(home.cloud.record) == 1


async def test_late_message_stops_no_command(home: Home, door: Lock) -> None:
    """Someone unlocked and locked by hand just before: a late message is no proof of ours."""
    await home.set_up()
    home.cloud.faults.add("remote_operate", Slow(0.2))
    task = asyncio.create_task(operate(home, "unlock"))
    await home.shows("lock", DOOR, "lock", "unlocking")
    await home.say(DOOR, status="unlocked")
    await task
    await home.cloud.settle()
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert [moved.cause for moved in home.cloud.record] == [Cause.REMOTE]


async def test_late_message_hides_no_refusal(home: Home, door: Lock) -> None:
    """The cloud says that nothing was done: a late message does not make it so."""
    await home.set_up()
    home.cloud.latency = 0.2
    home.cloud.faults.add("remote_operate", Fail(423))
    task = asyncio.create_task(operate(home, "unlock"))
    await home.shows("lock", DOOR, "lock", "unlocking")
    await home.say(DOOR, status="unlocked")
    with refused("bridge_busy"):
        await task
    assert home.cloud.record == ()


@pytest.mark.usefixtures("hurried")
async def test_answer_to_an_earlier_question_is_no_proof(
    home: Home, door: Lock
) -> None:
    """The lock was asked where its bolt is, and may have answered before the command came."""
    stands(home, door, Bolt.UNLOCKED)
    entry = await home.set_up()
    asked = dt_util.utcnow()
    home.cloud.faults.add("remote_operate", Fail(202, "empty"))
    task = asyncio.create_task(operate(home, "lock"))
    await home.when(lambda: len(puts(home)) == 1)
    answer = Operation.from_json({"status": "kAugLockState_Locked"})
    home.coordinator(entry, DOOR).async_take_answer(answer, asked)
    with refused("unconfirmed"):
        await task


async def test_redirect_is_not_followed(home: Home, door: Lock) -> None:
    """A redirect would send the command again, with the token, to who knows where."""
    await home.set_up()
    home.cloud.faults.add(
        "remote_operate",
        Fail(307, "empty", headers={"Location": f"{home.cloud.url}/elsewhere"}),
    )
    with refused("unexpected_answer"):
        await operate(home, "unlock")
    assert len(puts(home)) == 1
    assert home.cloud.requests.count("unknown") == 0
