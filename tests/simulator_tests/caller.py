"""A plain client: sends what a test says, shows what came back."""

import asyncio
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
import socketio  # type: ignore[import-untyped]

from tests.simulator import Brand, Simulator
from tests.simulator.accounts import User


@dataclass(frozen=True, slots=True)
class Reply:
    """What the cloud answered; `json` is None where there is none."""

    status: int
    json: Any
    text: str


class Caller:
    """A user who calls the REST API and listens to the stream."""

    def __init__(
        self, server: Simulator, user: User | None = None, brand: Brand = Brand.YALE
    ) -> None:
        """Prepare the headers of reference 2.2."""
        self.server = server
        tokens = server.authorize(user or server.owner, brand)
        prefix = "x-" if brand is Brand.YALE else "x-august-"
        self.headers = {
            f"{prefix}api-key": server.key(brand).value,
            f"{prefix}access-token": str(tokens["access_token"]),
            f"{prefix}branding": brand.value,
        }
        self.messages: asyncio.Queue[Any] = asyncio.Queue()
        self._session: aiohttp.ClientSession | None = None
        self._streams: list[Any] = []

    async def __aenter__(self) -> Self:
        """Open a session."""
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the session and the streams."""
        for stream in self._streams:
            await stream.shutdown()
        assert self._session
        await self._session.close()

    async def __call__(
        self,
        method: str,
        path: str,
        json: Any = None,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> Reply:
        """Send a request, once where the method is not GET."""
        assert self._session
        # A fresh connection: aiohttp then does not repeat a PUT by itself.
        async with self._session.request(
            method,
            self.server.url + path,
            json=json,
            params=query,
            headers={**self.headers, **(headers or {})},
            allow_redirects=False,
        ) as response:
            text = await response.text()
            is_json = response.content_type == "application/json" and text
            return Reply(
                response.status, await response.json() if is_json else None, text
            )

    async def subscribe(self) -> str:
        """Create a subscriber."""
        reply = await self("POST", "/websocket/subscribers", {"scopes": ["lock"]})
        assert reply.status == 200
        return str(reply.json["subscriberID"])

    async def listen(self, subscriber_id: str | None = None) -> Any:
        """Connect the stream; what it brings is in `messages`."""
        subscriber_id = subscriber_id or await self.subscribe()
        stream = socketio.AsyncClient(reconnection=False, http_session=self._session)
        stream.on("data", self.messages.put)
        self._streams.append(stream)
        await stream.connect(
            f"{self.server.url}/?subscriberID={subscriber_id}",
            headers=self.headers,
            transports=["websocket"],
        )
        return stream

    async def message(self) -> Any:
        """Return the next message of the stream."""
        async with asyncio.timeout(2):
            return await self.messages.get()
