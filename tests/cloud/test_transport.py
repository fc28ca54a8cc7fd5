"""Tokens, log lines, the cloud's clock: what every request shares."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
import logging
from typing import override

import aiohttp
import pytest

from custom_components.yale_august.cloud import errors
from custom_components.yale_august.cloud.models import Command
from custom_components.yale_august.cloud.routes import (
    GET_CAPABILITIES,
    GET_LOCKS,
    REMOTE_OPERATE,
    ROUTES,
    WRITE_PINS,
    Route,
    Safety,
)

from .desk import (
    KEY,
    LOCK,
    Desk,
    Reply,
    Seen,
    Tokens,
    client_of,
    open_wire,
    path_of,
    reset,
    transport_to,
)

LOGGER = "custom_components.yale_august.cloud"


def token_of(seen: Seen) -> str:
    """Return the access token of a request."""
    return seen.headers["x-access-token"]


@pytest.mark.parametrize("body", ['{"code":401}', "", "<html>"])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
async def test_a_refused_token_is_renewed_once(
    session: aiohttp.ClientSession, desk: Desk, route: Route, body: str
) -> None:
    """The cloud refused the request before acting: it goes out again, once, accepted.

    That holds for commands too: two requests on the wire, one of them refused.
    """
    desk.answer = lambda seen: (
        Reply(body="{}")
        if token_of(seen) == "token-2"
        else Reply(status=401, body=body)
    )
    tokens = Tokens()
    transport = transport_to(session, desk.url, tokens=tokens)
    answer = await transport.send(route, path=path_of(route), body={"a": 1})
    assert answer.status == 200
    assert tokens.renewals == ["token-1"]
    assert [token_of(seen) for seen in desk.seen] == ["token-1", "token-2"]
    first, second = desk.seen
    assert (first.method, first.target, first.body) == (
        second.method,
        second.target,
        second.body,
    )


@pytest.mark.parametrize("route", [GET_LOCKS, REMOTE_OPERATE])
async def test_a_login_that_has_expired(
    session: aiohttp.ClientSession, desk: Desk, route: Route
) -> None:
    """The new token is refused too: no third request, no second renewal."""
    desk.reply(401, "{}")
    tokens = Tokens()
    with pytest.raises(errors.LoginExpired) as caught:
        await transport_to(session, desk.url, tokens=tokens).send(
            route, path=path_of(route)
        )
    assert caught.value.acted is errors.Acted.NO
    assert len(desk.seen) == 2
    assert tokens.renewals == ["token-1"]


async def test_a_renewal_that_renews_nothing(
    session: aiohttp.ClientSession, desk: Desk
) -> None:
    """The same token again is not tried again."""

    class Stale(Tokens):
        @override
        async def renew(self, refused: str) -> str:
            return refused

    desk.reply(401)
    with pytest.raises(errors.LoginExpired):
        await transport_to(session, desk.url, tokens=Stale()).send(GET_LOCKS)
    assert len(desk.seen) == 1


@pytest.mark.parametrize(
    "error", [errors.LoginExpired(), errors.CloudUnavailable(detail="token endpoint")]
)
async def test_a_renewal_that_fails(
    session: aiohttp.ClientSession, desk: Desk, error: errors.CloudError
) -> None:
    """Its own error is told, and the command was not carried out."""

    class Failing(Tokens):
        @override
        async def renew(self, refused: str) -> str:
            raise error

    desk.reply(401)
    with pytest.raises(type(error)) as caught:
        await transport_to(session, desk.url, tokens=Failing()).send(
            REMOTE_OPERATE, path=path_of(REMOTE_OPERATE)
        )
    assert caught.value is error
    assert caught.value.acted is errors.Acted.NO
    assert len(desk.seen) == 1


async def test_many_refusals_renew_once(
    session: aiohttp.ClientSession, desk: Desk
) -> None:
    """All that used the old token go on with the one new token."""
    desk.answer = lambda seen: Reply(
        status=200 if token_of(seen) == "token-2" else 401, body="{}"
    )
    tokens = Tokens()
    transport = transport_to(session, desk.url, tokens=tokens)
    await asyncio.gather(*(transport.send(GET_LOCKS) for _ in range(10)))
    assert tokens.renewals == ["token-1"]
    assert [token_of(seen) for seen in desk.seen].count("token-2") == 10


async def test_a_command_that_is_broken_after_its_token_was_renewed(
    session: aiohttp.ClientSession,
) -> None:
    """The second sending is the command's only one that counts: never a third."""

    def refuse(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")

    async with open_wire(refuse, reset) as wire:
        with pytest.raises(errors.OutcomeUnknown):
            await transport_to(session, wire.url).send(
                REMOTE_OPERATE, path=path_of(REMOTE_OPERATE)
            )
        assert len(wire.seen) == 2


async def test_every_request_passes_the_gate(
    session: aiohttp.ClientSession,
) -> None:
    """A repeat counts as a request, and the gate sees how each one ended."""
    passed: list[object] = []

    @asynccontextmanager
    async def gate(safety: Safety) -> AsyncGenerator[None]:
        passed.append(safety)
        try:
            yield
        except errors.CloudError as err:
            passed.append(type(err))
            raise

    def limit(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 429 No\r\nContent-Length: 0\r\nRetry-After: 7\r\n\r\n")

    async with open_wire(reset, limit) as wire:
        with pytest.raises(errors.RateLimited) as caught:
            await transport_to(session, wire.url).send(GET_LOCKS, gate=gate)
        assert len(wire.seen) == 2
    assert caught.value.retry_after == timedelta(seconds=7)
    assert passed == [Safety.READ, Safety.READ, errors.RateLimited]


@pytest.mark.parametrize("minutes", [-10, 0, 10])
async def test_the_clouds_clock(
    session: aiohttp.ClientSession, desk: Desk, minutes: int
) -> None:
    """It is compared with ours at each answer, errors too."""
    transport = transport_to(session, desk.url)
    assert client_of(transport).clock_offset is None
    theirs = datetime.now(UTC) + timedelta(minutes=minutes)
    desk.reply(500, "", Date=format_datetime(theirs, usegmt=True))
    with pytest.raises(errors.CloudUnavailable):
        await transport.send(GET_LOCKS)
    assert transport.clock_offset is not None
    difference = transport.clock_offset - timedelta(minutes=minutes)
    assert abs(difference) < timedelta(seconds=1)
    assert client_of(transport).clock_offset == transport.clock_offset


async def test_the_clock_of_a_stored_answer(
    session: aiohttp.ClientSession, desk: Desk
) -> None:
    """An answer out of a cache on the way says nothing of the time now."""
    transport = transport_to(session, desk.url)
    desk.reply(200, "{}", Age="3600")
    await transport.send(GET_LOCKS)
    assert transport.clock_offset is None


async def test_one_log_line_a_call_without_secrets(
    session: aiohttp.ClientSession, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Operation, status and time; no id, token, key, PIN or body."""
    caplog.set_level(logging.DEBUG, LOGGER)
    client = client_of(transport_to(session, desk.url))
    desk.reply(200, '{"pin":"482913","slot":1}')
    await client.reserve_pin(LOCK)
    desk.reply(422, f'{{"message":"no {LOCK}"}}')
    with pytest.raises(errors.BridgeOffline):
        await client.remote_operate(LOCK, Command.LOCK)
    desk.reply(200, "{}")
    await client.set_master_pin(LOCK, "482913", webhook="https://home.example/hook")
    lines = [one.getMessage() for one in caplog.records if one.name.startswith(LOGGER)]
    assert [line.rsplit(" in ", 1)[0] for line in lines] == [
        "reserve_pin: 200",
        "remote_operate: 422",
        "set_master_pin: 200",
    ]
    for secret in (LOCK, KEY, "token-1", "482913", "home.example"):
        assert secret not in "\n".join(lines)


async def test_log_lines_of_what_went_wrong(
    session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    """A broken connection, a repeat and no connection show as what they are."""
    caplog.set_level(logging.DEBUG, LOGGER)
    async with open_wire(reset) as wire:
        transport = transport_to(session, wire.url)
        with pytest.raises(errors.CloudUnavailable):
            await transport.send(GET_LOCKS)
    with pytest.raises(errors.CloudUnavailable):
        await transport.send(WRITE_PINS, path=path_of(WRITE_PINS))
    lines = [one.getMessage() for one in caplog.records if one.name.startswith(LOGGER)]
    assert [line.rsplit(" in ", 1)[0] for line in lines] == [
        "get_locks: broken connection",
        "get_locks: broken connection",
        "write_pins: no connection",
    ]


async def test_a_refusal_that_repeats_what_was_sent(
    session: aiohttp.ClientSession, desk: Desk
) -> None:
    """Ids of a request are not told with its error, whatever they look like."""
    desk.reply(400, '{"message":"no device M1FBA with token-1"}')
    with pytest.raises(errors.InvalidParameter) as caught:
        await transport_to(session, desk.url).send(
            GET_CAPABILITIES, query={"serialNumber": "M1FBA"}
        )
    assert caught.value.detail == "no device * with *"


async def test_an_own_version_and_time(
    session: aiohttp.ClientSession, desk: Desk
) -> None:
    """Both can be given for a single request."""
    await transport_to(session, desk.url).send(GET_LOCKS, accept_version="9.9.9")
    assert desk.seen[0].headers["accept-version"] == "9.9.9"
