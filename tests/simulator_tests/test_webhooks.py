"""Webhooks are registered, and really posted (reference 14.7, 19)."""

from collections.abc import AsyncGenerator
from typing import Any

from aiohttp import web
import pytest

from tests.simulator import Lock, Simulator

from .caller import Caller


class Receiver:
    """Somebody who listens for webhooks."""

    def __init__(self) -> None:
        """Start without posts."""
        self.url = ""
        self.posts: list[tuple[dict[str, str], Any]] = []

    async def receive(self, request: web.Request) -> web.Response:
        """Take a post."""
        self.posts.append((dict(request.headers), await request.json()))
        return web.Response()


@pytest.fixture
async def receiver(socket_enabled: None) -> AsyncGenerator[Receiver]:
    """Return a listening receiver."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def register(
    server: Simulator, owner: Caller, lock: Lock, url: str, changes: Any = None
) -> int:
    """Register for everything; returns the status."""
    body = {
        "url": url,
        "method": "POST",
        "clientID": server.client().client_id,
        "header": "X-Hook",
        "token": "shared secret",
        "notificationTypes": ["operation", "battery", "systemstatus"],
    }
    return (
        await owner("POST", f"/webhook/{lock.lock_id}", body | (changes or {}))
    ).status


async def test_events(server: Simulator, owner: Caller, receiver: Receiver) -> None:
    """Each event is posted once, with the registered header."""
    lock = server.add_lock()
    assert await register(server, owner, lock, receiver.url) == 200
    await server.hands.unlock(lock)
    await server.hands.open_door(lock)
    await server.hands.set_battery(lock, 0.1)
    await server.faults.bridge_offline(lock)
    await server.settle()
    events = {
        (post["EventType"], post["Event"], post["User"]["UserID"])
        for _, post in receiver.posts
    }
    assert events == {
        ("operation", "unlock", "manualunlock"),
        ("operation", "open", "DoorStateChanged"),
        ("system", "lock_state_battery_warning_2week", "deleted"),
        ("systemstatus", "offline", "deleted"),
    }
    assert all(post["LockID"] == lock.lock_id for _, post in receiver.posts)
    assert {headers["X-Hook"] for headers, _ in receiver.posts} == {"shared secret"}


async def test_types_and_deletion(
    server: Simulator, owner: Caller, receiver: Receiver
) -> None:
    """Only what was asked for; a new registration overwrites; deletion ends it."""
    lock = server.add_lock()
    await register(server, owner, lock, "http://192.0.2.1/")
    await register(
        server, owner, lock, receiver.url, {"notificationTypes": ["battery"]}
    )
    await server.hands.unlock(lock)
    await server.settle()
    assert receiver.posts == []
    path = f"/webhook/{lock.lock_id}/{server.client().client_id}"
    assert (await owner("DELETE", path)).status == 200
    assert (await owner("DELETE", path)).status == 404
    await server.hands.set_battery(lock, 0.1)
    await server.settle()
    assert receiver.posts == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"clientID": "nobody"}, 404),
        ({"clientID": "partner-august"}, 403),
        ({"method": "PUT"}, 400),
        ({"notificationTypes": ["everything"]}, 400),
        ({"notificationTypes": []}, 400),
        ({"url": "ftp://x"}, 400),
        ({"secret": "x"}, 400),
    ],
)
async def test_registration_is_checked(
    server: Simulator, owner: Caller, changes: dict[str, Any], status: int
) -> None:
    """What is wrong is refused."""
    lock = server.add_lock()
    assert await register(server, owner, lock, "http://x/", changes) == status


async def test_user_webhook(
    server: Simulator, owner: Caller, receiver: Receiver
) -> None:
    """Membership of locks is told to the user."""
    client_id = server.client().client_id
    body = {
        "url": receiver.url,
        "method": "POST",
        "clientID": client_id,
        "notificationTypes": ["lockmembership"],
    }
    guest = server.world.add_user("Gina", "Guest", email="gina@example.com")
    async with Caller(server, guest) as caller:
        assert (await caller("POST", "/webhook/user", body)).json == {"message": "OK"}
        lock = server.add_lock()
        await owner("PUT", f"/locks/adduser/{lock.lock_id}/{guest.user_id}/user")
        await server.settle()
        assert receiver.posts[0][1]["Event"] == "added"
        assert (await caller("DELETE", f"/webhook/user/{client_id}")).status == 200


async def test_results(server: Simulator, owner: Caller, receiver: Receiver) -> None:
    """Results of codes, the master code and operations go to their address."""
    lock = server.add_lock("keypad")
    server.courier.routes["https://ha.test/hook"] = receiver.url
    command = {
        "action": "load",
        "pin": "482913",
        "accessType": "always",
        "firstName": "Gina",
        "lastName": "",
    }
    body = {"commands": [command], "webhook": "https://ha.test/hook"}
    await owner("POST", f"/locks/{lock.lock_id}/pins", body)
    await server.settle()
    assert receiver.posts.pop()[1] == {
        "message": "PinSyncSuccess",
        "digest": {"conflict": [], "error": []},
    }
    body = {"pin": "918273", "webhook": "https://ha.test/hook"}
    await owner("POST", f"/locks/{lock.lock_id}/masterpin", body)
    await server.settle()
    assert receiver.posts.pop()[1]["message"] == "PinSyncSuccess"
    body = {"webhook": receiver.url}
    await owner("PUT", f"/remoteoperate/{lock.lock_id}/unlock", body, type="async")
    await server.settle()
    assert receiver.posts.pop()[1]["status"] == "kAugLockState_Unlocked"


async def test_nothing_leaves_this_machine(server: Simulator, owner: Caller) -> None:
    """Other addresses are noted, not posted to."""
    lock = server.add_lock()
    await register(server, owner, lock, "https://example.com/hook")
    await server.hands.unlock(lock)
    await server.settle()
    (delivery,) = server.courier.deliveries
    assert delivery.problem == "not an address of this machine"
