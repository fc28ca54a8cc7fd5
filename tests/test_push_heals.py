"""Push that heals by itself: what a person sees when the cloud has silently lost us."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
import json
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntryState
import pytest

from custom_components.yale_august.cloud.watch import Pace as PushPace
from custom_components.yale_august.const import DOMAIN

from .home import Home
from .simulator import Fail

DOOR = "Front Door"
BACK = "Back Door"

QUICK_PUSH = PushPace(look=0.05, late=0.1, ask=0.1, overlap=0.05)


@pytest.fixture(autouse=True)
def quick(pace: Callable[..., None]) -> None:
    """Look after push all the time; any change counts."""
    pace(unheard=timedelta(), push=QUICK_PUSH)


async def test_forgotten_subscriber(
    home: Home, pace: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    """One lock's read finds what was not pushed: push is mended, and all locks are read."""
    caplog.set_level(logging.INFO)
    door = home.cloud.add_lock(name=DOOR)
    back = home.cloud.add_lock(name=BACK)
    entry = await home.set_up()
    home.cloud.faults.forget_subscribers()
    await home.cloud.hands.unlock(door)
    await home.cloud.hands.unlock(back)
    await home.keeps("lock", DOOR, "lock", "locked")
    home.coordinator(entry, DOOR).async_read_soon()
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.shows("lock", BACK, "lock", "unlocked")
    await home.until(lambda: len(home.cloud.sockets) == 1)
    assert len(home.cloud.subscribers) == 1
    before = len(home.cloud.requests)
    await home.cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")
    assert home.reads(DOOR, since=before) == []
    # It was never down: nobody was told so.
    assert "Push is" not in caplog.text
    figures = home.account(entry).push.figures()
    assert (figures["replaced_subscribers"], figures["reconnects"]) == (1, 0)


async def test_forgotten_subscriber_of_an_account_where_nobody_is(
    home: Home, pace: Callable[..., None]
) -> None:
    """It is noticed by the silence alone."""
    pace(push=PushPace(look=0.05, ask=0.1, overlap=0.05, silence=0.3))
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    (forgotten,) = home.cloud.subscribers
    home.cloud.faults.forget_subscribers()
    await home.until(
        lambda: len(home.cloud.sockets) == len(home.cloud.subscribers) == 1
    )
    assert home.cloud.subscribers != (forgotten,)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")


async def test_forgotten_subscriber_shows_in_a_command(home: Home) -> None:
    """A command that only the read-back confirms speaks against push too."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    (forgotten,) = home.cloud.subscribers
    home.cloud.faults.forget_subscribers()
    await home.act("unlock", DOOR)
    assert home.state("lock", DOOR, "lock") == "unlocked"
    await home.until(lambda: forgotten not in home.cloud.subscribers != ())


async def test_one_lost_message(home: Home) -> None:
    """The cloud knows the subscriber: replaced once, and not at each loss."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    for state in ("unlocked", "locked", "unlocked"):
        before = home.cloud.requests.count("get_subscriber")
        home.cloud.faults.lose_messages()
        if state == "unlocked":
            await home.cloud.hands.unlock(door)
        else:
            await home.cloud.hands.lock(door)
        home.coordinator(entry, DOOR).async_read_soon()
        await home.shows("lock", DOOR, "lock", state)
        await home.until(
            lambda before=before: (  # type: ignore[misc]
                home.cloud.requests.count("get_subscriber") > before
                and home.cloud.requests.count("delete_subscriber") == 1
            )
        )
    assert home.cloud.requests.count("create_subscriber") == 2


async def test_many_locks_are_one_question(
    home: Home, pace: Callable[..., None]
) -> None:
    """However many changes were missed: one question and one replacement an account."""
    pace(push=PushPace(look=0.05, late=0.1, overlap=0.05))
    doors = [home.cloud.add_lock(name=f"Door {number}") for number in range(20)]
    entry = await home.set_up()
    home.cloud.faults.forget_subscribers()
    for door in doors:
        await home.cloud.hands.unlock(door)
    home.coordinator(entry, doors[0].name).async_read_soon()
    for door in doors:
        await home.shows("lock", door.name, "lock", "unlocked")
    await home.until(lambda: home.cloud.requests.count("delete_subscriber") == 1)
    counts = home.cloud.requests.counts()
    assert (counts["get_subscriber"], counts["create_subscriber"]) == (1, 2)


async def test_what_push_told_is_no_evidence(home: Home) -> None:
    """A read that finds what a message has told finds nothing."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    before = len(home.cloud.requests)
    home.coordinator(entry, DOOR).async_read_soon()
    await home.until(lambda: home.reads(DOOR, since=before) != [])
    await home.keeps("lock", DOOR, "lock", "unlocked", seconds=0.4)
    assert home.cloud.requests.count("get_subscriber") == 0


async def test_what_happened_while_push_was_down_is_no_evidence(
    home: Home, pace: Callable[..., None]
) -> None:
    """Nobody could have told of it."""
    # The cloud tells its clock in whole seconds.
    pace(unheard=timedelta(seconds=1))
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.cloud.faults.drop_sockets()
    await home.when(lambda: not home.account(entry).push_connected)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.until(lambda: home.account(entry).push_connected)
    await home.keeps("lock", DOOR, "lock", "unlocked", seconds=0.4)
    assert home.cloud.requests.count("get_subscriber") == 0


async def test_change_soon_after_connecting_is_no_evidence(
    home: Home, pace: Callable[..., None]
) -> None:
    """Clocks differ, and a stream may need its time: that is left a margin."""
    pace(unheard=timedelta(seconds=30))
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.lose_messages()
    await home.cloud.hands.unlock(door)
    home.coordinator(entry, DOOR).async_read_soon()
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.keeps("lock", DOOR, "lock", "unlocked", seconds=0.4)
    assert home.cloud.requests.count("get_subscriber") == 0


async def test_token_rotation_without_a_gap(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """A token that REST renewed is the stream's soon; nothing is missed or told twice."""
    caplog.set_level(logging.INFO)
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    (old,) = home.cloud.sockets
    told: list[bool] = []
    home.account(entry).push.async_listen(
        lambda: told.append(home.account(entry).push_connected)
    )
    home.cloud.faults.expire_tokens()
    home.coordinator(entry, DOOR).async_read_soon()
    await home.until(lambda: len(home.cloud.sockets) == 2)
    # While there are two of them a change counts once.
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.until(
        lambda: len(home.cloud.sockets) == 1 and old not in home.cloud.sockets
    )
    await home.cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")
    assert home.cloud.requests.count("create_subscriber") == 1
    assert told == [True]
    assert "Push is" not in caplog.text


async def test_login_that_is_over_for_a_while(
    home: Home, pace: Callable[..., None]
) -> None:
    """The stream tries again by itself: it was the cloud that was mistaken."""
    pace(login=timedelta(seconds=0.2), push=replace(QUICK_PUSH, first=0.1))
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    refused = home.cloud.faults.add("create_subscriber", Fail(401), times=None)
    home.cloud.faults.forget_subscribers()
    fault = home.cloud.faults.add("get_subscriber", Fail(401), times=None)
    home.cloud.faults.add("socket", Fail(401), times=2)
    await home.cloud.faults.drop_sockets()
    await home.until(lambda: home.cloud.requests.count("get_subscriber") >= 2)
    assert not home.account(entry).push_connected
    home.cloud.faults.remove(fault)
    home.cloud.faults.remove(refused)
    await home.until(lambda: home.account(entry).push_connected)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")


async def test_leftover_that_does_not_go(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    """It is remembered for as long as it takes, and so is a second one."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    fault = home.cloud.faults.add("delete_subscriber", Fail(503, "html"), times=None)
    left = list(home.cloud.subscribers)
    for _ in range(2):
        await home.hass.config_entries.async_reload(entry.entry_id)
        await home.hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    await home.hass.config_entries.async_unload(entry.entry_id)
    left = list(home.cloud.subscribers)
    assert len(left) == 3
    stored = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]
    assert set(stored["subscribers"]) == {one.subscriber_id for one in left}
    home.cloud.faults.remove(fault)
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.until(lambda: len(home.cloud.subscribers) == 1)
    assert home.cloud.subscribers[0] not in left


async def test_figures(home: Home) -> None:
    """How push stands and has done, and no id in it."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    push = home.account(entry).push
    assert push.figures()["heard_at"] is None
    await home.cloud.faults.disconnect_namespace()
    await home.when(lambda: not push.connected)
    assert push.figures()["connected"] is False
    await home.until(lambda: push.connected)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    # A read may have been quicker to show it.
    await home.until(lambda: push.figures()["heard_at"] is not None)
    figures = push.figures()
    assert figures["reconnects"] == 1
    assert figures["replaced_subscribers"] == 0
    assert figures["refused"] is False
    assert isinstance(figures["connected_at"], str)
    assert isinstance(figures["heard_at"], str)
    assert figures["connected_at"] < figures["heard_at"]
    text = json.dumps(figures)
    assert home.cloud.subscribers[0].subscriber_id not in text
    assert door.lock_id not in text
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert push.figures()["connected"] is False
