"""What the cloud sends by itself: every word, and everything that may go wrong with it."""

import asyncio
from datetime import timedelta
from functools import partial
import logging

import pytest

from .home import Home
from .simulator import Fail, Slow
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
        await home.say(DOOR, lockAction="unlocking", callingUserID=caller)
        await home.shows("lock", DOOR, "lock", "unlocking")
        await home.until(partial(lambda name: changed_by() == name, name))
        # The second message of the same movement does not say who.
        await home.say(DOOR, lockAction="unlocked")
        await home.shows("lock", DOOR, "lock", "unlocked")
        assert changed_by() == name
        # The first one of another does not say that it was the same person.
        await home.say(DOOR, lockAction="locked")
        await home.shows("lock", DOOR, "lock", "locked")
        assert changed_by() is None


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
    assert "changed_by" not in state.attributes


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
