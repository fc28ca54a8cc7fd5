"""What can be done by the options with an access code that is there."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.selector import BooleanSelector, TextSelector
import probatio as vol

from custom_components.yale_august.access_codes.desk import NEW
from custom_components.yale_august.access_codes.office import Outcomes
from custom_components.yale_august.codes.records import CodeState, Goal
from custom_components.yale_august.codes.schedule import Schedule
from custom_components.yale_august.codes.view import ShownCode
from custom_components.yale_august.sentences import plain

from .codes import CONF_CODE, FormFields
from .codes_add import CONF_NAME, PATIENCE
from .codes_when import CONF_WHEN, DIGITS, WhenFlow, kind, when_field
from .forms import listed

CONF_EVERYWHERE: Final = "everywhere"

type Do = Callable[[ShownCode, dict[str, Any]], Awaitable[ConfigFlowResult | None]]
"""What becomes of a form that is filled in: another screen, or None for that of the code."""
type Only = Callable[[ShownCode], bool]
"""Which codes of a guest, beside the one that was chosen, something can be done with."""


def _stays(code: ShownCode) -> bool:
    """Return whether a code is not being taken off its lock."""
    return code.goal is not Goal.GONE


def _is_halted(code: ShownCode) -> bool:
    """Return whether there is something to resume, or to try again."""
    is_well = not code.settled or code.state is CodeState.CONFIRMED
    return _stays(code) and not (code.goal is Goal.OPEN and is_well)


def _is_to_try(code: ShownCode) -> bool:
    """Return whether there is something to try again that does not let in who is suspended."""
    return _is_halted(code) and code.goal is Goal.OPEN


class ChangeCodeFlow(WhenFlow):
    """Changes, suspends, ends, shows and adopts codes."""

    async def async_step_code_suspend(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let it stay on the lock and open nothing."""

        async def do(code: ShownCode, typed: dict[str, Any]) -> None:
            outcomes = await self._codes.async_suspend(
                code.code_id, lock_ids=self._where(code, typed), wait=PATIENCE
            )
            self._follow(outcomes)

        return await self._form("code_suspend", {}, do, user_input)

    async def async_step_code_resume(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let it open again."""
        return await self._resume("code_resume", user_input, _is_halted)

    async def async_step_code_again(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Try again what went wrong."""
        return await self._resume("code_again", user_input, _is_to_try)

    async def _resume(
        self, step_id: str, user_input: dict[str, Any] | None, only: Only
    ) -> ConfigFlowResult:
        async def do(code: ShownCode, typed: dict[str, Any]) -> None:
            outcomes = await self._codes.async_resume(
                code.code_id,
                lock_ids=self._where(code, typed, only),
                wait=PATIENCE,
            )
            self._follow(outcomes)

        return await self._form(step_id, {}, do, user_input, only=only)

    async def async_step_code_end(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take it off the lock."""

        async def do(code: ShownCode, typed: dict[str, Any]) -> None:
            await self._codes.async_end(
                code.code_id, lock_ids=self._where(code, typed), wait=PATIENCE
            )

        return await self._form("code_end", {}, do, user_input)

    async def async_step_code_digits(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Give it other digits, typed or new ones."""

        async def do(code: ShownCode, typed: dict[str, Any]) -> None:
            await self._codes.async_change(
                code.code_id,
                lock_ids=self._where(code, typed),
                digits=typed.get(CONF_CODE) or NEW,
                wait=PATIENCE,
            )

        fields: FormFields = {vol.Optional(vol.Secret(CONF_CODE)): DIGITS}
        return await self._form("code_digits", fields, do, user_input)

    async def async_step_code_rename(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Give the guest another name."""

        async def do(code: ShownCode, typed: dict[str, Any]) -> None:
            await self._codes.async_rename(code.code_id, typed[CONF_NAME])

        name = self._code.name if self._code else ""
        fields: FormFields = {vol.Required(CONF_NAME, default=name): TextSelector()}
        return await self._form("code_rename", fields, do, user_input, scope=False)

    async def async_step_code_adopt(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Manage a code that was made elsewhere."""

        async def do(code: ShownCode, typed: dict[str, Any]) -> None:
            adopted = await self._codes.async_adopt(
                self._lock.lock_id, code.code_id, name=typed[CONF_NAME]
            )
            self._follow(adopted)

        name = self._code.name if self._code else ""
        fields: FormFields = {vol.Required(CONF_NAME, default=name): TextSelector()}
        return await self._form("code_adopt", fields, do, user_input, scope=False)

    async def async_step_code_reveal(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show its digits to the person."""
        code = self._code
        if code is None:
            return await self._show_missed()
        if user_input is not None:
            return await self.async_step_code()
        try:
            digits = await self._codes.async_reveal(self._lock.lock_id, code.code_id)
        except HomeAssistantError as err:
            return await self._show_failure(err)
        return self.async_show_form(
            step_id="code_reveal" if digits is not None else "code_unknown",
            data_schema=vol.Schema({}),
            description_placeholders={**self._names(code), "code": digits or ""},
        )

    async def async_step_code_unknown(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go back: nobody knows the digits."""
        return await self.async_step_code()

    async def async_step_code_when(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Give it other times."""

        async def do(code: ShownCode, typed: dict[str, Any]) -> ConfigFlowResult:
            where = self._where(code, typed)

            async def take(schedule: Schedule, _: str | None) -> ConfigFlowResult:
                await self._codes.async_change(
                    code.code_id, lock_ids=where, schedule=schedule, wait=PATIENCE
                )
                return await self.async_step_code()

            return await self._ask_times(
                typed[CONF_WHEN],
                take,
                whose=code.name,
                with_digits=False,
                present=code.schedule,
            )

        present = kind(self._code.schedule) if self._code else "always"
        fields: FormFields = {vol.Required(CONF_WHEN, default=present): when_field()}
        return await self._form("code_when", fields, do, user_input)

    async def _form(
        self,
        step_id: str,
        fields: FormFields,
        do: Do,
        typed: dict[str, Any] | None,
        *,
        scope: bool = True,
        only: Only = _stays,
    ) -> ConfigFlowResult:
        """Ask once more, for one lock or all of the guest's, then do it and show the code."""
        code = self._code
        if code is None:
            return await self._show_missed()
        told = self._names(code)
        errors: dict[str, str] = {}
        if typed is not None:
            try:
                done = await do(code, typed)
            except HomeAssistantError as err:
                errors, more = await self._refused(err)
                told |= more
            else:
                return await self.async_step_code() if done is None else done
        locks = self._where(code, {CONF_EVERYWHERE: scope}, only)
        if len(locks) > 1:
            everywhere = vol.Required(CONF_EVERYWHERE, default=True)
            fields = {**fields, everywhere: BooleanSelector()}
        told["locks"] = plain(listed(self._label(lock_id) for lock_id in locks))
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(fields), typed or {}
            ),
            errors=errors,
            description_placeholders=told,
        )

    def _follow(self, outcomes: Outcomes) -> None:
        """Go on with the same code, which has another id once it is managed."""
        if (outcome := outcomes.get(self._lock.lock_id)) is not None:
            self._code_id = outcome.code_id

    def _where(
        self, code: ShownCode, typed: dict[str, Any], only: Only = _stays
    ) -> list[str]:
        """Return this lock, and the others of the guest that are concerned too."""
        here = self._lock.lock_id
        if not (code.managed and typed.get(CONF_EVERYWHERE)):
            return [here]
        return [
            lock_id
            for lock_id in self._code_locks()
            if lock_id == here
            or any(
                one.code_id == code.code_id and only(one)
                for one in self._codes.shown(lock_id)
            )
        ]
