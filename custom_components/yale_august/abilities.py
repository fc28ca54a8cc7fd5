"""What the locks of an account can do: asked once, remembered, and asked anew after a while."""

import asyncio
from dataclasses import asdict, fields
from datetime import timedelta
from functools import lru_cache
import logging
from types import UnionType
from typing import Any, Final, cast

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .cloud.client import Client
from .cloud.errors import CloudError, EndpointNotAllowed
from .cloud.models import Capabilities, KeypadCapabilities, LockCapabilities
from .const import DOMAIN
from .coordinator import LockCoordinator
from .storage import Notebook, StoredAbilities

_LOGGER = logging.getLogger(__name__)

type Told = tuple[LockCapabilities | None, KeypadCapabilities | None]

FRESH: Final = timedelta(days=7)
"""After this time, or with another firmware, the next start asks anew."""
AT_ONCE: Final = 6
"""Questions that wait for their turn in the budget: hundreds of locks must not block it."""
NOTHING_TOLD: Final = LockCapabilities()
"""Of a lock of which the cloud cannot or may not tell: its type decides."""

_LIST: Final = "supported_partners"
"""The one fact that is a list."""


class Abilities:
    """Asks in the background: a lock is shown before, as it was known or as its type says."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        client: Client,
        notebook: Notebook,
    ) -> None:
        """Nothing is asked yet."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._notebook = notebook
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._asked: set[str] = set()
        self._refused = False
        self._locks: dict[LockCapabilities, LockCapabilities] = {}
        self._keypads: dict[KeypadCapabilities, KeypadCapabilities] = {}
        """What is the same for many is kept once."""

    def recall(self, lock_id: str) -> Told:
        """Return what was told of a lock and its keypad before; None: nothing yet."""
        stored = self._stored.get(lock_id)
        if stored is None:
            return None, None
        told = _once(
            self._locks, restore_abilities(LockCapabilities, stored.get("lock"))
        )
        keypad = _once(
            self._keypads, restore_abilities(KeypadCapabilities, stored.get("keypad"))
        )
        if told is not None and (known := store_abilities(told)) == stored.get("lock"):
            stored["lock"] = known
        return told, keypad

    @callback
    def async_learn(self, lock: LockCoordinator) -> None:
        """Ask soon what a lock can do, unless that is known or under way."""
        if lock.lock_id in self._asked or self._is_fresh(lock):
            return
        self._asked.add(lock.lock_id)
        self._entry.async_create_background_task(
            self._hass, self._async_ask(lock), f"{DOMAIN} capabilities"
        )

    @property
    def _stored(self) -> dict[str, StoredAbilities]:
        return self._notebook.memory.setdefault("abilities", {})

    def _is_fresh(self, lock: LockCoordinator) -> bool:
        stored = self._stored.get(lock.lock_id)
        if (
            stored is None
            or lock.data.capabilities is None
            or stored.get("firmware") != _firmware(lock)
        ):
            return False
        at = dt_util.parse_datetime(str(stored.get("at")))
        now = dt_util.utcnow()
        return at is not None and at.tzinfo is not None and now - FRESH < at <= now

    async def _async_ask(self, lock: LockCoordinator) -> None:
        async with self._turns:
            told, keypad = await self._async_told(lock)
        if told is not None:
            lock.async_take_capabilities(told, keypad)

    async def _async_told(self, lock: LockCoordinator) -> Told:
        data = lock.data
        if self._refused:
            return data.capabilities or NOTHING_TOLD, data.keypad
        try:
            found = await self._client.find_capabilities(
                lock.lock_id, None if data.detail is None else data.detail.serial_number
            )
        except EndpointNotAllowed:
            self._refused = True
            return data.capabilities or NOTHING_TOLD, data.keypad
        except CloudError as err:
            _LOGGER.debug("Capabilities are read again later: %s", err)
            self._asked.discard(lock.lock_id)
            return None, None
        found = found or Capabilities()
        told = found.lock or NOTHING_TOLD
        told = self._locks.setdefault(told, told)
        keypad = _once(self._keypads, found.keypad)
        self._stored[lock.lock_id] = {
            "at": dt_util.utcnow().isoformat(),
            "firmware": _firmware(lock),
            "lock": store_abilities(told),
            "keypad": None if keypad is None else store_abilities(keypad),
        }
        self._notebook.touch()
        return told, keypad


def _once[T](known: dict[T, T], value: T | None) -> T | None:
    """Return what is equal and known already, so that many locks keep one."""
    return None if value is None else known.setdefault(value, value)


def _firmware(lock: LockCoordinator) -> str | None:
    return None if lock.data.detail is None else lock.data.detail.firmware


@lru_cache(maxsize=64)
def store_abilities(told: LockCapabilities | KeypadCapabilities) -> dict[str, object]:
    """Return what the cloud has told as JSON; nothing of what it has not. Not to be changed: it is shared."""
    return {
        name: list(value) if name == _LIST else value
        for name, value in asdict(told).items()
        if value not in (None, ())
    }


def restore_abilities[T: (LockCapabilities, KeypadCapabilities)](
    kind: type[T], stored: object
) -> T | None:
    """Read it back; None for what is no object. A field that is not what it must be is not there."""
    if not isinstance(stored, dict):
        return None
    known: dict[str, Any] = {
        one.name: value
        for one in fields(kind)
        if one.name != _LIST
        and isinstance(value := stored.get(one.name), cast("UnionType", one.type))
    }
    if kind is LockCapabilities and isinstance(names := stored.get(_LIST), list):
        known[_LIST] = tuple(name for name in names if isinstance(name, str))
    return kind(**known)
