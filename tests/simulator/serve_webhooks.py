"""Registering and deleting webhooks (reference 19.1, 19.2)."""

from urllib.parse import urlsplit

from . import errors
from .desk import Answer, Call, serves
from .webhooks import LOCK_TYPES, USER_TYPES, Registration

_OK = Answer({"message": "OK"})


def _register(call: Call, lock_id: str | None, listed: frozenset[str]) -> Answer:
    url = call.text("url")
    if urlsplit(url).scheme not in ("http", "https"):
        raise errors.invalid("url must be an address")
    if call.body.get("method") != "POST":
        raise errors.invalid("method must be POST")
    _check_client(call, call.text("clientID"))
    types = call.body.get("notificationTypes")
    if not isinstance(types, list) or not types or not set(types) <= listed:
        raise errors.invalid("notificationTypes are not known")
    header, token = call.body.get("header"), call.body.get("token")
    if not (header is None or isinstance(header, str)) or not (
        token is None or isinstance(token, str)
    ):
        raise errors.invalid("header and token must be texts")
    call.cloud.courier.register(
        Registration(
            user_id=call.user.user_id,
            lock_id=lock_id,
            client_id=call.client.client_id,
            url=url,
            types=frozenset(types),
            header=header,
            token=token,
        )
    )
    return _OK


def _check_client(call: Call, client_id: str) -> None:
    if client_id not in call.cloud.clients:
        raise errors.not_found("Client")
    if client_id != call.client.client_id:
        raise errors.not_authorized()


def _delete(call: Call, lock_id: str | None) -> Answer:
    _check_client(call, call.parameters["client_id"])
    if not call.cloud.courier.unregister(call.user.user_id, lock_id):
        raise errors.not_found("Webhook")
    return _OK


@serves("register_lock_webhook")
async def register_lock_webhook(call: Call) -> Answer:
    """Answer `POST /webhook/:lockID`; the owner's business."""
    return _register(call, call.own_lock().lock_id, LOCK_TYPES)


@serves("register_user_webhook")
async def register_user_webhook(call: Call) -> Answer:
    """Answer `POST /webhook/user`."""
    return _register(call, None, USER_TYPES)


@serves("delete_lock_webhook")
async def delete_lock_webhook(call: Call) -> Answer:
    """Answer `DELETE /webhook/:lockID/:clientID`."""
    return _delete(call, call.own_lock().lock_id)


@serves("delete_user_webhook")
async def delete_user_webhook(call: Call) -> Answer:
    """Answer `DELETE /webhook/user/:clientID`."""
    return _delete(call, None)
