"""A small Home Assistant in this process: real parts, no server, nothing by default."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import logging
from pathlib import Path
import sys
from typing import Final

from homeassistant import bootstrap, loader
from homeassistant.config_entries import ConfigEntries
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.setup import async_setup_component

sys.path.append(str(Path(__file__).parents[1] / "stubs"))

PARTS: Final = (
    "homeassistant",
    "persistent_notification",
    "application_credentials",
    "webhook",
    "binary_sensor",
    "button",
    "camera",
    "event",
    "lock",
    "sensor",
)
"""What either system needs and any Home Assistant has: its cost is nobody's."""


@asynccontextmanager
async def house(folder: Path) -> AsyncGenerator[HomeAssistant]:
    """Run a Home Assistant whose configuration folder is `folder`.

    It counts as running, and listens on no port: its start is never announced.
    """
    hass = HomeAssistant(str(folder))
    loader.async_setup(hass)
    hass.config.skip_pip = True
    logging.getLogger().setLevel(logging.ERROR)
    # Wants a system library that nobody here needs.
    logging.getLogger("homeassistant.components.camera.img_util").disabled = True
    hass.config_entries = ConfigEntries(hass, {})
    try:
        await loader.async_get_custom_components(hass)
        await bootstrap.async_load_base_functionality(hass)
        await async_process_ha_core_config(hass, {})
        for part in PARTS:
            if not await async_setup_component(hass, part, {}):
                raise RuntimeError(f"{part} could not be set up")
        await hass.async_block_till_done()
        hass.set_state(CoreState.running)
        yield hass
    finally:
        await hass.async_stop(force=True)
