"""People: roles, users of locks, sub-users, guests (reference 5.3, 10.4, 11, 17)."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self, override

from .json import Fields, Model, mapping


class Role(StrEnum):
    """What a user may do with a lock or in a house (reference 5.3)."""

    SUPERUSER = "superuser"
    """Owner."""
    MANAGER = "manager"
    """May add users."""
    USER = "user"
    """Guest."""


_ROLES: Final = {role.value: role for role in Role}

PSEUDO_USERS: Final = frozenset(
    {
        "automaticrelock",
        "autorelock",
        "deleted",
        "doorstatechanged",
        "manuallock",
        "manualunlatch",
        "manualunlock",
    }
)
"""What stands in lower case in place of a user id when no user acted (reference 19.3, 20.3, 21)."""


def role_field(fields: Fields, name: str) -> Role | None:
    """Read a role; None when it is absent or new to us."""
    return fields.choice(name, _ROLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Model):
    """Who did something; the id may be one of PSEUDO_USERS in any spelling (reference 21)."""

    user_id: str | None = field(default=None, repr=False)
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)

    @property
    def is_user(self) -> bool:
        """Whether this is an account's user, as opposed to nobody or one of the vendor's pseudo users."""
        return self.user_id is not None and self.user_id.lower() not in PSEUDO_USERS

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            user_id=fields.text("UserID", "userID"),
            first_name=fields.text("FirstName", "firstName"),
            last_name=fields.text("LastName", "lastName"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedUser(Model):
    """Answer to adding a user to a lock (reference 17.1)."""

    invited_user_id: str | None = field(default=None, repr=False)
    """Only when it was asked for with `returnInvited`."""

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        # The vendor's page names the option and not the field of the answer.
        return cls(
            invited_user_id=fields.text(
                "invitedUserID", "invitedUserId", "userID", "userId", "UserID"
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SubUser(Model):
    """A partner sub-user: a user without app account that another user owns (reference 11.2)."""

    user_id: str | None = field(default=None, repr=False)
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    owner_id: str | None = field(default=None, repr=False)
    partner_user_id: str | None = field(default=None, repr=False)
    """The stable id that the partner chose."""

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            user_id=fields.text("userID"),
            first_name=fields.text("firstName"),
            last_name=fields.text("lastName"),
            owner_id=fields.text("userOwnerID"),
            partner_user_id=fields.text("partnerUserID"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SubUserPage(Model):
    """One page of the sub-users of the caller; pages count from 1 (reference 11.2)."""

    sub_users: tuple[SubUser, ...] = ()
    page: int | None = None
    total_pages: int | None = None
    first_record: int | None = None
    last_record: int | None = None
    total_records: int | None = None

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            sub_users=fields.parts(SubUser, "subUsers"),
            page=fields.integer("currentPage"),
            total_pages=fields.integer("totalPages"),
            first_record=fields.integer("pageRecordStart"),
            last_record=fields.integer("pageRecordEnd"),
            total_records=fields.integer("totalRecords"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SubUserLogin(Model):
    """A sub-user, made or found, with a token to act as it (reference 11.1)."""

    access_token: str | None = field(default=None, repr=False)
    user_id: str | None = field(default=None, repr=False)
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    created: bool | None = None
    """Whether the sub-user did not exist before."""

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            access_token=fields.text("access_token"),
            user_id=fields.text("userID"),
            first_name=fields.text("firstName"),
            last_name=fields.text("lastName"),
            created=fields.boolean("userCreated"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestList(Model):
    """Who can open something in a house, by how (reference 10.4)."""

    owners: tuple[Person, ...] = ()
    guests: tuple[Person, ...] = ()
    pin_only: tuple[Person, ...] = ()
    rfid_only: tuple[Person, ...] = ()
    finger_only: tuple[Person, ...] = ()
    invitations: tuple[Person, ...] = ()

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            owners=_people(fields, "owners"),
            guests=_people(fields, "guests"),
            pin_only=_people(fields, "pinOnly"),
            rfid_only=_people(fields, "rfidOnly"),
            finger_only=_people(fields, "fingerOnly"),
            invitations=_people(fields, "invitations"),
        )


def _people(fields: Fields, name: str) -> tuple[Person, ...]:
    """Read a group, which may be an array or a table by user id: only its name is documented."""
    if mapping(fields.raw(name)) is None:
        return fields.parts(Person, name)
    return tuple(
        Person.read(Fields({"userID": user_id, **member}, fields.problems, f"{name}[]"))
        for user_id, one in fields.table(name).items()
        if (member := mapping(one)) is not None
    )
