"""A push server: python-socketio's own, with the subscribers of the REST side."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
import json
from typing import Any

from aiohttp import web
import socketio  # type: ignore[import-untyped]
from yarl import URL


class Switchboard:
    """Writes down who connects, and does to them what a test wants."""

    def __init__(self) -> None:
        """Begin with no subscriber."""
        self.sio = socketio.AsyncServer(
            async_mode="aiohttp",
            monitor_clients=False,
            ping_interval=20,
            ping_timeout=20,
        )
        self.url = URL()
        self.subscribers: set[str] = set()
        self.created = 0
        self.requests: list[str] = []
        self.events: list[str] = []
        """Requests, and subscribers whose sockets opened and closed."""
        self.handshakes: list[dict[str, str]] = []
        self.good_tokens: set[str] = {"token-1", "token-2"}
        self.refuse: Callable[[web.Request], web.StreamResponse | None] = lambda _: None
        """An answer in place of the handshake."""
        self.refuse_rest: Callable[[web.Request], web.StreamResponse | None] = (
            lambda _: None
        )
        self.on_connect: Callable[[str], Any] = lambda _: None
        """Called within the connecting of a client."""
        self.delay: Callable[[web.Request], float] = lambda _: 0
        """The seconds that a request waits until it is looked at."""
        self.clients: list[str] = []
        self.names: dict[str, str] = {}
        """The subscriber of each client that was ever connected."""
        self.transports: list[asyncio.Transport] = []
        self.changed = asyncio.Event()
        self.closing = asyncio.Event()
        self.sio.on("connect", self._connect)
        self.sio.on("disconnect", self._disconnect)

    async def _connect(self, sid: str, environ: dict[str, Any]) -> None:
        self.clients.append(sid)
        request = environ["aiohttp.request"]
        self.transports.append(request.transport)
        self.names[sid] = request.query["subscriberID"]
        self.events.append(f"open {self.names[sid]}")
        result = self.on_connect(sid)
        if result is not None:
            await result
        self._change()

    async def _disconnect(self, sid: str, *_: object) -> None:
        # A test that turns a client away takes it out itself.
        if sid in self.clients:
            self.clients.remove(sid)
        self.events.append(f"closed {self.names[sid]}")
        self._change()

    def _change(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.005)

    @web.middleware
    async def gate(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Any],
    ) -> web.StreamResponse:
        """Look at each request before it is served."""
        if delay := self.delay(request):
            with suppress(TimeoutError):
                await asyncio.wait_for(self.closing.wait(), delay)
        if request.path.startswith("/socket.io/"):
            self.handshakes.append({**request.headers, **request.query})
            if (refusal := self.refuse(request)) is not None:
                return refusal
            if request.headers.get("x-access-token") not in self.good_tokens:
                return web.Response(status=401)
            if request.query.get("subscriberID") not in self.subscribers:
                return web.json_response({"message": "no subscriber"}, status=404)
        else:
            self.requests.append(f"{request.method} {request.path}")
            self.events.append(f"{request.method} {request.path.rpartition('/')[2]}")
            if (refusal := self.refuse_rest(request)) is not None:
                return refusal
            if request.headers.get("x-access-token") not in self.good_tokens:
                return web.Response(status=401)
        response: web.StreamResponse = await handler(request)
        return response

    async def create(self, request: web.Request) -> web.Response:
        """Create a subscriber."""
        assert await request.json() == {"scopes": ["lock"]}
        self.created += 1
        name = f"sub{self.created}"
        self.subscribers.add(name)
        return self._subscriber(name)

    async def look_up(self, request: web.Request) -> web.Response:
        """Return a subscriber."""
        name = request.match_info["name"]
        if name not in self.subscribers:
            return web.json_response({"code": 404}, status=404)
        return self._subscriber(name)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a subscriber."""
        self.subscribers.discard(request.match_info["name"])
        return web.Response(status=204)

    @staticmethod
    def _subscriber(name: str) -> web.Response:
        return web.json_response(
            {"subscriberID": name, "scopes": ["lock"], "clientID": "c", "userID": "u"}
        )

    async def say(self, **message: object) -> None:
        """Send a message to all sockets of the subscribers that there are."""
        for sid in list(self.clients):
            if self.names[sid] in self.subscribers:
                await self.sio.emit("data", message, to=sid)

    async def send_away(self) -> None:
        """Disconnect all clients from the namespace."""
        for sid in list(self.clients):
            await self.sio.disconnect(sid)

    def cut(self) -> None:
        """Break all connections."""
        for transport in self.transports:
            transport.abort()
        self.transports.clear()

    def application(self) -> web.Application:
        """Return what a server serves."""
        app = web.Application(middlewares=[self.gate])
        app.router.add_post("/websocket/subscribers", self.create)
        app.router.add_get("/websocket/subscribers/{name}", self.look_up)
        app.router.add_delete("/websocket/subscribers/{name}", self.delete)
        self.sio.attach(app)
        return app


def denied(code: str, message: str) -> web.Response:
    """Return a JSON 403."""
    return web.Response(
        status=403,
        text=json.dumps({"code": code, "message": message}),
        content_type="application/json",
    )


@asynccontextmanager
async def open_switchboard() -> AsyncGenerator[Switchboard]:
    """Run a push server on loopback."""
    board = Switchboard()
    runner = web.AppRunner(board.application(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    board.url = URL(f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        yield board
    finally:
        board.closing.set()
        await board.sio.shutdown()
        await runner.cleanup()
        # The library's server leaves the pings of its clients running.
        pings = [
            task
            for task in asyncio.all_tasks()
            if getattr(task.get_coro(), "__qualname__", "").startswith("AsyncSocket.")
        ]
        for ping in pings:
            ping.cancel()
        await asyncio.gather(*pings, return_exceptions=True)
