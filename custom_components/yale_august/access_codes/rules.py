"""Events of a calendar as schedules of access codes, and why some cannot be (reference 14.5)."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from homeassistant.components.calendar import (
    EVENT_DESCRIPTION,
    EVENT_END,
    EVENT_LOCATION,
    EVENT_RRULE,
    EVENT_START,
    EVENT_SUMMARY,
)
from homeassistant.util import dt as dt_util

from custom_components.yale_august.codes.schedule import (
    WEEK,
    Recurring,
    Schedule,
    ScheduleRefused,
    Temporary,
    Weekday,
    check_ahead,
    read_days,
)
from custom_components.yale_august.codes.windows import windows

from .maker import refusal

_LAST_MOMENT: Final = timedelta(microseconds=1)


def event_name(event: Mapping[str, Any]) -> str:
    """Return whom an event is for; raises for one that says nothing, or more than is kept."""
    if event.get(EVENT_DESCRIPTION) or event.get(EVENT_LOCATION):
        raise refusal("code_calendar_only_name_and_times")
    name = str(event[EVENT_SUMMARY]).strip()
    if not name:
        raise refusal("code_calendar_without_name")
    return name


def event_schedule(event: Mapping[str, Any], zone: tzinfo) -> Schedule:
    """Return when a code opens that opens as an event says; raises for one that the cloud cannot express."""
    start, end = event[EVENT_START], event[EVENT_END]
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        raise refusal("code_calendar_all_day")
    rule = event.get(EVENT_RRULE)
    try:
        if not rule:
            schedule: Schedule = Temporary(start=start, end=end)
        else:
            schedule = _recurring(start, end, str(rule), zone)
        check_ahead(schedule, dt_util.utcnow())
    except ScheduleRefused as err:
        raise refusal(err.key, **err.placeholders) from err
    return schedule


def _recurring(start: datetime, end: datetime, rule: str, zone: tzinfo) -> Recurring:
    days = _days(rule, WEEK[start.weekday()])
    local_start, local_end = start.astimezone(zone), end.astimezone(zone)
    if local_start.utcoffset() != start.utcoffset():
        raise refusal("code_calendar_other_time_zone")
    if (local_end - _LAST_MOMENT).date() != local_start.date():
        raise refusal("code_calendar_not_within_a_day")
    schedule = Recurring(days=days, start=local_start.time(), end=local_end.time())
    # The cloud knows no first day: the code would open before the event begins.
    early = windows(schedule, dt_util.utcnow(), start, zone)
    if next(early, None) is not None:
        raise refusal("code_calendar_begins_later")
    return schedule


def _days(rule: str, first: Weekday) -> frozenset[Weekday]:
    """Return the days of a rule; raises for one that is not the same each week, for ever."""
    said = dict(
        part.partition("=")[::2] for part in rule.upper().split(";") if part.strip()
    )
    if "UNTIL" in said or "COUNT" in said:
        raise refusal("code_calendar_rule_ends")
    if said.pop("INTERVAL", "1") != "1":
        raise refusal("code_calendar_rule_skips_weeks")
    said.pop("WKST", None)
    days = None
    match said:
        case {"FREQ": "DAILY"} if len(said) == 1:
            days = frozenset(WEEK)
        case {"FREQ": "WEEKLY"} if len(said) == 1:
            days = frozenset({first})
        case {"FREQ": "WEEKLY", "BYDAY": names} if len(said) == 2:
            days = read_days(names.lower().split(","))
    if not days:
        raise refusal("code_calendar_rule_not_weekly")
    if first not in days:
        raise refusal("code_calendar_first_day_not_in_rule")
    return days


def event_rule(schedule: Recurring) -> str:
    """Return the rule of the events of a code that opens each week."""
    return "FREQ=WEEKLY;BYDAY=" + ",".join(
        day.upper() for day in WEEK if day in schedule.days
    )
