"""The menu of access codes in the options: which lock, which code, and what it is like."""

from collections import Counter
from collections.abc import Iterable, Mapping
import re
from typing import Any
from unicodedata import combining, normalize

from homeassistant.config_entries import ConfigFlowResult
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
from custom_components.yale_august.access_codes.words import Words
from custom_components.yale_august.codes.names import same_name
from custom_components.yale_august.codes.records import CodeState, Goal
from custom_components.yale_august.codes.schedule import Opaque
from custom_components.yale_august.codes.view import ShownCode
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.sentences import plain

from .forms import bulleted, lock_labels
from .loaded import LoadedFlow

CONF_LOCK = "lock"
CONF_CODE = "code"

type FormFields = dict[vol.Marker, object]

SHOWN = 15
"""How many codes a screen lists; with more the menu below it would be out of sight."""
_LISTED = 12
"""How many choices are shown all at once."""


class CodesFlow(LoadedFlow):
    """Where the steps about access codes begin and come back to."""

    _lock_id: str | None = None
    _code_id: str | None = None
    _is_missed = False
    """Whether the code that the person has chosen is not there any more, and they have to be told."""

    # Which lock

    async def async_step_codes_lock(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a lock, where there are several."""
        locks = self._code_locks()
        if not locks:
            raise AbortFlow("codes_gone")
        errors = {}
        if user_input is not None or len(locks) == 1:
            word = next(iter(locks)) if user_input is None else user_input[CONF_LOCK]
            if (lock_id := chosen(word, locks)) is not None:
                self._lock_id = lock_id
                return await self.async_step_codes_read()
            errors[CONF_LOCK] = "code_locks_missing"
        return self.async_show_form(
            step_id="codes_lock",
            data_schema=vol.Schema({vol.Required(CONF_LOCK): choice(locks)}),
            errors=errors,
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

    # Which code

    async def async_step_codes(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the codes of the lock."""
        shown = self._codes.shown(self._lock.lock_id)
        options = ["codes_add", "codes_pick", "codes_read", "codes_lock", "done"]
        if not shown:
            options.remove("codes_pick")
        if len(self._code_locks()) < 2:
            options.remove("codes_lock")
        words = await Words.async_load(self.hass)
        # What is not as wished must not be among those that are only counted.
        first = sorted(
            sorted(shown, key=lambda code: by_name(code.name)),
            key=lambda code: code.state is CodeState.CONFIRMED,
        )
        labels = await self._labels(first[:SHOWN])
        said = bulleted([*labels.values()], len(shown) - SHOWN) or words.no_codes
        if self._is_missed:
            self._is_missed = False
            said = f"{words.missed}\n\n{said}"
        return self.async_show_menu(
            step_id="codes",
            menu_options=options,
            description_placeholders={"lock": self._lock_label, "codes": said},
        )

    async def _show_missed(self) -> ConfigFlowResult:
        """Show the codes again, and say that the one in question is not among them."""
        self._is_missed = True
        return await self.async_step_codes()

    async def async_step_codes_pick(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for one of the codes."""
        shown = self._codes.shown(self._lock.lock_id)
        if not shown:
            return await self._show_missed()
        labels = await self._labels(sorted(shown, key=lambda code: by_name(code.name)))
        errors = {}
        if user_input is not None:
            names = {code.code_id: code.name for code in shown}
            word = user_input[CONF_CODE]
            code_id = chosen(word, labels) or chosen(word, names)
            if code_id is not None:
                self._code_id = code_id
                return await self.async_step_code()
            errors[CONF_CODE] = "code_not_listed"
        return self.async_show_form(
            step_id="codes_pick",
            data_schema=vol.Schema({vol.Required(CONF_CODE): choice(labels)}),
            errors=errors,
            description_placeholders={"lock": self._lock_label},
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
            menu_options=possible(code),
            description_placeholders={
                "lock": self._lock_label,
                "guest": plain(code.name),
                "state": words.state(code),
                "times": plain(
                    words.schedule(code.schedule, await async_zone(self._lock))
                ),
            },
        )

    # What all steps need

    @property
    def _codes(self) -> AccessCodes:
        return self._login.codes

    @property
    def _lock(self) -> LockCoordinator:
        if (lock := self._login.find(self._lock_id)) is None:
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

    @property
    def _lock_label(self) -> str:
        """Return the name of the lock as descriptions show it, with its house where there are several."""
        return plain(self._label(self._lock.lock_id))

    def _label(self, lock_id: str) -> str:
        """Return the name of a lock that no other has."""
        return self._code_locks().get(lock_id) or self._lock.data.name

    def _names(self, code: ShownCode) -> dict[str, str]:
        """Return what the forms about one code are told: the guest is named in their titles."""
        return {"lock": self._lock_label, "guest": code.name}

    async def _labels(self, shown: Iterable[ShownCode]) -> dict[str, str]:
        """Return a line about each code by its id."""
        words = await Words.async_load(self.hass)
        zone = await async_zone(self._lock)
        labels = {
            code.code_id: " · ".join(
                (
                    code.name,
                    words.unreadable
                    if isinstance(code.schedule, Opaque)
                    else words.schedule(code.schedule, zone),
                    words.state(code),
                )
            )
            for code in shown
        }
        often = Counter(labels.values())
        return {
            code_id: label if often[label] == 1 else f"{label} (…{code_id[-4:]})"
            for code_id, label in labels.items()
        }


def by_name(text: str) -> list[tuple[int, str]]:
    """Return the place of a name in a list: É is an E there, and 10 comes after 9."""
    name = normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in name if not combining(letter))
    return [
        (int(part), "") if part.isdecimal() else (-1, part)
        for part in re.split(r"(\d+)", letters)
    ]


def possible(code: ShownCode) -> list[str]:
    """Return the steps that a code allows."""
    if code.goal is Goal.GONE:
        stuck = code.state in (CodeState.REFUSED, CodeState.UNCERTAIN)
        return ["code_end", "codes_read"] if stuck else ["codes_read"]
    is_open = code.goal is Goal.OPEN
    is_there = code.state not in (CodeState.LOST, CodeState.NEEDS_NEW_CODE)
    is_well = is_there and code.state not in (CodeState.REFUSED, CodeState.UNCERTAIN)
    # What mends comes first, what is asked for most next, what shuts somebody out last.
    if not is_open:
        # Who is to stay out is not let in by what is only called trying again.
        again = ["code_suspend"] if is_there and not is_well else []
        mends, shuts = [*again, "code_resume"], []
    elif is_well:
        mends, shuts = [], ["code_suspend"]
    else:
        is_known = code.state is not CodeState.UNCERTAIN
        mends, shuts = ["code_again"], [] if is_known else ["code_suspend"]
    if not code.managed:
        return ["code_adopt", *mends, "code_reveal", *shuts, "codes_read"]
    # A code that is suspended has to be resumed before it is replaced.
    changes = ["code_when", "code_digits"] if is_open else []
    shown = [*mends, "code_reveal", *changes, "code_rename"]
    return [*shown, *shuts, "code_end", "codes_read"]


def choice(labels: Mapping[str, str], *, multiple: bool = False) -> SelectSelector:
    """Return a choice of what has names of its own; `chosen` reads what was chosen.

    Among many can be searched, which the frontend offers only where anything may be typed. It
    then shows the value of what was chosen, so that this has to be the label.
    """
    is_long = len(labels) > _LISTED
    is_searched = is_long and not multiple
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=label if is_searched else value, label=label)
                for value, label in labels.items()
            ],
            multiple=multiple,
            custom_value=is_searched,
            mode=SelectSelectorMode.DROPDOWN if is_long else SelectSelectorMode.LIST,
        )
    )


def chosen(word: str, labels: Mapping[str, str]) -> str | None:
    """Return what was chosen or typed; None when it is nothing, or not one thing."""
    if word in labels:
        return word
    wanted = same_name(word)
    found = [value for value, label in labels.items() if same_name(label) == wanted]
    return found[0] if len(found) == 1 else None
