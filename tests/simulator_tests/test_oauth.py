"""Signing in, tokens, keys (reference 2, 3)."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import jwt
import pytest

from tests.simulator import MY_REDIRECT, Brand, Simulator

from .caller import Caller

CALLBACK = "http://127.0.0.1:8123/auth/external/callback"


def authorize_url(
    server: Simulator,
    brand: Brand = Brand.YALE,
    redirect: str = CALLBACK,
    changes: dict[str, str] | None = None,
) -> str:
    """Return the address that Home Assistant opens."""
    path = "/authorize" if brand is Brand.YALE else "/authorization"
    query = {
        "response_type": "code",
        "client_id": server.client(brand).client_id,
        "redirect_uri": redirect,
        "state": "the state & more",
        **(changes or {}),
    }
    return f"{server.url}{path}?{urlencode(query)}"


def answer_of(location: str) -> dict[str, str]:
    """Return the query of the address the browser was sent to."""
    return {
        key: values[0] for key, values in parse_qs(urlsplit(location).query).items()
    }


async def token(
    server: Simulator, fields: dict[str, str], brand: Brand = Brand.YALE
) -> tuple[int, Any]:
    """Call the token endpoint."""
    client = server.client(brand)
    form = {"client_id": client.client_id, "client_secret": client.secret, **fields}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/access_token", data=form) as response,
    ):
        return response.status, await response.json()


@pytest.mark.parametrize("brand", Brand)
async def test_whole_way(server: Simulator, brand: Brand) -> None:
    """Page, code, tokens, a call with them."""
    answer = answer_of(await server.sign_in(authorize_url(server, brand)))
    assert answer["state"] == "the state & more"
    grant = {"grant_type": "authorization_code", "code": answer["code"]}
    status, tokens = await token(server, {**grant, "redirect_uri": CALLBACK}, brand)
    assert status == 200
    assert tokens.keys() == {"access_token", "refresh_token", "expires_in"}
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert claims["userId"] == server.owner.user_id
    assert claims["exp"] - claims["iat"] == timedelta(days=120).total_seconds()
    assert claims["oauth"]["client_id"] == server.client(brand).client_id
    async with Caller(server, brand=brand) as caller:
        name = next(name for name in caller.headers if "token" in name)
        caller.headers[name] = tokens["access_token"]
        assert (await caller("GET", "/users/me")).json["UserID"] == claims["userId"]
    # A code works once.
    assert (await token(server, grant, brand))[0] == 400


async def test_the_page(server: Simulator) -> None:
    """It says who asks, and has the two buttons."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(authorize_url(server)) as response,
    ):
        page = await response.text()
    assert server.client().name in page
    assert "Sign in and allow" in page
    assert "Cancel" in page


async def test_cancel(server: Simulator) -> None:
    """Cancelling goes back with OAuth's own error."""
    location = await server.sign_in(authorize_url(server), allow=False)
    assert answer_of(location)["error"] == "access_denied"


async def test_wrong_password(server: Simulator) -> None:
    """A wrong password stays on the page."""
    server.owner.password, right = "wrong", server.owner.password
    url = authorize_url(server)
    form = {"email": "owner@example.com", "password": str(right), "decision": "allow"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data={**answer_of(url), **form}) as response,
    ):
        assert response.status == 401
        assert "wrong" in await response.text()


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"client_id": "partner-august"},
        {"redirect_uri": "https://evil.example/"},
        {"code_challenge": "abc"},
    ],
)
async def test_bad_requests(server: Simulator, changes: dict[str, str]) -> None:
    """What is not right is not redirected."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(
            authorize_url(server, changes=changes), allow_redirects=False
        ) as response,
    ):
        assert response.status == 400


async def test_my_redirect(server: Simulator) -> None:
    """The hop over my.home-assistant.io can be left out."""
    url = authorize_url(server, redirect=MY_REDIRECT)
    assert (await server.sign_in(url)).startswith(MY_REDIRECT)
    server.options.my_redirect = CALLBACK
    assert (await server.sign_in(url)).startswith(f"{CALLBACK}?code=")


async def test_code_expires(server: Simulator) -> None:
    """A code does not keep."""
    server.tokens.code_lifetime = timedelta(0)
    answer = answer_of(await server.sign_in(authorize_url(server)))
    await asyncio.sleep(0.001)
    status, body = await token(
        server, {"grant_type": "authorization_code", "code": answer["code"]}
    )
    assert (status, body["error"]) == (400, "invalid_grant")


async def test_refresh_once(server: Simulator) -> None:
    """Each refresh token works once; the access token before it lives on."""
    first = server.authorize()
    grant = {
        "grant_type": "refresh_token",
        "refresh_token": str(first["refresh_token"]),
    }
    status, second = await token(server, grant)
    assert status == 200
    assert second["access_token"] != first["access_token"]
    status, body = await token(server, grant)
    assert (status, body["error"]) == (400, "invalid_grant")
    grant["refresh_token"] = second["refresh_token"]
    assert (await token(server, grant))[0] == 200


async def test_wrong_client(server: Simulator) -> None:
    """A wrong secret is refused, and so is another client's refresh token."""
    assert (await token(server, {"client_secret": "wrong"}))[0] == 401
    grant = {
        "grant_type": "refresh_token",
        "refresh_token": str(server.authorize()["refresh_token"]),
    }
    assert (await token(server, grant, Brand.AUGUST))[0] == 400


async def test_expired_and_revoked(server: Simulator, owner: Caller) -> None:
    """Ended tokens answer 401 until refreshed; revoked logins do not refresh."""
    tokens = server.authorize()
    server.faults.expire_tokens()
    assert (await owner("GET", "/users/me")).status == 401
    grant = {
        "grant_type": "refresh_token",
        "refresh_token": str(tokens["refresh_token"]),
    }
    status, fresh = await token(server, grant)
    assert status == 200
    owner.headers["x-access-token"] = fresh["access_token"]
    assert (await owner("GET", "/users/me")).status == 200
    server.faults.revoke_logins(server.owner.user_id)
    assert (await owner("GET", "/users/me")).status == 401
    grant["refresh_token"] = fresh["refresh_token"]
    assert (await token(server, grant))[0] == 400


async def test_lifetime(server: Simulator) -> None:
    """Tokens end by the cloud's own clock."""
    server.tokens.lifetime = timedelta(hours=1)
    async with Caller(server) as caller:
        assert (await caller("GET", "/users/me")).status == 200
        server.faults.set_clock(timedelta(hours=2))
        assert (await caller("GET", "/users/me")).status == 401


async def test_keys(server: Simulator, owner: Caller) -> None:
    """A key is for its brand and for its operations."""
    owner.headers["x-api-key"] = server.key(Brand.AUGUST).value
    reply = await owner("GET", "/users/locks/mine")
    assert reply.status == 403
    assert reply.json == {"code": "Forbidden", "message": "API key is not valid"}
    owner.headers["x-api-key"] = server.key().value
    server.key().endpoints.discard("get_locks")
    reply = await owner("GET", "/users/locks/mine")
    assert reply.status == 403
    assert reply.json == {
        "code": "NotAuthorized",
        "message": "endpoint not allowed for API key",
    }


async def test_brands_keep_their_tokens(server: Simulator) -> None:
    """A token of one back end means nothing to the other."""
    async with Caller(server, brand=Brand.AUGUST) as caller:
        yale = str(server.authorize()["access_token"])
        assert (await caller("GET", "/users/me")).status == 200
        caller.headers["x-august-access-token"] = yale
        assert (await caller("GET", "/users/me")).status == 401


async def test_tokens_outlive_the_server(socket_enabled: None) -> None:
    """A restarted cloud still knows the tokens it gave out."""
    async with Simulator() as first:
        caller = Caller(first)
    async with Simulator() as second, caller:
        caller.server = second
        assert (await caller("GET", "/users/me")).status == 200
