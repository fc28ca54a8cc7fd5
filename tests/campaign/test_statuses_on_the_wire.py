"""Every status in every shape, on every call that the client has: what is made of it there."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
import pytest

from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.errors import (
    CloudError,
    LoginExpired,
    RateLimited,
    UnexpectedAnswer,
)
from tests.cloud.case import Case
from tests.cloud.simulated import client_for
from tests.cloud.test_operations import CASES
from tests.simulator import Fail, Simulator

from .matrix import STRANGE, failures, meaning, named
from .warp import run

CALLS: Final = {case.route.operation: case for case in reversed(CASES)}


@asynccontextmanager
async def clouds() -> AsyncGenerator[tuple[Simulator, aiohttp.ClientSession]]:
    """Return a cloud with a lock, and a session to talk to it."""
    async with Simulator() as cloud, aiohttp.ClientSession() as session:
        cloud.add_lock()
        yield cloud, session
        assert not cloud.record
        assert not cloud.violations


async def ask(client: Client, call: Case) -> CloudError | None:
    """Return the error that a call ends with."""
    try:
        await call.call(client)
    except CloudError as err:
        return err
    return None


async def answered(
    cloud: Simulator, session: aiohttp.ClientSession, call: Case, fail: Fail
) -> None:
    """Answer a call so; see what is made of it, and that it was asked once."""
    client, before = client_for(session, cloud), len(cloud.requests)
    fault = cloud.faults.add("*", fail, times=None)
    found = await ask(client, call)
    fault.left = 0
    expected = meaning(call.route, fail)
    if expected is None:
        assert found is None or type(found) is UnexpectedAnswer
    else:
        assert type(found) is type(expected)
        assert found is not None
        assert (found.acted, found.status) == (expected.acted, fail.status)
    if isinstance(expected, RateLimited):
        assert isinstance(found, RateLimited)
        assert found.retry_after == expected.retry_after
    # Who is not known is asked for another token, once (reference 3.6).
    times = 2 if isinstance(expected, LoginExpired) else 1
    assert len(cloud.requests) - before == times


@pytest.mark.parametrize("operation", CALLS)
def test_every_answer_to_every_call(operation: str) -> None:
    """One error for it, one request, no movement."""
    failed: list[str] = []

    async def main() -> None:
        async with clouds() as (cloud, session):
            for fail in (*failures(), *STRANGE):
                try:
                    await answered(cloud, session, CALLS[operation], fail)
                except AssertionError as err:
                    failed.append(f"{named(fail)}: {err}")

    run(main)
    assert not failed, "\n".join(failed)
