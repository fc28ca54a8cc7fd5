"""What a person sees when the cloud's clock is wrong for a while."""

from datetime import timedelta

from .home import Home

DOOR = "Front Door"


async def test_one_answer_with_a_wrong_date(home: Home) -> None:
    """A message of now is not taken for one of the past."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.options.push_timestamps = True
    entry = await home.set_up()
    home.cloud.faults.set_clock(timedelta(hours=2))
    await home.account(entry).client.get_locks()
    home.cloud.faults.set_clock(timedelta())
    before = len(home.cloud.requests)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert home.reads(DOOR, since=before) == []


async def test_clock_that_was_wrong_from_the_beginning(home: Home) -> None:
    """A message that seems to be old is looked after at once."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.options.push_timestamps = True
    home.cloud.faults.set_clock(timedelta(hours=2))
    await home.set_up()
    home.cloud.faults.set_clock(timedelta())
    await home.keeps("lock", DOOR, "lock", "locked")
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")


async def test_jump_is_looked_after(home: Home) -> None:
    """The read that meets another time is followed by a second one, not by more."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    lock = home.coordinator(entry, DOOR)
    before = len(home.cloud.requests)
    home.cloud.faults.set_clock(timedelta(hours=-2))
    await lock.async_refresh()
    await home.until(
        lambda: home.account(entry).clock_offset < -timedelta(hours=1, minutes=59)
    )
    await home.keeps_still()
    assert home.reads(DOOR, since=before) == ["get_lock", "get_lock"]


async def test_date_that_cannot_be(home: Home) -> None:
    """A proxy without a clock, or one of the year 9926: times of the cloud are taken as they are."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.options.push_timestamps = True
    home.cloud.faults.set_clock(timedelta(days=365 * 7900))
    entry = await home.set_up()
    assert home.state("lock", DOOR, "lock") == "locked"
    assert home.account(entry).clock_offset == timedelta()
    home.cloud.faults.set_clock(timedelta())
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
