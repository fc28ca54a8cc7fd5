"""Lock list, detail, cached status, capabilities, people of the login."""

from . import errors, payloads
from .desk import Answer, Call, serves
from .lock import Lock
from .words import JsonObject


@serves("get_locks")
async def get_locks(call: Call) -> Answer:
    """Answer `GET /users/locks/mine` (reference 5.1)."""
    user_id = call.user.user_id
    locks = call.cloud.world.locks_of(user_id)
    return Answer(
        {lock.lock_id: payloads.listed(lock, lock.users[user_id]) for lock in locks}
    )


@serves("get_lock")
async def get_lock(call: Call) -> Answer:
    """Answer `GET /locks/:lockID` (reference 6)."""
    lock = call.lock()
    role = lock.users[call.user.user_id]
    return Answer(payloads.detail(lock, role, call.cloud.world.users, call.version))


@serves("get_lock_status")
async def get_lock_status(call: Call) -> Answer:
    """Answer `GET /locks/:lockID/status`: the cache (reference 7.4)."""
    lock = call.lock()
    if lock.link is None:
        raise errors.conflict("Lock has no bridge")
    if lock.known is None:
        body: JsonObject = {"status": "unknown"}
    else:
        body = payloads.lock_status(lock.known, spelled=True)
    return Answer(payloads.distort(lock, "status", body))


@serves("get_capabilities")
async def get_capabilities(call: Call) -> Answer:
    """Answer `GET /devices/capabilities` (reference 9).

    A lock is known by its serial number, or its lockID in either parameter,
    unless its `Capabilities` say otherwise.
    """
    for name in ("topLevelHost", "checkForSetup"):
        call.flag(name)
    for name in ("productID", "productTypeID"):
        call.integer(name, 0, least=0)
    named = {call.query.get("serialNumber"), call.query.get("deviceID")} - {None}
    if not named:
        raise errors.conflict("Cannot infer deviceType from serial number")
    for lock in call.cloud.world.locks.values():
        if lock.serial in named:
            return _capabilities(lock, lock.capabilities.by_serial)
        if lock.lock_id in named:
            return _capabilities(lock, lock.capabilities.by_lock_id)
    raise errors.Refusal(404, 404, "Device info not found")


def _capabilities(lock: Lock, status: int) -> Answer:
    if status == 404:
        raise errors.Refusal(404, 404, "Device info not found")
    if status == 409:
        raise errors.conflict("Cannot infer deviceType from serial number")
    return Answer(payloads.capabilities(lock))


@serves("get_user")
async def get_user(call: Call) -> Answer:
    """Answer `GET /users/me` (reference 5.2)."""
    user = call.user
    return Answer(
        {
            "UserID": user.user_id,
            "FirstName": user.first_name,
            "LastName": user.last_name,
            "Email": user.email,
            "PhoneNo": user.phone,
            "vEmail": user.email is not None,
            "vPhone": user.phone is not None,
            "identifiers": user.identifiers,
        }
    )


@serves("get_doorbells")
async def get_doorbells(_call: Call) -> Answer:
    """Answer `GET /users/doorbells/mine`: there are none."""
    return Answer({})
