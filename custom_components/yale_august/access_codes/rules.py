"""Events of a calendar as schedules of access codes, and why some cannot be (reference 14.5)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
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
    AnySchedule,
    Recurring,
    Schedule,
    ScheduleRefused,
    Temporary,
    Weekday,
    read_days,
)
from custom_components.yale_august.codes.windows import windows

from .maker import refusal
from .words import Words

_LAST_MOMENT: Final = timedelta(microseconds=1)


def event_name(event: Mapping[str, Any]) -> str:
    """Return whom an event is for; raises for one that says nothing, or more than is kept."""
    if event.get(EVENT_DESCRIPTION) or event.get(EVENT_LOCATION):
        raise refusal("code_calendar_only_name_and_times")
    name = str(event[EVENT_SUMMARY]).strip()
    if not name:
        raise refusal("code_calendar_without_name")
    return name


def without_ours(
    event: Mapping[str, Any], words: Words, place: str
) -> Mapping[str, Any]:
    """Return an event without what we have said of it ourselves: a browser sends it back with a change."""
    kept = dict(event)
    if words.are_ours(str(event.get(EVENT_DESCRIPTION) or "")):
        kept.pop(EVENT_DESCRIPTION, None)
    if event.get(EVENT_LOCATION) == place:
        del kept[EVENT_LOCATION]
    return kept


def as_it_was(event: Mapping[str, Any], present: AnySchedule) -> Mapping[str, Any]:
    """Return an event whose ends, where the clock shows the same as before, are the same moments as before.

    A browser tells times by the clock only: it would make the first of an hour that comes twice of the second.
    """
    if not isinstance(present, Temporary):
        return event
    kept = {
        name: at
        for name, at in ((EVENT_START, present.start), (EVENT_END, present.end))
        if isinstance(given := event[name], datetime)
        and _shown(at.astimezone(given.tzinfo)) == _shown(given)
    }
    return {**event, **kept}


def event_start(recurrence_id: str) -> datetime:
    """Return which event of a code that repeats is meant; raises for what is none."""
    try:
        found = dt_util.parse_datetime(recurrence_id)
    except ValueError:
        found = None
    if found is None:
        raise refusal("code_calendar_later_days")
    return dt_util.as_utc(found)


def event_schedule(event: Mapping[str, Any], zone: tzinfo) -> Schedule:
    """Return when a code opens that opens as an event says; raises for one that the cloud cannot express."""
    start, end = event[EVENT_START], event[EVENT_END]
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        raise refusal("code_calendar_all_day")
    for at in (start, end):
        if _shown(at.astimezone(UTC).astimezone(at.tzinfo)) != _shown(at):
            time = at.replace(tzinfo=None).isoformat(" ", "minutes")
            raise refusal("code_calendar_time_missing", time=time)
    rule = event.get(EVENT_RRULE)
    try:
        if not rule:
            schedule: Schedule = Temporary(start=start, end=end)
        else:
            schedule = _recurring(start, end, str(rule), zone)
    except ScheduleRefused as err:
        raise refusal(err.key, **err.placeholders) from err
    return schedule


def _shown(at: datetime) -> datetime:
    """Return what a clock on the wall shows."""
    return at.replace(tzinfo=None, microsecond=0, fold=0)


def _recurring(start: datetime, end: datetime, rule: str, zone: tzinfo) -> Recurring:
    days = _days(rule, WEEK[start.weekday()])
    weeks = (start.astimezone(UTC) + timedelta(weeks=week) for week in range(53))
    if any(
        _shown(at.astimezone(start.tzinfo)) != _shown(at.astimezone(zone))
        for at in weeks
    ):
        raise refusal("code_calendar_other_time_zone")
    local_start, local_end = start.astimezone(zone), end.astimezone(zone)
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
    parts = [
        part.partition("=")[::2] for part in rule.upper().split(";") if part.strip()
    ]
    said = dict(parts)
    if len(said) != len(parts):
        raise refusal("code_calendar_rule_not_weekly")
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
