"""Who can open a lock, as actions and diagnostics tell it (reference 10.4, 14.2 and 17)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from custom_components.yale_august.cloud.models import GuestList, LockUser, Pin

from .roles import ROLE_WORDS, full_name

CODE_ONLY: Final = "code_only"
INVITED: Final = "invited"
UNKNOWN: Final = "unknown"
"""A role that is new to us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockPerson:
    """Somebody who can open a lock, or will be able to."""

    user_id: str | None = field(repr=False)
    name: str | None = field(repr=False)
    role: str
    has_code: bool | None


def people_of(
    users: Mapping[str, LockUser],
    pins: Iterable[Pin] | None,
    guests: GuestList | None = None,
) -> list[LockPerson]:
    """Put together what three places tell: users of the lock, its codes, the house's guests.

    `pins` None: nobody may say who has a code.
    """
    names: dict[str, str] = {}
    invited: set[str] = set()
    if guests is not None:
        for group in (
            guests.owners,
            guests.guests,
            guests.pin_only,
            guests.rfid_only,
            guests.finger_only,
            guests.invitations,
        ):
            for person in group:
                name = full_name(person.first_name, person.last_name)
                if person.user_id is not None and name is not None:
                    names.setdefault(person.user_id, name)
        invited = {
            person.user_id
            for person in guests.invitations
            if person.user_id is not None and person.user_id not in users
        }
    coded: dict[str, Pin] = {}
    nameless: list[Pin] = []
    for pin in pins or ():
        if pin.user_id is None:
            nameless.append(pin)
        else:
            coded.setdefault(pin.user_id, pin)

    def has_code(user_id: str) -> bool | None:
        return None if pins is None else user_id in coded

    found = [
        LockPerson(
            user_id=user_id,
            name=full_name(user.first_name, user.last_name) or names.get(user_id),
            role=ROLE_WORDS[user.role] if user.role is not None else UNKNOWN,
            has_code=has_code(user_id),
        )
        for user_id, user in users.items()
    ]
    found += [
        LockPerson(
            user_id=pin.user_id,
            name=full_name(pin.first_name, pin.last_name)
            or names.get(pin.user_id or ""),
            role=CODE_ONLY,
            has_code=True,
        )
        for pin in (*coded.values(), *nameless)
        if pin.user_id not in users
    ]
    found += [
        LockPerson(
            user_id=user_id,
            name=names.get(user_id),
            role=INVITED,
            has_code=has_code(user_id),
        )
        for user_id in sorted(invited - coded.keys())
    ]
    return found


def counts_of(
    people: Iterable[LockPerson], pins: object | None
) -> Mapping[str, int | None]:
    """Return how many there are in each role; without `pins` nobody knows who has a code only."""
    counts: dict[str, int | None] = dict.fromkeys((*ROLE_WORDS.values(), CODE_ONLY), 0)
    counts |= Counter(person.role for person in people)
    if pins is None:
        counts[CODE_ONLY] = None
    return counts
