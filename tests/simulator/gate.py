"""The door of the cloud: records, faults, keys, tokens, strictness.

Every request passes `middleware`. What belongs to the REST API then passes
the checks in this order: what is not listed (400), the address (404, 405),
the key (403), its endpoints (403), the token (401), path parameters (400).
"""

import asyncio
from dataclasses import dataclass
import json
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from . import errors, operations
from .clock import Clock
from .credentials import ApiKey
from .desk import HANDLERS, NOTHING, Answer, Call
from .errors import Refusal
from .faults import Fail, Hang, Kind, Reset, Slow, Truncate
from .operations import Operation
from .records import SeenRequest
from .tokens import Access
from .wire import reset
from .words import Brand, JsonObject

if TYPE_CHECKING:
    from .simulator import Simulator


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """How a back end spells its headers; the first one is today's."""

    key: tuple[str, ...]
    token: tuple[str, ...]
    branding: tuple[str, ...]


_NAMES = {
    # The Yale host took both spellings (reference 2.2); never the reverse.
    Brand.YALE: _Names(
        key=("x-api-key", "x-august-api-key"),
        token=("x-access-token", "x-august-access-token"),
        branding=("x-branding", "x-august-branding"),
    ),
    Brand.AUGUST: _Names(
        key=("x-august-api-key", "x-kease-api-key"),
        token=("x-august-access-token",),
        branding=("x-august-branding",),
    ),
}
_OAUTH = {"/authorize": "authorize", "/authorization": "authorize"} | {
    "/access_token": "token"
}
_GATEWAY_PAGE = (
    "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center>"
    "<hr><center>cloudfront</center></body></html>"
)


def operation_of(request: web.Request) -> str:
    """Return the name under which a request is recorded."""
    if request.path in _OAUTH:
        return _OAUTH[request.path]
    if request.path.startswith("/socket.io"):
        return "socket"
    operation, _, _ = operations.find(request.method, request.path)
    return operation.name if operation else "unknown"


class Gate:
    """Lets requests in, or not."""

    def __init__(self, cloud: Simulator, clock: Clock) -> None:
        """Start for one simulator."""
        self._cloud = cloud
        self._clock = clock

    # ----------------------------------------------------------- every request

    def middleware(self) -> Middleware:
        """Return the middleware that records every request and applies faults."""

        @web.middleware
        async def pass_gate(
            request: web.Request, handler: Handler
        ) -> web.StreamResponse:
            return await self._pass(request, handler)

        return pass_gate

    async def _pass(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        cloud = self._cloud
        operation = operation_of(request)
        number = request["number"] = len(cloud.requests) + 1
        cloud.requests.add(
            SeenRequest(
                number=number,
                operation=operation,
                method=request.method,
                path=request.path,
                at=self._clock.now(),
                query=dict(request.query),
                headers=dict(request.headers),
            )
        )
        # Read before the fault strikes: a reset must not depend on the body.
        if operation != "socket":
            await request.read()
        if cloud.latency:
            await asyncio.sleep(cloud.latency)
        fault = cloud.faults.strike(operation, request.path)
        if isinstance(fault, Slow) and not fault.after:
            await asyncio.sleep(fault.seconds)
            fault = None
        response = await self._with_fault(request, handler, fault)
        if response is None:
            reset(request)
            # Nobody reads this: the connection is gone.
            return web.Response(status=500)
        # A handshake was noted when it was decided; this is the end of its socket.
        if cloud.requests[number].status is None:
            cloud.requests.update(number, status=response.status)
        response.headers.setdefault(
            "Date", self._clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        )
        return response

    async def _with_fault(
        self, request: web.Request, handler: Handler, fault: Kind | None
    ) -> web.StreamResponse | None:
        """Return the answer, None where the connection is to be reset."""
        match fault:
            case Fail(acts=acts):
                if acts:
                    await handler(request)
                return _failure(fault)
            case Reset(acts=acts):
                if acts:
                    await handler(request)
                return None
            case Hang(seconds=seconds, acts=acts):
                if acts:
                    await handler(request)
                await self._cloud.hang(seconds)
                return None
            case Slow(seconds=seconds):
                response = await handler(request)
                await asyncio.sleep(seconds)
                return response
            case Truncate():
                response = await handler(request)
                await _send_half(request, response)
                return None
        return await handler(request)

    # ------------------------------------------------------------------- REST

    async def serve(self, request: web.Request) -> web.Response:
        """Serve an operation of the REST API."""
        try:
            answer = await self._serve(request)
        except Refusal as refusal:
            return web.json_response(refusal.body, status=refusal.status)
        headers = self._offer(request)
        if answer.body is NOTHING:
            return web.Response(status=answer.status, headers=headers)
        return web.json_response(answer.body, status=answer.status, headers=headers)

    def _offer(self, request: web.Request) -> dict[str, str]:
        """Return the re-issued token of reference 2.3, where that is wanted."""
        brand = self.brand_of(request)
        access = self.access_of(request, brand)
        if access is None or not self._cloud.options.offer_tokens:
            return {}
        token = self._cloud.tokens.mint(
            self._cloud.world.users[access.user_id],
            self._cloud.clients[access.client_id],
            access.install_id,
        )
        return {_NAMES[brand].token[0]: token}

    async def _serve(self, request: web.Request) -> Answer:
        cloud = self._cloud
        operation, parameters, known = operations.find(request.method, request.path)
        brand = self.brand_of(request)
        cloud.requests.update(request["number"], brand=brand)
        if operation is None:
            raise (
                Refusal(405, 405, "Method not allowed")
                if known
                else errors.not_found("Endpoint")
            )
        if not operation.verified and cloud.options.unverified_routes is not None:
            raise Refusal(
                cloud.options.unverified_routes, "Unknown", "No such endpoint"
            )
        body, problems = await self._read_body(request, operation)
        problems += self.foreign_headers(request, brand)
        problems += [
            f"query {name}" for name in request.query if name not in operation.query
        ]
        version = request.headers.get("accept-version", "0.0.1")
        if version not in operation.versions | {"0.0.1"}:
            problems.append(f"header accept-version {version}")
        if problems:
            cloud.violate(request, problems)
            raise errors.invalid(f"Not listed: {', '.join(problems)}")
        key = self.key_of(request, brand)
        if key is None:
            raise errors.invalid_key()
        if operation.name not in key.endpoints:
            raise errors.endpoint_not_allowed()
        access = self.access_of(request, brand)
        user = cloud.world.users.get(access.user_id) if access else None
        if access is None or user is None:
            raise errors.invalid_token()
        cloud.requests.update(request["number"], user_id=user.user_id, body=body)
        wrong = operation.wrong_parameter(parameters)
        if wrong:
            raise errors.invalid(f"{wrong} is malformed")
        call = Call(
            cloud=cloud,
            operation=operation,
            number=request["number"],
            brand=brand,
            key=key,
            user=user,
            client=cloud.clients[access.client_id],
            install_id=access.install_id,
            version=version,
            parameters=parameters,
            query=dict(request.query),
            body=body,
        )
        return await HANDLERS[operation.name](call)

    async def _read_body(
        self, request: web.Request, operation: Operation
    ) -> tuple[JsonObject, list[str]]:
        text = await request.text()
        if not text:
            return {}, []
        try:
            body = json.loads(text)
        except json.JSONDecodeError:
            raise errors.invalid("The body is not JSON") from None
        if not isinstance(body, dict):
            raise errors.invalid("The body must be an object")
        problems = [f"body {name}" for name in body if name not in operation.body]
        if request.content_type != "application/json":
            problems.append(f"content type {request.content_type}")
        return body, problems

    # ---------------------------------------------------------- keys and tokens

    def brand_of(self, request: web.Request) -> Brand:
        """Return the back end that a client means.

        One port serves both, so the spelling of the headers stands for the
        host: the branding where it is sent, else the name of the key header.
        """
        branding = request.headers.get("x-branding") or request.headers.get(
            "x-august-branding"
        )
        if branding in tuple(Brand):
            return Brand(branding)
        if any(name in request.headers for name in ("x-api-key", "x-access-token")):
            return Brand.YALE
        return Brand.AUGUST

    def foreign_headers(self, request: web.Request, brand: Brand) -> list[str]:
        """Return the headers that the reference does not list for a brand."""
        names = _NAMES[brand]
        listed = {"x-august-country", *names.key, *names.token, *names.branding}
        headers = [header.lower() for header in request.headers]
        problems = [
            f"header {header}"
            for header in headers
            if (header.startswith("x-") and header not in listed)
            or header in ("authorization", "proxy-authorization")
        ]
        problems += [
            f"header {header}: {request.headers[header]}"
            for header in names.branding
            if request.headers.get(header, brand) != brand
        ]
        return problems

    def key_of(self, request: web.Request, brand: Brand) -> ApiKey | None:
        """Return the API key of a request if it is one of this back end's."""
        key = self._cloud.keys.get(_first(request, _NAMES[brand].key))
        return key if key and key.brand is brand else None

    def access_of(self, request: web.Request, brand: Brand) -> Access | None:
        """Return what the access token of a request stands for on this back end."""
        token = _first(request, _NAMES[brand].token)
        access = self._cloud.tokens.access(token, self._cloud.clients)
        return access if access and access.brand is brand else None


def _first(request: web.Request, names: tuple[str, ...]) -> str:
    return next(
        (request.headers[name] for name in names if name in request.headers), ""
    )


def _failure(fault: Fail) -> web.Response:
    headers = dict(fault.headers)
    match fault.body:
        case "empty":
            return web.Response(status=fault.status, headers=headers)
        case "html":
            return web.Response(
                status=fault.status,
                headers=headers,
                text=_GATEWAY_PAGE.format(fault.status),
                content_type="text/html",
            )
        case "json":
            body: object = {"code": fault.status, "message": "Simulated failure"}
            return web.json_response(body, status=fault.status, headers=headers)
        case str(text):
            return web.Response(
                status=fault.status,
                headers=headers,
                text=text,
                content_type="application/json",
            )
    return web.json_response(dict(fault.body), status=fault.status, headers=headers)


async def _send_half(request: web.Request, whole: web.StreamResponse) -> None:
    body = whole.body if isinstance(whole, web.Response) else None
    content = body if isinstance(body, bytes) else b"{}"
    half = web.StreamResponse(status=whole.status)
    half.content_type = "application/json"
    half.content_length = len(content) + 1
    half.force_close()
    await half.prepare(request)
    await half.write(content[: len(content) // 2])
