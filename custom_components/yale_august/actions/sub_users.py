"""The actions for partner sub-users: users without app account that the login owns (reference 11)."""

from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, CONF_API_KEY
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.json import JsonObjectType

from custom_components.yale_august.account import Account
from custom_components.yale_august.cloud.auth import TokenSource
from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.errors import (
    CloudError,
    InvalidParameter,
    SubUserRefused,
)
from custom_components.yale_august.cloud.transport import Transport
from custom_components.yale_august.const import (
    CONF_FIRST_NAME,
    CONF_LAST_NAME,
    CONF_PARTNER_USER_ID,
    CONF_ROLE,
    DOMAIN,
)
from custom_components.yale_august.flows.problems import sub_user_problem
from custom_components.yale_august.flows.sharing import SubUserWish, async_share
from custom_components.yale_august.sentences import async_sentences, said

from .accounts import account_of, full_name, require_owner, told_of_account
from .action import Handlers, refused
from .answers import FAILED
from .table import LOCKS, PAGE, PAGE_SIZE
from .targets import Target, targets_of_entities

_TOLD: Final = {
    "sub_user_taken": "sub_user_id_taken",
    "sub_user_not_allowed": "sub_users_not_allowed",
}
"""What the config flow says of a sub-user that cannot be had, in the words of actions."""


async def _async_create_sub_user(call: ServiceCall) -> ServiceResponse:
    """Create or find a sub-user, and share locks with it; its token goes nowhere."""
    targets = targets_of_entities(call.hass, call.data[LOCKS])
    account = _account(call, targets)
    locks = [target.lock for target in targets]
    wish = SubUserWish(
        partner_user_id=call.data[CONF_PARTNER_USER_ID],
        first_name=call.data[CONF_FIRST_NAME],
        last_name=call.data[CONF_LAST_NAME],
        locks=tuple(lock.data.summary for lock in locks),
        role=call.data[CONF_ROLE],
    )

    def acting(tokens: TokenSource) -> Client:
        owner = account.client.transport
        return Client(
            Transport(
                owner.session,
                owner.endpoints,
                account.entry.data[CONF_API_KEY],
                tokens,
                refused=SubUserRefused,
            ),
            account.client.budget,
        )

    try:
        sharing = await async_share(account.client, acting, wish)
    except CloudError as err:
        key = _TOLD.get(sub_user_problem(err).key)
        raise refused(key) if key else told_of_account(account, err) from err
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
    for lock in locks:
        lock.async_read_soon()
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
    page, size = call.data[PAGE], call.data[PAGE_SIZE]
    try:
        found = await account.client.get_sub_users(page=page, page_size=size)
    except CloudError as err:
        if isinstance(err, InvalidParameter) and page > 1:
            raise refused("no_such_page", page=str(page)) from err
        key = _TOLD.get(sub_user_problem(err).key)
        raise refused(key) if key else told_of_account(account, err) from err
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
