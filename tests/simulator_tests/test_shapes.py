"""Locks of every shape (reference 6.6, 9) and the life of the server."""

import asyncio
import json
from pathlib import Path
import sys
from typing import Any

import aiohttp
import pytest

from tests.simulator import VARIANTS, Simulator
from tests.simulator.control import Control

from .caller import Caller

INOPERABLE = {"offline", "bridge_offline", "wedged", "shabbat", "hub_in_list"}


@pytest.fixture
async def details(socket_enabled: None) -> dict[str, dict[str, Any]]:
    """Return the detail of one lock of each variant."""
    async with Simulator(locks=len(VARIANTS)) as server, Caller(server) as owner:
        return {
            lock.variant: (await owner("GET", f"/locks/{lock.lock_id}")).json
            for lock in server.locks
        }


def test_table(details: dict[str, dict[str, Any]]) -> None:
    """Each row of 6.6 is there."""
    assert details["offline"]["LockStatus"] == {"status": "unknown"}
    assert details["offline"]["battery"] == -1
    assert "Bridge" not in details["offline"]
    assert "LockStatus" not in details["no_status"]
    assert details["doorsense_init"]["LockStatus"]["doorState"] == "init"
    assert details["doorsense_disabled"]["LockStatus"]["doorState"] == ""
    assert "doorState" not in details["no_doorsense"]["LockStatus"]
    linus = details["unlatch"]
    assert linus["Type"] == 17
    assert linus["Bridge"]["mfgBridgeID"] == linus["SerialNumber"]
    assert linus["batteryInfo"]["state"] == "Mittel"
    assert "status" not in details["doorbell_bridge"]["Bridge"]
    assert details["doorbell_bridge"]["Bridge"]["operative"] is True
    assert details["module"]["hostLockInfo"]["manufacturer"] == "yale"
    assert "pubsubChannel" not in details["module"]
    assert "key" not in details["keypad"]["OfflineKeys"]["deleted"][0]
    assert details["keypad_localised"]["keypad"]["batteryLevel"] == "Mittel"
    assert "batteryRaw" not in details["keypad_localised"]["keypad"]
    assert details["connect_v2"]["OfflineKeys"]["createdhk"]
    wedged = details["wedged"]
    assert wedged["Bridge"]["status"]["current"] == "online"
    assert wedged["currentFirmwareVersion"].startswith("0.0.0")
    assert details["failed_contact"]["LockStatus"]["valid"] is False
    assert details["wa_hub"]["waHub"]["status"]["current"] == "online"
    assert details["remote_adapter"]["remoteAdapter"]["deviceID"]
    assert details["shabbat"]["LockStatus"]["status"] == "shabbatmode"
    hub = details["hub_in_list"]
    assert not hub.keys() & {"Bridge", "waHub", "remoteAdapter", "macAddress"}


@pytest.mark.parametrize("variant", VARIANTS)
async def test_operable(server: Simulator, owner: Caller, variant: str) -> None:
    """What is called operable can be operated, and nothing else."""
    lock = server.add_lock(variant)
    assert lock.operable is (variant not in INOPERABLE)
    for command in ("unlock", "lock"):
        path = f"/remoteoperate/{lock.lock_id}/{command}"
        reply = await owner("PUT", path, retryLimit="1")
        assert (reply.status == 200) is lock.operable
    assert bool(server.record) is lock.operable


async def test_versions(server: Simulator, owner: Caller) -> None:
    """Version 2.0.0 has the firmware as an object and no codes."""
    lock = server.add_lock("keypad")
    path = f"/locks/{lock.lock_id}"
    body = (await owner("GET", path, headers={"Accept-Version": "2.0.0"})).json
    assert isinstance(body["currentFirmwareVersion"], dict)
    assert "pins" not in body


async def test_no_bridge(server: Simulator, owner: Caller) -> None:
    """Without a bridge there is no status to read."""
    lock = server.add_lock("offline")
    assert (await owner("GET", f"/locks/{lock.lock_id}/status")).status == 409


@pytest.mark.parametrize(
    ("variant", "by_serial", "by_lock_id"),
    [("unlatch", 200, 200), ("module", 409, 200), ("first_generation", 404, 404)],
)
async def test_capabilities(
    server: Simulator, owner: Caller, variant: str, by_serial: int, by_lock_id: int
) -> None:
    """Locks are known by serial number, by lockID, or not at all."""
    lock = server.add_lock(variant)
    for value, status in ((lock.serial, by_serial), (lock.lock_id, by_lock_id)):
        reply = await owner(
            "GET", "/devices/capabilities", serialNumber=value, topLevelHost="true"
        )
        assert reply.status == status
        if status == 200:
            assert reply.json["lock"]["unlatch"] is (variant == "unlatch")


async def test_feed_is_capped(server: Simulator, owner: Caller) -> None:
    """At most a hundred entries, whatever the limit."""
    lock = server.add_lock()
    for _ in range(60):
        await server.hands.unlock(lock)
        await server.hands.lock(lock)
    await asyncio.sleep(0.03)
    path = f"/houses/{lock.house.house_id}/activities"
    assert len((await owner("GET", path, limit="2500")).json) == 100


async def test_five_hundred_locks(socket_enabled: None) -> None:
    """A big account is served."""
    async with Simulator(locks=500) as server, Caller(server) as owner:
        assert len((await owner("GET", "/users/locks/mine")).json) == 500
        assert len((await owner("GET", "/users/houses/mine")).json["houses"]) == 50


async def test_stop(socket_enabled: None) -> None:
    """Stopping in the middle of everything leaves nothing; the port is free."""
    before = asyncio.all_tasks()
    server = Simulator(speed=1)
    await server.start()
    lock = server.add_lock()
    async with Caller(server) as owner:
        await owner.listen()
        await owner("PUT", f"/remoteoperate/{lock.lock_id}/unlock", type="async")
        await server.stop()
        assert server.sockets == ()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before
    again = Simulator(port=server.port)
    await again.start()
    await again.stop()


async def test_control(server: Simulator, owner: Caller) -> None:
    """Another process sees and steers, with the token only."""
    server.add_lock(name="Front Door")
    control = Control(server)
    await control.start()
    headers = {"Authorization": f"Bearer {control.token}"}
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{control.url}/record") as response:
            assert response.status == 401

        async def call(method: str, path: str, **options: Any) -> Any:
            async with session.request(
                method, control.url + path, headers=headers, **options
            ) as response:
                assert response.status == 200, await response.text()
                return await response.json()

        await call("POST", "/do", json={"action": "unlock", "lock": "Front Door"})
        assert [move["kind"] for move in await call("GET", "/record")] == ["unlocked"]
        world = await call("GET", "/world")
        assert world["locks"][0]["bolt"] == "unlocked"
        fault = {"target": "get_user", "kind": "fail", "status": 502, "body": "html"}
        await call("POST", "/fault", json=fault)
        assert (await owner("GET", "/users/me")).status == 502
        assert await call("GET", "/counts") == {"get_user": 1}
        await call("POST", "/settings", json={"latency": 0.01})
        assert server.latency == 0.01
        assert (await call("GET", "/stream")) == {"sockets": 0, "subscribers": 0}
        assert (await call("GET", "/"))["url"] == server.url
    await control.stop()


async def test_process(socket_enabled: None) -> None:
    """It runs as a process of its own, tells where, and ends when asked."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.simulator"),
        *("--locks", "3", "--control-port", "0", "--latency-ms", "5"),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    about = json.loads(await process.stdout.readline())
    async with (
        aiohttp.ClientSession() as session,
        session.get(
            f"{about['control']}/world",
            headers={"Authorization": f"Bearer {about['token']}"},
        ) as response,
    ):
        assert len((await response.json())["locks"]) == 3
    process.terminate()
    assert await process.wait() == 0
