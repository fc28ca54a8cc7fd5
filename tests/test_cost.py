"""What things cost, counted and not timed: requests, and calls for each message."""

import asyncio
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
import sys
from typing import Final

import aiohttp
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, State, callback
from homeassistant.helpers.entity import Entity
import pytest

from custom_components.yale_august.cloud.link import _IN_A_ROW, _Stream
from custom_components.yale_august.cloud.models import PushMessage
from custom_components.yale_august.coordinator import LockCoordinator

from .doors import DOOR
from .home import Home

ROOT: Final = Path(__file__).parent.parent


OURS: Final = "custom_components.yale_august"
ROOMS: Final = (
    *("access_codes", "actions.check", "commands", "flows", "history", "webhooks"),
    *("cloud.checkup", "cloud.link", "cloud.push", "codes.engine", "codes.records"),
    *("config_flow", "coordinator", "diagnostics", "inventory", "lock", "sensor"),
    *("bluetooth_keys", "neighbours", "removal", "sign_out"),
)
"""What is loaded when it is wanted, or while the list of locks is on its way."""


async def test_import() -> None:
    """Little is loaded with the integration, and no room that a start may not need."""
    program = f"import sys, {OURS}; print(*sys.modules)"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    loaded = set(told.decode().split())
    ours = {name for name in loaded if name.startswith(OURS)}
    assert f"{OURS}.cloud.client" in ours
    assert len(ours) <= 60
    for room in ROOMS:
        assert find_spec(f"{OURS}.{room}") is not None
        assert f"{OURS}.{room}" not in ours
    assert "socketio" not in loaded


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Return how often the listeners of each lock are called."""
    called: Counter[str] = Counter()
    update = LockCoordinator.async_update_listeners

    def counted(coordinator: LockCoordinator, parts: int | None = None) -> None:
        called[coordinator.lock_id] += 1
        update(coordinator, parts)

    monkeypatch.setattr(LockCoordinator, "async_update_listeners", counted)
    return called


async def furnished(home: Home, others: int) -> None:
    """Set up a door among others, and wait until nothing is under way."""
    home.cloud.add_lock(name=DOOR)
    for _ in range(others):
        home.cloud.add_lock("no_doorsense")
    entry = await home.set_up()
    locks = home.account(entry).locks.values()
    await home.until(lambda: all(lock.data.capabilities is not None for lock in locks))


@pytest.mark.parametrize("others", [0, 11])
async def test_push(
    home: Home, updates: Counter[str], monkeypatch: pytest.MonkeyPatch, others: int
) -> None:
    """One lock's listeners are called once, one state is written, nothing is asked.

    However many locks the account has.
    """
    await furnished(home, others)
    updates.clear()
    written: list[str] = []
    write = Entity.async_write_ha_state

    def noted(entity: Entity) -> None:
        written.append(entity.entity_id)
        write(entity)

    monkeypatch.setattr(Entity, "async_write_ha_state", noted)
    before = len(home.cloud.requests)
    await home.say(DOOR, lockAction="unlocked", doorState="closed")
    await home.shows("lock", DOOR, "lock", "unlocked")
    # What has never been heard of before is written once.
    written.clear()
    updates.clear()
    await home.say(DOOR, lockAction="locked", doorState="closed")
    await home.shows("lock", DOOR, "lock", "locked")
    assert updates == {home.lock_id(DOOR): 1}
    assert written == [home.entity_id("lock", DOOR, "lock")]
    assert len(home.cloud.requests) == before


TOLD: Final[tuple[dict[str, object], ...]] = (
    {"lockAction": "unlocked", "doorState": "open"},
    {"lockAction": "unlocked", "doorState": "open"},
    {"lockAction": "locking"},
    {"lockAction": "locked", "doorState": "closed", "callingUserID": "manuallock"},
    {"lockAction": "securemode", "callingUserID": "autorelock"},
    {"doorState": "init"},
    {"status": "associated_bridge_offline"},
    {"status": "associated_bridge_online"},
    {"status": "what is that?", "doorState": "nor that"},
    {"lockAction": "locked", "doorState": "closed", "timeStamp": 1000000000000},
    {"error": "jammed", "status": "jammed"},
    {"status": "unlatched", "info": {"action": "unlatch", "rssi": -60}},
    {"lockAction": "unlocked", "info": {"action": "status"}},
    {},
)


@pytest.mark.parametrize("variant", ["unlatch", "no_doorsense"])
async def test_nobody_is_left_out(
    home: Home, monkeypatch: pytest.MonkeyPatch, variant: str
) -> None:
    """Whom a message does not wake, it does not concern: to wake all changes nothing."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    home.cloud.add_lock(variant, name=DOOR)
    entry = await home.set_up()
    lock = home.coordinator(entry, DOOR)
    await home.until(lambda: lock.data.capabilities is not None)
    heard: list[list[State]] = []
    take = LockCoordinator.async_take_push

    def noted(lock: LockCoordinator, message: PushMessage) -> None:
        take(lock, message)
        # Before anything else can happen.
        shown = home.hass.states.async_all()
        lock.async_update_listeners()
        heard.append([now for now in home.hass.states.async_all() if now not in shown])

    monkeypatch.setattr(LockCoordinator, "async_take_push", noted)
    for number, told in enumerate(TOLD * 2, start=1):
        await home.say(DOOR, **told)
        await home.until(lambda number=number: len(heard) == number)  # type: ignore[misc]
        assert heard[-1] == []
    assert home.state("lock", DOOR, "lock") == "unlocked"


async def test_burst(home: Home) -> None:
    """Of many messages none is lost, and each one is shown in its turn."""
    await furnished(home, 0)
    shown: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state is not None and state.entity_id.startswith("lock."):
            shown.append(state.state)

    home.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    for number in range(400):
        await home.say(DOOR, lockAction="locked" if number % 2 else "unlocked")
    await home.when(lambda: len(shown) == 400, seconds=20)
    assert shown == ["unlocked", "locked"] * 200


async def test_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages that are there already are read without waiting: others have turns between."""

    async def there(_: aiohttp.ClientWebSocketResponse, __: float | None) -> str:
        return "message"

    monkeypatch.setattr(aiohttp.ClientWebSocketResponse, "receive", there)
    stream = _Stream.__new__(_Stream)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    for _ in range(10 * _IN_A_ROW):
        await stream.receive()
    task.cancel()
    assert turns >= 10


async def test_reconnect(home: Home) -> None:
    """Each lock is read once after push was away, and nothing else is asked of it."""
    await furnished(home, 5)
    before = len(home.cloud.requests)
    await home.cloud.faults.drop_sockets()
    await home.until(
        lambda: home.cloud.requests.counts(since=before).get("get_lock", 0) >= 6
    )
    counts = home.cloud.requests.counts(since=before)
    assert counts["get_lock"] == 6
    assert not counts.keys() & {"get_capabilities", "remote_operate"}
