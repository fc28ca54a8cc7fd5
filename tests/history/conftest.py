"""Who else comes to the doors of these tests."""

import pytest

from tests.home import Home
from tests.simulator.accounts import User


@pytest.fixture
def bob(home: Home) -> User:
    """Return somebody else who has a code."""
    return home.cloud.world.add_user("Bob", "Bolt", email="bob@example.com")
