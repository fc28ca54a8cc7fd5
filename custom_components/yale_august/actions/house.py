"""The action for houses (reference 10.1 and 10.2)."""

from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.helpers import device_registry as dr
from homeassistant.util.json import JsonObjectType

from custom_components.yale_august.account import Account
from custom_components.yale_august.cloud.errors import CloudError
from custom_components.yale_august.cloud.models import House, HouseSummary, Role
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.devices import Facts
from custom_components.yale_august.people.logins import told_of_account
from custom_components.yale_august.people.roles import ROLE_WORDS

from .accounts import account_of, lock_key, names_of
from .action import Handlers, refused


async def _async_get_house(call: ServiceCall) -> ServiceResponse:
    """Tell people and locks of a house, or of all houses of a login."""
    device_id = call.data.get(ATTR_DEVICE_ID)
    if device_id is None:
        account, only = account_of(call), None
    else:
        account, only = _named(call.hass, device_id)
    try:
        listed = {
            house.house_id: house
            for house in await account.client.get_houses(house_id=only)
            if house.house_id is not None and only in (None, house.house_id)
        }
        if only is not None and only not in listed:
            # It is known here; the list need not have it.
            listed[only] = HouseSummary(house_id=only)
        houses = [
            (summary, await account.client.get_house(house_id))
            for house_id, summary in listed.items()
        ]
    except CloudError as err:
        raise told_of_account(account, err) from err
    return {
        "houses": [
            _told(call.hass, account, summary, house) for summary, house in houses
        ]
    }


def _named(hass: HomeAssistant, device_id: str) -> tuple[Account, str]:
    """Return the account of a house's device, and the id of the house."""
    registry = dr.async_get(hass)
    if (device := registry.async_get(device_id)) is not None:
        for entry in hass.config_entries.async_entries(DOMAIN):
            if (
                entry.entry_id != device.config_entry_id
                or entry.state is not ConfigEntryState.LOADED
            ):
                continue
            account: Account = entry.runtime_data
            for lock in account.locks.values():
                house_id = Facts.of(lock.data).house_id
                if house_id and (DOMAIN, house_id) in device.identifiers:
                    return account, house_id
    raise refused("no_house", targets=device_id)


def _told(
    hass: HomeAssistant, account: Account, summary: HouseSummary, house: House
) -> JsonObjectType:
    names = names_of(account)
    house_id = summary.house_id or ""
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, house_id), account.entry.entry_id
    )
    return {
        "name": house.name or summary.name,
        "device_id": None if device is None else device.id,
        "role": _word(summary.role),
        "people": [
            {"user_id": user_id, "name": names.get(user_id), "role": _word(role)}
            for user_id, role in house.users.items()
        ],
        "locks": [
            {
                "entity_id": lock_key(hass, lock_id),
                "name": account.locks[lock_id].data.name
                if lock_id in account.locks
                else None,
            }
            for lock_id in house.lock_ids
        ],
    }


def _word(role: Role | None) -> str | None:
    return None if role is None else ROLE_WORDS[role]


HANDLERS: Final[Handlers] = {
    "get_house": _async_get_house,
}
