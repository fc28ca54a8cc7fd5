"""Fixtures of the tests of an entry's login."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.yale_august.tokens import OwnerTokens, async_owner_tokens
from tests.home import Home


@pytest.fixture
async def entry(home: Home) -> MockConfigEntry:
    """Return an entry that is not set up."""
    return await home.add_entry()


@pytest.fixture
async def tokens(hass: HomeAssistant, entry: MockConfigEntry) -> OwnerTokens:
    """Return the tokens of the entry's login."""
    return await async_owner_tokens(hass, entry)
