"""The lock entity."""

from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.lock import (
    LockEntity,
    LockEntityDescription,
    LockEntityFeature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account import YaleAugustConfigEntry
from .cloud.models import BoltState
from .commands.move import async_move
from .commands.movements import LOCK, OPEN, OPEN_SWAPPED, UNLOCK, UNLOCK_SWAPPED
from .entity import LockDeviceEntity, LockEntityDescriptionMixin, async_add_table
from .knowledge.face import Part
from .options import LatchUse

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LockDescription(LockEntityDescription, LockEntityDescriptionMixin):
    """The one row of this platform."""


TABLE = (
    LockDescription(
        key="lock",
        parts=Part.BOLT | Part.FACTS,
        name=None,
        supported_fn=lambda data: data.operable,
    ),
)

LOCKED = frozenset({BoltState.LOCKED, BoltState.SECURE})
UNLOCKED = frozenset({BoltState.UNLOCKED, BoltState.UNLATCHED})

NO_FEATURES = LockEntityFeature(0)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: YaleAugustConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a lock entity for each lock that the cloud can operate."""
    async_add_table(entry, async_add_entities, TABLE, YaleAugustLock)


class YaleAugustLock(LockDeviceEntity, LockEntity):
    """A lock. A state that is not known for sure is unknown."""

    entity_description: LockDescription

    @property
    @override
    def view(self) -> object:
        """Return the bolt, what it can do and who moved it."""
        return (self.coordinator.bolt, self.supported_features, self.changed_by)

    @property
    @override
    def supported_features(self) -> LockEntityFeature:
        """Opening is offered where the lock can pull its latch and nobody has hidden it."""
        if self.coordinator.data.has_latch and self._latch_use is not LatchUse.HIDDEN:
            return LockEntityFeature.OPEN
        return NO_FEATURES

    @property
    def _latch_use(self) -> LatchUse:
        return self.coordinator.account.options.latch_use(self.coordinator.lock_id)

    @property
    @override
    def is_locked(self) -> bool | None:
        """Return true for a bolt that is out, false for one that is in."""
        bolt = self.coordinator.bolt
        if bolt in LOCKED:
            return True
        return False if bolt in UNLOCKED else None

    @property
    @override
    def is_locking(self) -> bool:
        """Return whether the bolt is on its way out."""
        return self.coordinator.bolt is BoltState.LOCKING

    @property
    @override
    def is_unlocking(self) -> bool:
        """Return whether the bolt is on its way in."""
        return self.coordinator.bolt is BoltState.UNLOCKING

    @property
    @override
    def is_open(self) -> bool:
        """Return whether the latch is pulled."""
        return self.coordinator.bolt is BoltState.UNLATCHED

    @property
    @override
    def is_opening(self) -> bool:
        """Return whether the latch is being pulled."""
        return self.coordinator.bolt is BoltState.UNLATCHING

    @property
    @override
    def is_jammed(self) -> bool:
        """Return whether the bolt stands where it must not stand."""
        return self.coordinator.bolt is BoltState.JAMMED

    @property
    @override
    def changed_by(self) -> str | None:
        """Return who moved the bolt last, where the cloud says it."""
        data = self.coordinator.data
        return self.coordinator.account.people.doer(data.actor, data.detail)

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Lock; returns when it is confirmed."""
        await async_move(self.coordinator, LOCK)

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Unlock without pulling the latch; returns when it is confirmed."""
        swapped = self._latch_use is LatchUse.SWAPPED
        await async_move(self.coordinator, UNLOCK_SWAPPED if swapped else UNLOCK)

    @override
    async def async_open(self, **kwargs: Any) -> None:
        """Unlock and pull the latch; returns when it is confirmed."""
        swapped = self._latch_use is LatchUse.SWAPPED
        await async_move(self.coordinator, OPEN_SWAPPED if swapped else OPEN)
