"""Who acts: a lock that two logins can see has its entities once."""

from collections.abc import Callable
from datetime import timedelta

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryDisabler,
    ConfigEntryState,
)
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.yale_august.const import DOMAIN

from .flows.flows import placeholders, texts
from .home import Home
from .simulator import Fail
from .simulator.accounts import User
from .simulator.lock import Lock
from .simulator.words import Role

SHARED, OWN = "Front Door", "Back Door"


@pytest.fixture(autouse=True)
def quick_farewell(pace: Callable[..., None]) -> None:
    """Let a lock that went be looked for soon."""
    pace(farewell=timedelta(seconds=0.2))


@pytest.fixture
def shared(home: Home) -> Lock:
    """Return a lock of the owner."""
    return home.cloud.add_lock("keypad", name=SHARED)


@pytest.fixture
def anna(home: Home, shared: Lock) -> User:
    """Return somebody else with a lock of her own, who sees the shared one too."""
    user = home.cloud.world.add_user("Anna", "Other", email="anna@example.com")
    home.cloud.add_lock(name=OWN, house="Cabin", owner=user)
    home.cloud.share(shared, user, Role.SUPERUSER)
    return user


async def two(home: Home, anna: User) -> tuple[MockConfigEntry, MockConfigEntry]:
    """Set both logins up, the owner's first."""
    first = await home.set_up(title="Olivia")
    second = await home.set_up(anna, title="Anna")
    return first, second


def holder(home: Home, lock: str = SHARED) -> str | None:
    """Return the entry that has the lock's entity."""
    entity_id = home.entity_id("lock", lock, "lock")
    entry = er.async_get(home.hass).async_get(entity_id) if entity_id else None
    return entry.config_entry_id if entry else None


def holders(home: Home, lock: str = SHARED) -> list[str]:
    """Return the entries that have a device of the lock."""
    registry = dr.async_get(home.hass)
    return [
        entry.entry_id
        for entry in home.hass.config_entries.async_entries(DOMAIN)
        if registry.async_get_device_by_identifier(
            (DOMAIN, home.lock_id(lock)), entry.entry_id
        )
    ]


def issues(home: Home) -> list[dict[str, str] | None]:
    """Return what the repairs about shared locks name."""
    told = texts()["issues"]["lock_in_other_entry"]
    found = [
        issue
        for issue in ir.async_get(home.hass).issues.values()
        if issue.domain == DOMAIN and issue.translation_key == "lock_in_other_entry"
    ]
    for issue in found:
        wanted = placeholders(told["title"]) | placeholders(told["description"])
        assert wanted <= set(issue.translation_placeholders or {})
        assert not issue.is_fixable
    return [issue.translation_placeholders for issue in found]


async def works(home: Home, lock: str = SHARED) -> None:
    """See that the lock's entity does its work, and follows by push."""
    await home.shows("lock", lock, "lock", "locked")
    await home.act("unlock", lock)
    assert home.state("lock", lock, "lock") == "unlocked"
    await home.cloud.hands.lock(home.cloud.lock(lock))
    await home.shows("lock", lock, "lock", "locked")


async def test_first_one_has_it(home: Home, anna: User) -> None:
    """The other one says so, and shows what only it can see."""
    first, second = await two(home, anna)
    assert holder(home) == first.entry_id
    assert holders(home) == [first.entry_id]
    assert holder(home, OWN) == second.entry_id
    assert issues(home) == [{"lock": SHARED, "entry": "Anna", "other": "Olivia"}]
    before = len(home.cloud.requests)
    await works(home)
    (put,) = home.cloud.requests.of("remote_operate", since=before)
    assert put.user_id == home.cloud.owner.user_id
    await works(home, OWN)


async def test_both_at_once(home: Home, anna: User) -> None:
    """When both start together the lock is shown once all the same."""
    await home.add_entry(title="Olivia")
    await home.add_entry(anna, title="Anna")
    # Sets up all entries of the integration together.
    assert await async_setup_component(home.hass, DOMAIN, {})
    await home.hass.async_block_till_done()
    assert len(holders(home)) == 1
    assert len(issues(home)) == 1
    await works(home)


@pytest.mark.parametrize("failing", [False, True])
async def test_first_one_keeps_it_across_restarts(
    home: Home, anna: User, failing: bool
) -> None:
    """Even when the other one starts first, and when its own start fails."""
    first, second = await two(home, anna)
    for entry in (first, second):
        await home.hass.config_entries.async_unload(entry.entry_id)
    assert issues(home) == []
    await home.hass.config_entries.async_setup(second.entry_id)
    await home.hass.async_block_till_done()
    assert holders(home) == [first.entry_id]
    assert len(issues(home)) == 1
    if failing:
        home.cloud.faults.add("get_locks", Fail(503, "html"))
        await home.hass.config_entries.async_setup(first.entry_id)
        await home.account(second).roster.async_refresh()
        assert first.state is ConfigEntryState.SETUP_RETRY
        assert holders(home) == [first.entry_id]
    await home.hass.config_entries.async_reload(first.entry_id)
    assert holder(home) == first.entry_id
    assert len(issues(home)) == 1
    await works(home)


async def test_takes_over_when_it_is_removed(home: Home, anna: User) -> None:
    """The first entry is removed: the second one shows the lock, the repair goes."""
    first, second = await two(home, anna)
    await home.hass.config_entries.async_remove(first.entry_id)
    await home.when(lambda: holder(home) == second.entry_id)
    await home.hass.async_block_till_done()
    assert holders(home) == [second.entry_id]
    assert issues(home) == []
    await works(home)
    assert home.state("sensor", SHARED, "keypad_battery") == "62"


async def test_takes_over_when_it_is_disabled(home: Home, anna: User) -> None:
    """The first entry is disabled: the second one takes over, and keeps the lock then."""
    first, second = await two(home, anna)
    await home.hass.config_entries.async_set_disabled_by(
        first.entry_id, ConfigEntryDisabler.USER
    )
    await home.when(lambda: holder(home) == second.entry_id)
    await home.hass.async_block_till_done()
    assert issues(home) == []
    await works(home)
    assert holders(home) == [second.entry_id]
    await home.hass.config_entries.async_set_disabled_by(first.entry_id, None)
    await home.hass.async_block_till_done()
    assert issues(home) == [{"lock": SHARED, "entry": "Olivia", "other": "Anna"}]
    assert holders(home) == [second.entry_id]
    await works(home)


async def test_takes_over_when_it_loses_the_lock(
    home: Home, anna: User, shared: Lock
) -> None:
    """The first login does not see the lock any more: the second one takes over."""
    first, second = await two(home, anna)
    del shared.users[home.cloud.owner.user_id]
    await home.account(first).roster.async_refresh()
    await home.when(lambda: holder(home) == second.entry_id)
    await home.hass.async_block_till_done()
    assert holders(home) == [second.entry_id]
    assert issues(home) == []
    await works(home)


async def test_takes_over_what_was_lost_while_not_running(
    home: Home, anna: User, shared: Lock
) -> None:
    """The same when the lock was lost while Home Assistant did not run."""
    first, second = await two(home, anna)
    for entry in (first, second):
        await home.hass.config_entries.async_unload(entry.entry_id)
    del shared.users[home.cloud.owner.user_id]
    for entry in (second, first):
        await home.hass.config_entries.async_setup(entry.entry_id)
    await home.when(lambda: holder(home) == second.entry_id)
    await home.hass.async_block_till_done()
    assert issues(home) == []
    await works(home)


async def test_repair_goes_with_the_lock(home: Home, anna: User, shared: Lock) -> None:
    """The second login does not see the lock any more: there is nothing to say."""
    _, second = await two(home, anna)
    del shared.users[anna.user_id]
    await home.account(second).roster.async_refresh()
    await home.when(lambda: issues(home) == [])
    await works(home)


@pytest.mark.parametrize("how", ["unload", "remove"])
async def test_repair_goes_with_the_entry(home: Home, anna: User, how: str) -> None:
    """The second entry goes: there is nothing to say."""
    _, second = await two(home, anna)
    if how == "unload":
        await home.hass.config_entries.async_unload(second.entry_id)
    else:
        await home.hass.config_entries.async_remove(second.entry_id)
    assert issues(home) == []
    await works(home)


async def test_lock_that_is_shared_later(home: Home, anna: User, shared: Lock) -> None:
    """A lock that the second login comes to see is left to the first one."""
    del shared.users[anna.user_id]
    first, second = await two(home, anna)
    assert issues(home) == []
    home.cloud.share(shared, anna)
    await home.account(second).roster.async_refresh()
    await home.when(lambda: len(issues(home)) == 1)
    assert holders(home) == [first.entry_id]
    await works(home)


async def test_failed_read_of_the_first_hands_nothing_over(
    home: Home, anna: User
) -> None:
    """A list that cannot be read, or lacks the lock once, moves no lock."""
    first, second = await two(home, anna)
    home.cloud.faults.add("get_locks", Fail(503, "html"), times=2)
    await home.account(first).roster.async_refresh()
    home.cloud.faults.clear()
    home.cloud.faults.add("get_locks", Fail(200, "{}"))
    await home.account(first).roster.async_refresh()
    await home.shows("lock", SHARED, "lock", "unavailable")
    await home.account(second).roster.async_refresh()
    await home.shows("lock", SHARED, "lock", "locked")
    assert holders(home) == [first.entry_id]
    assert len(issues(home)) == 1


async def test_same_bridge_and_house_in_two_entries(
    home: Home, anna: User, shared: Lock
) -> None:
    """Devices of one entry are no business of the other."""
    second_lock = home.cloud.add_lock(name="Side Door")
    assert second_lock.bridge is not None
    assert shared.bridge is not None
    second_lock.bridge.bridge_id = shared.bridge.bridge_id
    del second_lock.users[home.cloud.owner.user_id]
    home.cloud.share(second_lock, anna, Role.SUPERUSER)
    first, second = await two(home, anna)

    def names(entry: ConfigEntry) -> set[str | None]:
        registry = dr.async_get(home.hass)
        return {
            device.model
            for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
        }

    assert names(first) >= {"House", "Connect"}
    assert names(second) >= {"House", "Connect"}
    await works(home)
    await works(home, "Side Door")
