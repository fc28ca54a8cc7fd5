"""The journal of one lock: from what was seen of incidents to each incident, once and in order.

An incident may be seen up to four times: the stream tells a state, twice as a rule; a post tells the
operation; the feed tells it later, with who and how; a command of ours was confirmed. What is of
one kind and close in time is one incident, one sighting of each source for one incident.

When it is told is decided in `waiting`. Nothing here has a clock, a network or Home Assistant.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from typing import override

from .cases import (
    OTHER,
    SECOND,
    Case,
    by_another,
    remoteness,
    same_state,
    says_more,
    springs_back,
)
from .incidents import Kind, Method, Sighting, Source, like
from .orders import Order
from .rows import Claim, Row
from .waiting import Patience, Waiting


class Journal(Waiting):
    """All that is known of what happened at one lock."""

    __slots__ = ("_bolt", "_door", "_order", "heard", "wants_names")

    def __init__(
        self,
        patience: Patience,
        now: datetime,
        memory: Mapping[str, object] | None = None,
    ) -> None:
        """Begin now, or go on where the memory ends; one that is not readable is none."""
        super().__init__(patience, now, memory)
        self._bolt = Row()
        self._door = Row()
        self._order: Order | None = None
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
        row = self._row(kind)
        last = row.last
        if last is None or (last.kind is not kind and last.at + SECOND < at):
            row.add(Claim(at, kind))

    def see_state(self, seen: Sighting, now: datetime, *, known: bool) -> bool:
        """Take a message that says how bolt or door stand.

        `known`: there is a name for who is said to have done it. Returns whether it does not
        fit what is known, so that the feed has to tell what has happened.
        """
        self.heard = max(self.heard, seen.at)
        row = self._row(seen.kind)
        before, after = row.around(seen.at)
        if before is not None and same_state(before.kind, seen.kind):
            case = before.case
            row.add(Claim(seen.at, before.kind, case, seen, known))
            if case is None or seen.at - case.at > SECOND:
                return True
            if by_another(case, seen):
                return True
            self._enrich(case, seen, now, known=known)
            return False
        if before is not None and springs_back(before.kind, seen.kind):
            row.add(Claim(seen.at, seen.kind, before.case))
            return False
        if after is not None and (pull := _pull(after, seen)) is not None:
            # What came before it was the latch that had sprung back.
            if pull.kind is Kind.UNLOCKED:
                self._take_over(pull, seen, now, known=known)
            else:
                self._enrich(pull, seen, now, known=known)
            row.add(Claim(seen.at, seen.kind, pull))
            return False
        if (
            after is not None
            and after.case is not None
            and Source.STATE not in after.case.seen
            and same_state(after.kind, seen.kind)
            and after.at - seen.at <= SECOND
        ):
            self._enrich(after.case, seen, now, known=known)
            after.at = seen.at
            return False
        case = self._open(seen, now, known=known)
        self._note(case)
        self._promote(after, case, now)
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
            and remoteness(case, seen) is not None
            and not by_another(case, seen)
            and not self._row(seen.kind).stood_otherwise(seen.kind, case.at, seen.at)
        ]
        if near:
            case = min(near, key=lambda case: remoteness(case, seen) or 0)
            self._enrich(case, seen, now, known=known)
        else:
            case = self._open(seen, now, known=known)
            _, after = self._row(seen.kind).around(seen.at)
            self._note(case)
            self._promote(after, case, now)
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
                if (distance := remoteness(case, seen)) is not None
                and not self._went_back(seen, case, new)
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

    @override
    def move_back(self, by: timedelta) -> None:
        super().move_back(by)
        self.heard -= by
        self._bolt.move_back(by)
        self._door.move_back(by)
        if self._order is not None:
            self._order.sent -= by

    # Commands of ours

    def see_sending(
        self, kinds: frozenset[Kind], now: datetime, actor: str | None
    ) -> None:
        """Take it that a command is sent that should end in one of these."""
        self._order = Order(kinds | {Kind.JAMMED}, now, actor)

    def see_refusal(self) -> None:
        """Take it that the command has done nothing, and will not."""
        if self._order is not None:
            self._order.withdraw()
            self._order = None

    def see_success(self, kind: Kind, now: datetime) -> None:
        """Take it that the command was confirmed, whether or not a message has told so."""
        order = self._order
        self.heard = max(self.heard, now)
        if order is None:
            return
        if order.case is not None:
            if says_more(kind, order.case.kind) and not order.case.told:
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

    # How

    def _open(self, seen: Sighting, now: datetime, *, known: bool) -> Case:
        case = Case(kind=seen.kind, at=seen.at, due=now, since=now)
        self._waiting.append(case)
        self._enrich(case, seen, now, known=known, first=True)
        return case

    def _note(self, case: Case) -> None:
        """Let what was done stand in the row of states, for the messages that say so too."""
        if case.kind.of_door or case.kind.of_bolt:
            self._row(case.kind).add(Claim(case.at, case.kind, case))

    def _went_back(
        self, seen: Sighting, case: Case, entries: Iterable[Sighting]
    ) -> bool:
        """Return whether bolt or door went the other way between an entry and what was heard.

        Then they are not of one movement, though they look alike: one was lost, and the feed does
        not know the other yet. So much later a message of it would not have come.
        """
        first, last = seen.at, case.at - OTHER
        if first >= last or not (seen.kind.of_bolt or seen.kind.of_door):
            return False
        return self._row(seen.kind).went_back(seen.kind, first, last) or any(
            first < other.at < last
            and (other.kind.of_bolt or other.kind.of_door)
            and other.kind.of_door is seen.kind.of_door
            and like(other.kind, seen.kind) is None
            for other in entries
        )

    def _row(self, kind: Kind) -> Row:
        return self._door if kind.of_door else self._bolt

    def _promote(self, claim: Claim | None, before: Case, now: datetime) -> None:
        """Take for news what came first and only seemed to say nothing new."""
        if (
            claim is None
            or (seen := claim.repeated) is None
            or same_state(before.kind, claim.kind)
        ):
            return
        claim.repeated = None
        if springs_back(before.kind, claim.kind):
            claim.case = before
            return
        # A post may have told of it meanwhile.
        claim.case = next(
            (
                case
                for case in (*self._told, *self._waiting)
                if same_state(case.kind, seen.kind)
                and Source.STATE not in case.seen
                and abs(case.at - seen.at) <= SECOND
                and not by_another(case, seen)
            ),
            None,
        )
        if claim.case is None:
            claim.case = self._open(seen, now, known=claim.known)
        else:
            self._enrich(claim.case, seen, now, known=claim.known)

    def _enrich(
        self,
        case: Case,
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
        if says_more(seen.kind, case.kind):
            case.kind = seen.kind
        if seen.method is not Method.UNKNOWN and (
            from_feed or case.method is Method.UNKNOWN
        ):
            case.method = seen.method
        if seen.actor is not None and (from_feed or case.actor is None):
            case.actor = seen.actor
        if from_feed or (seen.dated and not case.dated and not case.told):
            case.at, case.dated = seen.at, True
        if self._order is not None:
            self._order.recognise(case, seen)
        if case.told:
            return
        wait = self._patience.gather if seen.dated and not from_feed else timedelta()
        if (first or case.nameless) and self._needs_name(case, seen, known=known):
            case.nameless = True
            case.due = case.since + self._patience.name
        elif first or case.nameless:
            case.nameless = False
            case.due = now + wait
        if not first or any(one.at > case.at for one in self._waiting[-2:]):
            # One that has just been put at the end may belong there.
            self._waiting.sort(key=attrgetter("at"))

    def _take_over(
        self, case: Case, seen: Sighting, now: datetime, *, known: bool
    ) -> None:
        """Let an incident be what this says, and nothing of what was heard of it before."""
        if not case.told:
            case.at, case.method, case.actor = seen.at, Method.UNKNOWN, None
        self._enrich(case, seen, now, known=known, first=True)

    def _needs_name(self, case: Case, seen: Sighting, *, known: bool) -> bool:
        if not self.wants_names or case.ours or not case.kind.of_bolt:
            return False
        if case.kind is Kind.JAMMED or seen.source is Source.FEED:
            return False
        return not (seen.says_who and known)


def _pull(after: Claim, seen: Sighting) -> Case | None:
    """Return the incident of a latch that was pulled, if only its end was heard of until now.

    What follows a pull and says unlocked is of the same incident, unless something else tells of
    an unlocking of its own.
    """
    case = after.case
    if case is None or not springs_back(seen.kind, after.kind):
        return None
    if case.kind is Kind.OPENED:
        return case if abs(case.at - seen.at) <= SECOND else None
    return case if case.at >= seen.at and case.seen == {Source.STATE} else None
