"""Subscribers of the push stream (reference 20.1) and logging out (18.2)."""

from . import errors
from .desk import SUCCESS, Answer, Call, serves
from .push import Subscriber


@serves("create_subscriber")
async def create_subscriber(call: Call) -> Answer:
    """Answer `POST /websocket/subscribers`."""
    if call.body.get("scopes") != ["lock"]:
        raise errors.invalid("scopes must be non-empty, unique and only lock")
    subscriber = call.cloud.push.subscribe(call.user.user_id, call.client.client_id)
    return Answer(subscriber.body())


def _subscriber(call: Call) -> Subscriber:
    subscriber = call.cloud.push.subscribers.get(call.parameters["subscriber_id"])
    if subscriber is None or subscriber.user_id != call.user.user_id:
        raise errors.not_found("Subscriber")
    return subscriber


@serves("get_subscriber")
async def get_subscriber(call: Call) -> Answer:
    """Answer `GET /websocket/subscribers/:subID`."""
    return Answer(_subscriber(call).body())


@serves("delete_subscriber")
async def delete_subscriber(call: Call) -> Answer:
    """Answer `DELETE /websocket/subscribers/:subID`."""
    del call.cloud.push.subscribers[_subscriber(call).subscriber_id]
    return SUCCESS


@serves("log_out")
async def log_out(call: Call) -> Answer:
    """Answer the logout: every token of the token's install ends."""
    call.uuid("apnsDeviceID")
    call.uuid("installID")
    call.cloud.tokens.end_install(call.install_id)
    return Answer(None)
