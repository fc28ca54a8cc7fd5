"""The options: a menu of access codes, and the settings of the entry."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio as vol

from custom_components.yale_august.const import ACTING_OWNER, CONF_ACTING_USER
from custom_components.yale_august.options import (
    CONF_BLUETOOTH,
    CONF_CALENDAR,
    CONF_LATCH,
    CONF_NAMES,
    CONF_TRUST_MINUTES,
    CONF_WEBHOOKS,
    TRUST_DEFAULT,
    TRUST_LEAST,
    TRUST_MOST,
    LatchUse,
    Options,
)

from .guests import GuestsFlow
from .users_change import ChangeUserFlow

CONF_SWAPPED = "swapped"
CONF_HIDDEN = "hidden"


class PartnerOptionsFlow(GuestsFlow, ChangeUserFlow):
    """A menu; the entry is loaded anew when a setting has changed."""

    _latch_shown: tuple[str, ...] = ()
    """The locks about whose latch the form has asked: nothing is decided for others."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer access codes, where there are any, additional users, and the settings."""
        if self._account is None:
            return await self.async_step_settings()
        locks = self._code_locks()
        options = ["codes_lock", "guests", "users", "settings"]
        if not locks:
            options.remove("codes_lock")
        if len(locks) < 2 or not self._guests():
            # One lock's list is the list of its guests.
            options.remove("guests")
        return self.async_show_menu(step_id="init", menu_options=options)

    async def async_step_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the settings, or take them."""
        options = Options.read(self.config_entry.options)
        with_codes = bool(self._code_locks())
        with_keys = self.config_entry.data[CONF_ACTING_USER] == ACTING_OWNER
        errors: dict[str, str] = {}
        if user_input is not None:
            swapped = set(user_input.get(CONF_SWAPPED, ()))
            hidden = set(user_input.get(CONF_HIDDEN, ()))
            if swapped & hidden:
                errors[CONF_HIDDEN] = "swapped_and_hidden"
            else:
                return self.async_create_entry(
                    data={
                        CONF_TRUST_MINUTES: int(user_input[CONF_TRUST_MINUTES]),
                        CONF_WEBHOOKS: user_input[CONF_WEBHOOKS],
                        CONF_CALENDAR: user_input.get(CONF_CALENDAR, options.calendar),
                        CONF_NAMES: user_input[CONF_NAMES],
                        CONF_BLUETOOTH: user_input.get(
                            CONF_BLUETOOTH, options.bluetooth
                        ),
                        CONF_LATCH: {
                            # What was decided for a lock that is away stays decided.
                            **options.latch,
                            **{
                                lock_id: _use(lock_id, swapped, hidden)
                                for lock_id in self._latch_shown
                            },
                        },
                    }
                )
        latch_locks = self._latch_locks()
        self._latch_shown = tuple(latch_locks)
        return self.async_show_form(
            step_id="settings",
            data_schema=self.add_suggested_values_to_schema(
                _form(latch_locks, with_codes=with_codes, with_keys=with_keys),
                user_input or _suggested(options, latch_locks),
            ),
            errors=errors,
        )

    def _latch_locks(self) -> dict[str, str]:
        """Return the names of the locks that can pull their latch, by id."""
        if (account := self._account) is None:
            return {}
        return {
            lock.lock_id: lock.data.name
            for lock in account.locks.values()
            if lock.data.has_latch
        }


def _use(lock_id: str, swapped: set[str], hidden: set[str]) -> LatchUse:
    if lock_id in swapped:
        return LatchUse.SWAPPED
    return LatchUse.HIDDEN if lock_id in hidden else LatchUse.DOCUMENTED


def _suggested(options: Options, latch_locks: dict[str, str]) -> dict[str, Any]:
    return {
        CONF_TRUST_MINUTES: (
            TRUST_DEFAULT
            if options.trust is None
            else options.trust.total_seconds() / 60
        ),
        CONF_WEBHOOKS: options.webhooks,
        CONF_CALENDAR: options.calendar,
        CONF_NAMES: options.names,
        CONF_BLUETOOTH: options.bluetooth,
        CONF_SWAPPED: [
            lock for lock in latch_locks if options.latch_use(lock) is LatchUse.SWAPPED
        ],
        CONF_HIDDEN: [
            lock for lock in latch_locks if options.latch_use(lock) is LatchUse.HIDDEN
        ],
    }


def _form(
    latch_locks: dict[str, str], *, with_codes: bool, with_keys: bool
) -> vol.Schema:
    # What opens a door comes first, what few need last.
    schema: dict[vol.Marker, object] = {}
    if latch_locks:
        choice = SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(value=lock_id, label=name)
                    for lock_id, name in latch_locks.items()
                ],
                multiple=True,
                mode=SelectSelectorMode.LIST,
            )
        )
        schema[vol.Optional(CONF_SWAPPED)] = choice
        schema[vol.Optional(CONF_HIDDEN)] = choice
    schema[vol.Required(CONF_NAMES)] = BooleanSelector()
    if with_codes:
        schema[vol.Required(CONF_CALENDAR)] = BooleanSelector()
    schema[vol.Required(CONF_TRUST_MINUTES)] = NumberSelector(
        NumberSelectorConfig(
            min=TRUST_LEAST,
            max=TRUST_MOST,
            step=1,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement="min",
        )
    )
    schema[vol.Required(CONF_WEBHOOKS)] = BooleanSelector()
    if with_keys:
        schema[vol.Optional(CONF_BLUETOOTH)] = BooleanSelector()
    return vol.Schema(schema)
