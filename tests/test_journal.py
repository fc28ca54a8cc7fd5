"""Incidents: whatever is lost, doubled or late, each is told once, and in order."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
import heapq
from itertools import count

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.yale_august.incidents import (
    Incident,
    Kind,
    Method,
    Sighting,
    Source,
)
from custom_components.yale_august.journal import KEPT, WAITING, Journal, Patience

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
PATIENCE = Patience(
    gather=timedelta(seconds=1), name=timedelta(seconds=12), lag=timedelta(seconds=3)
)
ANNA = "5f1e1a7c-0000-4000-8000-00000000000a"
BEN = "5f1e1a7c-0000-4000-8000-00000000000b"
US = "5f1e1a7c-0000-4000-8000-00000000000c"
FEED_LAG = 2.0
TICK = 0.25


def after(seconds: float) -> datetime:
    """Return a time of the test."""
    return START + timedelta(seconds=seconds)


def state(kind: Kind, at: float, actor: str | None = None, **more: object) -> Sighting:
    """Return what a message of the stream says."""
    told = {
        "dated": False,
        "actor": actor,
        "says_who": actor is not None,
        **more,
    }
    return Sighting(kind=kind, at=after(at), source=Source.STATE, **told)  # type: ignore[arg-type]


def post(kind: Kind, at: float, actor: str | None = ANNA) -> Sighting:
    """Return what a post says."""
    return Sighting(
        kind=kind,
        at=after(at),
        source=Source.OPERATION,
        actor=actor,
        says_who=actor is not None,
        stamp=after(at + 100),
    )


def entry(
    kind: Kind, at: float, actor: str | None = None, method: Method = Method.UNKNOWN
) -> Sighting:
    """Return what the feed says; the cloud's clock is another."""
    return Sighting(
        kind=kind,
        at=after(at),
        source=Source.FEED,
        actor=actor,
        method=method,
        says_who=True,
        stamp=after(at + 100),
    )


def journal(*, feed: bool = False, memory: object = None, at: float = 0) -> Journal:
    """Return a journal that knows the bolt to be out and the door to be closed."""
    made = Journal(PATIENCE, after(at), memory)  # type: ignore[arg-type]
    made.wants_names = feed
    made.rest(Kind.LOCKED, after(-999), after(at))
    made.rest(Kind.DOOR_CLOSED, after(-999), after(at))
    return made


def told(made: Journal, at: float) -> list[Incident]:
    """Return what is told by then."""
    return list(iter(lambda: made.tell(after(at)), None))


def kinds(made: Journal, at: float = 9999) -> list[Kind]:
    """Return the same in short."""
    return [incident.kind for incident in told(made, at)]


# One after the other


def test_named_is_told_at_once() -> None:
    """Two messages of one operation are one incident, which waits for nothing."""
    made = journal(feed=True)
    assert not made.see_state(state(Kind.UNLOCKED, 1, ANNA), after(1), known=True)
    assert told(made, 1) == [Incident(kind=Kind.UNLOCKED, at=after(1), actor=ANNA)]
    assert not made.see_state(state(Kind.UNLOCKED, 1.5), after(1.5), known=True)
    assert told(made, 99) == []
    assert made.due is None


def test_nameless_waits_for_the_feed_and_what_follows_waits_with_it() -> None:
    """The feed says who and how; then all is told in order."""
    made = journal(feed=True)
    made.see_state(state(Kind.UNLOCKED, 1), after(1), known=True)
    made.see_state(state(Kind.DOOR_OPENED, 2), after(2), known=True)
    assert made.nameless
    assert told(made, 12.9) == []
    made.see_feed(
        [entry(Kind.UNLOCKED, 0.8, BEN, Method.KEYPAD)], after(4.5), asked=after(4.2)
    )
    assert told(made, 4.5) == [
        Incident(kind=Kind.UNLOCKED, at=after(0.8), actor=BEN, method=Method.KEYPAD),
        Incident(kind=Kind.DOOR_OPENED, at=after(2)),
    ]


def test_patience_ends() -> None:
    """A feed that is silent, fails or lags keeps nobody waiting."""
    silent = journal(feed=True)
    silent.see_state(state(Kind.UNLOCKED, 1), after(1), known=True)
    assert kinds(silent, 12.9) == []
    assert kinds(silent, 13) == [Kind.UNLOCKED]
    # What comes late is known, and no news.
    silent.see_feed([entry(Kind.UNLOCKED, 1, BEN)], after(14), asked=after(14))
    assert kinds(silent) == []
    fails = journal(feed=True)
    fails.see_state(state(Kind.UNLOCKED, 1), after(1), known=True)
    fails.give_up_names(after(4))
    assert kinds(fails, 4) == [Kind.UNLOCKED]
    lags = journal(feed=True)
    lags.see_state(state(Kind.UNLOCKED, 1), after(1), known=True)
    lags.see_state(state(Kind.LOCKED, 3), after(3), known=True)
    lags.see_feed([], after(4.3), asked=after(4.2))
    assert kinds(lags, 4.3) == [Kind.UNLOCKED]
    assert lags.nameless


def test_auto_lock_that_came_as_a_hand() -> None:
    """Auto-locks were recorded as `manuallock`: only the feed knows better."""
    made = journal(feed=True)
    made.see_state(
        state(Kind.UNLOCKED, 1, method=Method.MANUAL, says_who=True),
        after(1),
        known=True,
    )
    made.see_state(state(Kind.LOCKED, 2, method=Method.MANUAL), after(2), known=True)
    assert kinds(made, 2) == [Kind.UNLOCKED]
    made.see_feed(
        [
            entry(Kind.UNLOCKED, 1, method=Method.MANUAL),
            entry(Kind.AUTO_LOCKED, 2, method=Method.AUTO),
        ],
        after(6),
        asked=after(5.5),
    )
    assert told(made, 6) == [
        Incident(kind=Kind.AUTO_LOCKED, at=after(2), method=Method.AUTO)
    ]


def test_latch_springs_back() -> None:
    """A pulled latch is one incident, though three states are told."""
    made = journal()
    for at, kind in ((1.0, Kind.OPENED), (4, Kind.UNLOCKED), (4.1, Kind.UNLOCKED)):
        made.see_state(state(kind, at), after(at), known=True)
    assert kinds(made) == [Kind.OPENED]


def test_lost_message_is_noticed() -> None:
    """A state that is told again later, or of somebody else, cannot be the same operation."""
    made = journal(feed=True)
    made.see_state(state(Kind.UNLOCKED, 1, ANNA), after(1), known=True)
    assert made.see_state(state(Kind.UNLOCKED, 9, BEN), after(9), known=True)
    assert made.see_state(state(Kind.UNLOCKED, 40, ANNA), after(40), known=True)
    assert made.see_state(state(Kind.UNLOCKED, 80), after(80), known=True)
    assert kinds(made, 80) == [Kind.UNLOCKED]
    made.see_feed(
        [
            entry(Kind.UNLOCKED, 9, BEN),
            entry(Kind.LOCKED, 5, BEN),
            entry(Kind.UNLOCKED, 1, ANNA),
        ],
        after(84),
        asked=after(83),
    )
    assert kinds(made, 84) == [Kind.LOCKED, Kind.UNLOCKED]


def test_wrong_order() -> None:
    """Messages that tell their time are put right; one that seemed old news is news then."""
    made = journal()
    made.see_state(state(Kind.LOCKED, 2, ANNA, dated=True), after(2.5), known=True)
    assert kinds(made, 2.5) == []
    made.see_state(state(Kind.UNLOCKED, 1, BEN, dated=True), after(2.6), known=True)
    assert [(one.kind, one.actor) for one in told(made, 3.7)] == [
        (Kind.UNLOCKED, BEN),
        (Kind.LOCKED, ANNA),
    ]


def test_post_and_message_are_one() -> None:
    """Whichever comes first; a post that comes twice is one, too."""
    for first in (0, 1):
        made = journal(feed=True)
        for turn in (first, 1 - first):
            if turn:
                made.see_operation(post(Kind.UNLOCKED, 1), after(1.2), known=True)
                made.see_operation(post(Kind.UNLOCKED, 1), after(1.3), known=True)
            else:
                made.see_state(state(Kind.UNLOCKED, 1.2), after(1.2), known=True)
        assert not made.nameless
        assert told(made, 2.5) == [
            Incident(kind=Kind.UNLOCKED, at=after(1), actor=ANNA)
        ]


# Commands of ours


def test_ours() -> None:
    """One incident of a command is ours, whoever is named beside it."""
    made = journal(feed=True)
    made.see_sending(frozenset({Kind.UNLOCKED, Kind.OPENED}), after(1), US)
    made.see_state(state(Kind.UNLOCKED, 3), after(3), known=True)
    made.see_success(Kind.UNLOCKED, after(3.1))
    assert told(made, 3.1) == [
        Incident(
            kind=Kind.UNLOCKED,
            at=after(3),
            method=Method.REMOTE,
            actor=US,
            ours=True,
        )
    ]
    made.see_state(state(Kind.LOCKED, 5, BEN), after(5), known=True)
    made.see_state(state(Kind.UNLOCKED, 8, US, remote=True), after(8), known=True)
    assert [one.ours for one in told(made, 9)] == [False, False]


def test_ours_that_no_message_has_told() -> None:
    """The lock's answer is enough; the message that follows says nothing new."""
    made = journal(feed=True)
    made.see_sending(frozenset({Kind.UNLOCKED, Kind.OPENED}), after(1), US)
    made.see_success(Kind.UNLOCKED, after(4))
    assert [one.ours for one in told(made, 4)] == [True]
    made.see_state(state(Kind.UNLOCKED, 4.5, US, remote=True), after(4.5), known=True)
    made.see_feed([entry(Kind.UNLOCKED, 3.5, US)], after(9), asked=after(8))
    assert kinds(made) == []


@pytest.mark.parametrize(
    "seen",
    [
        state(Kind.UNLOCKED, 3, BEN),
        state(Kind.UNLOCKED, 3, remote=False),
        state(Kind.UNLOCKED, 3, method=Method.MANUAL, says_who=True),
        state(Kind.UNLOCKED, 99),
    ],
    ids=["somebody else", "at the door", "by hand", "much later"],
)
def test_not_ours(seen: Sighting) -> None:
    """Somebody may be quicker than our command."""
    made = journal()
    made.see_sending(frozenset({Kind.UNLOCKED, Kind.OPENED}), after(1), US)
    made.see_state(seen, seen.at, known=True)
    assert [one.ours for one in told(made, 99)] == [False]


def test_opened_by_a_command_whose_latch_nobody_saw() -> None:
    """What was commanded is what happened."""
    made = journal()
    made.see_sending(frozenset({Kind.UNLOCKED, Kind.OPENED}), after(1), None)
    made.see_state(state(Kind.UNLOCKED, 3, dated=True), after(3), known=True)
    made.see_success(Kind.OPENED, after(3.1))
    assert kinds(made) == [Kind.OPENED]


# What survives


def test_first_start_tells_nothing_old() -> None:
    """The feed reaches far back."""
    made = journal(feed=True)
    made.see_feed(
        [entry(Kind.UNLOCKED, 5), entry(Kind.LOCKED, -5)], after(9), asked=after(8)
    )
    assert kinds(made) == [Kind.UNLOCKED]


def test_restart() -> None:
    """What was told is not told again; what happened meanwhile is."""
    made = journal(feed=True)
    made.see_state(state(Kind.UNLOCKED, 1, ANNA), after(1), known=True)
    made.see_state(state(Kind.LOCKED, 3), after(3), known=True)
    assert kinds(made, 3) == [Kind.UNLOCKED]
    again = journal(feed=True, memory=made.dump(), at=600)
    assert again.heard == after(1)
    again.see_feed(
        [
            entry(Kind.UNLOCKED, 500, BEN),
            entry(Kind.LOCKED, 3, BEN),
            entry(Kind.UNLOCKED, 0.5, ANNA),
            entry(Kind.LOCKED, -9, ANNA),
        ],
        after(601),
        asked=after(600),
    )
    assert [one.at for one in told(again, 601)] == [after(3), after(500)]


@pytest.mark.parametrize(
    "memory",
    [
        None,
        {},
        {"since": "now"},
        {"since": True},
        {"since": 1e99},
        {"since": after(60).timestamp()},
    ],
)
def test_memory_that_cannot_be(memory: object) -> None:
    """Is none: then this is a first start."""
    made = journal(memory=memory)
    assert made.heard == START


def test_memory_that_is_partly_damaged() -> None:
    """Only what is readable counts."""
    memory = {
        "since": after(-60).timestamp(),
        "told": [["locked", after(-30).timestamp(), None], ["x", 1, 2], 5, ["locked"]],
    }
    assert len(journal(memory=memory).dump()["told"]) == 1
    assert journal(memory={**memory, "told": 5}).dump()["told"] == []


def test_long_quiet_use_is_not_told_again() -> None:
    """More happens than is remembered: what the feed has of it is old."""
    made = journal(feed=True)
    history = []
    for number in range(4 * KEPT):
        kind = Kind.LOCKED if number % 2 else Kind.UNLOCKED
        at = 10 + 30 * number
        made.see_state(state(kind, at + 0.7, ANNA), after(at + 0.7), known=True)
        history.append(entry(kind, at, ANNA))
    assert len(kinds(made)) == 4 * KEPT
    made.see_feed(history[::-1], after(9998), asked=after(9997))
    assert kinds(made) == []
    assert len(made.dump()["told"]) == KEPT


def test_flood() -> None:
    """In a flood nothing is lost, and not all of it waits."""
    made = journal(feed=True)
    for number in range(400):
        kind = Kind.LOCKED if number % 2 else Kind.UNLOCKED
        made.see_state(state(kind, 1 + number / 1000), after(2), known=True)
    assert len(kinds(made, 2)) == 400 - WAITING
    assert len(kinds(made)) == WAITING


# Any order, duplicates, gaps


@dataclass(frozen=True, kw_only=True)
class Deed:
    """Something that really happened, and what became of the news of it."""

    kind: Kind
    at: float
    actor: str | None
    copies: tuple[float, ...]
    """When its message arrives: none if it is lost."""
    posts: tuple[float, ...]
    named: bool
    """Whether the message says who it was."""
    springs: float | None = None

    def matches(self, incident: Incident) -> bool:
        """Return whether it was this that was told."""
        apart = abs((incident.at - after(self.at)).total_seconds())
        return incident.kind is self.kind and apart <= 2


@st.composite
def histories(draw: st.DrawFn, *, lossless: bool = False) -> list[Deed]:
    """Draw what may happen at a door; nobody is quicker than a few seconds."""
    least = 1 if lossless else 0
    delay = st.floats(0.05, 1)
    bolt, door, at = Kind.LOCKED, Kind.DOOR_CLOSED, 5.0
    deeds = []
    for _ in range(draw(st.integers(1, 12))):
        at += draw(st.floats(4, 90))
        options = {
            Kind.LOCKED: [Kind.UNLOCKED, Kind.OPENED],
            Kind.AUTO_LOCKED: [Kind.UNLOCKED, Kind.OPENED],
            Kind.UNLOCKED: [Kind.LOCKED, Kind.AUTO_LOCKED, Kind.OPENED],
        }[bolt]
        options.append(
            Kind.DOOR_OPENED if door is Kind.DOOR_CLOSED else Kind.DOOR_CLOSED
        )
        if not lossless:
            options.append(Kind.DENIED_CODE)
        kind = draw(st.sampled_from(options))
        person = kind in (Kind.LOCKED, Kind.UNLOCKED, Kind.OPENED)
        copies = draw(st.lists(delay, min_size=least, max_size=3))
        deeds.append(
            Deed(
                kind=kind,
                at=at,
                actor=draw(st.sampled_from([ANNA, BEN])) if person else None,
                copies=() if kind is Kind.DENIED_CODE else tuple(sorted(copies)),
                posts=tuple(draw(st.lists(st.floats(0.05, 2), max_size=2))),
                named=person and draw(st.booleans()),
                springs=draw(st.floats(2, 3)) if kind is Kind.OPENED else None,
            )
        )
        if kind.of_door:
            door = kind
        elif kind.of_bolt:
            bolt = Kind.UNLOCKED if kind is Kind.OPENED else kind
    return deeds


@dataclass
class Cloud:
    """Brings the news to a journal, and its feed when that is asked for."""

    deeds: list[Deed]
    dated: bool
    posts: bool
    feed: bool
    restarts: set[int] = field(default_factory=set)
    reads: int = 0

    def run(self) -> list[Incident]:
        """Let it all happen; return what was told."""
        made = journal(feed=self.feed)
        news = list(self.news())
        heapq.heapify(news)
        found: list[Incident] = []
        end = self.deeds[-1].at + 60
        number, now, asks, read_at = 0, 0.0, False, None
        while now < end:
            while news and news[0][0] <= now:
                arrived, _, seen = heapq.heappop(news)
                if seen.source is Source.STATE:
                    asks |= made.see_state(seen, after(arrived), known=True)
                else:
                    made.see_operation(seen, after(arrived), known=True)
                number += 1
                if number in self.restarts:
                    made = journal(feed=self.feed, memory=made.dump(), at=now)
                    asks = True
            if read_at is not None and read_at <= now:
                self.read(made, now)
                asks, read_at = False, None
            if self.feed and read_at is None and (asks or made.nameless):
                read_at = now + PATIENCE.lag.total_seconds()
            found += told(made, now)
            now += TICK
        if self.feed:
            self.read(made, now)
            found += told(made, now)
        assert made.due is None
        return found

    def read(self, made: Journal, now: float) -> None:
        """Read the feed, newest first, each entry twice."""
        self.reads += 1
        seen = [
            entry(
                deed.kind,
                deed.at,
                deed.actor,
                Method.AUTO if deed.kind is Kind.AUTO_LOCKED else Method.UNKNOWN,
            )
            for deed in reversed(self.deeds)
            if deed.at + FEED_LAG <= now
            for _ in range(2)
        ]
        made.see_feed(seen, after(now), asked=after(now))

    def news(self) -> Iterator[tuple[float, int, Sighting]]:
        """Yield what arrives by itself, and when."""
        turn = count()
        for deed in self.deeds:
            # The stream cannot tell the lock's own locking from a hand's.
            stated = Kind.LOCKED if deed.kind is Kind.AUTO_LOCKED else deed.kind
            for number, delay in enumerate(deed.copies):
                seen = state(
                    stated,
                    deed.at if self.dated else deed.at + delay,
                    deed.actor if deed.named and number == 0 else None,
                    dated=self.dated,
                )
                yield deed.at + delay, next(turn), seen
            if deed.springs is not None and deed.copies:
                at = deed.at + deed.springs
                back = state(Kind.UNLOCKED, at, dated=self.dated)
                yield at, next(turn), back
            if not self.posts:
                continue
            for delay in deed.posts:
                posted = post(deed.kind, deed.at, deed.actor)
                yield (
                    deed.at + delay,
                    next(turn),
                    replace(
                        posted,
                        says_who=True,
                        method=Method.AUTO
                        if deed.kind is Kind.AUTO_LOCKED
                        else Method.UNKNOWN,
                    ),
                )


def agree(deeds: list[Deed], incidents: list[Incident]) -> bool:
    """Return whether exactly what happened was told, each once, whatever the order."""
    by_time = sorted(incidents, key=lambda one: one.at)
    return len(deeds) == len(by_time) and all(
        deed.matches(incident) for deed, incident in zip(deeds, by_time, strict=True)
    )


@settings(max_examples=150, deadline=None)
@given(
    deeds=histories(),
    dated=st.booleans(),
    posts=st.booleans(),
    restarts=st.sets(st.integers(1, 30), max_size=2),
)
def test_exactly_what_happened(
    deeds: list[Deed], dated: bool, posts: bool, restarts: set[int]
) -> None:
    """Messages and posts are lost, doubled and late; the feed fills every gap; nothing twice."""
    cloud = Cloud(deeds, dated, posts, feed=True, restarts=restarts)
    assert agree(deeds, cloud.run())


@settings(max_examples=100, deadline=None)
@given(deeds=histories(lossless=True), dated=st.booleans())
def test_without_the_feed(deeds: list[Deed], dated: bool) -> None:
    """As long as no message is lost the stream alone is enough, and the order is right."""
    plain = [
        replace(deed, kind=Kind.LOCKED) if deed.kind is Kind.AUTO_LOCKED else deed
        for deed in deeds
    ]
    cloud = Cloud(plain, dated, posts=False, feed=False)
    found = cloud.run()
    assert agree(plain, found)
    assert found == sorted(found, key=lambda one: one.at)


@settings(max_examples=100, deadline=None)
@given(deeds=histories(lossless=True), dated=st.booleans(), posts=st.booleans())
def test_in_order_and_within_the_budget(
    deeds: list[Deed], dated: bool, posts: bool
) -> None:
    """What is not lost is told in order with its name; the feed is read once for each at most."""
    cloud = Cloud(deeds, dated, posts, feed=True)
    found = cloud.run()
    assert agree(deeds, found)
    assert found == sorted(found, key=lambda one: one.at)
    assert [one.actor for one in found] == [deed.actor for deed in deeds]
    # One more is the test's own, at the end.
    assert cloud.reads <= len(deeds) + 1
