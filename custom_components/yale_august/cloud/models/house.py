"""Houses (reference 10)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self, override

from .json import Fields, Model, Problems, items, lock_id, mapping, read_all
from .people import Role, role_field


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseSummary(Model):
    """One house of the caller's list (reference 10.1)."""

    house_id: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    role: Role | None = None
    """What the caller may do in it."""

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            house_id=fields.text("HouseID"),
            name=fields.text("HouseName"),
            role=role_field(fields, "type"),
        )


def read_houses(
    data: object, problems: Problems | None = None
) -> tuple[HouseSummary, ...]:
    """Read the house list, which is documented as an object with `houses`, an array, and a single house."""
    found = problems if problems is not None else Problems()
    array = items(data)
    if array is None and (table := mapping(data)) is not None:
        array = [table] if "HouseID" in table else items(table.get("houses"))
    if array is None:
        found.note("")
        return ()
    houses = read_all(HouseSummary, array, found, "houses[]")
    return tuple(house for house in houses if house.house_id is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class House(Model):
    """A house with its people and locks (reference 10.2)."""

    house_id: str | None = field(default=None, repr=False)
    """The answer need not name it."""
    name: str | None = field(default=None, repr=False)
    users: Mapping[str, Role | None] = field(default_factory=dict, repr=False)
    """By user id; None where the cloud lists people without roles."""
    lock_ids: tuple[str, ...] = field(default=(), repr=False)

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            house_id=fields.text("HouseID"),
            name=fields.text("HouseName"),
            users=_users(fields),
            lock_ids=_lock_ids(fields),
        )


def _users(fields: Fields) -> dict[str, Role | None]:
    """Read the people, documented both as a table of roles and as an array of ids."""
    if items(fields.raw("users")) is not None:
        return dict.fromkeys(fields.texts("users"))
    return {
        user_id: role_field(Fields({"users[]": role}, fields.problems), "users[]")
        for user_id, role in fields.table("users").items()
    }


def _lock_ids(fields: Fields) -> tuple[str, ...]:
    """Read the locks, documented as an array of ids."""
    found = []
    for one in fields.texts("locks"):
        if (lock := lock_id(one)) is None:
            fields.note("locks[]")
        else:
            found.append(lock)
    return tuple(found)
