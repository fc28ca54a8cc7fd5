"""Locks come and go as the account's list has them."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.yale_august import inventory

from .home import Home
from .rosters import devices, read_roster, settled
from .simulator import Fail, Slow, Truncate

FRONT, BACK = "Front Door", "Back Door"


async def test_new_lock_appears(home: Home) -> None:
    """A lock that was set up in the app shows up with all it has, without reload."""
    home.cloud.add_lock(name=FRONT)
    entry = await home.set_up()
    home.cloud.add_lock("keypad", name=BACK, house="Cabin")
    await read_roster(home, entry)
    await home.shows("lock", BACK, "lock", "locked")
    assert home.state("sensor", BACK, "keypad_battery") == "62"
    assert devices(home, entry) == {
        "Home",
        "Front Door bridge",
        FRONT,
        "Cabin",
        "Back Door bridge",
        BACK,
        "Back Door keypad",
    }
    await home.act("unlock", BACK)
    assert home.state("lock", BACK, "lock") == "unlocked"


async def test_removed_lock_goes(home: Home, pace: Callable[..., None]) -> None:
    """A lock that was removed in the app goes after a second look, with its devices."""
    pace(farewell=timedelta(seconds=0.2))
    home.cloud.add_lock(name=FRONT)
    back = home.cloud.add_lock("keypad", name=BACK, house="Cabin")
    entry = await home.set_up()
    entity_id = home.entity_id("lock", BACK, "lock")
    home.cloud.world.remove_lock(back)
    await home.account(entry).roster.async_refresh()
    await home.until(lambda: BACK not in devices(home, entry))
    assert devices(home, entry) == {"Home", "Front Door bridge", FRONT}
    assert entity_id is not None
    assert home.hass.states.get(entity_id) is None
    assert er.async_get(home.hass).async_get(entity_id) is None
    assert back.lock_id not in home.account(entry).locks
    await home.act("unlock", FRONT)
    assert home.state("lock", FRONT, "lock") == "unlocked"


async def test_removed_lock_that_comes_back(
    home: Home, pace: Callable[..., None]
) -> None:
    """A lock that went and is set up again is a new lock."""
    pace(farewell=timedelta(seconds=0.2))
    front = home.cloud.add_lock(name=FRONT)
    entry = await home.set_up()
    home.cloud.world.remove_lock(front)
    await home.account(entry).roster.async_refresh()
    await home.until(lambda: not home.account(entry).locks)
    home.cloud.world.locks[front.lock_id] = front
    await read_roster(home, entry)
    await home.shows("lock", FRONT, "lock", "locked")
    await home.cloud.hands.unlock(front)
    await home.shows("lock", FRONT, "lock", "unlocked")


async def test_lock_missing_from_one_read(
    home: Home, pace: Callable[..., None]
) -> None:
    """One read without a lock makes it unavailable; the next one with it brings it back."""
    pace(farewell=timedelta(seconds=0.3))
    front = home.cloud.add_lock(name=FRONT)
    home.cloud.add_lock(name=BACK)
    entry = await home.set_up()
    home.cloud.world.remove_lock(front)
    await home.account(entry).roster.async_refresh()
    home.cloud.world.locks[front.lock_id] = front
    for platform, key in (
        ("lock", "lock"),
        ("sensor", "battery"),
        ("binary_sensor", "door"),
        ("button", "status"),
    ):
        await home.shows(platform, FRONT, key, "unavailable")
    assert home.state("lock", BACK, "lock") == "locked"
    assert devices(home, entry) >= {FRONT, BACK}
    await home.shows("lock", FRONT, "lock", "locked")
    # The next time it is missing counts anew.
    home.cloud.world.remove_lock(front)
    await read_roster(home, entry)
    assert home.state("lock", FRONT, "lock") == "unavailable"
    home.cloud.world.locks[front.lock_id] = front
    await home.shows("lock", FRONT, "lock", "locked")


async def test_empty_list_does_not_remove_anything_at_once(home: Home) -> None:
    """After a migration the list may be empty for a while."""
    front = home.cloud.add_lock(name=FRONT)
    entry = await home.set_up()
    home.cloud.world.remove_lock(front)
    await home.hass.config_entries.async_reload(entry.entry_id)
    assert devices(home, entry) == {"Home", "Front Door bridge", FRONT}
    assert home.entity_id("lock", FRONT, "lock") is not None
    home.cloud.world.locks[front.lock_id] = front
    await read_roster(home, entry)
    await home.shows("lock", FRONT, "lock", "locked")


async def test_lock_removed_while_not_running(
    home: Home, pace: Callable[..., None]
) -> None:
    """What was removed in the app meanwhile goes after the start, after a second look."""
    pace(farewell=timedelta(seconds=0.2))
    home.cloud.add_lock(name=FRONT)
    back = home.cloud.add_lock(name=BACK)
    entry = await home.set_up()
    await home.hass.config_entries.async_unload(entry.entry_id)
    home.cloud.world.remove_lock(back)
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert BACK in devices(home, entry)
    await home.until(lambda: BACK not in devices(home, entry))
    assert devices(home, entry) == {"Home", "Front Door bridge", FRONT}


async def test_other_reasons_to_look_do_not_count_as_a_read(
    home: Home, pace: Callable[..., None]
) -> None:
    """A lock goes when two reads lack it, not because something else happened meanwhile."""
    pace(farewell=timedelta(seconds=30))
    front = home.cloud.add_lock(name=FRONT)
    entry = await home.set_up()
    other = await home.add_entry(
        home.cloud.world.add_user("O", "T", email="o@example.com")
    )
    account = home.account(entry)
    home.cloud.world.remove_lock(front)
    await read_roster(home, entry)
    assert home.state("lock", FRONT, "lock") == "unavailable"
    account.elsewhere.holders["A" * 32] = other.entry_id
    await home.hass.config_entries.async_remove(other.entry_id)
    await settled(home, entry)
    assert home.state("lock", FRONT, "lock") == "unavailable"
    assert FRONT in devices(home, entry)


async def test_list_that_several_wait_for_counts_once(
    home: Home, pace: Callable[..., None]
) -> None:
    """A lock that one list lacks stays, though more than one list was read meanwhile."""
    pace(farewell=timedelta(seconds=30))
    front = home.cloud.add_lock(name=FRONT)
    entry = await home.set_up()
    back = home.cloud.add_lock(name=BACK)
    home.cloud.faults.add("get_lock", Slow(0.4), lock=back)
    roster = home.account(entry).roster
    # The first one waits for the new lock, and the others for the first one.
    for _ in range(2):
        await roster.async_refresh()
    home.cloud.world.remove_lock(front)
    await roster.async_refresh()
    await settled(home, entry)
    assert home.state("lock", FRONT, "lock") == "unavailable"
    assert FRONT in devices(home, entry)


async def test_lock_that_is_not_found_is_looked_for(home: Home) -> None:
    """A lock whose detail is gone is looked up in the list."""
    front = home.cloud.add_lock(name=FRONT)
    entry = await home.set_up()
    lock = home.coordinator(entry, FRONT)
    home.cloud.world.remove_lock(front)
    lock.async_read_soon()
    await home.shows("lock", FRONT, "lock", "unavailable")


async def test_list_that_fails_changes_nothing(home: Home) -> None:
    """A list that cannot be read takes no lock away."""
    home.cloud.add_lock(name=FRONT)
    entry = await home.set_up()
    for fault in (
        Fail(500),
        Fail(502, "html"),
        Fail(200, "html"),
        Fail(200, "[]"),
        Fail(200, "null"),
        Fail(200, '{"nonsense": {}}'),
        Fail(200, "not JSON"),
        Truncate(),
    ):
        home.cloud.faults.clear()
        # A read is repeated once after a broken connection.
        home.cloud.faults.add("get_locks", fault, times=2)
        await read_roster(home, entry)
        assert home.state("lock", FRONT, "lock") == "locked", fault


@pytest.mark.parametrize(
    ("wish", "least", "most"),
    [("0", 8, 12), ("120", 118, 122), ("9999999", 86390, 86402)],
)
async def test_list_is_read_again_when_the_cloud_wishes(
    home: Home, monkeypatch: pytest.MonkeyPatch, wish: str, least: float, most: float
) -> None:
    """Neither without a pause nor never: a mistaken cloud is not asked for ever, or not at all."""
    home.cloud.add_lock(name=FRONT)
    entry = await home.set_up()
    roster, planned = home.account(entry).roster, list[float]()
    loop = home.hass.loop

    def call_at(when: float, *args: Any, **kwargs: Any) -> asyncio.TimerHandle:
        planned.append(when - loop.time())
        return real(when, *args, **kwargs)

    real = loop.call_at
    home.cloud.faults.add("get_locks", Fail(429, headers={"Retry-After": wish}))
    monkeypatch.setattr(loop, "call_at", call_at)
    await roster.async_refresh()
    monkeypatch.undo()
    assert least < planned[-1] < most
    # Nothing can be deleted while requests are limited.
    home.cloud.push.subscribers.clear()


async def test_lock_that_could_not_be_kept(
    home: Home, monkeypatch: pytest.MonkeyPatch, pace: Callable[..., None]
) -> None:
    """It goes when the list lacks it, and the list goes on to be followed."""
    pace(farewell=timedelta(hours=1))
    home.cloud.add_lock(name=FRONT)
    entry = await home.set_up()

    def stumble(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    back = home.cloud.add_lock(name=BACK)
    with monkeypatch.context() as patched:
        patched.setattr(inventory, "async_attend", stumble)
        await read_roster(home, entry)
    home.cloud.world.remove_lock(back)
    for _ in range(2):
        await read_roster(home, entry)
    assert devices(home, entry) == {"Home", "Front Door bridge", FRONT}
    assert back.lock_id not in home.account(entry).locks
    home.cloud.add_lock(name="Side Door")
    await read_roster(home, entry)
    await home.shows("lock", "Side Door", "lock", "locked")


async def test_list_without_a_lock_is_not_believed_soon(
    home: Home, pace: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One fault of the cloud does not take a house's devices away."""
    pace(exodus=timedelta(days=1))
    home.cloud.add_lock(name=FRONT)
    home.cloud.add_lock(name=BACK)
    entry = await home.set_up()
    home.cloud.faults.add("get_locks", Fail(200, {}), times=5)
    for _ in range(4):
        await read_roster(home, entry)
        assert home.state("lock", FRONT, "lock") == "unavailable"
    # Nor because the clock is set right after a start.
    utcnow = dt_util.utcnow
    monkeypatch.setattr(dt_util, "utcnow", lambda: utcnow() + timedelta(days=2))
    await read_roster(home, entry)
    monkeypatch.setattr(dt_util, "utcnow", utcnow)
    assert {FRONT, BACK} <= devices(home, entry)
    await read_roster(home, entry)
    assert home.state("lock", FRONT, "lock") == "locked"
