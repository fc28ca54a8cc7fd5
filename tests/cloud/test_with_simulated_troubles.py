"""The client against the simulated cloud when something is wrong."""

import asyncio
import json

import aiohttp
import pytest

from custom_components.yale_august.cloud import errors
from custom_components.yale_august.cloud.models import (
    BoltState,
    Command,
    Mode,
    PushMessage,
)
from custom_components.yale_august.cloud.push import Pace, PushStream
from tests.simulator import Bolt, Fail, Hang, Lock, Reset, Simulator

from .simulated import client_for


async def test_a_token_that_has_run_out(
    session: aiohttp.ClientSession, cloud: Simulator, lock: Lock
) -> None:
    """The command goes out again with the new one, and the bolt moves once."""
    client = client_for(session, cloud)
    await client.get_locks()
    cloud.faults.expire_tokens()
    await client.remote_operate(lock.lock_id, Command.UNLOCK)
    await cloud.settle()
    assert [
        seen.status for seen in cloud.requests if seen.operation != "get_locks"
    ] == [
        401,
        200,
    ]
    assert [moved.kind for moved in cloud.record] == [Bolt.UNLOCKED]


@pytest.mark.parametrize("kept_alive", [False, True])
@pytest.mark.parametrize(
    "fault",
    [
        Reset(acts=True),
        Hang(0.2, acts=True),
        Fail(502, "html", acts=True),
        Fail(504, "empty", acts=True),
    ],
)
async def test_a_door_moves_once(
    session: aiohttp.ClientSession,
    cloud: Simulator,
    lock: Lock,
    fault: Reset | Hang | Fail,
    kept_alive: bool,
) -> None:
    """The answer is lost after the bolt moved: unknown, and not a second time."""
    client = client_for(session, cloud)
    if kept_alive:
        await client.get_locks()
    cloud.faults.add("remote_operate", fault, times=None)
    with pytest.raises(errors.OutcomeUnknown) as caught:
        await client.remote_operate(lock.lock_id, Command.UNLOCK, timeout=5)
    await cloud.settle()
    assert caught.value.acted is errors.Acted.MAYBE
    assert cloud.requests.count("remote_operate") == 1
    assert [moved.kind for moved in cloud.record] == [Bolt.UNLOCKED]


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        ("jam", errors.Jammed),
        ("bridge_offline", errors.BridgeOffline),
    ],
)
async def test_a_lock_that_cannot(
    session: aiohttp.ClientSession,
    cloud: Simulator,
    lock: Lock,
    trouble: str,
    kind: type[errors.DeviceError],
) -> None:
    """The lock's own reason, not the cloud's."""
    result = getattr(cloud.faults, trouble)(lock)
    if asyncio.iscoroutine(result):
        await result
    with pytest.raises(kind):
        await client_for(session, cloud).remote_operate(lock.lock_id, Command.UNLOCK)


async def test_push(
    session: aiohttp.ClientSession, cloud: Simulator, lock: Lock
) -> None:
    """Messages of a command and of a hand, through all that happens to a socket."""
    client = client_for(session, cloud)
    messages: list[PushMessage] = []
    ups: list[None] = []
    stream = PushStream(
        client,
        on_message=messages.append,
        on_connected=lambda: ups.append(None),
        on_disconnected=lambda _: None,
        pace=Pace(first=0.01, longest=0.05, connect=2, close=0.5),
    )
    task = asyncio.create_task(stream.run())

    async def heard(turn: int) -> None:
        async with asyncio.timeout(10):
            while len(ups) < turn:
                await asyncio.sleep(0.005)
            messages.clear()
            await cloud.hands.unlock(lock)
            await cloud.hands.lock(lock)
            while not messages or messages[-1].bolt is not BoltState.LOCKED:
                await asyncio.sleep(0.005)
        assert {message.lock_id for message in messages} == {lock.lock_id}

    await heard(1)
    await cloud.faults.drop_sockets()
    await heard(2)
    cloud.faults.expire_tokens()
    await cloud.faults.drop_sockets()
    await heard(3)
    await cloud.faults.disconnect_namespace()
    await heard(4)
    cloud.faults.refuse_handshakes(3)
    await cloud.faults.drop_sockets()
    await heard(5)
    cloud.faults.forget_subscribers()
    await cloud.faults.drop_sockets()
    await heard(6)
    await client.remote_operate(lock.lock_id, Command.UNLOCK, mode=Mode.ASYNC)
    async with asyncio.timeout(10):
        while messages[-1].bolt is not BoltState.UNLOCKED:
            await asyncio.sleep(0.005)
    await stream.close()
    await task
    await cloud.settle()
    assert cloud.sockets == ()
    assert cloud.subscribers == ()
    assert json.dumps(client.budget.dump())
