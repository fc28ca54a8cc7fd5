"""The push stream against python-socketio's own server."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
import gc
import logging
from typing import Any, override

import aiohttp
from aiohttp import web
from engineio import base_client  # type: ignore[import-untyped]
import pytest

from custom_components.yale_august.cloud import errors, push
from custom_components.yale_august.cloud.brand import Brand
from custom_components.yale_august.cloud.models import BoltState, DoorState, PushMessage
from custom_components.yale_august.cloud.push import Pace, PushStream

from .desk import KEY, LOCK, Tokens, client_of, open_desk, transport_to
from .switchboard import Switchboard, denied, open_switchboard

QUICK = Pace(first=0.01, longest=0.05, settled=60, connect=2, close=0.2)
LOCKED = {"lockID": LOCK, "lockAction": "locked", "doorState": "closed"}


@pytest.fixture
async def board(socket_enabled: None) -> AsyncGenerator[Switchboard]:
    """Return a push server."""
    async with open_switchboard() as board:
        yield board


class Listener:
    """A stream, and what it told."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        board: Switchboard,
        *,
        tokens: Tokens | None = None,
        subscriber_id: str | None = None,
        pace: Pace = QUICK,
        brand: Brand = Brand.YALE,
    ) -> None:
        """Prepare a stream."""
        self.tokens = tokens or Tokens()
        self.told: list[str] = []
        self.messages: list[PushMessage] = []
        transport = transport_to(session, board.url, tokens=self.tokens, brand=brand)
        self.client = client_of(transport)
        self.stream = PushStream(
            self.client,
            on_message=self.messages.append,
            on_connected=lambda: self.told.append("up"),
            on_disconnected=lambda reason: self.told.append(f"down: {reason}"),
            subscriber_id=subscriber_id,
            pace=pace,
        )

    @property
    def ups(self) -> int:
        """How often it was connected."""
        return self.told.count("up")


@asynccontextmanager
async def listening(listener: Listener) -> AsyncGenerator[asyncio.Task[None]]:
    """Run a stream, and close it."""
    task = asyncio.create_task(listener.stream.run())
    try:
        yield task
    finally:
        await listener.stream.close()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(autouse=True)
async def nothing_left(
    session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> AsyncGenerator[None]:
    """No task, no client in the library's list, no open socket, no secret in a log."""
    caplog.set_level(logging.DEBUG, "custom_components.yale_august")
    caplog.set_level(logging.DEBUG, "socketio")
    caplog.set_level(logging.DEBUG, "engineio")
    yield
    assert base_client.connected_clients == []
    connector = session.connector
    assert connector is not None
    assert not connector._acquired  # noqa: SLF001
    ours = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(("custom_components", "engineio.c", "socketio.c"))
    ]
    for secret in (KEY, "token-1", "token-2", "sub1", "sub2", LOCK):
        assert not [line for line in ours if secret in line]


def tasks_of_the_client() -> list[str]:
    """Return the coroutines that run on behalf of the stream."""
    gc.collect()
    return [
        name
        for task in asyncio.all_tasks()
        if (name := task.get_coro().__qualname__)  # type: ignore[union-attr]
        and name.startswith(("AsyncClient", "PushStream", "Link", "_Socket"))
    ]


async def test_connect_and_listen(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Subscriber, handshake with the headers of the reference, messages, the end."""
    listener = Listener(session, board)
    stream = listener.stream
    async with listening(listener):
        await board.until(lambda: stream.connected)
        assert stream.subscriber_id == "sub1"
        await board.say(**LOCKED)
        await board.say(lockID=LOCK, lockAction="unlocked")
        await board.until(lambda: len(listener.messages) == 2)
    first, second = listener.messages
    assert (first.lock_id, first.bolt, first.door) == (
        LOCK,
        BoltState.LOCKED,
        DoorState.CLOSED,
    )
    assert (second.bolt, second.door) == (BoltState.UNLOCKED, DoorState.ABSENT)
    [handshake] = board.handshakes
    assert handshake["x-api-key"] == KEY
    assert handshake["x-access-token"] == "token-1"
    assert handshake["x-branding"] == "yale"
    assert handshake["subscriberID"] == "sub1"
    assert handshake["transport"] == "websocket"
    assert handshake["EIO"] == "4"
    assert listener.told == ["up", "down: stopped"]
    assert board.requests == [
        "POST /websocket/subscribers",
        "DELETE /websocket/subscribers/sub1",
    ]
    assert board.subscribers == set()
    assert not stream.connected
    assert listener.stream.subscriber_id is None
    assert tasks_of_the_client() == []


async def test_the_server_sends_us_away(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """A namespace disconnect is final for the library; we come back and hear again."""
    listener = Listener(session, board)
    async with listening(listener):
        for turn in range(1, 3):
            await board.until(lambda turn=turn: listener.ups == turn)  # type: ignore[misc]
            await board.send_away()
        await board.until(lambda: listener.ups == 3 and board.clients)
        await board.say(**LOCKED)
        await board.until(lambda: listener.messages)
    assert listener.told[:4] == [
        "up",
        "down: the server disconnected us",
        "up",
        "down: the server disconnected us",
    ]
    assert board.created == 1


async def test_the_connection_is_cut(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """A transport that drops comes back with the same subscriber."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        board.cut()
        await board.until(lambda: listener.ups == 2)
        assert listener.told[1].startswith("down: ")
    assert board.created == 1
    assert {one["subscriberID"] for one in board.handshakes} == {"sub1"}


async def test_each_attempt_carries_the_token_of_now(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Headers are made anew for each connect."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        listener.tokens.tokens.pop(0)
        board.cut()
        await board.until(lambda: listener.ups == 2)
    assert [one["x-access-token"] for one in board.handshakes] == ["token-1", "token-2"]


async def test_a_token_that_the_socket_refuses(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """It is renewed once, and the next handshake follows without a pause."""
    board.refuse = lambda request: (
        web.Response(status=401)
        if request.headers["x-access-token"] == "token-1"
        else None
    )
    listener = Listener(session, board, pace=replace(QUICK, first=30, longest=30))
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
    assert listener.tokens.renewals == ["token-1"]
    assert [one["x-access-token"] for one in board.handshakes] == ["token-1", "token-2"]


async def test_a_socket_that_refuses_every_token(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """REST decides whether the login is over: while it works, we keep trying."""
    board.refuse = lambda _: web.Response(status=401)
    listener = Listener(session, board, tokens=Tokens("token-1", *["token-2"] * 9))
    async with listening(listener) as task:
        await board.until(
            lambda: "GET /websocket/subscribers/sub1" in board.requests or task.done()
        )
        assert not task.done()
        board.refuse = lambda _: None
        await board.until(lambda: listener.stream.connected)


async def test_a_login_that_is_over(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """It ends the stream with that error; closing does not fail for it."""
    listener = Listener(session, board)
    task = asyncio.create_task(listener.stream.run())
    await board.until(lambda: listener.stream.connected)
    board.good_tokens.clear()
    board.cut()
    with pytest.raises(errors.LoginExpired):
        await task
    assert listener.told[0] == "up"
    assert listener.told[1].startswith("down: ")
    assert not listener.stream.connected
    await listener.stream.close()
    assert tasks_of_the_client() == []


@pytest.mark.parametrize("status", [404, 400, 410, 500])
async def test_a_forgotten_subscriber(
    session: aiohttp.ClientSession, board: Switchboard, status: int
) -> None:
    """A new one is made, the old one deleted, and we hear again."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        board.subscribers.clear()
        board.refuse = lambda request: (
            None
            if request.query["subscriberID"] in board.subscribers
            else web.Response(status=status)
        )
        board.cut()
        await board.until(lambda: listener.ups == 2 and board.clients)
        assert listener.stream.subscriber_id == "sub2"
        assert "DELETE /websocket/subscribers/sub1" in board.requests
        await board.say(**LOCKED)
        await board.until(lambda: listener.messages)
    assert board.created == 2


async def test_a_subscriber_that_is_turned_away_though_it_is_known(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """REST knows it, the socket does not take it: after a while a new one is tried."""
    board.refuse = lambda request: (
        denied("Forbidden", "something new")
        if request.query["subscriberID"] == "sub1"
        else None
    )
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        assert listener.stream.subscriber_id == "sub2"
        assert board.subscribers == {"sub2"}
    assert len(board.handshakes) == QUICK.replace_after + 1


async def test_the_namespace_refuses_us(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """A connect_error comes back to the loop; nothing counts as connected."""
    turned_away = 0

    def refuse(_: str) -> None:
        nonlocal turned_away
        turned_away += 1
        if turned_away < 3:
            board.clients.pop()
            raise ConnectionRefusedError("not today")

    board.on_connect = refuse
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        assert listener.told == ["up"]


async def test_the_server_reports_errors(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """One error of unknown shape is taken note of, the second one ends the connection."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        await board.sio.emit("error", {"token": "token-1"})
        await board.say(**LOCKED)
        await board.until(lambda: listener.messages)
        assert listener.told == ["up"]
        await board.sio.emit("error")
        await board.until(lambda: listener.ups == 2)
    assert listener.told[1] == "down: the server reported errors"


async def test_no_right_to_push(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """The stream ends, and says why; there is polling."""
    board.refuse_rest = lambda _: denied("NotAuthorized", "endpoint not allowed")
    listener = Listener(session, board)
    await listener.stream.run()
    assert listener.stream.refused
    assert listener.told == []
    assert board.handshakes == []
    await listener.stream.close()


async def test_a_brand_without_push(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Nothing is asked of its cloud."""
    listener = Listener(session, board, brand=Brand.AUGUST)
    await listener.stream.run()
    await listener.stream.close()
    assert listener.stream.refused
    assert board.requests == []


async def test_a_leftover_is_deleted(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """The subscriber of an earlier start goes, and is known until it is gone."""
    board.subscribers.add("old")
    listener = Listener(session, board, subscriber_id="old")
    assert listener.stream.subscriber_id == "old"
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        assert board.subscribers == {"sub1"}
        assert listener.stream.subscriber_id == "sub1"
    assert board.requests[0] == "DELETE /websocket/subscribers/old"


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (403, 2), (500, 2), (405, 1)])
async def test_a_leftover_that_does_not_go(
    session: aiohttp.ClientSession, board: Switchboard, status: int, tries: int
) -> None:
    """It keeps nobody from listening, and is tried again where that may help."""
    board.refuse_rest = lambda request: (
        web.Response(status=status) if request.path.endswith("/old") else None
    )
    listener = Listener(session, board, subscriber_id="old")
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        board.cut()
        await board.until(lambda: listener.ups == 2)
        deletions = board.requests.count("DELETE /websocket/subscribers/old")
        assert deletions == tries


async def test_what_could_not_be_deleted_is_known(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """The next start can try again."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        board.refuse_rest = lambda _: web.Response(status=502)
    assert listener.stream.subscriber_id == "sub1"


async def test_a_key_that_may_not_look_up_subscribers(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """That is no lack of push: a subscriber that fails is replaced unseen."""
    board.refuse_rest = lambda request: (
        denied("NotAuthorized", "endpoint not allowed for API key")
        if request.method == "GET"
        else None
    )
    board.refuse = lambda request: (
        web.Response(status=404) if request.query["subscriberID"] == "sub1" else None
    )
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        assert listener.stream.subscriber_id == "sub2"
    assert not listener.stream.refused


async def test_a_token_that_may_not_be_minted(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Another right that is missing is not the right to push."""

    class Unminted(Tokens):
        @override
        async def access_token(self) -> str:
            if failing:
                raise errors.EndpointNotAllowed(operation="create_sub_user")
            return await super().access_token()

    failing = True
    listener = Listener(session, board, tokens=Unminted())
    async with listening(listener) as task:
        await asyncio.sleep(0.05)
        assert not task.done()
        failing = False
        await board.until(lambda: listener.stream.connected)
    assert not listener.stream.refused


async def test_closed_before_it_ran(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """The leftover goes; running is over before it begins."""
    board.subscribers.add("old")
    listener = Listener(session, board, subscriber_id="old")
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
