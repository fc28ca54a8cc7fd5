"""When an access code opens: the forms for it, the same for a new code and for one that is changed."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    DateTimeSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
    TimeSelector,
)
from homeassistant.util import dt as dt_util
import probatio as vol

from custom_components.yale_august.access_codes.entity import async_zone
from custom_components.yale_august.access_codes.maker import refusal
from custom_components.yale_august.access_codes.words import CODE_DAYS, CODE_WHEN, Words
from custom_components.yale_august.codes.schedule import (
    ALWAYS,
    LAST_SECOND,
    WEEK,
    AnySchedule,
    Recurring,
    Schedule,
    ScheduleRefused,
    Temporary,
    read_days,
)
from custom_components.yale_august.codes.windows import (
    comes_twice,
    moment,
    temporary_window,
)

from .codes import CONF_CODE, CodesFlow, FormFields, choice

CONF_WHEN: Final = "when"
CONF_START: Final = "start"
CONF_END: Final = "end"
CONF_DAYS: Final = "days"

WINDOW: Final = (CONF_START, CONF_END)
TWICE: Final = ("first", "second")
"""Which of two moments is meant, by the fold of the time."""

WHEN: Final = ("temporary", "recurring", "always")
DIGITS: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)
_WORKING_DAY: Final = ("09:00:00", "17:00:00")
_WINDOW_FIELDS: Final[FormFields] = {
    vol.Required(name): DateTimeSelector() for name in WINDOW
}

type Take = Callable[[Schedule, str | None], Awaitable[ConfigFlowResult]]
"""What becomes of the times and the typed digits; raises what a wish raises."""


class WhenFlow(CodesFlow):
    """Asks for times, and for digits where they are wanted too."""

    _take: Take
    _with_digits: bool
    _present: AnySchedule | None
    _whose: str
    _window: dict[str, Any]
    """What was typed, while it is asked which of two moments is meant."""

    async def _ask_times(
        self,
        when: str,
        take: Take,
        *,
        whose: str,
        with_digits: bool,
        present: AnySchedule | None = None,
    ) -> ConfigFlowResult:
        """Ask for what a kind of schedule needs, then call `take`."""
        self._take, self._with_digits, self._present = take, with_digits, present
        self._whose = whose
        match when:
            case "temporary":
                return await self.async_step_code_window()
            case "recurring":
                return await self.async_step_code_week()
        return await self.async_step_code_always()

    async def async_step_code_always(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for nothing but digits."""

        async def read(typed: Mapping[str, Any]) -> Schedule:
            return ALWAYS

        if user_input is None and not self._with_digits:
            user_input = {}
        return await self._step(
            "code_always", self._and_digits({}), {}, read, user_input
        )

    async def async_step_code_window(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for beginning and end."""
        zone = await async_zone(self._lock)
        window = self._present
        if not isinstance(window, Temporary):
            # A day from now on: with empty fields the frontend shows two times of today's midnight.
            now = dt_util.now(zone).replace(minute=0, second=0)
            window = Temporary(start=now, end=now + timedelta(days=1))
        shown = {
            name: at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
            for name, at in _ends(window).items()
        }

        async def read(typed: Mapping[str, Any]) -> Schedule | None:
            times = _times(typed)
            for local in times.values():
                # What does not exist is refused before anything is asked.
                moment(local, zone)
            if any(comes_twice(local, zone) for local in times.values()):
                self._window = dict(typed)
                return None
            return _window(times, zone)

        return await self._step(
            "code_window",
            self._and_digits(_WINDOW_FIELDS),
            shown,
            read,
            user_input,
            ask_more=self.async_step_code_twice,
        )

    async def async_step_code_twice(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which is meant of two moments at which the clock shows the same."""
        zone, times = await async_zone(self._lock), _times(self._window)
        doubled = [name for name in WINDOW if comes_twice(times[name], zone)]
        shown = {}
        if isinstance(present := self._present, Temporary):
            for name, at in _ends(present).items():
                local = at.astimezone(zone).replace(tzinfo=None)
                if name in doubled and local == times[name]:
                    shown[name] = TWICE[local.fold]
        chosen: list[Schedule] = []

        async def read(typed: Mapping[str, Any]) -> None:
            meant = {
                name: times[name].replace(fold=TWICE.index(typed[name]))
                for name in doubled
            }
            chosen.append(_window({**times, **meant}, zone))

        async def take() -> ConfigFlowResult:
            async def read(_: Mapping[str, Any]) -> Schedule:
                return chosen[0]

            # What is refused now is told where it was typed.
            return await self._step(
                "code_window",
                self._and_digits(_WINDOW_FIELDS),
                {},
                read,
                self._window,
            )

        words = await Words.async_load(self.hass)
        fields: FormFields = {
            vol.Required(name, default=TWICE[0]): choice(
                {
                    which: words.twice(which, times[name].replace(fold=fold), zone)
                    for fold, which in enumerate(TWICE)
                }
            )
            for name in doubled
        }
        return await self._step(
            "code_twice", fields, shown, read, user_input, ask_more=take
        )

    async def async_step_code_week(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for days of the week and times of day."""
        # Empty fields show midnight, and from midnight until midnight is all day.
        shown: dict[str, Any] = dict(zip(WINDOW, _WORKING_DAY, strict=True))
        if isinstance(present := self._present, Recurring):
            until = time.min if present.end == LAST_SECOND else present.end
            shown = {
                CONF_DAYS: [day.value for day in WEEK if day in present.days],
                CONF_START: present.start.isoformat(),
                CONF_END: until.isoformat(),
            }

        async def read(typed: Mapping[str, Any]) -> Schedule:
            return Recurring(
                days=read_days(typed.get(CONF_DAYS, ())) or frozenset(),
                start=cv.time(typed[CONF_START]),
                end=cv.time(typed[CONF_END]),
            )

        fields: FormFields = {
            # Without a default the frontend chooses the first day by itself.
            vol.Required(CONF_DAYS, default=[]): SelectSelector(
                SelectSelectorConfig(
                    options=[day.value for day in WEEK],
                    multiple=True,
                    mode=SelectSelectorMode.LIST,
                    translation_key=CODE_DAYS,
                )
            ),
            vol.Required(CONF_START): TimeSelector(),
            vol.Required(CONF_END): TimeSelector(),
        }
        return await self._step(
            "code_week", self._and_digits(fields), shown, read, user_input
        )

    def _and_digits(self, fields: FormFields) -> FormFields:
        """Return fields, and one for digits where they are wanted."""
        if not self._with_digits:
            return fields
        return {**fields, vol.Optional(vol.Secret(CONF_CODE)): DIGITS}

    async def _step(
        self,
        step_id: str,
        fields: FormFields,
        shown: Mapping[str, Any],
        read: Callable[[Mapping[str, Any]], Awaitable[Schedule | None]],
        typed: dict[str, Any] | None,
        *,
        ask_more: Callable[[], Awaitable[ConfigFlowResult]] | None = None,
    ) -> ConfigFlowResult:
        """Show a form until what is typed is taken, or what it leaves open can be asked."""
        told = {"lock": self._lock_label, "guest": self._whose}
        errors: dict[str, str] = {}
        if typed is not None:
            try:
                try:
                    schedule = await read(typed)
                except ScheduleRefused as err:
                    raise refusal(err.key, **err.placeholders) from err
                if schedule is not None:
                    return await self._take(schedule, typed.get(CONF_CODE))
            except HomeAssistantError as err:
                errors, more = await self._refused(err)
                told |= more
            else:
                assert ask_more is not None
                return await ask_more()
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(fields), typed or shown
            ),
            errors=errors,
            description_placeholders=told,
        )


def _times(typed: Mapping[str, Any]) -> dict[str, datetime]:
    """Read fields for date and time: on the clock of the lock, unless they say another."""
    return {name: cv.datetime(typed[name]) for name in WINDOW}


def _ends(window: Temporary) -> dict[str, datetime]:
    return {CONF_START: window.start, CONF_END: window.end}


def _window(times: Mapping[str, datetime], zone: tzinfo) -> Temporary:
    return temporary_window(times[CONF_START], times[CONF_END], zone)


def when_field() -> SelectSelector:
    """Return the choice of the kinds of schedules."""
    return SelectSelector(
        SelectSelectorConfig(
            options=list(WHEN),
            mode=SelectSelectorMode.LIST,
            translation_key=CODE_WHEN,
        )
    )


def kind(schedule: AnySchedule) -> str:
    """Return which kind a schedule is; what cannot be read would become one that always opens."""
    match schedule:
        case Temporary():
            return "temporary"
        case Recurring():
            return "recurring"
    return "always"
