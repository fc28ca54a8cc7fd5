"""What the cloud sends by itself: every word, and everything that may go wrong with it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
import logging

from homeassistant.util import dt as dt_util
import pytest

from custom_components.yale_august.knowledge.readings import Trust

from .home import Home
from .simulator import Fail, Lock, Slow
from .simulator.words import Bolt

DOOR = "Front Door"

BOLT_WORDS = {
    "locked": "locked",
    "kAugLockState_Locked": "locked",
    "unlocked": "unlocked",
    "kAugLockState_Unlocked": "unlocked",
    "unlatched": "open",
    "kAugLockState_Unlatched": "open",
    "locking": "locking",
    "kAugLockState_Locking": "locking",
    "unlocking": "unlocking",
    "kAugLockState_Unlocking": "unlocking",
    "unlatching": "opening",
    "kAugLockState_Unlatching": "opening",
    "securemode": "locked",
    "kAugLockState_Securemode": "locked",
    "kAugLockState_SecureMode": "locked",
    "secure": "locked",
    "shabbatmode": "unknown",
    "kAugLockState_Shabbatmode": "unknown",
    "unknown": "unknown",
    "unknown_error_during_connect": "unknown",
    "unknown_anything": "unknown",
    "kAugLockState_Unknown": "unknown",
    "kAugLockState_UnknownStaticPosition": "jammed",
    "not-advertising": "unknown",
    "invalid": "unknown",
    "lock": "locked",
    "unlock": "unlocked",
    "unlatch": "open",
    "FAILED_BRIDGE_ERROR_LOCK_JAMMED": "jammed",
    "LOCKED": "locked",
    "a word of next year": "unknown",
}
"""Reference 7.1: the word, and what the lock shows."""

DOOR_WORDS = {
    "closed": ("off", "closed"),
    "kAugDoorState_Closed": ("off", "closed"),
    "kAugLockDoorState_Closed": ("off", "closed"),
    "open": ("on", "open"),
    "kAugDoorState_Open": ("on", "open"),
    "kAugLockDoorState_Open": ("on", "open"),
    "kAugDoorState_Ajar": ("on", "open"),
    "init": ("unknown", "not_calibrated"),
    "kAugDoorState_Init": ("unknown", "not_calibrated"),
    "unknown": ("unknown", "unknown"),
    "kAugDoorState_Unknown": ("unknown", "unknown"),
    "a word of next year": ("unknown", "unknown"),
}
"""Reference 7.2: the word, and what the two door entities show."""


@pytest.mark.parametrize("field", ["lockAction", "status"])
async def test_every_word_of_the_bolt(home: Home, field: str) -> None:
    """Each word is shown as the reference says; one nobody knows is unknown."""
    home.cloud.add_lock("unlatch", name=DOOR)
    await home.set_up()
    for word, state in BOLT_WORDS.items():
        other = "unlocked" if state == "locked" else "locked"
        await home.say(DOOR, lockAction=other)
        await home.shows("lock", DOOR, "lock", other)
        await home.say(DOOR, **{field: word})
        await home.shows("lock", DOOR, "lock", state)


async def test_every_word_of_the_door(home: Home) -> None:
    """Each word is shown as the reference says."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    for word, (door, state) in DOOR_WORDS.items():
        other = "closed" if state == "open" else "open"
        await home.say(DOOR, lockAction="DoorStateChanged", doorState=other)
        await home.shows("sensor", DOOR, "door_state", other)
        await home.say(DOOR, lockAction="DoorStateChanged", doorState=word)
        await home.shows("sensor", DOOR, "door_state", state)
        assert home.state("binary_sensor", DOOR, "door") == door
        assert home.state("lock", DOOR, "lock") == "locked"


async def test_by_hand(home: Home) -> None:
    """Bolt and door turned by hand are followed at once, without a read."""
    door = home.cloud.add_lock("unlatch", name=DOOR)
    await home.set_up()
    before = len(home.cloud.requests)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.cloud.hands.open_door(door)
    await home.shows("binary_sensor", DOOR, "door", "on")
    await home.cloud.hands.unlatch(door)
    await home.shows("lock", DOOR, "lock", "open")
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.cloud.hands.close_door(door)
    await home.shows("binary_sensor", DOOR, "door", "off")
    await home.cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")
    assert home.cloud.requests.counts(since=before) == {}


async def test_message_wakes_one_lock_only(home: Home) -> None:
    """The cost of a message does not depend on how many locks there are."""
    home.cloud.add_lock(name=DOOR)
    home.cloud.add_lock(name="Back Door")
    entry = await home.set_up()
    woken: list[str] = []
    for name in (DOOR, "Back Door"):
        home.coordinator(entry, name).async_add_listener(partial(woken.append, name))
    await home.say(DOOR, lockAction="unlocked")
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert set(woken) == {DOOR}


async def test_who_did_it(home: Home) -> None:
    """The name of a person, the word for nobody, and nothing of a stranger."""
    door = home.cloud.add_lock(name=DOOR)
    guest = home.cloud.world.add_user("Gustav", "Guest", email="guest@example.com")
    home.cloud.share(door, guest)
    await home.set_up()

    def changed_by() -> object:
        state = home.find("lock", DOOR, "lock")
        assert state is not None
        return state.attributes.get("changed_by")

    assert changed_by() is None
    for caller, name in (
        (guest.user_id, "Gustav Guest"),
        ("manuallock", "Manual"),
        ("ManualUnlatch", "Manual"),
        ("autorelock", "Auto-lock"),
        ("11111111-2222-4333-8444-555555555555", None),
    ):
        await home.say(DOOR, lockAction="unlocked", callingUserID=caller)
        await home.shows("lock", DOOR, "lock", "unlocked")
        await home.until(partial(lambda name: changed_by() == name, name))
        # The second message of the same movement does not say who.
        await home.say(DOOR, lockAction="locked")
        await home.shows("lock", DOOR, "lock", "locked")
        assert changed_by() == name


async def test_answer_to_a_question_names_nobody(home: Home) -> None:
    """Who asked for the state has not turned the key."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    await home.say(DOOR, lockAction="unlocked", callingUserID="manualunlock")
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.say(
        DOOR,
        lockAction="locked",
        callingUserID=home.cloud.owner.user_id,
        info={"action": "status"},
    )
    state = await home.shows("lock", DOOR, "lock", "locked")
    assert state.attributes["changed_by"] == "Manual"


async def test_movement_that_nobody_saw_names_nobody(home: Home) -> None:
    """A read that finds another state does not know who it was."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.say(DOOR, lockAction="unlocked", callingUserID="manualunlock")
    await home.shows("lock", DOOR, "lock", "unlocked")
    home.cloud.faults.lose_messages()
    await home.cloud.hands.lock(door)
    home.coordinator(entry, DOOR).async_read_soon()
    state = await home.shows("lock", DOOR, "lock", "locked")
    assert "changed_by" not in state.attributes


async def test_message_with_its_own_time(home: Home) -> None:
    """A late message that tells its time is recognised as old."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.options.push_timestamps = True
    await home.set_up()
    home.cloud.faults.shuffle_messages(2)
    await home.cloud.hands.unlock(door)
    await home.cloud.hands.lock(door)
    await home.keeps("lock", DOOR, "lock", "locked")
    assert [message["lockAction"] for message in home.cloud.push.sent] == [
        "locked",
        "unlocked",
    ]


async def test_cloud_whose_clock_is_behind(home: Home) -> None:
    """A later event is later, although the cloud tells an earlier time."""
    home.cloud.faults.set_clock(timedelta(minutes=-90))
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    # More than the half second by which the cloud's clock can be told.
    await asyncio.sleep(0.6)
    home.cloud.faults.lose_messages()
    await home.cloud.hands.lock(door)
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.state("lock", DOOR, "lock") == "locked"
    assert home.commands() == []


async def test_cloud_whose_clock_is_ahead(home: Home) -> None:
    """A stale cache does not overturn a message, although it tells a later time."""
    home.cloud.faults.set_clock(timedelta(minutes=90))
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await asyncio.sleep(0.6)
    home.cloud.faults.stale_cache(door)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.state("lock", DOOR, "lock") == "unlocked"


async def test_doubled_messages(home: Home) -> None:
    """A message that comes twice counts once."""
    door = home.cloud.add_lock(name=DOOR)
    await home.set_up()
    home.cloud.faults.double_messages(None)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")
    await home.keeps("lock", DOOR, "lock", "locked")


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


async def test_late_message_without_a_time_is_healed(home: Home) -> None:
    """A read that contradicts it is repeated, then the lock itself is asked: once."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.delay_messages(0.2)
    await home.cloud.hands.unlock(door)
    await home.cloud.hands.lock(door)
    # The message of the unlocking arrives last and wins.
    await home.shows("lock", DOOR, "lock", "unlocked")
    before = len(home.cloud.requests)
    home.coordinator(entry, DOOR).async_read_soon()
    await home.shows("lock", DOOR, "lock", "locked")
    assert home.commands(since=before) == ["status"]
    assert home.reads(DOOR, since=before) == ["get_lock"] * 2
    assert home.cloud.record[-1].kind is Bolt.LOCKED


async def test_stale_cache_does_not_overturn_a_message(home: Home) -> None:
    """The cache says locked and the door is open: unlocked is shown all the time."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.stale_cache(door)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    before = len(home.cloud.requests)
    home.coordinator(entry, DOOR).async_read_soon()
    await home.keeps("lock", DOOR, "lock", "unlocked", seconds=0.7)
    assert home.commands(since=before) == ["status"]
    # The lock has been asked not long ago: from now on the cache is only read.
    before = len(home.cloud.requests)
    await home.cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    home.coordinator(entry, DOOR).async_read_soon()
    await home.keeps("lock", DOOR, "lock", "unlocked", seconds=0.7)
    assert home.commands(since=before) == []
    assert home.reads(DOOR, since=before) == ["get_lock"] * 2


async def test_lock_that_cannot_be_asked(home: Home) -> None:
    """Where the lock does not answer, the message counts on; it is not asked again and again."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.stale_cache(door)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    home.cloud.faults.add("remote_operate", Fail(408), times=None)
    for _ in range(3):
        home.coordinator(entry, DOOR).async_read_soon()
        await home.keeps("lock", DOOR, "lock", "unlocked", seconds=0.35)
    assert home.commands() == ["status"]


async def test_stale_cache_of_the_door_alone(home: Home) -> None:
    """A dispute about the door ends as one about the bolt does, not in reading for ever."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.stale_cache(door)
    await home.cloud.hands.open_door(door)
    await home.shows("binary_sensor", DOOR, "door", "on")
    before = len(home.cloud.requests)
    home.coordinator(entry, DOOR).async_read_soon()
    await home.keeps("binary_sensor", DOOR, "door", "on", seconds=1.2)
    assert home.commands(since=before) == ["status"]
    assert home.reads(DOOR, since=before) == ["get_lock"] * 2


@pytest.mark.parametrize("told_by", ["read", "message"])
async def test_bridge_comes_back_and_nothing_tells(
    home: Home, door: Lock, pace: Callable[..., None], told_by: str
) -> None:
    """For a while the lock is read more often; a bridge that stays away is left alone."""
    pace(poll=timedelta(seconds=0.3), poll_share=timedelta())
    entry = await home.set_up()
    account = home.account(entry)
    lock, hands = home.coordinator(entry, DOOR), home.cloud.hands

    def patient() -> bool:
        return (lock.update_interval or timedelta()) > timedelta(minutes=15)

    assert patient()
    await hands.set_bridge(door, online=False)
    if told_by == "read":
        await lock.async_refresh()
    else:
        await home.say(DOOR, status="associated_bridge_offline")
    await home.shows("lock", DOOR, "lock", "unknown")
    assert not patient()
    await hands.set_bridge(door, online=True)
    await home.shows("lock", DOOR, "lock", "locked")
    assert patient()
    account.pace = replace(account.pace, return_of_bridge=timedelta(seconds=0.5))
    await hands.set_bridge(door, online=False)
    await lock.async_refresh()
    await home.until(patient)
    await home.shows("lock", DOOR, "lock", "unknown")


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


async def test_bridge_that_goes_and_comes(home: Home) -> None:
    """Without its bridge a lock's state is unknown; it is read again when it is back."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.options.push_bridge_events = True
    await home.set_up()
    await home.cloud.faults.bridge_offline(door)
    await home.shows("binary_sensor", DOOR, "connectivity", "off")
    assert home.state("lock", DOOR, "lock") == "unknown"
    assert home.state("binary_sensor", DOOR, "door") == "unknown"
    # Turned by hand meanwhile, and the message of it is lost.
    await home.cloud.hands.unlock(door)
    before = len(home.cloud.requests)
    assert door.bridge is not None
    door.bridge.link.online = True
    door.learn(home.cloud.clock.now())
    await home.say(DOOR, status="associated_bridge_online")
    await home.shows("binary_sensor", DOOR, "connectivity", "on")
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert home.reads(DOOR, since=before) == ["get_lock"]


async def test_nothing_is_known_of_the_time_without_a_bridge(home: Home) -> None:
    """A bridge that is back does not vouch for what was known before it went."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.options.push_bridge_events = True
    entry = await home.set_up()
    await home.cloud.faults.bridge_offline(door)
    await home.shows("lock", DOOR, "lock", "unknown")
    # The cloud remembers the lock that it cannot reach: that is no news.
    await home.coordinator(entry, DOOR).async_refresh()
    home.cloud.faults.add("get_lock", Fail(503, "html"), times=None)
    await home.say(DOOR, status="associated_bridge_online")
    await home.shows("binary_sensor", DOOR, "connectivity", "on")
    await home.keeps("lock", DOOR, "lock", "unknown")
    assert home.state("binary_sensor", DOOR, "door") == "unknown"
    await home.say(DOOR, lockAction="locked")
    await home.shows("lock", DOOR, "lock", "locked")


async def test_message_while_a_read_is_under_way(home: Home) -> None:
    """What was asked for before a message came does not say more about the bridge."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.malform(door, "Bridge.status.current", "offline")
    home.cloud.faults.add("get_lock", Slow(0.2))
    home.coordinator(entry, DOOR).async_read_soon()
    await home.when(lambda: home.reads(DOOR) == ["get_lock"] * 2)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.keeps("binary_sensor", DOOR, "connectivity", "on", seconds=0.4)
    assert home.state("lock", DOOR, "lock") == "unlocked"


async def test_answer_from_a_cache_is_no_sign_of_the_bridge(home: Home) -> None:
    """Who asks the lock and gets what the cloud remembers has not reached it."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.options.push_bridge_events = True
    await home.set_up()
    await home.cloud.faults.bridge_offline(door)
    await home.shows("binary_sensor", DOOR, "connectivity", "off")
    remembered = {
        "status": "kAugLockState_Locked",
        "doorState": "kAugDoorState_Closed",
        "resultsFromOperationCache": True,
        "info": {"action": "status"},
    }
    home.cloud.faults.add("remote_operate", Fail(200, remembered))
    await home.press(DOOR, "status")
    assert home.state("binary_sensor", DOOR, "connectivity") == "off"
    assert home.state("lock", DOOR, "lock") == "unknown"
    assert home.state("binary_sensor", DOOR, "door") == "unknown"


@pytest.mark.parametrize("word", ["unknown", "not-advertising", "next year's word"])
async def test_unknown_is_no_sign_of_the_bridge(home: Home, word: str) -> None:
    """A message that the bridge cannot reach the lock does not say that it is online."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.options.push_bridge_events = True
    await home.set_up()
    await home.cloud.faults.bridge_offline(door)
    await home.shows("binary_sensor", DOOR, "connectivity", "off")
    await home.say(DOOR, lockAction=word)
    await home.keeps("binary_sensor", DOOR, "connectivity", "off")
    assert door.bridge is not None
    door.bridge.link.online = True
    await home.say(DOOR, lockAction="locked")
    await home.shows("binary_sensor", DOOR, "connectivity", "on")
    await home.shows("lock", DOOR, "lock", "locked")


async def test_message_for_an_unknown_lock(home: Home) -> None:
    """A message about a lock that nobody knows, or about none, changes nothing."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    before = len(home.cloud.requests)
    await home.cloud.push.send_raw({"lockID": "F" * 32, "lockAction": "unlocked"})
    await home.cloud.push.send_raw({"lockAction": "unlocked"})
    await home.keeps("lock", DOOR, "lock", "locked")
    assert home.cloud.requests.counts(since=before) == {}


MALFORMED: list[object] = [
    None,
    [],
    "unlocked",
    7,
    True,
    {},
    {"lockID": None, "lockAction": "unlocked"},
    {"lockID": ["x"], "lockAction": "unlocked"},
]
OF_THE_LOCK: list[dict[str, object]] = [
    {},
    {"lockAction": None},
    {"lockAction": ""},
    {"callingUserID": "manualunlock"},
    {"info": "text"},
    {"result": "failed"},
    {"result": "failed", "error": "text"},
    {"result": "failed", "error": {"statusCode": "x", "restCode": [], "name": 7}},
    {"lockAction": "associated_bridge_online"},
]
DOUBTFUL: list[dict[str, object]] = [
    {"lockAction": 7},
    {"lockAction": ["unlocked"]},
    {"lockAction": {"state": "unlocked"}},
    {"lockAction": True, "doorState": 3},
    {"lockAction": "locked", "status": "unlocked"},
]


async def test_malformed_messages(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """Nonsense raises nothing, changes nothing, and the next message counts."""
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    for message in MALFORMED:
        await home.cloud.push.send_raw(message)
    for fields in OF_THE_LOCK:
        await home.say(DOOR, **fields)
    await home.keeps("lock", DOOR, "lock", "locked")
    assert home.state("binary_sensor", DOOR, "door") == "off"
    for fields in DOUBTFUL:
        await home.say(DOOR, **fields)
        await home.shows("lock", DOOR, "lock", "unknown")
        await home.say(DOOR, lockAction="unlocked", timeStamp="soon", info=[])
        await home.shows("lock", DOOR, "lock", "unlocked")
    await home.say(DOOR, lockAction="locked", doorState={"open": True})
    await home.shows("lock", DOOR, "lock", "locked")
    assert home.state("binary_sensor", DOOR, "door") == "unknown"
    assert not [
        record
        for record in caplog.records
        if record.exc_info or record.levelno >= logging.ERROR
    ]


async def test_state_that_nobody_confirms_grows_old(
    home: Home, pace: Callable[..., None]
) -> None:
    """After T1 without a word a state is unknown; the lock stays operable."""
    pace(trust=Trust(rest=timedelta(seconds=0.6), moving=timedelta(seconds=0.3)))
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    await home.say(DOOR, lockAction="locked", doorState="closed")
    home.cloud.faults.add("get_lock", Fail(503, "html"), times=None)
    await home.shows("lock", DOOR, "lock", "unknown")
    assert home.state("binary_sensor", DOOR, "door") == "unknown"
    await home.say(DOOR, lockAction="locking")
    await home.shows("lock", DOOR, "lock", "locking")
    await home.shows("lock", DOOR, "lock", "unknown", seconds=0.5)
    await home.act("unlock", DOOR)
    assert home.state("lock", DOOR, "lock") == "unlocked"


async def test_state_that_grows_old_is_read_again(
    home: Home, pace: Callable[..., None]
) -> None:
    """Before a state is given up the cloud is asked whether it still stands by it."""
    pace(trust=Trust(rest=timedelta(seconds=0.5), moving=timedelta(seconds=0.3)))
    home.cloud.add_lock(name=DOOR)
    await home.set_up()
    before = len(home.cloud.requests)
    await home.until(lambda: len(home.reads(DOOR, since=before)) > 1)
    await home.shows("lock", DOOR, "lock", "locked")


async def test_failed_poll_changes_nothing(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """While nothing is too old, a cloud that cannot be read takes nothing away."""
    home.cloud.add_lock(name=DOOR)
    home.cloud.add_lock(name="Back Door")
    entry = await home.set_up()
    fault = home.cloud.faults.add("*", Fail(503, "html"), times=None)
    for _ in range(2):
        for name in (DOOR, "Back Door"):
            await home.coordinator(entry, name).async_refresh()
        await home.account(entry).roster.async_refresh()
    assert home.state("lock", DOOR, "lock") == "locked"
    assert home.state("sensor", DOOR, "battery") == "88"
    assert caplog.text.count("The cloud cannot be read") == 1
    assert "can be read again" not in caplog.text
    home.cloud.faults.remove(fault)
    for _ in range(2):
        for name in (DOOR, "Back Door"):
            await home.coordinator(entry, name).async_refresh()
        await home.account(entry).roster.async_refresh()
    assert caplog.text.count("The cloud cannot be read") == 1
    assert caplog.text.count("can be read again") == 1


async def test_lock_that_cannot_be_read_is_told_of_once(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """Among locks that can be read one that cannot fills no log."""
    home.cloud.add_lock(name=DOOR)
    back = home.cloud.add_lock(name="Back Door")
    entry = await home.set_up()
    home.cloud.faults.add("get_lock", Fail(500), times=3, lock=back)
    for _ in range(3):
        for name in ("Back Door", DOOR):
            await home.coordinator(entry, name).async_refresh()
    assert caplog.text.count("The cloud cannot be read") == 1
    assert "can be read again" not in caplog.text
    await home.coordinator(entry, "Back Door").async_refresh()
    assert caplog.text.count("can be read again") == 1
