"""The lock entity, through the whole chain to the simulated bolt."""

from homeassistant.components.lock import LockEntityFeature
from homeassistant.exceptions import HomeAssistantError
import pytest

from .home import Home
from .simulator.words import Bolt


async def test_lock_and_unlock(home: Home) -> None:
    """The bolt moves once a command, and the state follows by push."""
    home.cloud.add_lock("connect", name="Front Door")
    await home.set_up()
    assert home.state("lock", "Front Door", "lock") == "locked"

    before = len(home.cloud.requests)
    await home.act("unlock", "Front Door")
    assert home.state("lock", "Front Door", "lock") == "unlocked"
    await home.act("lock", "Front Door")
    assert home.state("lock", "Front Door", "lock") == "locked"

    assert [movement.kind for movement in home.cloud.record] == ["unlocked", "locked"]
    assert home.cloud.requests.counts(since=before) == {"remote_operate": 2}


async def test_identity(home: Home) -> None:
    """One entity a lock, by the lock's id, named as its device."""
    door = home.cloud.add_lock("connect", name="Front Door")
    await home.set_up()
    entity_id = home.entity_id("lock", "Front Door", "lock")
    assert entity_id is not None
    entity = home.entry_of(entity_id)
    assert entity.unique_id == f"{door.lock_id}_lock"
    state = home.hass.states.get(entity_id)
    assert state is not None
    assert state.name == "Front Door"
    assert state.attributes["supported_features"] == LockEntityFeature(0)
    assert "code_format" not in state.attributes


async def test_open_only_where_there_is_a_latch(home: Home) -> None:
    """A lock without a latch is not asked to open."""
    home.cloud.add_lock("connect", name="Front Door")
    await home.set_up()
    with pytest.raises(HomeAssistantError):
        await home.act("open", "Front Door")
    assert home.commands() == []


@pytest.mark.parametrize(
    ("unlatch", "type_", "opens"),
    [(True, 2, True), (False, 17, False), (None, 17, True), (None, 2, False)],
)
async def test_who_has_a_latch(
    home: Home, unlatch: bool | None, type_: int, opens: bool
) -> None:
    """What the lock can do counts; only where nobody says it, its type."""
    door = home.cloud.add_lock("connect", name="Front Door")
    door.type = type_
    if unlatch is None:
        door.capabilities.by_serial = door.capabilities.by_lock_id = 404
    else:
        door.capabilities.unlatch = unlatch
    await home.set_up()
    state = home.find("lock", "Front Door", "lock")
    assert state is not None
    assert bool(state.attributes["supported_features"]) is opens


async def test_capabilities_by_serial_number_first(home: Home) -> None:
    """Which of the two the cloud wants is not documented: the serial number, then the id."""
    door = home.cloud.add_lock("unlatch", name="Front Door")
    door.type = 2
    door.capabilities.by_lock_id = 404
    other = home.cloud.add_lock("unlatch", name="Back Door")
    other.type = 2
    other.capabilities.by_serial = 409
    await home.set_up()
    for name in ("Front Door", "Back Door"):
        state = home.find("lock", name, "lock")
        assert state is not None
        assert state.attributes["supported_features"] == LockEntityFeature.OPEN
    asked = [
        seen.query["serialNumber"]
        for seen in home.cloud.requests.of("get_capabilities")
    ]
    assert sorted(asked) == sorted([door.serial, other.serial, other.lock_id])


@pytest.mark.parametrize("allowed", [True, False])
async def test_capabilities_are_asked_once(home: Home, allowed: bool) -> None:
    """What was told, or is not for this key, is not asked again."""
    if not allowed:
        home.cloud.key().endpoints.remove("get_capabilities")
    home.cloud.add_lock("connect", name="Front Door")
    entry = await home.set_up()
    await home.coordinator(entry, "Front Door").async_refresh()
    assert home.cloud.requests.count("get_capabilities") == 1
    assert home.state("lock", "Front Door", "lock") == "locked"
    assert home.find("binary_sensor", "Front Door", "door") is not None


async def test_unavailable_lock_is_not_operated(home: Home) -> None:
    """A lock that the login does not see any more is unavailable."""
    door = home.cloud.add_lock("connect", name="Front Door")
    entry = await home.set_up()
    home.cloud.world.remove_lock(door)
    await home.account(entry).roster.async_refresh()
    await home.shows("lock", "Front Door", "lock", "unavailable")
    before = len(home.cloud.requests)
    await home.act("unlock", "Front Door")
    assert home.commands(since=before) == []
    assert door.bolt is Bolt.LOCKED
