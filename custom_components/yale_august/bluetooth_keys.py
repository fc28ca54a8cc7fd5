"""Bluetooth keys of locks, handed to Home Assistant's own integration for Bluetooth.

Only where a person has asked for it: the keys then lie in that integration's storage. Here a key is
read from the cloud at the moment when it is handed over, and kept nowhere.
"""

import asyncio
import logging
import re
from typing import Final

from homeassistant.config_entries import SOURCE_INTEGRATION_DISCOVERY, ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import discovery_flow

from .cloud.client import Client
from .cloud.errors import CloudError
from .cloud.models import OfflineKey, Role
from .const import ACTING_OWNER, CONF_ACTING_USER, DOMAIN
from .coordinator import LockCoordinator

_LOGGER = logging.getLogger(__name__)

YALEXS_BLE: Final = "yalexs_ble"
"""Home Assistant's own integration that opens these locks over Bluetooth."""
_ADDRESS: Final = re.compile(r"([0-9A-F]{2}:){5}[0-9A-F]{2}", re.ASCII)


class BluetoothKeys:
    """Hands over the key of each lock that the login owns, once per start."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, client: Client) -> None:
        """Nothing is asked yet."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._owns = entry.data[CONF_ACTING_USER] == ACTING_OWNER
        self._turn = asyncio.Lock()
        self._done: set[str] = set()

    @callback
    def async_hand_over(self, lock: LockCoordinator) -> None:
        """Hand the key of a lock over soon, unless that was done or it is not the login's."""
        if (
            not self._owns
            or lock.lock_id in self._done
            or lock.data.summary.role is not Role.SUPERUSER
            or _identity(lock) is None
        ):
            return
        self._done.add(lock.lock_id)
        self._entry.async_create_background_task(
            self._hass, self._async_hand_over(lock), f"{DOMAIN} Bluetooth key"
        )

    async def _async_hand_over(self, lock: LockCoordinator) -> None:
        try:
            async with self._turn:
                keys = await self._client.get_offline_keys(lock.lock_id)
        except CloudError as err:
            _LOGGER.debug("The Bluetooth key is read again later: %s", err)
            self._done.discard(lock.lock_id)
            return
        identity = _identity(lock)
        if not keys or identity is None:
            return
        best = self._best(keys)
        discovery_flow.async_create_flow(
            self._hass,
            YALEXS_BLE,
            context={"source": SOURCE_INTEGRATION_DISCOVERY},
            data={**identity, "key": best.key, "slot": best.slot},
        )

    def _best(self, keys: tuple[OfflineKey, ...]) -> OfflineKey:
        """Return the login's own key if there is one: what it does shows under that name."""
        own = [key for key in keys if key.user_id == self._entry.unique_id]
        return (own or keys)[0]


def _identity(lock: LockCoordinator) -> dict[str, str] | None:
    """Return by what the lock is found nearby; None as long as the cloud has not told."""
    detail, summary = lock.data.detail, lock.data.summary
    if detail is None or detail.serial_number is None:
        return None
    address = (detail.mac_address or summary.mac_address or "").upper()
    if _ADDRESS.fullmatch(address) is None:
        return None
    return {"name": lock.data.name, "address": address, "serial": detail.serial_number}
