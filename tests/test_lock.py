"""The lock entity, through the whole chain to the simulated bolt."""

from .home import Home


async def test_lock_and_unlock(home: Home) -> None:
    """The bolt moves once a command, and the state follows by push."""
    home.cloud.add_lock("connect", name="Front Door")
    await home.set_up()
    assert home.state("lock", "Front Door", "lock") == "locked"

    before = len(home.cloud.requests)
    await home.act("unlock", "Front Door")
    assert home.state("lock", "Front Door", "lock") == "unlocked"
    await home.act("lock", "Front Door")
    assert home.state("lock", "Front Door", "lock") == "locked"

    assert [movement.kind for movement in home.cloud.record] == ["unlocked", "locked"]
    assert home.cloud.requests.counts(since=before) == {"remote_operate": 2}
