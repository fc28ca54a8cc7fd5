"""Servers that write down what they are asked, and clients for them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import json
import socket
import struct
from typing import override

import aiohttp
from aiohttp import web
from yarl import URL

from custom_components.yale_august.cloud.auth import TokenSource
from custom_components.yale_august.cloud.brand import Brand, endpoints
from custom_components.yale_august.cloud.budget import Budget
from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.errors import LoginExpired
from custom_components.yale_august.cloud.routes import Route
from custom_components.yale_august.cloud.transport import Transport

LOCK = "0123456789ABCDEF0123456789ABCDEF"
HOUSE = "a57f9bda-a0f3-4990-8567-aec391f13038"
USER = "7b14406f-6e5e-4539-9241-498262c20b44"
OTHER = "b13c2960-0346-4352-9b7b-6dd2682a615b"
KEY = "key-f2a9"

PATH_VALUES = {
    "lock_id": LOCK,
    "other_user_id": OTHER,
    "role": "user",
    "command": "unlock",
    "house_id": HOUSE,
    "subscriber_id": "sub1",
    "client_id": "client1",
}


def path_of(route: Route) -> dict[str, str]:
    """Return values for the placeholders of a route."""
    return {
        name: value
        for name, value in PATH_VALUES.items()
        if f"{{{name}}}" in route.path
    }


class Tokens(TokenSource):
    """Tokens that are handed out in order; counts the renewals."""

    def __init__(self, *tokens: str) -> None:
        """Begin with the first token."""
        self.tokens = list(tokens) or ["token-1", "token-2", "token-3"]
        self.renewals: list[str] = []
        self.lock = asyncio.Lock()

    @override
    async def access_token(self) -> str:
        return self.tokens[0]

    @override
    async def renew(self, refused: str) -> str:
        async with self.lock:
            if self.tokens[0] == refused:
                await asyncio.sleep(0)
                if len(self.tokens) == 1:
                    raise LoginExpired
                self.renewals.append(refused)
                self.tokens.pop(0)
            return self.tokens[0]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int = 0

    @property
    def path(self) -> str:
        """The path as it came, without the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The query."""
        return dict(URL(self.target, encoded=True).query)

    @property
    def json(self) -> object:
        """The body; None when there is none."""
        return json.loads(self.body) if self.body else None


@dataclass(kw_only=True)
class Reply:
    """What the desk answers."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class Desk:
    """An HTTP server that writes down each request and answers as told."""

    def __init__(self) -> None:
        """Answer 200 with an empty object."""
        self.seen: list[Seen] = []
        self.answer: Callable[[Seen], Reply] = lambda _: Reply(body="{}")
        self.url = URL()

    def reply(self, status: int = 200, body: str = "", **headers: str) -> None:
        """Answer the same to everything."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = lambda _: Reply(status=status, body=body, headers=named)

    def replies(self, *replies: Reply) -> None:
        """Answer one after the other, the last one for ever."""
        rest = list(replies)
        self.answer = lambda _: rest.pop(0) if len(rest) > 1 else rest[0]

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Write down and answer."""
        seen = Seen(
            method=request.method,
            target=request.raw_path,
            headers=request.headers,
            body=await request.read(),
        )
        self.seen.append(seen)
        reply = self.answer(seen)
        return web.Response(
            status=reply.status, body=reply.body.encode(), headers=reply.headers
        )


@asynccontextmanager
async def open_desk() -> AsyncGenerator[Desk]:
    """Run a desk on loopback."""
    desk = Desk()
    runner = web.ServerRunner(web.Server(desk.handle), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    desk.url = URL(f"http://127.0.0.1:{port}")
    try:
        yield desk
    finally:
        await runner.cleanup()


type Act = Callable[[asyncio.StreamWriter], None]

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection as a crash would."""
    connection = writer.get_extra_info("socket")
    linger = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


def hang_up(writer: asyncio.StreamWriter) -> None:
    """Close the connection without an answer."""
    writer.close()


def break_off(writer: asyncio.StreamWriter) -> None:
    """Close the connection in the middle of the answer."""
    writer.write(ANSWER[:-1])
    writer.close()


def talk_nonsense(writer: asyncio.StreamWriter) -> None:
    """Answer with something that is not HTTP."""
    writer.write(b"\x15\x03\x01\x00\x02\x02\x16\r\n\r\n")
    writer.close()


def answer(writer: asyncio.StreamWriter) -> None:
    """Answer properly and keep the connection."""
    writer.write(ANSWER)


def say_nothing(writer: asyncio.StreamWriter) -> None:
    """Keep the connection and never answer."""


class Wire:
    """A server of bare bytes: each request is carried out, then `acts` happen."""

    def __init__(self) -> None:
        """Begin with no request."""
        self.seen: list[Seen] = []
        self.acts: list[Act] = []
        self.connections = 0
        self.open = 0
        self.url = URL()
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Read requests of one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.open += 1
        number = self.connections
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                line, *lines = head.strip().split("\r\n")
                headers = dict(one.split(": ", 1) for one in lines)
                body = await reader.readexactly(int(headers.get("Content-Length", 0)))
                method, target, _ = line.split(" ")
                self.seen.append(
                    Seen(
                        method=method,
                        target=target,
                        headers=headers,
                        body=body,
                        connection=number,
                    )
                )
                act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
                act(writer)
        except asyncio.IncompleteReadError, ConnectionError:
            pass
        finally:
            self.open -= 1
            self._tasks.discard(task)
            writer.close()

    async def stop(self) -> None:
        """End what still runs."""
        for task in (tasks := set(self._tasks)):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def open_wire(*acts: Act) -> AsyncGenerator[Wire]:
    """Run a wire on loopback."""
    wire = Wire()
    wire.acts = list(acts)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    wire.url = URL(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        yield wire
    finally:
        server.close()
        await wire.stop()
        await server.wait_closed()


def transport_to(
    session: aiohttp.ClientSession,
    url: URL,
    *,
    brand: Brand = Brand.YALE,
    tokens: TokenSource | None = None,
) -> Transport:
    """Return a transport to a local server."""
    return Transport(session, endpoints(brand, url), KEY, tokens or Tokens())


def client_of(transport: Transport, budget: Budget | None = None) -> Client:
    """Return a client that sends through a transport."""
    return Client(transport, budget or Budget())
