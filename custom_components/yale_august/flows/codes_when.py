"""When an access code opens: the forms for it, the same for a new code and for one that is changed."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, time
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.exceptions import HomeAssistantError
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
from custom_components.yale_august.access_codes.words import CODE_DAYS, CODE_WHEN
from custom_components.yale_august.codes.schedule import (
    ALWAYS,
    LAST_SECOND,
    WEEK,
    AnySchedule,
    Recurring,
    Schedule,
    ScheduleRefused,
    Temporary,
    check_ahead,
    read_days,
)
from custom_components.yale_august.codes.windows import temporary_window

from .codes import CONF_CODE, CodesFlow, FormFields

CONF_WHEN: Final = "when"
CONF_START: Final = "start"
CONF_END: Final = "end"
CONF_DAYS: Final = "days"

WHEN: Final = ("always", "temporary", "recurring")
DIGITS: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)

type Take = Callable[[Schedule, str | None], Awaitable[ConfigFlowResult]]
"""What becomes of the times and the typed digits; raises what a wish raises."""


class WhenFlow(CodesFlow):
    """Asks for times, and for digits where they are wanted too."""

    _take: Take
    _with_digits: bool
    _present: AnySchedule | None
    _whose: str

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
        return await self._step("code_always", {}, {}, read, user_input)

    async def async_step_code_window(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for beginning and end."""
        zone = await async_zone(self._lock)
        shown = {}
        if isinstance(present := self._present, Temporary):
            shown = {
                name: moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
                for name, moment in (
                    (CONF_START, present.start),
                    (CONF_END, present.end),
                )
            }

        async def read(typed: Mapping[str, Any]) -> Schedule:
            start, end = (_local(typed[name]) for name in (CONF_START, CONF_END))
            window = temporary_window(start, end, zone)
            check_ahead(window, dt_util.utcnow())
            return window

        fields: FormFields = {
            vol.Required(CONF_START): DateTimeSelector(),
            vol.Required(CONF_END): DateTimeSelector(),
        }
        return await self._step("code_window", fields, shown, read, user_input)

    async def async_step_code_week(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for days of the week and times of day."""
        shown: dict[str, Any] = {}
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
                start=time.fromisoformat(typed[CONF_START]),
                end=time.fromisoformat(typed[CONF_END]),
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
        return await self._step("code_week", fields, shown, read, user_input)

    async def _step(
        self,
        step_id: str,
        fields: FormFields,
        shown: Mapping[str, Any],
        read: Callable[[Mapping[str, Any]], Awaitable[Schedule]],
        typed: dict[str, Any] | None,
    ) -> ConfigFlowResult:
        """Show a form until what is typed is taken."""
        schema = dict(fields)
        if self._with_digits:
            schema[vol.Optional(vol.Secret(CONF_CODE))] = DIGITS
        told = {"lock": self._lock.data.name, "guest": self._whose}
        errors: dict[str, str] = {}
        if typed is not None:
            try:
                try:
                    schedule = await read(typed)
                except ScheduleRefused as err:
                    raise refusal(err.key, **err.placeholders) from err
                return await self._take(schedule, typed.get(CONF_CODE))
            except HomeAssistantError as err:
                errors, more = await self._refused(err)
                told |= more
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(schema), typed or shown
            ),
            errors=errors,
            description_placeholders=told,
        )

    async def _refused(
        self, err: HomeAssistantError
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return the error of a form that says what an exception says, and its placeholders."""
        return {"base": "code_refused"}, {"reason": await self._reason(err)}


def _local(text: str) -> datetime:
    """Read what a field for date and time gives: a time on the clock of the lock."""
    return datetime.fromisoformat(text).replace(tzinfo=None)


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
