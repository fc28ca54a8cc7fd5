"""One call of the client, and what must arrive of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.models import (
    AccessType,
    PinAction,
    PinCommand,
    Topic,
    Webhook,
)
from custom_components.yale_august.cloud.routes import Route

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
