"""Remote operate: answers, movements, push, retries (reference 12, 13)."""

import asyncio

import aiohttp
import pytest

from tests.simulator import Bolt, Cause, Door, Role, Simulator, Trouble

from .caller import Caller


async def test_synchronous(server: Simulator, owner: Caller) -> None:
    """The answer comes when the bolt is there."""
    lock = server.add_lock()
    reply = await owner("PUT", f"/remoteoperate/{lock.lock_id}/unlock", retryLimit="1")
    assert reply.status == 200
    assert reply.json["status"] == "kAugLockState_Unlocked"
    assert reply.json["doorState"] == "kAugDoorState_Closed"
    assert reply.json["info"]["action"] == "unlock"
    assert reply.json["info"]["lockStatusChanged"] is True
    assert "startDate" in reply.json["info"]["context"]
    assert lock.bolt is Bolt.UNLOCKED
    assert [(move.kind, move.cause, move.request) for move in server.record] == [
        (Bolt.UNLOCKED, Cause.REMOTE, 1)
    ]


async def test_asynchronous_with_push(server: Simulator, owner: Caller) -> None:
    """The answer is empty; a moving and a plain message follow."""
    lock = server.add_lock()
    await owner.listen()
    reply = await owner("PUT", f"/remoteoperate/{lock.lock_id}/unlock", type="async")
    assert (reply.status, reply.text) == (202, "")
    moving, there = await owner.message(), await owner.message()
    assert moving["lockAction"] == "kAugLockState_Unlocking"
    assert there["lockAction"] == "unlocked"
    assert there["lockID"] == lock.lock_id
    assert there["doorState"] == "closed"
    assert there["callingUserID"] == server.owner.user_id
    assert there["remoteEvent"] == 1


async def test_already_there(server: Simulator, owner: Caller) -> None:
    """A command for what is already so moves nothing."""
    lock = server.add_lock()
    reply = await owner("PUT", f"/remoteoperate/{lock.lock_id}/lock")
    assert reply.json["lockStatusChanged"] is False
    assert not server.record


async def test_latch(server: Simulator, owner: Caller) -> None:
    """Unlatch pulls the latch, which springs back; so may unlock again."""
    lock = server.add_lock("unlatch")
    lock.habits.latch_hold = 20
    reply = await owner("PUT", f"/remoteoperate/{lock.lock_id}/unlatch")
    assert reply.json["status"] == "kAugLockState_Unlatched"
    await server.settle()
    assert lock.bolt is Bolt.UNLOCKED
    await owner("PUT", f"/remoteoperate/{lock.lock_id}/unlock")
    assert [move.kind for move in server.record] == [Bolt.UNLATCHED, Bolt.UNLATCHED]


async def test_not_offered(server: Simulator, owner: Caller) -> None:
    """A lock without a latch does not unlatch."""
    lock = server.add_lock("connect")
    reply = await owner("PUT", f"/remoteoperate/{lock.lock_id}/unlatch")
    assert reply.status == 501


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (Trouble.NO_ANSWER, 408),
        (Trouble.BRIDGE_BUSY, 423),
        (Trouble.BUSY, 460),
        (Trouble.SERVER_ERROR, 500),
        (Trouble.JAMMED, 530),
        (Trouble.UNCALIBRATED, 531),
        (Trouble.FLAT_BATTERY, 550),
        (Trouble.OVERHEATED, 551),
        (Trouble.DISCONNECTS, 560),
    ],
)
async def test_troubles(
    server: Simulator, owner: Caller, trouble: Trouble, status: int
) -> None:
    """Each trouble is an answer, or a message where nobody waits."""
    lock = server.add_lock()
    server.faults.trouble(lock, trouble)
    path = f"/remoteoperate/{lock.lock_id}/unlock"
    assert (await owner("PUT", path, retryLimit="1")).status == status
    assert not server.record
    await owner.listen()
    assert (await owner("PUT", path, type="async", retryLimit="1")).status == 202
    message = await owner.message()
    while "result" not in message:
        message = await owner.message()
    assert message["result"] == "failed"
    assert message["error"]["statusCode"] == status


async def test_bridge_offline(server: Simulator, owner: Caller) -> None:
    """The body is the documented one; the lock is heard of when it is back."""
    lock = server.add_lock()
    await server.faults.bridge_offline(lock)
    path = f"/remoteoperate/{lock.lock_id}/unlock"
    reply = await owner("PUT", path)
    assert reply.status == 422
    assert reply.json == {"code": 98, "message": "Bridge is offline"}
    await server.hands.unlock(lock)
    status = await owner("GET", f"/locks/{lock.lock_id}/status")
    assert status.json["status"] == "kAugLockState_Locked"
    await owner.listen()
    await server.faults.bridge_online(lock)
    assert (await owner.message())["lockAction"] == "unlocked"


async def test_late_retry_acts(server: Simulator, owner: Caller) -> None:
    """With the default limit the server acts after the client gave up."""
    lock = server.add_lock()
    server.faults.trouble(lock, Trouble.NO_ANSWER, attempts=1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await owner("PUT", f"/remoteoperate/{lock.lock_id}/unlock")
    assert not server.record
    await server.settle()
    assert [move.kind for move in server.record] == [Bolt.UNLOCKED]


async def test_no_late_retry_with_limit_one(server: Simulator, owner: Caller) -> None:
    """With a limit of one it does not."""
    lock = server.add_lock()
    server.faults.trouble(lock, Trouble.NO_ANSWER, attempts=1)
    path = f"/remoteoperate/{lock.lock_id}/unlock"
    assert (await owner("PUT", path, retryLimit="1")).status == 408
    await server.settle()
    assert not server.record


async def test_acted_but_failed(server: Simulator, owner: Caller) -> None:
    """The bolt moved, the answer is an error, the cache knows nothing of it."""
    lock = server.add_lock()
    server.faults.trouble(lock, Trouble.DISCONNECTS, attempts=1, acts=True)
    path = f"/remoteoperate/{lock.lock_id}/unlock"
    assert (await owner("PUT", path, retryLimit="1")).status == 560
    assert lock.bolt is Bolt.UNLOCKED
    status = await owner("GET", f"/locks/{lock.lock_id}/status")
    assert status.json["status"] == "kAugLockState_Locked"
    live = await owner("PUT", f"/remoteoperate/{lock.lock_id}/status")
    assert live.json["status"] == "kAugLockState_Unlocked"


async def test_busy_bridge(server: Simulator, owner: Caller) -> None:
    """Two commands at once: the bridge serves one."""
    lock = server.add_lock()
    server.pace.speed = 5
    path = f"/remoteoperate/{lock.lock_id}/"
    replies = await asyncio.gather(
        owner("PUT", f"{path}unlock", retryLimit="1"),
        owner("PUT", f"{path}status", retryLimit="1"),
    )
    assert sorted(reply.status for reply in replies) == [200, 423]


async def test_jam_hides_the_bolt(server: Simulator, owner: Caller) -> None:
    """A jammed bolt is nowhere in particular."""
    lock = server.add_lock()
    server.faults.jam(lock)
    await owner("PUT", f"/remoteoperate/{lock.lock_id}/unlock")
    status = await owner("GET", f"/locks/{lock.lock_id}/status")
    assert status.json["status"] == "kAugLockState_UnknownStaticPosition"


@pytest.mark.parametrize(
    "command",
    ["reboot", "rebootLock", "telemetry", "calibrate", "disablehomekit", "ota"],
)
async def test_other_commands(server: Simulator, owner: Caller, command: str) -> None:
    """The commands for equipment answer without a state, for owners only."""
    lock = server.add_lock()
    path = f"/remoteoperate/{lock.lock_id}/{command}"
    reply = await owner("PUT", path)
    assert reply.status == 200
    assert "status" not in reply.json
    assert reply.json["info"]["action"] == command
    manager = server.world.add_user("Max", "Manager", email="max@example.com")
    server.share(lock, manager, Role.MANAGER)
    async with Caller(server, manager) as caller:
        assert (await caller("PUT", path)).status == 403


async def test_extended_function(server: Simulator, owner: Caller) -> None:
    """Vacation mode needs its body."""
    lock = server.add_lock()
    path = f"/remoteoperate/{lock.lock_id}/extendedfunction"
    assert (await owner("PUT", path)).status == 400
    body = {"extendedfunction": {"function": "vacationMode", "parameters": {}}}
    reply = await owner("PUT", path, body)
    assert reply.json["extendedfunction"] == {"function": "vacationMode", "info": {}}
    assert lock.vacation


async def test_auto_lock_and_hands(server: Simulator, owner: Caller) -> None:
    """What happens at the door is pushed, recorded and in the feed."""
    lock = server.add_lock()
    await owner.listen()
    lock.habits.auto_lock = 10
    await server.hands.unlock(lock)
    assert (await owner.message())["callingUserID"] == "manualunlock"
    assert (await owner.message())["callingUserID"] == "manuallock"
    await server.hands.open_door(lock)
    assert (await owner.message())["doorState"] == "open"
    assert lock.door is Door.OPEN
    assert [(move.kind, move.cause) for move in server.record] == [
        (Bolt.UNLOCKED, Cause.MANUAL),
        (Bolt.LOCKED, Cause.AUTO),
    ]
    await asyncio.sleep(0.03)
    path = f"/houses/{lock.house.house_id}/activities"
    feed = await owner("GET", path, headers={"Accept-Version": "4.0.0"}, limit="10")
    assert [event["action"] for event in feed.json["events"]] == [
        "dooropen",
        "auto_lock",
        "manual_unlock",
    ]


async def test_bridge_goes_while_the_bolt_moves(
    server: Simulator, owner: Caller
) -> None:
    """The bolt arrives, the answer does not; the cloud learns of it later."""
    lock = server.add_lock()
    server.pace.speed = 10
    path = f"/remoteoperate/{lock.lock_id}/unlock"
    answer = asyncio.ensure_future(owner("PUT", path, retryLimit="1"))
    while lock.bolt is not Bolt.UNLOCKING:
        await asyncio.sleep(0.01)
    await server.faults.bridge_offline(lock)
    assert (await answer).status == 560
    assert [move.kind for move in server.record] == [Bolt.UNLOCKED]
    await server.faults.bridge_online(lock)
    reply = await owner("GET", f"/locks/{lock.lock_id}")
    assert reply.json["LockStatus"]["status"] == "unlocked"


async def test_offered_tokens(server: Simulator, owner: Caller) -> None:
    """A re-issued token can be had in the header of an answer."""
    server.options.offer_tokens = True
    session = aiohttp.ClientSession(headers=owner.headers)
    async with session, session.get(f"{server.url}/users/me") as response:
        offered = response.headers["x-access-token"]
    assert offered != owner.headers["x-access-token"]
    owner.headers["x-access-token"] = offered
    assert (await owner("GET", "/users/me")).status == 200
