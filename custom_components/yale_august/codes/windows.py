"""Schedules on a clock on the wall: local times become moments, and weeks become windows.

A clock that is put forward skips an hour, and one that is put back shows an hour twice. A lock goes by such a clock.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from .schedule import (
    WEEK,
    Always,
    AnySchedule,
    Opaque,
    Recurring,
    ScheduleRefused,
    Temporary,
)

FARTHEST: Final = timedelta(days=3660)
"""How far `windows` looks at most; who asks for more gets what lies within the first ten years."""

_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)


def moment(local: datetime, zone: tzinfo) -> datetime:
    """Return the moment, in UTC, of a time on the lock's own clock.

    Of a time that occurs twice `fold` says which is meant, the first by default. A time with a zone of its own is that
    moment. Raises ScheduleRefused for a time that the clock skips.
    """
    try:
        if local.tzinfo is not None:
            return local.astimezone(UTC)
        found = local.replace(tzinfo=zone).astimezone(UTC)
        if found.astimezone(zone).replace(tzinfo=None) != local:
            raise ScheduleRefused(
                "code_time_missing", time=local.isoformat(" ", "minutes")
            )
    except OverflowError as err:
        raise ScheduleRefused("code_time_out_of_range") from err
    return found


def comes_twice(local: datetime, zone: tzinfo) -> bool:
    """Return whether the lock's own clock shows a time twice, because it is put back; `fold` says which is meant."""
    if local.tzinfo is not None:
        return False
    first, second = (
        local.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()
        for fold in (0, 1)
    )
    # Where a time is skipped, the first is the smaller one.
    return first > second


def temporary_window(start: datetime, end: datetime, zone: tzinfo) -> Temporary:
    """Return the window between two times on the lock's own clock (see `moment`); raises ScheduleRefused."""
    return Temporary(start=moment(start, zone), end=moment(end, zone))


def describe_offset(at: datetime, zone: tzinfo) -> str | None:
    """Return the offset from UTC, e.g. "+02:00", of a moment whose local time occurs twice; else None."""
    local = at.astimezone(zone)
    other = local.replace(fold=1 - local.fold)
    if local.utcoffset() == other.utcoffset():
        return None
    return local.strftime("%:z")


def describe(at: datetime, zone: tzinfo) -> str:
    """Return a moment on the lock's own clock in words, with its offset where it would be two moments without."""
    text = at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    offset = describe_offset(at, zone)
    return text if offset is None else f"{text} ({offset})"


def describe_window(start: datetime, end: datetime, zone: tzinfo) -> str:
    """Return a window on the lock's own clock in words; within one day that is named once."""
    begins, ends = describe(start, zone), describe(end, zone)
    day, _, time_of_day = ends.partition(" ")
    return f"{begins} – {time_of_day if begins.startswith(day) else ends}"


def windows(
    schedule: AnySchedule, after: datetime, before: datetime, zone: tzinfo
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the windows of a schedule that touch the time from `after` until `before`, in order, in the lock's zone.

    A code that always opens has no windows, and neither has one that we cannot read. A recurring window that the
    clock skips does not come; one that it shows twice comes twice.
    """
    match schedule:
        case Always() | Opaque():
            return
        case Temporary(start=start, end=end):
            if start < before and end > after:
                yield start.astimezone(zone), end.astimezone(zone)
        case Recurring():
            after = min(max(after, _EARLIEST), _LATEST).astimezone(UTC)
            before = max(min(before, _LATEST, after + FARTHEST), _EARLIEST)
            day = after.astimezone(zone).date() - timedelta(days=1)
            # A day late, for the zones whose day ends after that of the last moment.
            while day <= before.astimezone(zone).date():
                if WEEK[day.weekday()] in schedule.days:
                    for start, end in _on_day(schedule, day, zone):
                        if start < before and end > after:
                            yield start.astimezone(zone), end.astimezone(zone)
                day += timedelta(days=1)


def _on_day(
    schedule: Recurring, day: date, zone: tzinfo
) -> Iterator[tuple[datetime, datetime]]:
    """Yield what one day has of a recurring window: one, or what a change of the clock makes of it."""
    start = datetime.combine(day, schedule.start, UTC)
    end = datetime.combine(day, schedule.end, UTC)
    earliest = datetime.combine(day, time.min, UTC) - timedelta(hours=16)
    latest = earliest + timedelta(hours=56)
    first, last = (_utcoffset(at, zone) for at in (earliest, latest))
    if first == last:
        yield start - first, end - first
        return
    change = _change(earliest, latest, zone)
    parts = [
        (start - first, min(end - first, change)),
        (max(start - last, change), end - last),
    ]
    match [part for part in parts if part[0] < part[1]]:
        case [(begin, until), (then, finish)] if until == then:
            yield begin, finish
        case whole:
            yield from whole


def _change(earlier: datetime, later: datetime, zone: tzinfo) -> datetime:
    """Return the first second after `earlier` with the offset that the clock has at `later`."""
    offset = _utcoffset(later, zone)
    while later - earlier > _SECOND:
        middle = earlier + (later - earlier) // 2
        middle = middle.replace(microsecond=0)
        if _utcoffset(middle, zone) == offset:
            later = middle
        else:
            earlier = middle
    return later


def _utcoffset(at: datetime, zone: tzinfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
