"""Commands on one door, for the tests of several files."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from homeassistant.exceptions import HomeAssistantError
import pytest

from .flows.flows import placeholders, texts
from .home import Home
from .simulator import Fail
from .simulator.lock import Lock
from .simulator.words import Bolt

DOOR = "Front Door"


@contextmanager
def refused(key: str) -> Generator[None]:
    """See that a person is told why something was not done."""
    with pytest.raises(HomeAssistantError) as caught:
        yield
    err = caught.value
    assert err.translation_domain == "yale_august"
    assert err.translation_key == key
    told = texts()["exceptions"][key]["message"]
    assert placeholders(told) <= set(err.translation_placeholders or {})
    assert DOOR in str(err.translation_placeholders)
    for secret in ("eyJ", "5f1e1a7c"):
        assert secret not in str(err)


async def operate(home: Home, action: str) -> None:
    """Operate the door."""
    await home.act(action, DOOR)


def puts(home: Home, since: int = 0) -> list[Any]:
    """Return the commands that were on the wire."""
    return home.cloud.requests.of("remote_operate", since=since)


def stands(home: Home, door: Lock, bolt: Bolt) -> None:
    """Let the bolt stand somewhere, and the cloud know it."""
    door.bolt = bolt
    door.learn(home.cloud.clock.now())


async def no_push(home: Home) -> Any:
    """Set an entry up whose push never connects."""
    home.cloud.faults.add("socket", Fail(503, "html"), times=None)
    entry = await home.set_up()
    assert not home.account(entry).push_connected
    return entry
