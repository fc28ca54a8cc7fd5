"""Doing something soon, once for all who ask, and not at all when the entry has gone."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback


class Soon:
    """Runs something in the background of an entry; whoever asks meanwhile asks for one more run."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        name: str,
        action: Callable[[], Awaitable[None]],
        spacing: timedelta,
    ) -> None:
        """Remember what to run; see `spacing`."""
        self._hass = hass
        self._entry = entry
        self._name = name
        self._action = action
        self.spacing = spacing
        """How long after the beginning of one run the next may begin."""
        self._not_before = 0.0
        self._asked = False
        self._task: asyncio.Task[None] | None = None

    @callback
    def ask(self) -> None:
        """Run it soon."""
        self._asked = True
        if self._task is None or self._task.done():
            self._task = self._entry.async_create_background_task(
                self._hass, self._run(), self._name
            )

    async def _run(self) -> None:
        loop = self._hass.loop
        while self._asked:
            await asyncio.sleep(self._not_before - loop.time())
            self._asked = False
            self._not_before = loop.time() + self.spacing.total_seconds()
            await self._action()
