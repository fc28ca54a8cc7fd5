"""What was lost, doubled, late or missed is told exactly once all the same."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.yale_august.access_codes.desk import AccessCodes
from custom_components.yale_august.account import Account
from custom_components.yale_august.cloud.clock import CloudClock
from custom_components.yale_august.history import cases, journal, witness
from custom_components.yale_august.history.cases import GRAIN
from custom_components.yale_august.storage import TOUCH_DELAY
from tests.home import Home
from tests.simulator import Bolt, Fail, Lock, activities
from tests.simulator.accounts import User

from .stories import DOOR, FEED, Stories, enter, in_turn, overtake


@pytest.fixture(autouse=True)
def whole_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know the cloud's clock better than by the whole seconds that it tells.

    Half a second off, what happens at once after the first start may seem to be from before.
    """
    note = CloudClock.note

    def noted(clock: CloudClock, date: datetime) -> None:
        note(clock, date)
        if clock.offset is not None and abs(clock.offset) < timedelta(seconds=0.6):
            clock.offset = timedelta()

    monkeypatch.setattr(CloudClock, "note", noted)


@pytest.mark.parametrize("stamped", [True, False])
async def test_any_order_twice_and_not_at_all(
    home: Home, door: Lock, pia: User, stamped: bool
) -> None:
    """Exactly what happened, once each."""
    home.cloud.options.push_shape = "bare"
    home.cloud.options.push_timestamps = stamped
    entry = await home.set_up()
    stories = Stories(home)
    hands, faults = home.cloud.hands, home.cloud.faults
    faults.double_messages(1)
    faults.shuffle_messages(2)
    faults.lose_messages(1)
    faults.double_messages(2)
    await in_turn(
        enter(home, door, pia),
        hands.open_door(door),
        hands.close_door(door),
        hands.lock(door),
        enter(home, door, pia),
        hands.open_door(door),
    )
    await home.keeps_still()
    await hands.lock(door)
    told = await stories.are(
        "unlocked",
        "door_opened",
        "door_closed",
        "locked",
        "unlocked",
        "door_opened",
        "locked",
        # What a message has told at once comes before what only the feed can tell.
        in_order=False,
    )
    assert [one["person"] for one in told if one["event_type"] == "unlocked"] == [
        "Pia Pin",
        "Pia Pin",
    ]
    assert stories.reads <= 3
    await home.coordinator(entry, DOOR).async_refresh()
    await home.keeps_still()
    assert len(stories.told) == 7


async def test_lost_message(home: Home, door: Lock, pia: User) -> None:
    """A read that finds another state lets the feed tell what has happened."""
    entry = await home.set_up()
    stories = Stories(home)
    home.cloud.faults.lose_messages()
    await enter(home, door, pia)
    home.coordinator(entry, DOOR).async_read_soon()
    told = await stories.are("unlocked")
    assert told[0]["person"] == "Pia Pin"
    assert stories.reads == 1


async def test_lost_just_before_the_feed_was_read(
    home: Home,
    door: Lock,
    pia: User,
    pace: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The feed lags: what came into doubt so late that it cannot know yet is asked for once more."""
    lag = 0.6
    pace(feed_lag=timedelta(seconds=lag))
    monkeypatch.setattr(activities, "LAG", 0.9 * lag * home.cloud.pace.speed)
    entry = await home.set_up()
    stories = Stories(home)
    home.cloud.faults.lose_messages(2)
    await enter(home, door, pia)
    await home.coordinator(entry, DOOR).async_refresh()
    await asyncio.sleep(0.8 * lag)
    await home.cloud.hands.open_door(door)
    await home.coordinator(entry, DOOR).async_refresh()
    assert stories.reads == 0
    await stories.are("unlocked", "door_opened")
    assert stories.entries == [100, 100]


@pytest.mark.parametrize("told_by", ["read", "answer", "message"])
async def test_lost_messages_of_bolt_and_door(
    home: Home, door: Lock, pia: User, told_by: str
) -> None:
    """Whoever says where they are now: what has happened is told, and who it was."""
    entry = await home.set_up()
    stories = Stories(home)
    home.cloud.faults.lose_messages(2)
    hands = home.cloud.hands
    await in_turn(enter(home, door, pia), hands.open_door(door))
    if told_by == "read":
        home.coordinator(entry, DOOR).async_read_soon()
    elif told_by == "answer":
        home.cloud.faults.lose_messages()
        await home.press(DOOR, "status")
    else:
        await home.say(DOOR, lockAction="unlocked", doorState="open")
    told = await stories.are("unlocked", "door_opened")
    assert [one["person"] for one in told] == ["Pia Pin", None]
    assert stories.reads == 1


async def test_door_that_a_message_about_the_bolt_tells_of(
    home: Home, door: Lock
) -> None:
    """Its own message was lost: the feed is asked, though it is known who moved the bolt."""
    await home.set_up()
    stories = Stories(home)
    home.cloud.faults.lose_messages()
    await in_turn(home.cloud.hands.open_door(door), home.cloud.hands.unlock(door))
    told = await stories.are("door_opened", "unlocked", in_order=False)
    assert {one["person"] for one in told} == {None}
    await home.cloud.hands.close_door(door)
    await home.cloud.hands.unlatch(door)
    await stories.are(
        *("door_opened", "unlocked", "door_closed", "opened"), in_order=False
    )
    assert stories.reads == 1


async def test_gap_that_left_no_trace(home: Home, door: Lock, pia: User) -> None:
    """Nor does it matter that all stands as before, and that nothing was read while push was away."""
    entry = await home.set_up()
    stories = Stories(home)
    # Less apart than two clocks may be is no news.
    await asyncio.sleep(GRAIN.total_seconds())
    home.cloud.push.refusals = None
    await home.cloud.faults.drop_sockets()
    await home.until(lambda: not home.account(entry).push_connected)
    hands = home.cloud.hands
    await in_turn(
        enter(home, door, pia),
        hands.open_door(door),
        hands.close_door(door),
        hands.lock(door),
    )
    home.cloud.push.refusals = 0
    await home.until(lambda: home.account(entry).push_connected, seconds=10)
    told = await stories.are("unlocked", "door_opened", "door_closed", "locked")
    assert told[0]["person"] == "Pia Pin"
    assert stories.reads == 1


async def test_gap(home: Home, door: Lock, pia: User) -> None:
    """What happened while push was away is told when it is back, and only that."""
    entry = await home.set_up()
    stories = Stories(home)
    await home.cloud.hands.unlock(door)
    await stories.are("unlocked")
    home.cloud.push.refusals = None
    await home.cloud.faults.drop_sockets()
    await home.until(lambda: not home.account(entry).push_connected)
    hands = home.cloud.hands
    await in_turn(
        hands.open_door(door),
        hands.close_door(door),
        hands.lock(door),
        enter(home, door, pia),
        hands.lock(door),
    )
    await home.keeps_still()
    home.cloud.push.refusals = 0
    await home.until(lambda: home.account(entry).push_connected, seconds=10)
    told = await stories.are(
        "unlocked", "door_opened", "door_closed", "locked", "unlocked", "locked"
    )
    assert told[4]["person"] == "Pia Pin"
    assert stories.reads <= 2
    await home.cloud.hands.unlock(door)
    await home.when(lambda: len(stories.told) == 7)


async def test_restart(
    hass: HomeAssistant,
    home: Home,
    door: Lock,
    pia: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A first start tells nothing old; later ones what was missed, nothing twice."""
    monkeypatch.setattr(witness, "GRAIN", timedelta())
    await enter(home, door, pia)
    await home.cloud.hands.lock(door)
    entry = await home.set_up()
    stories = Stories(home)
    await stories.are()
    assert stories.reads == 0
    await enter(home, door, pia)
    await stories.are("unlocked")
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.config_entries.async_setup(entry.entry_id)
    await stories.are("unlocked")
    assert stories.reads == 1
    await hass.config_entries.async_unload(entry.entry_id)
    await in_turn(home.cloud.hands.lock(door), enter(home, door, pia))
    await hass.config_entries.async_setup(entry.entry_id)
    await stories.are("unlocked", "locked", "unlocked")
    assert stories.reads == 2


async def test_without_push(
    home: Home,
    door: Lock,
    pia: User,
    pace: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where nothing is pushed a read that finds something new is followed by the feed."""
    pace(connect=timedelta(seconds=0.2))
    monkeypatch.setattr(witness, "GRAIN", timedelta())
    home.cloud.faults.add("socket", Fail(503, "html"), times=None)
    entry = await home.set_up()
    stories = Stories(home)
    await in_turn(enter(home, door, pia), home.cloud.hands.lock(door))
    await home.coordinator(entry, DOOR).async_refresh()
    await stories.are("unlocked", "locked")
    await home.coordinator(entry, DOOR).async_refresh()
    await home.keeps_still()
    assert stories.reads == 1


async def test_feed_that_fails(home: Home, door: Lock, pia: User) -> None:
    """Nobody waits for long; a gap is filled when the feed is back."""
    entry = await home.set_up()
    stories = Stories(home)
    home.cloud.faults.add(FEED, Fail(503, "html"), times=3)
    await enter(home, door, pia)
    told = await stories.are("unlocked")
    assert told[0]["person"] is None
    home.cloud.faults.clear()
    home.cloud.faults.add(FEED, Fail(503, "html"), times=3)
    home.cloud.faults.lose_messages()
    await home.cloud.hands.lock(door)
    home.coordinator(entry, DOOR).async_read_soon()
    await home.when(lambda: stories.kinds == ["unlocked", "locked"])
    await home.keeps_still()
    assert stories.kinds == ["unlocked", "locked"]


async def test_late_story_names_nobody_as_the_last(
    home: Home, door: Lock, pia: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who did the same before somebody else did it again has not moved the bolt last."""
    monkeypatch.setattr(cases, "OTHER", timedelta(seconds=0.1))
    home.cloud.share(door, pia)
    home.cloud.share(door, bob)
    entry = await home.set_up()
    stories = Stories(home)
    await overtake(home, door, pia, bob)
    await stories.are("unlocked")
    home.cloud.faults.lose_messages()
    await home.cloud.hands.open_door(door)
    await home.coordinator(entry, DOOR).async_refresh()
    told = await stories.are("unlocked", "unlocked", "locked", "door_opened")
    assert [one["person"] for one in told[:2]] == ["Bob Bolt", "Pia Pin"]
    state = home.find("lock", DOOR, "lock")
    assert state is not None
    assert state.attributes["changed_by"] == "Bob Bolt"


async def test_slow_feed_after_a_gap(
    home: Home,
    door: Lock,
    pia: User,
    bob: User,
    pace: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It tells what was lost, and that is not what was heard, of which it does not know yet."""
    pace(feed_lag=timedelta(seconds=0.3))
    monkeypatch.setattr(activities, "LAG", 0.7 * home.cloud.pace.speed)
    monkeypatch.setattr(journal, "OTHER", timedelta(seconds=0.1))
    home.cloud.options.push_shape = "bare"
    await home.set_up()
    stories = Stories(home)
    await overtake(home, door, pia, bob, after=0.6)
    told = await stories.are("unlocked", "locked", "unlocked")
    assert [one["person"] for one in told] == ["Pia Pin", None, None]
    state = home.find("lock", DOOR, "lock")
    assert state is not None
    assert "changed_by" not in state.attributes


async def test_message_while_the_entry_goes(
    hass: HomeAssistant, home: Home, door: Lock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes when no entity hears it any more is told after the reload."""
    monkeypatch.setattr(witness, "GRAIN", timedelta())
    entry = await home.set_up()
    stories = Stories(home)
    close = AccessCodes.async_close

    async def close_late(codes: AccessCodes) -> None:
        if door.bolt is not Bolt.UNLOCKED:
            await home.cloud.hands.unlock(door)
            await home.keeps_still()
        await close(codes)

    monkeypatch.setattr(AccessCodes, "async_close", close_late)
    await hass.config_entries.async_reload(entry.entry_id)
    await stories.are("unlocked")


async def test_clock_that_was_set_back(
    home: Home, door: Lock, pia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who it was is told all the same, and what was lost."""
    entry = await home.set_up()
    stories = Stories(home)
    now = dt_util.utcnow
    monkeypatch.setattr(dt_util, "utcnow", lambda: now() - timedelta(hours=1))
    monkeypatch.setattr(Account, "clock_offset", timedelta(hours=1))
    await enter(home, door, pia)
    (told,) = await stories.are("unlocked")
    assert told["person"] == "Pia Pin"
    home.cloud.faults.lose_messages()
    await home.cloud.hands.lock(door)
    await home.coordinator(entry, DOOR).async_refresh()
    await stories.are("unlocked", "locked")


async def test_power_that_goes(
    home: Home,
    door: Lock,
    pia: User,
    pace: Callable[..., None],
    hass_storage: dict[str, Any],
) -> None:
    """What was told is written down also if the lock was before: else it would be told once more."""
    pace(feed_lag=timedelta(seconds=1))
    home.cloud.options.push_shape = "bare"
    entry = await home.set_up()
    stories = Stories(home)

    def written() -> list[Any]:
        async_fire_time_changed(
            home.hass, dt_util.utcnow() + timedelta(seconds=TOUCH_DELAY + 1)
        )
        stored = hass_storage.get(f"yale_august.{entry.entry_id}")
        told = {} if stored is None else stored["data"]["incidents"][door.lock_id]
        return [kind for kind, *_ in told.get("told", ())]

    # Nobody says who it was, so that nothing is known of the lock either by what is told.
    home.cloud.faults.add(FEED, Fail(503, "html"), times=None)
    await enter(home, door, pia)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await asyncio.sleep(0.1)
    assert written() == []
    await home.when(lambda: f"yale_august.{entry.entry_id}" in hass_storage)
    assert stories.kinds == []
    await stories.are("unlocked")
    await home.when(lambda: written() == ["unlocked"])
