"""A calendar for each lock: the windows of its access codes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEntityFeature,
    CalendarEvent,
    CalendarEventStatus,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .access_codes.desk import AccessCodes
from .access_codes.entity import CodesEntity, async_add_codes_table, async_zone
from .access_codes.maker import refusal
from .access_codes.rules import (
    as_it_was,
    event_name,
    event_rule,
    event_schedule,
    event_start,
    without_ours,
)
from .access_codes.words import Words
from .account import YaleAugustConfigEntry
from .codes.records import CodeState, Goal, Guest
from .codes.schedule import Recurring, Schedule
from .codes.view import ShownCode, opens
from .codes.windows import FARTHEST, describe_offset, describe_window, windows
from .coordinator import LockCoordinator
from .entity import LockEntityDescriptionMixin
from .knowledge.face import Part

PARALLEL_UPDATES = 0

THIS_AND_FUTURE = "THISANDFUTURE"


@dataclass(frozen=True, kw_only=True)
class CalendarDescription(CalendarEntityDescription, LockEntityDescriptionMixin):
    """One calendar of a lock."""


TABLE = (CalendarDescription(key="codes", parts=Part.FACTS, translation_key="codes"),)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: YaleAugustConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the calendar of each lock."""
    async_add_codes_table(entry, async_add_entities, TABLE, CodesCalendar)


class CodesCalendar(CodesEntity, CalendarEntity):
    """When the access codes of a lock open. It shows whose they are, never their digits.

    Its state is that of the codes that the lock is known to have. Events are also those of others, as tentative ones
    with what is known of them in words. Who may write to a calendar is not told to it: only an administrator's option
    opens it for writing.
    """

    entity_description: CalendarDescription

    def __init__(
        self,
        coordinator: LockCoordinator,
        description: CalendarDescription,
        codes: AccessCodes,
    ) -> None:
        """Be read-only, unless somebody has decided otherwise."""
        super().__init__(coordinator, description, codes)
        self._zone: tzinfo = dt_util.UTC
        self._zone_name: str | None = None
        self._words: Words
        self._attr_supported_features = CalendarEntityFeature(0)
        if coordinator.account.options.calendar:
            self._attr_supported_features = (
                CalendarEntityFeature.CREATE_EVENT
                | CalendarEntityFeature.DELETE_EVENT
                | CalendarEntityFeature.UPDATE_EVENT
            )

    @override
    async def async_added_to_hass(self) -> None:
        """Learn what time it is at the lock."""
        await self._async_learn()
        await super().async_added_to_hass()

    async def _async_learn(self) -> None:
        self._zone_name = _zone_name(self.coordinator)
        self._zone = await async_zone(self.coordinator)
        self._words = await Words.async_load(self.hass)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Look whether the lock goes by another clock: weekly codes then open at other moments."""
        if _zone_name(self.coordinator) != self._zone_name:
            self.coordinator.config_entry.async_create_task(
                self.hass, self._async_go_by(), f"{self.entity_id} clock"
            )
        super()._handle_coordinator_update()

    async def _async_go_by(self) -> None:
        await self._async_learn()
        self.async_write_ha_state()

    # What is shown

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the window in which the lock takes a code, or the next one."""
        now = dt_util.utcnow()
        coming = (
            next(self._events(code, now, now + FARTHEST), None)
            for code in self._timed()
            if opens(code)
        )
        return min(
            (event for event in coming if event is not None),
            key=lambda event: event.start_datetime_local,
            default=None,
        )

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the windows between two moments."""
        await self._async_learn()
        found = [
            event
            for code in self._timed()
            for event in self._events(code, start_date, end_date)
        ]
        return sorted(found, key=lambda event: event.start_datetime_local)

    def _timed(self) -> Iterator[ShownCode]:
        """Yield the codes that are to open the lock."""
        for code in self.shown:
            if code.goal is Goal.OPEN and code.state is not CodeState.ENDED:
                yield code

    def _events(
        self, code: ShownCode, after: datetime, before: datetime
    ) -> Iterator[CalendarEvent]:
        schedule = code.schedule
        weekly = isinstance(schedule, Recurring)
        if weekly and code.loaded_at is not None:
            # It has no first day, and opened nothing before the lock had it.
            after = max(after, code.loaded_at)
        for start, end in windows(schedule, after, before, self._zone):
            shown = _showable(start, end)
            yield CalendarEvent(
                start=start,
                end=shown,
                summary=self.called(code),
                # Without an id Home Assistant offers neither change nor deletion.
                uid=code.code_id if code.managed and shown is end else None,
                recurrence_id=start.isoformat() if weekly else None,
                rrule=event_rule(schedule) if isinstance(schedule, Recurring) else None,
                description=self._more(code, start, end),
                # The frontend shows an event under the name of the calendar, without that of its lock.
                location=self._place,
                status=CalendarEventStatus.CONFIRMED
                if opens(code)
                else CalendarEventStatus.TENTATIVE,
            )

    @property
    def _place(self) -> str:
        """Return the name of the lock, as it is called here."""
        device = self.device_entry
        named = None if device is None else device.name_by_user
        return named or self.coordinator.data.name

    def _more(self, code: ShownCode, start: datetime, end: datetime) -> str | None:
        """Return what a calendar cannot show otherwise: how far a code is, and which of two hours is meant."""
        said = [] if opens(code) else [self._words.state(code)]
        if any(describe_offset(at, self._zone) for at in (start, end)):
            said.append(describe_window(start, end, self._zone))
        return "\n".join(said) or None

    # What is written

    @override
    async def async_create_event(self, **kwargs: Any) -> None:
        """Give a guest a code for these times; its digits are made here and not shown."""
        name = event_name(kwargs)
        schedule = event_schedule(kwargs, await async_zone(self.coordinator))
        await self._codes.async_add(
            self._guest(name), [self.coordinator.lock_id], schedule
        )

    @override
    async def async_delete_event(
        self,
        uid: str,
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Take a guest's code off the lock."""
        code = self._code(uid)
        await self._async_check_whole(code, recurrence_id, recurrence_range)
        await self._codes.async_end(uid, lock_ids=[self.coordinator.lock_id])

    @override
    async def async_update_event(
        self,
        uid: str,
        event: dict[str, Any],
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Give a guest's code other times, or the guest another name."""
        code = self._code(uid)
        await self._async_check_whole(code, recurrence_id, recurrence_range)
        name = event_name(without_ours(event, self._words, self._place))
        schedule: Schedule | None = event_schedule(
            as_it_was(event, code.schedule), await async_zone(self.coordinator)
        )
        if schedule == code.schedule:
            schedule = None
        await self._codes.async_change(
            uid,
            lock_ids=[self.coordinator.lock_id],
            schedule=schedule,
            name=name if name != self.called(code) else None,
        )

    def _code(self, uid: str) -> ShownCode:
        """Return the code of an event that may be changed."""
        for code in self._timed():
            if code.code_id == uid and code.managed:
                return code
        raise refusal("code_calendar_gone")

    def _guest(self, name: str) -> Guest | str:
        """Return whom a name means: where guests are numbered in calendars, also the one with that number."""
        guests = self._codes.guests.values()
        people = self.coordinator.account.people
        for guest in guests:
            if not people.by_name and people.guest(guest.guest_id, "") == name:
                return guest
        return name

    async def _async_check_whole(
        self, code: ShownCode, recurrence_id: str | None, recurrence_range: str | None
    ) -> None:
        """Refuse to change some of the weeks of a code: the cloud knows only all of them."""
        if not isinstance(code.schedule, Recurring) or not recurrence_id:
            return
        if recurrence_range != THIS_AND_FUTURE:
            raise refusal("code_calendar_single_day")
        now, zone = dt_util.utcnow(), await async_zone(self.coordinator)
        first = next(windows(code.schedule, now, now + FARTHEST, zone), None)
        if first is not None and first[0] < event_start(recurrence_id):
            raise refusal("code_calendar_later_days")


def _showable(start: datetime, end: datetime) -> datetime:
    """Return an end that Home Assistant takes for an event, whose length it tells by its own clock.

    By that a window may end before it begins while the clock is put back; no event of so short a one does.
    """
    begins = dt_util.as_local(start)
    if begins.replace(tzinfo=None) <= dt_util.as_local(end).replace(tzinfo=None):
        return end
    return begins.replace(fold=1).astimezone(end.tzinfo)


def _zone_name(lock: LockCoordinator) -> str | None:
    return None if lock.data.detail is None else lock.data.detail.time_zone
