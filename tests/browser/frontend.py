"""Home Assistant's frontend in Chromium, as a person uses it."""

from copy import copy
from pathlib import Path
from typing import Final, Self

from playwright.async_api import Browser, Locator, Page, StorageState, expect

from tests.demo import dashboard
from tests.demo.demo import PERSON
from tests.demo.instance import ROOT
from tests.simulator import Simulator

SCREENSHOTS: Final = ROOT / "screenshots"

_PATIENCE: Final = 20_000
"""Milliseconds that anything may take to appear: the machine may be busy."""
_SIZE: Final = {"width": 1440, "height": 900}


class Frontend:
    """One person at one browser. Use it as an async context manager."""

    page: Page

    def __init__(self, browser: Browser, url: str, name: str) -> None:
        """Open nothing yet; `name` is that of the picture taken at the end."""
        self._browser = browser
        self._url = url
        self._name = name
        self.errors: list[str] = []
        """What went wrong in the pages' scripts."""

    async def __aenter__(self) -> Self:
        """Open an empty page."""
        expect.set_options(timeout=_PATIENCE)
        await self._open(None)
        return self

    async def _open(self, kept: StorageState | None) -> None:
        context = self._context = await self._browser.new_context(
            viewport={"width": _SIZE["width"], "height": _SIZE["height"]},
            locale="en-GB",
            timezone_id="Europe/Berlin",
            storage_state=kept,
        )
        context.set_default_timeout(_PATIENCE)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self.page = await context.new_page()

    async def another(self) -> Self:
        """Open one more window of the same person: in a tab that is not seen everything is slow."""
        other = copy(self)
        await other._open(await self._context.storage_state())  # noqa: SLF001
        return other

    async def __aexit__(self, *_: object) -> None:
        """Take a picture of how it ended, and close everything."""
        await self.take(f"end-of-{self._name}")
        await self._context.close()

    # ------------------------------------------------------------------- pages

    async def open(self, path: str) -> None:
        """Go to a page of the frontend by its address."""
        await self.page.goto(f"{self._url}{path}")

    async def sign_in(self) -> None:
        """Sign in by the login page."""
        await self.open("/")
        await self.page.get_by_role("textbox", name="Username").fill(PERSON.username)
        await self.page.get_by_role("textbox", name="Password").fill(PERSON.password)
        await self.page.get_by_role("button", name="Log in").click()
        await expect(self.page.get_by_text("Settings", exact=True)).to_be_visible()

    async def opened(self, press: Locator) -> Page:
        """Press something that opens a page of its own; return that page."""
        async with self._context.expect_page() as opening:
            await press.click()
        return await opening.value

    async def open_doors(self, view: str = "doors") -> None:
        """Go to a view of the demo's dashboard."""
        await self.open(f"/{dashboard.PATH}/{view}")
        await expect(self.page.locator("hui-tile-card").first).to_be_visible()

    def door(self, cloud: Simulator, name: str) -> Locator:
        """Return the tile of a lock on the first view, which shows locks in their order."""
        number = cloud.locks.index(cloud.lock(name))
        return self.page.locator("hui-tile-card").nth(number)

    # ----------------------------------------------------------------- pictures

    async def take(self, name: str, page: Page | None = None) -> Path:
        """Take a picture, once what moves has come to rest."""
        page = page or self.page
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        await page.wait_for_timeout(600)
        await page.screenshot(path=path, animations="disabled")
        return path
