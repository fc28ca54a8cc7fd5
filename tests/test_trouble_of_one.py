"""The trouble of one lock is no trouble of the others."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from itertools import product
import logging
from typing import Any

from homeassistant.util import dt as dt_util
import pytest

from custom_components.yale_august.cloud import transport
from custom_components.yale_august.cloud.routes import Safety
from custom_components.yale_august.coordinator import LockCoordinator

from .home import Home
from .rosters import devices, read_roster
from .simulator import REMOVED, Fail, Hang, Reset, Truncate

FRONT, BACK = "Front Door", "Back Door"


@pytest.fixture
def short_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a read time out after a moment."""
    monkeypatch.setitem(transport._TIMEOUTS, Safety.READ, 0.5)  # noqa: SLF001


FAULTS: dict[str, list[Any]] = {
    "500": [Fail(500)],
    "html": [Fail(502, "html")],
    "html_200": [Fail(200, "html")],
    "empty": [Fail(200, "empty")],
    "null": [Fail(200, "null")],
    "list": [Fail(200, "[1, 2]")],
    "text": [Fail(200, "that is not JSON")],
    "404": [Fail(404)],
    "429": [Fail(429, headers={"Retry-After": "1"})],
    "firewall": [Fail(403, "html")],
    "reset": [Reset(), Reset()],
    "truncated": [Truncate(), Truncate()],
    "hang": [Hang(0.8)],
}


@pytest.mark.usefixtures("short_reads")
@pytest.mark.parametrize("fault", FAULTS)
async def test_one_detail_fails(home: Home, fault: str) -> None:
    """A lock that cannot be read is unknown and operable; the others are fine."""
    front = home.cloud.add_lock(name=FRONT)
    back = home.cloud.add_lock("unlatch", name=BACK)
    for kind in FAULTS[fault]:
        home.cloud.faults.add("get_lock", kind, lock=front)
    entry = await home.set_up()
    assert home.state("lock", FRONT, "lock") == "unknown"
    assert home.state("lock", BACK, "lock") == "locked"
    await home.cloud.hands.unlock(back)
    await home.shows("lock", BACK, "lock", "unlocked")
    if fault == "429":
        # All wait for as long as the cloud wants, but nobody is locked out.
        await home.act("lock", BACK)
    await home.act("unlock", FRONT)
    assert home.state("lock", FRONT, "lock") == "unlocked"
    assert front.bolt.value == "unlocked"
    await home.coordinator(entry, FRONT).async_refresh()
    await home.shows("sensor", FRONT, "battery", "88")
    assert devices(home, entry) >= {FRONT, BACK, "Front Door bridge"}


@pytest.mark.usefixtures("short_reads")
async def test_lock_that_hangs_holds_nobody_up(
    home: Home, pace: Callable[..., None]
) -> None:
    """Set-up does not wait for the slowest lock."""
    pace(patience=timedelta(seconds=0.2))
    front = home.cloud.add_lock(name=FRONT)
    home.cloud.add_lock(name=BACK)
    home.cloud.faults.add("get_lock", Hang(0.8), lock=front)
    entry = await home.set_up()
    assert home.state("lock", BACK, "lock") == "locked"
    assert home.find("lock", FRONT, "lock") is None
    # What is said of it meanwhile is not lost.
    await home.say(FRONT, lockAction="unlocked")
    await home.shows("lock", FRONT, "lock", "unlocked")
    assert set(home.account(entry).locks) == {lock.lock_id for lock in home.cloud.locks}


async def test_message_while_the_first_read_is_under_way(home: Home) -> None:
    """What is pushed between the first read's answer and the end of set-up counts."""
    home.cloud.add_lock(name=FRONT)
    back = home.cloud.add_lock(name=BACK)
    # The answer for one lock is slow: set-up goes on after the other one was read.
    home.cloud.faults.add("get_capabilities", Fail(404), times=None)
    home.cloud.latency = 0.05
    entry = await home.add_entry()
    setting_up = home.hass.async_create_task(
        home.hass.config_entries.async_setup(entry.entry_id)
    )
    while not home.reads(BACK):
        await asyncio.sleep(0.005)
    await home.cloud.hands.unlock(back)
    await setting_up
    await home.shows("lock", BACK, "lock", "unlocked")


GARBAGE: list[Any] = [
    None,
    "",
    "text",
    "\ud800",
    0,
    -1,
    1e308,
    True,
    [],
    {},
    ["x"],
    {"x": 1},
    REMOVED,
]


DETAIL_FIELDS = [
    "LockName Type LockID HouseID HouseName Created",
    "battery batteryInfo batteryInfo.level batteryInfo.warningState users",
    "SerialNumber skuNumber macAddress currentFirmwareVersion",
    "LockStatus LockStatus.status LockStatus.dateTime LockStatus.doorState LockStatus.valid",
    "Bridge Bridge._id Bridge.mfgBridgeID Bridge.deviceModel Bridge.firmwareVersion",
    "Bridge.operative Bridge.status Bridge.status.current Bridge.hyperBridge",
    "keypad keypad._id keypad.serialNumber keypad.batteryRaw keypad.batteryLevel",
]


@pytest.mark.parametrize("fields", DETAIL_FIELDS)
async def test_garbage_in_one_detail(
    home: Home, caplog: pytest.LogCaptureFixture, fields: str
) -> None:
    """Any JSON in any field of one lock: no exception, one debug line, the others fine."""
    caplog.set_level(logging.DEBUG, "custom_components.yale_august")
    front = home.cloud.add_lock("keypad", name=FRONT)
    home.cloud.add_lock(name=BACK)
    entry = await home.set_up()
    for field, garbage in product(fields.split(), GARBAGE):
        front.malformed.clear()
        home.cloud.faults.malform(front, field, garbage)
        caplog.clear()
        before = len(home.cloud.requests)
        await home.coordinator(entry, FRONT).async_refresh()
        await home.hass.async_block_till_done()
        wrong = [record for record in caplog.records if record.exc_info]
        assert not wrong, f"{field} = {garbage!r}: {wrong[0].getMessage()}"
        lines = [
            record.getMessage()
            for record in caplog.records
            if "could not read" in record.getMessage()
        ]
        assert len(lines) <= len(home.reads(FRONT, since=before))
        assert home.state("lock", BACK, "lock") == "locked"
        # Nothing that was said makes a bolt unlocked, or the lock go.
        assert home.state("lock", FRONT, "lock") in {"locked", "unknown"}
    front.malformed.clear()
    await home.coordinator(entry, FRONT).async_refresh()
    await home.hass.async_block_till_done()
    assert home.state("lock", FRONT, "lock") == "locked"
    assert devices(home, entry) >= {FRONT, BACK, "Home"}


@pytest.mark.parametrize("place", ["list", "capabilities"])
async def test_garbage_elsewhere(home: Home, place: str) -> None:
    """The same for a lock's line in the list, and for what it can do."""
    fields = {
        "list": ["LockName", "UserType", "macAddress", "HouseID", "HouseName"],
        "capabilities": ["lock", "lock.unlatch", "lock.doorSense", "keypad"],
    }[place]
    number = 0
    for field in fields:
        for garbage in GARBAGE:
            number += 1
            lock = home.cloud.add_lock(name=f"Door {number}")
            home.cloud.faults.malform(lock, field, garbage, place=place)
    entry = await home.set_up()
    assert len(home.account(entry).locks) == number
    for lock in home.cloud.locks:
        assert home.state("lock", lock.lock_id, "lock") == "locked"


async def test_lock_that_cannot_be_shown(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of ours with one lock is told, and hurts no other."""
    home.cloud.add_lock(name=FRONT)
    entry = await home.set_up()

    def stumble(lock: LockCoordinator) -> None:
        if lock.data.name == BACK:
            raise RuntimeError("a fault of ours")

    account = home.account(entry)
    account.async_on_lock(stumble)
    home.cloud.add_lock(name=BACK)
    home.cloud.add_lock(name="Side Door")
    await read_roster(home, entry)
    await home.shows("lock", "Side Door", "lock", "locked")
    assert "A lock cannot be shown" in caplog.text
    await home.act("unlock", FRONT)
    assert home.state("lock", FRONT, "lock") == "unlocked"


@pytest.mark.parametrize("address", ["00:00:00:00:00:00", "78:9C:85:00:00:01"])
async def test_same_address_of_two_locks(home: Home, address: str) -> None:
    """Locks that claim one Bluetooth address are two devices all the same."""
    for name in (FRONT, BACK):
        lock = home.cloud.add_lock(name=name)
        lock.mac = address
    entry = await home.set_up()
    assert devices(home, entry) >= {FRONT, BACK}
    addresses = [
        connection
        for name in (FRONT, BACK)
        if (device := home.device(entry, home.lock_id(name))) is not None
        for _, connection in device.connections
    ]
    # One of them has it, unless it is nobody's.
    assert addresses == ([] if address.startswith("00") else [address])


async def test_ids_that_are_somebody_elses(home: Home) -> None:
    """A bridge or keypad with the id of a lock or a house does not swallow it."""
    front = home.cloud.add_lock("keypad", name=FRONT)
    back = home.cloud.add_lock(name=BACK)
    assert front.bridge is not None
    assert front.keypad is not None
    front.bridge.bridge_id = back.lock_id
    front.keypad.keypad_id = front.lock_id
    entry = await home.set_up()
    assert devices(home, entry) >= {FRONT, BACK, "Home"}
    assert back.bridge is not None
    found = [
        home.device(entry, identifier)
        for identifier in (front.house.house_id, back.bridge.bridge_id)
    ]
    houses_and_bridges = [device.id for device in found if device is not None]
    for name in (FRONT, BACK):
        device = home.device(entry, home.cloud.lock(name).lock_id)
        assert device is not None
        assert device.name == name
        assert device.via_device_id in houses_and_bridges
        assert home.state("lock", name, "lock") == "locked"
    assert home.state("sensor", FRONT, "keypad_battery") == "62"


async def test_detail_of_another_lock_is_not_believed(home: Home) -> None:
    """An answer that is another lock's says nothing of this one."""
    front = home.cloud.add_lock(name=FRONT)
    back = home.cloud.add_lock(name=BACK)
    entry = await home.set_up()
    await home.cloud.hands.unlock(back)
    await home.shows("lock", BACK, "lock", "unlocked")
    home.cloud.faults.malform(front, "LockID", back.lock_id)
    home.cloud.faults.malform(front, "LockStatus.status", "unlocked")
    await home.coordinator(entry, FRONT).async_refresh()
    assert home.state("lock", FRONT, "lock") == "locked"
    home.cloud.faults.mend(front)


async def test_detail_that_was_asked_for_before_another(home: Home) -> None:
    """What it says comes late: the newer one stays, and says what the lock is."""
    door = home.cloud.add_lock(name=FRONT)
    entry = await home.set_up()
    lock, asked = home.coordinator(entry, FRONT), dt_util.utcnow()
    late = await lock.account.client.get_lock(lock.lock_id)
    door.name = BACK
    await lock.async_refresh()
    lock.async_take_detail(late, asked)
    assert lock.data.name == BACK
    lock.async_take_detail(late, dt_util.utcnow())
    assert lock.data.name == FRONT
