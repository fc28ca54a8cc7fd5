"""The actions for the people of a lock (reference 10.4, 14.2 and 17)."""

import asyncio
from collections.abc import Iterable
from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.util.json import JsonObjectType

from custom_components.yale_august.cloud.errors import (
    ApiKeyInvalid,
    BudgetExhausted,
    CloudError,
    Forbidden,
    LoginExpired,
    NotFound,
    RateLimited,
)
from custom_components.yale_august.cloud.models import GuestList, Pin, Role
from custom_components.yale_august.cloud.validate import ABSENT
from custom_components.yale_august.const import CONF_ROLE
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.failures import failure_key
from custom_components.yale_august.people.roles import (
    async_fresh_detail,
    async_listed_role,
    async_set_role,
    require_role,
)
from custom_components.yale_august.people.view import counts_of, people_of
from custom_components.yale_august.sentences import async_sentences, said

from .action import Handlers
from .answers import async_for_each
from .table import IS_UPDATING_PERMISSIONS, NAME, RETURN_INVITED, USER_ID
from .targets import Target

_SAID: Final = {
    "added": "user_added",
    "changed": "user_changed",
    "accepted": "user_accepted",
}
"""What became of a change, and its sentence."""


async def _async_add_user(call: ServiceCall) -> ServiceResponse:
    """Add a user to each lock, and see whether the cloud lists it."""
    user_id, role = call.data[USER_ID], call.data[CONF_ROLE]
    sentences = await async_sentences(call.hass)

    async def add(target: Target) -> JsonObjectType:
        lock = target.lock
        require_role(lock, Role.MANAGER)
        added = await lock.account.client.add_user(
            lock.lock_id,
            user_id,
            role,
            name=call.data.get(NAME, ABSENT),
            is_updating_permissions=call.data.get(IS_UPDATING_PERMISSIONS),
            return_invited=call.data.get(RETURN_INVITED),
        )
        listed = await async_listed_role(lock, user_id)
        result = "added" if listed is role else "accepted"
        told: JsonObjectType = {
            "result": result,
            "message": said(sentences, _SAID[result], {"lock": lock.data.name}),
        }
        if added.invited_user_id is not None:
            told["invited_user_id"] = added.invited_user_id
        return told

    return await async_for_each(call, add)


async def _async_set_user_role(call: ServiceCall) -> ServiceResponse:
    """Change the role of a user on each lock, and see whether the cloud lists it."""
    user_id, role = call.data[USER_ID], call.data[CONF_ROLE]
    sentences = await async_sentences(call.hass)

    async def change(target: Target) -> JsonObjectType:
        lock = target.lock
        listed = await async_set_role(lock, user_id, role)
        result = "changed" if listed else "accepted"
        return {
            "result": result,
            "message": said(sentences, _SAID[result], {"lock": lock.data.name}),
        }

    return await async_for_each(call, change)


async def _async_get_users(call: ServiceCall) -> ServiceResponse:
    """Tell who can open each lock, by role; who has a code only too."""
    sentences = await async_sentences(call.hass)
    guest_lists: dict[str, asyncio.Task[GuestList | CloudError]] = {}

    async def people(target: Target) -> JsonObjectType:
        lock = target.lock
        detail = await async_fresh_detail(lock)
        pins: Iterable[Pin] | None = ()
        untold: dict[str, CloudError] = {}
        if detail.supports_entry_codes is not False:
            try:
                pins = tuple(await lock.account.client.get_pins(lock.lock_id))
            except CloudError as err:
                _raise_grave(err)
                pins, untold["codes"] = None, err
        house_id = lock.data.summary.house_id or detail.house_id
        guests = None
        if house_id is not None:
            if house_id not in guest_lists:
                asking = _async_guests(lock, house_id)
                guest_lists[house_id] = asyncio.create_task(asking)
            known = await guest_lists[house_id]
            if isinstance(known, CloudError):
                untold["house"] = known
            else:
                guests = known
        found = people_of(detail.users, pins, guests)
        return {
            "people": [
                {
                    "user_id": one.user_id,
                    "name": one.name,
                    "role": one.role,
                    "has_code": one.has_code,
                }
                for one in found
            ],
            "counts": {**counts_of(found, pins)},
            "not_told": {
                what: said(sentences, failure_key(err), {"lock": lock.data.name})
                for what, err in untold.items()
            },
        }

    return await async_for_each(call, people)


def _raise_grave(err: CloudError) -> None:
    """Raise what makes the whole answer worthless, other than a right that is missing."""
    if isinstance(err, ApiKeyInvalid) or not isinstance(err, Forbidden | NotFound):
        raise err


async def _async_guests(lock: LockCoordinator, house_id: str) -> GuestList | CloudError:
    try:
        return await lock.account.client.get_guests(house_id)
    except LoginExpired, ApiKeyInvalid, RateLimited, BudgetExhausted:
        raise
    except CloudError as err:
        return err


HANDLERS: Final[Handlers] = {
    "add_user": _async_add_user,
    "set_user_role": _async_set_user_role,
    "get_users": _async_get_users,
}
