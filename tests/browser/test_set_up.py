"""A person adds the integration by hand."""

from typing import TYPE_CHECKING

import pytest

from tests.demo import Demo, Options
from tests.demo.arrival import Papers
from tests.simulator.words import Bolt

if TYPE_CHECKING:
    from .frontend import Frontend

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def options() -> Options:
    """Leave the config flow to the person."""
    return Options(fresh=True, locks=7)


async def test_add_by_hand(frontend: Frontend, demo: Demo) -> None:
    """From the search for the integration to an unlocked door, with a wrong key on the way."""
    from playwright.async_api import expect

    page, papers = frontend.page, Papers.of(demo.cloud)

    await page.get_by_text("Settings", exact=True).click()
    await page.get_by_text("Devices & services").click()
    await page.get_by_role("button", name="Add integration").last.click()
    await page.get_by_placeholder("Search").last.fill("august partner")
    await frontend.take("search")
    await page.get_by_text("Yale & August Partner").click()

    # Credentials first: without them anything typed before would be lost.
    await page.get_by_role("textbox", name="Name").fill("Partner")
    await page.get_by_role("textbox", name="OAuth client ID").fill(papers.client_id)
    await page.get_by_role("textbox", name="OAuth client secret").fill(
        papers.client_secret
    )
    await frontend.take("credentials")
    await page.get_by_role("button", name="Add", exact=True).click()

    api_key = page.locator("input[name=api_key]")
    submit = page.get_by_role("button", name="Submit")
    await expect(page.get_by_text("Yale Home (Europe")).to_be_visible()
    await frontend.take("brand-and-key")
    await api_key.fill(papers.api_key.replace("0", "1"))
    sign_in = await frontend.opened(submit)

    await sign_in.get_by_label("E-mail address").fill(papers.email)
    await sign_in.get_by_label("Password").fill("wrong")
    await sign_in.get_by_role("button", name="Sign in and allow").click()
    await expect(sign_in.get_by_role("alert")).to_contain_text("wrong")
    await sign_in.get_by_label("Password").fill(papers.password)
    await frontend.take("sign-in", sign_in)
    async with sign_in.expect_event("close"):
        await sign_in.get_by_role("button", name="Sign in and allow").click()

    await expect(page.get_by_text("does not accept this API key")).to_be_visible()
    await frontend.take("wrong-key")
    await api_key.fill(papers.api_key)
    await submit.click()

    # The sign-in still counts: only the key is asked for again.
    await expect(page.get_by_text("Who operates the locks?")).to_be_visible()
    await expect(page.get_by_text("Front Door", exact=False).first).to_be_visible()
    await frontend.take("account")
    await submit.click()
    await page.get_by_role("button", name="Skip and finish").click()

    await expect(page.get_by_text("Back Door bridge")).to_be_visible()
    await frontend.take("devices")

    assert await demo.furnished()
    await frontend.open_doors()
    door = frontend.door(demo.cloud, "Front Door")
    await expect(door).to_contain_text("Locked")
    await door.get_by_role("button", name="Unlock").click()
    await expect(door).to_contain_text("Unlocked")
    assert [move.kind for move in demo.cloud.record] == [Bolt.UNLOCKED]
    assert not demo.cloud.violations
    assert not frontend.errors
