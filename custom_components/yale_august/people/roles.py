"""What people may do with a lock, read and changed (reference 5.3 and 17)."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from custom_components.yale_august.account import Account
from custom_components.yale_august.cloud.errors import CloudError
from custom_components.yale_august.cloud.models import LockDetail, Role
from custom_components.yale_august.const import ACTING_OWNER, CONF_ACTING_USER, DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator

from .logins import refused

RANK: Final = {Role.USER: 0, Role.MANAGER: 1, Role.SUPERUSER: 2}
ROLE_WORDS: Final = {
    Role.SUPERUSER: "owner",
    Role.MANAGER: "manager",
    Role.USER: "guest",
}
MOST_READ_ANEW: Final = 12
"""Where an account has more locks, each look at a person's would cost too many requests."""


def full_name(first_name: str | None, last_name: str | None) -> str | None:
    """Return a person's name, if there is any."""
    return " ".join(part for part in (first_name, last_name) if part) or None


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


def listed_role(detail: LockDetail, user_id: str) -> Role | None:
    """Return the role that a lock's detail gives a user; None when it does not say."""
    return next(
        (
            user.role
            for listed, user in detail.users.items()
            if listed.lower() == user_id.lower()
        ),
        None,
    )


async def async_listed_role(lock: LockCoordinator, user_id: str) -> Role | None:
    """Return the role that the cloud gives a user now; None when it does not say."""
    with suppress(CloudError):
        return listed_role(await async_fresh_detail(lock), user_id)
    return None


async def async_set_role(lock: LockCoordinator, user_id: str, role: Role) -> bool:
    """Change a user's role on a lock, and return whether the cloud lists the new one.

    Raises CloudError, and HomeAssistantError for what is not sent.
    """
    if _is_self(lock, user_id):
        raise refused("not_yourself", lock=lock.data.name)
    require_role(lock, Role.SUPERUSER)
    await lock.account.client.set_user_type(lock.lock_id, user_id, role)
    return await async_listed_role(lock, user_id) is role


def _is_self(lock: LockCoordinator, user_id: str) -> bool:
    """Return whether somebody is whom the entry acts as: who gives up a role cannot take it back."""
    entry = lock.config_entry
    return (
        entry.data[CONF_ACTING_USER] == ACTING_OWNER
        and (entry.unique_id or "").lower() == user_id.lower()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """The locks of an account on which somebody is listed."""

    roles: Mapping[str, Role | None]
    """By lock id; None for a role that is new to us."""
    unread: frozenset[str] = frozenset()
    """The other locks whose people the cloud does not tell, or not all of them."""


async def async_holdings(account: Account, user_id: str) -> Holdings:
    """Return where somebody is listed, as what; read anew unless there are many locks."""
    locks = account.locks
    if len(locks) <= MOST_READ_ANEW:
        await asyncio.gather(*(_async_look(lock) for lock in locks.values()))
    roles: dict[str, Role | None] = {}
    unread = set()
    for lock_id, lock in locks.items():
        users = {} if lock.data.detail is None else lock.data.detail.users
        role = {listed.lower(): user.role for listed, user in users.items()}
        if user_id.lower() in role:
            roles[lock_id] = role[user_id.lower()]
        elif not users or lock.data.summary.role is Role.USER:
            # A guest need not be told of others.
            unread.add(lock_id)
    return Holdings(roles=roles, unread=frozenset(unread))


async def _async_look(lock: LockCoordinator) -> None:
    """Read a lock's people anew, if that can be."""
    with suppress(CloudError):
        await async_fresh_detail(lock)
