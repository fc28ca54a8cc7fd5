"""Who did it, in words: the one place that decides what a person is called."""

from collections.abc import Callable, Iterable
import re
from typing import Final

from homeassistant.core import callback

from custom_components.yale_august.cloud.models import LockDetail

from .incidents import is_person

PSEUDO_USERS: Final = {
    "manuallock": "Manual",
    "manualunlock": "Manual",
    "manualunlatch": "Manual",
    "autorelock": "Auto-lock",
    "automaticrelock": "Auto-lock",
    "onetouchlock": "One-touch",
    "linkedlock": "Linked lock",
}
"""Words the cloud sends where no person acted (reference 19.3, 20.3, 21)."""

_NUMBER: Final = re.compile(r"Person \d+", re.ASCII)


class People:
    """The people of one entry: what they are called in states, events and calendars.

    By their names, or, where the person who runs Home Assistant wants no names there, as
    "Person 3": numbered in the order in which they were first seen, for as long as the entry
    lives. Such a number tells nothing of who it is.
    """

    def __init__(
        self,
        *,
        by_name: bool,
        numbered: list[list[str]],
        on_numbered: Callable[[list[list[str]]], None],
    ) -> None:
        """Go on with the numbers that were given before; `on_numbered` keeps them.

        Each person is known by one id or several: of the cloud's user, of the guest of a code.
        """
        self.by_name = by_name
        self._numbered = [set(ids) for ids in numbered]
        self._numbers = {
            one: number for number, ids in enumerate(self._numbered) for one in ids
        }
        self._on_numbered = on_numbered
        self._names: dict[str, str] = {}
        self.listeners: list[Callable[[str], None]] = []
        """Called with the user id when a name is learned."""

    @callback
    def doer(self, caller: str | None, detail: LockDetail | None = None) -> str | None:
        """Return what a caller is called, or the word in its place; None where it says nobody."""
        if caller is None:
            return None
        if (word := PSEUDO_USERS.get(caller.lower())) is not None:
            return word
        return self.called(caller, detail) if is_person(caller) else None

    @callback
    def learn(self, user_id: str, name: str | None) -> None:
        """Take note of a name that came along with a user id."""
        if name and self._names.get(user_id) != name:
            self._names[user_id] = name
            for listener in self.listeners:
                listener(user_id)

    def knows(self, user_id: str, detail: LockDetail | None = None) -> bool:
        """Return whether there is something to call a user by."""
        return not self.by_name or self._name(user_id, detail) is not None

    @callback
    def called(self, user_id: str, detail: LockDetail | None = None) -> str | None:
        """Return what a user is called; None for one whose name nobody has told.

        `detail`: a lock that may know the user.
        """
        if self.by_name:
            return self._name(user_id, detail)
        return self._by_number(user_id)

    @callback
    def guest(self, code_id: str, name: str, users: Iterable[str] = ()) -> str:
        """Return what the guest of an access code is called; `users`: as whom the cloud knows the guest."""
        return name if self.by_name else self._by_number(code_id, *users)

    def may_show(self, name: object) -> bool:
        """Return whether what somebody was called before may be shown now."""
        return (
            self.by_name
            or name in PSEUDO_USERS.values()
            or _NUMBER.fullmatch(str(name)) is not None
        )

    def _by_number(self, *ids: str) -> str:
        """Return the number of a person who has these ids; one who had two has the first from now on."""
        found = {self._numbers.get(one) for one in ids}
        number = min((one for one in found if one is not None), default=None)
        if number is None:
            number = len(self._numbered)
            self._numbered.append(set())
        if found != {number}:
            for other in found:
                if other is None or other == number:
                    continue
                # Nobody else gets a number that has been seen.
                ids += tuple(self._numbered[other])
                self._numbered[other] = set()
            self._numbered[number] |= set(ids)
            self._numbers |= dict.fromkeys(ids, number)
            self._on_numbered([sorted(one) for one in self._numbered])
        return f"Person {number + 1}"

    def _name(self, user_id: str, detail: LockDetail | None) -> str | None:
        user = None if detail is None else detail.users.get(user_id)
        if user is not None and (
            name := " ".join(filter(None, (user.first_name, user.last_name)))
        ):
            return name
        return self._names.get(user_id)
