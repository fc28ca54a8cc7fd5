"""One socket.io connection, opened once and closed without a trace.

python-socketio is good at the protocol and leaves things behind: tasks when a connect
is cancelled, the socket when the handshake ends early, a connection that counts as up
when the end came in the middle of connecting. It follows redirects with the access
token, and hides the status of a refused handshake. All of that is dealt with here.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
import logging
from typing import Any, Final, Literal, override

import aiohttp
from engineio import base_client, json as slow_json  # type: ignore[import-untyped]
import orjson
import socketio  # type: ignore[import-untyped]
from socketio import packet
from yarl import URL

_LOGGER: Final = logging.getLogger(__name__)

# The library logs addresses and payloads, and hangs handlers on its own loggers. This
# one is in no hierarchy, so that no configuration can turn it on.
_SILENT: Final = logging.Logger("socketio", logging.CRITICAL + 1)  # noqa: LOG001


_IN_A_ROW: Final = 16
"""Messages that are read before everybody else has a turn."""


class LinkFailed(Exception):
    """The connection could not be made; `reason` has no secrets in it."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


class HandshakeRefused(LinkFailed):
    """The server answered the handshake with something else than a socket."""

    def __init__(self, response: aiohttp.ClientResponse, body: bytes) -> None:
        """Keep what the server said."""
        super().__init__(f"handshake answered with {response.status}")
        self.status = response.status
        self.headers = response.headers
        self.body = body


class _Stream(aiohttp.ClientWebSocketResponse[Literal[True]]):
    """A socket that lets others have their turn between messages that come all at once.

    Reading what is there already does not wait, so that the library would take thousands
    of messages in one go.
    """

    _in_a_row = 0

    @override
    async def receive(self, timeout: float | None = None) -> aiohttp.WSMessage:
        """Return the next message."""
        self._in_a_row += 1
        if self._in_a_row >= _IN_A_ROW:
            self._in_a_row = 0
            await asyncio.sleep(0)
        return await super().receive(timeout)


class _Session:
    """What engineio sees of an HTTP session.

    It shares the caller's connections, follows no redirect, and remembers the socket,
    which engineio forgets when the connect ends early.
    """

    def __init__(self, session: aiohttp.ClientSession, close_timeout: float) -> None:
        self._session = aiohttp.ClientSession(
            connector=session.connector,
            connector_owner=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=(_refuse_all_but_sockets,),
            ws_response_class=_Stream,
        )
        self._timeout = aiohttp.ClientWSTimeout(ws_close=close_timeout)
        self.socket: aiohttp.ClientWebSocketResponse[bool] | None = None

    @property
    def closed(self) -> bool:
        """Whether it can connect no more."""
        return self._session.closed

    @property
    def cookie_jar(self) -> aiohttp.abc.AbstractCookieJar:
        """Where the library puts cookies; they go nowhere."""
        return self._session.cookie_jar

    async def ws_connect(
        self, url: str, *, headers: Mapping[str, str], **_: object
    ) -> aiohttp.ClientWebSocketResponse[bool]:
        """Open the socket."""
        self.socket = await self._session.ws_connect(
            url, headers=headers, timeout=self._timeout
        )
        return self.socket

    async def close(self) -> None:
        """Close the socket, and nothing that is the caller's."""
        try:
            if self.socket is not None:
                await self.socket.close()
        finally:
            await self._session.close()


async def _refuse_all_but_sockets(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    response = await handler(request)
    if response.status == 101:
        return response
    try:
        body = await response.read()
    except aiohttp.ClientError:
        body = b""
    response.release()
    raise HandshakeRefused(response, body)


class _Json:
    """How the library reads and writes the JSON of messages."""

    dumps = staticmethod(slow_json.dumps)

    @staticmethod
    def loads(text: str) -> Any:
        """Read it; what only the library's own reader takes (NaN, half a surrogate) goes there."""
        try:
            return orjson.loads(text)
        except ValueError:
            return slow_json.loads(text)


class _Packet(packet.Packet):  # type: ignore[misc]  # the library is untyped
    """A message of the library; its own setting for JSON would be one for all its users."""

    json = _Json


class _Socket(socketio.AsyncClient):  # type: ignore[misc]  # the library is untyped
    """The library's client, which tells of an end that came while it connected."""

    def __init__(self, ended: Callable[[str], None], **options: object) -> None:
        super().__init__(**options)
        self._ended = ended

    async def _handle_disconnect(self, namespace: str | None) -> None:
        # Dropped by the library when it comes before `connect` has returned.
        self._ended("the server disconnected us")
        await super()._handle_disconnect(namespace)


class Link:
    """A connection to the push server: open, wait for its end, close.

    `on_up` is called when the server has accepted us, before any message; `on_data`
    for each message; `on_end` with the reason when it ends by itself.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        on_up: Callable[[], None],
        on_data: Callable[[object], None],
        on_end: Callable[[str], None],
        close_timeout: float,
    ) -> None:
        """Prepare; nothing is connected yet."""
        if session.closed:
            raise LinkFailed("the session is closed")
        self._on_up = on_up
        self._on_data = on_data
        self._on_end = on_end
        self._errors = 0
        self._closed = False
        self._close_timeout = close_timeout
        self._end: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._session = _Session(session, close_timeout)
        self._socket = _Socket(
            self._ended,
            reconnection=False,
            handle_sigint=False,
            serializer=_Packet,
            logger=_SILENT,
            engineio_logger=_SILENT,
            http_session=self._session,
        )
        self._socket.eio.start_background_task = self._start
        self._socket.on("connect", self._up)
        self._socket.on("connect_error", lambda *_: self._ended("connecting failed"))
        self._socket.on("data", self._data)
        self._socket.on("error", self._error)

    async def open(
        self, url: URL, headers: Mapping[str, str], connect_timeout: float
    ) -> None:
        """Connect; raises LinkFailed, HandshakeRefused when the server refused."""
        try:
            async with asyncio.timeout(connect_timeout):
                await self._socket.connect(
                    str(url),
                    headers=dict(headers),
                    transports=["websocket"],
                    wait_timeout=connect_timeout,
                )
        except LinkFailed:
            raise
        except TimeoutError as err:
            raise LinkFailed("connecting timed out") from err
        except Exception as err:
            # The library lets through whatever a strange server makes it stumble on.
            raise LinkFailed(f"connecting failed ({type(err).__name__})") from err
        reader = self._socket.eio.read_loop_task
        if reader is None or reader.done() or self._socket.eio.state != "connected":
            self._ended("the connection dropped")
        else:
            reader.add_done_callback(lambda _: self._ended("the connection dropped"))

    async def wait(self, seconds: float | None = None) -> str | None:
        """Return why the connection ended, when it has; None: not within `seconds`."""
        await asyncio.wait({self._end}, timeout=seconds)
        return self._end.result() if self._end.done() else None

    async def close(self) -> None:
        """Close; afterwards there is no task and no socket of this connection."""
        if self._closed:
            return
        self._closed = True
        engine = self._socket.eio
        try:
            # Twice the patience: the library waits for the socket's end itself.
            async with asyncio.timeout(2 * self._close_timeout):
                await self._socket.disconnect()
        except Exception as err:  # noqa: BLE001  closing must go on
            _LOGGER.debug("Push: closing failed (%s)", type(err).__name__)
        finally:
            self._end.cancel()
            for task in (tasks := set(self._tasks)):
                task.cancel()
            with suppress(ValueError):
                base_client.connected_clients.remove(engine)
            try:
                await self._session.close()
            finally:
                if tasks:
                    await asyncio.wait(tasks)

    def _ended(self, reason: str) -> None:
        if not self._end.done():
            self._end.set_result(reason)
            self._on_end(reason)

    def _up(self) -> None:
        if not self._end.done():
            self._on_up()

    def _data(self, *payload: object) -> None:
        if not self._end.done():
            self._on_data(payload[0] if payload else None)

    def _error(self, *_: object) -> None:
        """Take the vendor's event of that name, whose shape is not known (U8)."""
        _LOGGER.debug("Push: the server reported an error")
        self._errors += 1
        if self._errors > 1:
            self._ended("the server reported errors")

    def _start(
        self,
        target: Callable[..., Coroutine[Any, Any, object]],
        *args: object,
        **kwargs: object,
    ) -> asyncio.Task[object]:
        """Start a task of the library, which does not keep track of them.

        A message is handled there and then: a task that has to wait for its turn costs as
        much as what it does.
        """
        message = target == self._socket.eio.handlers.get("message")
        task = asyncio.create_task(target(*args, **kwargs), eager_start=message)
        if task.done():
            self._finished(task)
            return task
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (err := task.exception()) is not None:
            _LOGGER.debug("Push: unreadable packet (%s)", type(err).__name__)
