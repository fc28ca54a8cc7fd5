"""Codes as JSON (reference 14.2)."""

from .clock import iso
from .lock import Lock
from .pinbook import Pin, PinState
from .words import JsonObject


def pin_body(lock: Lock, pin: Pin) -> JsonObject:
    """Return one code with its digits and the key that made it."""
    body: JsonObject = {
        "_id": pin.pin_id,
        "type": "pin",
        "lockID": lock.lock_id,
        "userID": pin.user_id,
        "state": pin.state.value,
        "pin": pin.pin,
        "slot": pin.slot,
        "accessType": pin.access_type,
        "callingUserID": pin.calling_user_id,
        "apiKey": pin.api_key,
        "createdAt": iso(pin.created_at),
        "updatedAt": iso(pin.updated_at),
        "firstName": pin.first_name,
        "lastName": pin.last_name,
        "unverified": pin.unverified,
    }
    optional: JsonObject = {
        "loadedDate": iso(pin.loaded_at) if pin.loaded_at else None,
        "partnerUserID": pin.partner_user_id,
        "accessTimes": pin.access_times,
        "accessRecurrence": pin.access_recurrence,
        "schedule": pin.schedule,
    }
    return body | {key: value for key, value in optional.items() if value is not None}


def groups_body(lock: Lock) -> JsonObject:
    """Return the codes of a lock by state; a state without codes is left out."""
    return {
        state.value: [_told(lock, pin_body(lock, pin)) for pin in group]
        for state in PinState
        if (group := lock.pins.group(state))
    }


def _told(lock: Lock, body: JsonObject) -> JsonObject:
    return {key: value for key, value in body.items() if key not in lock.pins.untold}


def master_body(lock: Lock, pin: Pin) -> JsonObject:
    """Return the master code: a code without names (reference 15)."""
    body = pin_body(lock, pin)
    for key in ("callingUserID", "apiKey", "firstName", "lastName", "unverified"):
        del body[key]
    return body
