"""Home Assistant's HTTP and websocket API, as its frontend uses it."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from typing import Any, Final, Self

import aiohttp

from .trouble import Trouble

type Listener = Callable[[Any], None]

ANSWER: Final = 60
"""Seconds within which an answer must come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signs in to Home Assistant."""

    name: str
    username: str
    password: str


class Refused(Trouble):
    """Home Assistant answered with an error; `code` is its word for it."""

    def __init__(self, what: str, code: str, message: str) -> None:
        """Keep the parts apart."""
        super().__init__(f"{what}: {message} ({code})")
        self.code = code
        self.message = message


class Api:
    """A signed-in client. Use it as an async context manager."""

    def __init__(self, url: str) -> None:
        """Connect to nothing yet."""
        self._url = url
        self._client_id = f"{url}/"
        self._http = aiohttp.ClientSession(
            base_url=url, timeout=aiohttp.ClientTimeout(total=ANSWER)
        )
        self._token = ""
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._listeners: dict[int, Listener] = {}

    async def __aenter__(self) -> Self:
        """Use it."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close everything."""
        await self.close()

    async def close(self) -> None:
        """Leave no connection behind."""
        if self._reader:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader
        if self._socket:
            await self._socket.close()
        await self._http.close()

    # -------------------------------------------------------------- signing in

    async def enter(self, person: Person) -> None:
        """Sign in as a person; on a new Home Assistant make the account first."""
        done = await self._steps()
        if "user" in done:
            code = await self._log_in(person)
        else:
            answer = await self.post(
                "/api/onboarding/users",
                {
                    "name": person.name,
                    "username": person.username,
                    "password": person.password,
                    "client_id": self._client_id,
                    "language": "en",
                },
            )
            code = answer["auth_code"]
        async with self._http.post(
            "/auth/token",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "client_id": self._client_id,
            },
        ) as response:
            self._token = (await self._read(response))["access_token"]
        await self._connect()

    async def _steps(self) -> set[str]:
        async with self._http.get("/api/onboarding") as response:
            if response.status == HTTPStatus.NOT_FOUND:
                return {"user"}
            return {step["step"] for step in await response.json() if step["done"]}

    async def _log_in(self, person: Person) -> str:
        flow = await self.post(
            "/auth/login_flow",
            {
                "client_id": self._client_id,
                "handler": ["homeassistant", None],
                "redirect_uri": self._client_id,
            },
        )
        answer = await self.post(
            f"/auth/login_flow/{flow['flow_id']}",
            {
                "client_id": self._client_id,
                "username": person.username,
                "password": person.password,
            },
        )
        if answer["type"] != "create_entry":
            raise Trouble(
                f"Home Assistant does not let {person.username} in: "
                f"its folder belongs to somebody else."
            )
        code: str = answer["result"]
        return code

    # --------------------------------------------------------------------- HTTP

    async def get(self, path: str) -> Any:
        """Return what a GET answers."""
        async with self._http.get(path, headers=self._headers) as response:
            return await self._read(response)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return what a POST answers."""
        async with self._http.post(path, json=body, headers=self._headers) as response:
            return await self._read(response)

    async def delete(self, path: str) -> Any:
        """Return what a DELETE answers."""
        async with self._http.delete(path, headers=self._headers) as response:
            return await self._read(response)

    @property
    def _headers(self) -> dict[str, str]:
        # Redirect addresses of sign-ins are made of the second one.
        headers = {"HA-Frontend-Base": self._url}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return headers

    async def _read(self, response: aiohttp.ClientResponse) -> Any:
        content = await response.read()
        if not response.ok:
            what = f"{response.method} {response.url.path}"
            message = content[:500].decode(errors="replace")
            raise Refused(what, str(response.status), message)
        return await response.json() if "json" in response.content_type else content

    # ---------------------------------------------------------------- websocket

    async def _connect(self) -> None:
        socket = self._socket = await self._http.ws_connect(
            "/api/websocket", max_msg_size=0
        )
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": self._token})
        answer = await socket.receive_json()
        if answer["type"] != "auth_ok":
            raise Trouble(f"Home Assistant's websocket API says {answer['type']}.")
        self._reader = asyncio.create_task(self._listen(socket))

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            content = message.json()
            match content["type"]:
                case "result":
                    waiting = self._waiting.pop(content["id"], None)
                    if waiting and not waiting.done():
                        waiting.set_result(content)
                case "event":
                    if listener := self._listeners.get(content["id"]):
                        listener(content["event"])
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(Trouble("Home Assistant closed the connection."))

    async def command(self, kind: str, **fields: Any) -> Any:
        """Return the result of a websocket command. Raises Refused."""
        return await self._command(next(self._numbers), kind, fields)

    async def subscribe(self, listener: Listener, kind: str, **fields: Any) -> None:
        """Send a command whose events go to a listener."""
        number = next(self._numbers)
        self._listeners[number] = listener
        await self._command(number, kind, fields)

    async def _command(self, number: int, kind: str, fields: Mapping[str, Any]) -> Any:
        if self._socket is None or self._socket.closed:
            raise Trouble("There is no connection to Home Assistant.")
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "type": kind, **fields})
        try:
            async with asyncio.timeout(ANSWER):
                answer = await waiting
        except TimeoutError as err:
            raise Trouble(f"Home Assistant did not answer {kind}.") from err
        finally:
            self._waiting.pop(number, None)
        if not answer["success"]:
            error = answer["error"]
            raise Refused(kind, error["code"], error["message"])
        return answer.get("result")

    async def act(self, action: str, entity_id: str, **data: Any) -> None:
        """Call an action on one entity; returns when it is done. Raises Refused."""
        domain, _, service = action.partition(".")
        await self.command(
            "call_service",
            domain=domain,
            service=service,
            service_data=data,
            target={"entity_id": entity_id},
        )

    async def running(self) -> None:
        """Wait until everything has started."""
        while (await self.command("get_config"))["state"] != "RUNNING":
            await asyncio.sleep(0.1)
