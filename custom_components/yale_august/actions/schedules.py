"""When a code opens, as an action is told it and answers it.

Times without a zone are those of the lock's own clock. The answer has the shape of that of Home
Assistant's `schlage`.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from custom_components.yale_august.codes.schedule import (
    Always,
    AnySchedule,
    Opaque,
    Recurring,
    Schedule,
    ScheduleRefused,
    Temporary,
    Weekday,
)
from custom_components.yale_august.codes.windows import temporary_window
from custom_components.yale_august.coordinator import LockCoordinator

from .action import refused
from .table import DAYS, END_DATETIME, END_TIME, START_DATETIME, START_TIME

_WINDOW: Final = (START_DATETIME, END_DATETIME)
_WEEKLY: Final = (DAYS, START_TIME, END_TIME)

_SCHLAGE_DAYS: Final = {
    Weekday.SU: "sun",
    Weekday.MO: "mon",
    Weekday.TU: "tue",
    Weekday.WE: "wed",
    Weekday.TH: "thu",
    Weekday.FR: "fri",
    Weekday.SA: "sat",
}


async def async_zone(lock: LockCoordinator) -> tzinfo:
    """Return the zone of a lock's own clock; Home Assistant's where the cloud does not say."""
    detail = lock.data.detail
    if detail is not None and detail.time_zone is not None:
        found = await dt_util.async_get_time_zone(detail.time_zone)
        if found is not None:
            return found
    return dt_util.get_default_time_zone()


def schedule_of(
    data: Mapping[str, Any], zones: Mapping[str, tzinfo]
) -> Schedule | None:
    """Return the times that a call gives, None when it gives none.

    `zones` are those of the clocks of the locks, by lock. Raises ServiceValidationError.
    """
    window = [name for name in _WINDOW if name in data]
    weekly = [name for name in _WEEKLY if name in data]
    if window and weekly:
        raise refused("code_two_schedules")
    try:
        if window:
            if len(window) < len(_WINDOW):
                raise refused("code_both_dates")
            return _temporary(data[START_DATETIME], data[END_DATETIME], zones)
        if weekly:
            if len(weekly) < len(_WEEKLY):
                raise refused("code_days_and_times")
            return Recurring(
                days=frozenset(map(Weekday, data[DAYS])),
                start=data[START_TIME],
                end=data[END_TIME],
            )
    except ScheduleRefused as err:
        raise refused(err.key, **err.placeholders) from err
    return None


def _temporary(
    start: datetime, end: datetime, zones: Mapping[str, tzinfo]
) -> Temporary:
    clocks = set(zones.values()) or {dt_util.get_default_time_zone()}
    found = {temporary_window(start, end, zone) for zone in clocks}
    if len(found) > 1:
        # One code cannot have two windows.
        raise refused("code_two_clocks")
    return found.pop()


def schedule_told(schedule: AnySchedule, zone: tzinfo) -> JsonObjectType | None:
    """Return a schedule as `schlage` tells it; None is always."""
    match schedule:
        case Always():
            return None
        case Temporary(start=start, end=end):
            return {
                "type": "temporary",
                # With its offset: it may occur twice on the lock's clock.
                "start_datetime": start.astimezone(zone).isoformat(),
                "end_datetime": end.astimezone(zone).isoformat(),
            }
        case Recurring(days=days, start=start_time, end=end_time):
            return {
                "type": "recurring",
                "days_of_week": {
                    name: day in days for day, name in _SCHLAGE_DAYS.items()
                },
                "start_time": start_time.isoformat(),
                "end_time": end_time.isoformat(),
            }
        case Opaque(access_type=access_type):
            return {"type": access_type.value}
