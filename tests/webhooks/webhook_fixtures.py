"""Fixtures of the tests of webhooks."""

from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.home import Home

from .webhook_home import ADDRESS, WebhookHome


@pytest.fixture
async def webhook_home(
    home: Home, hass_client_no_auth: ClientSessionGenerator
) -> WebhookHome:
    """Return a home with a public https address that ends at a real local server."""
    assert await async_setup_component(home.hass, "webhook", {})
    client = await hass_client_no_auth()
    local = str(client.make_url("")).rstrip("/")
    home.cloud.courier.routes[ADDRESS] = local
    await home.hass.config.async_update(external_url=ADDRESS)
    return WebhookHome(home, local)
