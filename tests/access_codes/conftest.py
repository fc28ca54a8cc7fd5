"""A home whose locks take codes, and an administrator who looks after them."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from tests.doors import DOOR
from tests.home import Home
from tests.simulator.lock import Lock

from .code_calendar import Say
from .code_home import CodeHome
from .code_menu import OptionsMenu


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock with a keypad."""
    return home.cloud.add_lock("keypad", name=DOOR)


@pytest.fixture
async def entry(home: Home, door: Lock) -> ConfigEntry:
    """Set it up."""
    return await home.set_up()


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


@pytest.fixture
async def say(home: Home, hass_ws_client: WebSocketGenerator) -> Say:
    """Return how a browser asks something of the calendar."""

    async def ask(kind: str, **fields: Any) -> dict[str, Any]:
        client = await hass_ws_client(home.hass)
        await client.send_json_auto_id(
            {
                "type": f"calendar/event/{kind}",
                "entity_id": home.entity_id("calendar", DOOR, "codes"),
                **fields,
            }
        )
        answer: dict[str, Any] = await client.receive_json()
        return answer

    return ask
