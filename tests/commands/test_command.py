"""Commands that are confirmed, and by what."""

from collections.abc import Callable
from datetime import timedelta
import json
from typing import Any

import pytest

from tests.doors import DOOR, no_push, operate, puts, refused, stands
from tests.home import Home
from tests.simulator import Fail
from tests.simulator.lock import Lock
from tests.simulator.words import Bolt, Cause


@pytest.mark.parametrize(
    ("start", "action", "command", "moving", "state", "bolt"),
    [
        (Bolt.UNLOCKED, "lock", "lock", "locking", "locked", Bolt.LOCKED),
        (Bolt.LOCKED, "unlock", "unlock", "unlocking", "unlocked", Bolt.UNLOCKED),
        (Bolt.LOCKED, "open", "unlatch", "opening", "open", Bolt.UNLATCHED),
        (Bolt.UNLOCKED, "open", "unlatch", "opening", "open", Bolt.UNLATCHED),
    ],
)
async def test_confirmed_by_push(
    home: Home,
    door: Lock,
    start: Bolt,
    action: str,
    command: str,
    moving: str,
    state: str,
    bolt: Bolt,
) -> None:
    """One asynchronous PUT, the movement shown at once, the end by push; nothing is read."""
    stands(home, door, start)
    await home.set_up()
    before = len(home.cloud.requests)
    shown: list[str] = []
    entity_id = home.entity_id("lock", DOOR, "lock")
    home.hass.bus.async_listen(
        "state_changed",
        lambda event: (
            shown.append(event.data["new_state"].state)
            if event.data["entity_id"] == entity_id
            else None
        ),
    )
    await operate(home, action)
    assert home.state("lock", DOOR, "lock") == state
    assert [moved.kind for moved in home.cloud.record] == [bolt]
    assert home.cloud.record[0].cause is Cause.REMOTE
    assert home.cloud.requests.counts(since=before) == {"remote_operate": 1}
    (put,) = puts(home)
    assert put.path.endswith(f"/{command}")
    assert put.query["type"] == "async"
    assert put.query["retryLimit"] == "1"
    assert put.query["connection"] == "persistent"
    await home.hass.async_block_till_done()
    changes = [
        now for last, now in zip(["", *shown], shown, strict=False) if last != now
    ]
    assert changes == [moving, state]
    found = home.find("lock", DOOR, "lock")
    assert found is not None
    assert found.attributes["changed_by"] == "Olivia Owner"


async def test_old_bridge_is_not_asked_for_a_persistent_connection(home: Home) -> None:
    """Only a bridge that can keeps the connection open."""
    home.cloud.add_lock("connect_v2", name=DOOR)
    await home.set_up()
    await operate(home, "unlock")
    (put,) = puts(home)
    assert "connection" not in put.query


@pytest.mark.parametrize("action", ["lock", "unlock", "open"])
async def test_synchronous_while_push_is_down(
    home: Home, door: Lock, pace: Callable[..., None], action: str
) -> None:
    """Without push the answer to the command is the proof; nothing is read."""
    pace(connect=timedelta(seconds=0.05))
    stands(home, door, Bolt.UNLOCKED if action == "lock" else Bolt.LOCKED)
    await no_push(home)
    before = len(home.cloud.requests)
    await operate(home, action)
    expected = {"lock": "locked", "unlock": "unlocked", "open": "open"}[action]
    assert home.state("lock", DOOR, "lock") == expected
    (put,) = puts(home)
    assert put.query["type"] == "sync"
    assert put.query["retryLimit"] == "1"
    assert home.reads(DOOR, since=before) == []
    assert len(home.cloud.record) == 1


async def test_synchronous_answer_that_still_moves(
    home: Home, door: Lock, pace: Callable[..., None]
) -> None:
    """An answer may tell a movement: the end of it is read back."""
    pace(connect=timedelta(seconds=0.05))
    home.cloud.faults.malform(
        door, "status", "kAugLockState_Unlocking", place="operation"
    )
    await no_push(home)
    before = len(home.cloud.requests)
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert len(puts(home)) == 1
    assert home.reads(DOOR, since=before) == ["get_lock_status"]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "kAugLockState_Locked", "resultsFromOperationCache": True},
        {"status": "a word of next year"},
        {"nonsense": True},
        {},
        [],
        "text",
    ],
)
@pytest.mark.usefixtures("hurried")
async def test_answer_that_proves_nothing(
    home: Home, door: Lock, pace: Callable[..., None], answer: Any
) -> None:
    """An answer from a cache, or without a state that we know, is no proof of anything."""
    pace(connect=timedelta(seconds=0.05))
    stands(home, door, Bolt.UNLOCKED)
    await no_push(home)
    home.cloud.faults.add("remote_operate", Fail(200, json.dumps(answer)))
    with refused("unconfirmed"):
        await operate(home, "lock")
    assert home.state("lock", DOOR, "lock") == "unknown"
    assert len(puts(home)) == 1


async def test_where_nothing_will_change_the_lock_is_asked(
    home: Home, door: Lock
) -> None:
    """Locking what is locked brings no message: the synchronous answer proves it."""
    await home.set_up()
    home.cloud.faults.lose_messages(None)
    await operate(home, "lock")
    assert home.state("lock", DOOR, "lock") == "locked"
    (put,) = puts(home)
    assert put.query["type"] == "sync"
    assert home.cloud.record == ()


async def test_secured_lock_is_locked(home: Home) -> None:
    """A lock that answers with secure mode has locked."""
    door = home.cloud.add_lock("secure", name=DOOR)
    stands(home, door, Bolt.SECURE)
    await home.set_up()
    assert home.state("lock", DOOR, "lock") == "locked"
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"


async def test_read_back_after_a_lost_message(home: Home, door: Lock) -> None:
    """The cache confirms what the lost message would have told."""
    await home.set_up()
    home.cloud.faults.lose_messages(None)
    before = len(home.cloud.requests)
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert len(puts(home)) == 1
    assert home.reads(DOOR, since=before) == ["get_lock_status"]


@pytest.mark.usefixtures("hurried")
async def test_read_back_confirms_only_with_a_newer_time(
    home: Home, door: Lock
) -> None:
    """A cache that already said so before the command was sent proves nothing."""
    entry = await home.set_up()
    home.cloud.faults.stale_cache(door)
    # Unlocked by a message; the cache goes on saying locked, from before.
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    home.cloud.faults.add("remote_operate", Fail(202, "empty"))
    with refused("unconfirmed"):
        await operate(home, "lock")
    assert door.bolt is Bolt.UNLOCKED
    assert home.coordinator(entry, DOOR).settled_bolt is None
    assert home.commands().count("lock") == 1
    await home.shows("lock", DOOR, "lock", "unlocked")


@pytest.mark.usefixtures("hurried")
async def test_read_back_that_agrees_but_is_older_proves_nothing(
    home: Home, door: Lock
) -> None:
    """Locked was known before: that it still is says nothing of the command."""
    await home.set_up()
    home.cloud.faults.add("remote_operate", Fail(202, "empty"))
    before = len(home.cloud.requests)
    with refused("unconfirmed"):
        await operate(home, "lock")
    assert home.reads(DOOR, since=before)[:2] == ["get_lock_status"] * 2
    # The lock itself is asked in the end; the command is not sent again.
    await home.shows("lock", DOOR, "lock", "locked")
    assert home.commands().count("lock") == 1


@pytest.mark.usefixtures("hurried")
async def test_cached_answer_does_not_prove_that_the_door_opened(
    home: Home, door: Lock, pace: Callable[..., None]
) -> None:
    """A latch that sprang back before the answer is not the same as a cache."""
    pace(connect=timedelta(seconds=0.05))
    await no_push(home)
    cached = {"status": "kAugLockState_Unlocked", "resultsFromOperationCache": True}
    home.cloud.faults.add("remote_operate", Fail(200, json.dumps(cached)))
    with refused("unconfirmed"):
        await operate(home, "open")
    assert len(puts(home)) == 1


@pytest.mark.usefixtures("hurried")
async def test_read_back_without_a_time_proves_nothing(home: Home, door: Lock) -> None:
    """Nor does a cache that does not tell since when."""
    await home.set_up()
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    home.cloud.faults.add("remote_operate", Fail(202, "empty"))
    home.cloud.faults.malform(door, "dateTime", "soon", place="status")
    home.cloud.faults.malform(door, "status", "kAugLockState_Locked", place="status")
    with refused("unconfirmed"):
        await operate(home, "lock")
    assert home.commands().count("lock") == 1


async def test_late_message_confirms(home: Home, door: Lock) -> None:
    """A message that comes after a failed read-back still counts."""
    await home.set_up()
    home.cloud.faults.delay_messages(0.8, None)
    home.cloud.faults.add("get_lock_status", Fail(503, "html"), times=None)
    await operate(home, "unlock")
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert len(puts(home)) == 1
