"""Fixtures of all tests."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from datetime import timedelta
import os

from homeassistant.core import HomeAssistant
from hypothesis import settings
import pytest

# Both by name: else those of pytest-aiohttp and syrupy win, with which the test client
# freezes Home Assistant's routes and snapshots keep the time of the run.
from pytest_homeassistant_custom_component.plugins import aiohttp_client, snapshot  # noqa: F401

# Before any test starts: the configuration folder of the tests has a custom_components
# of its own, and the first that is imported is the one that Home Assistant looks into.
import custom_components  # noqa: F401
from custom_components.yale_august import account, tokens
from custom_components.yale_august.const import ENV_CLOUD

from .doors import DOOR
from .home import QUICK, Home
from .simulator import Simulator
from .simulator.accounts import User
from .simulator.lock import Lock

# The same examples in each run, so that a change is judged by what it changed; with
# HYPOTHESIS_PROFILE=default others each time.
settings.register_profile("suite", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests in Chromium run one after the other, beside the others."""
    shown = {item for item in items if item.get_closest_marker("browser")}
    for item in shown:
        item.add_marker(pytest.mark.xdist_group("browser"))
    # First, or whoever has them would be at it long after the others have ended.
    items.sort(key=lambda item: item not in shown)


@pytest.fixture(autouse=True)
def custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load the integration, in the tests that use Home Assistant."""
    if "hass" in request.fixturenames:
        # The cloud must outlive Home Assistant, which takes leave of it at the end.
        if "cloud" in request.fixturenames:
            request.getfixturevalue("cloud")
        # The recorder must be there before Home Assistant is.
        if "recorder_mock" in request.fixturenames:
            request.getfixturevalue("recorder_mock")
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
async def cloud(socket_enabled: None) -> AsyncGenerator[Simulator]:
    """Return a running simulated cloud without a lock."""
    async with Simulator(speed=40) as cloud:
        yield cloud
        assert cloud.violations == []
        # Home Assistant is gone by now.
        assert cloud.sockets == ()
        assert cloud.subscribers == ()


@pytest.fixture
def home(
    cloud: Simulator, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> Home:
    """Return a Home Assistant whose integration talks to the simulated cloud, quickly."""
    monkeypatch.setenv(ENV_CLOUD, cloud.url)
    monkeypatch.setattr(account, "PACE", QUICK)
    monkeypatch.setattr(tokens, "GRACE", timedelta())
    return Home(hass, cloud)


@pytest.fixture
def pace(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return how to change the integration's times, before an entry is set up."""

    def change(**times: object) -> None:
        monkeypatch.setattr(account, "PACE", replace(account.PACE, **times))  # type: ignore[arg-type]

    return change


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock with a latch, a bridge, a door sensor."""
    return home.cloud.add_lock("unlatch", name=DOOR)


@pytest.fixture
def pia(home: Home) -> User:
    """Return somebody who has a code, and no account at any lock."""
    return home.cloud.world.add_user("Pia", "Pin", email="pia@example.com")


@pytest.fixture
def hurried(pace: Callable[..., None]) -> None:
    """Let nobody wait long for what will not be confirmed."""
    pace(read_back=(timedelta(seconds=0.15), timedelta(seconds=0.3)))
