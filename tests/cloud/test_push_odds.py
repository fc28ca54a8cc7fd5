"""The push stream: its ends, its pauses, and servers that are out of their minds."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import aiohttp
from aiohttp import web
import pytest

from custom_components.yale_august.cloud import push
from custom_components.yale_august.cloud.models import PushMessage
from custom_components.yale_august.cloud.push import Pace

from .desk import LOCK, open_desk
from .listener import LOCKED, QUICK, Listener, listening, tasks_of_the_client
from .switchboard import Switchboard

pytestmark = pytest.mark.usefixtures("nothing_left")


async def test_what_could_not_be_deleted_is_known(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """The next start can try again."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        board.refuse_rest = lambda _: web.Response(status=502)
    assert listener.stream.subscribers == ("sub1",)


async def test_closed_before_it_ran(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """The leftover goes; running is over before it begins."""
    board.subscribers.add("old")
    listener = Listener(session, board, leftovers=["old"])
    await listener.stream.close()
    await listener.stream.run()
    assert not listener.stream.connected
    assert board.subscribers == set()
    assert board.requests == ["DELETE /websocket/subscribers/old"]


async def test_running_twice(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """One stream has one loop."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        with pytest.raises(RuntimeError):
            await listener.stream.run()


async def test_cancelled_while_listening(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """No task and no socket stays; the subscriber is there for the next start."""
    listener = Listener(session, board)
    task = asyncio.create_task(listener.stream.run())
    await board.until(lambda: listener.stream.connected)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tasks_of_the_client() == []
    await board.until(lambda: not board.clients)
    assert listener.told == ["up", "down: stopped"]
    assert board.subscribers == {"sub1"}
    assert listener.stream.subscriber_id == "sub1"


@pytest.mark.parametrize("moment", range(0, 40, 2))
async def test_cancelled_at_any_moment(
    session: aiohttp.ClientSession, board: Switchboard, moment: int
) -> None:
    """Wherever it is in connecting."""
    listener = Listener(session, board)
    task = asyncio.create_task(listener.stream.run())
    for _ in range(moment * 2):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert tasks_of_the_client() == []
    assert task.cancelled()
    await board.until(lambda: not board.clients)


async def test_cancelled_in_a_handshake_that_hangs(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """The socket is open and the server silent: the library would leave it so."""
    opened = asyncio.Event()
    closed = asyncio.Event()

    async def silent(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        opened.set()
        await socket.receive()
        closed.set()
        return socket

    app = web.Application()
    app.router.add_get("/socket.io/", silent)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    listener = Listener(session, board)
    transport = listener.client.transport
    assert transport.endpoints.push is not None
    transport.endpoints = replace(
        transport.endpoints, push=transport.endpoints.push.with_port(port)
    )
    task = asyncio.create_task(listener.stream.run())
    await opened.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(1):
        await closed.wait()
    await runner.cleanup()
    assert tasks_of_the_client() == []


@pytest.mark.parametrize(
    "greeting",
    ["", "nonsense", "0{}", "0[]", '0{"sid":1}', "4", "1", "\x00", '40{"sid":"x"}'],
)
async def test_a_server_that_speaks_in_riddles(
    session: aiohttp.ClientSession, board: Switchboard, greeting: str
) -> None:
    """Nothing it says stops the loop or leaves a socket open."""
    closed = 0
    attempts = 0

    async def riddle(request: web.Request) -> web.WebSocketResponse:
        nonlocal closed, attempts
        attempts += 1
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(greeting)
        await socket.receive()
        closed += 1
        return socket

    app = web.Application()
    app.router.add_get("/socket.io/", riddle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener = Listener(session, board, pace=replace(QUICK, connect=0.2))
    transport = listener.client.transport
    assert transport.endpoints.push is not None
    transport.endpoints = replace(
        transport.endpoints,
        push=transport.endpoints.push.with_port(runner.addresses[0][1]),
    )
    async with listening(listener):
        await board.until(lambda: attempts >= 3)
    await board.until(lambda: closed == attempts)
    await runner.cleanup()
    assert listener.told == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_of_the_socket(
    session: aiohttp.ClientSession, board: Switchboard, status: int
) -> None:
    """The library would follow it and hand over the token."""
    async with open_desk() as elsewhere:
        board.refuse = lambda _: web.Response(
            status=status, headers={"Location": str(elsewhere.url)}
        )
        listener = Listener(session, board)
        async with listening(listener):
            await board.until(lambda: len(board.handshakes) >= 2)
        assert elsewhere.seen == []
    assert listener.told == []


@pytest.mark.parametrize(
    "payload",
    [(), ("text",), (None,), ([1],), ({}, "more"), ({"lockID": 7},), (b"\x00",)],
)
async def test_messages_that_are_none(
    session: aiohttp.ClientSession, board: Switchboard, payload: tuple[Any, ...]
) -> None:
    """They are read as saying nothing; the next message arrives."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        await board.sio.emit("data", payload)
        await board.say(**LOCKED)
        await board.until(
            lambda: listener.messages and listener.messages[-1].lock_id == LOCK
        )
        assert listener.told == ["up"]
    assert all(one.bolt is None for one in listener.messages[:-1])


async def test_a_listener_that_fails(
    session: aiohttp.ClientSession,
    board: Switchboard,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its fault shows in the log, and the stream goes on."""
    listener = Listener(session, board)
    received: list[PushMessage] = []

    def stumble(message: PushMessage) -> None:
        received.append(message)
        if len(received) == 1:
            raise KeyError("stumbled")

    listener.stream._on_message = stumble  # noqa: SLF001
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        await board.say(**LOCKED)
        await board.say(**LOCKED)
        await board.until(lambda: len(received) == 2)
    assert "listener of the push stream failed" in caplog.text


async def test_a_closed_session(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """While everything shuts down the library gets no session of its own."""
    own = aiohttp.ClientSession()
    listener = Listener(own, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        await own.close()
        board.cut()
        await board.until(lambda: not listener.stream.connected)
        await asyncio.sleep(0.05)
        assert len(board.handshakes) == 1
    assert tasks_of_the_client() == []


async def test_the_callers_session_stays_open(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """It is lent, not given."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
    assert not session.closed
    async with session.get(board.url / "websocket/subscribers/x") as response:
        assert response.status == 401


async def test_a_server_that_is_gone_at_the_end(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Closing never fails and does not take long."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        board.refuse_rest = lambda _: web.Response(status=502)
        started = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - started < 1.5


async def test_pauses(
    session: aiohttp.ClientSession,
    board: Switchboard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They double up to the longest, less a chance; a good connection begins anew."""
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(0)

    class Sleepless:
        """asyncio, with another sleep."""

        def __getattr__(self, name: str) -> Any:
            return note if name == "sleep" else getattr(asyncio, name)

    monkeypatch.setattr(push, "asyncio", Sleepless())
    monkeypatch.setattr("random.random", lambda: 0.5)
    board.refuse = lambda _: web.Response(status=503)
    pace = Pace(first=1, longest=8, jitter=0.5, settled=0, connect=2, close=0.2)
    listener = Listener(session, board, pace=pace)
    async with listening(listener):
        await board.until(lambda: len(pauses) >= 6)
        board.refuse = lambda _: None
        await board.until(lambda: listener.stream.connected)
        before = len(pauses)
        board.cut()
        await board.until(lambda: len(pauses) > before)
    assert pauses[:6] == [0.75, 1.5, 3, 6, 6, 6]
    assert pauses[before] == 0.75


async def test_short_connections_are_no_good_ones(
    session: aiohttp.ClientSession,
    board: Switchboard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that lets us in and throws us out is not stormed."""
    listener = Listener(session, board)
    pauses: list[int] = []
    known = listener.stream._pause  # noqa: SLF001

    def note(failures: int) -> float:
        pauses.append(failures)
        return known(failures)

    monkeypatch.setattr(listener.stream, "_pause", note)
    async with listening(listener):
        for turn in range(1, 5):
            await board.until(lambda turn=turn: listener.ups == turn)  # type: ignore[misc]
            board.cut()
        await board.until(lambda: listener.ups == 5)
    assert pauses == [1, 2, 3, 4]


@pytest.mark.parametrize("where", ["refuse", "refuse_rest"])
async def test_the_cloud_wants_to_be_left_alone(
    session: aiohttp.ClientSession, board: Switchboard, where: str
) -> None:
    """Retry-After holds for the stream, whoever says it."""
    setattr(
        board,
        where,
        lambda _: web.Response(status=429, headers={"Retry-After": "30"}),
    )
    listener = Listener(session, board)
    seen: Callable[[], int] = lambda: len(  # noqa: E731
        board.handshakes if where == "refuse" else board.requests
    )
    async with listening(listener):
        await board.until(seen)
        await asyncio.sleep(0.2)
        assert seen() == 1
        board.refuse_rest = lambda _: None
