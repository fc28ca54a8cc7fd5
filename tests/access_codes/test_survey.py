"""How many codes a lock has is known although nobody looks, at the price of a list a day."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from custom_components.yale_august.access_codes import survey
from custom_components.yale_august.cloud.budget import Budget
from custom_components.yale_august.const import DOMAIN
from tests.doors import DOOR
from tests.home import QUICK, Home
from tests.simulator import Fail, Slow
from tests.simulator.lock import Lock
from tests.simulator.pinbook import PinState
from tests.test_rights import lacking

from .code_pins import give, put

BACK = "Back Door"


@pytest.fixture
def hurry(pace: Callable[..., None]) -> Callable[..., None]:
    """Return how to set the pace of lists, which begin soon after the start."""

    def change(**times: float) -> None:
        seconds = {"first_list": 0.4, "list_share": 0.15, **times}
        spans = {name: timedelta(seconds=count) for name, count in seconds.items()}
        pace(codes=replace(QUICK.codes, **spans))  # type: ignore[arg-type]

    return change


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock with three codes that were made in the app; one of them is suspended."""
    lock = home.cloud.add_lock("keypad", name=DOOR)
    for number, state in enumerate(
        [PinState.LOADED, PinState.LOADED, PinState.DISABLED]
    ):
        put(home, lock, f"Nora {number}", f"73915{number}", state=state)
    return lock


def lists(home: Home, *, since: int = 0) -> list[datetime]:
    """Return when codes were listed."""
    return [seen.at for seen in home.cloud.requests.of("get_pins", since=since)]


async def restart(home: Home, entry: ConfigEntry) -> int:
    """Start anew with nothing but the files; return the number of requests before."""
    since = len(home.cloud.requests)
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.hass.async_block_till_done()
    return since


async def test_nobody_looks(home: Home, door: Lock, hurry: Callable[..., None]) -> None:
    """Each lock of one's own that takes codes is listed once, after all else, and then remembered."""
    hurry()
    home.cloud.add_lock("keypad", name=BACK)
    home.cloud.add_lock("connect", name="No Keypad")
    other = home.cloud.world.add_user("Otto", "Other")
    shared = home.cloud.add_lock("keypad", name="Not Ours", owner=other)
    home.cloud.share(shared, home.cloud.owner)
    entry = await home.set_up()
    assert home.state("lock", DOOR, "lock") == "locked"
    assert home.state("sensor", DOOR, "codes") == STATE_UNKNOWN
    assert lists(home) == []
    await home.shows("sensor", DOOR, "codes", "2")
    await home.shows("sensor", BACK, "codes", "0")
    assert home.state("binary_sensor", BACK, "codes_problem") == "off"
    await home.keeps("sensor", DOOR, "codes", "2", seconds=0.4)
    first, second = lists(home)
    assert second - first >= timedelta(seconds=0.15)
    # What is made managed is not counted twice, now or later.
    codes = home.account(entry).codes
    shown = codes.shown(door.lock_id)
    await codes.async_adopt(door.lock_id, shown[0].code_id)
    await home.until(lambda: len(lists(home)) == 4)
    assert home.state("sensor", DOOR, "codes") == "2"
    since = await restart(home, entry)
    assert home.state("sensor", DOOR, "codes") == "2"
    assert home.state("sensor", BACK, "codes") == "0"
    await home.keeps("sensor", BACK, "codes", "0", seconds=0.8)
    # The lock with a code of ours is looked at, the other is not.
    assert len(lists(home, since=since)) == 1


async def test_once_a_day(
    home: Home, door: Lock, hurry: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list is good for a day; what is older than two is not shown."""
    hurry(rest=0.8)
    entry = await home.set_up()
    await home.shows("sensor", DOOR, "codes", "2")
    put(home, door, "Nils", "739159")
    await home.shows("sensor", DOOR, "codes", "3")
    (first, second) = lists(home)
    assert second - first >= timedelta(seconds=0.75)
    monkeypatch.setattr(survey, "BUSY", timedelta(seconds=0.1))
    with monkeypatch.context() as patch:
        patch.setattr(Budget, "is_quiet", property(lambda _: False))
        await restart(home, entry)
        assert home.state("sensor", DOOR, "codes") == "3"
        await home.keeps_still(seconds=1.6)
        assert len(lists(home)) == 2, "something else is under way"
        await restart(home, entry)
        assert home.state("sensor", DOOR, "codes") == STATE_UNKNOWN
    await home.shows("sensor", DOOR, "codes", "3")


async def test_clock_is_put_back(
    home: Home, door: Lock, hurry: Callable[..., None]
) -> None:
    """What was counted at a time to come is not shown until then, but counted anew."""
    hurry(rest=0.8)
    codes = home.account(await home.set_up()).codes
    await home.shows("sensor", DOOR, "codes", "2")
    room = codes.rooms[door.lock_id]
    assert room.listing is not None
    room.listing = replace(room.listing, asked=room.listing.asked + timedelta(hours=1))
    codes.async_changed(door.lock_id)
    await home.shows("sensor", DOOR, "codes", STATE_UNKNOWN)
    put(home, door, "Nils", "739159")
    await home.shows("sensor", DOOR, "codes", "3")


async def test_not_allowed(
    hass: HomeAssistant, home: Home, door: Lock, hurry: Callable[..., None]
) -> None:
    """A key that may not read codes is asked once, and told of once, until it may."""
    hurry()
    for name in (BACK, "Side Door"):
        home.cloud.add_lock("keypad", name=name)
    endpoints = home.cloud.key().endpoints
    endpoints.discard("get_pins")
    entry = await home.set_up()
    await home.until(lambda: lacking(hass) == ["reading access codes"])
    await home.keeps("sensor", DOOR, "codes", STATE_UNKNOWN, seconds=0.8)
    assert len(lists(home)) == 1
    endpoints.add("get_pins")
    codes = home.account(entry).codes
    one, other = filter(codes.can_codes, home.account(entry).locks.values())
    await codes.async_read(one.lock_id)
    assert lacking(hass) == []
    await home.until(lambda: codes.count(other.lock_id) is not None)
    assert len(lists(home)) == 3


async def test_not_now(home: Home, door: Lock, hurry: Callable[..., None]) -> None:
    """A cloud that cannot tell is asked again after a while; a lock that has none after a day."""
    hurry(slow=0.6)
    back = home.cloud.add_lock("keypad", name=BACK)
    home.cloud.faults.add("get_pins", Fail(404), lock=back)
    home.cloud.faults.add("get_pins", Fail(503), lock=door, times=3)
    await home.set_up()
    await home.shows("sensor", DOOR, "codes", "2", seconds=5)
    times = [
        seen.at
        for seen in home.cloud.requests.of("get_pins")
        if door.lock_id in seen.path
    ]
    assert len(times) == 4
    assert min(later - earlier for earlier, later in pairwise(times)) >= timedelta(
        seconds=0.55
    )
    assert len(lists(home)) == 5
    assert home.state("sensor", BACK, "codes") == STATE_UNKNOWN


async def test_unknown_guest(
    home: Home, door: Lock, hurry: Callable[..., None]
) -> None:
    """Who opens with a code that is not known makes the codes be listed, but not all the time."""
    hurry(slow=0.5)
    entry = await home.set_up()
    await home.shows("sensor", DOOR, "codes", "2")
    known = door.pins.pins[0]
    assert await home.cloud.hands.type_pin(door, known.pin)
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert not await home.cloud.hands.type_pin(door, "000000")
    await home.keeps_still(seconds=1.2)
    assert len(lists(home)) == 1
    for number in range(3):
        pin = put(home, door, f"New {number}", f"84026{number}")
        await home.act("lock", DOOR)
        assert await home.cloud.hands.type_pin(door, pin.pin)
        await home.shows("sensor", DOOR, "codes", f"{3 + number}", seconds=5)
    times = lists(home)
    assert len(times) == 4
    assert min(later - earlier for earlier, later in pairwise(times)) >= timedelta(
        seconds=0.45
    )
    await home.keeps_still(seconds=1)
    assert len(lists(home)) == 4
    assert await give(home, entry, door, "Anna")
    await home.shows("sensor", DOOR, "codes", "6")


async def test_unknown_guest_while_listed(
    home: Home, door: Lock, hurry: Callable[..., None]
) -> None:
    """A list that was asked for before somebody opened with an unknown code is not the answer to that."""
    hurry(slow=1)
    entry = await home.set_up()
    await home.shows("sensor", DOOR, "codes", "2")
    home.cloud.faults.add("get_pins", Slow(0.5, after=True))
    reading = asyncio.create_task(
        home.account(entry).codes.async_read(door.lock_id), eager_start=True
    )
    await home.when(lambda: len(lists(home)) == 2)
    pin = put(home, door, "Nils", "840260")
    assert await home.cloud.hands.type_pin(door, pin.pin)
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert len(await reading) == 3
    await home.shows("sensor", DOOR, "codes", "3", seconds=5)
    assert len(lists(home)) == 3


@pytest.mark.parametrize(
    "stored",
    [
        {"at": "2999-01-01T00:00:00+00:00", "others": 2},
        {"at": "2026-01-01T00:00:00", "others": 2},
        {"at": 5, "others": 2},
        {"at": None},
        {"others": -1},
        "rubbish",
    ],
)
async def test_damaged_memory(
    home: Home, door: Lock, hass_storage: dict[str, Any], stored: object
) -> None:
    """What cannot be read was not counted."""
    entry = await home.add_entry()
    hass_storage[f"{DOMAIN}.{entry.entry_id}"] = {
        "version": 1,
        "data": {"codes": {door.lock_id: stored}},
    }
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.hass.async_block_till_done()
    assert home.state("sensor", DOOR, "codes") == STATE_UNKNOWN
