"""How often locks are read, with push and without it, and what is read when it comes back."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import logging

from homeassistant.util import dt as dt_util
import pytest

from .home import Home
from .simulator import Fail, Slow

DOOR = "Front Door"


async def test_lost_message_is_healed_by_reconcile(
    home: Home, pace: Callable[..., None]
) -> None:
    """A slow read while connected finds what a lost message would have told."""
    pace(reconcile=timedelta(seconds=1))
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    home.cloud.faults.lose_messages()
    await home.cloud.hands.unlock(door)
    await home.keeps("lock", DOOR, "lock", "locked", seconds=0.05)
    await home.shows("lock", DOOR, "lock", "unlocked")


async def test_messages_do_not_starve_reconcile(
    home: Home, pace: Callable[..., None]
) -> None:
    """However often the cloud sends, what only a read tells is read."""
    # Home Assistant counts an interval from the whole second before: shorter ones do not starve.
    pace(reconcile=timedelta(seconds=1.3))
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    # The first may come with what is read because push has just connected.
    for level in (42, 31):
        await home.cloud.hands.set_battery(door, level / 100)
        async with asyncio.timeout(6):
            while home.state("sensor", DOOR, "battery") != str(level):
                await home.say(DOOR, lockAction="locked")
                await asyncio.sleep(0.005)


@pytest.mark.parametrize("fault", ["drop", "kick"])
async def test_reconnects_and_reads_again(home: Home, fault: str) -> None:
    """After a lost connection, and after the server's last word, all is read anew."""
    doors = [home.cloud.add_lock(name=DOOR), home.cloud.add_lock(name="Back Door")]
    entry = await home.set_up()
    account = home.account(entry)
    assert account.push_connected
    subscribers = home.cloud.subscribers

    def interval() -> timedelta:
        found = home.coordinator(entry, DOOR).update_interval
        assert found is not None
        return found

    before = len(home.cloud.requests)
    for door in doors:
        home.cloud.faults.lose_messages(lock=door)
        await home.cloud.hands.unlock(door)
    if fault == "drop":
        await home.cloud.faults.drop_sockets()
    else:
        await home.cloud.faults.disconnect_namespace()
    await home.until(lambda: not account.push_connected)
    assert interval() < timedelta(minutes=5)
    await home.until(lambda: account.push_connected)
    for door in doors:
        await home.shows("lock", door.name, "lock", "unlocked")
        assert home.reads(door.name, since=before) == ["get_lock"]
    assert interval() > timedelta(minutes=15)
    assert home.cloud.subscribers == subscribers
    await home.cloud.hands.lock(doors[0])
    await home.shows("lock", DOOR, "lock", "locked")


async def test_polls_while_push_is_down(home: Home, pace: Callable[..., None]) -> None:
    """Without push the state follows by polling, and the failed stream hurts nobody."""
    pace(
        poll=timedelta(seconds=0.3),
        poll_share=timedelta(),
        connect=timedelta(seconds=0.1),
    )
    home.cloud.faults.add("socket", Fail(503, "html"), times=None)
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    assert home.state("lock", DOOR, "lock") == "locked"
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")


async def test_reads_again_though_the_clock_was_set_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read of before seems to be of a time to come, and is not one since push is back."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.keeps_still()
    utcnow, before = dt_util.utcnow, len(home.cloud.requests)
    monkeypatch.setattr(dt_util, "utcnow", lambda: utcnow() - timedelta(hours=1))
    await home.cloud.faults.drop_sockets()
    await home.until(lambda: not home.account(entry).push_connected)
    await home.until(lambda: home.reads(DOOR, since=before) != [])


async def test_polls_when_push_is_lost(home: Home, pace: Callable[..., None]) -> None:
    """The faster pace begins when push is lost, not when the slow one is over."""
    pace(poll=timedelta(seconds=0.3), poll_share=timedelta())
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    home.cloud.faults.add("socket", Fail(503, "html"), times=None)
    await home.cloud.faults.drop_sockets()
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")


async def test_message_between_connecting_and_reading(
    home: Home, pace: Callable[..., None]
) -> None:
    """Push that connects late has missed nothing: what was read before is read again."""
    pace(connect=timedelta(seconds=0.1))
    home.cloud.faults.add("socket", Fail(503, "html"), times=1)
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    assert not home.account(entry).push_connected
    await home.cloud.hands.unlock(door)
    await home.keeps("lock", DOOR, "lock", "locked", seconds=0.05)
    await home.until(lambda: home.account(entry).push_connected)
    await home.shows("lock", DOOR, "lock", "unlocked")


async def test_push_that_connects_in_the_middle_of_the_first_read(
    home: Home, pace: Callable[..., None]
) -> None:
    """A lock that was asked for before push was there is read once more."""
    pace(connect=timedelta(seconds=0.05))
    home.cloud.add_lock(name=DOOR)
    home.cloud.faults.add("socket", Slow(0.2))
    home.cloud.faults.add("get_lock", Slow(0.4))
    entry = await home.set_up()
    assert home.account(entry).push_connected
    await home.when(lambda: home.reads(DOOR) == ["get_lock"] * 2)


async def test_login_that_ends_while_push_is_away(home: Home) -> None:
    """The stream cannot come back without a login: a new one is asked for."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.revoke_logins()
    await home.cloud.faults.drop_sockets()
    await home.when(
        lambda: bool(list(entry.async_get_active_flows(home.hass, {"reauth"})))
    )
    assert not home.account(entry).push_connected
    assert home.state("lock", DOOR, "lock") == "locked"
    home.cloud.push.subscribers.clear()


async def test_key_without_the_right_to_push(
    home: Home, pace: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    """The key may not push: said once, then polled; set-up does not wait."""
    pace(
        poll=timedelta(seconds=0.3),
        poll_share=timedelta(),
        connect=timedelta(seconds=30),
    )
    home.cloud.key().endpoints.remove("create_subscriber")
    door = home.cloud.add_lock(name=DOOR)
    caplog.set_level(logging.INFO)
    await home.set_up()
    assert caplog.text.count("no right to push") == 1
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert home.cloud.requests.count("create_subscriber") == 1
