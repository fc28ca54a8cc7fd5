"""Fixtures of the tests of the cloud client."""

from collections.abc import AsyncGenerator
import logging

import aiohttp
from engineio import base_client  # type: ignore[import-untyped]
import pytest

from tests.simulator import Lock, Simulator

from .desk import KEY, LOCK, Desk, open_desk
from .switchboard import Switchboard, open_switchboard


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


@pytest.fixture
async def board(socket_enabled: None) -> AsyncGenerator[Switchboard]:
    """Return a push server."""
    async with open_switchboard() as board:
        yield board


@pytest.fixture
async def nothing_left(
    session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> AsyncGenerator[None]:
    """No task, no client in the library's list, no open socket, no secret in a log."""
    caplog.set_level(logging.DEBUG, "custom_components.yale_august")
    caplog.set_level(logging.DEBUG, "socketio")
    caplog.set_level(logging.DEBUG, "engineio")
    yield
    assert base_client.connected_clients == []
    connector = session.connector
    assert connector is not None
    assert not connector._acquired  # noqa: SLF001
    ours = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(("custom_components", "engineio.c", "socketio.c"))
    ]
    for secret in (KEY, "token-1", "token-2", "token-3", "sub1", "sub2", LOCK):
        assert not [line for line in ours if secret in line]


@pytest.fixture
async def cloud(socket_enabled: None) -> AsyncGenerator[Simulator]:
    """Return a simulated cloud, to which nothing may be sent that is not listed."""
    async with Simulator(speed=200) as cloud:
        yield cloud
        assert cloud.violations == []


@pytest.fixture
def lock(cloud: Simulator) -> Lock:
    """Return a lock with all that a lock can have to do with codes."""
    return cloud.add_lock("keypad", name="Front")
