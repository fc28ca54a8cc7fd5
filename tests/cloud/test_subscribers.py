"""Subscribers: none is lost from sight, and none is deleted that is in use."""

import asyncio
from collections.abc import Callable
from typing import override

import aiohttp
from aiohttp import web
import pytest

from custom_components.yale_august.cloud import errors
from custom_components.yale_august.cloud.subscribers import Subscribers

from .desk import Tokens, client_of, transport_to
from .switchboard import Switchboard, denied
from .test_auth import jwt

pytestmark = pytest.mark.usefixtures("nothing_left")


class Office:
    """Subscribers at a switchboard, and what was remembered of them."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        board: Switchboard,
        *leftovers: str,
        tokens: Tokens | None = None,
    ) -> None:
        """Begin with those of earlier starts, which the cloud still has."""
        board.subscribers |= set(leftovers)
        self.remembered: list[tuple[str, ...]] = []
        self.subscribers = Subscribers(
            client_of(transport_to(session, board.url, tokens=tokens or Tokens())),
            leftovers,
            on_change=lambda: self.remembered.append(self.subscribers.all),
            patience=1,
        )


def refusing(
    status: int, *names: str, method: str = "DELETE"
) -> Callable[[web.Request], web.Response | None]:
    """Return what refuses requests, all or those about some subscribers."""
    return lambda request: (
        web.Response(status=status)
        if request.method == method
        and (not names or request.match_info["name"] in names)
        else None
    )


async def test_several_leftovers(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """All go, one after the other."""
    office = Office(session, board, "a", "b", "c", "b")
    assert office.subscribers.untidy
    await office.subscribers.tidy()
    assert board.subscribers == set()
    assert len(board.requests) == 3
    assert office.subscribers.all == office.remembered[-1] == ()
    assert not office.subscribers.untidy


@pytest.mark.parametrize("status", [404, 400, 410])
async def test_leftover_that_is_gone(
    session: aiohttp.ClientSession, board: Switchboard, status: int
) -> None:
    """It needs no deleting any more."""
    board.refuse_rest = refusing(status)
    office = Office(session, board, "a", "b")
    await office.subscribers.tidy()
    assert office.subscribers.all == ()


@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_leftover_that_cannot_be_deleted_now(
    session: aiohttp.ClientSession, board: Switchboard, status: int
) -> None:
    """It is kept, nobody fails, and the rest is not tried in vain."""
    board.refuse_rest = refusing(status)
    office = Office(session, board, "a", "b", "c")
    await office.subscribers.tidy()
    assert office.subscribers.all == ("a", "b", "c")
    assert set(board.requests) == {"DELETE /websocket/subscribers/c"}
    # 401 goes out twice, with the renewed token.
    assert len(board.requests) <= 2


async def test_leftover_that_we_may_not_delete(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """It will never go: it is given up, and the others go."""
    board.refuse_rest = lambda request: (
        denied("Forbidden", "not yours") if request.match_info["name"] == "b" else None
    )
    office = Office(session, board, "a", "b", "c")
    await office.subscribers.tidy()
    assert office.subscribers.all == ()
    assert board.subscribers == {"b"}


async def test_leftovers_without_a_token(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """What keeps us from a token says nothing of a subscriber."""

    class Puzzled(Tokens):
        @override
        async def access_token(self) -> str:
            raise errors.UnexpectedAnswer(operation="create_sub_user")

    office = Office(session, board, "a", "b", tokens=Puzzled())
    await office.subscribers.tidy()
    assert office.subscribers.all == ("a", "b")
    assert board.requests == []


async def test_leftover_that_is_no_id(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """What a damaged file holds keeps no other from being deleted."""
    office = Office(session, board, "a", "")
    await office.subscribers.tidy()
    assert office.subscribers.all == ()
    assert board.requests == ["DELETE /websocket/subscribers/a"]


async def test_leftovers_do_not_add_up(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Those that cannot be deleted are at last forgotten, the oldest first."""
    board.refuse_rest = refusing(500)
    office = Office(session, board, *(f"old{number}" for number in range(30)))
    assert office.subscribers.all == tuple(f"old{number}" for number in range(10, 30))
    for _ in range(3):
        office.subscribers.adopt(await office.subscribers.create(), "token")
    assert office.subscribers.all[-3:] == ("sub1", "sub2", "sub3")
    assert len(office.subscribers.all) == 21


async def test_created_and_not_adopted(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """It is left over, and the one in use stays."""
    office = Office(session, board)
    office.subscribers.adopt(await office.subscribers.create(), "token")
    await office.subscribers.create()
    assert office.remembered[-1] == ("sub2", "sub1")
    await office.subscribers.tidy()
    assert board.subscribers == {"sub1"}
    assert office.subscribers.current == "sub1"
    assert office.subscribers.replaced == 0


async def test_cancelled_while_the_cloud_creates_it(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """It is created all the same, and must be deleted one day."""
    board.delay = lambda _: 0.4
    office = Office(session, board)
    creating = asyncio.create_task(office.subscribers.create())
    await asyncio.sleep(0.05)
    creating.cancel()
    await asyncio.gather(creating, return_exceptions=True)
    assert creating.cancelled()
    assert office.remembered == [("sub1",)]


async def test_cancelled_while_the_cloud_says_nothing(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Waiting for its id has an end; a second cancel ends it at once."""
    board.delay = lambda _: 30
    office = Office(session, board)
    for cancels in (1, 2):
        started = asyncio.get_running_loop().time()
        creating = asyncio.create_task(office.subscribers.create())
        for _ in range(cancels):
            await asyncio.sleep(0.05)
            creating.cancel()
        await asyncio.gather(creating, return_exceptions=True)
        took = asyncio.get_running_loop().time() - started
        assert took < (3 if cancels == 1 else 0.9)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert office.remembered == []


async def test_the_same_again(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """A cloud that gives a login always the same subscriber: it is not deleted in use."""
    office = Office(session, board, "sub1")
    office.subscribers.adopt(await office.subscribers.create(), "token")
    board.created = 0
    office.subscribers.adopt(await office.subscribers.create(), "token")
    await office.subscribers.tidy()
    assert office.subscribers.all == ("sub1",)
    assert board.subscribers == {"sub1"}
    board.created = 0
    await office.subscribers.create()
    await office.subscribers.tidy()
    assert board.subscribers == {"sub1"}


async def test_tidied_twice_at_once(
    session: aiohttp.ClientSession, board: Switchboard
) -> None:
    """Each is deleted once."""
    office = Office(session, board, "a", "b")
    await asyncio.gather(office.subscribers.tidy(), office.subscribers.tidy())
    assert len(board.requests) == 2


async def test_known(session: aiohttp.ClientSession, board: Switchboard) -> None:
    """404 is an answer, other failures are none."""
    office = Office(session, board)
    assert not await office.subscribers.known()
    office.subscribers.adopt(await office.subscribers.create(), "token")
    assert await office.subscribers.known()
    board.subscribers.clear()
    assert not await office.subscribers.known()
    # Who may not ask cannot say that it is forgotten.
    board.refuse_rest = lambda _: denied("NotAuthorized", "endpoint not allowed")
    assert await office.subscribers.known()
    board.refuse_rest = lambda _: web.Response(status=503)
    with pytest.raises(errors.CloudUnavailable):
        await office.subscribers.known()


def token(user: str | None = None, client: str | None = None) -> str:
    """Return a token of a user, issued to a client."""
    return jwt({"userId": user, "oauth": {"client_id": client}})


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        (token("u", "c"), token("u", "c"), True),
        (token("u", "c"), token("v", "c"), False),
        (token("u", "c"), token("u", "d"), False),
        (token("u", "c"), token("u"), True),
        (token("u"), token("u", "d"), True),
        (token("u", "c"), "opaque", True),
        ("opaque", token("u", "c"), True),
        (token("u", "c"), jwt({"userId": "u", "oauth": "c"}), True),
    ],
)
async def test_whose_it_is(
    session: aiohttp.ClientSession,
    board: Switchboard,
    ours: str,
    theirs: str,
    same: bool,
) -> None:
    """It is of a user and a client; what a token does not say is no difference."""
    office = Office(session, board)
    office.subscribers.adopt(await office.subscribers.create(), ours)
    assert office.subscribers.belong_to(theirs) is same
