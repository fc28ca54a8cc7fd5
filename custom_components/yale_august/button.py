"""Buttons: the commands of the vendor's page that are neither lock, unlock nor unlatch."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.button import (
    ButtonDeviceClass,
    ButtonEntity,
    ButtonEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account import YaleAugustConfigEntry
from .cloud.models import Command
from .commands.move import async_move
from .commands.movements import SECURE, Movement
from .commands.question import async_ask
from .entity import LockDeviceEntity, LockEntityDescriptionMixin, async_add_table
from .knowledge.face import Part
from .knowledge.lock import LockData

PARALLEL_UPDATES = 0


def _operable(data: LockData) -> bool:
    return data.operable


def _can_be_secured(data: LockData) -> bool:
    return data.operable and data.can_be_secured


@dataclass(frozen=True, kw_only=True)
class ButtonDescription(ButtonEntityDescription, LockEntityDescriptionMixin):
    """One command."""

    parts: Part = Part.NOTHING
    command: Command
    movement: Movement | None = None
    """For a command that moves the bolt: what proves that it did."""


TABLE = (
    ButtonDescription(
        key="status",
        translation_key="status",
        command=Command.STATUS,
        entity_category=EntityCategory.DIAGNOSTIC,
        supported_fn=_operable,
    ),
    ButtonDescription(
        key="reboot",
        translation_key="reboot",
        command=Command.REBOOT,
        device_class=ButtonDeviceClass.RESTART,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        supported_fn=_operable,
    ),
    ButtonDescription(
        key="reboot_lock",
        translation_key="reboot_lock",
        command=Command.REBOOT_LOCK,
        device_class=ButtonDeviceClass.RESTART,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        supported_fn=_operable,
    ),
    ButtonDescription(
        key="telemetry",
        translation_key="telemetry",
        command=Command.TELEMETRY,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=_operable,
    ),
    ButtonDescription(
        key="secure",
        translation_key="secure",
        command=Command.SECURE,
        movement=SECURE,
        entity_registry_enabled_default=False,
        supported_fn=_can_be_secured,
    ),
    ButtonDescription(
        key="calibrate",
        translation_key="calibrate",
        command=Command.CALIBRATE,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        supported_fn=_operable,
    ),
    ButtonDescription(
        key="disable_homekit",
        translation_key="disable_homekit",
        command=Command.DISABLE_HOMEKIT,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        supported_fn=_operable,
    ),
    ButtonDescription(
        key="ota",
        translation_key="ota",
        command=Command.OTA,
        device_class=ButtonDeviceClass.UPDATE,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        supported_fn=_operable,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: YaleAugustConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons that each lock supports."""
    async_add_table(entry, async_add_entities, TABLE, YaleAugustButton)


class YaleAugustButton(LockDeviceEntity, ButtonEntity):
    """A command to a lock or its bridge."""

    entity_description: ButtonDescription

    @override
    async def async_press(self) -> None:
        """Send the command once; what moves the bolt is followed to its end."""
        if (movement := self.entity_description.movement) is not None:
            await async_move(self.coordinator, movement)
        else:
            await async_ask(self.coordinator, self.entity_description.command)
