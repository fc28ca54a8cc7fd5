"""Whatever is lost, doubled or late: exactly what happened is told, once each."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
import heapq
from itertools import count

from hypothesis import given, settings, strategies as st

from custom_components.yale_august.history.incidents import (
    Incident,
    Kind,
    Method,
    Sighting,
    Source,
)
from custom_components.yale_august.history.journal import Journal
from tests.knowledge.sightings import (
    ANNA,
    BEN,
    PATIENCE,
    after,
    entry,
    journal,
    post,
    state,
    told,
)

FEED_LAG = 2.0
TICK = 0.25


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
    """When the latch springs back by itself."""
    late: float = 0
    """How much later its messages arrive if they tell their time, which may be after that."""

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
                late=0 if lossless else draw(st.sampled_from([0, 0, 5])),
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
                late = deed.late if self.dated else 0
                yield deed.at + delay + late, next(turn), seen
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


@settings(max_examples=100, deadline=None, database=None)
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


@settings(max_examples=60, deadline=None, database=None)
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


@settings(max_examples=60, deadline=None, database=None)
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
