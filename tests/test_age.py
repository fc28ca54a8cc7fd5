"""What nobody confirms grows old; a read that fails changes nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from custom_components.yale_august.knowledge.readings import Trust

from .home import Home
from .simulator import Fail

DOOR = "Front Door"


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
