"""Fixtures of the fault campaign."""

import pytest


@pytest.fixture(autouse=True)
def sockets(socket_enabled: None) -> None:
    """Let the cases talk to the simulated cloud."""
