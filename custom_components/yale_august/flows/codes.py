"""The menu of access codes in the options: which lock, which code, and what it is like."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio as vol

from custom_components.yale_august.access_codes.desk import AccessCodes
from custom_components.yale_august.access_codes.entity import async_zone
from custom_components.yale_august.access_codes.words import Words, async_sentence
from custom_components.yale_august.account import Account
from custom_components.yale_august.codes.records import CodeState, Goal
from custom_components.yale_august.codes.view import ShownCode
from custom_components.yale_august.coordinator import LockCoordinator

from .forms import lock_labels

CONF_LOCK = "lock"
CONF_CODE = "code"

type FormFields = dict[vol.Marker, object]

_SHOWN = 40
"""How many codes a sentence lists."""


class CodesFlow(OptionsFlowWithReload):
    """Where the steps about access codes begin and come back to. Options flows are for administrators."""

    _lock_id: str | None = None
    _code_id: str | None = None

    # Which lock

    async def async_step_codes_lock(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a lock, where there are several."""
        locks = self._code_locks()
        if user_input is not None:
            self._lock_id = user_input[CONF_LOCK]
            return await self.async_step_codes_read()
        if len(locks) == 1:
            (self._lock_id,) = locks
            return await self.async_step_codes_read()
        return self.async_show_form(
            step_id="codes_lock",
            data_schema=vol.Schema(
                {vol.Required(CONF_LOCK): choice(locks, self._lock_id)}
            ),
        )

    async def async_step_codes_read(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Read the codes of the lock anew."""
        try:
            await self._codes.async_read(self._lock.lock_id)
        except HomeAssistantError as err:
            return await self._show_failure(err)
        return await self.async_step_codes()

    async def _show_failure(self, err: HomeAssistantError) -> ConfigFlowResult:
        return self.async_abort(
            reason="codes_failed",
            description_placeholders={"reason": await self._reason(err)},
        )

    async def _reason(self, err: HomeAssistantError) -> str:
        """Return what an error says; the end of the flow is none that a form could show."""
        if isinstance(err, AbortFlow):
            raise err
        return await async_sentence(self.hass, err)

    # Which code

    async def async_step_codes(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the codes of the lock."""
        shown = self._codes.shown(self._lock.lock_id)
        options = ["codes_add", "codes_pick", "codes_read", "codes_lock", "codes_done"]
        if not shown:
            options.remove("codes_pick")
        if len(self._code_locks()) == 1:
            options.remove("codes_lock")
        words = await Words.async_load(self.hass)
        lines = [f"- {label}" for label in (await self._labels(shown)).values()]
        if len(lines) > _SHOWN:
            lines = [*lines[:_SHOWN], f"- … + {len(lines) - _SHOWN}"]
        return self.async_show_menu(
            step_id="codes",
            menu_options=options,
            description_placeholders={
                "lock": self._lock.data.name,
                "codes": "\n".join(lines) or words.no_codes,
            },
        )

    async def async_step_codes_pick(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for one of the codes."""
        if user_input is not None:
            self._code_id = user_input[CONF_CODE]
            return await self.async_step_code()
        labels = await self._labels(self._codes.shown(self._lock.lock_id))
        return self.async_show_form(
            step_id="codes_pick",
            data_schema=vol.Schema(
                {vol.Required(CONF_CODE): choice(labels, self._code_id)}
            ),
            description_placeholders={"lock": self._lock.data.name},
        )

    async def async_step_code(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show one code, and what can be done with it."""
        code = self._code
        if code is None:
            return await self.async_step_codes()
        words = await Words.async_load(self.hass)
        return self.async_show_menu(
            step_id="code",
            menu_options=_possible(code),
            description_placeholders={
                **self._names(code),
                "state": words.state(code),
                "times": words.schedule(code.schedule, await async_zone(self._lock)),
            },
        )

    async def async_step_codes_done(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """End; the options stay as they are."""
        return self.async_create_entry(data=dict(self.config_entry.options))

    # What all steps need

    @property
    def _account(self) -> Account | None:
        """Return what the entry holds while it is loaded."""
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return None
        account = self.config_entry.runtime_data
        return account if isinstance(account, Account) else None

    @property
    def _codes(self) -> AccessCodes:
        if (account := self._account) is None:
            raise AbortFlow("codes_gone")
        return account.codes

    @property
    def _lock(self) -> LockCoordinator:
        account = self._account
        lock = None if account is None else account.find(self._lock_id)
        if lock is None:
            raise AbortFlow("codes_gone")
        return lock

    @property
    def _code(self) -> ShownCode | None:
        """Return the code that was picked, as it is now; None when it is there no more."""
        shown = self._codes.shown(self._lock.lock_id)
        return next((code for code in shown if code.code_id == self._code_id), None)

    def _code_locks(self) -> dict[str, str]:
        """Return the names of the locks whose codes the login may see, by id."""
        account = self._account
        if account is None:
            return {}
        return lock_labels(
            lock.data.summary
            for lock in account.locks.values()
            if account.codes.can_codes(lock)
        )

    def _names(self, code: ShownCode) -> dict[str, str]:
        return {"lock": self._lock.data.name, "guest": code.name}

    async def _labels(self, shown: tuple[ShownCode, ...]) -> dict[str, str]:
        """Return a line about each code by its id."""
        words = await Words.async_load(self.hass)
        zone = await async_zone(self._lock)
        return {
            code.code_id: " · ".join(
                (code.name, words.schedule(code.schedule, zone), words.state(code))
            )
            for code in sorted(shown, key=lambda code: code.name.casefold())
        }


def _possible(code: ShownCode) -> list[str]:
    """Return the steps that a code allows."""
    if code.goal is Goal.GONE:
        stuck = code.state in (CodeState.REFUSED, CodeState.UNCERTAIN)
        return ["code_end", "codes_read"] if stuck else ["codes_read"]
    turns = ["code_suspend" if code.goal is Goal.OPEN else "code_resume"]
    if code.state is CodeState.UNCERTAIN:
        turns = ["code_suspend", "code_resume"]
    elif code.state in (CodeState.LOST, CodeState.REFUSED, CodeState.NEEDS_NEW_CODE):
        turns = ["code_resume"]
    if not code.managed:
        return ["code_adopt", *turns, "code_reveal", "codes_read"]
    changes = ["code_when", "code_digits", "code_rename"]
    return [*turns, *changes, "code_reveal", "code_end", "codes_read"]


def choice(
    labels: Mapping[str, str], default: str | None = None, *, multiple: bool = False
) -> SelectSelector:
    """Return a choice of what has names of its own."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=value, label=label)
                for value, label in labels.items()
            ],
            multiple=multiple,
            mode=SelectSelectorMode.LIST
            if len(labels) <= 12
            else SelectSelectorMode.DROPDOWN,
        )
    )
