"""Every operation as it goes over the wire, for both brands."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
import json
import logging
from typing import Any

import aiohttp
import pytest

from custom_components.yale_august.cloud import errors, routes
from custom_components.yale_august.cloud.brand import Brand
from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.models import (
    AccessType,
    BoltState,
    Command,
    DoorState,
    ExtendedFunction,
    Mode,
    NotificationType,
    OperateVersion,
    PinAction,
    PinCommand,
    PinState,
    Role,
    Topic,
    Webhook,
)
from custom_components.yale_august.cloud.routes import Route

from .desk import HOUSE, KEY, LOCK, OTHER, USER, Desk, Reply, client_of, transport_to

PIN = "482913"
LOAD = PinCommand(
    action=PinAction.LOAD,
    access_type=AccessType.ALWAYS,
    pin=PIN,
    partner_user_id="ha-1",
    first_name="Ann",
    last_name="",
)
DELETE = PinCommand(
    action=PinAction.DELETE, access_type=AccessType.ALWAYS, partner_user_id="ha-1"
)
HOOK = Webhook(
    url="https://home.example/hook",
    client_id="client1",
    topics=(Topic.OPERATION, Topic.BATTERY),
    header="x-proof",
    token="t0ken",
)
HOOK_JSON = {
    "url": "https://home.example/hook",
    "method": "POST",
    "clientID": "client1",
    "header": "x-proof",
    "token": "t0ken",
    "notificationTypes": ["operation", "battery"],
}
SUBSCRIBER = (
    '{"subscriberID":"sub1","scopes":["lock"],"clientID":"client1","userID":"u"}'
)
SUCCESS = '{"message":"success"}'
NO_BODY = object()
SYNC = {"type": "sync", "retryLimit": "1"}
ASYNC = {"type": "async", "retryLimit": "1", "v": "2.3.1"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One call and what must arrive."""

    name: str
    route: Route
    call: Callable[[Client], Awaitable[object]]
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = NO_BODY
    answer: str = "{}"
    check: Callable[[Any], object] = lambda _: True
    """Of what the call returned."""


CASES = [
    Case(
        name="get_lock",
        route=routes.GET_LOCK,
        call=lambda c: c.get_lock(LOCK),
        path=f"/locks/{LOCK}",
        answer=f'{{"LockID":"{LOCK}","LockName":"Front"}}',
        check=lambda found: found.name == "Front",
    ),
    Case(
        name="delete_lock",
        route=routes.DELETE_LOCK,
        call=lambda c: c.delete_lock(LOCK, soft=False),
        path=f"/locks/{LOCK}",
        query={"soft": "0"},
        answer=SUCCESS,
    ),
    Case(
        name="delete_lock_soft",
        route=routes.DELETE_LOCK,
        call=lambda c: c.delete_lock(LOCK, soft=True),
        path=f"/locks/{LOCK}",
        query={"soft": "1"},
        answer=SUCCESS,
    ),
    Case(
        name="transfer_pin",
        route=routes.TRANSFER_PIN,
        call=lambda c: c.transfer_pin(LOCK, USER, OTHER),
        path=f"/locks/{LOCK}/pins/transfer",
        body={"oldUserID": USER, "newUserID": OTHER},
        answer=SUCCESS,
    ),
    Case(
        name="add_user",
        route=routes.ADD_USER,
        call=lambda c: c.add_user(LOCK, OTHER, Role.MANAGER),
        path=f"/locks/adduser/{LOCK}/{OTHER}/manager",
        answer=SUCCESS,
        check=lambda found: found.invited_user_id is None,
    ),
    Case(
        name="add_user_all",
        route=routes.ADD_USER,
        call=lambda c: c.add_user(
            LOCK,
            "phone:+49 12?y#z",
            Role.SUPERUSER,
            name="Ann",
            is_updating_permissions=True,
            return_invited=False,
        ),
        path=f"/locks/adduser/{LOCK}/phone%3A%2B49%2012%3Fy%23z/superuser",
        body={
            "Name": "Ann",
            "options": {"isUpdatingPermissions": True},
            "returnInvited": False,
        },
        answer=SUCCESS,
    ),
    Case(
        name="add_user_null_name",
        route=routes.ADD_USER,
        call=lambda c: c.add_user(LOCK, OTHER, Role.USER, name=None),
        path=f"/locks/adduser/{LOCK}/{OTHER}/user",
        body={"Name": None},
        answer="",
    ),
    Case(
        name="set_user_type",
        route=routes.SET_USER_TYPE,
        call=lambda c: c.set_user_type(LOCK, OTHER, Role.USER),
        path=f"/locks/{LOCK}/{OTHER}/user",
        answer="",
    ),
    Case(
        name="get_pins",
        route=routes.GET_PINS,
        call=lambda c: c.get_pins(LOCK),
        path=f"/locks/{LOCK}/pins",
        answer='{"loaded":[{"_id":"p1","pin":"482913"}]}',
        check=lambda found: found.groups[PinState.LOADED][0].pin_id == "p1",
    ),
    Case(
        name="write_pins",
        route=routes.WRITE_PINS,
        call=lambda c: c.write_pins(LOCK, [LOAD, DELETE]),
        path=f"/locks/{LOCK}/pins",
        body={
            "commands": [
                {
                    "action": "load",
                    "pin": PIN,
                    "accessType": "always",
                    "firstName": "Ann",
                    "lastName": "",
                    "partnerUserID": "ha-1",
                },
                {
                    "action": "delete",
                    "accessType": "always",
                    "partnerUserID": "ha-1",
                },
            ]
        },
        answer='{"message":"success","transactionID":"t1"}',
        check=lambda found: found.transaction_id == "t1",
    ),
    Case(
        name="write_pins_webhook",
        route=routes.WRITE_PINS,
        call=lambda c: c.write_pins(LOCK, [DELETE], webhook="http://home.example/x"),
        path=f"/locks/{LOCK}/pins",
        body={
            "commands": [
                {
                    "action": "delete",
                    "accessType": "always",
                    "partnerUserID": "ha-1",
                }
            ],
            "webhook": "http://home.example/x",
        },
        answer="",
        check=lambda found: found.transaction_id is None,
    ),
    Case(
        name="reserve_pin",
        route=routes.RESERVE_PIN,
        call=lambda c: c.reserve_pin(LOCK),
        path=f"/locks/{LOCK}/pin",
        answer=f'{{"pin":"{PIN}","slot":7}}',
        check=lambda found: (found.pin, found.slot) == (PIN, 7),
    ),
    Case(
        name="get_master_pin",
        route=routes.GET_MASTER_PIN,
        call=lambda c: c.get_master_pin(LOCK),
        path=f"/locks/{LOCK}/masterpin",
        answer=f'{{"_id":"m","pin":"{PIN}"}}',
        check=lambda found: found.pin == PIN,
    ),
    Case(
        name="set_master_pin",
        route=routes.SET_MASTER_PIN,
        call=lambda c: c.set_master_pin(LOCK, PIN),
        path=f"/locks/{LOCK}/masterpin",
        body={"pin": PIN},
        answer=SUCCESS,
    ),
    Case(
        name="set_master_pin_webhook",
        route=routes.SET_MASTER_PIN,
        call=lambda c: c.set_master_pin(LOCK, PIN, webhook="https://home.example/x"),
        path=f"/locks/{LOCK}/masterpin",
        body={"pin": PIN, "webhook": "https://home.example/x"},
        answer=SUCCESS,
    ),
    *(
        Case(
            name=f"remote_operate_{command.value}",
            route=routes.REMOTE_OPERATE,
            call=partial(Client.remote_operate, lock_id=LOCK, command=command),
            path=f"/remoteoperate/{LOCK}/{command.value}",
            query=SYNC,
            answer='{"status":"kAugLockState_Locked","doorState":"kAugDoorState_Closed"}',
            check=lambda found: (
                (found.accepted, found.bolt, found.door)
                == (False, BoltState.LOCKED, DoorState.CLOSED)
            ),
        )
        for command in Command
        if command is not Command.EXTENDED_FUNCTION
    ),
    Case(
        name="remote_operate_async",
        route=routes.REMOTE_OPERATE,
        call=lambda c: c.remote_operate(LOCK, Command.LOCK, mode=Mode.ASYNC),
        path=f"/remoteoperate/{LOCK}/lock",
        query=ASYNC,
        answer="",
        check=lambda found: found.accepted and found.bolt is BoltState.UNKNOWN,
    ),
    Case(
        name="remote_operate_all",
        route=routes.REMOTE_OPERATE,
        call=lambda c: c.remote_operate(
            LOCK,
            Command.STATUS,
            mode=Mode.ASYNC,
            retry_limit=3,
            persistent=True,
            wake=True,
            notification_type=NotificationType.WEBSOCKET,
            webhook={"url": "https://home.example/x"},
        ),
        path=f"/remoteoperate/{LOCK}/status",
        query={
            **ASYNC,
            "retryLimit": "3",
            "connection": "persistent",
            "intent": "wakeup",
            "notificationType": "websocket",
        },
        body={"webhook": {"url": "https://home.example/x"}},
        answer="",
    ),
    Case(
        name="remote_operate_null_webhook",
        route=routes.REMOTE_OPERATE,
        call=lambda c: c.remote_operate(
            LOCK,
            Command.EXTENDED_FUNCTION,
            extended_function=ExtendedFunction(
                function="vacationMode", parameters={"on": True}
            ),
            webhook=None,
        ),
        path=f"/remoteoperate/{LOCK}/extendedfunction",
        query=SYNC,
        body={
            "extendedfunction": {
                "function": "vacationMode",
                "parameters": {"on": True},
            },
            "webhook": None,
        },
    ),
    Case(
        name="remote_operate_v2",
        route=routes.REMOTE_OPERATE_V2,
        call=lambda c: c.remote_operate(
            LOCK,
            Command.UNLATCH,
            version=OperateVersion.V2,
            notification_type=NotificationType.PUBNUB,
        ),
        path=f"/remoteoperate/{LOCK}/unlatch",
        query={**SYNC, "notificationType": "pubnub"},
    ),
    Case(
        name="get_capabilities",
        route=routes.GET_CAPABILITIES,
        call=lambda c: c.get_capabilities(),
        path="/devices/capabilities",
        check=lambda found: found.lock is None,
    ),
    Case(
        name="get_capabilities_all",
        route=routes.GET_CAPABILITIES,
        call=lambda c: c.get_capabilities(
            udid="u",
            hid="h",
            hhid="hh",
            top_level_host=True,
            device_type="lock",
            device_id="d",
            serial_number="A B&C=D",
            product_id=0,
            product_type_id=12,
            check_for_setup=False,
        ),
        path="/devices/capabilities",
        query={
            "udID": "u",
            "hID": "h",
            "hhID": "hh",
            "topLevelHost": "true",
            "deviceType": "lock",
            "deviceID": "d",
            "serialNumber": "A B&C=D",
            "productID": "0",
            "productTypeID": "12",
            "checkForSetup": "false",
        },
        answer='{"lock":{"unlatch":true}}',
        check=lambda found: found.lock.unlatch is True,
    ),
    Case(
        name="get_houses",
        route=routes.GET_HOUSES,
        call=lambda c: c.get_houses(),
        path="/users/houses/mine",
        answer="[]",
        check=lambda found: found == (),
    ),
    Case(
        name="get_houses_all",
        route=routes.GET_HOUSES,
        call=lambda c: c.get_houses(
            house_id=HOUSE, hide_integration_mode=True, client_serial="s1"
        ),
        path="/users/houses/mine",
        query={"houseID": HOUSE, "hideIntegrationMode": "true", "clientSerial": "s1"},
        answer=f'{{"houses":[{{"HouseID":"{HOUSE}","HouseName":"Home"}}]}}',
        check=lambda found: found[0].name == "Home",
    ),
    Case(
        name="log_out",
        route=routes.LOG_OUT,
        call=lambda c: c.log_out(apns_device_id=USER, install_id=OTHER),
        path="/users/logout",
        body={"apnsDeviceID": USER, "installID": OTHER},
        answer="null",
        check=lambda found: found is None,
    ),
    Case(
        name="create_sub_user",
        route=routes.CREATE_SUB_USER,
        call=lambda c: c.create_sub_user(
            partner_user_id="ha-1", first_name="Ann", last_name="Lee"
        ),
        path="/partners/sub-user",
        body={"partnerUserID": "ha-1", "firstName": "Ann", "lastName": "Lee"},
        answer='{"access_token":"t","userID":"u","userCreated":true}',
        check=lambda found: found.access_token == "t" and found.created,
    ),
    Case(
        name="get_house",
        route=routes.GET_HOUSE,
        call=lambda c: c.get_house(HOUSE),
        path=f"/houses/{HOUSE}",
        answer='{"HouseName":"Home"}',
        check=lambda found: found.name == "Home",
    ),
    Case(
        name="create_subscriber",
        route=routes.CREATE_SUBSCRIBER,
        call=lambda c: c.create_subscriber(),
        path="/websocket/subscribers",
        body={"scopes": ["lock"]},
        answer=SUBSCRIBER,
        check=lambda found: found.subscriber_id == "sub1",
    ),
    Case(
        name="get_subscriber",
        route=routes.GET_SUBSCRIBER,
        call=lambda c: c.get_subscriber("s+ä"),
        path="/websocket/subscribers/s%2B%C3%A4",
        answer=SUBSCRIBER,
        check=lambda found: found.scopes == ("lock",),
    ),
    Case(
        name="delete_subscriber",
        route=routes.DELETE_SUBSCRIBER,
        call=lambda c: c.delete_subscriber("sub1"),
        path="/websocket/subscribers/sub1",
        answer="",
    ),
    Case(
        name="get_locks",
        route=routes.GET_LOCKS,
        call=lambda c: c.get_locks(),
        path="/users/locks/mine",
        answer=f'{{"{LOCK}":{{"LockName":"Front","UserType":"user"}}}}',
        check=lambda found: (found[0].lock_id, found[0].role) == (LOCK, Role.USER),
    ),
    Case(
        name="get_lock_status",
        route=routes.GET_LOCK_STATUS,
        call=lambda c: c.get_lock_status(LOCK),
        path=f"/locks/{LOCK}/status",
        answer='{"status":"unlocked"}',
        check=lambda found: found.bolt is BoltState.UNLOCKED,
    ),
    Case(
        name="get_sub_users",
        route=routes.GET_SUB_USERS,
        call=lambda c: c.get_sub_users(page=2, page_size=1000),
        path="/partners/sub-user",
        query={"page": "2", "pageSize": "1000"},
        answer='{"totalPages":2}',
        check=lambda found: found.total_pages == 2,
    ),
    Case(
        name="get_guests",
        route=routes.GET_GUESTS,
        call=lambda c: c.get_guests(HOUSE),
        path=f"/houses/{HOUSE}/guestlist",
    ),
    Case(
        name="get_guests_merged",
        route=routes.GET_GUESTS,
        call=lambda c: c.get_guests(HOUSE, merge_duplicates=False),
        path=f"/houses/{HOUSE}/guestlist",
        query={"mergeDuplicates": "false"},
    ),
    Case(
        name="get_activities",
        route=routes.GET_ACTIVITIES,
        call=lambda c: c.get_activities(HOUSE, limit=10),
        path=f"/houses/{HOUSE}/activities",
        query={"limit": "10"},
        answer='{"events":[{"id":"1","action":"lock"}]}',
        check=lambda found: len(found) == 1,
    ),
    Case(
        name="register_lock_webhook",
        route=routes.REGISTER_LOCK_WEBHOOK,
        call=lambda c: c.register_lock_webhook(LOCK, HOOK),
        path=f"/webhook/{LOCK}",
        body=HOOK_JSON,
        answer='{"message":"OK"}',
    ),
    Case(
        name="register_user_webhook",
        route=routes.REGISTER_USER_WEBHOOK,
        call=lambda c: c.register_user_webhook(HOOK),
        path="/webhook/user",
        body=HOOK_JSON,
        answer='{"message":"OK"}',
    ),
    Case(
        name="delete_lock_webhook",
        route=routes.DELETE_LOCK_WEBHOOK,
        call=lambda c: c.delete_lock_webhook(LOCK, "client1"),
        path=f"/webhook/{LOCK}/client1",
        answer="",
    ),
    Case(
        name="delete_user_webhook",
        route=routes.DELETE_USER_WEBHOOK,
        call=lambda c: c.delete_user_webhook("client1"),
        path="/webhook/user/client1",
        answer="",
    ),
]


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
