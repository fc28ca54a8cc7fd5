"""A stream that is up and yet not well: noticed, and mended without a gap."""

import asyncio
from dataclasses import replace
import math

import aiohttp
from aiohttp import web
import pytest

from custom_components.yale_august.cloud.watch import Cause

from .desk import LOCK, Tokens
from .listener import Listener, listening
from .mending import (
    NEVER,
    OTHER_LOCK,
    PACE,
    hears,
    looked_after,
    now,
    refuse_handshakes_of,
)
from .switchboard import Switchboard

pytestmark = pytest.mark.usefixtures("nothing_left")


@pytest.mark.parametrize("evidence", [True, False])
async def test_forgotten(
    session: aiohttp.ClientSession, board: Switchboard, evidence: bool
) -> None:
    """Asked after, replaced: first the new connection, then the end of the old one."""
    pace = PACE if evidence else replace(PACE, silence=0.2)
    listener = Listener(session, board, pace=pace)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        board.subscribers.clear()
        if evidence:
            listener.stream.doubt(LOCK)
        await board.until(lambda: listener.stream.subscribers == ("sub2",))
        # Whoever listens is told to read all anew, and nothing of a gap.
        assert listener.told == ["up", "up"]
        assert board.events == [
            "POST subscribers",
            "open sub1",
            "GET sub1",
            "POST subscribers",
            "open sub2",
            "closed sub1",
            "DELETE sub1",
        ]
        await hears(board, listener)
        assert (listener.stream.replaced, listener.stream.reconnects) == (1, 0)
    assert listener.remembered[-1] == ()


async def test_silent_and_known(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Nobody was at the doors: it is asked after now and then, and left alone."""
    listener = Listener(session, board, pace=replace(PACE, silence=0.2))
    async with listening(listener):
        started = now()
        await board.until(lambda: looked_after(board) >= 3)
        assert now() - started > 0.5
        assert board.created == 1
        assert len(board.handshakes) == 1
        assert listener.told == ["up"]


async def test_not_silent(session: aiohttp.ClientSession, board: Switchboard) -> None:
    """While messages come nobody is asked."""
    listener = Listener(session, board, pace=PACE)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        await asyncio.sleep(0.01)
        before = now()
        watch = listener.stream._watch  # noqa: SLF001
        assert watch.cause(before + NEVER) is Cause.SILENCE
        await hears(board, listener)
        assert watch.cause(before + NEVER) is None


async def test_doubtful_and_known(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Once it is replaced all the same; then for an hour only asked after."""
    listener = Listener(session, board, pace=PACE)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        listener.stream.doubt(LOCK)
        await board.until(lambda: listener.stream.subscribers == ("sub2",))
        await hears(board, listener)
        for turn in (2, 3):
            listener.stream.doubt(f"{turn:032X}")
            await board.until(lambda turn=turn: looked_after(board) == turn)  # type: ignore[misc]
        # And once only for each.
        await asyncio.sleep(0.2)
        assert looked_after(board) == 3
        assert board.created == 2
        assert listener.told == ["up", "up"]


async def test_doubt_that_a_message_clears(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """It was only slower than the read; of another lock it says nothing."""
    listener = Listener(
        session, board, pace=replace(PACE, late=NEVER, silence=math.inf)
    )
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        watch = listener.stream._watch  # noqa: SLF001
        for lock_id, left in ((LOCK, None), (OTHER_LOCK, Cause.DOUBT)):
            listener.stream.doubt(lock_id)
            assert watch.cause(now() + NEVER) is Cause.DOUBT
            await hears(board, listener)
            assert watch.cause(now() + NEVER) is left


async def test_doubt_while_down(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Nothing can be heard then, and the reconnect looks after itself."""
    listener = Listener(session, board, pace=PACE)
    listener.stream.doubt(LOCK)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        await asyncio.sleep(0.1)
        assert looked_after(board) == 0


async def test_doubts_about_all_locks(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Five hundred of them are one question, and further ones wait."""
    listener = Listener(session, board, pace=replace(PACE, ask=NEVER))
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        for _ in range(20):
            for number in range(500):
                listener.stream.doubt(f"{number:032X}")
            await asyncio.sleep(0.01)
        assert looked_after(board) == 1
        assert board.created == 2


@pytest.mark.parametrize("status", [500, 403, 429])
async def test_cloud_that_cannot_be_asked(
    session: aiohttp.ClientSession, board: Switchboard, status: int
) -> None:
    """What is up is left alone, and asked about later."""
    board.refuse_rest = lambda request: (
        web.Response(status=status, headers={"Retry-After": "0"})
        if request.method == "GET"
        else None
    )
    listener = Listener(session, board, pace=PACE)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        listener.stream.doubt(LOCK)
        await board.until(lambda: looked_after(board) == 1)
        board.refuse_rest = lambda _: None
        await hears(board, listener)
        listener.stream.doubt(OTHER_LOCK)
        await board.until(lambda: board.created == 2)


async def test_cloud_that_wants_to_be_left_alone(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Retry-After holds for whatever the stream finds necessary."""
    board.refuse_rest = lambda request: (
        web.Response(status=429, headers={"Retry-After": "30"})
        if request.method == "GET"
        else None
    )
    listener = Listener(session, board, pace=PACE)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        listener.stream.doubt(LOCK)
        await board.until(lambda: looked_after(board) == 1)
        board.refuse_rest = lambda _: None
        before = len(board.requests)
        for _ in range(15):
            listener.stream.doubt(LOCK)
            listener.tokens.tokens[:] = ["token-2"]
            await asyncio.sleep(0.02)
        assert len(board.requests) == before
        assert len(board.handshakes) == 1
        await hears(board, listener)


@pytest.mark.parametrize("fault", ["create", "handshake", "hang"])
async def test_replacement_that_fails(
    session: aiohttp.ClientSession, board: Switchboard, fault: str
) -> None:
    """The connection that there is stays, and nothing is left of the attempt in the end."""
    listener = Listener(session, board, pace=replace(PACE, chore=0.2))
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        if fault == "create":
            board.refuse_rest = lambda request: (
                web.Response(status=500) if request.method == "POST" else None
            )
        elif fault == "handshake":
            refuse_handshakes_of(board, "sub2")
        else:
            board.delay = lambda request: NEVER if request.method == "POST" else 0
        attempts = len(board.requests) + len(board.handshakes)
        listener.stream.doubt(LOCK)
        await board.until(
            lambda: len(board.requests) + len(board.handshakes) >= attempts + 2
        )
        assert listener.told == ["up"]
        assert listener.stream.subscriber_id == "sub1"
        await hears(board, listener)
        board.refuse_rest = lambda _: None
        board.delay = lambda _: 0
        listener.stream.doubt(OTHER_LOCK)
        await board.until(lambda: len(listener.stream.subscribers) == 1)
        await board.until(lambda: listener.stream.subscriber_id != "sub1")
        await board.until(lambda: len(board.subscribers) == 1)
        await hears(board, listener)
    assert board.subscribers == set()


async def test_subscriber_that_cannot_be_looked_up(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Sockets may be well while the calls beside them are not."""
    listener = Listener(session, board, pace=replace(PACE, replace_after=100))
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        refuse_handshakes_of(board, "sub1")
        board.refuse_rest = lambda _: web.Response(status=503)
        board.cut()
        await board.until(lambda: looked_after(board) >= 3)
        board.refuse = lambda _: None
        await board.until(lambda: listener.ups == 2)
        assert board.created == 1


async def test_drop_while_something_is_mended(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """It is told at once, however long the cloud takes to answer."""
    board.delay = lambda request: NEVER if request.path.endswith("/sub1") else 0
    listener = Listener(session, board, pace=replace(PACE, chore=NEVER))
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        listener.stream.doubt(LOCK)
        await asyncio.sleep(0.1)
        board.cut()
        await board.until(lambda: len(listener.told) == 2)
        assert not listener.stream.connected


# A server that gives no peace


async def test_server_that_disconnects_each_connect(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """A storm of disconnects is answered ever more slowly; a minute is 0.6 s here."""

    async def send_away(sid: str) -> None:
        leaving.append(asyncio.ensure_future(board.sio.disconnect(sid)))

    leaving: list[asyncio.Future[None]] = []
    board.on_connect = send_away
    pace = replace(PACE, first=0.01, longest=3.0, settled=0.3)
    listener = Listener(session, board, pace=pace)
    async with listening(listener):
        await board.until(lambda: board.handshakes)
        started = now()
        await asyncio.sleep(0.6)
        # 10 ms, 20, 40, 80, 160, 320 ms, each halved at the most.
        most = 2 + math.log2((now() - started) / 0.005 + 1)
        assert 3 <= len(board.handshakes) <= most
        assert len(board.requests) <= 2 * len(board.handshakes)
    await asyncio.gather(*leaving)


async def test_server_that_refuses_every_token(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """The login is renewed once for it, not at each attempt."""
    board.good_tokens |= {f"t{number}" for number in range(50)}
    board.refuse = lambda _: web.Response(status=401)
    tokens = Tokens(*(f"t{number}" for number in range(50)))
    listener = Listener(session, board, tokens=tokens, pace=PACE)
    async with listening(listener):
        await board.until(lambda: len(board.handshakes) >= 8)
        assert tokens.renewals == ["t0"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_retry_after_of_a_subscriber_call(
    session: aiohttp.ClientSession, board: Switchboard, method: str
) -> None:
    """Whichever of the calls is told to wait, all of them do; the socket is none of them."""
    board.refuse_rest = lambda request: (
        web.Response(status=429, headers={"Retry-After": "30"})
        if request.method == method
        else None
    )
    refuse_handshakes_of(board, "sub1", status=404)
    listener = Listener(session, board, leftovers=["old"])
    async with listening(listener):
        await board.until(lambda: any(method in one for one in board.requests))
        before = len(board.requests)
        await asyncio.sleep(0.3)
        assert len(board.requests) == before
        assert listener.stream.subscribers[0] == "old"
