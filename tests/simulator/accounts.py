"""Users and houses (reference 1, 5, 10, 11)."""

from dataclasses import dataclass, field

from .words import JsonObject, Role


@dataclass(slots=True, kw_only=True)
class User:
    """Somebody with an id: an account, a sub-user, or the owner of a code.

    Sub-users and owners of codes are *unverified*: they have no login.
    `owner_id` and `partner_user_id` belong to sub-users (reference 11.1).
    """

    user_id: str
    first_name: str
    last_name: str
    email: str | None = None
    password: str | None = None
    phone: str | None = None
    verified: bool = True
    owner_id: str | None = None
    partner_user_id: str | None = None

    @property
    def identifiers(self) -> list[str]:
        """The addresses as lock details show them."""
        found = []
        if self.email:
            found.append(f"email:{self.email}")
        if self.phone:
            found.append(f"phone:{self.phone}")
        return found

    def person(self) -> JsonObject:
        """Return id and name as feeds and webhooks show them."""
        return {
            "UserID": self.user_id,
            "FirstName": self.first_name,
            "LastName": self.last_name,
        }


@dataclass(slots=True, kw_only=True)
class House:
    """A house with the role of each member."""

    house_id: str
    name: str
    members: dict[str, Role] = field(default_factory=dict)
