"""One of each kind of fault in a Home Assistant that is booted, in time as it is."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
import logging

from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.home import Home
from tests.simulator import Bolt, Cause, Fail, Hang, Lock, Reset, Truncate
from tests.simulator.faults import Kind

DOOR = "Drawbridge"
SHOWN = {
    "locked": Bolt.LOCKED,
    "unlocked": Bolt.UNLOCKED,
    "open": Bolt.UNLATCHED,
    "jammed": Bolt.STUCK,
}


@dataclass(kw_only=True)
class Scene:
    """A lock that somebody operates while something goes wrong."""

    home: Home
    entry: MockConfigEntry
    door: Lock
    given: int = 0

    async def operate(self, action: str) -> bool:
        """Give a command; return whether it was confirmed."""
        self.given += 1
        try:
            await self.home.act(action, DOOR)
        except HomeAssistantError:
            return False
        return True

    def honest(self) -> None:
        """See that what is shown is so, or unknown; that each command was sent once."""
        shown = self.home.state("lock", DOOR, "lock")
        assert shown == "unknown" or SHOWN.get(shown) is self.door.bolt, shown
        remote = [
            moved for moved in self.home.cloud.record if moved.cause is Cause.REMOTE
        ]
        requests = [moved.request for moved in remote]
        assert len(requests) == len(set(requests))
        sent = [word for word in self.home.commands(DOOR) if word != "status"]
        assert len(remote) <= len(sent) == self.given

    async def heal(self) -> None:
        """Take the faults back: what is shown becomes true, what is asked is done."""
        home = self.home
        home.cloud.faults.clear()
        await home.cloud.settle()
        home.coordinator(self.entry, DOOR).async_read_soon()
        state = next(word for word, bolt in SHOWN.items() if bolt is self.door.bolt)
        await home.shows("lock", DOOR, "lock", state, seconds=5)
        action = "unlock" if self.door.bolt is Bolt.LOCKED else "lock"
        assert await self.operate(action)
        await home.cloud.settle()
        # What was sent need not be here yet.
        await home.shows("lock", DOOR, "lock", f"{action}ed", seconds=5)
        self.honest()
        assert SHOWN[home.state("lock", DOOR, "lock")] is self.door.bolt


@pytest.fixture
async def scene(home: Home, pace: Callable[..., None]) -> Scene:
    """Return a home with one lock."""
    pace(read_back=(timedelta(seconds=0.3), timedelta(seconds=0.6)))
    door = home.cloud.add_lock(name=DOOR, house="Quarrel")
    return Scene(home=home, entry=await home.set_up(), door=door)


ANSWERS: dict[str, Kind] = {
    "json": Fail(500),
    "html": Fail(503, "html"),
    "empty": Fail(560, "empty"),
    "reset before": Reset(),
    "reset after": Reset(acts=True),
    "truncated": Truncate(),
    "hangs": Hang(2),
    "hangs after": Hang(2, acts=True),
    "unknown token": Fail(401, "empty"),
}


@pytest.mark.parametrize("answer", ANSWERS)
async def test_answer_to_a_command(scene: Scene, answer: str) -> None:
    """Whatever comes back, the end is honest and the next command works."""
    scene.home.cloud.faults.add("remote_operate", ANSWERS[answer])
    confirmed = await scene.operate("unlock")
    if answer == "unknown token":
        # Refused before anything was done: sent again with a token that counts.
        scene.given += 1
    if confirmed:
        assert scene.door.bolt is Bolt.UNLOCKED
    scene.honest()
    await scene.heal()


@pytest.mark.parametrize(
    "answer", ["json", "html", "empty", "reset before", "truncated"]
)
async def test_answer_to_a_read(scene: Scene, answer: str) -> None:
    """What cannot be read changes nothing, and is read later."""
    cloud = scene.home.cloud
    cloud.faults.add("get_lock", ANSWERS[answer], times=None)
    cloud.faults.add("get_locks", ANSWERS[answer], times=None)
    await scene.home.coordinator(scene.entry, DOOR).async_refresh()
    await scene.home.account(scene.entry).roster.async_refresh()
    await scene.home.keeps("lock", DOOR, "lock", "locked")
    await cloud.hands.unlock(scene.door)
    await scene.home.shows("lock", DOOR, "lock", "unlocked")
    await scene.heal()


@pytest.mark.parametrize("oddity", ["lose", "double", "delay", "shuffle"])
@pytest.mark.parametrize("end", ["drop", "kick"])
async def test_stream(scene: Scene, oddity: str, end: str) -> None:
    """Messages that are lost, doubled, late or shuffled, and a connection that ends."""
    faults, hands = scene.home.cloud.faults, scene.home.cloud.hands
    match oddity:
        case "lose":
            faults.lose_messages(2)
        case "double":
            faults.double_messages(4)
        case "delay":
            faults.delay_messages(0.1, 4)
        case "shuffle":
            faults.shuffle_messages(4)
    for _ in range(2):
        await hands.unlock(scene.door)
        await hands.lock(scene.door)
    if end == "drop":
        await faults.drop_sockets()
    else:
        await faults.disconnect_namespace()
    await hands.unlock(scene.door)
    await scene.heal()


@pytest.mark.parametrize("seconds", [-3600, -90, 90, 3600])
async def test_clock(scene: Scene, seconds: int) -> None:
    """A cloud whose clock is not ours is understood all the same."""
    cloud = scene.home.cloud
    cloud.faults.set_clock(timedelta(seconds=seconds))
    scene.door.learn(cloud.clock.now())
    await scene.home.coordinator(scene.entry, DOOR).async_refresh()
    await cloud.hands.unlock(scene.door)
    await scene.home.shows("lock", DOOR, "lock", "unlocked")
    cloud.faults.lose_messages(None)
    # The cloud tells its clock in whole seconds: so quick a lock may prove nothing.
    await scene.operate("lock")
    scene.honest()
    await scene.heal()


async def test_stale_cache(scene: Scene) -> None:
    """A cache that does not follow is not believed."""
    cloud = scene.home.cloud
    cloud.faults.stale_cache(scene.door)
    await cloud.hands.unlock(scene.door)
    await scene.home.shows("lock", DOOR, "lock", "unlocked")
    await scene.home.coordinator(scene.entry, DOOR).async_refresh()
    await scene.home.keeps("lock", DOOR, "lock", "unlocked")
    cloud.faults.stale_cache(scene.door, stale=False)
    await scene.heal()


async def test_restart_in_the_middle(scene: Scene) -> None:
    """A command that a reload interrupts is not sent again."""
    home = scene.home
    home.cloud.faults.add("remote_operate", Hang(2, acts=True))
    home.cloud.faults.lose_messages(None)
    command = asyncio.create_task(scene.operate("unlock"))
    await home.when(lambda: scene.door.bolt is Bolt.UNLOCKED)
    await home.hass.config_entries.async_reload(scene.entry.entry_id)
    await command
    await home.shows("lock", DOOR, "lock", "unlocked")
    scene.honest()
    await scene.heal()


async def test_nothing_leaks(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """At the lowest level of the log there is no token, key, id or name."""
    caplog.set_level(logging.DEBUG)
    home, cloud = scene.home, scene.home.cloud
    cloud.faults.expire_tokens()
    cloud.faults.add(
        "get_lock", Fail(404, {"code": 404, "message": scene.door.lock_id})
    )
    await home.coordinator(scene.entry, DOOR).async_refresh()
    cloud.faults.add("remote_operate", Fail(422))
    assert not await scene.operate("unlock")
    await scene.heal()
    ours = "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components")
    )
    token = scene.entry.data["token"]
    secrets = {token["access_token"], token["refresh_token"], cloud.key().value}
    secrets |= {scene.door.lock_id, scene.door.house.house_id, DOOR, "Quarrel"}
    secrets |= {cloud.owner.user_id, cloud.owner.last_name, scene.door.serial}
    secrets |= {known.subscriber_id for known in cloud.subscribers}
    assert [secret for secret in secrets if secret in ours] == []
    assert len(ours) > 200
