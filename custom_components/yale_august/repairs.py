"""Repairs that a person can do here: saying what opens a latch."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio as vol

from .options import CONF_LATCH, LatchUse

CONF_USE = "use"


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


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the flow of a fixable repair."""
    entry_id, lock_id = (data or {})["entry_id"], (data or {})["lock_id"]
    entry = hass.config_entries.async_get_entry(entry_id)
    account = getattr(entry, "runtime_data", None)
    lock = account.locks.get(lock_id) if account is not None else None
    return LatchRepair(entry_id, lock_id, lock.data.name if lock else lock_id[-6:])
