"""Events of a lock: what becomes of its access codes."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account import YaleAugustConfigEntry
from .codes.view import CodeEvent, CodeEventKind
from .codes_entity import CodesEntity, async_add_codes_table
from .entity import LockEntityDescriptionMixin

PARALLEL_UPDATES = 0

ATTR_GUEST = "guest"
ATTR_CODE_ID = "code_id"
ATTR_REASON = "reason"


@dataclass(frozen=True, kw_only=True)
class EventDescription(EventEntityDescription, LockEntityDescriptionMixin):
    """One kind of events of a lock."""


TABLE = (
    EventDescription(
        key="codes",
        translation_key="codes",
        event_types=[kind.value for kind in CodeEventKind],
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: YaleAugustConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the events that each lock has."""
    async_add_codes_table(entry, async_add_entities, TABLE, CodesEvents)


class CodesEvents(CodesEntity, EventEntity):
    """What becomes of the access codes of a lock; without their digits."""

    entity_description: EventDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Listen."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self._codes.async_on_event(self.coordinator.lock_id, self._happened)
        )

    @callback
    def _happened(self, event: CodeEvent) -> None:
        attributes = {ATTR_GUEST: event.name, ATTR_CODE_ID: event.code_id}
        if event.reason is not None:
            attributes[ATTR_REASON] = event.reason.value
        self._trigger_event(event.kind.value, attributes)
        self.async_write_ha_state()
