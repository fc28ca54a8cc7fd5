"""Fixtures of the tests of the cloud client."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest

from .desk import Desk, open_desk


@pytest.fixture
async def session(socket_enabled: None) -> AsyncGenerator[aiohttp.ClientSession]:
    """Return an HTTP session as any caller may have one."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def desk(socket_enabled: None) -> AsyncGenerator[Desk]:
    """Return a server that writes down what it is asked."""
    async with open_desk() as desk:
        yield desk
