"""What python-socketio leaves behind or does not notice, one by one."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
import json
import math

import aiohttp
from aiohttp import web
from engineio import base_client, json as engineio_json  # type: ignore[import-untyped]
import pytest
import socketio  # type: ignore[import-untyped]
from yarl import URL

from custom_components.yale_august.cloud.link import HandshakeRefused, Link, LinkFailed

from .desk import answer, open_wire

OPEN = "0" + json.dumps(
    {"sid": "s", "upgrades": [], "pingTimeout": 20000, "pingInterval": 25000}
)
UP = '40{"sid":"n"}'
DOWN = "41"

type Script = Callable[[web.WebSocketResponse], Awaitable[None]]


@asynccontextmanager
async def server(script: Script) -> AsyncGenerator[URL]:
    """Run a socket.io server that follows a script after the connect packet."""

    async def serve(request: web.Request) -> web.WebSocketResponse:
        # A peer that never answers a close must not hold up the test.
        socket = web.WebSocketResponse(autoclose=False, timeout=0.1)
        await socket.prepare(request)
        await socket.send_str(OPEN)
        if (await socket.receive()).data.startswith("40"):
            await script(socket)
        return socket

    app = web.Application()
    app.router.add_get("/socket.io/", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield URL(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    finally:
        await runner.cleanup()


class Told:
    """What a link told."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Prepare a link."""
        self.ups = 0
        self.data: list[object] = []
        self.ends: list[str] = []
        self.link = Link(
            session,
            on_up=self._up,
            on_data=self.data.append,
            on_end=self.ends.append,
            close_timeout=0.1,
        )

    def _up(self) -> None:
        self.ups += 1


@asynccontextmanager
async def opened(
    session: aiohttp.ClientSession, script: Script
) -> AsyncGenerator[Told]:
    """Open a link to a scripted server, and close it without a trace."""
    async with server(script) as url:
        told = Told(session)
        before = asyncio.all_tasks()
        try:
            async with asyncio.timeout(5):
                await told.link.open(url.with_query(subscriberID="s1"), {}, 1)
                yield told
        finally:
            await told.link.close()
            left = [
                name
                for task in asyncio.all_tasks() - before
                if not (name := task.get_coro().__qualname__).startswith("RequestH")  # type: ignore[union-attr]
            ]
            assert left == []
            assert base_client.connected_clients == []


async def listen(socket: web.WebSocketResponse) -> None:
    """Stay until the client leaves."""
    async for _ in socket:
        pass


async def test_an_end_right_after_the_beginning(session: aiohttp.ClientSession) -> None:
    """The library forgets a disconnect that comes while its connect has not returned."""

    async def script(socket: web.WebSocketResponse) -> None:
        await socket.send_str(UP)
        await socket.send_str(DOWN)
        await listen(socket)

    async with opened(session, script) as told:
        assert await told.link.wait() == "the server disconnected us"


async def test_a_drop_right_after_the_beginning(session: aiohttp.ClientSession) -> None:
    """The socket may be gone before the library calls itself connected."""

    async def script(socket: web.WebSocketResponse) -> None:
        await socket.send_str(UP)
        await socket.close()

    async with opened(session, script) as told:
        assert await told.link.wait() == "the connection dropped"
        assert told.ups == 1


async def test_a_disconnect_that_is_noticed(session: aiohttp.ClientSession) -> None:
    """The usual one, while everything is up."""
    away = asyncio.Event()

    async def script(socket: web.WebSocketResponse) -> None:
        await socket.send_str(UP)
        await away.wait()
        await socket.send_str(DOWN)
        await listen(socket)

    async with opened(session, script) as told:
        away.set()
        assert await told.link.wait() == "the server disconnected us"


async def test_leaving_is_said(session: aiohttp.ClientSession) -> None:
    """The server is told, not left to find out."""
    heard: list[object] = []

    async def script(socket: web.WebSocketResponse) -> None:
        await socket.send_str(UP)
        heard.extend([message.data async for message in socket])

    async with opened(session, script) as told:
        assert told.ups == 1
    # Of the namespace, then of the connection.
    assert heard[:1] == ["41"]


async def test_silence_in_place_of_an_answer(session: aiohttp.ClientSession) -> None:
    """A server that never says yes is given up; nothing was up."""
    told = Told(session)
    async with server(listen) as url:
        with pytest.raises(LinkFailed, match="timed out"):
            await told.link.open(url, {}, 0.1)
        await told.link.close()
    assert told.ups == 0
    assert base_client.connected_clients == []


async def test_order_is_kept(session: aiohttp.ClientSession) -> None:
    """However fast they come."""

    async def script(socket: web.WebSocketResponse) -> None:
        await socket.send_str(UP)
        for number in range(200):
            await socket.send_str(f'42["data",{{"n":{number}}}]')
        await socket.send_str(DOWN)
        await listen(socket)

    async with opened(session, script) as told:
        await told.link.wait()
        assert told.data == [{"n": number} for number in range(200)]


async def test_json_that_is_none(session: aiohttp.ClientSession) -> None:
    """What only the library's own reader takes is read all the same; its users share no setting."""

    async def script(socket: web.WebSocketResponse) -> None:
        await socket.send_str(UP)
        await socket.send_str('42["data",{"n":Infinity,"half":"\\ud800"}]')
        await socket.send_str(DOWN)
        await listen(socket)

    async with opened(session, script) as told:
        await told.link.wait()
        assert told.data == [{"n": math.inf, "half": "\ud800"}]
    assert socketio.packet.Packet.json is engineio_json


async def test_nothing_after_the_end(session: aiohttp.ClientSession) -> None:
    """A message behind the disconnect is not of this connection any more."""

    async def script(socket: web.WebSocketResponse) -> None:
        await socket.send_str(UP)
        await socket.send_str(DOWN)
        await socket.send_str('42["data",{}]')
        await listen(socket)

    async with opened(session, script) as told:
        await told.link.wait()
        await asyncio.sleep(0.01)
        assert told.data == []


@pytest.mark.parametrize(
    "packet",
    ["42", "42[", "49", "4", '42["data"', "451-", "43[]", '42["other",{}]', "6"],
)
async def test_packets_that_are_none(
    session: aiohttp.ClientSession, packet: str
) -> None:
    """They are passed over, and the next message is heard."""

    async def script(socket: web.WebSocketResponse) -> None:
        await socket.send_str(UP)
        await socket.send_str(packet)
        await socket.send_str('42["data",{"n":1}]')
        await socket.send_str(DOWN)
        await listen(socket)

    async with opened(session, script) as told:
        await told.link.wait()
        # A binary event announces an attachment: it takes the next packet for it.
        assert told.data == ([] if packet.startswith("45") else [{"n": 1}])


async def test_a_library_that_hangs(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it waits for while closing: its tasks end and the socket closes."""
    gone = asyncio.Event()

    async def script(socket: web.WebSocketResponse) -> None:
        await socket.send_str(UP)
        await listen(socket)
        gone.set()

    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    async with opened(session, script) as told:
        told.link._socket.eio.start_background_task(hang)  # noqa: SLF001
        monkeypatch.setattr(socketio.AsyncClient, "disconnect", hang)
    async with asyncio.timeout(1):
        await gone.wait()


async def test_closing_that_is_cancelled(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is in a hurry leaves nothing behind either."""
    gone = asyncio.Event()

    async def script(socket: web.WebSocketResponse) -> None:
        await socket.send_str(UP)
        await listen(socket)
        gone.set()

    async def hang(_: object) -> None:
        await asyncio.Event().wait()

    async with opened(session, script) as told:
        monkeypatch.setattr(socketio.AsyncClient, "disconnect", hang)
        closing = asyncio.create_task(told.link.close())
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        async with asyncio.timeout(1):
            await gone.wait()
        monkeypatch.undo()


async def test_a_refused_handshake(session: aiohttp.ClientSession) -> None:
    """Status and body are there, which the library hides."""

    async def refuse(_: web.Request) -> web.Response:
        return web.json_response({"code": "NotAuthorized"}, status=403)

    app = web.Application()
    app.router.add_get("/socket.io/", refuse)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    told = Told(session)
    with pytest.raises(HandshakeRefused) as caught:
        await told.link.open(URL(f"http://127.0.0.1:{runner.addresses[0][1]}/"), {}, 1)
    await told.link.close()
    await runner.cleanup()
    assert caught.value.status == 403
    assert json.loads(caught.value.body) == {"code": "NotAuthorized"}
    assert "NotAuthorized" not in str(caught.value)


async def test_a_refused_handshake_that_breaks(session: aiohttp.ClientSession) -> None:
    """The status is there; what else it wanted to say is lost."""

    def refuse(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\n{")
        writer.close()

    told = Told(session)
    async with open_wire(refuse) as wire:
        with pytest.raises(HandshakeRefused) as caught:
            await told.link.open(wire.url, {}, 1)
        await told.link.close()
    assert (caught.value.status, caught.value.body) == (403, b"")


async def test_nobody_is_there(session: aiohttp.ClientSession) -> None:
    """The reason is the kind of error, not its text, which may hold the address."""
    async with open_wire(answer) as wire:
        url = wire.url.with_query(subscriberID="s1")
    told = Told(session)
    with pytest.raises(LinkFailed, match=r"^connecting failed \(ConnectionError\)$"):
        await told.link.open(url, {}, 1)
    await told.link.close()


async def test_a_closed_session() -> None:
    """Else the library makes one of its own and never closes it."""
    async with aiohttp.ClientSession() as session:
        pass
    with pytest.raises(LinkFailed):
        Told(session)


def test_the_library_is_as_we_know_it() -> None:
    """What we hook into is still there."""
    client = socketio.AsyncClient(handle_sigint=False)
    assert callable(client._handle_disconnect)  # noqa: SLF001
    assert callable(client.eio.start_background_task)
    assert client.eio.read_loop_task is None
    assert client.eio.state == "disconnected"
    assert isinstance(base_client.connected_clients, list)
