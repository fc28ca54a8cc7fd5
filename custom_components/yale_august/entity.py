"""What all entities of a lock have in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, override

from homeassistant.const import EntityCategory
from homeassistant.core import State, callback
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .account import YaleAugustConfigEntry
from .coordinator import LockCoordinator
from .devices import device_of
from .knowledge.face import Part
from .knowledge.lock import LockData

_KEPT: Final = (
    "_cached_friendly_name",
    "_context",
    "_context_set",
    "_device_class_name",
    "_job_types",
    "_name_translation_key",
    "_object_id_device_class_name",
    "_on_remove",
    "_platform_state",
    "_state_info",
    "_unsub_device_updates",
    "_unsub_registry_updates",
    "_verified_state_writable",
    "device_entry",
    "entity_id",
    "entity_registry_enabled_default",
    "hass",
    "internal_integration_suggested_object_id",
    "name",
    "parallel_updates",
    "platform",
    "platform_data",
    "registry_entry",
    "translation_placeholders",
)
"""What Home Assistant keeps in every entity. One too many or too few costs memory only."""


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
    """An entity of one lock. It only reads; `key` makes its unique id.

    Home Assistant keeps much of what it knows of an entity in the entity. Python shares the names
    of that among all entities of a class, up to thirty, as far as the first few of them had them;
    one that has others needs five times the memory. So what is the same for all entities of a class
    stands in the class, what its row says is read there, and the first entity has all names.
    """

    __slots__ = ("_seen", "_written", "coordinator", "entity_description")

    entity_description: LockEntityDescriptionMixin
    assumed_state = False
    attribution = None
    device_info = None
    entity_picture = None
    entity_registry_visible_default = True
    extra_state_attributes = None
    force_update = False
    has_entity_name = True
    icon = None
    should_poll = False

    kept: tuple[str, ...] = ()
    """What Home Assistant keeps in an entity of this class, beside what it keeps in all."""

    @override
    def __init_subclass__(cls, **kwargs: object) -> None:
        """Let all entities of a class share the names of what is kept in them."""
        super().__init_subclass__(**kwargs)
        vars(cls.__new__(cls)).update(dict.fromkeys((*_KEPT, *cls.kept)))

    def __init__(
        self, coordinator: LockCoordinator, description: LockEntityDescriptionMixin
    ) -> None:
        """Stand on the device of the lock or of its keypad."""
        self.coordinator = coordinator
        self.entity_description = description
        # To name it only would have it looked up and compared for each entity.
        self.device_entry = device_of(coordinator, keypad=description.of_keypad)
        self._seen: object = None
        self._written: State | None = None

    @property
    @override
    def unique_id(self) -> str:
        """Return the id, which the registry keeps."""
        return f"{self.coordinator.lock_id}_{self.entity_description.key}"

    @property
    @override
    def entity_category(self) -> EntityCategory | None:
        """Return what its row says."""
        return self.entity_description.entity_category

    @property
    @override
    def translation_key(self) -> str | None:
        """Return what its row says."""
        return self.entity_description.translation_key

    @property
    def coordinator_context(self) -> int | None:
        """What it wants to hear of: the coordinator asks when it tells."""
        parts = self.entity_description.parts
        return None if parts is None else parts.value

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
