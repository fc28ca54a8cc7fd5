"""The push stream: subscribers, sockets, faults (reference 20)."""

import asyncio
from typing import Any

import pytest
from socketio.exceptions import ConnectionError as Refused  # type: ignore[import-untyped]

from tests.simulator import Bolt, Fail, Role, Simulator

from .caller import Caller


async def until(condition: Any) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(2):
        while not condition():
            await asyncio.sleep(0.005)


async def test_subscriber(server: Simulator, owner: Caller) -> None:
    """It is created, shown to its owner, deleted."""
    subscriber_id = await owner.subscribe()
    path = f"/websocket/subscribers/{subscriber_id}"
    body = (await owner("GET", path)).json
    assert body == {
        "subscriberID": subscriber_id,
        "scopes": ["lock"],
        "clientID": server.client().client_id,
        "userID": server.owner.user_id,
    }
    other = server.world.add_user("Oscar", "Other", email="oscar@example.com")
    async with Caller(server, other) as caller:
        assert (await caller("GET", path)).status == 404
    assert (await owner("DELETE", path)).status == 200
    assert (await owner("GET", path)).status == 404
    assert not server.subscribers


async def test_handshake(server: Simulator, owner: Caller) -> None:
    """Subscriber, key and token are wanted, and nothing unlisted."""
    subscriber_id = await owner.subscribe()
    good = dict(owner.headers)
    for change in (
        {"x-api-key": "wrong"},
        {"x-access-token": "wrong"},
        {"x-own": "unlisted"},
    ):
        owner.headers = good | change
        with pytest.raises(Refused):
            await owner.listen(subscriber_id)
    owner.headers = good
    with pytest.raises(Refused):
        await owner.listen("nobody")
    server.faults.refuse_handshakes(1)
    with pytest.raises(Refused):
        await owner.listen(subscriber_id)
    server.faults.add("socket", Fail(503, "html"))
    with pytest.raises(Refused):
        await owner.listen(subscriber_id)
    await owner.listen(subscriber_id)
    assert len(server.sockets) == 1
    assert server.requests[len(server.requests)].status == 101


async def test_own_locks_only(server: Simulator, owner: Caller) -> None:
    """A stream carries the locks of its user."""
    other = server.world.add_user("Oscar", "Other", email="oscar@example.com")
    theirs = server.add_lock(owner=other, house="Elsewhere")
    mine = server.add_lock()
    server.share(mine, other, Role.USER)
    async with Caller(server, other) as caller:
        await owner.listen()
        await caller.listen()
        await server.hands.unlock(theirs)
        await server.hands.unlock(mine)
        assert (await owner.message())["lockID"] == mine.lock_id
        assert (await caller.message())["lockID"] == theirs.lock_id
        assert (await caller.message())["lockID"] == mine.lock_id


async def test_drop_and_kick(server: Simulator, owner: Caller) -> None:
    """Sockets are reset, or their namespace is disconnected."""
    subscriber_id = await owner.subscribe()
    stream = await owner.listen(subscriber_id)
    assert await server.faults.drop_sockets() == 1
    await until(lambda: not stream.connected)
    stream = await owner.listen(subscriber_id)
    assert await server.faults.disconnect_namespace() == 1
    await until(lambda: not stream.connected)
    assert not server.sockets
    assert len(server.subscribers) == 1


async def test_forgotten_subscriber(server: Simulator, owner: Caller) -> None:
    """The socket stays open and falls silent."""
    lock = server.add_lock()
    subscriber_id = await owner.subscribe()
    await owner.listen(subscriber_id)
    assert server.faults.forget_subscribers() == 1
    await server.hands.unlock(lock)
    await asyncio.sleep(0.05)
    assert owner.messages.empty()
    assert len(server.sockets) == 1
    reply = await owner("GET", f"/websocket/subscribers/{subscriber_id}")
    assert reply.status == 404


async def test_lost_doubled_late(server: Simulator, owner: Caller) -> None:
    """Each message fault does what it says, to the next messages."""
    lock = server.add_lock()
    await owner.listen()
    server.faults.lose_messages(1)
    await server.hands.unlock(lock)
    server.faults.double_messages(1)
    await server.hands.lock(lock)
    assert (await owner.message())["lockAction"] == "locked"
    assert (await owner.message())["lockAction"] == "locked"
    server.faults.delay_messages(0.1, 1)
    await server.hands.unlock(lock)
    await server.hands.open_door(lock)
    assert (await owner.message())["lockAction"] == "DoorStateChanged"
    assert (await owner.message())["lockAction"] == "unlocked"


async def test_shuffled(server: Simulator, owner: Caller) -> None:
    """Messages come in another order than they were made."""
    lock = server.add_lock()
    await owner.listen()
    server.faults.shuffle_messages(2)
    await server.hands.unlock(lock)
    await server.hands.lock(lock)
    tokens = [(await owner.message())["lockAction"] for _ in range(2)]
    assert tokens == ["locked", "unlocked"]


async def test_shapes(server: Simulator, owner: Caller) -> None:
    """Messages can be bare; bridges can be heard of; anything can be sent."""
    lock = server.add_lock("secure")
    await owner.listen()
    server.options.push_shape = "bare"
    await owner("PUT", f"/remoteoperate/{lock.lock_id}/secure")
    await owner.message()
    assert await owner.message() == {
        "lockID": lock.lock_id,
        "lockAction": "secure",
        "doorState": "closed",
    }
    assert lock.bolt is Bolt.SECURE
    server.options.push_bridge_events = True
    await server.faults.bridge_offline(lock)
    assert (await owner.message())["status"] == "associated_bridge_offline"
    await server.push.send_raw(["what", None])
    assert await owner.message() == ["what", None]


async def test_pubnub_results_stay_away(server: Simulator, owner: Caller) -> None:
    """Results asked for by PubNub do not come by the socket."""
    lock = server.add_lock()
    await owner.listen()
    path = f"/remoteoperate/{lock.lock_id}/unlock"
    await owner("PUT", path, type="async", notificationType="pubnub")
    await server.settle()
    await asyncio.sleep(0.05)
    assert owner.messages.empty()
