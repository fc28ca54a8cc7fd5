"""Guests over all locks in the options: who has codes where, and how far each of them is."""

from typing import Any, Final, override

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.exceptions import HomeAssistantError
import probatio as vol

from custom_components.yale_august.access_codes.entity import WORRIES, async_zone
from custom_components.yale_august.access_codes.words import Words
from custom_components.yale_august.codes.records import CodeState, Goal
from custom_components.yale_august.codes.schedule import Opaque
from custom_components.yale_august.codes.view import ShownCode
from custom_components.yale_august.sentences import plain

from .codes import CONF_LOCK, SHOWN, FormFields, by_name, choice, chosen, possible
from .codes_add import CONF_LOCKS, CONF_NAME, CONF_SAME, AddCodeFlow
from .codes_change import ChangeCodeFlow
from .forms import bulleted, listed

CONF_GUEST: Final = "guest"

_NAMED: Final = 3
"""How many locks of a guest the list names; the others it counts."""

type Codes = dict[str, ShownCode]
"""A guest's codes by lock id, what needs somebody first."""


class GuestsFlow(AddCodeFlow, ChangeCodeFlow):
    """Goes through codes by guest: what is done to one is suggested for all locks of that guest."""

    _guest_id: str | None = None
    """Whose page the steps come back to; None while they come back to a lock's list."""

    # Which guest

    async def async_step_guests(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for one of the guests."""
        self._guest_id = None
        guests = self._guests()
        if not guests:
            return await self.async_step_codes_lock()
        labels = await self._guest_labels(guests)
        errors = {}
        if self._is_missed:
            self._is_missed = False
            errors[CONF_GUEST] = "guest_not_listed"
        if user_input is not None:
            word = user_input[CONF_GUEST]
            names = {id_: _any(codes).name for id_, codes in guests.items()}
            guest_id = chosen(word, labels) or chosen(word, names)
            if guest_id is not None:
                self._guest_id = guest_id
                return await self.async_step_guest()
            errors[CONF_GUEST] = "guest_not_listed"
        return self.async_show_form(
            step_id="guests",
            data_schema=vol.Schema({vol.Required(CONF_GUEST): choice(labels)}),
            errors=errors,
        )

    async def async_step_guest(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the codes of one guest, and what can be done with them."""
        codes = self._guests().get(self._guest_id or "")
        if codes is None:
            return await self.async_step_guests()
        # A form is about one code, and suggests the others.
        self._lock_id, code = _foremost(codes)
        self._code_id = code.code_id
        steps = [step for step in possible(code) if step != "codes_read"]
        if code.goal is not Goal.GONE and self._others(codes):
            if not isinstance(code.schedule, Opaque):
                steps.append("guest_more")
        if len(codes) > 1:
            steps.append("guest_lock")
        said = await self._guest_lines(codes)
        if self._is_missed:
            self._is_missed = False
            said = f"{(await Words.async_load(self.hass)).missed}\n\n{said}"
        return self.async_show_menu(
            step_id="guest",
            menu_options=[*steps, "guest", "guests"],
            description_placeholders={
                "guest": plain(code.name),
                "codes": said,
            },
        )

    # One lock, more locks

    async def async_step_guest_lock(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go on with the code on one lock, as its list does."""
        codes = self._guests().get(self._guest_id or "", {})
        labels = {lock_id: self._label(lock_id) for lock_id in codes}
        if len(labels) < 2:
            return await self.async_step_guest()
        errors = {}
        if user_input is not None:
            lock_id = chosen(user_input[CONF_LOCK], labels)
            if lock_id is not None:
                self._lock_id, self._guest_id = lock_id, None
                return await self.async_step_code()
            errors[CONF_LOCK] = "code_locks_missing"
        return self.async_show_form(
            step_id="guest_lock",
            data_schema=vol.Schema({vol.Required(CONF_LOCK): choice(labels)}),
            errors=errors,
            description_placeholders={"guest": _any(codes).name},
        )

    async def async_step_guest_more(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Give the guest a code on more locks, with the same times."""
        codes, code = self._guests().get(self._guest_id or "", {}), self._code
        others = self._others(codes)
        if code is None or not others:
            return await self._show_missed()
        errors: dict[str, str] = {}
        told = {
            "guest": code.name,
            "times": plain(await self._times(code, self._lock.lock_id)),
        }
        if user_input is not None and not user_input[CONF_LOCKS]:
            errors[CONF_LOCKS] = "code_locks_missing"
        elif user_input is not None and not isinstance(code.schedule, Opaque):
            self._wanted = {
                CONF_NAME: code.name,
                CONF_LOCKS: user_input[CONF_LOCKS],
                CONF_SAME: True,
            }
            try:
                return await self._add(code.schedule, None)
            except HomeAssistantError as err:
                errors, more = await self._refused(err)
                told |= more
        # Without a default the frontend would choose the first one.
        fields: FormFields = {
            vol.Required(CONF_LOCKS, default=[]): choice(others, multiple=True)
        }
        return self.async_show_form(
            step_id="guest_more",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(fields),
                user_input or {},
            ),
            errors=errors,
            description_placeholders=told,
        )

    # Where the steps come back to

    @override
    async def async_step_codes(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Come back from a code that is not there any more, or from a new one."""
        if self._guest_id is None:
            return await super().async_step_codes(user_input)
        return await self.async_step_guest()

    @override
    async def async_step_code(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Come back from what was done with a code."""
        if self._guest_id is None:
            return await super().async_step_code(user_input)
        return await self.async_step_guest()

    # What is shown

    def _guests(self) -> dict[str, Codes]:
        """Return the codes of all guests by the guest's id."""
        guests: dict[str, Codes] = {}
        for lock_id in self._code_locks():
            for code in self._codes.shown(lock_id):
                if code.managed:
                    guests.setdefault(code.code_id, {})[lock_id] = code
        return {
            guest_id: dict(sorted(codes.items(), key=lambda one: _urgency(one[1])))
            for guest_id, codes in guests.items()
        }

    def _others(self, codes: Codes) -> dict[str, str]:
        """Return the names of the locks on which a guest has none of these codes, by id."""
        return {
            lock_id: label
            for lock_id, label in self._code_locks().items()
            if lock_id not in codes
        }

    async def _guest_labels(self, guests: dict[str, Codes]) -> dict[str, str]:
        """Return a line about each guest by id: where, and how far; where locks differ, the first of them."""
        words = await Words.async_load(self.hass)
        labels = {}
        for guest_id, codes in guests.items():
            locks = [self._label(lock_id) for lock_id in codes]
            states = [words.state(code) for code in codes.values()]
            if len(set(states)) > 1:
                said = [f"{locks[0]}: {states[0]}", f"+ {len(locks) - 1}"]
            else:
                said = [listed(locks, _NAMED), states[0]]
            labels[guest_id] = " · ".join((_any(codes).name, *said))
        return dict(sorted(labels.items(), key=lambda one: by_name(one[1])))

    async def _guest_lines(self, codes: Codes) -> str:
        words = await Words.async_load(self.hass)
        lines = []
        for lock_id, code in list(codes.items())[:SHOWN]:
            times = await self._times(code, lock_id)
            lines.append(" · ".join((self._label(lock_id), times, words.state(code))))
        return bulleted(lines, len(codes) - SHOWN)

    async def _times(self, code: ShownCode, lock_id: str) -> str:
        """Return when a code opens, on the clock of its lock."""
        words = await Words.async_load(self.hass)
        zone = await async_zone(self._login.locks[lock_id])
        return words.schedule(code.schedule, zone)


def _any(codes: Codes) -> ShownCode:
    return next(iter(codes.values()))


def _foremost(codes: Codes) -> tuple[str, ShownCode]:
    """Return the code that needs somebody most, of those that shall stay if there is one."""
    staying = {at: code for at, code in codes.items() if code.goal is not Goal.GONE}
    return next(iter((staying or codes).items()))


def _urgency(code: ShownCode) -> int:
    if code.state in WORRIES:
        return WORRIES.index(code.state)
    return len(WORRIES) + (code.state is CodeState.CONFIRMED)
