"""Locks that two logins see: one entry shows them, and the other says which."""

from collections.abc import Callable, Container

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .attention import ELSEWHERE, issue_id
from .claims import claims
from .cloud.models import LockSummary
from .const import DOMAIN


class Elsewhere:
    """The locks of an entry that another entry shows."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, number: Callable[[str], int]
    ) -> None:
        """Know of none yet; `number` stands for a lock's id where strangers may look."""
        self._hass = hass
        self._entry = entry
        self._number = number
        self.holders: dict[str, str] = {}
        """Lock id -> the other entry's id."""

    @callback
    def claim(self, summary: LockSummary) -> bool:
        """Return whether the lock is the entry's to show; say it in a repair if it is not."""
        lock_id = summary.lock_id
        holder = claims(self._hass).take(self._entry, lock_id)
        if holder is None:
            if self.holders.pop(lock_id, None) is not None:
                ir.async_delete_issue(self._hass, DOMAIN, self._issue(lock_id))
            return True
        if self.holders.get(lock_id) != holder.entry_id:
            self.holders[lock_id] = holder.entry_id
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                self._issue(lock_id),
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key=ELSEWHERE,
                translation_placeholders={
                    "lock": summary.name or lock_id[-6:],
                    "entry": self._entry.title,
                    "other": holder.title,
                },
            )
        return False

    @callback
    def forget(self, *, kept: Container[str] = ()) -> None:
        """Take the repairs of all other locks back."""
        for lock_id in [lock for lock in self.holders if lock not in kept]:
            del self.holders[lock_id]
            ir.async_delete_issue(self._hass, DOMAIN, self._issue(lock_id))

    def _issue(self, lock_id: str) -> str:
        return issue_id(ELSEWHERE, self._entry, self._number(lock_id))
