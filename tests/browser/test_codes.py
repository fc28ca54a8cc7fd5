"""A person gives a guest an access code in the calendar."""

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


async def test_guest_in_the_calendar(frontend: Frontend, demo: Demo) -> None:
    """An administrator opens the calendars; an event then puts a code on the lock."""
    from playwright.async_api import expect

    page, flows = frontend.page, "/api/config/config_entries/options/flow"
    flow = await demo.api.post(flows, {"handler": demo.entry_id})
    form = await demo.api.post(
        f"{flows}/{flow['flow_id']}", {"next_step_id": "settings"}
    )
    choices = {
        field["name"]: field["description"]["suggested_value"]
        for field in form["data_schema"]
    }
    await demo.api.post(f"{flows}/{flow['flow_id']}", {**choices, "calendar": True})
    await frontend.open("/calendar")
    await page.get_by_role("button", name="Add event").click()
    dialog = page.locator("dialog-calendar-event-editor")
    await dialog.get_by_role("textbox", name="Summary").fill("Anna")
    await dialog.get_by_role("button", name="Add event").click()
    await expect(page.get_by_text("Anna").first).to_be_visible()

    def has_code() -> bool:
        return any(loaded(lock, "Anna") for lock in demo.cloud.locks)

    async with asyncio.timeout(60):
        while not has_code():
            await asyncio.sleep(0.1)
    (lock,) = (lock for lock in demo.cloud.locks if pins(lock))
    assert pins(lock)["Anna"].access_type == "temporary"
    await frontend.take("calendar")

    await page.get_by_text("Anna").first.click()
    details = page.locator("dialog-calendar-event-detail")
    await expect(details).to_contain_text("Anna")
    assert pins(lock)["Anna"].pin not in await details.inner_text()
    await details.get_by_role("button", name="Delete event").click()
    await page.get_by_role("button", name="Delete", exact=True).click()
    async with asyncio.timeout(60):
        while pins(lock):
            await asyncio.sleep(0.1)
    assert not frontend.errors
