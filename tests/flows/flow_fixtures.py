"""Fixtures of the tests that walk through the config flow."""

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.home import Home
from tests.simulator.lock import Lock
from tests.simulator.simulator import Simulator
from tests.simulator.words import Brand

from .flows import Person


@pytest.fixture
async def stranger(
    hass: HomeAssistant,
    home: Home,
    current_request_with_host: None,
    hass_client_no_auth: ClientSessionGenerator,
) -> Person:
    """Return somebody who has no credentials yet."""
    assert await async_setup_component(hass, "application_credentials", {})
    return Person(hass, home.cloud, await hass_client_no_auth())


@pytest.fixture
async def person(stranger: Person) -> Person:
    """Return somebody with the credentials of Yale."""
    await stranger.get_credential(Brand.YALE)
    return stranger


@pytest.fixture
def locks(cloud: Simulator) -> list[Lock]:
    """Return three locks of the owner, in one house."""
    return [cloud.add_lock(name=name) for name in ("Front", "Back", "Garage")]
