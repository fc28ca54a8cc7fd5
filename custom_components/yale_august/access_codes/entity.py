"""What all entities about the access codes of a lock have in common."""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Final, override

from homeassistant.core import callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from custom_components.yale_august.account import YaleAugustConfigEntry
from custom_components.yale_august.codes.records import CodeState
from custom_components.yale_august.codes.view import CodeEvent, ShownCode
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.entity import (
    LockDeviceEntity,
    LockEntityDescriptionMixin,
    async_add_table,
)

from .desk import AccessCodes
from .shown import listed_as

WORRIES: Final = (
    CodeState.LOST,
    CodeState.REFUSED,
    CodeState.NEEDS_NEW_CODE,
    CodeState.UNCERTAIN,
    CodeState.WAITING,
)
"""The states in which a code is not as wished and may stay so, the worst first."""


def worst(codes: Sequence[ShownCode]) -> ShownCode | None:
    """Return the code that is farthest from what was wished; None when all are as wished or on their way."""
    worried = [code for code in codes if code.state in WORRIES]
    return min(worried, key=lambda code: WORRIES.index(code.state), default=None)


async def async_zone(lock: LockCoordinator) -> tzinfo:
    """Return the time zone of a lock's own clock; Home Assistant's while the cloud does not tell."""
    detail = lock.data.detail
    zone = None
    if detail is not None and detail.time_zone is not None:
        zone = await dt_util.async_get_time_zone(detail.time_zone)
    return zone or dt_util.get_default_time_zone()


class CodesEntity(LockDeviceEntity):
    """An entity about the access codes of one lock."""

    def __init__(
        self,
        coordinator: LockCoordinator,
        description: LockEntityDescriptionMixin,
        codes: AccessCodes,
    ) -> None:
        """Stand on the device of the lock."""
        super().__init__(coordinator, description)
        self._codes = codes

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the lock and its codes."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self._codes.async_add_listener(
                self.coordinator.lock_id, self.async_write_ha_state
            )
        )

    @property
    def shown(self) -> tuple[ShownCode, ...]:
        """Return the codes of the lock."""
        return self._codes.shown(self.coordinator.lock_id)

    def called(self, code: ShownCode | CodeEvent) -> str:
        """Return what the guest of a code is called in states, events and calendars."""
        users = self._codes.store.known_as(code.code_id)
        if (room := self._codes.rooms.get(self.coordinator.lock_id)) is not None:
            users |= listed_as(room, code.code_id)
        return self.coordinator.account.people.guest(code.code_id, code.name, users)


@callback
def async_add_codes_table[D: LockEntityDescriptionMixin](
    entry: YaleAugustConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    table: Sequence[D],
    make: Callable[[LockCoordinator, D, AccessCodes], Entity],
) -> None:
    """Add the rows of a table for each lock whose codes the login may see."""
    codes = entry.runtime_data.codes
    async_add_table(
        entry,
        async_add_entities,
        table,
        lambda lock, row: make(lock, row, codes),
        offered=codes.can_codes,
    )
