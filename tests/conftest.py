"""Fixtures of all tests."""

import pytest

# Both by name: else those of pytest-aiohttp and syrupy win, with which the test client
# freezes Home Assistant's routes and snapshots keep the time of the run.
from pytest_homeassistant_custom_component.plugins import aiohttp_client, snapshot  # noqa: F401

# Before any test starts: the configuration folder of the tests has a custom_components
# of its own, and the first that is imported is the one that Home Assistant looks into.
import custom_components  # noqa: F401


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests in Chromium run one after the other."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(autouse=True)
def custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load the integration, in the tests that use Home Assistant."""
    if "hass" in request.fixturenames:
        # The recorder must be there before Home Assistant is.
        if "recorder_mock" in request.fixturenames:
            request.getfixturevalue("recorder_mock")
        request.getfixturevalue("enable_custom_integrations")
