"""The login of an entry that is removed: logged out where nobody else needs it."""

import asyncio
from uuid import UUID

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.yale_august import sign_out
from custom_components.yale_august.cloud.auth import token_claims
from custom_components.yale_august.const import DOMAIN

from .home import Home
from .simulator import Fail, Hang, Reset, Simulator

DOOR = "Front Door"


def alive(cloud: Simulator, entry: MockConfigEntry) -> bool:
    """Return whether the cloud still takes an entry's token."""
    clients = {client.client_id: client for client in cloud.clients.values()}
    return cloud.tokens.access(entry.data["token"]["access_token"], clients) is not None


async def test_last_of_all(home: Home) -> None:
    """The log-out comes after what needs the login, once, with the token's own install."""
    cloud = home.cloud
    cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    neighbour = await home.add_entry(
        cloud.world.add_user("Anna", "Other", email="a@example.com")
    )
    assert alive(cloud, entry)
    await home.hass.config_entries.async_remove(entry.entry_id)
    told = [seen.operation for seen in cloud.requests]
    assert told.count("log_out") == 1
    assert told.index("log_out") > told.index("delete_subscriber")
    (seen,) = cloud.requests.of("log_out")
    claims = token_claims(entry.data["token"]["access_token"])
    assert isinstance(seen.body, dict)
    assert seen.body["installID"] == claims.install_id
    UUID(seen.body["apnsDeviceID"])
    assert not alive(cloud, entry)
    assert alive(cloud, neighbour)


async def test_token_that_was_renewed_on_the_way(home: Home) -> None:
    """What takes leave before may renew the login once more: it is that one that ends."""
    cloud = home.cloud
    entry = await home.set_up()
    cloud.faults.add("delete_subscriber", Fail(503, "html"))
    await home.hass.config_entries.async_unload(entry.entry_id)
    cloud.faults.expire_tokens()
    await home.hass.config_entries.async_remove(entry.entry_id)
    (seen,) = cloud.requests.of("log_out")
    assert seen.status == 200
    assert not cloud.subscribers


@pytest.mark.parametrize(
    ("domain", "readable"), [(DOMAIN, True), ("yale", True), ("august", False)]
)
async def test_needed_elsewhere(home: Home, domain: str, readable: bool) -> None:
    """No other entry loses a login of the same install, nor one that may be."""
    entry = await home.add_entry()
    token = dict(entry.data["token"])
    other = MockConfigEntry(
        domain=domain,
        data={"token": token if readable else {**token, "access_token": "opaque"}},
    )
    other.add_to_hass(home.hass)
    await home.hass.config_entries.async_remove(entry.entry_id)
    assert home.cloud.requests.count("log_out") == 0
    assert alive(home.cloud, entry)


@pytest.mark.parametrize(
    "fault",
    [Fail(404), Fail(401), Fail(503, "html"), Reset(), Hang(5)],
    ids=["none", "ended", "gateway", "reset", "hangs"],
)
async def test_cloud_does_not_help(
    home: Home,
    fault: Fail | Reset | Hang,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The entry goes soon whatever the cloud does; nothing is sent twice or renewed."""
    monkeypatch.setattr(sign_out, "FAREWELL", 0.2)
    entry = await home.add_entry()
    home.cloud.faults.add("log_out", fault, times=None)
    async with asyncio.timeout(2):
        await home.hass.config_entries.async_remove(entry.entry_id)
    assert home.hass.config_entries.async_entries(DOMAIN) == []
    assert home.cloud.requests.counts() == {"log_out": 1}
    assert "Error calling entry remove callback" not in caplog.text


async def test_without_a_cloud(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """The same without any connection."""
    entry = await home.add_entry()
    await home.cloud.stop()
    await home.hass.config_entries.async_remove(entry.entry_id)
    assert home.hass.config_entries.async_entries(DOMAIN) == []
    assert "Error calling entry remove callback" not in caplog.text
    await home.cloud.start()


@pytest.mark.parametrize("token", [None, {"access_token": "x"}])
async def test_token_that_says_nothing(home: Home, token: object) -> None:
    """Without an install there is nothing to end."""
    entry = await home.add_entry(data={"token": token})
    await home.hass.config_entries.async_remove(entry.entry_id)
    assert home.cloud.requests.counts() == {}


async def test_sub_user(home: Home) -> None:
    """The login behind a sub-user ends too; the sub-user is neither asked nor made anew."""
    entry = await home.add_entry(
        data={
            "acting_user": "sub_user",
            "partner_user_id": "house-1",
            "first_name": "Home",
            "last_name": "Assistant",
        }
    )
    await home.hass.config_entries.async_remove(entry.entry_id)
    assert home.cloud.requests.counts() == {"log_out": 1}
    assert not alive(home.cloud, entry)
