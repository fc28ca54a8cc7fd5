"""Whose turn it is at a lock.

A command that runs when its entry is reloaded, or when the lock goes over to another entry, runs
on: what is asked for after that has to wait for it as well.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Literal, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from custom_components.yale_august.const import DOMAIN


class Turn(asyncio.Lock):
    """A turn that tells whether it can be had at once."""

    def __init__(self) -> None:
        """Nobody wants it yet."""
        super().__init__()
        self._wanted_by = 0

    @property
    def is_free(self) -> bool:
        """Whether nobody has it or waits for it."""
        return not self._wanted_by

    @override
    async def acquire(self) -> Literal[True]:
        """Wait for it."""
        self._wanted_by += 1
        try:
            return await super().acquire()
        except asyncio.CancelledError:
            self._wanted_by -= 1
            raise

    @override
    def release(self) -> None:
        """Give it to the next one."""
        super().release()
        self._wanted_by -= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """What is held while something is asked of one lock."""

    commanding: Turn = field(default_factory=Turn)
    """Held by the one movement that runs."""
    asking: Turn = field(default_factory=Turn)
    """Held by the one question that a person has asked and that has no answer yet."""
    writing: Turn = field(default_factory=Turn)
    """Held by the one write of codes that are not of one guest: master code, code of another user, reset."""


_TURNS: HassKey[dict[str, Turns]] = HassKey(f"{DOMAIN}_turns")


@callback
def turns_of(hass: HomeAssistant, lock_id: str) -> Turns:
    """Return the turns at a lock, the same for whoever asks."""
    return hass.data.setdefault(_TURNS, {}).setdefault(lock_id, Turns())
