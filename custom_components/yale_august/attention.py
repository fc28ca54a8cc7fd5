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
    return frozenset(found) if lock.present else frozenset()


def issue_id(key: str, entry: ConfigEntry, number: int) -> str:
    """Return the id of a repair about the lock that the entry has given this number.

    The ids of repairs stand in what a person downloads for a stranger: those of locks do not.
    """
    return f"{key}_{entry.entry_id}_{number}"


@callback
def async_attend(
    hass: HomeAssistant, entry: ConfigEntry, lock: LockCoordinator
) -> CALLBACK_TYPE:
    """Keep the repairs of a lock true; call the result to stop, and to take them back."""
    shown: frozenset[str] = frozenset()

    @callback
    def look() -> None:
        show(concerns(lock, dt_util.utcnow()))

    @callback
    def show(now: frozenset[str]) -> None:
        nonlocal shown
        if now == shown:
            return
        for concern in CONCERNS:
            name = issue_id(concern.key, entry, lock.account.number(lock.lock_id))
            if concern.key in now - shown:
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
            elif concern.key in shown - now:
                ir.async_delete_issue(hass, DOMAIN, name)
        shown = now

    look()
    stop = lock.async_add_listener(look, _CONCERNED.value)

    @callback
    def end() -> None:
        stop()
        show(frozenset())

    return end
