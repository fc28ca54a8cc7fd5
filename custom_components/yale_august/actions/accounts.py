"""Which login a call means, and what its locks are called."""

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er, service

from custom_components.yale_august.account import Account
from custom_components.yale_august.cloud.models import LockDetail
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.people.logins import require_owner
from custom_components.yale_august.people.roles import full_name


def account_of(call: ServiceCall, *, owner: bool = False) -> Account:
    """Return the loaded account that a call means: the named one, or the only one.

    `owner`: it must act as its owner. Raises ServiceValidationError.
    """
    entry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    account = entry.runtime_data
    assert isinstance(account, Account)
    if owner:
        require_owner(account)
    return account


def lock_key(hass: HomeAssistant, lock_id: str) -> str | None:
    """Return the lock entity of a lock."""
    return er.async_get(hass).async_get_entity_id("lock", DOMAIN, f"{lock_id}_lock")


def names_of(account: Account) -> dict[str, str]:
    """Return the names of people by user id, as the account's locks tell them."""
    details: list[LockDetail] = [
        lock.data.detail
        for lock in account.locks.values()
        if lock.data.detail is not None
    ]
    return {
        user_id: name
        for detail in details
        for user_id, user in detail.users.items()
        if (name := full_name(user.first_name, user.last_name)) is not None
    }
