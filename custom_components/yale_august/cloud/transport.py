"""One request on the wire: headers, once-only sending, errors, log line."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import timedelta
from functools import cache
import json
import logging
import re
import time
from typing import Final
from urllib.parse import quote

import aiohttp
from yarl import URL

from .answers import Answer, error_of, read_answer
from .auth import TokenSource
from .brand import Endpoints
from .clock import CloudClock
from .errors import (
    Acted,
    CloudUnavailable,
    LoginExpired,
    OutcomeUnknown,
    SubUserRefused,
)
from .models import JsonValue
from .routes import Route, Safety
from .validate import ABSENT, Absent

_LOGGER = logging.getLogger(__name__)

type Gate = Callable[[Safety], AbstractAsyncContextManager[None]]
"""Asked before every single request; entered while it is on the wire."""

_TIMEOUTS: Final = {Safety.READ: 20.0, Safety.WRITE: 30.0, Safety.COMMAND: 45.0}
_CONNECT_TIMEOUT: Final = 10.0
_NONE: Final[Mapping[str, str]] = {}
_AS_IT_IS: Final = re.compile(r"[\w.~-]*", re.ASCII)
"""What an address may hold as it is (RFC 3986, 2.3)."""


class _NeverOpened(Exception):
    """No connection: not a byte of the request has left."""


class _Broken(Exception):
    """The connection broke after the request may have left."""


async def _once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keep aiohttp from sending again.

    It repeats idempotent methods, PUT and DELETE among them, after a ClientOSError
    or a ServerDisconnectedError, on a fresh connection too: the lock would move
    twice. Exceptions of our own pass its retry untouched.
    """
    try:
        return await handler(request)
    except (
        aiohttp.ClientConnectorError,
        aiohttp.ClientConnectorCertificateError,
        aiohttp.ConnectionTimeoutError,
        aiohttp.ClientHttpProxyError,
        aiohttp.ServerFingerprintMismatch,
    ) as err:
        raise _NeverOpened from err
    except (aiohttp.ClientError, OSError) as err:
        if isinstance(err, TimeoutError):
            raise
        raise _Broken from err


@cache
def _timeout(total: float) -> aiohttp.ClientTimeout:
    """Let connecting time out first: then a time-out of the whole means that the request may have left."""
    return aiohttp.ClientTimeout(total=total, connect=min(_CONNECT_TIMEOUT, total / 2))


def _quoted(value: str) -> str:
    """Return a value as a part of an address."""
    return value if _AS_IT_IS.fullmatch(value) else quote(value, safe="")


class _Request:
    """What goes out, apart from the token."""

    def __init__(
        self,
        origin: str,
        route: Route,
        path: Mapping[str, str],
        query: Mapping[str, str],
        body: JsonValue | Absent,
        timeout: float | None,
        accept_version: str | None,
    ) -> None:
        """Put it together."""
        where = origin + route.path.format_map(
            {name: _quoted(value) for name, value in path.items()}
        )
        if query:
            pairs = [f"{name}={_quoted(value)}" for name, value in query.items()]
            where = f"{where}?{'&'.join(pairs)}"
        self.route = route
        self.url = URL(where, encoded=True)
        self.headers: dict[str, str] = {}
        if version := accept_version or route.accept_version:
            self.headers["Accept-Version"] = version
        self.body: bytes | None = None
        if not isinstance(body, Absent):
            self.body = json.dumps(body, allow_nan=False).encode()
            self.headers["Content-Type"] = "application/json"
        self.timeout = _timeout(_TIMEOUTS[route.safety] if timeout is None else timeout)
        self._values = (*path.values(), *query.values())

    @property
    def secrets(self) -> list[str]:
        """Ids and serial numbers; words such as a command's may stay in a text."""
        return [value for value in self._values if any(map(str.isdigit, value))]


class Transport:
    """Sends requests of one login to one brand's cloud.

    READ: repeated at most once, after a broken connection. WRITE and COMMAND: once on
    the wire, whatever happens to the connection or to the caller. Redirects are never
    followed. The one exception is 401: the cloud refused the request before it did
    anything, so it goes out a second time with the renewed token.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        endpoints: Endpoints,
        api_key: str,
        tokens: TokenSource,
        *,
        refused: type[LoginExpired | SubUserRefused] = LoginExpired,
    ) -> None:
        """Use a session that stays the caller's: it is not closed here."""
        self.session = session
        self.endpoints = endpoints
        self.tokens = tokens
        self._api_key = api_key
        self._origin = str(endpoints.rest.origin())
        self._refused = refused
        self.clock = CloudClock()
        """The cloud's clock, by its answers."""

    @property
    def clock_offset(self) -> timedelta | None:
        """The cloud's clock minus ours; None: not known."""
        return self.clock.offset

    def headers(self, token: str) -> dict[str, str]:
        """Return the headers that every call and the socket need (reference 2.2)."""
        names = self.endpoints
        return {
            names.api_key_header: self._api_key,
            names.access_token_header: token,
            names.branding_header: names.branding,
        }

    def scrub(self, token: str) -> tuple[str, ...]:
        """Return what must not appear in an error text."""
        return (self._api_key, token)

    async def send(
        self,
        route: Route,
        *,
        path: Mapping[str, str] = _NONE,
        query: Mapping[str, str] = _NONE,
        body: JsonValue | Absent = ABSENT,
        timeout: float | None = None,
        accept_version: str | None = None,
        gate: Gate = lambda _: nullcontext(),
    ) -> Answer:
        """Send a request and return the cloud's success.

        Raises the errors of `errors.py`. Values of `path` and `query` were validated
        by the caller. `timeout` is in seconds.
        """
        request = _Request(
            self._origin, route, path, query, body, timeout, accept_version
        )
        token = await self.tokens.access_token()
        try:
            return await self._deliver(request, token, gate)
        except LoginExpired as err:
            renewed = await self.tokens.renew(token)
            if renewed == token:
                raise self._refusal(err) from err
        try:
            return await self._deliver(request, renewed, gate)
        except LoginExpired as err:
            raise self._refusal(err) from err

    def _refusal(self, err: LoginExpired) -> LoginExpired | SubUserRefused:
        """Return what it means that the cloud refuses a token that is new."""
        return self._refused(
            operation=err.operation,
            status=err.status,
            code=err.code,
            detail=err.detail,
        )

    async def _deliver(self, request: _Request, token: str, gate: Gate) -> Answer:
        route = request.route
        repeatable = route.safety is Safety.READ
        while True:
            async with gate(route.safety):
                started = time.monotonic()
                result: object = "cancelled"
                try:
                    answer = await self._exchange(request, token)
                    result = answer.status
                except _Broken as err:
                    result = "broken connection"
                    if not repeatable:
                        raise self._unanswered(route, result) from err
                except _NeverOpened as err:
                    result = "no connection"
                    raise CloudUnavailable(
                        operation=route.operation, detail=result, acted=Acted.NO
                    ) from err
                except TimeoutError as err:
                    result = "time-out"
                    raise self._unanswered(route, result) from err
                else:
                    secrets = (*self.scrub(token), *request.secrets)
                    if error := error_of(route, answer, secrets):
                        raise error
                    return answer
                finally:
                    _LOGGER.debug(
                        "%s: %s in %d ms",
                        route.operation,
                        result,
                        (time.monotonic() - started) * 1000,
                    )
            repeatable = False

    async def _exchange(self, request: _Request, token: str) -> Answer:
        """Put the request on the wire, once."""
        if self.session.closed:
            raise _NeverOpened
        try:
            async with self.session.request(
                request.route.method,
                request.url,
                headers={**self.headers(token), **request.headers},
                data=request.body,
                # Else an empty body is called an octet stream.
                skip_auto_headers=("Content-Type",),
                allow_redirects=False,
                raise_for_status=False,
                timeout=request.timeout,
                middlewares=(_once,),
            ) as response:
                headers = response.headers
                answer = read_answer(
                    response.status,
                    await response.read(),
                    content_type=headers.get("Content-Type"),
                    date=headers.get("Date"),
                    retry_after=headers.get("Retry-After"),
                )
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError) as err:
            raise _Broken from err
        if answer.date is not None and "Age" not in headers:
            self.clock.note(answer.date)
        return answer

    @staticmethod
    def _unanswered(route: Route, what: str) -> CloudUnavailable | OutcomeUnknown:
        if route.safety is Safety.READ:
            return CloudUnavailable(operation=route.operation, detail=what)
        return OutcomeUnknown(operation=route.operation, detail=what)
