"""The access codes of an account, as platforms, actions and forms see them: `account.codes`."""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Protocol

from homeassistant.core import CALLBACK_TYPE

from .codes.records import Guest
from .codes.schedule import Schedule
from .codes.view import CodeEvent, Outcome, ShownCode
from .coordinator import LockCoordinator

type Outcomes = Mapping[str, Outcome]
"""By lock id: one for each lock that was asked for."""


class Digits(Enum):
    """The digits that a change shall bring, where nobody types them."""

    NEW = "new"


NEW = Digits.NEW


class AccessCodes(Protocol):
    """What may be asked and wished. Nothing here checks who asks: callers do.

    A wish that breaks a rule raises ServiceValidationError with a sentence before anything
    is sent, for all its locks; what a cloud or a lock says stands in the outcome of each.
    `code` is a guest's name or id, or the cloud's id of a code that is not managed.
    `locks` narrows a wish to some locks; None is all on which the guest has a code.
    `wait` is how many seconds the answer may wait for the locks; 0 answers at once.
    """

    @property
    def guests(self) -> Mapping[str, Guest]:
        """The guests by their id."""

    def find_guest(self, name: str) -> Guest | None:
        """Return a guest by name, whatever its case and the blanks around it."""

    def can_codes(self, lock: LockCoordinator) -> bool:
        """Return whether the login may read and write codes of this lock."""

    def shown(self, lock_id: str) -> tuple[ShownCode, ...]:
        """Return the codes of a lock: ours, and the others of the last list."""

    def is_read(self, lock_id: str) -> bool:
        """Return whether the cloud has listed the codes of this lock in this run."""

    async def async_read(self, lock_id: str) -> tuple[ShownCode, ...]:
        """Read the list now; raises HomeAssistantError when that does not work."""

    async def async_reveal(self, lock_id: str, code: str) -> str | None:
        """Return the digits, for an administrator only; None when nobody knows them.

        Raises HomeAssistantError when the list cannot be read.
        """

    async def async_add(
        self,
        guest: Guest | str,
        lock_ids: Iterable[str],
        schedule: Schedule,
        *,
        digits: str | None = None,
        same_code: bool = True,
        wait: float = 0,
    ) -> Outcomes:
        """Give a guest, new or known, a code on locks; digits are made where none are given."""

    async def async_change(
        self,
        code: str,
        *,
        lock_ids: Iterable[str] | None = None,
        schedule: Schedule | None = None,
        digits: str | Digits | None = None,
        name: str | None = None,
        wait: float = 0,
    ) -> Outcomes:
        """Give codes other times, other digits or another name; what is None stays."""

    async def async_suspend(
        self, code: str, *, lock_ids: Iterable[str] | None = None, wait: float = 0
    ) -> Outcomes:
        """Let codes stay on the lock and open nothing."""

    async def async_resume(
        self, code: str, *, lock_ids: Iterable[str] | None = None, wait: float = 0
    ) -> Outcomes:
        """Let suspended codes open again."""

    async def async_end(
        self, code: str, *, lock_ids: Iterable[str] | None = None, wait: float = 0
    ) -> Outcomes:
        """Take codes off their locks."""

    async def async_adopt(
        self, lock_id: str, code: str, *, name: str | None = None
    ) -> Outcomes:
        """Manage a code that was made elsewhere; nothing is written."""

    def async_add_listener(
        self, lock_id: str, listener: CALLBACK_TYPE
    ) -> CALLBACK_TYPE:
        """Call `listener` whenever what `shown` returns has changed."""

    def async_on_event(
        self, lock_id: str, listener: Callable[[CodeEvent], None]
    ) -> CALLBACK_TYPE:
        """Call `listener` for each event of a lock."""
