"""What all entities of a lock have in common."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, override

from homeassistant.core import State, callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .account import YaleAugustConfigEntry
from .const import DOMAIN
from .coordinator import LockCoordinator
from .devices import keypad_identifier
from .knowledge.face import Part
from .knowledge.lock import LockData

_LEARNS: Final = Part.FACTS | Part.DOOR
"""What may change when a lock comes to support something."""


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
        self.entity_description = self._row = description
        self._attr_unique_id = f"{coordinator.lock_id}_{description.key}"
        self._seen: object = None
        self._written: State | None = None

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Return the device; asked for once, so that nobody has to keep it."""
        lock = self.coordinator
        keypad = keypad_identifier(lock) if self._row.of_keypad else None
        return DeviceInfo(identifiers={keypad or (DOMAIN, lock.lock_id)})

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

    @callback
    def welcome(lock: LockCoordinator) -> None:
        missing = list(table)

        @callback
        def look() -> None:
            nonlocal missing
            if offered is not None and not offered(lock):
                return
            found = [row for row in missing if row.supported_fn(lock.data)]
            if found:
                missing = [row for row in missing if row not in found]
                async_add_entities(_made(lock, found))

        look()
        if missing:
            entry.async_on_unload(lock.async_add_listener(look, _LEARNS.value))

    def _made(lock: LockCoordinator, rows: Iterable[D]) -> list[Entity]:
        return [make(lock, row) for row in rows]

    entry.async_on_unload(entry.runtime_data.async_on_lock(welcome))
