"""What the codes of one lock need of all others."""

from typing import Protocol

from custom_components.yale_august.codes.records import Code
from custom_components.yale_august.codes.view import CodeEvent

from .store import CodeStore


class Unreadable(Exception):
    """The digits may be known later."""


class Office(Protocol):
    """What a lock's codes need of the account."""

    store: CodeStore

    @property
    def at_work(self) -> int:
        """How many locks are looked at because a wish is open there."""

    async def async_find_digits(self, code: Code) -> str | None:
        """Return what another lock has for the same guest; raises Unreadable."""

    async def async_posting_address(self) -> str | None:
        """Return where the cloud may post what a lock said to a write; None without one."""

    def async_happened(self, event: CodeEvent) -> None:
        """Tell whoever wants to know."""

    def async_listed(self, lock_id: str) -> None:
        """Take it that the cloud has listed the codes of a lock."""

    def async_changed(self, lock_id: str) -> None:
        """Tell that something else is shown."""
