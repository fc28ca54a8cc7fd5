"""A new access code by the options: for whom, on which locks, when, and which digits."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.selector import BooleanSelector, TextSelector
import probatio as vol

from custom_components.yale_august.access_codes.maker import takes_times
from custom_components.yale_august.access_codes.office import Outcomes
from custom_components.yale_august.access_codes.words import Words
from custom_components.yale_august.codes.schedule import Schedule
from custom_components.yale_august.codes.view import Outcome
from custom_components.yale_august.sentences import plain

from .codes import FormFields, choice
from .codes_when import CONF_WHEN, WhenFlow, when_field

CONF_NAME: Final = "name"
CONF_LOCKS: Final = "locks"
CONF_SAME: Final = "same_code"

PATIENCE: Final = 2.0
"""Seconds that a form waits for locks; who is slower is shown as on its way."""


class AddCodeFlow(WhenFlow):
    """Adds a code."""

    _wanted: dict[str, Any]
    _made: Outcomes

    async def async_step_codes_add(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask who, where, and when."""
        locks = self._code_locks()
        errors: dict[str, str] = {}
        told: dict[str, str] = {}
        if user_input is not None:
            name = user_input[CONF_NAME].strip()
            self._wanted = {
                CONF_LOCKS: [self._lock.lock_id],
                CONF_SAME: True,
                **user_input,
                CONF_NAME: name,
            }
            if not name:
                errors[CONF_NAME] = "code_name_missing"
            elif not self._wanted[CONF_LOCKS]:
                errors[CONF_LOCKS] = "code_locks_missing"
            else:
                try:
                    self._codes.check_add(name, self._wanted[CONF_LOCKS])
                except HomeAssistantError as err:
                    errors, told = await self._refused(err)
                else:
                    return await self._ask_times(
                        user_input[CONF_WHEN], self._add, whose=name, with_digits=True
                    )
        fields: FormFields = {vol.Required(CONF_NAME): TextSelector()}
        if len(locks) > 1:
            fields[vol.Required(CONF_LOCKS, default=[self._lock.lock_id])] = choice(
                locks, multiple=True
            )
            fields[vol.Required(CONF_SAME, default=True)] = BooleanSelector()
        # A guest's code ends by itself, unless the person wants something else.
        usual = "temporary" if takes_times(self._lock) else "always"
        fields[vol.Required(CONF_WHEN, default=usual)] = when_field()
        return self.async_show_form(
            step_id="codes_add",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(fields), user_input or {}
            ),
            errors=errors,
            description_placeholders=told,
        )

    async def _add(self, schedule: Schedule, digits: str | None) -> ConfigFlowResult:
        wanted = self._wanted
        self._made = await self._codes.async_add(
            wanted[CONF_NAME],
            wanted[CONF_LOCKS],
            schedule,
            digits=digits or None,
            same_code=wanted[CONF_SAME],
            wait=PATIENCE,
        )
        return await self.async_step_codes_added()

    async def async_step_codes_added(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the new code to the person, and how far it is on each lock."""
        if user_input is not None:
            return await self.async_step_codes()
        words = await Words.async_load(self.hass)
        lines = [
            f"- {plain(self._label(lock_id))}: {self._line(words, outcome)}"
            for lock_id, outcome in self._made.items()
        ]
        return self.async_show_form(
            step_id="codes_added",
            data_schema=vol.Schema({}),
            description_placeholders={
                "guest": self._wanted[CONF_NAME],
                "codes": "\n".join(lines),
            },
        )

    def _line(self, words: Words, outcome: Outcome) -> str:
        shown = self._codes.shown(outcome.lock_id)
        code = next((one for one in shown if one.code_id == outcome.code_id), None)
        state = "" if code is None else words.state(code)
        return " · ".join(
            filter(None, (outcome.digits and f"**{outcome.digits}**", state))
        )
