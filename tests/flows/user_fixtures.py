"""Fixtures of the tests about additional users in the options."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.setup import async_setup_component
import pytest

from tests.access_codes.code_menu import OptionsMenu
from tests.home import Home
from tests.simulator.lock import Lock


@pytest.fixture
async def entry(home: Home, locks: list[Lock]) -> ConfigEntry:
    """Set up the owner of three locks."""
    return await home.set_up()


@pytest.fixture
async def menu(home: Home, entry: ConfigEntry, hass_client: Any) -> OptionsMenu:
    """Return an administrator at the options."""
    await async_setup_component(home.hass, "config", {})
    return OptionsMenu(await hass_client(), entry)
