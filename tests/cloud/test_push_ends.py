"""However a stream ends, and whenever: nothing fails, nothing hangs, nothing is left."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
import random
from typing import override

import aiohttp
from aiohttp import web
from engineio import base_client  # type: ignore[import-untyped]
import pytest

from custom_components.yale_august.cloud.errors import LoginExpired

from .desk import LOCK, Tokens
from .listener import LOCKED, QUICK, Listener, listening, tasks_of_the_client
from .switchboard import Switchboard, open_switchboard

NEVER = 1000.0


async def timed(ending: Awaitable[object]) -> float:
    """Return how long something took."""
    started = asyncio.get_running_loop().time()
    await ending
    return asyncio.get_running_loop().time() - started


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 302])
async def test_closing_a_refused_stream(
    session: aiohttp.ClientSession, board: Switchboard, status: int
) -> None:
    """Whatever the cloud says to the deletion, closing does not fail."""
    listener = Listener(session, board, leftovers=["old"], tokens=Tokens("token-1"))
    task = asyncio.create_task(listener.stream.run())
    await board.until(lambda: listener.stream.subscribers == ("sub1",))
    board.refuse_rest = lambda _: web.Response(
        status=status, headers={"Location": "/elsewhere"}
    )
    await listener.stream.close()
    await task
    # What will never be deleted is given up.
    given_up = status in (302, 404)
    assert listener.stream.subscribers == (() if given_up else ("sub1",))
    assert listener.remembered[-1] == listener.stream.subscribers


@pytest.mark.usefixtures("nothing_left")
async def test_closing_without_a_login(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """The token cannot even be asked for."""

    is_over = False

    class Gone(Tokens):
        @override
        async def access_token(self) -> str:
            if is_over:
                raise LoginExpired
            return await super().access_token()

    listener = Listener(session, board, tokens=Gone())
    task = asyncio.create_task(listener.stream.run())
    await board.until(lambda: listener.stream.connected)
    is_over = True
    await listener.stream.close()
    await task
    assert listener.stream.subscribers == ("sub1",)


@pytest.mark.usefixtures("nothing_left")
async def test_closing_a_stream_that_says_nothing(
    session: aiohttp.ClientSession,
    board: Switchboard,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Everything hangs; closing takes its few tenths of a second and no more."""
    listener = Listener(session, board, leftovers=["a", "b"])
    task = asyncio.create_task(listener.stream.run())
    await board.until(lambda: listener.stream.subscribers == ("sub1",))
    board.delay = lambda _: NEVER
    assert await timed(listener.stream.close()) < 1.5
    await task
    assert not [record for record in caplog.records if record.exc_info]
    assert listener.stream.subscribers == ("sub1",)


@pytest.mark.usefixtures("nothing_left")
async def test_closing_while_the_cloud_creates_a_subscriber(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Its id is waited for, and then it is deleted."""
    board.delay = lambda request: 0.3 if request.method == "POST" else 0
    listener = Listener(session, board, pace=replace(QUICK, close=2))
    task = asyncio.create_task(listener.stream.run())
    await asyncio.sleep(0.05)
    await listener.stream.close()
    await task
    assert board.created == 1
    assert board.subscribers == set()


@pytest.mark.usefixtures("nothing_left")
async def test_closing_twice_at_once(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Both end, and the subscriber is deleted once."""
    listener = Listener(session, board)
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)
        await asyncio.gather(listener.stream.close(), listener.stream.close())
        assert board.requests.count("DELETE /websocket/subscribers/sub1") == 1


@pytest.mark.usefixtures("nothing_left")
async def test_cancelled_again_and_again(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Impatience does not interrupt the closing of the socket."""
    listener = Listener(session, board)
    task = asyncio.create_task(listener.stream.run())
    await board.until(lambda: listener.stream.connected)
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)
    assert task.cancelled()
    assert tasks_of_the_client() == []
    assert listener.told == ["up", "down: stopped"]
    await board.until(lambda: not board.clients)
    # It may run again.
    async with listening(listener):
        await board.until(lambda: listener.stream.connected)


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("moment", range(0, 60, 3))
async def test_cancelled_while_it_mends(
    session: aiohttp.ClientSession, board: Switchboard, moment: int
) -> None:
    """Wherever it is in putting one connection in the place of another."""
    pace = replace(QUICK, look=0.01, late=0, overlap=0.02, replace=0.01)
    listener = Listener(session, board, pace=pace)
    task = asyncio.create_task(listener.stream.run())
    await board.until(lambda: listener.stream.connected)
    listener.stream.doubt(LOCK)
    await board.until(lambda: any(one.startswith("GET") for one in board.requests))
    for _ in range(moment):
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert tasks_of_the_client() == []
    await board.until(lambda: not board.clients)
    # What the cloud holds is known, and goes with the next chance.
    assert board.subscribers <= set(listener.stream.subscribers)
    await listener.stream.close()
    assert board.subscribers == set()


class Chaos:
    """Does anything to streams and to their server."""

    PACE = replace(
        QUICK,
        first=0.002,
        longest=0.02,
        settled=0.01,
        connect=0.1,
        close=0.05,
        look=0.005,
        chore=0.1,
        rest=0.02,
        overlap=0.005,
        silence=0.03,
        late=0,
        ask=0.01,
        replace=0.02,
        rotate=0.01,
    )

    def __init__(
        self, session: aiohttp.ClientSession, board: Switchboard, seed: int
    ) -> None:
        """Begin with one stream."""
        self.session = session
        self.board = board
        self.chance = random.Random(seed)
        self.tokens = Tokens("token-1")
        board.good_tokens |= {f"token-{number}" for number in range(1, 6)}
        self.listener = self.new_stream()
        self.tasks: list[asyncio.Task[None]] = []
        self.longest_close = 0.0
        self.acts: list[Callable[[], None]] = [
            self.run,
            self.run,
            self.run,
            self.cancel,
            self.cancel,
            self.close,
            self.doubt,
            self.doubt,
            self.turn_token,
            self.turn_token,
            self.board.cut,
            self.board.subscribers.clear,
            self.send_away,
            self.refuse_sockets,
            self.refuse_rest,
            self.slow_down,
            self.turn_away,
            self.be_kind,
            self.be_kind,
            self.say,
        ]

    def new_stream(self) -> Listener:
        """Return a stream with what the one before left."""
        left = self.listener.stream.subscribers if hasattr(self, "listener") else ()
        return Listener(
            self.session,
            self.board,
            tokens=self.tokens,
            pace=self.PACE,
            leftovers=left,
        )

    def start(self, work: Awaitable[None]) -> None:
        """Have something done beside."""

        async def do() -> None:
            with suppress(LoginExpired, RuntimeError):
                await work

        self.tasks.append(asyncio.create_task(do()))

    def run(self) -> None:
        """Run the stream, though it may be running."""
        self.start(self.listener.stream.run())

    def cancel(self) -> None:
        """Cancel something, a run or a close, once or twice."""
        if self.tasks:
            task = self.chance.choice(self.tasks[-4:])
            task.cancel()
            if self.chance.random() < 0.5:
                task.cancel()

    def close(self) -> None:
        """Close the stream, and have another one."""
        self.start(self.close_in_time(self.listener))
        self.listener = self.new_stream()

    async def close_in_time(self, listener: Listener) -> None:
        """Close, and note how long it takes."""
        took = await timed(listener.stream.close())
        self.longest_close = max(self.longest_close, took)

    def doubt(self) -> None:
        """Raise a doubt."""
        self.listener.stream.doubt(LOCK)

    def turn_token(self) -> None:
        """Give the login another token, which may be no good."""
        self.tokens.tokens[:] = [f"token-{self.chance.randrange(1, 7)}"]

    def send_away(self) -> None:
        """Disconnect all from the namespace."""
        self.start(self.board.send_away())

    def refuse_sockets(self) -> None:
        """Answer handshakes with anything."""
        status = self.chance.choice([400, 401, 403, 404, 410, 500, 503])
        self.board.refuse = lambda _: web.Response(status=status)

    def refuse_rest(self) -> None:
        """Answer calls with anything."""
        status = self.chance.choice([400, 401, 403, 404, 410, 500, 503])
        self.board.refuse_rest = lambda _: web.Response(status=status)

    def slow_down(self) -> None:
        """Keep requests waiting."""
        delay = self.chance.choice([0.01, 0.05, NEVER])
        method = self.chance.choice(["GET", "POST", "DELETE"])
        self.board.delay = lambda one: delay if one.method == method else 0

    def turn_away(self) -> None:
        """Refuse in the namespace."""

        def refuse(sid: str) -> None:
            self.board.clients.remove(sid)
            raise ConnectionRefusedError

        self.board.on_connect = refuse

    def be_kind(self) -> None:
        """Let everything go well."""
        self.board.refuse = self.board.refuse_rest = lambda _: None
        self.board.delay = lambda _: 0
        self.board.on_connect = lambda _: None
        self.board.good_tokens |= set(self.tokens.tokens)

    def say(self) -> None:
        """Send a message."""
        self.start(self.board.say(**LOCKED))

    async def rage(self, turns: int) -> None:
        """Do it."""
        for _ in range(turns):
            self.chance.choice(self.acts)()
            await asyncio.sleep(self.chance.choice([0, 0, 0.001, 0.005, 0.02]))

    async def end(self) -> None:
        """Close what is open, while the server is as it is, and see everything end."""
        async with asyncio.timeout(10):
            await self.close_in_time(self.listener)
            await asyncio.gather(*self.tasks, return_exceptions=True)
        for task in self.tasks:
            assert task.cancelled() or task.exception() is None


def timers() -> int:
    """Return how many calls the loop still has to make."""
    scheduled = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]  # noqa: SLF001
    return sum(not handle.cancelled() for handle in scheduled)


@pytest.mark.parametrize("seed", range(16))
async def test_any_order(
    socket_enabled: None, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Runs, closes, cancels and server faults as the dice fall."""
    tasks_before, timers_before = asyncio.all_tasks(), timers()
    async with open_switchboard() as board, aiohttp.ClientSession() as session:
        chaos = Chaos(session, board, seed)
        await chaos.rage(60)
        await chaos.end()
        # Each wait of closing has an end, and there are not many of them.
        assert chaos.longest_close < 2
        assert not chaos.listener.stream.connected
        assert tasks_of_the_client() == []
        assert base_client.connected_clients == []
        connector = session.connector
        assert connector is not None
        assert not connector._acquired  # noqa: SLF001
        # Whatever happened: a stream that is let, listens.
        chaos.be_kind()
        board.subscribers.clear()
        last = chaos.new_stream()
        async with listening(last):
            await board.until(lambda: last.stream.connected)
            await board.say(**LOCKED)
            await board.until(lambda: last.messages)
        assert board.subscribers == set()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() - tasks_before == set()
    assert timers() <= timers_before
    assert not [
        record
        for record in caplog.records
        if record.exc_info and record.name.startswith("custom_components")
    ]
