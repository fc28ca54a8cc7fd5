"""Every operation as it goes over the wire, for both brands."""

from collections.abc import Awaitable, Callable
import json
import logging

import aiohttp
import pytest

from custom_components.yale_august.cloud import errors, routes
from custom_components.yale_august.cloud.brand import Brand
from custom_components.yale_august.cloud.client import Client

from .case import NO_BODY, Case
from .cases import LOCK_CASES
from .cases_account import ACCOUNT_CASES
from .desk import KEY, LOCK, Desk, Reply, client_of, transport_to

CASES = [*LOCK_CASES, *ACCOUNT_CASES]


@pytest.mark.parametrize(
    ("brand", "prefix"), [(Brand.YALE, "x-"), (Brand.AUGUST, "x-august-")]
)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_an_operation_on_the_wire(
    session: aiohttp.ClientSession, desk: Desk, case: Case, brand: Brand, prefix: str
) -> None:
    """Method, address, query, headers and body are those of the reference."""
    desk.reply(200, case.answer)
    client = client_of(transport_to(session, desk.url, brand=brand))
    found = await case.call(client)
    assert case.check(found)

    [seen] = desk.seen
    assert (seen.method, seen.path, seen.query) == (
        case.route.method,
        case.path,
        dict(case.query),
    )
    headers = {name.lower(): value for name, value in seen.headers.items()}
    versions = {
        routes.REMOTE_OPERATE_V2: "2.0.0",
        routes.GET_ACTIVITIES: "4.0.0",
    }
    expected = {
        f"{prefix}api-key": KEY,
        f"{prefix}access-token": "token-1",
        f"{prefix}branding": brand.value,
        "accept-version": versions.get(case.route, "0.0.1"),
    }
    for name in ("host", "accept", "accept-encoding", "user-agent", "content-length"):
        headers.pop(name, None)
    if case.body is NO_BODY:
        assert seen.body == b""
    else:
        expected["content-type"] = "application/json"
        assert seen.json == case.body
    # All of them: what the reference does not list may be refused.
    assert headers == expected


def test_every_route_is_in_the_table() -> None:
    """No operation is left out of the test above, and none of the vendor's page."""
    assert {case.route for case in CASES} == set(routes.ROUTES)
    numbers = [route.number for route in routes.ROUTES if route.number is not None]
    assert numbers == list(range(1, 21))
    assert len({route.operation for route in routes.ROUTES}) == len(routes.ROUTES)


def test_the_five_unproven_addresses_are_marked() -> None:
    """Only those of reference 4.1."""
    unproven = [route.number for route in routes.ROUTES if not route.verified]
    assert unproven == [3, 5, 9, 10, 15]


NONSENSE = ["", "null", "[]", '"text"', "7", "true", "OK"]
LISTS = {routes.GET_HOUSES, routes.GET_ACTIVITIES}
# Of these a success is all there is to know.
NO_CONTENT = {
    routes.DELETE_LOCK,
    routes.TRANSFER_PIN,
    routes.ADD_USER,
    routes.SET_USER_TYPE,
    routes.WRITE_PINS,
    routes.SET_MASTER_PIN,
    routes.REMOTE_OPERATE,
    routes.REMOTE_OPERATE_V2,
    routes.LOG_OUT,
    routes.DELETE_SUBSCRIBER,
    routes.REGISTER_LOCK_WEBHOOK,
    routes.REGISTER_USER_WEBHOOK,
    routes.DELETE_LOCK_WEBHOOK,
    routes.DELETE_USER_WEBHOOK,
}


@pytest.mark.parametrize("answer", NONSENSE)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_an_answer_that_is_none(
    session: aiohttp.ClientSession, desk: Desk, case: Case, answer: str
) -> None:
    """What is no answer is neither an empty list nor a crash; a plain success is one."""
    desk.reply(200, answer)
    client = client_of(transport_to(session, desk.url))
    if case.route in NO_CONTENT or (case.route in LISTS and answer == "[]"):
        await case.call(client)
        return
    with pytest.raises(errors.UnexpectedAnswer) as caught:
        await case.call(client)
    reads = case.route.safety is routes.Safety.READ
    assert caught.value.acted is (errors.Acted.NO if reads else errors.Acted.MAYBE)


@pytest.mark.parametrize("answer", ['{"message":"success"}', '{"x":{}}'])
async def test_something_else_is_not_an_empty_account(
    session: aiohttp.ClientSession, desk: Desk, answer: str
) -> None:
    """An object without a lock in it must not remove all locks; an empty one says so."""
    client = client_of(transport_to(session, desk.url))
    desk.reply(200, answer)
    with pytest.raises(errors.UnexpectedAnswer):
        await client.get_locks()
    desk.reply(200, "{}")
    assert await client.get_locks() == ()


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (lambda c: c.create_subscriber(), '{"scopes":["lock"]}'),
        (
            lambda c: c.create_sub_user(
                partner_user_id="p", first_name="A", last_name="B"
            ),
            '{"userID":"u"}',
        ),
        (lambda c: c.reserve_pin(LOCK), '{"slot":1}'),
    ],
)
async def test_an_answer_without_its_point(
    session: aiohttp.ClientSession,
    desk: Desk,
    call: Callable[[Client], Awaitable[object]],
    answer: str,
) -> None:
    """A subscriber without id, a login without token, a reservation without PIN."""
    desk.reply(200, answer)
    with pytest.raises(errors.UnexpectedAnswer):
        await call(client_of(transport_to(session, desk.url)))


async def test_one_malformed_lock_does_not_hurt_the_others(
    session: aiohttp.ClientSession,
    desk: Desk,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is there without what could not be read; one line names the field only."""
    caplog.set_level(logging.DEBUG, "custom_components.yale_august.cloud")
    other = "F" * 32
    desk.reply(
        200,
        json.dumps(
            {LOCK: {"LockName": ["hunter2"], "UserType": 7}, other: {"LockName": "B"}}
        ),
    )
    locks = await client_of(transport_to(session, desk.url)).get_locks()
    assert {lock.lock_id: lock.name for lock in locks} == {LOCK: None, other: "B"}
    [line] = [one for one in caplog.messages if "could not read" in one]
    assert "LockName" in line
    assert "hunter2" not in line
    assert LOCK not in line


@pytest.mark.parametrize("first", [404, 409])
async def test_capabilities_by_serial_then_by_id(
    session: aiohttp.ClientSession, desk: Desk, first: int
) -> None:
    """The serial number is asked first; the lock's id where it is not known."""
    client = client_of(transport_to(session, desk.url))
    desk.replies(
        Reply(status=first, body='{"message":"Device info not found"}'),
        Reply(body='{"lock":{"unlatch":true}}'),
    )
    found = await client.find_capabilities(LOCK, "S1")
    assert found is not None
    assert found.lock is not None
    assert [seen.query for seen in desk.seen] == [
        {"serialNumber": "S1", "topLevelHost": "true"},
        {"serialNumber": LOCK, "topLevelHost": "true"},
    ]


async def test_capabilities_nobody_knows(
    session: aiohttp.ClientSession, desk: Desk
) -> None:
    """None, not an error; but another error is one."""
    client = client_of(transport_to(session, desk.url))
    desk.reply(404, "{}")
    assert await client.find_capabilities(LOCK, None) is None
    assert len(desk.seen) == 1
    desk.reply(500, "{}")
    with pytest.raises(errors.CloudUnavailable):
        await client.find_capabilities(LOCK, "S1")
    assert len(desk.seen) == 2
