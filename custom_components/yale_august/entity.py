"""What all entities of a lock have in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import override

from homeassistant.core import State, callback
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .account import YaleAugustConfigEntry
from .coordinator import LockCoordinator
from .devices import device_of
from .knowledge.face import Part
from .knowledge.lock import LockData


def _always(_data: LockData) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class LockEntityDescriptionMixin(EntityDescription):
    """One row of a platform's table."""

    supported_fn: Callable[[LockData], bool] = _always
    """Whether the lock has it; asked again with new facts, because a lock may learn."""
    parts: Part | None = None
    """What its state depends on, beside whether the lock is there; None is everything."""
    of_keypad: bool = False
    """Whether it belongs to the keypad's device."""


class LockDeviceEntity(CoordinatorEntity[LockCoordinator]):
    """An entity of one lock. It only reads; `key` makes its unique id."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: LockCoordinator, description: LockEntityDescriptionMixin
    ) -> None:
        """Stand on the device of the lock or of its keypad."""
        parts = description.parts
        super().__init__(coordinator, None if parts is None else parts.value)
        self.entity_description = description
        self._attr_unique_id = f"{coordinator.lock_id}_{description.key}"
        # To name it only would have it looked up and compared for each entity.
        self.device_entry = device_of(coordinator, keypad=description.of_keypad)
        self._seen: object = None
        self._written: State | None = None

    @property
    @override
    def available(self) -> bool:
        """A failed poll alone changes nothing; only a lock that is gone is unavailable."""
        return self.coordinator.present

    @property
    def view(self) -> object:
        """All of the lock that state and attributes depend on, beside whether it is there."""
        return None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state if it is another one: most of what arrives concerns one entity of many.

        If somebody else has written meanwhile, what was seen last is not what is shown.
        """
        seen = (self.available, self.view)
        states = self.hass.states
        if seen != self._seen or states.get(self.entity_id) is not self._written:
            self.async_write_ha_state()
            self._seen, self._written = seen, states.get(self.entity_id)


class _Table[D: LockEntityDescriptionMixin]:
    """The rows of one platform: each lock gets those that it supports, as soon as it does."""

    def __init__(
        self,
        async_add_entities: AddConfigEntryEntitiesCallback,
        table: Sequence[D],
        make: Callable[[LockCoordinator, D], Entity],
        offered: Callable[[LockCoordinator], bool] | None,
    ) -> None:
        """Add nothing yet."""
        self._add = async_add_entities
        self._rows = tuple(table)
        self._make = make
        self._offered = offered
        self._missing: dict[str, tuple[D, ...]] = {}
        """What the locks lack, by their ids; what is the same for many is kept once."""
        self._kinds: dict[tuple[str, ...], tuple[D, ...]] = {}

    @callback
    def async_welcome(self, lock: LockCoordinator) -> None:
        """Add what a lock supports that has just come."""
        self._missing[lock.lock_id] = self._rows
        self.async_look(lock)

    @callback
    def async_look(self, lock: LockCoordinator) -> None:
        """Add what a lock has come to support."""
        missing = self._missing.get(lock.lock_id)
        if missing is None or (self._offered is not None and not self._offered(lock)):
            return
        found = [row for row in missing if row.supported_fn(lock.data)]
        if not found:
            return
        if left := tuple(row for row in missing if row not in found):
            keys = tuple(row.key for row in left)
            self._missing[lock.lock_id] = self._kinds.setdefault(keys, left)
        else:
            del self._missing[lock.lock_id]
        self._add([self._make(lock, row) for row in found])


@callback
def async_add_table[D: LockEntityDescriptionMixin](
    entry: YaleAugustConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    table: Sequence[D],
    make: Callable[[LockCoordinator, D], Entity],
    *,
    offered: Callable[[LockCoordinator], bool] | None = None,
) -> None:
    """Add the rows of a table that a lock supports, for each lock, whenever it comes to support them.

    With `offered` only for the locks of which it is true; it is asked again with new data, too.
    """
    rows = _Table(async_add_entities, table, make, offered)
    inventory = entry.runtime_data.inventory
    entry.async_on_unload(inventory.async_on_lock(rows.async_welcome))
    entry.async_on_unload(inventory.async_on_news(rows.async_look))
