"""Which locks a call means.

Home Assistant's own entity actions leave out what is not available, without a word. Here each
lock that is named counts, and one that cannot be served is answered for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, ENTITY_MATCH_ALL
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.target import (
    SelectedEntities,
    TargetSelection,
    async_extract_referenced_entity_ids,
)

from custom_components.yale_august.account import Account
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.devices import LOCK_ID

from .action import refused

_LOCK = "_lock"
"""What the unique id of a lock entity ends with, after the lock's id."""
type Device = dr.DeviceEntry | dr.ChildDeviceEntry

_TARGET_KEYS = frozenset(str(key) for key in cv.ENTITY_SERVICE_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A lock that a call means, whether it can be served or not."""

    key: str
    """Under which it is answered: its lock entity, or its device where it has none."""
    name: str
    lock_id: str = field(repr=False)
    entry: ConfigEntry
    found: LockCoordinator | None

    @property
    def lock(self) -> LockCoordinator:
        """The lock; raises HomeAssistantError when it cannot be served, in words."""
        if self.entry.state is not ConfigEntryState.LOADED:
            raise _cannot("lock_not_loaded", lock=self.name, entry=self.entry.title)
        if self.found is None or not self.found.present:
            raise _cannot("lock_gone", lock=self.name, entry=self.entry.title)
        return self.found

    @property
    def account(self) -> Account:
        """The loaded account that the lock belongs to."""
        account = self.lock.account
        assert isinstance(account, Account)
        return account


def targets_of(call: ServiceCall) -> tuple[Target, ...]:
    """Return the locks that a call names, each once, in the order of their keys.

    By lock entity, device (of a lock, its keypad, the bridge or house that it hangs on), area,
    floor, label or group; disabled and unavailable ones too. Raises ServiceValidationError for
    what is unknown or not ours, and when there is no lock at all.
    """
    hass = call.hass
    wanted = {key: call.data[key] for key in _TARGET_KEYS & call.data.keys()}
    if wanted.get(ATTR_ENTITY_ID) == ENTITY_MATCH_ALL:
        every = {entity.entity_id for entity in _lock_entities(hass)}
        return _made(_of_entities(hass, every))
    devices = dr.async_get(hass)
    named: list[str] = []
    lockless: list[str] = []
    for device_id in cv.ensure_list(wanted.get(ATTR_DEVICE_ID, [])):
        if (device := devices.async_get(device_id)) is not None:
            family = [one.id for one in _family(devices, device)]
            named += family
            if not family:
                lockless.append(device.name_by_user or device.name or device_id)
    if named:
        wanted[ATTR_DEVICE_ID] = [*cv.ensure_list(wanted[ATTR_DEVICE_ID]), *named]
    selected = async_extract_referenced_entity_ids(hass, TargetSelection(wanted))
    _refuse_unknown(hass, selected)
    entities = selected.referenced | selected.indirectly_referenced
    found = _made(
        [
            *_of_entities(hass, entities),
            *_of_devices(hass, selected.referenced_devices, also=set(named)),
        ]
    )
    if not found:
        raise refused("no_locks_named")
    if lockless:
        # Who names a device expects something of it.
        raise refused("target_unknown", targets=", ".join(sorted(lockless)))
    return found


def targets_of_entities(
    hass: HomeAssistant, entity_ids: Iterable[str]
) -> tuple[Target, ...]:
    """Return the locks of a list of lock entities; raises ServiceValidationError for others."""
    wanted = set(entity_ids)
    _refuse_unknown(hass, SelectedEntities(referenced=wanted))
    return _made(_of_entities(hass, wanted))


def _made(targets: Iterable[Target]) -> tuple[Target, ...]:
    found = {target.lock_id: target for target in targets}
    return tuple(sorted(found.values(), key=lambda target: target.key))


def _lock_entities(hass: HomeAssistant) -> Iterator[er.RegistryEntry]:
    return (
        entity
        for entity in er.async_get(hass).entities.values()
        if entity.platform == DOMAIN and entity.domain == LOCK_DOMAIN
    )


def _refuse_unknown(hass: HomeAssistant, selected: SelectedEntities) -> None:
    missing = sorted(
        selected.missing_devices
        | selected.missing_areas
        | selected.missing_floors
        | selected.missing_labels
    )
    registry = er.async_get(hass)
    for entity_id in sorted(selected.referenced):
        entity = registry.async_get(entity_id)
        if entity is None or (entity.platform, entity.domain) != (DOMAIN, LOCK_DOMAIN):
            missing.append(entity_id)
    if missing:
        raise refused("target_unknown", targets=", ".join(missing))


def _of_entities(hass: HomeAssistant, entity_ids: Iterable[str]) -> Iterator[Target]:
    registry, devices = er.async_get(hass), dr.async_get(hass)
    for entity_id in entity_ids:
        entity = registry.async_get(entity_id)
        if (
            entity is None
            or (entity.platform, entity.domain) != (DOMAIN, LOCK_DOMAIN)
            or (entry := _entry(hass, entity.config_entry_id)) is None
        ):
            continue
        device = devices.async_get(entity.device_id or "")
        yield _target(
            entry,
            entity.unique_id.removesuffix(_LOCK),
            key=entity_id,
            name=(device and (device.name_by_user or device.name)) or entity_id,
        )


def _of_devices(
    hass: HomeAssistant, device_ids: set[str], *, also: set[str]
) -> Iterator[Target]:
    """Yield the locks of devices: `also` those that have a lock entity, which may be hidden."""
    registry, devices = er.async_get(hass), dr.async_get(hass)
    for device_id in device_ids:
        device = devices.async_get(device_id)
        if device is None or (lock_id := _lock_id(device)) is None:
            continue
        entity_id = registry.async_get_entity_id(LOCK_DOMAIN, DOMAIN, lock_id + _LOCK)
        entry = _entry(hass, device.config_entry_id)
        if entry is not None and (entity_id is None or device_id in also):
            yield _target(
                entry,
                lock_id,
                key=entity_id or device_id,
                name=device.name_by_user or device.name or device_id,
            )


def _family(devices: dr.DeviceRegistry, device: Device) -> Iterator[Device]:
    """Yield the lock devices that a device of ours stands for.

    Those below a bridge or a house; for the keypad of a lock, that lock.
    """
    if not isinstance(device, dr.DeviceEntry) or not any(
        domain == DOMAIN for domain, _ in device.identifiers
    ):
        return
    if _lock_id(device) is not None:
        yield device
        return
    for other in dr.async_entries_for_config_entry(devices, device.config_entry_id):
        if other.via_device_id == device.id:
            yield from _family(devices, other)
    parent = devices.async_get(device.via_device_id or "")
    if parent is not None and _lock_id(parent) is not None:
        yield parent


def _lock_id(device: Device) -> str | None:
    return next(
        (
            identifier
            for domain, identifier in device.identifiers
            if domain == DOMAIN and LOCK_ID.fullmatch(identifier)
        ),
        None,
    )


def _entry(hass: HomeAssistant, entry_id: str | None) -> ConfigEntry | None:
    entry = hass.config_entries.async_get_entry(entry_id) if entry_id else None
    return entry if entry is not None and entry.domain == DOMAIN else None


def _target(entry: ConfigEntry, lock_id: str, *, key: str, name: str) -> Target:
    found: LockCoordinator | None = None
    if entry.state is ConfigEntryState.LOADED:
        found = entry.runtime_data.find(lock_id)
    return Target(
        key=key,
        name=name if found is None else found.data.name,
        lock_id=lock_id,
        entry=entry,
        found=found,
    )


def _cannot(key: str, **placeholders: str) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )
