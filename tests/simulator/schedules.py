"""When a code opens, as the cloud wants it written (reference 14.5)."""

from datetime import UTC, datetime
import re
from zoneinfo import ZoneInfo

_DAY = 24 * 60 * 60
_SECONDS = re.compile(r"STARTSEC=(\d+);ENDSEC=(\d+)")
_DATES = re.compile(r"DTSTART=([^;]+);DTEND=([^;]+)")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

ACCESS_TYPES = ("always", "temporary", "recurring")


def problem(access_type: str, times: object, recurrence: object) -> str | None:
    """Return what is wrong with a schedule, None when it is right."""
    match access_type:
        case "always":
            if times is not None or recurrence is not None:
                return "accessTimes and accessRecurrence do not go with always"
        case "temporary":
            if recurrence is not None:
                return "accessRecurrence does not go with temporary"
            if not isinstance(times, str) or not _is_window(times):
                return "accessTimes is not a window in time"
        case "recurring":
            if not isinstance(times, str) or not _is_within_a_day(times):
                return "accessTimes is not a window within a day"
            if not isinstance(recurrence, str) or not _is_rule(recurrence):
                return "accessRecurrence is not a rule"
        case _:
            return "accessType is not known"
    return None


def _is_window(text: str) -> bool:
    if seconds := _SECONDS.fullmatch(text):
        return int(seconds[1]) < int(seconds[2])
    dates = _DATES.fullmatch(text)
    if not dates or not all(_MOMENT.fullmatch(date) for date in dates.groups()):
        return False
    try:
        start, end = (datetime.fromisoformat(date) for date in dates.groups())
    except ValueError:
        return False
    return start < end


def _is_within_a_day(text: str) -> bool:
    seconds = _SECONDS.fullmatch(text)
    return seconds is not None and int(seconds[1]) < int(seconds[2]) <= _DAY


def _is_rule(text: str) -> bool:
    """Whether it is the subset of RFC 2445 that is known: days of the week."""
    parts = dict(part.partition("=")[::2] for part in text.split(";"))
    if len(parts) != text.count(";") + 1 or set(parts) - {"FREQ", "INTERVAL", "BYDAY"}:
        return False
    if not parts.get("INTERVAL", "1").isdecimal():
        return False
    if parts.get("FREQ") == "DAILY":
        return "BYDAY" not in parts
    days = parts.get("BYDAY", "").split(",")
    return parts.get("FREQ") == "WEEKLY" and bool(days) and set(days) <= set(_WEEKDAYS)


def open_at(
    moment: datetime,
    time_zone: str | None,
    access_type: str,
    times: str | None,
    recurrence: str | None,
) -> bool:
    """Whether a code with this schedule opens at a moment.

    Windows in time are UTC, times of day are the lock's own. A schedule in
    iCal text is not understood here: such a code always opens.
    """
    if access_type == "always" or times is None:
        return True
    if access_type == "temporary":
        if seconds := _SECONDS.fullmatch(times):
            return int(seconds[1]) <= moment.timestamp() < int(seconds[2])
        dates = _DATES.fullmatch(times)
        assert dates
        start, end = (datetime.fromisoformat(date) for date in dates.groups())
        return start <= moment < end
    local = moment.astimezone(ZoneInfo(time_zone) if time_zone else UTC)
    seconds = _SECONDS.fullmatch(times)
    assert seconds
    of_day = local.hour * 3600 + local.minute * 60 + local.second
    days = re.search(r"BYDAY=([A-Z,]+)", recurrence or "")
    today = _WEEKDAYS[local.weekday()]
    return int(seconds[1]) <= of_day < int(seconds[2]) and (
        days is None or today in days[1].split(",")
    )
