"""What an entry remembers between starts, beside its configuration.

No token, key or code is kept here.
"""

from typing import TypedDict

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN

VERSION = 1
SAVE_DELAY = 30


class Memory(TypedDict, total=False):
    """The stored facts."""

    budget: dict[str, float]
    """The request budget, so that a reload does not forget a pause that the cloud asked for."""
    subscriber_id: str | None
    """The push subscriber that may be left over when Home Assistant did not stop cleanly."""


class Notebook:
    """One entry's memory."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file; nothing is read yet."""
        self._store: Store[Memory] = Store(
            hass, VERSION, f"{DOMAIN}.{entry_id}", private=True
        )
        self.memory: Memory = {}

    async def async_load(self) -> None:
        """Read what the last start left."""
        self.memory = await self._store.async_load() or {}

    @callback
    def remember(self, facts: Memory, *, delay: float = SAVE_DELAY) -> None:
        """Keep facts; they reach the disk after `delay` seconds."""
        self.memory = {**self.memory, **facts}
        self._store.async_delay_save(lambda: self.memory, delay)

    async def async_save(self) -> None:
        """Write now."""
        await self._store.async_save(self.memory)

    async def async_remove(self) -> None:
        """Forget everything: the entry is removed."""
        await self._store.async_remove()
