"""Set up, mend and change a login of the lock maker's partner cloud.

user -> sign in -> account -> (create) or sub_user -> (create) or sharing -> ...
reauth_confirm -> sign in, or reauth_key
reconfigure -> (sign in) -> (update) or sub_user -> ...
"""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlowResult,
)
from homeassistant.const import CONF_API_KEY
from homeassistant.core import callback

from .cloud.brand import Brand
from .cloud.errors import CloudError, LoginExpired
from .cloud.models import LockSummary
from .const import ACTING_OWNER, ACTING_SUB_USER, CONF_ACTING_USER, CONF_BRAND, DOMAIN
from .flows.acting import SUB_USER_FIELDS, ActingFlow
from .flows.forms import (
    CONF_SIGN_IN,
    acting_name,
    changed_title,
    entry_title,
    key_form,
    reconfigure_form,
    user_form,
)
from .flows.login import Login
from .flows.options import PartnerOptionsFlow
from .flows.problems import KEY_PROBLEMS, Problem, login_problem
from .tokens import FlowTokens


class PartnerFlow(ActingFlow, domain=DOMAIN):
    """The whole flow."""

    VERSION = 1

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> PartnerOptionsFlow:
        """Return the flow of the options."""
        return PartnerOptionsFlow()

    # Set up

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for brand and API key."""
        if user_input is None:
            self.check_address()
            await self.async_check_credentials()
            if not self._typed and self.hass.config.country in ("US", "CA"):
                self.brand = Brand.AUGUST
            return self._user_form()
        self._typed |= user_input
        brand = Brand(user_input[CONF_BRAND])
        if brand is not self.brand or user_input.get(CONF_SIGN_IN):
            self.login = None
        self.brand = brand
        if (problem := self._take_key(user_input[CONF_API_KEY])) is not None:
            return self._user_form(problem)
        return await self.async_try()

    @override
    def start_form(self, problem: Problem) -> ConfigFlowResult:
        """Return to the form that the person began with."""
        if self.source == SOURCE_REAUTH:
            if problem.key in KEY_PROBLEMS:
                return self._reauth_key_form(problem)
            return self._reauth_form(problem)
        if self.source == SOURCE_RECONFIGURE:
            return self._reconfigure_form(problem)
        return self._user_form(problem)

    @override
    async def async_logged_in(self) -> ConfigFlowResult:
        """Go on with a key and a login that work."""
        if self.source == SOURCE_REAUTH:
            return self._mended()
        if self.source == SOURCE_RECONFIGURE:
            return await self._acting(self._typed[CONF_ACTING_USER])
        if not self.locks:
            return self._user_form(Problem(key="no_locks"))
        return await self.async_step_account()

    @override
    def _done(
        self, acting_user: str, locks: tuple[LockSummary, ...]
    ) -> ConfigFlowResult:
        """Create the entry, or change it."""
        assert self.login is not None
        data: dict[str, Any] = {
            CONF_BRAND: self.brand.value,
            CONF_API_KEY: self.api_key,
            CONF_ACTING_USER: acting_user,
            **self.login.data(),
        }
        who = None
        if acting_user == ACTING_SUB_USER:
            data |= {name: self._typed[name] for name in SUB_USER_FIELDS}
            who = acting_name(data)
        title = entry_title(self.brand, locks, who)
        if (entry := self.entry) is None:
            return self.async_create_entry(title=title, data=data)
        # Not `data_updates`: what belongs to a sub-user has to go with it. The rest is
        # taken from the entry at this moment, whose token may have been renewed.
        kept = {k: v for k, v in entry.data.items() if k not in SUB_USER_FIELDS}
        return self.async_update_reload_and_abort(
            entry, title=changed_title(entry, self.locks, title), data=kept | data
        )

    # Mend a login

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin when the cloud refuses the entry's login or key."""
        self.check_address()
        self.brand = Brand(entry_data[CONF_BRAND])
        self.api_key = entry_data[CONF_API_KEY]
        return self._reauth_form()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Find out what is refused: the key is asked for, or the person signs in."""
        if user_input is None:
            return self._reauth_form()
        login = self._entry_login()
        try:
            await self.client(FlowTokens(login.access_token)).get_locks()
        except LoginExpired:
            return await self.async_sign_in()
        except CloudError as err:
            return self.start_form(login_problem(err))
        return await self.async_sign_in() if login.ends_soon else self._mended()

    async def async_step_reauth_key(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take another API key."""
        if user_input is None:
            return self._reauth_key_form()
        if (problem := self._take_key(user_input[CONF_API_KEY])) is not None:
            return self._reauth_key_form(problem)
        if self.login is not None:
            return await self.async_try()
        return await self.async_step_reauth_confirm({})

    def _mended(self) -> ConfigFlowResult:
        updates: dict[str, Any] = {CONF_API_KEY: self.api_key}
        if self.login is not None:
            updates |= self.login.data()
        return self.async_update_reload_and_abort(
            self._get_reauth_entry(), data_updates=updates
        )

    # Change

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change key, login or whom the entry acts as; its brand is the login's."""
        data = self._get_reconfigure_entry().data
        if user_input is None:
            self.check_address()
            self.brand = Brand(data[CONF_BRAND])
            self._typed = {
                name: data[name]
                for name in (CONF_ACTING_USER, *SUB_USER_FIELDS)
                if name in data
            }
            return self._reconfigure_form()
        self._typed = {
            name: value for name, value in self._typed.items() if name != CONF_API_KEY
        } | user_input
        if user_input[CONF_SIGN_IN]:
            self.login = None
        elif self.login is None or self.login.implementation is None:
            self.login = self._entry_login()
        key = user_input.get(CONF_API_KEY) or data[CONF_API_KEY]
        if (problem := self._take_key(key)) is not None:
            return self._reconfigure_form(problem)
        return await self.async_try()

    # Forms

    def _user_form(self, problem: Problem | None = None) -> ConfigFlowResult:
        return self._form(
            "user",
            user_form(self._typed, self.brand, signed_in=self.login is not None),
            problem,
        )

    def _reauth_form(self, problem: Problem | None = None) -> ConfigFlowResult:
        return self._form("reauth_confirm", None, problem)

    def _reauth_key_form(self, problem: Problem | None = None) -> ConfigFlowResult:
        return self._form("reauth_key", key_form(), problem)

    def _reconfigure_form(self, problem: Problem | None = None) -> ConfigFlowResult:
        form = reconfigure_form(
            self._typed,
            self._typed.get(CONF_ACTING_USER, ACTING_OWNER),
            sign_in=problem is not None and self.login is None,
        )
        return self._form("reconfigure", form, problem)

    # Details

    def _take_key(self, typed: str) -> Problem | None:
        key = typed.strip()
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            return Problem(key="api_key_malformed")
        self.api_key = key
        return None

    def _entry_login(self) -> Login:
        assert self.entry is not None
        return Login(token=self.entry.data["token"])
