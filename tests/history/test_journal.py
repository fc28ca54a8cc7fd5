"""Incidents are told once, in order, with who did it, and not again after a restart."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.yale_august.history.incidents import (
    Incident,
    Kind,
    Method,
    Sighting,
    Source,
)
from custom_components.yale_august.history.journal import Journal
from custom_components.yale_august.history.waiting import KEPT, WAITING
from custom_components.yale_august.knowledge.readings import UNDATED
from tests.knowledge.sightings import (
    ANNA,
    BEN,
    PATIENCE,
    START,
    US,
    after,
    entry,
    journal,
    kinds,
    post,
    state,
    told,
)

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


def test_latch_that_is_heard_of_when_it_springs_back() -> None:
    """What is heard of its end is of the same incident, whichever comes first."""
    back, pull = (state(kind, at, dated=True) for kind, at in SPRUNG)
    made = journal()
    made.see_state(back, after(4), known=True)
    made.see_state(pull, after(4.2), known=True)
    assert [(one.kind, one.at) for one in told(made, 9)] == [(Kind.OPENED, after(1))]
    # What was told already stays as it is.
    made = journal()
    made.see_state(back, after(4), known=True)
    assert kinds(made, 6) == [Kind.UNLOCKED]
    made.see_state(pull, after(9), known=True)
    assert kinds(made) == []
    # The feed was quicker.
    made = journal(feed=True)
    made.see_state(back, after(4), known=True)
    made.see_feed([entry(Kind.OPENED, 1, BEN)], after(8), asked=after(7))
    assert [(one.kind, one.actor) for one in told(made, 8)] == [(Kind.OPENED, BEN)]
    made.see_state(pull, after(9), known=True)
    assert kinds(made) == []


def test_latch_and_an_unlocking_of_its_own() -> None:
    """What something else tells of, too, has happened beside it."""
    back, pull = (state(kind, at, dated=True) for kind, at in SPRUNG)
    made = journal()
    made.see_operation(post(Kind.UNLOCKED, 4), after(4), known=True)
    made.see_state(back, after(4), known=True)
    made.see_state(pull, after(4.2), known=True)
    assert kinds(made) == [Kind.OPENED, Kind.UNLOCKED]
    made = journal()
    made.see_state(back, after(4), known=True)
    both = [entry(Kind.UNLOCKED, 4, BEN), entry(Kind.OPENED, 1, BEN)]
    made.see_feed(both, after(8), asked=after(7))
    made.see_state(pull, after(9), known=True)
    assert kinds(made) == [Kind.OPENED, Kind.UNLOCKED]


SPRUNG = ((Kind.UNLOCKED, 4), (Kind.OPENED, 1))


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


def test_entry_of_somebody_else_is_of_another_incident() -> None:
    """The feed lags: what it tells by now of somebody else has happened before."""
    made = journal(feed=True)
    made.see_state(state(Kind.UNLOCKED, 9, ANNA), after(9), known=True)
    assert kinds(made, 9) == [Kind.UNLOCKED]
    hand = entry(Kind.UNLOCKED, 1, method=Method.MANUAL)
    made.see_feed([entry(Kind.LOCKED, 5, BEN), hand], after(10), asked=after(9))
    assert kinds(made, 11) == [Kind.UNLOCKED, Kind.LOCKED]
    made.see_feed([entry(Kind.UNLOCKED, 9, ANNA), hand], after(13), asked=after(12))
    # That close in time both are of one, whoever is right: it is not told twice.
    made.see_state(state(Kind.LOCKED, 20, ANNA), after(20), known=True)
    made.see_feed([entry(Kind.LOCKED, 19, BEN)], after(24), asked=after(23))
    assert kinds(made) == [Kind.LOCKED]


@pytest.mark.parametrize("hand_first", [True, False])
@pytest.mark.parametrize("posted", [True, False])
def test_hand_is_not_taken_for_a_person(hand_first: bool, posted: bool) -> None:
    """Between the two the bolt was out again, and no message has told so."""
    made = journal(feed=True)
    # It waits for its name, so that nothing is told yet.
    made.see_state(state(Kind.UNLOCKED, 0.7), after(0.7), known=True)
    made.see_state(state(Kind.LOCKED, 0.8, BEN), after(0.8), known=True)
    doers = [(None, Method.MANUAL), (ANNA, Method.UNKNOWN)]
    first, second = doers if hand_first else doers[::-1]
    seen = [
        state(Kind.UNLOCKED, at, actor, method=method, says_who=True)
        for at, (actor, method) in ((1, first), (9, second))
    ]
    made.see_state(seen[0], after(1), known=True)
    if posted:
        late = replace(seen[1], source=Source.OPERATION, stamp=after(109))
        made.see_operation(late, after(9), known=True)
    else:
        assert made.see_state(seen[1], after(9), known=True)
    made.see_feed(
        [
            entry(Kind.UNLOCKED, 9, *second),
            entry(Kind.LOCKED, 5, BEN),
            entry(Kind.UNLOCKED, 1, *first),
            entry(Kind.LOCKED, 0.8, BEN),
            entry(Kind.UNLOCKED, 0.7, BEN),
        ],
        after(13),
        asked=after(12.5),
    )
    assert [(one.kind, one.actor, one.method) for one in told(made, 99)[2:]] == [
        (Kind.UNLOCKED, *first),
        (Kind.LOCKED, BEN, Method.UNKNOWN),
        (Kind.UNLOCKED, *second),
    ]


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


def test_clock_that_is_set_back() -> None:
    """What was told stays told, what waits is told when it is due, what comes is newer."""
    made = Journal(PATIENCE, after(0))
    made.wants_names = True
    made.rest(Kind.LOCKED, UNDATED, after(0))
    made.see_state(state(Kind.UNLOCKED, 3600), after(3600), known=False)
    made.move_back(timedelta(hours=1))
    made.see_feed([entry(Kind.UNLOCKED, 0.5, ANNA)], after(5), asked=after(5))
    (incident,) = told(made, 20)
    assert incident.actor == ANNA
    made.see_state(state(Kind.LOCKED, 60, BEN), after(60), known=True)
    assert kinds(made) == [Kind.LOCKED]


def test_command_that_was_refused_meanwhile() -> None:
    """What has come before its refusal, and is not told yet, was somebody else."""
    made = journal(feed=True)
    made.see_sending(frozenset({Kind.UNLOCKED}), after(1), US)
    made.see_state(state(Kind.UNLOCKED, 2, dated=True), after(2), known=True)
    made.see_refusal()
    assert told(made, 4) == [Incident(kind=Kind.UNLOCKED, at=after(2))]
    # The feed says that it was a hand.
    made.see_sending(frozenset({Kind.LOCKED}), after(10), US)
    made.see_state(state(Kind.LOCKED, 11, dated=True), after(11), known=True)
    hand = entry(Kind.LOCKED, 11, method=Method.MANUAL)
    made.see_feed([hand], after(11.5), asked=after(11.5))
    assert told(made, 20) == [
        Incident(kind=Kind.LOCKED, at=after(11), method=Method.MANUAL)
    ]


@pytest.mark.parametrize("heard", [True, False])
def test_feed_that_does_not_know_the_newest_yet(heard: bool) -> None:
    """What was lost before that is not taken for it, as the bolt went back in between."""
    made = journal(feed=True)
    lost, back = entry(Kind.UNLOCKED, 10, ANNA), entry(Kind.LOCKED, 20, BEN)
    if heard:
        made.rest(Kind.UNLOCKED, after(11), after(99))
        made.see_state(state(Kind.LOCKED, 20, BEN), after(20), known=True)
    made.see_state(state(Kind.UNLOCKED, 40), after(40), known=True)
    made.see_feed([back, lost], after(43.2), asked=after(43.1))
    found = [(one.kind, one.at, one.actor) for one in told(made, 44)]
    assert sorted(found, key=lambda one: one[1]) == [
        (Kind.UNLOCKED, after(10), ANNA),
        (Kind.LOCKED, after(20), BEN),
        (Kind.UNLOCKED, after(40), None),
    ]
    # Then it does.
    newest = entry(Kind.UNLOCKED, 39.8, BEN)
    made.see_feed([newest, back, lost], after(50), asked=after(50))
    assert kinds(made) == []


def test_post_and_message_before_what_came_first() -> None:
    """What a post and a message have told of is one, also if what was before it comes last."""
    made = journal(feed=True)
    closed = state(Kind.DOOR_CLOSED, 13, dated=True)
    assert made.see_state(closed, after(14), known=True)
    made.see_operation(post(Kind.DOOR_CLOSED, 13, None), after(14), known=True)
    made.see_state(state(Kind.DOOR_OPENED, 9, dated=True), after(15), known=True)
    assert sorted(kinds(made)) == [Kind.DOOR_CLOSED, Kind.DOOR_OPENED]


def test_bolt_went_back_as_was_heard() -> None:
    """What was lost before that is not taken for the newest, though the feed tells of nothing else."""
    made = journal(feed=True)
    made.rest(Kind.UNLOCKED, after(11), after(99))
    made.see_state(state(Kind.LOCKED, 20, BEN), after(20), known=True)
    made.see_state(state(Kind.UNLOCKED, 40), after(40), known=True)
    lost = entry(Kind.UNLOCKED, 10, ANNA)
    made.see_feed([lost], after(43.2), asked=after(43.1))
    assert [one.actor for one in told(made, 99) if one.kind is Kind.UNLOCKED].count(
        ANNA
    ) == 1
    assert made.last_operation == Incident(kind=Kind.UNLOCKED, at=after(40))


def test_feed_of_what_was_heard_late() -> None:
    """What the door did meanwhile, or the bolt at the very end, makes no second movement of it."""
    made = journal(feed=True)
    made.see_state(state(Kind.UNLOCKED, 20), after(20), known=True)
    made.see_operation(post(Kind.RING, 30), after(30), known=True)
    told_by_feed = [
        entry(Kind.RING, 19),
        entry(Kind.LOCKED, 18, BEN),
        entry(Kind.DOOR_OPENED, 12),
        entry(Kind.UNLOCKED, 10, ANNA),
    ]
    made.see_feed(
        [one for one in told_by_feed if one.kind is not Kind.LOCKED],
        after(33),
        asked=after(33),
    )
    made.see_feed(told_by_feed, after(40), asked=after(40))
    found = [(one.kind, one.at) for one in told(made, 99)]
    assert found == [(one.kind, one.at) for one in reversed(told_by_feed)]


def test_lent_name() -> None:
    """A command lends its name to what it seems to have done, and takes back nothing else."""
    made = journal(feed=True)
    for at, heard, method, who in (
        (10, US, Method.KEYPAD, US),
        (200, None, Method.KEYPAD, ANNA),
        (300, None, Method.MANUAL, None),
    ):
        made.rest(Kind.UNLOCKED, after(at - 20), after(at))
        made.see_sending(frozenset({Kind.LOCKED}), after(at), US)
        made.see_state(state(Kind.LOCKED, at + 1, heard), after(at + 1), known=True)
        feed = [entry(Kind.LOCKED, at + 1, who, method)]
        made.see_feed(feed, after(at + 1.5), asked=after(at + 1.5))
        assert told(made, at + 20) == [
            Incident(kind=Kind.LOCKED, at=after(at + 1), actor=who, method=method)
        ]
    # By a clock of the cloud that is behind, it is of the time before the command.
    made.rest(Kind.UNLOCKED, after(380), after(400))
    made.see_sending(frozenset({Kind.LOCKED}), after(400), US)
    made.see_state(state(Kind.LOCKED, 399, dated=True), after(401), known=True)
    (ours,) = told(made, 500)
    assert (ours.ours, ours.actor) == (True, US)


def test_what_came_last() -> None:
    """It is told by time, of all that was told or waits; what was told before the start has no name."""
    made = journal(feed=True)
    made.see_state(state(Kind.UNLOCKED, 10, ANNA), after(10), known=True)
    made.see_state(state(Kind.LOCKED, 200, BEN), after(200), known=True)
    unlocked, locked = told(made, 210)
    assert made.has_moved_after(unlocked)
    assert not made.has_moved_after(locked)
    assert made.last_operation == locked
    again = journal(feed=True, memory=made.dump(), at=220)
    again.see_feed([entry(Kind.UNLOCKED, 100, BEN)], after(221), asked=after(221))
    assert kinds(again, 250) == [Kind.UNLOCKED]
    assert again.last_operation is None
    again.see_state(state(Kind.UNLOCKED, 260), after(260), known=True)
    assert again.has_moved_after(locked)
    assert again.last_operation is None
