"""Which entry shows a lock that two logins can see.

The entry that had the lock first keeps it, across restarts: its device in the registry is the
proof. The other entry takes over when the first one is removed, disabled or loses the lock.
"""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.signal_type import SignalType

from .const import DOMAIN

SIGNAL_RELEASED = SignalType[str](f"{DOMAIN}_lock_released")
"""Sent with the id of a lock that its entry has given up."""

_CLAIMS: HassKey[Claims] = HassKey(f"{DOMAIN}_claims")


@callback
def claims(hass: HomeAssistant) -> Claims:
    """Return the one register of this Home Assistant."""
    return hass.data.setdefault(_CLAIMS, Claims(hass))


class Claims:
    """The register of locks and the entries that show them."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start without a claim."""
        self._hass = hass
        self._holders: dict[str, str] = {}

    @callback
    def take(self, entry: ConfigEntry, lock_id: str) -> ConfigEntry | None:
        """Claim a lock for an entry; return the other entry when that one has it."""
        if (holder := self._holder(entry, lock_id)) is not None:
            return holder
        self._holders[lock_id] = entry.entry_id
        self._forget_disabled_devices(entry, lock_id)
        return None

    @callback
    def release(self, entry: ConfigEntry, lock_id: str) -> None:
        """Give a lock up for good: its login does not see it any more."""
        if self._holders.get(lock_id) == entry.entry_id:
            del self._holders[lock_id]
        async_dispatcher_send(self._hass, SIGNAL_RELEASED, lock_id)

    @callback
    def suspend(self, entry: ConfigEntry) -> None:
        """Forget what an unloaded entry held; its devices go on speaking for it."""
        self._holders = {
            lock_id: holder
            for lock_id, holder in self._holders.items()
            if holder != entry.entry_id
        }

    def _holder(self, entry: ConfigEntry, lock_id: str) -> ConfigEntry | None:
        registry = dr.async_get(self._hass)
        for other in self._hass.config_entries.async_entries(
            DOMAIN, include_disabled=False, include_ignore=False
        ):
            if other.entry_id == entry.entry_id:
                continue
            if self._holders.get(lock_id) == other.entry_id:
                return other
            if lock_id not in self._holders and registry.async_get_device_by_identifier(
                (DOMAIN, lock_id), other.entry_id
            ):
                return other
        return None

    def _forget_disabled_devices(self, entry: ConfigEntry, lock_id: str) -> None:
        """Remove what a disabled entry left: entity ids are unique across entries."""
        registry = dr.async_get(self._hass)
        for other in self._hass.config_entries.async_entries(DOMAIN):
            if (
                other.disabled_by
                and other.entry_id != entry.entry_id
                and (
                    device := registry.async_get_device_by_identifier(
                        (DOMAIN, lock_id), other.entry_id
                    )
                )
            ):
                registry.async_remove_device(device.id)
