"""What the API key does not allow: told as a repair, until it is allowed."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.yale_august.const import DOMAIN

from .access_codes.code_home import FRONT, GUEST, CodeHome
from .home import Home
from .simulator import Fail
from .webhooks.webhook_home import REGISTER, WebhookHome

pytest_plugins = ("tests.webhooks.webhook_fixtures",)
NOT_ALLOWED = Fail(403, {"code": "NotAuthorized", "message": "endpoint not allowed"})


def lacking(hass: HomeAssistant) -> list[str]:
    """Return the rights that people are told of."""
    return [
        (issue.translation_placeholders or {})["feature"]
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.translation_key == "endpoint_not_allowed"
    ]


async def test_operating(hass: HomeAssistant, home: Home) -> None:
    """Told once, however often it is tried, and gone when a command is allowed."""
    home.cloud.add_lock(name=FRONT)
    home.cloud.add_lock(name="Back Door")
    await home.set_up()
    endpoints = home.cloud.key().endpoints
    endpoints.discard("remote_operate")
    for lock in (FRONT, "Back Door", FRONT):
        with pytest.raises(HomeAssistantError, match="API key"):
            await home.act("unlock", lock)
        assert lacking(hass) == ["operating locks"]
    endpoints.add("remote_operate")
    await home.act("unlock", FRONT)
    assert lacking(hass) == []


@pytest.mark.parametrize("answer", [Fail(403, "html"), Fail(403, {"message": "no"})])
async def test_another_no(hass: HomeAssistant, home: Home, answer: Fail) -> None:
    """What is no word about the key leaves what is known of it."""
    home.cloud.add_lock(name=FRONT)
    await home.set_up()
    for refusals in ([], ["operating locks"]):
        home.cloud.faults.add("remote_operate", answer)
        with pytest.raises(HomeAssistantError):
            await home.act("unlock", FRONT)
        assert lacking(hass) == refusals
        home.cloud.faults.add("remote_operate", NOT_ALLOWED)
        with pytest.raises(HomeAssistantError):
            await home.act("unlock", FRONT)


async def test_writing_codes(hass: HomeAssistant, home: Home) -> None:
    """To read codes is another right; with the entry the repair goes too."""
    codes = CodeHome(home)
    await codes.set_up()
    home.cloud.key().endpoints.discard("write_pins")
    await codes.add(codes.front)
    assert lacking(hass) == ["writing access codes"]
    await codes.codes.rooms[codes.back.lock_id].async_read()
    assert lacking(hass) == ["writing access codes"]
    await hass.config_entries.async_remove(codes.entry.entry_id)
    assert lacking(hass) == []


async def test_reading_codes(hass: HomeAssistant, home: Home) -> None:
    """A list that can be read is the end of it."""
    codes = CodeHome(home)
    await codes.set_up()
    home.cloud.faults.add("get_pins", NOT_ALLOWED)
    with pytest.raises(HomeAssistantError):
        await codes.add(codes.front)
    assert lacking(hass) == ["reading access codes"]
    await codes.add(codes.back)
    assert codes.shown(codes.back).name == GUEST
    assert lacking(hass) == []


async def test_webhooks(webhook_home: WebhookHome) -> None:
    """After a reload it is tried again."""
    webhook_home.add_lock()
    endpoints = webhook_home.cloud.key().endpoints
    endpoints.discard(REGISTER)
    entry = await webhook_home.opt_in()
    hass = webhook_home.hass
    await webhook_home.home.until(lambda: lacking(hass) == ["webhooks"])
    endpoints.add(REGISTER)
    await hass.config_entries.async_reload(entry.entry_id)
    await webhook_home.home.until(
        lambda: len(webhook_home.cloud.courier.registrations) == 1
    )
    assert lacking(hass) == []
