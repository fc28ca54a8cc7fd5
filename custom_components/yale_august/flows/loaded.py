"""What the steps of the options need that speak to the cloud: the loaded login, and its errors in words."""

from typing import Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.exceptions import HomeAssistantError

from custom_components.yale_august.access_codes.words import async_sentence
from custom_components.yale_august.account import Account


class LoadedFlow(OptionsFlowWithReload):
    """Options of an entry that may be unloaded meanwhile. They are for administrators."""

    @property
    def _account(self) -> Account | None:
        """Return what the entry holds while it is loaded."""
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return None
        account = self.config_entry.runtime_data
        return account if isinstance(account, Account) else None

    @property
    def _login(self) -> Account:
        """Return the same, or end the flow."""
        if (account := self._account) is None:
            raise AbortFlow("login_gone")
        return account

    async def async_step_done(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """End; the options stay as they are."""
        return self.async_create_entry(data=dict(self.config_entry.options))

    async def _show_failure(self, err: HomeAssistantError) -> ConfigFlowResult:
        return self.async_abort(
            reason="failed",
            description_placeholders={"reason": await self._reason(err)},
        )

    async def _refused(
        self, err: HomeAssistantError
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return the error of a form that says what an exception says, and its placeholders."""
        return {"base": "refused"}, {"reason": await self._reason(err)}

    async def _reason(self, err: HomeAssistantError) -> str:
        """Return what an error says; the end of the flow is none that a form could show."""
        if isinstance(err, AbortFlow):
            raise err
        return await async_sentence(self.hass, err)
