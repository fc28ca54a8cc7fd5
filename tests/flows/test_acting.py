"""Changing and mending an entry that acts as a sub-user."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.home import Home
from tests.simulator.credentials import CREATE_SUB_USER
from tests.simulator.faults import Fail
from tests.simulator.lock import Lock
from tests.simulator.simulator import Simulator

from .flows import WHO, Person, ids, shared

pytest_plugins = ("tests.flows.flow_fixtures",)


async def test_owner_becomes_sub_user(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """An entry may change whom it acts as; its login and unique id stay."""
    entry = await home.add_entry()
    token = entry.data["token"]
    await person.reconfigure(entry)
    await person.submit(acting_user="sub_user")
    assert person.step == "sub_user"
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    assert person.aborted == "reconfigure_successful"
    assert {name: entry.data[name] for name in WHO} == WHO
    assert entry.data["acting_user"] == "sub_user"
    assert entry.data["token"] == token
    assert entry.unique_id == cloud.owner.user_id
    await hass.async_block_till_done()
    assert entry.state.name == "LOADED"


async def as_sub_user(home: Home, locks: list[Lock]) -> MockConfigEntry:
    """Add an entry that acts as a sub-user with one lock."""
    known = home.cloud.world.add_user(
        "Home", "Assistant", owner=home.cloud.owner, partner_user_id="home-assistant"
    )
    home.cloud.share(locks[0], known)
    return await home.add_entry(data={"acting_user": "sub_user", **WHO})


async def test_sub_user_becomes_owner(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """And nothing of the sub-user is left in the entry."""
    entry = await as_sub_user(home, locks)
    await person.reconfigure(entry)
    assert person.typed == {"acting_user": "sub_user", "sign_in": False}
    await person.submit(acting_user="owner")
    assert person.aborted == "reconfigure_successful"
    assert entry.data["acting_user"] == "owner"
    assert not set(WHO) & set(entry.data)
    await hass.async_block_till_done()
    assert entry.state.name == "LOADED"


async def test_sub_user_stays_the_same(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """Who changes the key only chooses no lock, and need not be allowed to list the sub-users."""
    entry = await as_sub_user(home, locks)
    cloud.faults.add("get_sub_users", Fail(403), times=None)
    await person.reconfigure(entry)
    await person.submit()
    await person.submit(partner_user_id="another")
    assert person.errors == {"lock_ids": "sub_user_without_locks"}
    await person.submit(partner_user_id="home-assistant")
    assert person.aborted == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.state.name == "LOADED"


@pytest.mark.parametrize(
    ("titled", "as_owner", "as_other"),
    [
        ("{house} (Home Assistant)", "{house}", "{house} (Home Assistant)"),
        ("Yale Home (Home Assistant)", "{house}", "{house} (Home Assistant)"),
        ("Flats", "Flats", "Flats"),
        ("Flats (Home Assistant)", *["Flats (Home Assistant)"] * 2),
    ],
)
async def test_title_says_who_acts(
    hass: HomeAssistant,
    home: Home,
    person: Person,
    locks: list[Lock],
    titled: str,
    as_owner: str,
    as_other: str,
) -> None:
    """It goes with whom the entry acts as, unless somebody has named it."""
    house = locks[0].house.name
    entry = await as_sub_user(home, locks)
    hass.config_entries.async_update_entry(entry, title=titled.format(house=house))
    await person.reconfigure(entry)
    await person.submit(acting_user="owner")
    assert entry.title == as_owner.format(house=house)
    await person.reconfigure(entry)
    await person.submit(acting_user="sub_user")
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    assert entry.title == as_other.format(house=house)
    await hass.async_block_till_done()


async def test_more_locks_for_the_sub_user(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """Who acts as the sub-user finds its form filled in."""
    entry = await as_sub_user(home, locks)
    before = dict(entry.data)
    await person.reconfigure(entry)
    await person.submit()
    assert person.typed == {**WHO, "lock_ids": [], "role": "user"}
    await person.submit(lock_ids=ids(locks[2]))
    assert person.aborted == "reconfigure_successful"
    assert dict(entry.data) == before
    assert shared(cloud, locks) == {"Front": "user", "Garage": "user"}
    await hass.async_block_till_done()


async def test_reconfigure_without_the_permission(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """The form comes back with the reason; the entry stays as it was."""
    cloud.key().permissions.remove(CREATE_SUB_USER)
    entry = await home.add_entry()
    before = dict(entry.data)
    await person.reconfigure(entry)
    await person.submit(acting_user="sub_user")
    await person.submit(**WHO, lock_ids=ids(locks[0]))
    assert person.step == "reconfigure"
    assert person.errors == {"base": "sub_user_not_allowed"}
    assert person.typed == {"acting_user": "sub_user", "sign_in": False}
    assert dict(entry.data) == before


async def test_reconfigure_with_nothing_to_share(
    home: Home, cloud: Simulator, person: Person
) -> None:
    """An account without locks has nothing for a sub-user."""
    entry = await home.add_entry()
    await person.reconfigure(entry)
    await person.submit(acting_user="sub_user")
    assert person.step == "reconfigure"
    assert person.errors == {"base": "nothing_to_share"}


async def test_login_is_mended_as_the_owner(
    hass: HomeAssistant, home: Home, cloud: Simulator, person: Person, locks: list[Lock]
) -> None:
    """It is the owner who signs in; the sub-user stays what it was."""
    entry = await as_sub_user(home, locks)
    cloud.faults.revoke_logins()
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state.name == "SETUP_ERROR"
    (flow,) = hass.config_entries.flow.async_progress()
    await person.open(flow["flow_id"])
    await person.submit()
    await person.sign_in()
    assert person.aborted == "reauth_successful"
    assert {name: entry.data[name] for name in WHO} == WHO
    await hass.async_block_till_done()
    assert str(entry.state.name) == "LOADED"
