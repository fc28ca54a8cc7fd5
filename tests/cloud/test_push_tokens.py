"""A token that is not the login's any more: a second socket before the end of the first."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
import math
from typing import override

import aiohttp
from aiohttp import web
import pytest

from custom_components.yale_august.cloud import lines

from .desk import LOCK, Tokens
from .listener import LOCKED, QUICK, Listener, listening
from .mending import PACE, hears, now
from .switchboard import Switchboard
from .test_auth import jwt

pytestmark = pytest.mark.usefixtures("nothing_left")


async def test_new_token(session: aiohttp.ClientSession, board: Switchboard) -> None:
    """A second socket with it, and only then the end of the first; the same subscriber."""
    listener = Listener(session, board, pace=PACE)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        listener.tokens.tokens.pop(0)
        await board.until(lambda: "closed sub1" in board.events)
        assert [one["x-access-token"] for one in board.handshakes] == [
            "token-1",
            "token-2",
        ]
        assert board.events == [
            "POST subscribers",
            "open sub1",
            "open sub1",
            "closed sub1",
        ]
        # Read anew, in case the old token had ended before.
        assert listener.told == ["up", "up"]
        await hears(board, listener)
        # The next new token waits for its time.
        listener.tokens.tokens.pop(0)
        await asyncio.sleep(0.2)
        assert len(board.handshakes) == 2


async def test_new_token_after_a_while(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """A login whose token changes all the time gets one connection in a while for it."""
    board.good_tokens |= {f"t{number}" for number in range(5000)}
    listener = Listener(session, board, pace=replace(PACE, rotate=0.3))
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        started, number = now(), 0
        while len(board.handshakes) < 4:
            listener.tokens.tokens[:] = [f"t{number}"]
            number += 1
            await asyncio.sleep(0.01)
        # The first one at once.
        assert now() - started > 0.6
        assert listener.told[1:] == ["up"] * (len(listener.told) - 1)


async def test_token_of_another_login(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """A subscriber belongs to a user and a client: a fresh one for another."""
    tokens = [jwt({"userId": user, "jti": "x"}) for user in ("a", "b")]
    board.good_tokens |= set(tokens)
    listener = Listener(session, board, tokens=Tokens(*tokens), pace=PACE)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        listener.tokens.tokens.pop(0)
        await board.until(lambda: board.subscribers == {"sub2"})
        assert listener.told == ["up", "up"]
        assert board.events[-4:] == [
            "POST subscribers",
            "open sub2",
            "closed sub1",
            "DELETE sub1",
        ]


async def test_another_login_after_a_drop(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """The same when it shows while connecting."""
    tokens = [jwt({"userId": user, "jti": "x"}) for user in ("a", "b")]
    board.good_tokens |= set(tokens)
    listener = Listener(session, board, tokens=Tokens(*tokens), pace=QUICK)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        listener.tokens.tokens.pop(0)
        board.cut()
        await board.until(lambda: board.subscribers == {"sub2"})
        await board.until(lambda: listener.stream.connected)


async def test_token_that_is_about_to_end(
    session: aiohttp.ClientSession,
    board: Switchboard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is renewed before, however shortly ago there was another reason to connect."""
    monkeypatch.setattr(
        lines,
        "renewal_time",
        lambda token, now, wall: now + 0.2 if token == "token-2" else math.inf,
    )
    listener = Listener(session, board, pace=PACE)
    board.good_tokens |= {"token-3"}
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        listener.tokens.tokens.pop(0)
        await board.until(lambda: len(board.handshakes) == 2)
        opened = now()
        await board.until(lambda: len(board.handshakes) == 3)
        assert now() - opened > 0.1
        assert listener.tokens.renewals == ["token-2"]
        await board.until(lambda: board.events.count("closed sub1") == 2)
        assert listener.told == ["up", "up", "up"]


async def test_when_a_token_is_renewed(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """By its own word, on the cloud's clock."""
    ends = datetime.now(UTC) + timedelta(days=120)
    token = jwt({"exp": ends.timestamp()})
    board.good_tokens |= {token}
    listener = Listener(session, board, tokens=Tokens(token))
    board.subscribers.add("sub1")
    board.refuse_rest = ahead
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        line = listener.stream._lines.current  # noqa: SLF001
        left = timedelta(days=120) - timedelta(hours=1, minutes=5)
        assert line.renew_at == pytest.approx(now() + left.total_seconds(), abs=30)


def ahead(request: web.Request) -> web.Response | None:
    """Create a subscriber in a cloud whose clock is an hour ahead."""
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    subscriber = {"subscriberID": "sub1"}
    if request.method != "POST":
        return None
    return web.json_response(subscriber, headers={"Date": date})


async def test_token_that_cannot_be_renewed(
    session: aiohttp.ClientSession,
    board: Switchboard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The login is over: what is up stays so, and nobody is asked all the time."""
    monkeypatch.setattr(lines, "renewal_time", lambda token, now, wall: now + 0.1)
    asked = 0

    class Expired(Tokens):
        @override
        async def renew(self, refused: str) -> str:
            nonlocal asked
            asked += 1
            return await super().renew(refused)

    listener = Listener(session, board, tokens=Expired("token-1"), pace=PACE)
    async with listening(listener) as task:
        await board.until(lambda: asked >= 1)
        started = now()
        await board.until(lambda: asked >= 5)
        # 40 ms, 80 ms, 160 ms, 320 ms.
        assert now() - started > 0.5
        assert not task.done()
        assert listener.told == ["up"]
        await hears(board, listener)


@pytest.mark.parametrize("status", [401, 403, 500, 503])
async def test_second_socket_that_fails(
    session: aiohttp.ClientSession, board: Switchboard, status: int
) -> None:
    """The first one stays; after two failures a fresh subscriber is tried."""
    listener = Listener(session, board, tokens=Tokens("token-1", "token-2"), pace=PACE)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        board.refuse = lambda request: (
            web.Response(status=status)
            if request.headers["x-access-token"] == "token-2"
            and request.query["subscriberID"] == "sub1"
            else None
        )
        listener.tokens.tokens.pop(0)
        await board.until(lambda: len(board.handshakes) >= 3)
        assert listener.told == ["up"]
        await hears(board, listener)
        await board.until(lambda: board.subscribers == {"sub2"})
        assert listener.told == ["up", "up"]
        await hears(board, listener)


async def test_second_socket_that_is_sent_away(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """A server that lets in only one: the first stays until a fresh one takes its place."""
    listener = Listener(session, board, pace=replace(PACE, overlap=0.3))

    async def one_each(sid: str) -> None:
        same = [one for one in board.clients if board.names[one] == board.names[sid]]
        if len(same) > 1:
            asyncio.get_running_loop().call_later(0.05, send_away, sid)

    def send_away(sid: str) -> None:
        leaving.append(asyncio.ensure_future(board.sio.disconnect(sid)))

    leaving: list[asyncio.Future[None]] = []
    board.on_connect = one_each
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        listener.tokens.tokens.pop(0)
        await board.until(lambda: leaving)
        await board.until(lambda: len(board.clients) == 1)
        await hears(board, listener)
        await board.until(lambda: board.subscribers == {"sub2"})
        assert listener.told == ["up", "up"]
    await asyncio.gather(*leaving)


async def test_first_socket_that_is_sent_away(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """A server for which the second is the one: there is no gap either."""
    listener = Listener(session, board, pace=replace(PACE, overlap=0.3))

    async def last_wins(sid: str) -> None:
        for one in board.clients[:-1]:
            asyncio.get_running_loop().call_later(0.05, send_away, one)

    def send_away(sid: str) -> None:
        leaving.append(asyncio.ensure_future(board.sio.disconnect(sid)))

    leaving: list[asyncio.Future[None]] = []
    board.on_connect = last_wins
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        listener.tokens.tokens.pop(0)
        await board.until(lambda: leaving and len(board.clients) == 1)
        await hears(board, listener)
        await board.until(lambda: len(listener.told) == 2)
        assert listener.told == ["up", "up"]
    await asyncio.gather(*leaving)


async def test_messages_by_both_sockets(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """While there are two of them each message counts once, in the order of the cloud."""
    listener = Listener(session, board, pace=replace(PACE, overlap=0.8))
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        listener.tokens.tokens.pop(0)
        await board.until(lambda: len(board.clients) == 2)
        await asyncio.sleep(0.05)
        old, new = board.clients
        unlocked = {"lockID": LOCK, "lockAction": "unlocked"}
        # The slower one repeats what is over.
        for sid, message in (
            (new, unlocked),
            (new, LOCKED),
            (old, unlocked),
            (old, LOCKED),
            (old, unlocked),
        ):
            await board.sio.emit("data", message, to=sid)
            await asyncio.sleep(0.01)
        await board.until(lambda: len(listener.messages) == 3)
        assert len(board.clients) == 2
        await board.until(lambda: len(board.clients) == 1)
        # Of what the old one has brought the new one was not yet done.
        await board.sio.emit("data", unlocked, to=new)
        await hears(board, listener)
        # A while later the same message is news again.
        await asyncio.sleep(0.9)
        listener.messages.clear()
        await board.sio.emit("data", unlocked, to=new)
        await board.sio.emit("data", unlocked, to=new)
        await board.until(lambda: len(listener.messages) == 2)
