"""The actions for the people of a lock (reference 10.4, 14.2 and 17)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.util.json import JsonObjectType, JsonValueType

from custom_components.yale_august.cloud.errors import (
    ApiKeyInvalid,
    BudgetExhausted,
    CloudError,
    Forbidden,
    LoginExpired,
    NotFound,
    RateLimited,
)
from custom_components.yale_august.cloud.models import GuestList, LockDetail, Pin, Role
from custom_components.yale_august.cloud.validate import ABSENT
from custom_components.yale_august.const import CONF_ROLE
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.failures import failure_key
from custom_components.yale_august.people.roles import (
    ROLE_WORDS,
    async_fresh_detail,
    async_listed_role,
    async_set_role,
    full_name,
    require_role,
)
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

CODE_ONLY: Final = "code_only"
INVITED: Final = "invited"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """Somebody who can open a lock, or will be able to."""

    user_id: str | None
    name: str | None
    role: str
    has_code: bool | None

    def to_json(self) -> dict[str, JsonValueType]:
        return {
            "user_id": self.user_id,
            "name": self.name,
            "role": self.role,
            "has_code": self.has_code,
        }


async def _async_get_users(call: ServiceCall) -> ServiceResponse:
    """Tell who can open each lock, by role; who has a code only too."""
    sentences = await async_sentences(call.hass)
    guest_lists: dict[str, GuestList | CloudError] = {}

    async def people(target: Target) -> JsonObjectType:
        lock = target.lock
        detail = await async_fresh_detail(lock)
        pins: Iterable[Pin] | None = None
        untold: dict[str, CloudError] = {}
        if detail.supports_entry_codes is not False:
            try:
                pins = tuple(await lock.account.client.get_pins(lock.lock_id))
            except CloudError as err:
                _raise_grave(err)
                untold["codes"] = err
        house_id = lock.data.summary.house_id or detail.house_id
        guests = None
        if house_id is not None:
            if house_id not in guest_lists:
                guest_lists[house_id] = await _async_guests(lock, house_id)
            known = guest_lists[house_id]
            if isinstance(known, CloudError):
                untold["house"] = known
            else:
                guests = known
        found = _people(detail, pins, guests)
        return {
            "people": [person.to_json() for person in found],
            "counts": dict(Counter(person.role for person in found)),
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


def _people(
    detail: LockDetail, pins: Iterable[Pin] | None, guests: GuestList | None
) -> list[_Person]:
    """Put together what three places tell: users of the lock, its codes, the house's guests."""
    names: dict[str, str] = {}
    invited: set[str] = set()
    if guests is not None:
        for group in (
            guests.owners,
            guests.guests,
            guests.pin_only,
            guests.rfid_only,
            guests.finger_only,
            guests.invitations,
        ):
            for person in group:
                name = full_name(person.first_name, person.last_name)
                if person.user_id is not None and name is not None:
                    names.setdefault(person.user_id, name)
        invited = {
            person.user_id
            for person in guests.invitations
            if person.user_id is not None and person.user_id not in detail.users
        }
    coded: dict[str, Pin] = {}
    nameless: list[Pin] = []
    for pin in pins or ():
        if pin.user_id is None:
            nameless.append(pin)
        else:
            coded.setdefault(pin.user_id, pin)

    def has_code(user_id: str) -> bool | None:
        return None if pins is None else user_id in coded

    found = [
        _Person(
            user_id=user_id,
            name=full_name(user.first_name, user.last_name) or names.get(user_id),
            role=ROLE_WORDS[user.role] if user.role is not None else "unknown",
            has_code=has_code(user_id),
        )
        for user_id, user in detail.users.items()
    ]
    found += [
        _Person(
            user_id=pin.user_id,
            name=full_name(pin.first_name, pin.last_name)
            or names.get(pin.user_id or ""),
            role=CODE_ONLY,
            has_code=True,
        )
        for pin in (*coded.values(), *nameless)
        if pin.user_id not in detail.users
    ]
    found += [
        _Person(
            user_id=user_id,
            name=names.get(user_id),
            role=INVITED,
            has_code=has_code(user_id),
        )
        for user_id in sorted(invited - coded.keys())
    ]
    return found


HANDLERS: Final[Handlers] = {
    "add_user": _async_add_user,
    "set_user_role": _async_set_user_role,
    "get_users": _async_get_users,
}
