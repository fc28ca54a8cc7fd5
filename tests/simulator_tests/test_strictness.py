"""Nothing passes that the reference does not list (reference 2.2, 4)."""

from typing import Any

import pytest

from tests.simulator import Brand, Simulator

from .caller import Caller


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "query", "what"),
    [
        ("GET", "/users/me", None, {"X-Own": "1"}, {}, "header x-own"),
        (
            "GET",
            "/users/me",
            None,
            {"Authorization": "Bearer x"},
            {},
            "header authorization",
        ),
        ("GET", "/users/me", None, {}, {"page": "1"}, "query page"),
        ("POST", "/websocket/subscribers", {"kind": 1}, {}, {}, "body kind"),
        ("GET", "/users/me", {"a": 1}, {}, {}, "body a"),
        (
            "GET",
            "/users/me",
            None,
            {"Accept-Version": "4.0.0"},
            {},
            "header accept-version 4.0.0",
        ),
    ],
)
async def test_unlisted(
    server: Simulator,
    owner: Caller,
    method: str,
    path: str,
    body: Any,
    headers: dict[str, str],
    query: dict[str, Any],
    what: str,
) -> None:
    """It is refused by name and noted."""
    reply = await owner(method, path, body, headers, **query)
    assert reply.status == 400
    assert what in reply.json["message"]
    assert [violation.what for violation in server.violations] == [what]


async def test_spelling_of_headers(server: Simulator) -> None:
    """The Yale host takes August's names; the August host not Yale's."""
    async with Caller(server) as caller:
        caller.headers = {
            name.replace("x-", "x-august-"): value
            for name, value in caller.headers.items()
        }
        assert (await caller("GET", "/users/me")).status == 200
    async with Caller(server, brand=Brand.AUGUST) as caller:
        caller.headers = {
            name.replace("x-august-", "x-"): value
            for name, value in caller.headers.items()
        }
        assert (await caller("GET", "/users/me")).status == 400
        assert server.violations


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"type": "later"}, 400),
        ({"retryLimit": "4"}, 400),
        ({"retryLimit": "0"}, 200),
        ({"v": "2.3.1", "notificationType": "websocket"}, 200),
        ({"v": "3"}, 400),
        ({"intent": "wakeup"}, 400),
        ({"connection": "persistent"}, 200),
        ({"connection": "keep"}, 400),
        ({"retry": "1"}, 400),
    ],
)
async def test_remote_operate(
    server: Simulator, owner: Caller, query: dict[str, Any], status: int
) -> None:
    """Each parameter has its values."""
    lock = server.add_lock()
    path = f"/remoteoperate/{lock.lock_id}/lock"
    assert (await owner("PUT", path, **query)).status == status


async def test_persistent_needs_a_hyper_bridge(
    server: Simulator, owner: Caller
) -> None:
    """Other bridges do not know what that is."""
    lock = server.add_lock("connect_v2")
    path = f"/remoteoperate/{lock.lock_id}/lock"
    assert (await owner("PUT", path, connection="persistent")).status == 400


async def test_forms(server: Simulator, owner: Caller) -> None:
    """Ids, scopes and bodies have their forms."""
    lock = server.add_lock()
    assert (await owner("GET", f"/locks/{lock.lock_id.lower()}")).status == 400
    assert (await owner("PUT", f"/remoteoperate/{lock.lock_id}/dance")).status == 400
    for scopes in ([], ["lock", "lock"], ["door"], "lock", None):
        body = {"scopes": scopes}
        assert (await owner("POST", "/websocket/subscribers", body)).status == 400
    body = {"apnsDeviceID": "me", "installID": "me"}
    assert (await owner("POST", "/users/logout", body)).status == 400


async def test_addresses(server: Simulator, owner: Caller) -> None:
    """Unknown ones are 404; unverified ones can be switched off."""
    assert (await owner("GET", "/nowhere")).status == 404
    assert (await owner("PUT", "/users/me")).status == 405
    lock = server.add_lock("keypad")
    path = f"/locks/{lock.lock_id}/masterpin"
    assert (await owner("POST", path, {"pin": "918273"})).status == 200
    server.options.unverified_routes = 405
    assert (await owner("GET", path)).status == 405
