"""When an access code opens: the vendor's texts, and what we make of them (reference 14.5).

The vendor knows three kinds. Temporary windows are moments; recurring ones are times of day on the lock's own clock.
What was written elsewhere in words that we cannot read is kept as it stands and never written by us.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
import re
from typing import Final, Literal

from custom_components.yale_august.cloud.models import AccessType, Pin
from custom_components.yale_august.cloud.models.json import JsonValue, timestamp

type RefusalKey = Literal[
    "code_end_before_start",
    "code_no_day",
    "code_not_within_a_day",
    "code_only_always",
    "code_schedules_not_allowed",
    "code_time_missing",
    "code_time_out_of_range",
    "code_window_over",
]
"""Why a schedule is refused: the key of the sentence that says so."""


class ScheduleRefused(ValueError):
    """A schedule that cannot be, or that a lock does not take; raised before anything is sent."""

    def __init__(self, key: RefusalKey, **placeholders: str) -> None:
        """Refuse for the reason of this sentence."""
        super().__init__(key)
        self.key = key
        self.placeholders: Mapping[str, str] = placeholders


class Weekday(StrEnum):
    """A day of the week, in the order of `datetime.weekday()`."""

    MO = "mo"
    TU = "tu"
    WE = "we"
    TH = "th"
    FR = "fr"
    SA = "sa"
    SU = "su"


WEEK: Final = tuple(Weekday)
LAST_SECOND: Final = time(23, 59, 59)
"""The end of a recurring window that lasts to the end of the day."""

_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Always:
    """Opens at any time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Temporary:
    """Opens from one moment until another."""

    start: datetime
    """In UTC, to the millisecond, as the cloud keeps it."""
    end: datetime
    """The first moment at which it does not open any more."""

    def __post_init__(self) -> None:
        """Refuse what is no window, and what the cloud would read as another one."""
        for name in ("start", "end"):
            moment: datetime = getattr(self, name)
            if moment.tzinfo is None:
                raise TypeError(f"{name} must have a time zone")
            try:
                moment = moment.astimezone(UTC)
            except OverflowError as err:
                raise ScheduleRefused("code_time_out_of_range") from err
            if not _EARLIEST <= moment < _LATEST:
                raise ScheduleRefused("code_time_out_of_range")
            milliseconds = moment.microsecond // 1000 * 1000
            object.__setattr__(self, name, moment.replace(microsecond=milliseconds))
        if self.start >= self.end:
            raise ScheduleRefused("code_end_before_start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """Opens on some days of the week between two times of day, on the lock's own clock."""

    days: frozenset[Weekday]
    start: time
    end: time
    """To the second; midnight means the end of the day and is kept as its last second."""

    def __post_init__(self) -> None:
        """Refuse what does not lie within one day."""
        if not self.days:
            raise ScheduleRefused("code_no_day")
        if self.end.replace(microsecond=0) == time.min:
            object.__setattr__(self, "end", LAST_SECOND)
        for name in ("start", "end"):
            moment: time = getattr(self, name)
            if moment.tzinfo is not None:
                raise TypeError(f"{name} is on the lock's own clock")
            object.__setattr__(self, name, moment.replace(microsecond=0, fold=0))
        if self.start >= self.end:
            raise ScheduleRefused("code_not_within_a_day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opaque:
    """What the cloud lists and we cannot read; shown as it stands, never written."""

    access_type: AccessType
    text: str
    """The vendor's own text; may be empty."""


type Schedule = Always | Temporary | Recurring
type AnySchedule = Schedule | Opaque

ALWAYS: Final = Always()


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorWords:
    """A schedule as a command carries it (reference 14.5)."""

    access_type: AccessType
    access_times: str | None = None
    access_recurrence: str | None = None


_SECONDS: Final = re.compile(r"STARTSEC=(\d{1,12});ENDSEC=(\d{1,12});?", re.ASCII)
_DATES: Final = re.compile(r"DTSTART=([^;]+);DTEND=([^;]+);?")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 24 * 60 * 60


def vendor_words(schedule: Schedule) -> VendorWords:
    """Return a schedule in the vendor's words; `read_schedule` reads them back as the same schedule."""
    match schedule:
        case Always():
            return VendorWords(access_type=AccessType.ALWAYS)
        case Temporary(start=start, end=end):
            return VendorWords(
                access_type=AccessType.TEMPORARY,
                access_times=f"DTSTART={_iso(start)};DTEND={_iso(end)}",
            )
        case Recurring():
            days = ",".join(day.upper() for day in WEEK if day in schedule.days)
            start_second, end_second = map(_second, (schedule.start, schedule.end))
            return VendorWords(
                access_type=AccessType.RECURRING,
                access_times=f"STARTSEC={start_second};ENDSEC={end_second}",
                access_recurrence=f"FREQ=WEEKLY;INTERVAL=1;BYDAY={days}",
            )


def read_schedule(pin: Pin) -> AnySchedule:
    """Return when a listed PIN opens. Never raises: what it cannot read is Opaque.

    A schedule as iCalendar text stands above the two others, but the cloud may also list it as its own copy of them;
    so it is only looked at, as text, where they say nothing that we can read.
    """
    times, rule = pin.access_times, pin.access_recurrence
    found: Schedule | None = None
    try:
        match pin.access_type:
            case AccessType.ALWAYS if not (times or rule or pin.schedule):
                found = ALWAYS
            case AccessType.TEMPORARY if not rule:
                found = _read_temporary(pin, times)
            case AccessType.RECURRING if times and rule:
                found = _read_recurring(times, rule)
    except ScheduleRefused, OverflowError:
        found = None
    if found is not None:
        return found
    text = " ".join(filter(None, (times, rule, pin.schedule)))
    return Opaque(access_type=pin.access_type, text=text)


def _read_temporary(pin: Pin, times: str | None) -> Temporary | None:
    start: datetime | None
    end: datetime | None
    if not times:
        # Old answers have the moments in fields of their own.
        start, end = pin.access_start, pin.access_end
    elif dates := _DATES.fullmatch(times.strip()):
        start, end = timestamp(dates[1]), timestamp(dates[2])
    elif seconds := _SECONDS.fullmatch(times.strip()):
        start, end = (
            _EPOCH + timedelta(seconds=int(text)) for text in seconds.groups()
        )
    else:
        return None
    return None if start is None or end is None else Temporary(start=start, end=end)


def _read_recurring(times: str, rule: str) -> Recurring | None:
    seconds = _SECONDS.fullmatch(times.strip())
    days = _read_rule(rule)
    if seconds is None or days is None:
        return None
    start, end = (int(text) for text in seconds.groups())
    if not start < end <= _DAY or start >= _DAY - 1:
        return None
    return Recurring(days=days, start=_of_day(start), end=_of_day(end))


def _read_rule(rule: str) -> frozenset[Weekday] | None:
    """Read the days of a rule that says the same each week; None for any other."""
    parts = [
        part.partition("=") for part in rule.strip().rstrip(";").upper().split(";")
    ]
    said = {name: value for name, _, value in parts}
    if len(said) != len(parts) or said.pop("INTERVAL", "1") != "1":
        return None
    # Where each week counts it does not matter on which day it begins.
    said.pop("WKST", None)
    match said:
        case {"FREQ": "DAILY"} if len(said) == 1:
            return frozenset(WEEK)
        case {"FREQ": "WEEKLY", "BYDAY": names} if len(said) == 2:
            return read_days(names.lower().split(","))
    return None


def read_days(names: Iterable[object]) -> frozenset[Weekday] | None:
    """Return days of the week by their names; None when one is no such name."""
    days = {day.value: day for day in WEEK}
    found = [days.get(name) if isinstance(name, str) else None for name in names]
    return None if None in found else frozenset(filter(None, found))


def _iso(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _second(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _of_day(second: int) -> time:
    second %= _DAY
    return time(second // 3600, second // 60 % 60, second % 60)


def to_json(schedule: AnySchedule) -> dict[str, JsonValue]:
    """Return a schedule as it is stored."""
    match schedule:
        case Always():
            return {"type": "always"}
        case Temporary(start=start, end=end):
            return {"type": "temporary", "start": _iso(start), "end": _iso(end)}
        case Recurring():
            return {
                "type": "recurring",
                "days": [day.value for day in WEEK if day in schedule.days],
                "start": schedule.start.isoformat("seconds"),
                "end": schedule.end.isoformat("seconds"),
            }
        case Opaque():
            return {
                "type": "opaque",
                "access_type": schedule.access_type.value,
                "text": schedule.text,
            }


def from_json(data: object) -> AnySchedule | None:
    """Return a stored schedule; None for what is none. Never raises."""
    if not isinstance(data, Mapping):
        return None
    try:
        match data:
            case {"type": "always"}:
                return ALWAYS
            case {"type": "temporary", "start": str(start), "end": str(end)}:
                return Temporary(
                    start=datetime.fromisoformat(start), end=datetime.fromisoformat(end)
                )
            case {
                "type": "recurring",
                "days": list(names),
                "start": str(),
                "end": str(),
            }:
                return Recurring(
                    days=read_days(names) or frozenset(),
                    start=time.fromisoformat(data["start"]),
                    end=time.fromisoformat(data["end"]),
                )
            case {"type": "opaque", "access_type": str(word), "text": str(text)}:
                return Opaque(access_type=AccessType(word), text=text)
    except TypeError, ValueError:
        pass
    return None


def check_allowed(
    schedule: Schedule,
    *,
    lock_type: int | None,
    schedules_allowed: bool | None,
    per_user: bool | None,
) -> None:
    """Raise ScheduleRefused for a schedule that the lock does not take (reference 14.1).

    `schedules_allowed` is the detail's word and `per_user` that of the capabilities; None means that the cloud does
    not say, and then the lock decides.
    """
    if isinstance(schedule, Always):
        return
    if lock_type == 1:
        raise ScheduleRefused("code_only_always")
    if schedules_allowed is False or per_user is False:
        raise ScheduleRefused("code_schedules_not_allowed")


def check_ahead(schedule: AnySchedule, now: datetime) -> None:
    """Raise ScheduleRefused for a window that is over."""
    if isinstance(schedule, Temporary) and schedule.end <= now:
        raise ScheduleRefused("code_window_over")
