"""How bolt or door stood, one after the other: in it a message is news, or says the same again."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from custom_components.yale_august.knowledge.readings import UNDATED

from .cases import Case, same_state
from .incidents import Kind, Sighting, like

MOST: Final = 64
"""Claims that are remembered."""


@dataclass(slots=True)
class Claim:
    """At that time bolt or door stood so."""

    at: datetime
    kind: Kind
    case: Case | None = None
    """The incident that made it so, if one is known."""
    repeated: Sighting | None = None
    """What said so, where it seemed to say nothing new."""
    known: bool = False


class Row:
    """The row of states of a bolt or a door, the oldest first."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._claims: list[Claim] = []

    @property
    def last(self) -> Claim | None:
        """The newest claim."""
        return self._claims[-1] if self._claims else None

    def add(self, claim: Claim) -> None:
        """Put a claim into its place."""
        last = self.last
        self._claims.append(claim)
        if last is not None and claim.at < last.at:
            self._claims.sort(key=attrgetter("at"))
        if len(self._claims) > MOST:
            del self._claims[:-MOST]

    def move_back(self, by: timedelta) -> None:
        """Let all claims be as old as they are by a clock that was set back."""
        for claim in self._claims:
            if claim.at != UNDATED:
                claim.at -= by
            if claim.repeated is not None:
                claim.repeated = replace(claim.repeated, at=claim.repeated.at - by)

    def around(self, at: datetime) -> tuple[Claim | None, Claim | None]:
        """Return the claims before and after a time."""
        claims, last = self._claims, self.last
        if last is None or last.at <= at:
            return last, None
        index = bisect_right(claims, at, key=attrgetter("at"))
        return claims[index - 1] if index else None, claims[index]

    def stood_otherwise(self, kind: Kind, one: datetime, other: datetime) -> bool:
        """Return whether it stood otherwise between the two: they are of two incidents."""
        first, last = sorted((one, other))
        return any(
            first < claim.at < last and not same_state(claim.kind, kind)
            for claim in self._claims
        )

    def went_back(self, kind: Kind, first: datetime, last: datetime) -> bool:
        """Return whether it stood the other way at some time after the first and before the last."""
        return any(
            first < claim.at < last and like(claim.kind, kind) is None
            for claim in self._claims
        )
