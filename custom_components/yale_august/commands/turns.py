"""Whose turn it is at a lock.

A command that runs when its entry is reloaded, or when the lock goes over to another entry, runs
on: what is asked for after that has to wait for it as well.
"""

import asyncio
from dataclasses import dataclass, field

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from custom_components.yale_august.const import DOMAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """What is held while something is asked of one lock."""

    commanding: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one movement that runs."""
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one question that a person has asked and that has no answer yet."""
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one write of a code that no guest has: master code, or code of another user."""


_TURNS: HassKey[dict[str, Turns]] = HassKey(f"{DOMAIN}_turns")


@callback
def turns_of(hass: HomeAssistant, lock_id: str) -> Turns:
    """Return the turns at a lock, the same for whoever asks."""
    return hass.data.setdefault(_TURNS, {}).setdefault(lock_id, Turns())
