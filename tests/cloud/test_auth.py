"""Access tokens: reading them, and those of a sub-user."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta
import json

import aiohttp
from hypothesis import given, strategies as st
import pytest

from custom_components.yale_august.cloud import errors
from custom_components.yale_august.cloud.auth import (
    MARGIN,
    PAUSE_FIRST,
    PAUSE_LONGEST,
    SubUserTokens,
    TokenClaims,
    token_claims,
)
from custom_components.yale_august.cloud.budget import Budget, Limits
from custom_components.yale_august.cloud.models import SubUserLogin

from .desk import Desk, Reply, Seen, client_of, transport_to

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def jwt(payload: object) -> str:
    """Return a token that says this."""
    part = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{part}.c2ln"


def ending(at: datetime, name: str = "t") -> str:
    """Return a token that ends then."""
    return jwt({"exp": at.timestamp(), "jti": name})


def test_claims() -> None:
    """User, install and end are read."""
    token = jwt({"userId": "u1", "installId": "i1", "exp": 1795000000, "iat": 1})
    assert token_claims(token) == TokenClaims(
        user_id="u1",
        install_id="i1",
        expires_at=datetime.fromtimestamp(1795000000, UTC),
    )


@pytest.mark.parametrize(
    "token",
    [
        "",
        "opaque",
        "a.b",
        "a.!!.c",
        "a.bnVsbA.c",
        "a.W10.c",
        "ä.ä.ä",
        jwt([1]),
        jwt({"userId": 7, "installId": "", "exp": "soon"}),
        jwt({"exp": True}),
        jwt({"exp": 1e300}),
        jwt({"exp": float("nan")}),
        "a." + base64.urlsafe_b64encode(b"[" * 100_000).decode() + ".c",
    ],
)
def test_claims_that_are_none(token: str) -> None:
    """A token that says nothing is no reason to fail."""
    assert token_claims(token) == TokenClaims()


@given(st.text())
def test_claims_never_raise(token: str) -> None:
    """Whatever stands in place of a token."""
    assert isinstance(token_claims(token), TokenClaims)
    assert isinstance(token_claims(f"a.{token}.c"), TokenClaims)


def test_the_install_id_is_not_shown() -> None:
    """It would let somebody log out the login."""
    assert "i1" not in repr(TokenClaims(install_id="i1"))


class Mint:
    """The owner's client."""

    def __init__(self, *results: str | None | Exception) -> None:
        """Answer with these tokens or errors, one after the other."""
        self.results = list(results)
        self.asked: list[dict[str, str]] = []

    async def create_sub_user(
        self, *, partner_user_id: str, first_name: str, last_name: str
    ) -> SubUserLogin:
        """Mint a token."""
        self.asked.append({"id": partner_user_id, "name": f"{first_name} {last_name}"})
        await asyncio.sleep(0)
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return SubUserLogin(access_token=result)


class Clock:
    """A clock to be moved."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.now = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


def tokens_of(mint: Mint, clock: Clock | None = None) -> SubUserTokens:
    """Return the tokens of a sub-user."""
    return SubUserTokens(mint, "ha-1", "Ann", "Lee", now=clock or Clock())


async def test_a_token_is_minted_once() -> None:
    """Nothing is asked before it is needed, and then once for all."""
    mint = Mint("one", "two")
    tokens = tokens_of(mint)
    assert mint.asked == []
    found = await asyncio.gather(*(tokens.access_token() for _ in range(5)))
    assert found == ["one"] * 5
    assert mint.asked == [{"id": "ha-1", "name": "Ann Lee"}]


async def test_a_token_is_minted_anew_before_it_ends() -> None:
    """A margin before its end, not earlier."""
    clock = Clock()
    first = ending(NOW + timedelta(hours=1))
    mint = Mint(first, "two")
    tokens = tokens_of(mint, clock)
    assert await tokens.access_token() == first
    clock.now = NOW + timedelta(hours=1) - MARGIN - timedelta(seconds=1)
    assert await tokens.access_token() == first
    clock.now += timedelta(seconds=1)
    assert await tokens.access_token() == "two"


async def test_a_wrong_clock_does_not_mint_for_ever() -> None:
    """A new token that seems to be over is used until it is refused."""
    over = ending(NOW - timedelta(days=1))
    mint = Mint(over, "never")
    tokens = tokens_of(mint)
    assert [await tokens.access_token() for _ in range(3)] == [over] * 3
    assert len(mint.asked) == 1


async def test_refusals_renew_once() -> None:
    """Who comes second gets what the first one got."""
    mint = Mint("one", "two", "three")
    tokens = tokens_of(mint)
    assert await tokens.access_token() == "one"
    found = await asyncio.gather(*(tokens.renew("one") for _ in range(5)))
    assert found == ["two"] * 5
    assert await tokens.access_token() == "two"
    assert await tokens.renew("two") == "three"
    assert len(mint.asked) == 3


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.LoginExpired(), errors.LoginExpired),
        (errors.CloudUnavailable(), errors.CloudUnavailable),
        (errors.EndpointNotAllowed(), errors.EndpointNotAllowed),
        # The caller's own request was never sent.
        (errors.OutcomeUnknown(status=502), errors.CloudUnavailable),
        (None, errors.UnexpectedAnswer),
        # What no header can carry.
        ("opaque\r\nx: y", errors.UnexpectedAnswer),
        ("op\u00e4que", errors.UnexpectedAnswer),
    ],
)
async def test_a_mint_that_fails(
    error: Exception | str | None, kind: type[errors.CloudError]
) -> None:
    """Its error is told, nothing has acted, and the next call tries again."""
    mint = Mint(error, "two")
    tokens = tokens_of(mint)
    with pytest.raises(kind) as caught:
        await tokens.access_token()
    assert caught.value.acted is errors.Acted.NO
    assert await tokens.access_token() == "two"


async def test_mints_that_fail_make_no_storm() -> None:
    """Many locks want a token that the cloud refuses: they ask for it together, and rarely."""
    clock, refused = Clock(), errors.CloudUnavailable()
    mint = Mint(refused, refused, refused, "two", refused, "three")
    tokens = tokens_of(mint, clock)
    for asked in (1, 2, 2, 2):
        with pytest.raises(errors.CloudUnavailable):
            await tokens.access_token()
        assert len(mint.asked) == asked
    clock.now += PAUSE_FIRST
    for _ in range(9):
        with pytest.raises(errors.CloudUnavailable):
            await tokens.access_token()
    assert len(mint.asked) == 3
    clock.now += PAUSE_LONGEST
    assert await tokens.access_token() == "two"
    # A success ends it: the next failure is a first one.
    with pytest.raises(errors.CloudUnavailable):
        await tokens.renew("two")
    assert await tokens.access_token() == "three"


async def test_a_clock_that_is_set_back_makes_no_pause_longer() -> None:
    """Nobody is kept from the door for as long as that."""
    clock, refused = Clock(), errors.CloudUnavailable()
    tokens = tokens_of(Mint(refused, refused, "three"), clock)
    for _ in range(3):
        with pytest.raises(errors.CloudUnavailable):
            await tokens.access_token()
    clock.now -= timedelta(hours=2)
    assert await tokens.access_token() == "three"


async def test_a_problem_that_is_told_often_does_not_grow() -> None:
    """What is raised again and again remembers one time only."""
    mint = Mint(errors.CloudUnavailable(), errors.CloudUnavailable())
    tokens = tokens_of(mint, Clock())
    depths = set()
    for _ in range(50):
        with pytest.raises(errors.CloudUnavailable) as caught:
            await tokens.access_token()
        depths.add(len(caught.traceback))
    assert max(depths) < 10


async def test_a_token_that_is_about_to_end_serves_until_then() -> None:
    """A cloud that mints none at the moment keeps nobody from the door."""
    clock, refused = Clock(), errors.CloudUnavailable()
    first = ending(NOW + timedelta(hours=2))
    tokens = tokens_of(Mint(first, refused, refused, "two"), clock)
    assert await tokens.access_token() == first
    clock.now = NOW + timedelta(hours=2) - MARGIN
    for _ in range(3):
        assert await tokens.access_token() == first
    clock.now = NOW + timedelta(hours=2) - PAUSE_FIRST / 2
    assert await tokens.access_token() == "two"


async def test_a_token_that_is_over_does_not_serve() -> None:
    """Then the reason is told why there is no other."""
    clock = Clock()
    first = ending(NOW + timedelta(hours=2))
    tokens = tokens_of(Mint(first, errors.CloudUnavailable()), clock)
    assert await tokens.access_token() == first
    clock.now = NOW + timedelta(hours=2)
    with pytest.raises(errors.CloudUnavailable):
        await tokens.access_token()


async def test_minting_does_not_wait_for_those_who_wait_for_it(
    session: aiohttp.ClientSession, desk: Desk
) -> None:
    """Owner and sub-user share one budget, and all its slots want a new token."""
    minted = 0

    def answer(seen: Seen) -> Reply:
        nonlocal minted
        if seen.path == "/partners/sub-user":
            minted += 1
            return Reply(body=f'{{"access_token":"sub-{minted}"}}')
        good = seen.headers["x-access-token"] == "sub-2"
        return Reply(status=200 if good else 401, body="{}")

    desk.answer = answer
    budget = Budget(Limits(at_once=2))
    owner = client_of(transport_to(session, desk.url), budget)
    tokens = SubUserTokens(owner, "ha-1", "Ann", "Lee")
    sub_user = client_of(transport_to(session, desk.url, tokens=tokens), budget)
    async with asyncio.timeout(5):
        await asyncio.gather(*(sub_user.get_locks() for _ in range(8)))
    assert minted == 2


async def test_a_renewal_that_fails_forgets_the_refused_token() -> None:
    """It is not handed out again."""
    mint = Mint("one", errors.CloudUnavailable(), "two")
    tokens = tokens_of(mint)
    await tokens.access_token()
    with pytest.raises(errors.CloudUnavailable):
        await tokens.renew("one")
    assert await tokens.access_token() == "two"
