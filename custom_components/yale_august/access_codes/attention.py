"""Access codes that a person should look at: raised as repairs, and gone when they are mended."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_cached_translations

from custom_components.yale_august.attention import issue_id
from custom_components.yale_august.codes.records import CodeState, Goal, Reason
from custom_components.yale_august.codes.view import ShownCode
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.knowledge.face import Part

from .desk import AccessCodes
from .words import REASONS

KEYS: Final = {
    CodeState.LOST: "code_lost",
    CodeState.REFUSED: "code_refused",
    CodeState.NEEDS_NEW_CODE: "code_needs_new_code",
}
"""The repair of each state in which a person has to decide."""
NOT_ENDED: Final = "code_not_ended"
"""The repair of a code that should be gone, and is not or may not be."""
NOT_SUSPENDED: Final = "code_not_suspended"
"""The repair of a code that should open nothing, and may open the lock."""
_MAY_OPEN: Final = {Goal.SUSPENDED: NOT_SUSPENDED, Goal.GONE: NOT_ENDED}

type _Repair = tuple[str, str, str, Reason | None, bool]
"""Which, of which code, whose, why, and whether the code is to open nothing."""

_NONE: Final[Mapping[str, _Repair]] = MappingProxyType({})


class _CodesAttention:
    """The repairs about the codes of one lock."""

    __slots__ = ("_codes", "_entry", "_hass", "_lock", "_shown", "_stops")

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        codes: AccessCodes,
        lock: LockCoordinator,
    ) -> None:
        """Keep them true from now on."""
        self._hass = hass
        self._entry = entry
        self._codes = codes
        self._lock = lock
        self._shown: Mapping[str, _Repair] = _NONE
        self._look()
        self._stops = (
            lock.async_add_listener(self._look, Part.FACTS.value),
            codes.async_add_listener(lock.lock_id, self._look),
        )

    @callback
    def end(self) -> None:
        """Take them back."""
        for stop in self._stops:
            stop()
        self._show(_NONE)

    @callback
    def _look(self) -> None:
        self._show(self._wanted() or _NONE)

    def _wanted(self) -> dict[str, _Repair]:
        """Return the repairs by their id."""
        lock = self._lock
        return {
            _issue_id(key, self._entry, lock, code.code_id): (
                key,
                code.code_id,
                code.name,
                code.reason,
                code.goal is not Goal.OPEN,
            )
            for code in self._codes.shown(lock.lock_id)
            if lock.present and (key := _key(code)) is not None
        }

    @callback
    def _show(self, now: Mapping[str, _Repair]) -> None:
        hass, entry, lock, shown = self._hass, self._entry, self._lock, self._shown
        for name in shown.keys() - now.keys():
            ir.async_delete_issue(hass, DOMAIN, name)
        registry = ir.async_get(hass)
        for name, repair in now.items():
            # Home Assistant deletes a repair whose flow has ended, whatever came of it.
            is_there = registry.async_get_issue(DOMAIN, name) is not None
            if is_there and shown.get(name) == repair:
                continue
            key, code_id, guest, reason, is_shut = repair
            ir.async_create_issue(
                hass,
                DOMAIN,
                name,
                data={
                    "entry_id": entry.entry_id,
                    "lock_id": lock.lock_id,
                    "code_id": code_id,
                    "key": key,
                    "shut": is_shut,
                },
                is_fixable=True,
                severity=ir.IssueSeverity.WARNING,
                translation_key=key,
                translation_placeholders={
                    "lock": lock.data.name,
                    "guest": guest,
                    "reason": _words(hass, reason),
                },
            )
        self._shown = now


@callback
def async_attend_codes(
    hass: HomeAssistant, entry: ConfigEntry, codes: AccessCodes, lock: LockCoordinator
) -> CALLBACK_TYPE:
    """Keep the repairs about the codes of a lock true; call the result to stop, and to take them back."""
    return _CodesAttention(hass, entry, codes, lock).end


def _key(code: ShownCode) -> str | None:
    """Return the repair that a code needs, if any."""
    if not code.managed:
        return None
    if code.state in (CodeState.REFUSED, CodeState.UNCERTAIN):
        # What was refused is not on the lock if it was to come there, and else it still is.
        refused = KEYS.get(code.state)
        return _MAY_OPEN.get(code.goal, refused)
    key = KEYS.get(code.state)
    return NOT_ENDED if key is not None and code.goal is Goal.GONE else key


def _issue_id(key: str, entry: ConfigEntry, lock: LockCoordinator, code_id: str) -> str:
    """Return the id of a repair; locks and guests are in it by their numbers only."""
    number = lock.account.number
    return f"{issue_id(key, entry, number(lock.lock_id))}_{number(code_id)}"


def _words(hass: HomeAssistant, reason: Reason | None) -> str:
    """Return a reason in words, as far as Home Assistant has loaded them."""
    if reason is None:
        return "–"
    words = async_get_cached_translations(hass, hass.config.language, "entity", DOMAIN)
    return words.get(REASONS + reason, reason.value)
