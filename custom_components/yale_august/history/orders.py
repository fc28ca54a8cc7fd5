"""A command of ours, and the incident that it made."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from .cases import GRAIN, Case
from .incidents import Kind, Method, Sighting, Source, is_person

LATE: Final = timedelta(seconds=60)
"""For so long after its sending a command may still move the bolt."""


@dataclass(slots=True)
class Order:
    """One command."""

    kinds: frozenset[Kind]
    """Any of these may come of it."""
    sent: datetime
    actor: str | None
    case: Case | None = None
    """The incident that it made."""
    lends_name: bool = False
    """Whether nothing but the command says who made it."""

    def recognise(self, case: Case, seen: Sighting) -> None:
        """Take an incident for the one that the command made, or not any more; `seen` is news of it."""
        if self.case not in (None, case):
            return
        someone_else = (
            is_person(case.actor)
            and self.actor is not None
            and case.actor != self.actor
        )
        # What counts from its arrival was not there before the command.
        earliest = self.sent - GRAIN if case.dated else self.sent
        if (
            someone_else
            or seen.remote is False
            or case.method not in (Method.REMOTE, Method.UNKNOWN)
            or case.kind not in self.kinds
            or not earliest <= case.at <= self.sent + LATE
        ):
            if self.case is case and (someone_else or seen.source is Source.FEED):
                self._disown(case)
            return
        self.claim(case)

    def claim(self, case: Case) -> None:
        """Take an incident for the one that the command made."""
        self.case = case
        case.ours = True
        case.method = Method.REMOTE
        if case.actor is None:
            case.actor, self.lends_name = self.actor, True

    def withdraw(self) -> None:
        """Take it that the command has done nothing: what happened meanwhile was somebody else."""
        if self.case is not None and not self.case.told:
            self.case.method = Method.UNKNOWN
            self._disown(self.case)

    def _disown(self, case: Case) -> None:
        case.ours, self.case = False, None
        if self.lends_name and case.actor == self.actor:
            case.actor = None
        self.lends_name = False
