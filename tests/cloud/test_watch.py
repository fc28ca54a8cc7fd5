"""When a stream is looked after: everything that is decided without a socket."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
import math
from typing import cast

from hypothesis import given, strategies as st
import pytest

from custom_components.yale_august.cloud.lines import Echoes, Line, renewal_time
from custom_components.yale_august.cloud.watch import Cause, Pace, Watch

from .test_auth import ending, jwt

HOUR = 3600.0
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def connected() -> Watch:
    """Return the watch of a stream that is up since the beginning."""
    watch = Watch(Pace())
    watch.connected(0)
    return watch


def test_silence() -> None:
    """After six hours without a word the subscriber is asked after, and then not again."""
    watch = connected()
    assert watch.cause(6 * HOUR - 1) is None
    assert watch.cause(6 * HOUR) is Cause.SILENCE
    watch.asked(6 * HOUR)
    assert not watch.may_replace(6 * HOUR, Cause.SILENCE)
    watch.cleared(6 * HOUR)
    assert watch.cause(12 * HOUR - 1) is None
    assert watch.cause(12 * HOUR) is Cause.SILENCE
    watch.heard(12 * HOUR, None)
    assert watch.cause(18 * HOUR - 1) is None


def test_before_it_is_connected_nothing_is_silent() -> None:
    """What is down is looked after by the loop."""
    assert Watch(Pace()).cause(1e9) is None


def test_doubt() -> None:
    """A change that nobody told of counts once its message is too late."""
    watch = connected()
    watch.doubt(100, "a")
    assert watch.cause(104.9) is None
    assert watch.cause(105) is Cause.DOUBT
    # Doubted again: that does not make it younger.
    watch.doubt(104, "a")
    assert watch.cause(105) is Cause.DOUBT


def test_late_message_clears_a_doubt() -> None:
    """One about the same lock; one about another lock says nothing of this one."""
    watch = connected()
    watch.doubt(100, "a")
    watch.heard(102, "b")
    watch.heard(102, None)
    assert watch.cause(110) is Cause.DOUBT
    watch.heard(111, "a")
    assert watch.cause(120) is None


def test_new_connection_clears_doubts() -> None:
    """They were about the connection before."""
    watch = connected()
    watch.doubt(100, "a")
    watch.connected(101)
    assert watch.cause(200) is None


def test_doubt_while_the_cloud_is_asked() -> None:
    """It was not yet known when the question was put: it is not answered by it."""
    watch = connected()
    watch.doubt(100, "a")
    watch.asked(200)
    watch.doubt(201, "b")
    watch.cleared(202)
    assert watch.cause(499) is None
    assert watch.cause(500) is Cause.DOUBT
    watch.heard(501, "b")
    assert watch.cause(502) is None


def test_questions_are_spaced() -> None:
    """However many locks are in doubt, however often: one question in five minutes."""
    watch = connected()
    questions = 0
    for now in range(0, 3600, 7):
        for lock in range(500):
            watch.doubt(now, str(lock))
        if watch.cause(now):
            questions += 1
            watch.asked(now)
    assert questions <= 12


def test_replacements_grow_rare() -> None:
    """One that the cloud knows is replaced hourly at most, and less when it is in vain."""
    watch = connected()
    replaced = []
    for now in range(0, 7 * 24 * 3600, 600):
        watch.doubt(now - 10, "a")
        cause = watch.cause(now)
        assert cause is Cause.DOUBT
        watch.asked(now)
        if watch.may_replace(now, cause):
            watch.replaced(now)
            replaced.append(now / HOUR)
        else:
            watch.cleared(now)
    gaps = [after - before for before, after in pairwise(replaced)]
    assert gaps[:5] == [1, 2, 4, 8, 16]
    assert set(gaps[5:]) == {24}


def test_replacing_that_helped_for_long_is_done_soon_again() -> None:
    """The next time is the first time."""
    watch = connected()
    watch.replaced(0)
    watch.replaced(HOUR)
    assert not watch.may_replace(2 * HOUR, Cause.DOUBT)
    watch.replaced(9 * HOUR)
    assert not watch.may_replace(10 * HOUR - 1, Cause.DOUBT)
    assert watch.may_replace(10 * HOUR, Cause.DOUBT)


def test_rests_after_failures() -> None:
    """They double up to an hour, are as long as the cloud wishes, and end with a success."""
    watch = Watch(Pace())
    assert not watch.resting(0)
    assert [watch.failed(0, 0) for _ in range(7)] == [
        120,
        240,
        480,
        960,
        1920,
        3600,
        3600,
    ]
    assert watch.failed(0, 7200) == 7200
    assert watch.resting(7199)
    assert not watch.resting(7200)
    watch.went_well()
    assert watch.failed(7200, 0) == 120


@pytest.mark.parametrize(
    ("left", "renewed_after"),
    [
        (timedelta(days=120), timedelta(days=120, minutes=-5)),
        (timedelta(minutes=20), timedelta(minutes=15)),
        (timedelta(minutes=4), timedelta(minutes=2)),
    ],
)
def test_time_to_renew(left: timedelta, renewed_after: timedelta) -> None:
    """Five minutes before the end; of a short life the second half."""
    at = renewal_time(ending(NOW + left), 1000, NOW)
    assert at == pytest.approx(1000 + renewed_after.total_seconds())


@pytest.mark.parametrize(
    "token", ["opaque", jwt({}), ending(NOW), ending(NOW - timedelta(1))]
)
def test_no_time_to_renew(token: str) -> None:
    """One that says nothing, or that is over by a clock that must be wrong."""
    assert renewal_time(token, 1000, NOW) == math.inf


ONE, OTHER = (cast("Line", object()) for _ in range(2))


def test_slow_echo_is_dropped() -> None:
    """The same messages by both, in any mixture: passed on once, in their order."""
    echoes = Echoes()
    passed = [
        message
        for line, message in [
            (ONE, "unlocked"),
            (ONE, "locked"),
            (OTHER, "unlocked"),
            (OTHER, "locked"),
            (OTHER, "unlocked"),
            (ONE, "unlocked"),
        ]
        if echoes.is_first(line, {"lockAction": message})
    ]
    assert passed == ["unlocked", "locked", "unlocked"]


@given(st.lists(st.integers(0, 2), max_size=8), st.data())
def test_any_mixture_of_two_lines(sent: list[int], data: st.DataObject) -> None:
    """Each line brings all in order; what is passed on is exactly that, in order."""
    echoes, passed = Echoes(), list[int]()
    at = {ONE: 0, OTHER: 0}
    while open_ := [line for line in (ONE, OTHER) if at[line] < len(sent)]:
        line = data.draw(st.sampled_from(open_))
        message = sent[at[line]]
        at[line] += 1
        if echoes.is_first(line, message):
            passed.append(message)
    assert passed == sent


PAYLOADS: list[object] = [None, b"\x00", [1], {"a": {"b": [b"x"]}}, "text"]


def test_echoes_of_anything() -> None:
    """Whatever a message is, it can be compared."""
    echoes = Echoes()
    for payload in PAYLOADS:
        assert echoes.is_first(ONE, payload)
        assert not echoes.is_first(OTHER, payload)
