"""Mending a login or a key that the cloud refuses."""

import time

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.yale_august.const import ENV_CLOUD
from tests.home import Home
from tests.simulator.faults import Fail, Kind
from tests.simulator.simulator import Simulator
from tests.simulator.words import Brand

from .flows import Person

pytest_plugins = ("tests.flows.flow_fixtures",)

BRANDS = pytest.mark.parametrize("brand", list(Brand))


async def mend(person: Person, entry: MockConfigEntry) -> Person:
    """Let the entry ask for help, and open what it asks."""
    result = await entry.start_reauth_flow(person.hass)
    assert result["step_id"] == "reauth_confirm"
    await person.open(result["flow_id"])
    assert person.told["name"] == entry.title
    return person


def state(entry: MockConfigEntry) -> ConfigEntryState:
    """Return how an entry is."""
    return entry.state


def access(entry: MockConfigEntry) -> str:
    """Return the access token that the entry holds."""
    token = entry.data["token"]["access_token"]
    assert isinstance(token, str)
    return token


# The login


@BRANDS
async def test_login_is_over(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person, brand: Brand
) -> None:
    """The entry asks by itself; a new sign-in at its brand mends it."""
    cloud.add_lock()
    entry = await home.add_entry(brand=brand)
    cloud.faults.revoke_logins()
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state(entry) is ConfigEntryState.SETUP_ERROR
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"
    assert len(ir.async_get(hass).issues) == 1
    await person.open(flow["flow_id"])
    before = dict(entry.data)
    await person.submit()
    assert (
        person.sign_in_page.partition("?")[0]
        == cloud.url
        + {
            Brand.YALE: "/authorize",
            Brand.AUGUST: "/authorization",
        }[brand]
    )
    await person.sign_in()
    assert person.aborted == "reauth_successful"
    await hass.async_block_till_done()
    assert state(entry) is ConfigEntryState.LOADED
    after = dict(entry.data)
    assert after.pop("token") != before.pop("token")
    assert after == before
    assert not ir.async_get(hass).issues


async def test_another_account(
    home: Home, cloud: Simulator, person: Person, hass: HomeAssistant
) -> None:
    """Is refused, and the person may try again with the right one."""
    cloud.add_lock()
    neighbour = cloud.world.add_user("Nora", "Next", email="nora@example.com")
    entry = await home.add_entry()
    before = dict(entry.data)
    cloud.faults.expire_tokens()
    await mend(person, entry)
    await person.submit()
    await person.sign_in(neighbour)
    assert person.step == "reauth_confirm"
    assert person.errors == {"base": "wrong_account"}
    assert dict(entry.data) == before
    await person.submit()
    await person.sign_in()
    assert person.aborted == "reauth_successful"
    assert access(entry) != before["token"]["access_token"]
    await hass.async_block_till_done()


async def test_sign_in_is_cancelled(
    home: Home, cloud: Simulator, person: Person, hass: HomeAssistant
) -> None:
    """The question stays open."""
    cloud.add_lock()
    entry = await home.add_entry()
    cloud.faults.expire_tokens()
    await mend(person, entry)
    await person.submit()
    await person.sign_in(allow=False)
    assert person.step == "reauth_confirm"
    assert person.errors == {"base": "sign_in_cancelled"}
    await person.submit()
    await person.sign_in()
    assert person.aborted == "reauth_successful"
    await hass.async_block_till_done()


async def test_credential_is_gone(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person
) -> None:
    """Another credential of the brand does as well."""
    cloud.add_lock()
    entry = await home.add_entry()
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "auth_implementation": "removed"}
    )
    cloud.faults.expire_tokens()
    await mend(person, entry)
    await person.submit()
    await person.sign_in()
    assert person.aborted == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.data["auth_implementation"] == "yale_partner"
    assert state(entry) is ConfigEntryState.LOADED


# The key


async def test_key_is_refused(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person
) -> None:
    """Another key is asked for; the login stays as it is."""
    cloud.add_lock()
    entry = await home.add_entry(data={"api_key": "revoked"})
    before = dict(entry.data)
    await mend(person, entry)
    await person.submit()
    assert person.step == "reauth_key"
    assert person.errors == {"api_key": "api_key_invalid"}
    assert person.typed == {}
    await person.refresh()
    await person.submit(api_key="no key")
    assert person.errors == {"api_key": "api_key_malformed"}
    await person.submit(api_key="wrong-too")
    assert person.errors == {"api_key": "api_key_invalid"}
    assert dict(entry.data) == before
    await person.submit(api_key=cloud.key().value)
    assert person.aborted == "reauth_successful"
    assert dict(entry.data) == {**before, "api_key": cloud.key().value}
    await hass.async_block_till_done()
    assert state(entry) is ConfigEntryState.LOADED


async def test_key_lost_the_list_of_locks(
    home: Home, cloud: Simulator, person: Person
) -> None:
    """The missing permission is named."""
    entry = await home.add_entry()
    cloud.key().endpoints.remove("get_locks")
    await mend(person, entry)
    await person.submit()
    assert person.step == "reauth_key"
    assert person.errors == {"api_key": "lock_list_not_allowed"}


async def test_key_and_login_are_refused(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person
) -> None:
    """One after the other."""
    cloud.add_lock()
    entry = await home.add_entry(data={"api_key": "revoked"})
    cloud.faults.expire_tokens()
    await mend(person, entry)
    await person.submit()
    await person.submit(api_key=cloud.key().value)
    await person.sign_in()
    assert person.aborted == "reauth_successful"
    assert entry.data["api_key"] == cloud.key().value
    await hass.async_block_till_done()
    assert state(entry) is ConfigEntryState.LOADED


async def test_key_is_refused_after_the_sign_in(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person
) -> None:
    """The new login is kept while the key is corrected."""
    cloud.add_lock()
    entry = await home.add_entry()
    old = access(entry)
    cloud.faults.expire_tokens()
    await mend(person, entry)
    await person.submit()
    cloud.faults.add(
        "get_locks", Fail(403, {"code": "Forbidden", "message": "API key is not valid"})
    )
    await person.sign_in()
    assert person.step == "reauth_key"
    await person.submit(api_key=cloud.key().value)
    assert person.aborted == "reauth_successful"
    assert access(entry) != old
    await hass.async_block_till_done()


# Neither


async def test_all_is_well_again(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person
) -> None:
    """What was refused may be accepted again: nobody has to do anything."""
    cloud.add_lock()
    entry = await home.add_entry()
    before = dict(entry.data)
    await mend(person, entry)
    await person.submit()
    assert person.aborted == "reauth_successful"
    assert dict(entry.data) == before
    await hass.async_block_till_done()
    assert state(entry) is ConfigEntryState.LOADED


@pytest.mark.parametrize(
    "expires_at", [0.0, time.time() + 3600, None], ids=["ended", "ends soon", "unknown"]
)
async def test_login_ends_soon(
    hass: HomeAssistant,
    home: Home,
    cloud: Simulator,
    person: Person,
    expires_at: float | None,
) -> None:
    """Its renewal was refused perhaps while the token still holds: no loop of mending."""
    cloud.add_lock()
    entry = await home.add_entry()
    token = {**entry.data["token"], "expires_at": expires_at}
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": token})
    await mend(person, entry)
    await person.submit()
    await person.sign_in()
    assert person.aborted == "reauth_successful"
    assert entry.data["token"]["expires_at"] > time.time() + 86400
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (Fail(403, "html"), "firewall_blocked"),
        (Fail(503, "html"), "cloud_unavailable"),
        (Fail(429, "json"), "rate_limited"),
    ],
    ids=str,
)
async def test_cloud_cannot_be_asked(
    home: Home, cloud: Simulator, person: Person, kind: Kind, error: str
) -> None:
    """Then nobody knows what is wrong: later."""
    entry = await home.add_entry()
    cloud.faults.add("get_locks", kind)
    await mend(person, entry)
    await person.submit()
    assert person.step == "reauth_confirm"
    assert person.errors == {"base": error}


async def test_cloud_elsewhere_is_refused(
    hass: HomeAssistant, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The development address must be on this machine."""
    entry = await home.add_entry()
    monkeypatch.setenv(ENV_CLOUD, "http://10.0.0.1")
    result = await entry.start_reauth_flow(hass)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "cloud_address_refused"
