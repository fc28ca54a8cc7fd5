"""A person operates doors on the dashboard and sees what becomes of them."""

from typing import TYPE_CHECKING

import pytest

from tests.demo import Demo, Options
from tests.simulator.words import Bolt

if TYPE_CHECKING:
    from .frontend import Frontend

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def options() -> Options:
    """Let bolts take their time: a busy browser must not miss them moving."""
    return Options(speed=0.5)


async def test_unlock_and_open(frontend: Frontend, demo: Demo) -> None:
    """One press moves the bolt once; what happens at the door comes by itself."""
    from playwright.async_api import expect

    await frontend.open_doors()
    back, front = (
        frontend.door(demo.cloud, name) for name in ("Back Door", "Front Door")
    )
    await expect(back).to_contain_text("Locked")
    await back.get_by_role("button", name="Unlock").click()
    await expect(back).to_contain_text("Unlocking")
    await expect(back).to_contain_text("Unlocked")

    # Opening asks once more.
    await front.get_by_role("button", name="Open").click()
    await front.get_by_role("button", name="Really open?").click()
    await expect(front).to_contain_text("Opening")
    await expect(front.get_by_text("Open", exact=True)).to_be_visible()

    locks = {name: demo.cloud.lock(name) for name in ("Back Door", "Front Door")}
    assert [(move.lock_id, move.kind) for move in demo.cloud.record] == [
        (locks["Back Door"].lock_id, Bolt.UNLOCKED),
        (locks["Front Door"].lock_id, Bolt.UNLATCHED),
    ]
    await demo.cloud.hands.open_door(locks["Front Door"])
    await expect(frontend.page.get_by_text("Open", exact=True).first).to_be_visible()
    await frontend.take("doors")
    await demo.cloud.hands.close_door(locks["Front Door"])
    await demo.cloud.hands.lock(locks["Back Door"])
    await expect(back).to_contain_text("Locked")
    assert not frontend.errors


async def test_refusal_in_words(frontend: Frontend) -> None:
    """A lock that cannot be reached says so, and what to do."""
    from playwright.async_api import expect

    await frontend.open_doors("more-doors")
    await frontend.take("more-doors")
    page = frontend.page
    offline = page.locator("hui-tile-card").filter(has_text="Unknown").nth(2)
    await offline.get_by_role("button", name="Unlock").click()
    await expect(
        page.get_by_role("status").filter(has_text="is offline")
    ).to_be_visible()
    await frontend.take("refused")


async def test_pages_of_a_lock(frontend: Frontend, demo: Demo) -> None:
    """The dialog of a lock, its device page and the devices above and below it."""
    from playwright.async_api import expect

    from tests.demo.inventory import shown_locks

    page = frontend.page
    front = next(
        lock for lock in await shown_locks(demo.api) if lock.name == "Front Door"
    )
    await frontend.open_doors()
    await frontend.door(demo.cloud, "Front Door").click(position={"x": 60, "y": 25})
    await expect(page.get_by_role("button", name="History")).to_be_visible()
    await frontend.take("dialog")
    await frontend.open(f"/config/devices/device/{front.device_id}")
    await expect(page.get_by_text("Linus L2")).to_be_visible()
    await frontend.take("device")
    assert not frontend.errors


async def test_what_opens_a_latch(frontend: Frontend, demo: Demo) -> None:
    """The repair asks once, keeps the answer, and the lock offers what was chosen."""
    from playwright.async_api import expect

    page = frontend.page
    await frontend.open("/config/repairs")
    await page.get_by_text("Front Door").click()
    await expect(page.get_by_text("can pull its latch")).to_be_visible()
    await frontend.take("latch")
    await page.get_by_text("I do not want to open it").click()
    await page.get_by_role("button", name="Submit").click()
    await expect(page.get_by_text("repaired")).to_be_visible()
    await frontend.open_doors()
    front = frontend.door(demo.cloud, "Front Door")
    await expect(front).to_contain_text("Locked")
    await expect(front.get_by_role("button", name="Open")).to_have_count(0)
    assert not frontend.errors
