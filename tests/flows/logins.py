"""The login of an entry, for tests: what to read of it and to do to it."""

import time

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator.simulator import Simulator


def let_end(hass: HomeAssistant, entry: MockConfigEntry, left: float = 0) -> None:
    """Let the entry's access token end in so many seconds."""
    token = {**entry.data["token"], "expires_at": time.time() + left}
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": token})


def asked(cloud: Simulator) -> int:
    """Return how often the token endpoint was asked."""
    return sum(1 for request in cloud.requests if request.operation == "token")


def access(entry: MockConfigEntry) -> str:
    """Return the access token that the entry holds."""
    token = entry.data["token"]["access_token"]
    assert isinstance(token, str)
    return token
