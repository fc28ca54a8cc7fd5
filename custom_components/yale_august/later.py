"""Parts that are loaded when they are wanted."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.importlib import async_import_module


async def async_load(hass: HomeAssistant, *names: str) -> None:
    """Load modules of this integration, away from the event loop.

    Whoever imports one of them afterwards, in a function, reads no file.
    """
    for name in names:
        await async_import_module(hass, f"{__package__}.{name}")
