"""Repairs that a person can do here: saying what opens a latch, and what shall become of a code."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio as vol

from .access_codes.attention import NOT_ENDED, NOT_SUSPENDED
from .access_codes.desk import NEW, AccessCodes
from .access_codes.words import async_sentence
from .account import Account
from .const import DOMAIN
from .options import CONF_LATCH, LatchUse
from .sentences import plain

CONF_USE = "use"
CONF_REMEDY = "remedy"

AGAIN = "again"
NEW_CODE = "new_code"
FORGET = "forget"
END = "end"
SUSPEND = "suspend"
TAKE_OFF = "take_off"
RESUME = "resume"


class LatchRepair(RepairsFlow):
    """Explains what unlock and open may do to the door, and takes the person's choice."""

    def __init__(self, entry_id: str, lock_id: str, name: str) -> None:
        """Know the lock."""
        self._entry_id = entry_id
        self._lock_id = lock_id
        self._name = name

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin; what comes here is not typed by anybody."""
        return await self.async_step_choose()

    async def async_step_choose(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask, and keep the answer with the entry's options."""
        if user_input is None:
            return self.async_show_form(
                step_id="choose",
                data_schema=vol.Schema(
                    {
                        vol.Required(
                            CONF_USE, default=LatchUse.DOCUMENTED.value
                        ): SelectSelector(
                            SelectSelectorConfig(
                                options=[use.value for use in LatchUse],
                                mode=SelectSelectorMode.LIST,
                                translation_key="latch_use",
                            )
                        )
                    }
                ),
                description_placeholders={"lock": self._name},
            )
        entries = self.hass.config_entries
        if (entry := entries.async_get_entry(self._entry_id)) is None:
            return self.async_abort(reason="entry_gone")
        latch = {
            **entry.options.get(CONF_LATCH, {}),
            self._lock_id: user_input[CONF_USE],
        }
        entries.async_update_entry(entry, options={**entry.options, CONF_LATCH: latch})
        entries.async_schedule_reload(entry.entry_id)
        return self.async_create_entry(data={})


class CodeRepair(RepairsFlow):
    """Asks what shall become of a code that the lock does not have as it was wished."""

    def __init__(
        self, codes: AccessCodes, lock_id: str, code_id: str, remedies: list[str]
    ) -> None:
        """Know the code, and what can be done."""
        self._remedies = remedies
        self._codes = codes
        self._lock_id = lock_id
        self._code_id = code_id

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin; what comes here is not typed by anybody."""
        return await self.async_step_code()

    async def async_step_code(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask, and pass the wish on."""
        errors: dict[str, str] = {}
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        told = dict((issue and issue.translation_placeholders) or {})
        # Titles show a name as it is, descriptions are Markdown.
        told |= {
            name: plain(told.get(key, ""))
            for name, key in (("who", "guest"), ("where", "lock"))
        }
        if user_input is not None:
            try:
                await self._do(user_input[CONF_REMEDY])
            except HomeAssistantError as err:
                errors["base"] = "code_refused"
                told["error"] = await async_sentence(self.hass, err)
            else:
                return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="code",
            data_schema=vol.Schema(
                {
                    vol.Required(
                        CONF_REMEDY, default=self._remedies[0]
                    ): SelectSelector(
                        SelectSelectorConfig(
                            options=self._remedies,
                            mode=SelectSelectorMode.LIST,
                            translation_key="code_remedy",
                        )
                    )
                }
            ),
            errors=errors,
            description_placeholders=told,
        )

    async def _do(self, remedy: str) -> None:
        where = [self._lock_id]
        if remedy in (AGAIN, RESUME):
            await self._codes.async_resume(self._code_id, lock_ids=where)
        elif remedy == SUSPEND:
            await self._codes.async_suspend(self._code_id, lock_ids=where)
        elif remedy == NEW_CODE:
            await self._codes.async_change(self._code_id, lock_ids=where, digits=NEW)
        else:
            await self._codes.async_end(self._code_id, lock_ids=where)


class GoneRepair(RepairsFlow):
    """There is nothing to repair any more."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Say so."""
        return self.async_abort(reason="entry_gone")


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the flow of a fixable repair."""
    known = data or {}
    entry_id, lock_id = known["entry_id"], known["lock_id"]
    entry = hass.config_entries.async_get_entry(entry_id)
    account = getattr(entry, "runtime_data", None)
    if (code_id := known.get("code_id")) is not None:
        if not isinstance(account, Account):
            return GoneRepair()
        remedies = _remedies(known["key"], is_shut=known["shut"])
        return CodeRepair(account.codes, lock_id, code_id, remedies)
    lock = account.locks.get(lock_id) if account is not None else None
    return LatchRepair(entry_id, lock_id, lock.data.name if lock else lock_id[-6:])


def _remedies(key: str, *, is_shut: bool) -> list[str]:
    """Return what can be done; the first is suggested, and lets nobody in who is to stay out."""
    if key == NOT_ENDED:
        return [END]
    if key == NOT_SUSPENDED:
        return [SUSPEND, TAKE_OFF]
    return [FORGET, RESUME] if is_shut else [AGAIN, NEW_CODE, FORGET]
