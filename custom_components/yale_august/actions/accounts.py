"""Which login a call means, and what its locks are called."""

from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, service
from homeassistant.util import dt as dt_util

from custom_components.yale_august.account import Account
from custom_components.yale_august.cloud.errors import (
    ApiKeyInvalid,
    CloudError,
    LoginExpired,
)
from custom_components.yale_august.cloud.models import LockDetail, Role
from custom_components.yale_august.const import ACTING_OWNER, CONF_ACTING_USER, DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.failures import failure

from .action import refused

RANK: Final = {Role.USER: 0, Role.MANAGER: 1, Role.SUPERUSER: 2}


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


def require_owner(account: Account) -> None:
    """Raise ServiceValidationError unless an account acts as its owner."""
    if account.entry.data[CONF_ACTING_USER] != ACTING_OWNER:
        raise refused("owner_only", entry=account.entry.title)


def require_role(lock: LockCoordinator, least: Role) -> None:
    """Raise HomeAssistantError where the login is known to have a lesser role on a lock."""
    role = lock.data.summary.role
    if role is not None and RANK[role] < RANK[least]:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="role_missing"
        )


async def async_fresh_detail(lock: LockCoordinator) -> LockDetail:
    """Read a lock's detail, and let its entities have it too; raises CloudError."""
    asked = dt_util.utcnow()
    detail = await lock.account.client.get_lock(lock.lock_id)
    lock.async_take_detail(detail, asked)
    return detail


def told_of_account(account: Account, err: CloudError) -> HomeAssistantError:
    """Put what the cloud refused for an account in words, and ask for a login where it ended."""
    if isinstance(err, LoginExpired | ApiKeyInvalid):
        account.note_failure(err)
    return failure(err, account.entry.title)


def lock_key(hass: HomeAssistant, lock_id: str) -> str | None:
    """Return the lock entity of a lock."""
    return er.async_get(hass).async_get_entity_id("lock", DOMAIN, f"{lock_id}_lock")


def full_name(first_name: str | None, last_name: str | None) -> str | None:
    """Return a person's name, if there is any."""
    return " ".join(part for part in (first_name, last_name) if part) or None


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
