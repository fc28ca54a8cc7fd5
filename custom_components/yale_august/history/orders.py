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

    def recognise(self, case: Case, seen: Sighting) -> None:
        """Take an incident for the one that the command made, or not any more; `seen` is news of it."""
        if self.case not in (None, case):
            return
        someone_else = (
            is_person(case.actor)
            and self.actor is not None
            and case.actor != self.actor
        )
        if (
            someone_else
            or seen.remote is False
            or case.method not in (Method.REMOTE, Method.UNKNOWN)
            or case.kind not in self.kinds
            or not self.sent - GRAIN <= case.at <= self.sent + LATE
        ):
            if self.case is case and (someone_else or seen.source is Source.FEED):
                case.ours, self.case = False, None
            return
        self.case = case
        case.ours = True
        case.method = Method.REMOTE
        case.actor = case.actor or self.actor
