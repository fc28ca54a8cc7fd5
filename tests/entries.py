"""How far a config entry is, what it waits for, and what is kept for it."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util.async_ import get_scheduled_timer_handles

from custom_components.yale_august.const import DOMAIN

from .flows.flows import placeholders, texts
from .home import Home


def reauths(home: Home, entry: ConfigEntry) -> int:
    """Return how many flows ask for a new login."""
    return len(list(entry.async_get_active_flows(home.hass, {"reauth"})))


def state(entry: ConfigEntry) -> ConfigEntryState:
    """Return how far an entry is."""
    return entry.state


def reason(entry: ConfigEntry) -> str | None:
    """Return the key of the reason that the entry's card shows."""
    key = entry.error_reason_translation_key
    if key is not None:
        assert entry.error_reason_translation_domain == DOMAIN
        told = texts()["exceptions"][key]["message"]
        given = entry.error_reason_translation_placeholders or {}
        assert placeholders(told) <= set(given)
        assert entry.reason == told.format(**given).removesuffix(".") or entry.reason
    return key


def timers(hass: HomeAssistant) -> list[str]:
    """Return the timers that something of ours waits for."""
    return [
        text
        for handle in get_scheduled_timer_handles(hass.loop)
        if not handle.cancelled()
        and "yale_august" in (text := f"{handle!r} {handle._args!r}")  # noqa: SLF001
    ]


def tasks() -> list[str]:
    """Return the tasks that run code of ours."""
    return [
        repr(task)
        for task in asyncio.all_tasks()
        if "custom_components/yale_august" in repr(task)
        or "socketio" in repr(task)
        or DOMAIN in task.get_name()
    ]


def stored(storage: dict[str, Any], entry: ConfigEntry) -> dict[str, Any]:
    """Return what is kept for an entry."""
    found = storage[f"{DOMAIN}.{entry.entry_id}"]["data"]
    assert isinstance(found, dict)
    return found
