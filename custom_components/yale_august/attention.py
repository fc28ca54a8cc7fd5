"""What a person should look at: raised as a repair, and gone when it is mended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import LockCoordinator
from .knowledge.face import Part
from .knowledge.trouble import Trouble

LATCH: Final = "latch_lock"
BRIDGE: Final = "bridge_offline"
POWER: Final = "low_power"
ELSEWHERE: Final = "lock_in_other_entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One kind of repair, for one lock."""

    key: str
    fixable: bool = False
    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING


CONCERNS: Final = (
    Concern(key=LATCH, fixable=True),
    Concern(key=BRIDGE),
    Concern(key=POWER, severity=ir.IssueSeverity.ERROR),
)


_CONCERNED: Final = Part.FACTS | Part.CONTACT | Part.TROUBLE
"""What these repairs depend on; whether a bridge was away for long is asked with each read."""


def concerns(lock: LockCoordinator, now: datetime) -> frozenset[str]:
    """Return the keys of what a person should look at."""
    data, found = lock.data, set[str]()
    if data.has_latch and lock.lock_id not in lock.account.options.latch:
        found.add(LATCH)
    if (
        data.reachable is False
        and data.cut_off_at is not None
        and now - data.cut_off_at >= lock.pace.bridge_repair
    ):
        found.add(BRIDGE)
    if data.complaint is Trouble.LOW_POWER:
        found.add(POWER)
    return frozenset(found) if found and lock.present else frozenset()


def issue_id(key: str, entry: ConfigEntry, number: int) -> str:
    """Return the id of a repair about the lock that the entry has given this number.

    The ids of repairs stand in what a person downloads for a stranger: those of locks do not.
    """
    return f"{key}_{entry.entry_id}_{number}"


class _Attention:
    """The repairs of one lock."""

    __slots__ = ("_entry", "_hass", "_lock", "_name", "_shown", "_stop")

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, lock: LockCoordinator
    ) -> None:
        """Keep them true from now on."""
        self._hass = hass
        self._entry = entry
        self._lock = lock
        self._shown: frozenset[str] = frozenset()
        self._name = lock.data.name
        self._look()
        self._stop = lock.async_add_listener(self._look, _CONCERNED.value)

    @callback
    def end(self) -> None:
        """Take them back."""
        self._stop()
        self._show(frozenset())

    @callback
    def _look(self) -> None:
        found = concerns(self._lock, dt_util.utcnow())
        if (name := self._lock.data.name) != self._name:
            # What is raised once more says the new one.
            self._name, self._shown = name, self._shown - found
        self._show(found)

    @callback
    def _show(self, now: frozenset[str]) -> None:
        if now == self._shown:
            return
        hass, entry, lock = self._hass, self._entry, self._lock
        for concern in CONCERNS:
            name = issue_id(concern.key, entry, lock.account.number(lock.lock_id))
            if concern.key in now - self._shown:
                ir.async_create_issue(
                    hass,
                    DOMAIN,
                    name,
                    data={"entry_id": entry.entry_id, "lock_id": lock.lock_id},
                    is_fixable=concern.fixable,
                    severity=concern.severity,
                    translation_key=concern.key,
                    translation_placeholders={"lock": lock.data.name},
                )
            elif concern.key in self._shown - now:
                ir.async_delete_issue(hass, DOMAIN, name)
        self._shown = now


@callback
def async_attend(
    hass: HomeAssistant, entry: ConfigEntry, lock: LockCoordinator
) -> CALLBACK_TYPE:
    """Keep the repairs of a lock true; call the result to stop, and to take them back."""
    return _Attention(hass, entry, lock).end
