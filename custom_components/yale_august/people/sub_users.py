"""The partner sub-users of a login: listed, created or found, and given locks (reference 11).

For actions and forms. A sub-user's access token is used in here and goes nowhere else.
"""

from homeassistant.const import CONF_API_KEY
from homeassistant.exceptions import HomeAssistantError

from custom_components.yale_august.account import Account
from custom_components.yale_august.cloud.auth import TokenSource
from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.errors import (
    ApiKeyInvalid,
    CloudError,
    Conflict,
    Forbidden,
    InvalidParameter,
    SubUserRefused,
)
from custom_components.yale_august.cloud.models import SubUserPage
from custom_components.yale_august.cloud.transport import Transport

from .logins import refused, require_owner, told_of_account
from .register import Register, async_read_register
from .sharing import Sharing, SubUserWish, async_share, lacks_permission


async def async_page(account: Account, page: int, size: int) -> SubUserPage:
    """Return one page of the sub-users; raises HomeAssistantError."""
    require_owner(account)
    try:
        return await account.client.get_sub_users(page=page, page_size=size)
    except CloudError as err:
        if isinstance(err, InvalidParameter) and page > 1:
            raise refused("no_such_page", page=str(page)) from err
        raise _told(account, err, "forbidden") from err


async def async_register(account: Account) -> Register:
    """Return the sub-users of all pages; raises HomeAssistantError."""
    require_owner(account)
    try:
        return await async_read_register(account.client)
    except CloudError as err:
        raise _told(account, err, "forbidden") from err


async def async_share_locks(account: Account, wish: SubUserWish) -> Sharing:
    """Create or find a sub-user and share locks with it; see `async_share`.

    Raises HomeAssistantError when there is no sub-user or it cannot be asked.
    """
    require_owner(account)

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
        if isinstance(err, Conflict):
            raise refused("sub_user_id_taken") from err
        raise _told(account, err, "sub_user_id_refused") from err
    finally:
        for lock in wish.locks:
            if (found := account.find(lock.lock_id)) is not None:
                found.async_read_soon()
    return sharing


def _told(account: Account, err: CloudError, forbidden: str) -> HomeAssistantError:
    """Put in words why there is no sub-user, or no list of them."""
    if lacks_permission(err):
        return refused("sub_users_not_allowed")
    if isinstance(err, Forbidden) and not isinstance(err, ApiKeyInvalid):
        # Not that of a role: no lock is concerned.
        return refused(forbidden)
    return told_of_account(account, err)
