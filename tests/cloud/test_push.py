"""The push stream against python-socketio's own server."""

import asyncio
from dataclasses import replace
from typing import override

import aiohttp
from aiohttp import web
import pytest

from custom_components.yale_august.cloud import errors
from custom_components.yale_august.cloud.brand import Brand
from custom_components.yale_august.cloud.models import BoltState, DoorState

from .desk import KEY, LOCK, Tokens
from .listener import LOCKED, QUICK, Listener, listening, tasks_of_the_client
from .switchboard import Switchboard, denied

pytestmark = pytest.mark.usefixtures("nothing_left")


async def test_connect_and_listen(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Subscriber, handshake with the headers of the reference, messages, the end."""
    listener = Listener(session, board)
    stream = listener.stream
    async with listening(listener):
        await board.until(lambda: stream.connected)
        assert stream.subscriber_id == "sub1"
        await board.say(**LOCKED)
        await board.say(lockID=LOCK, lockAction="unlocked")
        await board.until(lambda: len(listener.messages) == 2)
    first, second = listener.messages
    assert (first.lock_id, first.bolt, first.door) == (
        LOCK,
        BoltState.LOCKED,
        DoorState.CLOSED,
    )
    assert (second.bolt, second.door) == (BoltState.UNLOCKED, DoorState.ABSENT)
    [handshake] = board.handshakes
    assert handshake["x-api-key"] == KEY
    assert handshake["x-access-token"] == "token-1"
    assert handshake["x-branding"] == "yale"
    assert handshake["subscriberID"] == "sub1"
    assert handshake["transport"] == "websocket"
    assert handshake["EIO"] == "4"
    assert listener.told == ["up", "down: stopped"]
    assert board.requests == [
        "POST /websocket/subscribers",
        "DELETE /websocket/subscribers/sub1",
    ]
    assert board.subscribers == set()
    assert not stream.connected
    assert listener.stream.subscriber_id is None
    assert tasks_of_the_client() == []


async def test_the_server_sends_us_away(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """A namespace disconnect is final for the library; we come back and hear again."""
    listener = Listener(session, board)
    async with listening(listener):
        for turn in range(1, 3):
            await board.until(lambda turn=turn: listener.ups == turn)  # type: ignore[misc]
            await board.send_away()
        await board.until(lambda: listener.ups == 3 and board.clients)
        await board.say(**LOCKED)
        await board.until(lambda: listener.messages)
    assert listener.told[:4] == [
        "up",
        "down: the server disconnected us",
        "up",
        "down: the server disconnected us",
    ]
    assert board.created == 1


async def test_the_connection_is_cut(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """A transport that drops comes back with the same subscriber."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        board.cut()
        await board.until(lambda: listener.ups == 2)
        assert listener.told[1].startswith("down: ")
    assert board.created == 1
    assert {one["subscriberID"] for one in board.handshakes} == {"sub1"}


async def test_each_attempt_carries_the_token_of_now(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Headers are made anew for each connect."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        listener.tokens.tokens.pop(0)
        board.cut()
        await board.until(lambda: listener.ups == 2)
    assert [one["x-access-token"] for one in board.handshakes] == ["token-1", "token-2"]


async def test_a_token_that_the_socket_refuses(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """It is renewed once, and the next handshake follows without a pause."""
    board.refuse = lambda request: (
        web.Response(status=401)
        if request.headers["x-access-token"] == "token-1"
        else None
    )
    listener = Listener(session, board, pace=replace(QUICK, first=30, longest=30))
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
    assert listener.tokens.renewals == ["token-1"]
    assert [one["x-access-token"] for one in board.handshakes] == ["token-1", "token-2"]


async def test_a_socket_that_refuses_every_token(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """REST decides whether the login is over: while it works, we keep trying."""
    board.refuse = lambda _: web.Response(status=401)
    listener = Listener(session, board, tokens=Tokens("token-1", *["token-2"] * 9))
    async with listening(listener) as task:
        await board.until(
            lambda: "GET /websocket/subscribers/sub1" in board.requests or task.done()
        )
        assert not task.done()
        board.refuse = lambda _: None
        await board.until(lambda: listener.stream.connected)


async def test_a_login_that_is_over(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """It ends the stream with that error; closing does not fail for it."""
    listener = Listener(session, board)
    task = asyncio.create_task(listener.stream.run())
    await board.until(lambda: listener.stream.connected)
    board.good_tokens.clear()
    board.cut()
    with pytest.raises(errors.LoginExpired):
        await task
    assert listener.told[0] == "up"
    assert listener.told[1].startswith("down: ")
    assert not listener.stream.connected
    await listener.stream.close()
    assert tasks_of_the_client() == []


@pytest.mark.parametrize("status", [404, 400, 410, 500])
async def test_a_forgotten_subscriber(
    session: aiohttp.ClientSession, board: Switchboard, status: int
) -> None:
    """A new one is made, the old one deleted, and we hear again."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        board.subscribers.clear()
        board.refuse = lambda request: (
            None
            if request.query["subscriberID"] in board.subscribers
            else web.Response(status=status)
        )
        board.cut()
        await board.until(lambda: listener.ups == 2 and board.clients)
        assert listener.stream.subscriber_id == "sub2"
        assert "DELETE /websocket/subscribers/sub1" in board.requests
        assert listener.stream.subscribers == ("sub2",)
        await board.say(**LOCKED)
        await board.until(lambda: listener.messages)
    assert board.created == 2


async def test_a_subscriber_that_is_turned_away_though_it_is_known(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """REST knows it, the socket does not take it: after a while a new one is tried."""
    board.refuse = lambda request: (
        denied("Forbidden", "something new")
        if request.query["subscriberID"] == "sub1"
        else None
    )
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        assert listener.stream.subscriber_id == "sub2"
        assert board.subscribers == {"sub2"}
    assert len(board.handshakes) == QUICK.replace_after + 1


async def test_the_namespace_refuses_us(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """A connect_error comes back to the loop; nothing counts as connected."""
    turned_away = 0

    def refuse(_: str) -> None:
        nonlocal turned_away
        turned_away += 1
        if turned_away < 3:
            board.clients.pop()
            raise ConnectionRefusedError("not today")

    board.on_connect = refuse
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        assert listener.told == ["up"]


async def test_the_server_reports_errors(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """One error of unknown shape is taken note of, the second one ends the connection."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        await board.sio.emit("error", {"token": "token-1"})
        await board.say(**LOCKED)
        await board.until(lambda: listener.messages)
        assert listener.told == ["up"]
        await board.sio.emit("error")
        await board.until(lambda: listener.ups == 2)
    assert listener.told[1] == "down: the server reported errors"


async def test_no_right_to_push(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """The stream ends, and says why; there is polling."""
    board.refuse_rest = lambda _: denied("NotAuthorized", "endpoint not allowed")
    listener = Listener(session, board)
    await listener.stream.run()
    assert listener.stream.refused
    assert listener.told == []
    assert board.handshakes == []
    await listener.stream.close()


async def test_a_brand_without_push(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Nothing is asked of its cloud."""
    listener = Listener(session, board, brand=Brand.AUGUST)
    await listener.stream.run()
    await listener.stream.close()
    assert listener.stream.refused
    assert board.requests == []


async def test_a_leftover_is_deleted(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """The subscriber of an earlier start goes, and is known until it is gone."""
    board.subscribers.add("old")
    listener = Listener(session, board, leftovers=["old"])
    assert listener.stream.subscribers == ("old",)
    async with listening(listener):
        await board.until(lambda: board.subscribers == {"sub1"})
        assert listener.stream.connected
        # A crash before the deletion would have left them both.
        assert ("old", "sub1") in listener.remembered
    assert listener.remembered[-1] == ()


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (403, 2), (500, 2), (405, 1)])
async def test_a_leftover_that_does_not_go(
    session: aiohttp.ClientSession, board: Switchboard, status: int, tries: int
) -> None:
    """It keeps nobody from listening, and is tried again where that may help."""
    deletion = "DELETE /websocket/subscribers/old"
    board.refuse_rest = lambda request: (
        web.Response(status=status) if request.path.endswith("/old") else None
    )
    listener = Listener(session, board, leftovers=["old"])
    async with listening(listener):
        await board.until(lambda: board.requests.count(deletion) == 1)
        board.cut()
        await board.until(lambda: listener.ups == 2)
        await asyncio.sleep(0.05)
        assert board.requests.count(deletion) == tries


async def test_a_key_that_may_not_look_up_subscribers(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """That is no lack of push: a subscriber that fails is replaced unseen."""
    board.refuse_rest = lambda request: (
        denied("NotAuthorized", "endpoint not allowed for API key")
        if request.method == "GET"
        else None
    )
    board.refuse = lambda request: (
        web.Response(status=404) if request.query["subscriberID"] == "sub1" else None
    )
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        assert listener.stream.subscriber_id == "sub2"
    assert not listener.stream.refused


async def test_a_token_that_may_not_be_minted(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Another right that is missing is not the right to push."""

    class Unminted(Tokens):
        @override
        async def access_token(self) -> str:
            if failing:
                raise errors.EndpointNotAllowed(operation="create_sub_user")
            return await super().access_token()

    failing = True
    listener = Listener(session, board, tokens=Unminted())
    async with listening(listener) as task:
        await asyncio.sleep(0.05)
        assert not task.done()
        failing = False
        await board.until(lambda: listener.stream.connected)
    assert not listener.stream.refused
