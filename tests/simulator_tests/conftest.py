"""A simulated cloud, and somebody who talks to it over HTTP."""

from collections.abc import AsyncGenerator

import pytest

from tests.simulator import Simulator

from .caller import Caller


@pytest.fixture
async def server(socket_enabled: None) -> AsyncGenerator[Simulator]:
    """Return a running cloud whose world is a hundred times as fast."""
    async with Simulator(speed=100) as server:
        yield server


@pytest.fixture
async def owner(server: Simulator) -> AsyncGenerator[Caller]:
    """Return the owner's client of the Yale brand."""
    async with Caller(server) as caller:
        yield caller
