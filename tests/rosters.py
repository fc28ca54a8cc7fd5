"""The list of an account's locks, read when a test wants it, and the devices that come of it."""

import asyncio

from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers import device_registry as dr

from .home import Home


def devices(home: Home, entry: ConfigEntry) -> set[str | None]:
    """Return the names of an entry's devices, but for that of the account itself."""
    registry = dr.async_get(home.hass)
    return {
        device.name
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
        if device.model != "Account"
    }


async def read_roster(home: Home, entry: ConfigEntry) -> None:
    """Read the list of locks now, as the clock does."""
    await home.account(entry).roster.async_refresh()
    await settled(home, entry)


async def settled(home: Home, entry: ConfigEntry) -> None:
    """Wait until the locks are as the list has them."""
    await asyncio.sleep(0.01)
    async with home.account(entry).inventory._sync:  # noqa: SLF001
        await home.hass.async_block_till_done()
