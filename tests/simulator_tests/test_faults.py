"""What is to go wrong really goes wrong."""

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.simulator import REMOVED, Bolt, Fail, Hang, Reset, Simulator, Slow, Truncate

from .caller import Caller


async def raw(server: Simulator, request: str) -> bytes:
    """Send a request by hand; returns all that comes, or raises."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(request.encode())
        return await reader.read()
    finally:
        writer.close()


def put(caller: Caller, path: str) -> str:
    """Return a PUT as it is on the wire."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in caller.headers.items())
    return (
        f"PUT {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"{headers}Content-Length: 0\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        (Fail(503), 503, '{"code": 503, "message": "Simulated failure"}'),
        (Fail(403, "html"), 403, "<html>"),
        (Fail(500, "empty"), 500, ""),
        (Fail(418, {"code": "x"}), 418, '{"code": "x"}'),
        (Fail(200, "[1, 2"), 200, "[1, 2"),
    ],
)
async def test_answers(server: Simulator, fault: Fail, status: int, text: str) -> None:
    """Any status with any body, as often as asked for, and no more."""
    server.faults.add("get_locks", fault, times=2)
    caller = Caller(server)
    async with aiohttp.ClientSession(headers=caller.headers) as session:
        for _ in range(2):
            async with session.get(f"{server.url}/users/locks/mine") as response:
                assert response.status == status
                assert (await response.text()).startswith(text)
        async with session.get(f"{server.url}/users/locks/mine") as response:
            assert response.status == 200


async def test_headers_and_targets(server: Simulator, owner: Caller) -> None:
    """Faults find their requests by operation, path or lock."""
    one, two = server.add_lock(), server.add_lock()
    limit = Fail(429, headers={"Retry-After": "7"})
    server.faults.add("get_lock", limit, lock=two)
    server.faults.add("/users/*", Fail(502, "html"), skip=1)
    assert (await owner("GET", f"/locks/{one.lock_id}")).status == 200
    assert (await owner("GET", f"/locks/{two.lock_id}")).status == 429
    assert (await owner("GET", "/users/me")).status == 200
    assert (await owner("GET", "/users/me")).status == 502


@pytest.mark.parametrize("acts", [False, True])
async def test_reset(server: Simulator, *, acts: bool) -> None:
    """The peer sees a TCP reset; the bolt moved, or not."""
    lock = server.add_lock()
    server.faults.add("remote_operate", Reset(acts=acts))
    request = put(Caller(server), f"/remoteoperate/{lock.lock_id}/unlock")
    with pytest.raises(ConnectionResetError):
        await raw(server, request)
    assert len(server.record) == acts
    assert server.requests.count("remote_operate") == 1
    assert server.requests[1].status is None


async def test_hang(server: Simulator) -> None:
    """A hang ends by itself."""
    lock = server.add_lock()
    server.faults.add("remote_operate", Hang(1, acts=True))
    request = put(Caller(server), f"/remoteoperate/{lock.lock_id}/unlock")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.6):
            await raw(server, request)
    assert lock.bolt is Bolt.UNLOCKED
    server.faults.add("remote_operate", Hang(0.05))
    with pytest.raises(ConnectionResetError):
        await raw(server, request)


async def test_stopping_ends_hangs(socket_enabled: None) -> None:
    """Nothing waits for a hang when the server stops."""
    async with asyncio.timeout(3):
        async with Simulator() as server:
            server.faults.add("*", Hang(60))
            waiting = asyncio.ensure_future(raw(server, put(Caller(server), "/x")))
            await asyncio.sleep(0.05)
        with pytest.raises(ConnectionResetError):
            await waiting


async def test_truncated(server: Simulator, owner: Caller) -> None:
    """Half of the answer comes, then the connection is gone."""
    server.add_lock()
    server.faults.add("get_locks", Truncate())
    with pytest.raises(aiohttp.ClientError):
        await owner("GET", "/users/locks/mine")


async def test_slow(server: Simulator, owner: Caller) -> None:
    """Latency for one operation or for all."""
    loop = asyncio.get_running_loop()
    server.faults.add("get_user", Slow(0.1))
    start = loop.time()
    await owner("GET", "/users/me")
    assert loop.time() - start >= 0.1
    server.latency = 0.1
    start = loop.time()
    await owner("GET", "/users/me")
    assert loop.time() - start >= 0.1


async def test_token_endpoint(server: Simulator) -> None:
    """The token endpoint fails like any other."""
    server.faults.add("token", Fail(500, "html"))
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/access_token", data={"a": "b"}) as response,
    ):
        assert response.status == 500


@pytest.mark.parametrize(
    ("place", "path", "value"),
    [
        ("detail", "LockStatus.status", 17),
        ("detail", "Bridge", REMOVED),
        ("detail", "battery", {"a": []}),
        ("list", "LockName", None),
        ("status", "dateTime", "2000-00-00T00:00:00.000Z"),
    ],
)
async def test_malformed(
    server: Simulator, owner: Caller, place: str, path: str, value: Any
) -> None:
    """One field of one lock is whatever a test says."""
    lock, other = server.add_lock(), server.add_lock()
    server.faults.malform(lock, path, value, place=place)

    async def read(lock_id: str) -> Any:
        address = {
            "detail": f"/locks/{lock_id}",
            "list": "/users/locks/mine",
            "status": f"/locks/{lock_id}/status",
        }[place]
        body = (await owner("GET", address)).json
        body = body[lock_id] if place == "list" else body
        for step in path.split("."):
            body = body.get(step, REMOVED)
        return body

    assert await read(lock.lock_id) == value
    assert await read(other.lock_id) != value


async def test_stale_cache(server: Simulator, owner: Caller) -> None:
    """The cache stays where it was; the lock itself knows better."""
    lock = server.add_lock()
    server.faults.stale_cache(lock)
    await server.hands.unlock(lock)
    path = f"/locks/{lock.lock_id}"
    assert (await owner("GET", path)).json["LockStatus"]["status"] == "locked"
    live = await owner("PUT", f"/remoteoperate/{lock.lock_id}/status")
    assert live.json["status"] == "kAugLockState_Unlocked"
    server.faults.stale_cache(lock, stale=False)
    assert (await owner("GET", path)).json["LockStatus"]["status"] == "unlocked"


async def test_the_record_stands(server: Simulator, owner: Caller) -> None:
    """No client can reach it, and what one was given cannot be changed."""
    lock = server.add_lock()
    before = server.record
    await owner("PUT", f"/remoteoperate/{lock.lock_id}/unlock")
    assert before == ()
    (movement,) = server.record
    with pytest.raises(AttributeError):
        movement.kind = Bolt.LOCKED  # type: ignore[misc]
    for path in ("/record", "/requests", "/world", "/do", "/control/record"):
        assert (await owner("GET", path)).status == 404
