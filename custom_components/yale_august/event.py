"""What happens at a lock and who did it, and what becomes of its access codes."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, override

from homeassistant.components.event import (
    DoorbellEventType,
    EventDeviceClass,
    EventEntity,
    EventEntityDescription,
    EventExtraStoredData,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .access_codes.entity import CodesEntity, async_add_codes_table
from .account import YaleAugustConfigEntry
from .codes.view import CodeEvent, CodeEventKind
from .coordinator import LockCoordinator
from .entity import LockDeviceEntity, LockEntityDescriptionMixin, async_add_table
from .history.incidents import Incident, Kind
from .history.watch import ACCESS, RING
from .knowledge.face import Part

PARALLEL_UPDATES = 0

ATTR_PERSON: Final = "person"
ATTR_GUEST: Final = "guest"
ATTR_CODE_ID: Final = "code_id"
ATTR_REASON: Final = "reason"

DOORBELL_TYPES: Final = frozenset({7, 10})
"""Lock types with a doorbell button (reference 6.3)."""
FRESH: Final = timedelta(minutes=1)
"""What happened longer ago is told late; a bell does not ring any more for it."""


@dataclass(frozen=True, kw_only=True)
class IncidentDescription(EventEntityDescription, LockEntityDescriptionMixin):
    """One row of this platform: what it tells of, by the event type that stands for it."""

    parts: Part = Part.NOTHING
    types: dict[Kind, str]
    has_story: bool = True
    """Whether it tells who did it and how, and also what happened longer ago."""


TABLE = (
    IncidentDescription(
        key=ACCESS,
        translation_key="access",
        types={kind: kind.value for kind in Kind if kind is not Kind.RING},
        event_types=[kind.value for kind in Kind if kind is not Kind.RING],
        supported_fn=lambda data: data.operable,
    ),
    IncidentDescription(
        key=RING,
        device_class=EventDeviceClass.DOORBELL,
        types={Kind.RING: DoorbellEventType.RING},
        event_types=[DoorbellEventType.RING],
        has_story=False,
        supported_fn=lambda data: (
            data.detail is not None and data.detail.type in DOORBELL_TYPES
        ),
    ),
)


@dataclass(frozen=True, kw_only=True)
class CodesDescription(EventEntityDescription, LockEntityDescriptionMixin):
    """One kind of what becomes of the access codes of a lock."""

    parts: Part = Part.NOTHING


CODES_TABLE = (
    CodesDescription(
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
    """Add what each lock can tell of."""

    def make(lock: LockCoordinator, row: IncidentDescription) -> IncidentEvent:
        return IncidentEvent(entry, lock, row)

    async_add_table(entry, async_add_entities, TABLE, make)
    async_add_codes_table(entry, async_add_entities, CODES_TABLE, CodesEvents)


class TellingEvent(LockDeviceEntity, EventEntity):
    """Tells of people. What it told before a restart or reload is shown again by Home Assistant."""

    _who: str
    """The attribute that says who."""

    @override
    async def async_get_last_event_data(self) -> EventExtraStoredData | None:
        """Return what was told last, without a name that nobody wants to see any more."""
        stored = await super().async_get_last_event_data()
        told = None if stored is None else stored.last_event_attributes
        if stored is None or not told or told.get(self._who) is None:
            return stored
        if self.coordinator.account.people.may_show(told[self._who]):
            return stored
        return replace(stored, last_event_attributes={**told, self._who: None})


class IncidentEvent(TellingEvent):
    """Tells each incident once, in the order in which they happened as far as that is known."""

    entity_description: IncidentDescription
    _who = ATTR_PERSON

    def __init__(
        self,
        entry: YaleAugustConfigEntry,
        coordinator: LockCoordinator,
        description: IncidentDescription,
    ) -> None:
        """Listen to nobody yet."""
        super().__init__(coordinator, description)
        self._account = entry.runtime_data
        self._was_available = self.available

    @override
    async def async_added_to_hass(self) -> None:
        """Hear of what happens from now on."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self._account.witness.async_listen(
                self.coordinator, self.entity_description.key, self._happened
            )
        )

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        """Show when the lock comes or goes; what is true of it is none of its events."""
        if self.available is not self._was_available:
            self._was_available = self.available
            super()._handle_coordinator_update()

    @callback
    def _happened(self, incident: Incident) -> None:
        event_type = self.entity_description.types.get(incident.kind)
        late = dt_util.utcnow() - incident.at > FRESH
        if event_type is None:
            return
        if self.entity_description.has_story:
            self._trigger_event(event_type, self._story(incident, late=late))
        elif late:
            return
        else:
            self._trigger_event(event_type)
        self.async_write_ha_state()

    def _story(self, incident: Incident, *, late: bool) -> dict[str, object]:
        """Return how it went, without any id."""
        person = None
        if incident.actor is not None:
            person = self._account.people.called(
                incident.actor, self.coordinator.data.detail
            )
        return {
            "method": incident.method.value,
            ATTR_PERSON: person,
            "ours": incident.ours,
            "at": incident.at.isoformat(timespec="seconds"),
            "late": late,
        }


class CodesEvents(CodesEntity, TellingEvent):
    """What becomes of the access codes of a lock; without their digits."""

    entity_description: CodesDescription
    _who = ATTR_GUEST

    @override
    async def async_added_to_hass(self) -> None:
        """Listen."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self._codes.async_on_event(self.coordinator.lock_id, self._happened)
        )

    @callback
    def _happened(self, event: CodeEvent) -> None:
        attributes = {ATTR_GUEST: self.called(event), ATTR_CODE_ID: event.code_id}
        if event.reason is not None:
            attributes[ATTR_REASON] = event.reason.value
        self._trigger_event(event.kind.value, attributes)
        self.async_write_ha_state()
