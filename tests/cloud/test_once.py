"""Once means once on the wire, whatever happens to the connection or the caller."""

import asyncio
from collections.abc import Sequence

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
import pytest

from custom_components.yale_august.cloud import errors
from custom_components.yale_august.cloud.errors import Acted
from custom_components.yale_august.cloud.routes import (
    GET_LOCKS,
    REMOTE_OPERATE,
    ROUTES,
    Route,
    Safety,
)

from .desk import (
    Act,
    answer,
    break_off,
    hang_up,
    open_desk,
    open_wire,
    path_of,
    reset,
    say_nothing,
    talk_nonsense,
    transport_to,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

WRITES = [route for route in ROUTES if route.safety is not Safety.READ]
READS = [route for route in ROUTES if route.safety is Safety.READ]
BREAKS = [reset, hang_up, break_off, talk_nonsense]


def named(values: Sequence[Route]) -> list[str]:
    """Return names for a table of routes."""
    return [route.operation for route in values]


@pytest.mark.parametrize("kept_alive", [False, True])
@pytest.mark.parametrize("act", BREAKS)
@pytest.mark.parametrize("route", WRITES, ids=named(WRITES))
async def test_a_write_is_never_repeated(
    session: aiohttp.ClientSession, route: Route, act: Act, kept_alive: bool
) -> None:
    """A server that acts and then breaks the connection saw one request."""
    async with open_wire(*([answer] if kept_alive else []), act) as wire:
        transport = transport_to(session, wire.url)
        if kept_alive:
            await transport.send(GET_LOCKS)
        before = len(wire.seen)
        with pytest.raises(errors.OutcomeUnknown) as caught:
            await transport.send(route, path=path_of(route), body={"some": "thing"})
        await asyncio.sleep(0.01)
        assert [seen.method for seen in wire.seen[before:]] == [route.method]
        assert caught.value.acted is Acted.MAYBE
        assert caught.value.operation == route.operation
        if kept_alive:
            assert wire.seen[0].connection == wire.seen[1].connection


@pytest.mark.parametrize("safety", [Safety.WRITE, Safety.COMMAND])
async def test_the_session_of_the_caller_cannot_bring_repeats_back(
    safety: Safety,
) -> None:
    """A session that repeats on its own does not repeat ours."""

    async def stubborn(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        try:
            return await handler(request)
        except Exception:  # noqa: BLE001
            return await handler(request)

    route = next(one for one in WRITES if one.safety is safety)
    async with (
        open_wire(reset) as wire,
        aiohttp.ClientSession(middlewares=(stubborn,), raise_for_status=True) as own,
    ):
        with pytest.raises(errors.OutcomeUnknown):
            await transport_to(own, wire.url).send(route, path=path_of(route))
        assert len(wire.seen) == 1


@pytest.mark.parametrize("act", [reset, hang_up, break_off])
@pytest.mark.parametrize("route", READS, ids=named(READS))
async def test_a_read_is_repeated_once(
    session: aiohttp.ClientSession, route: Route, act: Act
) -> None:
    """A broken connection costs a read one repeat, and no more."""
    async with open_wire(act, answer) as wire:
        found = await transport_to(session, wire.url).send(route, path=path_of(route))
        assert found.status == 200
        assert len(wire.seen) == 2
    async with open_wire(act) as wire:
        with pytest.raises(errors.CloudUnavailable) as caught:
            await transport_to(session, wire.url).send(route, path=path_of(route))
        assert caught.value.acted is Acted.NO
        assert len(wire.seen) == 2


@pytest.mark.parametrize(
    ("route", "kind", "acted"),
    [
        (GET_LOCKS, errors.CloudUnavailable, Acted.NO),
        (REMOTE_OPERATE, errors.OutcomeUnknown, Acted.MAYBE),
    ],
)
async def test_silence_is_not_answered_with_another_request(
    session: aiohttp.ClientSession,
    route: Route,
    kind: type[errors.CloudError],
    acted: Acted,
) -> None:
    """Nothing is repeated after a time-out, not even a read."""
    async with open_wire(say_nothing) as wire:
        with pytest.raises(kind) as caught:
            await transport_to(session, wire.url).send(
                route, path=path_of(route), timeout=0.1
            )
        await asyncio.sleep(0.05)
        assert caught.value.acted is acted
        assert len(wire.seen) == 1


@pytest.mark.parametrize("route", [GET_LOCKS, REMOTE_OPERATE])
async def test_a_cancelled_call_is_not_repeated(
    session: aiohttp.ClientSession, route: Route
) -> None:
    """Who cancels a call gets their cancellation, and the cloud no second request."""
    async with open_wire(say_nothing) as wire:
        call = asyncio.create_task(
            transport_to(session, wire.url).send(route, path=path_of(route))
        )
        while not wire.seen:
            await asyncio.sleep(0.001)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        while wire.open:
            await asyncio.sleep(0.001)
        assert len(wire.seen) == 1
        assert wire.connections == 1


@pytest.mark.parametrize("route", [GET_LOCKS, *WRITES], ids=named([GET_LOCKS, *WRITES]))
async def test_without_a_connection_nothing_was_done(
    session: aiohttp.ClientSession, route: Route
) -> None:
    """Nobody listens: the cloud is unavailable, and the lock did not move."""
    async with open_wire(answer) as wire:
        url = wire.url
    with pytest.raises(errors.CloudUnavailable) as caught:
        await transport_to(session, url).send(route, path=path_of(route))
    assert caught.value.acted is Acted.NO


class SlowResolver(AbstractResolver):
    """A name server that does not answer."""

    async def resolve(self, *_: object, **__: object) -> list[ResolveResult]:
        """Wait for ever."""
        await asyncio.Event().wait()
        return []

    async def close(self) -> None:
        """Do nothing."""


async def test_a_connection_that_takes_too_long_did_nothing() -> None:
    """The time for connecting ends before that of the whole, so this is told apart."""
    connector = aiohttp.TCPConnector(resolver=SlowResolver())
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        open_desk() as desk,
    ):
        url = desk.url.with_host("cloud.test")
        with pytest.raises(errors.CloudUnavailable) as caught:
            await transport_to(session, url).send(
                REMOTE_OPERATE, path=path_of(REMOTE_OPERATE), timeout=0.1
            )
    assert caught.value.acted is Acted.NO


async def test_a_closed_session_did_nothing() -> None:
    """While everything shuts down a command is refused, not lost."""
    async with open_desk() as desk:
        async with aiohttp.ClientSession() as session:
            transport = transport_to(session, desk.url)
        with pytest.raises(errors.CloudUnavailable) as caught:
            await transport.send(REMOTE_OPERATE, path=path_of(REMOTE_OPERATE))
    assert caught.value.acted is Acted.NO
    assert desk.seen == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("route", [GET_LOCKS, *WRITES], ids=named([GET_LOCKS, *WRITES]))
async def test_a_redirect_is_not_followed(
    session: aiohttp.ClientSession, route: Route, status: int
) -> None:
    """The token goes nowhere else, and nothing is sent again."""
    async with open_desk() as desk, open_desk() as elsewhere:
        for target in (elsewhere.url / "locks", desk.url / "again"):
            desk.seen.clear()
            desk.reply(status, Location=str(target))
            with pytest.raises(errors.UnexpectedAnswer) as caught:
                await transport_to(session, desk.url).send(route, path=path_of(route))
            assert caught.value.status == status
            assert len(desk.seen) == 1
        assert elsewhere.seen == []
