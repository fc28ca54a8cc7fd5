"""What a person may choose for an entry, as it is read; a choice that is not readable is the default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final, Self

CONF_TRUST_MINUTES: Final = "trust_minutes"
CONF_WEBHOOKS: Final = "webhooks"
CONF_LATCH: Final = "latch"
CONF_CALENDAR: Final = "calendar"
CONF_NAMES: Final = "names"
CONF_BLUETOOTH: Final = "bluetooth"

TRUST_DEFAULT: Final = 60
TRUST_LEAST: Final = 30
TRUST_MOST: Final = 24 * 60


class LatchUse(StrEnum):
    """What unlock and open send to a lock that can pull its latch (reference 12.7)."""

    DOCUMENTED = "documented"
    """Unlock sends `unlock`, open sends `unlatch`, as the vendor's words mean."""
    SWAPPED = "swapped"
    """The other way round, for locks that do it so."""
    HIDDEN = "hidden"
    """Open is not offered; unlock sends `unlock`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The choices of one entry."""

    trust: timedelta | None = None
    """How long a state is shown that the cloud has not confirmed anew (T1); None: nobody said."""
    webhooks: bool = False
    """Whether the cloud may call this Home Assistant."""
    calendar: bool = False
    """Whether whoever may write to the calendars of locks may make and change access codes there."""
    names: bool = True
    """Whether people's names appear in states, events and calendars."""
    bluetooth: bool = False
    """Whether Home Assistant's own integration for Bluetooth gets the keys of locks."""
    latch: Mapping[str, LatchUse] = field(default_factory=dict)
    """By lock id, for the locks that somebody has decided about."""

    @classmethod
    def read(cls, stored: Mapping[str, object]) -> Self:
        """Read an entry's options."""
        minutes = stored.get(CONF_TRUST_MINUTES)
        latch = stored.get(CONF_LATCH)
        return cls(
            trust=(
                timedelta(minutes=min(max(minutes, TRUST_LEAST), TRUST_MOST))
                if isinstance(minutes, int | float) and not isinstance(minutes, bool)
                else None
            ),
            webhooks=stored.get(CONF_WEBHOOKS) is True,
            calendar=stored.get(CONF_CALENDAR) is True,
            names=stored.get(CONF_NAMES) is not False,
            bluetooth=stored.get(CONF_BLUETOOTH) is True,
            latch={
                str(lock_id): LatchUse(use)
                for lock_id, use in (
                    latch if isinstance(latch, Mapping) else {}
                ).items()
                if use in set(LatchUse)
            },
        )

    def latch_use(self, lock_id: str) -> LatchUse:
        """Return what was chosen for a lock."""
        return self.latch.get(lock_id, LatchUse.DOCUMENTED)
