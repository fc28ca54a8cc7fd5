"""The journal of one lock: from what was seen of incidents to each incident, once and in order.

An incident may be seen up to four times: the stream tells a state, twice as a rule; a post tells the
operation; the feed tells it later, with who and how; a command of ours was confirmed. What is of
one kind and close in time is one incident, one sighting of each source for one incident.

It is told at once where nothing can be gained by waiting, else it waits, and what comes after it
waits with it:

* for what may have come before it, where it tells its own time (`gather`);
* for the feed, where nothing says who it was (`patience` at most).

What is then still learned of an earlier incident is told late: its own time goes with it.
Nothing here has a clock, a network or Home Assistant.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, TypedDict

from .incidents import Incident, Kind, Method, Sighting, Source, is_person, like

SECOND: Final = timedelta(seconds=15)
"""Within this time a message that says the same again is of the same operation."""
MATCH: Final = timedelta(seconds=60)
"""How far the feed's time of an incident may be from the time that it was heard of."""
CROSS: Final = timedelta(seconds=10)
"""The same where the words are not the same, such as unlocked and opened."""
LATE: Final = timedelta(seconds=60)
"""For so long after its sending a command of ours may still move the bolt."""
GRAIN: Final = timedelta(seconds=2)
"""By so much two clocks that tell the same time may differ."""
KEPT: Final = 24
"""Incidents that are remembered after they have been told."""
WAITING: Final = 64
"""Incidents that may wait; in a flood the oldest are told as they are."""
CLAIMS: Final = 64


class Memory(TypedDict, total=False):
    """What must survive a restart: what has been told, so that it is not told again."""

    since: float
    """What happened before this time is told, or never will be (seconds of the epoch)."""
    told: list[list[str | float | None]]
    """The newest incidents: kind, our time, the feed's own time."""


@dataclass(slots=True, eq=False)
class _Case:
    """One incident, as far as it is known."""

    kind: Kind
    at: datetime
    due: datetime
    """When it is told at the latest."""
    since: datetime
    """When it was first heard of."""
    dated: bool = False
    """Whether a source has told when it happened."""
    method: Method = Method.UNKNOWN
    actor: str | None = None
    ours: bool = False
    nameless: bool = False
    """Whether it waits for somebody to say who it was."""
    seen: set[Source] = field(default_factory=set)
    stamp: datetime | None = None
    """The feed's own time of it."""
    posted: datetime | None = None
    """A post's own time of it."""
    told: bool = False

    @property
    def incident(self) -> Incident:
        return Incident(
            kind=self.kind,
            at=self.at,
            method=self.method,
            actor=self.actor,
            ours=self.ours,
        )


@dataclass(slots=True)
class _Claim:
    """At that time bolt or door stood so."""

    at: datetime
    kind: Kind
    case: _Case | None = None
    """The incident that made it so, if one is known."""
    repeated: Sighting | None = None
    """What said so, where it seemed to say nothing new."""
    known: bool = False


@dataclass(slots=True)
class _Order:
    """A command of ours."""

    kinds: frozenset[Kind]
    sent: datetime
    actor: str | None
    case: _Case | None = None
    """The incident that it made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an incident may wait before it is told."""

    gather: timedelta
    name: timedelta
    lag: timedelta
    """By so much the feed lags."""


class Journal:
    """All that is known of what happened at one lock."""

    def __init__(
        self,
        patience: Patience,
        now: datetime,
        memory: Mapping[str, object] | None = None,
    ) -> None:
        """Begin now, or go on where the memory ends; one that is not readable is none."""
        self._patience = patience
        self._waiting: list[_Case] = []
        self._told: deque[_Case] = deque()
        self._bolt: list[_Claim] = []
        self._door: list[_Claim] = []
        self._order: _Order | None = None
        self._since = _restore(self._told, memory, now)
        for case in self._told:
            self._note(case)
        self.wants_names = False
        """Whether somebody can say who it was: the feed is read for this lock."""
        self.heard = max([self._since, *(case.at for case in self._told)])
        """The newest time that anything was heard of."""

    # What is seen

    def rest(self, kind: Kind | None, at: datetime, now: datetime) -> None:
        """Take it that bolt or door has stood so since then, whoever moved it.

        What is known only now may not have been told of yet.
        """
        if kind is None or at + SECOND > now:
            return
        track = self._track(kind)
        if not track or (track[-1].kind is not kind and track[-1].at + SECOND < at):
            _claim(track, _Claim(at, kind))

    def see_state(self, seen: Sighting, now: datetime, *, known: bool) -> bool:
        """Take a message that says how bolt or door stand.

        `known`: there is a name for who is said to have done it. Returns whether it does not
        fit what is known, so that the feed has to tell what has happened.
        """
        self.heard = max(self.heard, seen.at)
        track = self._track(seen.kind)
        before, after = _around(track, seen.at)
        if before is not None and _same_state(before.kind, seen.kind):
            case = before.case
            _claim(track, _Claim(seen.at, before.kind, case, seen, known))
            if case is None or seen.at - case.at > SECOND:
                return True
            if seen.actor is not None and case.actor not in (None, seen.actor):
                return True
            self._enrich(case, seen, now, known=known)
            return False
        if before is not None and (before.kind, seen.kind) == (
            Kind.OPENED,
            Kind.UNLOCKED,
        ):
            # The latch springs back by itself.
            _claim(track, _Claim(seen.at, seen.kind, before.case))
            return False
        if (
            after is not None
            and after.case is not None
            and Source.STATE not in after.case.seen
            and _same_state(after.kind, seen.kind)
            and after.at - seen.at <= SECOND
        ):
            self._enrich(after.case, seen, now, known=known)
            after.at = seen.at
            return False
        self._note(self._open(seen, now, known=known))
        self._promote(after, seen.kind, now)
        return False

    def see_operation(self, seen: Sighting, now: datetime, *, known: bool) -> None:
        """Take a post that says what was done."""
        self.heard = max(self.heard, seen.at)
        cases = [*self._told, *self._waiting]
        if seen.stamp is not None and any(
            case.posted == seen.stamp and like(case.kind, seen.kind) is not None
            for case in cases
        ):
            return
        near = [
            case
            for case in cases
            if Source.OPERATION not in case.seen
            and _distance(case, seen) is not None
            and not self._parted(case, seen)
        ]
        if near:
            case = min(near, key=lambda case: _distance(case, seen) or 0)
            self._enrich(case, seen, now, known=known)
        else:
            case = self._open(seen, now, known=known)
            _, after = _around(self._track(seen.kind), seen.at)
            self._note(case)
            self._promote(after, seen.kind, now)
        case.posted = seen.stamp

    def see_feed(
        self, entries: Iterable[Sighting], now: datetime, *, asked: datetime
    ) -> None:
        """Take what the feed of the house says of this lock, the newest first.

        It was asked for at `asked`.
        """
        cases = [*self._told, *self._waiting]
        new = [
            seen
            for seen in {(one.stamp, one.kind): one for one in entries}.values()
            if seen.at > self._since
            and not any(
                case.stamp == seen.stamp and like(case.kind, seen.kind) is not None
                for case in cases
            )
        ]
        open_cases = [case for case in cases if case.stamp is None]
        pairs = sorted(
            (
                (distance, number, index)
                for number, seen in enumerate(new)
                for index, case in enumerate(open_cases)
                if (distance := _distance(case, seen)) is not None
            ),
        )
        paired: dict[int, int] = {}
        for _, number, index in pairs:
            if number not in paired and index not in paired.values():
                paired[number] = index
        oldest_first = reversed(list(enumerate(new)))
        for number, seen in sorted(oldest_first, key=lambda one: one[1].at):
            if number in paired:
                self._enrich(open_cases[paired[number]], seen, now, known=True)
            else:
                self._note(self._open(seen, now, known=True))
            self.heard = max(self.heard, seen.at)
        for case in self._waiting:
            if case.nameless and case.since <= asked - self._patience.lag * 0.9:
                self._settle(case, now)

    def give_up_names(self, now: datetime) -> None:
        """Tell what waits as it is: the feed does not answer."""
        for case in self._waiting:
            self._settle(case, now)

    # Commands of ours

    def see_sending(
        self, kinds: frozenset[Kind], now: datetime, actor: str | None
    ) -> None:
        """Take it that a command is sent that should end in one of these."""
        self._order = _Order(kinds | {Kind.JAMMED}, now, actor)

    def see_success(self, kind: Kind, now: datetime) -> None:
        """Take it that the command was confirmed, whether or not a message has told so."""
        order = self._order
        self.heard = max(self.heard, now)
        if order is None:
            return
        if order.case is not None:
            if _says_more(kind, order.case.kind) and not order.case.told:
                order.case.kind = kind
            return
        case = self._open(
            Sighting(
                kind=kind,
                at=now,
                source=Source.COMMAND,
                dated=False,
                method=Method.REMOTE,
                actor=order.actor,
                says_who=True,
            ),
            now,
            known=True,
        )
        case.ours = True
        order.case = case
        self._note(case)

    # What is told

    @property
    def nameless(self) -> bool:
        """Whether anything waits for somebody to say who it was."""
        return any(case.nameless for case in self._waiting)

    @property
    def due(self) -> datetime | None:
        """When the next incident is told at the latest."""
        return self._waiting[0].due if self._waiting else None

    def tell(self, now: datetime) -> Incident | None:
        """Return the next incident if it is due; it will not be told again."""
        if not self._waiting or (
            self._waiting[0].due > now and len(self._waiting) <= WAITING
        ):
            return None
        case = self._waiting.pop(0)
        case.told, case.nameless = True, False
        self._told.append(case)
        while len(self._told) > KEPT:
            self._since = max(self._since, self._told.popleft().at + GRAIN)
        return case.incident

    def dump(self) -> Memory:
        """Return what must survive a restart."""
        return {
            "since": self._since.timestamp(),
            "told": [
                [
                    case.kind.value,
                    case.at.timestamp(),
                    None if case.stamp is None else case.stamp.timestamp(),
                ]
                for case in self._told
            ],
        }

    # How

    def _open(self, seen: Sighting, now: datetime, *, known: bool) -> _Case:
        case = _Case(kind=seen.kind, at=seen.at, due=now, since=now)
        self._waiting.append(case)
        self._enrich(case, seen, now, known=known, first=True)
        return case

    def _note(self, case: _Case) -> None:
        """Let what was done stand in the row of states, for the messages that say so too."""
        if case.kind.of_door or case.kind.of_bolt:
            _claim(self._track(case.kind), _Claim(case.at, case.kind, case))

    def _parted(self, case: _Case, seen: Sighting) -> bool:
        """Return whether it stood otherwise between the two: they are of two incidents."""
        first, last = sorted((case.at, seen.at))
        return any(
            first < claim.at < last and not _same_state(claim.kind, seen.kind)
            for claim in self._track(seen.kind)
            if claim.case is not case
        )

    def _track(self, kind: Kind) -> list[_Claim]:
        return self._door if kind.of_door else self._bolt

    def _promote(self, claim: _Claim | None, before: Kind, now: datetime) -> None:
        """Take for news what came first and only seemed to say nothing new."""
        if (
            claim is not None
            and (seen := claim.repeated) is not None
            and not _same_state(before, claim.kind)
        ):
            claim.repeated = None
            claim.case = self._open(seen, now, known=claim.known)

    def _enrich(
        self,
        case: _Case,
        seen: Sighting,
        now: datetime,
        *,
        known: bool,
        first: bool = False,
    ) -> None:
        """Add what a sighting knows; the feed knows best, but nothing that was told is told anew."""
        from_feed = seen.source is Source.FEED
        case.seen.add(seen.source)
        if from_feed:
            case.stamp = seen.stamp
        if _says_more(seen.kind, case.kind):
            case.kind = seen.kind
        if seen.method is not Method.UNKNOWN and (
            from_feed or case.method is Method.UNKNOWN
        ):
            case.method = seen.method
        if seen.actor is not None and (from_feed or case.actor is None):
            case.actor = seen.actor
        if from_feed or (seen.dated and not case.dated):
            case.at, case.dated = seen.at, True
        self._recognise(case, seen)
        if case.told:
            return
        wait = self._patience.gather if seen.dated and not from_feed else timedelta()
        if (first or case.nameless) and self._needs_name(case, seen, known=known):
            case.nameless = True
            case.due = case.since + self._patience.name
        elif first or case.nameless:
            case.nameless = False
            case.due = now + wait
        self._waiting.sort(key=lambda one: one.at)

    def _needs_name(self, case: _Case, seen: Sighting, *, known: bool) -> bool:
        if not self.wants_names or case.ours or not case.kind.of_bolt:
            return False
        if case.kind is Kind.JAMMED or seen.source is Source.FEED:
            return False
        return not (seen.says_who and known)

    def _recognise(self, case: _Case, seen: Sighting) -> None:
        """Say whether a command of ours did it."""
        order = self._order
        if order is None or order.case not in (None, case):
            return
        someone_else = (
            is_person(case.actor)
            and order.actor is not None
            and case.actor != order.actor
        )
        if (
            someone_else
            or seen.remote is False
            or case.method not in (Method.REMOTE, Method.UNKNOWN)
            or case.kind not in order.kinds
            or not order.sent - GRAIN <= case.at <= order.sent + LATE
        ):
            if order.case is case and (someone_else or seen.source is Source.FEED):
                case.ours, order.case = False, None
            return
        order.case = case
        case.ours = True
        case.method = Method.REMOTE
        case.actor = case.actor or order.actor

    def _settle(self, case: _Case, now: datetime) -> None:
        case.nameless = False
        case.due = min(case.due, now)


def _says_more(one: Kind, other: Kind) -> bool:
    return other in (Kind.LOCKED, Kind.UNLOCKED) and one is not other


def _same_state(one: Kind, other: Kind) -> bool:
    return like(one, other) == 0


def _distance(case: _Case, seen: Sighting) -> float | None:
    """Return how far a sighting is from an incident; None when it is of another."""
    unlike = like(case.kind, seen.kind)
    apart = abs(case.at - seen.at)
    most, cross = (MATCH, CROSS) if seen.source is Source.FEED else (SECOND, GRAIN)
    if unlike is None or apart > (cross if unlike else most):
        return None
    return apart.total_seconds() + unlike * most.total_seconds()


def _claim(track: list[_Claim], claim: _Claim) -> None:
    track.append(claim)
    track.sort(key=lambda one: one.at)
    del track[:-CLAIMS]


def _around(track: list[_Claim], at: datetime) -> tuple[_Claim | None, _Claim | None]:
    """Return the claims before and after a time."""
    before, after = None, None
    for claim in track:
        if claim.at <= at:
            before = claim
        elif after is None:
            after = claim
    return before, after


def _restore(
    told: deque[_Case], memory: Mapping[str, object] | None, now: datetime
) -> datetime:
    since = _time((memory or {}).get("since"))
    if memory is None or since is None or since > now:
        return now
    stored = memory.get("told")
    for one in stored if isinstance(stored, list) else ():
        match one:
            case [str(kind), at, stamp] if kind in set(Kind) and (found := _time(at)):
                told.append(
                    _Case(
                        kind=Kind(kind),
                        at=found,
                        due=found,
                        since=found,
                        dated=True,
                        stamp=_time(stamp),
                        told=True,
                    )
                )
            case _:
                continue
    return since


def _time(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except OverflowError, OSError, ValueError:
        return None
