"""Schedules in the vendor's words, in storage, and against what a lock takes."""

from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.yale_august.cloud.models import AccessType, Pin
from custom_components.yale_august.codes.schedule import (
    ALWAYS,
    LAST_SECOND,
    WEEK,
    Always,
    AnySchedule,
    Opaque,
    Recurring,
    Schedule,
    ScheduleRefused,
    Temporary,
    VendorWords,
    Weekday,
    check_ahead,
    check_allowed,
    from_json,
    read_schedule,
    to_json,
    vendor_words,
)
from tests.simulator import schedules as simulated

FAST: Final = settings(deadline=None, max_examples=100, database=None)
START: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
END: Final = datetime(2026, 3, 5, 10, tzinfo=UTC)
DATES: Final = "DTSTART=2026-03-01T12:00:00.000Z;DTEND=2026-03-05T10:00:00.000Z"
OFFICE: Final = Recurring(
    days=frozenset({Weekday.TU, Weekday.MO}), start=time(8), end=time(10)
)

moments = st.datetimes(
    datetime(2000, 1, 2),
    datetime(2099, 12, 30),
    timezones=st.sampled_from(
        [UTC, ZoneInfo("Europe/Oslo"), timezone(timedelta(hours=-9))]
    ),
)
temporary = (
    st.tuples(moments, moments)
    .map(sorted)
    .filter(lambda pair: pair[1] - pair[0] >= timedelta(seconds=1))
    .map(lambda pair: Temporary(start=pair[0], end=pair[1]))
)
recurring = (
    st.tuples(
        st.frozensets(st.sampled_from(WEEK), min_size=1),
        st.lists(st.integers(0, 86399), min_size=2, max_size=2, unique=True).map(
            sorted
        ),
    )
    .filter(lambda found: found[1][1] > 0)
    .map(
        lambda found: Recurring(
            days=found[0], start=of_day(found[1][0]), end=of_day(found[1][1])
        )
    )
)
schedules: st.SearchStrategy[Schedule] = st.one_of(
    st.just(ALWAYS), temporary, recurring
)


def of_day(second: int) -> time:
    """Return a time of day by its second."""
    return (datetime(2026, 1, 1) + timedelta(seconds=second)).time()


def listed(words: VendorWords, **more: Any) -> Pin:
    """Return a PIN as the cloud lists what was sent."""
    return Pin(
        access_type=words.access_type,
        access_times=words.access_times,
        access_recurrence=words.access_recurrence,
        **more,
    )


@FAST
@given(schedules)
def test_round_trip(schedule: Schedule) -> None:
    """What we write we read as the same, and the cloud takes it."""
    words = vendor_words(schedule)
    assert read_schedule(listed(words)) == schedule
    assert vendor_words(schedule) == words
    assert (
        simulated.problem(
            words.access_type, words.access_times, words.access_recurrence
        )
        is None
    )


@FAST
@given(
    schedules
    | st.builds(Opaque, access_type=st.sampled_from(AccessType), text=st.text())
)
def test_storage(schedule: AnySchedule) -> None:
    """A stored schedule comes back."""
    assert from_json(to_json(schedule)) == schedule


words = st.sampled_from(
    [
        "STARTSEC=",
        "ENDSEC=",
        "DTSTART=",
        "DTEND=",
        "FREQ=",
        "BYDAY=",
        "INTERVAL=",
        ";",
        ",",
        "MO",
        "WEEKLY",
        "DAILY",
        "1",
        "0",
        "٣",
        "-",
        "86400",
        "99999999999999",
        "2026-03-01T12:00:00.000Z",
        "0000-00-00",
        "9999-12-31T23:59:59Z",
    ]
)
texts = st.none() | st.text() | st.lists(words, max_size=9).map("".join)


@FAST
@given(
    st.builds(
        Pin,
        access_type=st.sampled_from(AccessType),
        access_times=texts,
        access_recurrence=texts,
        schedule=texts,
        access_start=st.none() | moments,
        access_end=st.none() | moments,
    )
)
def test_foreign_words(pin: Pin) -> None:
    """Whatever the cloud lists is read or kept, and never raises."""
    found = read_schedule(pin)
    if isinstance(found, Opaque):
        assert found.access_type is pin.access_type
        for said in (pin.access_times, pin.access_recurrence, pin.schedule):
            assert not said or said in found.text
    else:
        assert vendor_words(found).access_type is pin.access_type


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (ALWAYS, VendorWords(access_type=AccessType.ALWAYS)),
        (
            Temporary(start=START, end=END),
            VendorWords(access_type=AccessType.TEMPORARY, access_times=DATES),
        ),
        (
            OFFICE,
            VendorWords(
                access_type=AccessType.RECURRING,
                access_times="STARTSEC=28800;ENDSEC=36000",
                access_recurrence="FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU",
            ),
        ),
    ],
)
def test_words(schedule: Schedule, expected: VendorWords) -> None:
    """The words are those of reference 14.5."""
    assert vendor_words(schedule) == expected


@pytest.mark.parametrize(
    ("pin", "schedule"),
    [
        (Pin(access_type=AccessType.ALWAYS), ALWAYS),
        (
            Pin(access_type=AccessType.TEMPORARY, access_start=START, access_end=END),
            Temporary(start=START, end=END),
        ),
        (
            Pin(
                access_type=AccessType.TEMPORARY,
                access_times="STARTSEC=1772366400;ENDSEC=1772704800",
            ),
            Temporary(start=START, end=END),
        ),
        (
            Pin(
                access_type=AccessType.RECURRING,
                access_times="STARTSEC=28800;ENDSEC=36000;",
                access_recurrence="byday=TU,MO;freq=weekly;wkst=SU;",
            ),
            OFFICE,
        ),
        (
            Pin(
                access_type=AccessType.RECURRING,
                access_times="STARTSEC=28800;ENDSEC=36000",
                access_recurrence="FREQ=WEEKLY;BYDAY=MO,TU",
                schedule="BEGIN:VEVENT",
            ),
            OFFICE,
        ),
        (
            Pin(
                access_type=AccessType.RECURRING,
                access_times="STARTSEC=0;ENDSEC=86400",
                access_recurrence="FREQ=DAILY;INTERVAL=1",
            ),
            Recurring(days=frozenset(WEEK), start=time.min, end=LAST_SECOND),
        ),
    ],
)
def test_other_spellings(pin: Pin, schedule: Schedule) -> None:
    """Texts that mean what we can say are read."""
    assert read_schedule(pin) == schedule


@pytest.mark.parametrize(
    ("access_type", "times", "rule", "schedule"),
    [
        (AccessType.ALWAYS, DATES, None, None),
        (AccessType.ALWAYS, None, None, "BEGIN:VEVENT"),
        (AccessType.TEMPORARY, None, None, None),
        (AccessType.TEMPORARY, None, None, "BEGIN:VEVENT"),
        (AccessType.TEMPORARY, DATES, "FREQ=DAILY", None),
        (AccessType.TEMPORARY, "DTSTART=soon;DTEND=later", None, None),
        (AccessType.TEMPORARY, "STARTSEC=9;ENDSEC=8", None, None),
        (AccessType.TEMPORARY, "STARTSEC=1;ENDSEC=999999999999", None, None),
        (AccessType.RECURRING, "STARTSEC=1;ENDSEC=2", None, None),
        (AccessType.RECURRING, None, "FREQ=DAILY", None),
        (AccessType.RECURRING, "STARTSEC=2;ENDSEC=1", "FREQ=DAILY", None),
        (AccessType.RECURRING, "STARTSEC=1;ENDSEC=86401", "FREQ=DAILY", None),
        (AccessType.RECURRING, "STARTSEC=86399;ENDSEC=86400", "FREQ=DAILY", None),
        (AccessType.RECURRING, "STARTSEC=1;ENDSEC=2", "FREQ=WEEKLY", None),
        (AccessType.RECURRING, "STARTSEC=1;ENDSEC=2", "FREQ=MONTHLY", None),
        (AccessType.RECURRING, "STARTSEC=1;ENDSEC=2", "FREQ=DAILY;FREQ=DAILY", None),
        (AccessType.RECURRING, "STARTSEC=1;ENDSEC=2", "FREQ=DAILY;COUNT=3", None),
        (
            AccessType.RECURRING,
            "STARTSEC=1;ENDSEC=2",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
            None,
        ),
        (AccessType.RECURRING, "STARTSEC=1;ENDSEC=2", "FREQ=WEEKLY;BYDAY=1MO", None),
        (AccessType.UNKNOWN, DATES, None, None),
    ],
)
def test_opaque(
    access_type: AccessType, times: str | None, rule: str | None, schedule: str | None
) -> None:
    """What means more than we can say is kept as it stands."""
    pin = Pin(
        access_type=access_type,
        access_times=times,
        access_recurrence=rule,
        schedule=schedule,
    )
    text = " ".join(filter(None, (times, rule, schedule)))
    assert read_schedule(pin) == Opaque(access_type=access_type, text=text)


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: Temporary(start=END, end=START), "code_end_before_start"),
        (lambda: Temporary(start=START, end=START), "code_end_before_start"),
        (
            lambda: Temporary(start=START, end=START + timedelta(microseconds=999)),
            "code_end_before_start",
        ),
        (
            lambda: Temporary(start=START, end=datetime(2100, 1, 1, tzinfo=UTC)),
            "code_time_out_of_range",
        ),
        (
            lambda: Temporary(
                start=datetime.min.replace(tzinfo=timezone(timedelta(hours=1))), end=END
            ),
            "code_time_out_of_range",
        ),
        (
            lambda: Recurring(days=frozenset(), start=time(1), end=time(2)),
            "code_no_day",
        ),
        (
            lambda: Recurring(days=frozenset(WEEK), start=time(22), end=time(6)),
            "code_not_within_a_day",
        ),
        (
            lambda: Recurring(
                days=frozenset(WEEK), start=time(8), end=time(8, 0, 0, 5)
            ),
            "code_not_within_a_day",
        ),
    ],
)
def test_impossible(make: Any, key: str) -> None:
    """What is no window is refused, with the reason."""
    with pytest.raises(ScheduleRefused) as caught:
        make()
    assert caught.value.key == key


def test_clocks_are_not_mixed() -> None:
    """A moment has a zone, a time of day has none."""
    with pytest.raises(TypeError):
        Temporary(start=datetime(2026, 1, 1), end=END)
    with pytest.raises(TypeError):
        Recurring(days=frozenset(WEEK), start=time(8, tzinfo=UTC), end=time(9))


def test_midnight_is_the_end_of_the_day() -> None:
    """A window may last to the end of the day."""
    evening = Recurring(days=frozenset(WEEK), start=time(20), end=time.min)
    assert evening.end == LAST_SECOND
    assert vendor_words(evening).access_times == "STARTSEC=72000;ENDSEC=86399"


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"type": "sometimes"},
        {"type": "temporary", "start": "2026-03-01T12:00:00.000Z"},
        {"type": "temporary", "start": "soon", "end": "later"},
        {"type": "temporary", "start": "2026-03-01T12:00", "end": "2026-03-01T13:00"},
        {"type": "recurring", "days": ["mo", "xx"], "start": "08:00", "end": "09:00"},
        {"type": "recurring", "days": ["mo", 1], "start": "08:00", "end": "09:00"},
        {"type": "recurring", "days": [], "start": "08:00", "end": "09:00"},
        {"type": "recurring", "days": ["mo"], "start": "9", "end": "8"},
        {"type": "opaque", "access_type": "x", "text": ""},
    ],
)
def test_nothing_stored(data: object) -> None:
    """What was not stored by us is no schedule."""
    assert from_json(data) is None


@pytest.mark.parametrize("schedule", [Temporary(start=START, end=END), OFFICE])
@pytest.mark.parametrize(
    ("lock_type", "allowed", "per_user", "key"),
    [
        (2, True, True, None),
        (None, None, None, None),
        (1, True, True, "code_only_always"),
        (2, False, None, "code_schedules_not_allowed"),
        (2, True, False, "code_schedules_not_allowed"),
    ],
)
def test_allowed(
    schedule: Schedule,
    lock_type: int | None,
    allowed: bool | None,
    per_user: bool | None,
    key: str | None,
) -> None:
    """The type of the lock and its capabilities decide; any lock takes codes that always open."""

    def check(one: Schedule) -> None:
        check_allowed(
            one, lock_type=lock_type, schedules_allowed=allowed, per_user=per_user
        )

    check(Always())
    if key is None:
        check(schedule)
        return
    with pytest.raises(ScheduleRefused) as caught:
        check(schedule)
    assert caught.value.key == key


def test_ahead() -> None:
    """A window that is over is refused, to the moment."""
    window = Temporary(start=START, end=END)
    for schedule in (ALWAYS, OFFICE, Opaque(access_type=AccessType.UNKNOWN, text="")):
        check_ahead(schedule, END)
    check_ahead(window, END - timedelta(microseconds=1))
    with pytest.raises(ScheduleRefused) as caught:
        check_ahead(window, END)
    assert caught.value.key == "code_window_over"
