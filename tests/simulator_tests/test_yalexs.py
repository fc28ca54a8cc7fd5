"""yalexs, an independent client, finds the simulated cloud to be what it expects.

Where yalexs and the reference disagree:

* yalexs needs `unverified`, `lastName` and `loadedDate` of a code and fails
  without them; the reference lets the last be absent until the code is loaded
  (14.2). We are with the reference: yalexs only ever reads the loaded ones.
* yalexs reads a failed push message with code 98 as "bridge offline" and drops
  every other failure in silence; the reference lists them all (13). We send them all.
* yalexs passes the lockID as `serialNumber` to the capabilities; the reference
  leaves open what the server wants (9). Both are answered, switchable by lock.
* yalexs knows `kAugLockState_SecureMode`, the vendor's list `...Securemode`
  (7.1). We send the vendor's spelling: yalexs then shows unknown, which is its fault.
* yalexs sends `x-august-country` on both back ends (2.2); it is let through.
"""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
import socketio  # type: ignore[import-untyped]
from yalexs.api_async import ApiAsync  # type: ignore[import-untyped]
from yalexs.api_common import BASE_URLS  # type: ignore[import-untyped]
from yalexs.const import BRAND_CONFIG, Brand as YalexsBrand  # type: ignore[import-untyped]
from yalexs.lock import LockDoorStatus, LockStatus  # type: ignore[import-untyped]
from yalexs.manager.socketio import SocketIORunner  # type: ignore[import-untyped]
from yalexs.pubnub_activity import activities_from_pubnub_message  # type: ignore[import-untyped]

from tests.simulator import ApiKey, Brand, Lock, Simulator

from .caller import Caller

BRAND = YalexsBrand.YALE_GLOBAL


# yalexs only cancels its stream: the socket stays open and tasks run on.
@pytest.fixture
def expected_lingering_tasks() -> bool:
    """Let yalexs leave tasks behind."""
    return True


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Let yalexs leave timers behind."""
    return True


@pytest.fixture
async def here(
    server: Simulator, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[None]:
    """Point yalexs at the simulator; its own key is one of the cloud's."""
    monkeypatch.setitem(BASE_URLS, BRAND, server.url)
    value = BRAND_CONFIG[BRAND].api_key
    server.keys[value] = ApiKey(value=value, brand=Brand.YALE)
    connect = socketio.AsyncClient.connect
    clients = []

    async def connect_here(client: Any, url: str, **options: Any) -> None:
        local = url.replace("https://websocket.aaecosystem.com", server.url)
        clients.append(client)
        await connect(client, local, **options)

    monkeypatch.setattr(socketio.AsyncClient, "connect", connect_here)
    yield
    for client in clients:
        await client.eio.http.close()


class Gateway:
    """What the stream of yalexs needs to know."""

    def __init__(self, api: ApiAsync, token: str) -> None:
        """Hold client and token."""
        self.api = api
        self._token = token

    async def async_get_access_token(self) -> str:
        """Return the token."""
        return self._token


async def load_code(server: Simulator, lock: Lock) -> None:
    """Load a code, which yalexs cannot."""
    command = {
        "action": "load",
        "pin": "482913",
        "accessType": "always",
        "firstName": "Gina",
        "lastName": "Guest",
    }
    async with Caller(server) as owner:
        await owner("POST", f"/locks/{lock.lock_id}/pins", {"commands": [command]})
    await server.settle()


@pytest.mark.usefixtures("here")
async def test_yalexs(server: Simulator) -> None:
    """It lists, reads, operates both ways, takes push and lists codes."""
    front = server.add_lock("keypad", name="Front Door")
    terrace = server.add_lock("unlatch", name="Terrace")
    token = str(server.authorize()["access_token"])
    async with aiohttp.ClientSession() as session:
        api = ApiAsync(session, brand=BRAND)
        locks = await api.async_get_operable_locks(token)
        assert {lock.device_name for lock in locks} == {"Front Door", "Terrace"}

        detail = await api.async_get_lock_detail(token, terrace.lock_id)
        assert detail.lock_status is LockStatus.LOCKED
        assert detail.door_state is LockDoorStatus.CLOSED
        assert detail.bridge_is_online
        assert detail.bridge.hyper_bridge
        assert detail.battery_level == 61
        detail.set_capabilities(
            await api.async_get_lock_capabilities(token, terrace.lock_id)
        )
        assert detail.unlatch_supported

        assert await api.async_unlock(token, front.lock_id) is LockStatus.UNLOCKED
        assert await api.async_lock(token, front.lock_id) is LockStatus.LOCKED
        assert await api.async_get_lock_status(
            token, front.lock_id, door_status=True
        ) == (LockStatus.LOCKED, LockDoorStatus.CLOSED)

        received: asyncio.Queue[tuple[str, datetime, dict[str, Any]]] = asyncio.Queue()
        stream = SocketIORunner(Gateway(api, token))
        stream.subscribe(lambda *message: received.put_nowait(message))
        stop = await stream.run("", BRAND)
        async with asyncio.timeout(2):
            while not server.sockets:
                await asyncio.sleep(0.01)
            await api.async_unlatch_async(token, terrace.lock_id)
            actions = []
            while "unlatch" not in actions:
                device, _, message = await received.get()
                assert device == terrace.lock_id
                actions += [
                    activity.action
                    for activity in activities_from_pubnub_message(
                        detail, datetime.now(UTC), message
                    )
                ]
        assert actions == ["unlatching", "doorclosed", "unlatch", "doorclosed"]
        await stop()

        await load_code(server, front)
        (pin,) = await api.async_get_pins(token, front.lock_id)
        assert (pin.pin, pin.state, pin.first_name) == ("482913", "loaded", "Gina")
        assert pin.slot == 1
        assert pin.loaded_date is not None

        houses = await api.async_get_house_activities(
            token, front.house.house_id, limit=100
        )
        assert {activity.device_id for activity in houses} >= {front.lock_id}
    assert server.violations == []
