"""A home whose locks take codes, and an administrator who looks after them."""

from typing import Any

from homeassistant.setup import async_setup_component
import pytest

from tests.home import Home

from .code_home import CodeHome
from .code_menu import OptionsMenu


@pytest.fixture
async def codes(home: Home) -> CodeHome:
    """Return a home with two locks that take codes, set up."""
    found = CodeHome(home)
    await found.set_up()
    return found


@pytest.fixture
async def menu(codes: CodeHome, hass_client: Any) -> OptionsMenu:
    """Return an administrator at the options."""
    await async_setup_component(codes.home.hass, "config", {})
    return OptionsMenu(await hass_client(), codes.entry)
