"""Events of a calendar as times of access codes: what the cloud can express, and what is refused in words."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.yale_august.access_codes.rules import (
    event_name,
    event_rule,
    event_schedule,
)
from custom_components.yale_august.codes.schedule import (
    WEEK,
    Recurring,
    Schedule,
    Temporary,
    Weekday,
)
from tests.flows.flows import placeholders, texts

OSLO: Final = ZoneInfo("Europe/Oslo")
NOW: Final = datetime(2026, 11, 18, 12, tzinfo=OSLO)  # a Wednesday
THURSDAY: Final = datetime(2026, 11, 19, 9, tzinfo=OSLO)


@pytest.fixture(autouse=True)
def today(freezer: FrozenDateTimeFactory) -> None:
    """Let it be a Wednesday."""
    freezer.move_to(NOW.astimezone(UTC))


def event(
    rule: str | None = None,
    *,
    start: datetime | date = THURSDAY,
    hours: float = 2,
    **more: Any,
) -> dict[str, Any]:
    """Return an event as a calendar is given it."""
    found = {
        "dtstart": start,
        "dtend": start + timedelta(hours=hours),
        "summary": "Zoë Gäst",
        **more,
    }
    return found if rule is None else {**found, "rrule": rule}


def weekly(*days: Weekday, start: time = time(9), end: time = time(11)) -> Recurring:
    """Return a schedule by days of the week."""
    return Recurring(days=frozenset(days or WEEK), start=start, end=end)


@pytest.mark.parametrize(
    ("given", "schedule"),
    [
        (
            event(hours=50),
            Temporary(start=THURSDAY, end=THURSDAY + timedelta(hours=50)),
        ),
        (event("FREQ=DAILY"), weekly()),
        (event("FREQ=DAILY;INTERVAL=1"), weekly()),
        (event("FREQ=WEEKLY"), weekly(Weekday.TH)),
        (event("FREQ=WEEKLY;WKST=SU;BYDAY=TH,MO"), weekly(Weekday.MO, Weekday.TH)),
        (event("FREQ=WEEKLY;BYDAY=TH", hours=15), weekly(Weekday.TH, end=time(0))),
    ],
)
def test_what_the_cloud_can_express(given: dict[str, Any], schedule: Schedule) -> None:
    """One window, or windows that are the same each week."""
    assert event_schedule(given, OSLO) == schedule
    if isinstance(schedule, Recurring):
        again = {**given, "rrule": event_rule(schedule)}
        assert event_schedule(again, OSLO) == schedule


@pytest.mark.parametrize(
    ("given", "key"),
    [
        (
            {**event(), "dtstart": date(2026, 11, 19), "dtend": date(2026, 11, 20)},
            "code_calendar_all_day",
        ),
        (event(hours=-1), "code_end_before_start"),
        (event("FREQ=WEEKLY;BYDAY=TH;UNTIL=20270101"), "code_calendar_rule_ends"),
        (event("FREQ=DAILY;COUNT=3"), "code_calendar_rule_ends"),
        (
            event("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"),
            "code_calendar_rule_skips_weeks",
        ),
        (event("FREQ=DAILY;INTERVAL=2"), "code_calendar_rule_skips_weeks"),
        (event("FREQ=MONTHLY"), "code_calendar_rule_not_weekly"),
        (event("FREQ=YEARLY"), "code_calendar_rule_not_weekly"),
        (event("FREQ=WEEKLY;BYDAY=2TH"), "code_calendar_rule_not_weekly"),
        (event("FREQ=DAILY;BYMONTH=1"), "code_calendar_rule_not_weekly"),
        (event("FREQ=WEEKLY;BYDAY=FR"), "code_calendar_first_day_not_in_rule"),
        (event("FREQ=DAILY", hours=24), "code_calendar_not_within_a_day"),
        (
            event("FREQ=DAILY", start=THURSDAY.replace(hour=23)),
            "code_calendar_not_within_a_day",
        ),
        (
            event("FREQ=DAILY", start=THURSDAY + timedelta(days=1)),
            "code_calendar_begins_later",
        ),
        (
            event("FREQ=WEEKLY;BYDAY=TH", start=THURSDAY + timedelta(days=7)),
            "code_calendar_begins_later",
        ),
        (
            event("FREQ=DAILY", start=THURSDAY.replace(tzinfo=ZoneInfo("Asia/Tokyo"))),
            "code_calendar_other_time_zone",
        ),
        (
            # The same time now, and another one in summer.
            event(
                "FREQ=DAILY", start=THURSDAY.replace(tzinfo=ZoneInfo("Africa/Lagos"))
            ),
            "code_calendar_other_time_zone",
        ),
        (
            event("FREQ=WEEKLY;BYDAY=MO;BYDAY=TH"),
            "code_calendar_rule_not_weekly",
        ),
        (
            event(start=datetime(2027, 3, 28, 2, 30, tzinfo=OSLO)),
            "code_calendar_time_missing",
        ),
    ],
)
def test_what_it_cannot(given: dict[str, Any], key: str) -> None:
    """It is refused before anything is sent, and the sentence says why."""
    with pytest.raises(ServiceValidationError) as caught:
        event_schedule(given, OSLO)
    assert caught.value.translation_key == key
    sentence = texts()["exceptions"][key]["message"]
    assert placeholders(sentence) <= set(caught.value.translation_placeholders or {})
    assert sentence.endswith("Nothing was sent.")


def test_window_in_another_time_zone() -> None:
    """A window is two moments, wherever they are told."""
    start = datetime(2026, 11, 19, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert event_schedule(event(start=start), OSLO) == Temporary(
        start=start, end=start + timedelta(hours=2)
    )


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"summary": "  "}, "code_calendar_without_name"),
        ({"description": "call me"}, "code_calendar_only_name_and_times"),
        ({"location": "at home"}, "code_calendar_only_name_and_times"),
    ],
)
def test_more_than_is_kept(more: dict[str, Any], key: str) -> None:
    """A name and times are kept; what would be lost, or might be a code, is refused."""
    with pytest.raises(ServiceValidationError) as caught:
        event_name(event(**more))
    assert caught.value.translation_key == key


def test_name() -> None:
    """The title is the guest's name."""
    assert event_name(event(summary=" Zoë ", description="", location=None)) == "Zoë"
