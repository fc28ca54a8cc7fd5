"""An administrator gives a guest a weekly access code in the options."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.access_codes.code_pins import loaded, pins
from tests.demo import Demo, Options

if TYPE_CHECKING:
    from .frontend import Frontend

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def options() -> Options:
    """Let locks take codes quickly."""
    return Options(speed=10)


async def test_weekly_code(frontend: Frontend, demo: Demo) -> None:
    """No day is chosen for the person; those that are clicked reach the lock."""
    from playwright.async_api import expect

    from .menu import CodesMenu

    menu, (lock, *_) = CodesMenu(frontend), demo.cloud.locks
    dialog = menu.dialog
    await menu.open(lock.name)
    await menu.choose("Add a code")
    await dialog.get_by_role("textbox", name="Name of the guest").fill("Cleaner")
    await dialog.get_by_text("On days of the week").click()
    await menu.press("Next")
    await expect(dialog.get_by_text("Monday")).to_be_visible()
    await expect(dialog.get_by_role("checkbox", checked=True)).to_have_count(0)
    await dialog.get_by_text("Monday").click()
    await dialog.get_by_text("Thursday").click()
    await menu.press("Submit")
    await expect(dialog.get_by_text("Cleaner").first).to_be_visible()
    async with asyncio.timeout(60):
        while not loaded(lock, "Cleaner"):
            await asyncio.sleep(0.1)
    code = pins(lock)["Cleaner"]
    assert code.access_recurrence == "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TH"
    await expect(dialog.get_by_text(code.pin)).to_be_visible()
    await frontend.take("access-code")
    assert not frontend.errors
