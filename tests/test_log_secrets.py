"""What nobody may find in the log, whatever is logged: tokens, keys, codes, subscribers."""

import logging

from homeassistant.exceptions import HomeAssistantError
import pytest

from .flows.flows import Person
from .home import Home
from .simulator import Fail

pytest_plugins = ("tests.flows.flow_fixtures",)
DOOR = "Front Door"
NOT_OURS = {
    # The files that a test keeps in memory.
    "pytest_homeassistant_custom_component.common",
    # Of Home Assistant's own web server, which Home Assistant keeps at WARNING.
    "aiohttp.access",
}
TALKATIVE = (
    "",
    "aiohttp",
    "asyncio",
    "custom_components",
    "engineio",
    "homeassistant",
    "homeassistant.helpers",
    "socketio",
)


async def test_from_the_first_form_to_the_end(
    home: Home, person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """Every logger says all it can, from the config flow to the removal of the entry."""
    for name in TALKATIVE:
        caplog.set_level(logging.DEBUG, name)
    cloud = home.cloud
    door = cloud.add_lock("keypad", name=DOOR)
    await person.start()
    await person.sign_in()
    await person.submit(acting_user="owner")
    entry = person.entry
    await home.hass.async_block_till_done()
    await home.shows("lock", DOOR, "lock", "locked")
    tokens = {*entry.data["token"].values()}
    await home.act("unlock", DOOR)
    await cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")
    # Another token, another subscriber, and a connection that ends.
    cloud.faults.expire_tokens()
    await home.coordinator(entry, DOOR).async_refresh()
    cloud.faults.add("remote_operate", Fail(500, {"message": entry.data["api_key"]}))
    with pytest.raises(HomeAssistantError):
        await home.act("unlock", DOOR)
    subscribers = {known.subscriber_id for known in cloud.subscribers}
    tokens |= {*entry.data["token"].values()}
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.hass.async_block_till_done()
    subscribers |= {known.subscriber_id for known in cloud.subscribers}
    await home.hass.config_entries.async_remove(entry.entry_id)
    await home.hass.async_block_till_done()

    secrets = {token for token in tokens if isinstance(token, str) and len(token) > 12}
    secrets |= subscribers | {cloud.key().value, cloud.client().secret, "eyJ"}
    assert len(secrets) > 6
    assert {record.name.partition(".")[0] for record in caplog.records} >= {
        "custom_components",
        "homeassistant",
    }
    found = {
        (record.name, record.getMessage()[:160])
        for record in caplog.records
        if record.name not in NOT_OURS
        for secret in secrets
        if secret in record.getMessage() + str(record.exc_info or "")
    }
    assert found == set()
