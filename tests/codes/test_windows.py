"""Schedules on clocks that are put forward and back."""

from datetime import UTC, datetime, time, timedelta, timezone
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.yale_august.cloud.models import AccessType
from custom_components.yale_august.codes.schedule import (
    ALWAYS,
    WEEK,
    Opaque,
    Recurring,
    ScheduleRefused,
    Temporary,
    Weekday,
)
from custom_components.yale_august.codes.windows import (
    FARTHEST,
    comes_twice,
    describe,
    describe_offset,
    moment,
    temporary_window,
    windows,
)

FAST: Final = settings(deadline=None, max_examples=100, database=None)
OSLO: Final = ZoneInfo("Europe/Oslo")
ZONES: Final = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Europe/Oslo",
        "America/New_York",
        "America/Santiago",  # changes at midnight
        "Africa/Cairo",
        "Australia/Lord_Howe",  # by half an hour
        "Asia/Kolkata",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
    )
]
# Every change of the clocks of a year, and quiet days.
times = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)) | st.sampled_from(
    [
        datetime(2026, 3, 29, 0, 30),
        datetime(2026, 3, 29, 1),
        datetime(2026, 10, 25, 0, 30),
        datetime(2026, 3, 8, 7),
        datetime(2026, 11, 1, 5, 30),
        datetime(2026, 4, 5, 3),
        datetime(2026, 9, 6, 4),
        datetime(2026, 4, 23, 22),
        datetime(2026, 10, 29, 21, 15),
        datetime(2026, 4, 4, 15),
        datetime(2026, 10, 3, 15, 30),
    ]
)
moments = times.map(lambda found: found.replace(tzinfo=UTC))
zones = st.sampled_from(ZONES)
minutes = st.integers(0, 1439).map(lambda minute: time(minute // 60, minute % 60))


@st.composite
def recurring(draw: st.DrawFn) -> Recurring:
    """Return a window of some days of the week, often in the night."""
    start = draw(st.integers(0, 300) | st.integers(0, 1438))
    end = draw(st.integers(start + 1, 1439))
    return Recurring(
        days=draw(st.frozensets(st.sampled_from(WEEK), min_size=1)),
        start=time(start // 60, start % 60),
        end=time(end // 60, end % 60),
    )


def is_open(schedule: Recurring, at: datetime, zone: ZoneInfo) -> bool:
    """Whether the lock's own clock shows a time of the window, as the lock itself decides."""
    local = at.astimezone(zone)
    return (
        WEEK[local.weekday()] in schedule.days
        and schedule.start <= local.time() < schedule.end
    )


@FAST
@given(recurring(), moments, zones)
def test_recurring_is_what_the_clock_shows(
    schedule: Recurring, around: datetime, zone: ZoneInfo
) -> None:
    """At every quarter of an hour, and at both ends of each window, windows and clock say the same."""
    after, before = around - timedelta(hours=30), around + timedelta(hours=30)
    found = list(windows(schedule, after, before, zone))
    assert all(start < end for start, end in found)
    assert all(one[1] <= two[0] for one, two in pairwise(found))
    probes = [after + timedelta(minutes=15) * step for step in range(240)]
    second = timedelta(seconds=1)
    for start, end in found:
        assert start < before and end > after
        assert start.tzinfo is zone
        probes += [start, start - second, end, end - second]
    for at in probes:
        if after <= at < before:
            inside = any(
                start.astimezone(UTC) <= at.astimezone(UTC) < end.astimezone(UTC)
                for start, end in found
            )
            assert inside is is_open(schedule, at, zone), at


NIGHT = frozenset({Weekday.SU})


@pytest.mark.parametrize(
    ("start", "end", "month", "day", "expected"),
    [
        # Put forward at 2 to 3 o'clock.
        (time(1), time(4), 3, 29, [("01:00+01:00", "04:00+02:00")]),
        (time(2, 15), time(2, 45), 3, 29, []),
        (time(2, 30), time(4), 3, 29, [("03:00+02:00", "04:00+02:00")]),
        (time(1), time(2, 30), 3, 29, [("01:00+01:00", "03:00+02:00")]),
        # Put back at 3 to 2 o'clock.
        (time(1), time(4), 10, 25, [("01:00+02:00", "04:00+01:00")]),
        (
            time(2, 15),
            time(2, 45),
            10,
            25,
            [("02:15+02:00", "02:45+02:00"), ("02:15+01:00", "02:45+01:00")],
        ),
        (time(3), time(4), 10, 25, [("03:00+01:00", "04:00+01:00")]),
        (time(8), time(9), 10, 25, [("08:00+01:00", "09:00+01:00")]),
    ],
)
def test_change_of_the_clock(
    start: time, end: time, month: int, day: int, expected: list[tuple[str, str]]
) -> None:
    """A window in a skipped hour does not come, one in a doubled hour comes twice."""
    schedule = Recurring(days=NIGHT, start=start, end=end)
    noon = datetime(2026, month, day, 12, tzinfo=UTC)
    found = windows(schedule, noon - timedelta(days=1), noon, OSLO)
    assert [
        tuple(at.isoformat(timespec="minutes")[11:] for at in window)
        for window in found
    ] == expected


def test_other_schedules() -> None:
    """A temporary window is one if it is touched; what always opens has none."""
    start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    stay = Temporary(start=start, end=end)
    hour = timedelta(hours=1)
    assert list(windows(stay, start - hour, start, OSLO)) == []
    assert list(windows(stay, end, end + hour, OSLO)) == []
    assert list(windows(stay, start, start + hour, OSLO)) == [(start, end)]
    assert list(windows(stay, end - hour, end, OSLO)) == [(start, end)]
    for schedule in (ALWAYS, Opaque(access_type=AccessType.UNKNOWN, text="x")):
        assert list(windows(schedule, start, end, OSLO)) == []


def test_bounded() -> None:
    """Who asks for all of time gets ten years of it."""
    schedule = Recurring(days=frozenset(WEEK), start=time(8), end=time(9))
    ever = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    for zone in (UTC, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Pago_Pago")):
        found = list(windows(schedule, *ever, zone))
        assert FARTHEST.days - 1 <= len(found) <= FARTHEST.days + 1
    far = datetime.max.replace(tzinfo=timezone(-timedelta(hours=9)))
    assert list(windows(schedule, far, ever[0], UTC)) == []
    assert list(windows(schedule, ever[1], ever[1], UTC)) == []


def test_skipped_hour() -> None:
    """A time that no clock shows is refused."""
    for local in (datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 2, 30, fold=1)):
        assert not comes_twice(local, OSLO)
        with pytest.raises(ScheduleRefused) as caught:
            temporary_window(local, datetime(2026, 4, 1), OSLO)
        assert caught.value.key == "code_time_missing"
        assert caught.value.placeholders == {"time": "2026-03-29 02:30"}
    with pytest.raises(ScheduleRefused):
        temporary_window(datetime(2026, 3, 1), datetime(2026, 3, 29, 2), OSLO)
    assert moment(datetime(2026, 3, 29, 3), OSLO).hour == 1
    with pytest.raises(ScheduleRefused) as caught:
        moment(datetime.min, OSLO)
    assert caught.value.key == "code_time_out_of_range"


def test_doubled_hour() -> None:
    """Of a time that clocks show twice fold says which, and its offset is told."""
    first = moment(datetime(2026, 10, 25, 2, 30), OSLO)
    second = moment(datetime(2026, 10, 25, 2, 30, fold=1), OSLO)
    assert second - first == timedelta(hours=1)
    assert describe(first, OSLO) == "2026-10-25 02:30 (+02:00)"
    assert describe(second, OSLO) == "2026-10-25 02:30 (+01:00)"
    assert describe(second + timedelta(hours=1), OSLO) == "2026-10-25 03:30"
    window = temporary_window(
        datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 2, 30, fold=1), OSLO
    )
    assert (window.start, window.end) == (first, second)


@FAST
@given(moments, zones)
def test_there_and_back(at: datetime, zone: ZoneInfo) -> None:
    """Every moment has a local time that leads back to it, and is told apart from any other."""
    at = at.replace(microsecond=0)
    local = at.astimezone(zone)
    assert moment(local.replace(tzinfo=None), zone) == at
    assert moment(local, UTC) == at
    twin = moment(local.replace(tzinfo=None, fold=1 - local.fold), zone)
    assert (describe_offset(at, zone) is None) is (twin == at)
    assert comes_twice(local.replace(tzinfo=None), zone) is (twin != at)
    assert not comes_twice(local, zone)
    assert (describe(at, zone) == describe(twin, zone)) is (twin == at)
