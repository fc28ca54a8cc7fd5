"""The list of a login's sub-users, page by page (reference 11.2)."""

from dataclasses import dataclass
from typing import Final

from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.errors import InvalidParameter
from custom_components.yale_august.cloud.models import SubUser

PAGE_SIZE: Final = 100
MOST_PAGES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The sub-users of a login, as far as they were read."""

    sub_users: tuple[SubUser, ...]
    more: int = 0
    """How many there are beside these, by the cloud's word."""

    def has(self, partner_user_id: str) -> bool:
        """Return whether somebody with this id is among them."""
        return any(one.partner_user_id == partner_user_id for one in self.sub_users)


async def async_read_register(owner: Client) -> Register:
    """Return the sub-users of all pages; raises CloudError.

    The list may grow and shrink while it is read: nobody is in it twice, and a page that is
    there no more is its end.
    """
    found: dict[str, SubUser] = {}
    total = 0
    for number in range(1, MOST_PAGES + 1):
        try:
            page = await owner.get_sub_users(page=number, page_size=PAGE_SIZE)
        except InvalidParameter:
            if number == 1:
                raise
            break
        total = page.total_records or 0
        before = len(found)
        for one in page.sub_users:
            if one.user_id is not None and one.partner_user_id is not None:
                found.setdefault(one.user_id, one)
        last = page.total_pages is not None and number >= page.total_pages
        if last or len(found) == before:
            break
    return Register(sub_users=tuple(found.values()), more=max(0, total - len(found)))
