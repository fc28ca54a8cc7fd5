"""Changing an entry: its key, its login, whom it acts as."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.yale_august.cloud.errors import RateLimited
from custom_components.yale_august.const import ENV_CLOUD
from tests.home import Home
from tests.simulator.faults import Fail
from tests.simulator.simulator import Simulator
from tests.simulator.words import Brand

from .flows import Person, count

pytest_plugins = ("tests.flows.flow_fixtures",)

BRANDS = pytest.mark.parametrize("brand", list(Brand))


@BRANDS
async def test_key(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person, brand: Brand
) -> None:
    """A new key is tried with the present login and then kept."""
    cloud.add_lock()
    entry = await home.add_entry(brand=brand, data={"api_key": "key-of-old"})
    before = dict(entry.data)
    await person.reconfigure(entry)
    assert person.fields == {"api_key", "acting_user", "sign_in"}
    await person.refresh()
    assert person.typed == {"acting_user": "owner", "sign_in": False}
    assert "key-of-old" not in str(person.result)
    await person.submit(api_key="wrong")
    assert person.step == "reconfigure"
    assert person.errors == {"api_key": "api_key_invalid"}
    assert person.typed["api_key"] == "wrong"
    assert dict(entry.data) == before
    await person.submit(api_key="not a key")
    assert person.errors == {"api_key": "api_key_malformed"}
    await person.submit(api_key=cloud.key(brand).value)
    assert person.aborted == "reconfigure_successful"
    assert dict(entry.data) == {**before, "api_key": cloud.key(brand).value}
    await hass.async_block_till_done()
    assert {request.brand for request in cloud.requests} - {None} == {brand}


async def test_key_is_kept(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person
) -> None:
    """An empty field changes nothing, also after a wrong one."""
    entry = await home.add_entry()
    before = dict(entry.data)
    await person.reconfigure(entry)
    await person.submit(api_key="wrong")
    await person.submit(api_key=None)
    assert person.aborted == "reconfigure_successful"
    assert dict(entry.data) == before
    await hass.async_block_till_done()


@BRANDS
async def test_sign_in(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person, brand: Brand
) -> None:
    """A new login of the same account, at the entry's brand."""
    cloud.add_lock()
    entry = await home.add_entry(brand=brand)
    old = entry.data["token"]
    await person.reconfigure(entry)
    await person.submit(sign_in=True)
    assert (
        person.sign_in_page.partition("?")[0]
        == cloud.url
        + {
            Brand.YALE: "/authorize",
            Brand.AUGUST: "/authorization",
        }[brand]
    )
    await person.sign_in()
    assert person.aborted == "reconfigure_successful"
    assert entry.data["token"]["refresh_token"] != old["refresh_token"]
    assert entry.data["brand"] == brand.value
    await hass.async_block_till_done()


async def test_another_account(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person
) -> None:
    """Is refused: it would be another entry."""
    neighbour = cloud.world.add_user("Nora", "Next", email="nora@example.com")
    entry = await home.add_entry()
    before = dict(entry.data)
    await person.reconfigure(entry)
    await person.submit(sign_in=True)
    await person.sign_in(neighbour)
    assert person.step == "reconfigure"
    assert person.errors == {"base": "wrong_account"}
    assert dict(entry.data) == before
    await person.submit()
    await person.sign_in()
    assert person.aborted == "reconfigure_successful"
    await hass.async_block_till_done()


async def test_login_is_over(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person
) -> None:
    """Then signing in is what the form suggests."""
    entry = await home.add_entry()
    cloud.faults.expire_tokens()
    await person.reconfigure(entry)
    await person.submit()
    assert person.errors == {"base": "login_refused"}
    assert person.typed == {"acting_user": "owner", "sign_in": True}
    await person.submit()
    await person.sign_in()
    assert person.aborted == "reconfigure_successful"
    await hass.async_block_till_done()


async def test_trouble_after_the_sign_in(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person
) -> None:
    """The new login is kept for the next try."""
    entry = await home.add_entry()
    old = entry.data["token"]["refresh_token"]
    await person.reconfigure(entry)
    await person.submit(sign_in=True)
    cloud.faults.add("get_locks", Fail(503, "html"))
    await person.sign_in()
    assert person.errors == {"base": "cloud_unavailable"}
    assert person.typed["sign_in"] is False
    await person.submit()
    assert person.aborted == "reconfigure_successful"
    assert entry.data["token"]["refresh_token"] != old
    await hass.async_block_till_done()


async def test_token_renewed_meanwhile_is_kept(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person
) -> None:
    """Refresh tokens work once: the flow must not put an old one back."""
    entry = await home.add_entry()
    cloud.faults.add("get_locks", Fail(503, "html"))
    await person.reconfigure(entry)
    await person.submit()
    new = {**entry.data["token"], "refresh_token": "renewed"}
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": new})
    await person.submit()
    assert person.aborted == "reconfigure_successful"
    assert entry.data["token"] == new
    await hass.async_block_till_done()


async def test_pause_of_the_account_holds(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person
) -> None:
    """When the cloud wants to be left alone, a person's form does not ask either."""
    cloud.add_lock()
    entry = await home.set_up()
    cloud.faults.add("get_locks", Fail(429, "json", {"Retry-After": "300"}))
    with pytest.raises(RateLimited):
        await home.account(entry).client.get_locks()
    before = count(cloud, "get_locks")
    await person.reconfigure(entry)
    await person.submit()
    assert person.errors == {"base": "rate_limited"}
    assert person.told["minutes"] == "5"
    assert count(cloud, "get_locks") == before
    # It holds for taking leave of the cloud, too.
    cloud.faults.forget_subscribers()


async def test_cloud_elsewhere_is_refused(
    home: Home, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The development address must be on this machine."""
    entry = await home.add_entry()
    monkeypatch.setenv(ENV_CLOUD, "http://10.0.0.1")
    await person.reconfigure(entry)
    assert person.aborted == "cloud_address_refused"
