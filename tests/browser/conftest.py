"""Chromium, and the demo to look at."""

from collections.abc import AsyncIterator
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.demo import Demo, Options

if TYPE_CHECKING:
    # The environment with the oldest Home Assistant does not have Playwright: whatever
    # imports it is imported inside of fixtures.
    from playwright.async_api import Browser

    from .frontend import Frontend

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    # As root, in a container, away from the internet.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(name="browser")
async def running_browser(socket_enabled: None) -> AsyncIterator[Browser]:
    """Run Chromium; without it a test fails and is not skipped."""
    from playwright.async_api import async_playwright

    program = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, _NAMES)), ""
    )
    assert program, "Chromium is missing: scripts/test --browser installs it"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
def options() -> Options:
    """Return how the demo is to be; tests override it."""
    return Options()


@pytest.fixture
async def demo(socket_enabled: None, options: Options) -> AsyncIterator[Demo]:
    """Run the demo on free ports."""
    async with Demo(options) as demo:
        yield demo


@pytest.fixture
async def frontend(
    browser: Browser, demo: Demo, request: pytest.FixtureRequest
) -> AsyncIterator[Frontend]:
    """Return Home Assistant's frontend, signed in by its login page."""
    from .frontend import Frontend

    async with Frontend(browser, demo.home.url, request.node.name) as frontend:
        await frontend.sign_in()
        yield frontend
