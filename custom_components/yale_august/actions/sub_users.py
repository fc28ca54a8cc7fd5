"""The actions for partner sub-users: users without app account that the login owns (reference 11)."""

from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.json import JsonObjectType

from custom_components.yale_august.account import Account
from custom_components.yale_august.const import (
    CONF_FIRST_NAME,
    CONF_LAST_NAME,
    CONF_PARTNER_USER_ID,
    CONF_ROLE,
    DOMAIN,
)
from custom_components.yale_august.people.logins import require_owner
from custom_components.yale_august.people.roles import full_name
from custom_components.yale_august.people.sharing import SubUserWish
from custom_components.yale_august.people.sub_users import async_page, async_share_locks
from custom_components.yale_august.sentences import async_sentences, said

from .accounts import account_of
from .action import Handlers, refused
from .answers import FAILED
from .table import LOCKS, PAGE, PAGE_SIZE
from .targets import Target, targets_of_entities


async def _async_create_sub_user(call: ServiceCall) -> ServiceResponse:
    """Create or find a sub-user, and share locks with it; its token goes nowhere."""
    targets = targets_of_entities(call.hass, call.data[LOCKS])
    account = _account(call, targets)
    wish = SubUserWish(
        partner_user_id=call.data[CONF_PARTNER_USER_ID],
        first_name=call.data[CONF_FIRST_NAME],
        last_name=call.data[CONF_LAST_NAME],
        locks=tuple(target.lock.data.summary for target in targets),
        role=call.data[CONF_ROLE],
    )
    sharing = await async_share_locks(account, wish)
    sentences = await async_sentences(call.hass)
    told: JsonObjectType = {
        target.key: {"result": FAILED, "reason": key, "message": sentences[key]}
        if (key := sharing.problems.get(target.lock_id))
        else {
            "result": "shared",
            "message": said(sentences, "lock_shared", {"lock": target.name}),
        }
        for target in targets
    }
    failed = [key for key in sharing.problems.values() if key]
    if failed and (not call.return_response or len(failed) == len(targets)):
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="not_shared",
            translation_placeholders={
                "failed": str(len(failed)),
                "locks": str(len(targets)),
                "reasons": "\n".join(
                    f"- {target.name}: {sentences[key]}"
                    for target in targets
                    if (key := sharing.problems.get(target.lock_id))
                ),
            },
        )
    if not call.return_response:
        return None
    return {
        "partner_user_id": wish.partner_user_id,
        "user_id": sharing.user_id,
        "name": full_name(sharing.first_name, sharing.last_name),
        "created": sharing.created,
        "locks": told,
    }


def _account(call: ServiceCall, targets: tuple[Target, ...]) -> Account:
    """Return the owner's account: that of the locks, which must be one, or the one that is named."""
    named = [target.account for target in targets]
    if not named or ATTR_CONFIG_ENTRY_ID in call.data:
        named.append(account_of(call))
    account = named[0]
    if any(other is not account for other in named):
        raise refused("locks_of_two_logins")
    require_owner(account)
    return account


async def _async_get_sub_users(call: ServiceCall) -> ServiceResponse:
    """Return one page of the login's sub-users."""
    account = account_of(call, owner=True)
    found = await async_page(account, call.data[PAGE], call.data[PAGE_SIZE])
    return {
        "page": found.page,
        "total_pages": found.total_pages,
        "total_records": found.total_records,
        "sub_users": [
            {
                "user_id": one.user_id,
                "partner_user_id": one.partner_user_id,
                "name": full_name(one.first_name, one.last_name),
            }
            for one in found.sub_users
        ],
    }


HANDLERS: Final[Handlers] = {
    "create_sub_user": _async_create_sub_user,
    "get_sub_users": _async_get_sub_users,
}
