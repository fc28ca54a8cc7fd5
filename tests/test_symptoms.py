"""What people complain about in Home Assistant's own yale and august (reference 27): states.

Each theme has a test named after it, here and in `test_symptoms_of_use`. Not here are what
belongs to access codes and people (the length of codes, managing them) and what the integration
leaves alone: privacy mode and camera images (reference 24), offline keys for Bluetooth.
"""

from collections.abc import Callable
from datetime import timedelta

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.yale_august.cloud.watch import Pace as PushPace

from .home import Home
from .simulator import Fail

DOOR = "Front Door"


@pytest.fixture(autouse=True)
def quick(pace: Callable[..., None]) -> None:
    """Mend push at once; any change that it did not tell counts."""
    push = PushPace(first=0.05, look=0.05, late=0.1, ask=0.1, overlap=0.05)
    pace(unheard=timedelta(), push=push)


# State stops updating until the app is opened or the entry is reloaded


@pytest.mark.parametrize("way", ["drop", "kick"])
async def test_symptom_state_stops_updating_after_a_lost_connection(
    home: Home, way: str
) -> None:
    """The stream ends while a door moves: it is known half a second later, and goes on."""
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    faults = home.cloud.faults
    await (faults.drop_sockets() if way == "drop" else faults.disconnect_namespace())
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")


async def test_symptom_state_stops_updating_with_a_dead_subscriber(home: Home) -> None:
    """The cloud forgets who listens: the slow read finds out, and push is mended."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    (dead,) = home.cloud.subscribers
    home.cloud.faults.forget_subscribers()
    await home.cloud.hands.unlock(door)
    home.coordinator(entry, DOOR).async_read_soon()
    await home.shows("lock", DOOR, "lock", "unlocked")
    push = home.account(entry).push
    await home.when(lambda: push.figures()["replaced_subscribers"] == 1)
    assert dead not in home.cloud.subscribers
    # From now on only push can tell.
    home.cloud.faults.add("get_lock", Fail(503, "html"), times=None)
    await home.cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")


# Unknown after restart


async def test_symptom_unknown_after_restart(hass: HomeAssistant, home: Home) -> None:
    """What was known a moment ago is known, though nothing can be read yet."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.add("get_lock", Fail(503, "html"), times=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert home.state("lock", DOOR, "lock") == "locked"


# Websocket and engine.io trouble, linked locks


async def test_symptom_linked_locks(home: Home) -> None:
    """Two locks of one house, one moves, with words of both: each shows its own."""
    doors = [home.cloud.add_lock(name=DOOR), home.cloud.add_lock(name="Screen")]
    await home.set_up()
    await home.say(DOOR, lockAction="linked_unlock", callingUserID="manualunlock")
    await home.cloud.hands.unlock(doors[1])
    await home.shows("lock", "Screen", "lock", "unlocked")
    await home.cloud.hands.lock(doors[0])
    await home.shows("lock", DOOR, "lock", "locked")
    assert home.state("lock", "Screen", "lock") == "unlocked"


async def test_symptom_websocket_trouble(home: Home) -> None:
    """A refused handshake ends in a connection, with the states polled until then."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.refuse_handshakes(1)
    await home.cloud.faults.drop_sockets()
    await home.when(lambda: not home.account(entry).push_connected)
    await home.cloud.hands.unlock(door)
    await home.when(lambda: home.account(entry).push_connected, seconds=15)
    await home.shows("lock", DOOR, "lock", "unlocked")


# Wrong or unavailable state


async def test_symptom_wrong_state_stale_cache(home: Home) -> None:
    """The cache says locked, the door is open: it is shown open."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.stale_cache(door)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.coordinator(entry, DOOR).async_refresh()
    await home.keeps("lock", DOOR, "lock", "unlocked")


async def test_symptom_unavailable_state_bridge_offline(
    home: Home,
) -> None:
    """It is unknown, and says why when it is operated."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.cloud.faults.bridge_offline(door)
    await home.coordinator(entry, DOOR).async_refresh()
    await home.shows("lock", DOOR, "lock", "unknown")
    with pytest.raises(HomeAssistantError, match="bridge"):
        await home.act("unlock", DOOR)


# Secure mode shown as unlocked


@pytest.mark.parametrize(
    "word",
    ["secure", "securemode", "kAugLockState_SecureMode", "kAugLockState_Securemode"],
)
async def test_symptom_secure_mode_shown_as_unlocked(home: Home, word: str) -> None:
    """Each of its spellings."""
    door = home.cloud.add_lock("secure", name=DOOR)
    await home.set_up()
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.say(DOOR, lockAction=word)
    await home.shows("lock", DOOR, "lock", "locked")


async def test_symptom_wrong_state_unknown_word(home: Home) -> None:
    """What nobody understands is unknown."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    await home.say(DOOR, lockAction="hibernating")
    await home.shows("lock", DOOR, "lock", "unknown")


# "Rate limited" on reload and wake


async def test_symptom_rate_limited_on_reload(hass: HomeAssistant, home: Home) -> None:
    """Five reloads in a row, and each is set up."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    for _ in range(5):
        await hass.config_entries.async_reload(entry.entry_id)
        assert entry.state is ConfigEntryState.LOADED
    await hass.async_block_till_done()
    assert home.state("lock", DOOR, "lock") == "locked"
    await home.act("unlock", DOOR)


async def test_symptom_rate_limited_on_reload_by_the_cloud(
    hass: HomeAssistant, home: Home
) -> None:
    """What the cloud has asked for is kept: nothing is read until then."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.add("get_lock", Fail(429, headers={"Retry-After": "900"}))
    await home.coordinator(entry, DOOR).async_refresh()
    before = len(home.cloud.requests)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert home.cloud.requests.counts(since=before) == {}
    home.cloud.push.subscribers.clear()


# Polling storms, battery drain


async def test_symptom_polling_storms(home: Home) -> None:
    """Nobody asks the lock itself; twenty messages are no read of it, a reconnect is one.

    A locking may be the lock's own: the history of the house may be asked for each.
    """
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    before = len(home.cloud.requests)
    for _ in range(10):
        await home.cloud.hands.unlock(door)
        await home.cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")
    asked = home.cloud.requests.counts(since=before)
    assert asked.pop("get_activities", 0) <= 10
    assert asked == {}
    await home.cloud.faults.disconnect_namespace()
    await home.when(lambda: not home.account(entry).push_connected)
    await home.when(lambda: home.account(entry).push_connected)
    await home.when(lambda: len(home.reads(DOOR, since=before)) == 1)
    await home.hass.async_block_till_done()
    assert len(home.reads(DOOR, since=before)) == 1
    assert home.commands(DOOR) == []
