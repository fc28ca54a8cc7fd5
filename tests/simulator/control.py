"""A second server by which another process sees and steers the world.

It listens on a port of its own and wants `Authorization: Bearer <token>` with
a random token: no client of the cloud can reach what it tells.

    GET  /            addresses, credentials, accounts
    GET  /world       users, houses, locks with the truth at the door
    GET  /record      bolt movements
    GET  /requests    requests (`?since=` a number)
    GET  /counts      requests by operation (`?since=` a number)
    GET  /stream      open sockets and subscribers
    GET  /violations  what clients sent that the reference does not list
    POST /do          {"action": "unlock", "lock": "Front Door", ...}: see `Control.actions`
    POST /fault       {"target": "get_lock", "kind": "fail", "status": 502, ...}
    POST /settings    {"latency": 0.1, "speed": 10, "options": {...}}
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
import json
import secrets
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .faults import Fail, Hang, Kind, Reset, Slow, Truncate
from .lock import Lock
from .words import Command, JsonObject

if TYPE_CHECKING:
    from .simulator import Simulator

KINDS: dict[str, type[Fail | Hang | Reset | Slow | Truncate]] = {
    "fail": Fail,
    "hang": Hang,
    "reset": Reset,
    "slow": Slow,
    "truncate": Truncate,
}


def _lock_body(lock: Lock) -> JsonObject:
    return {
        "lock_id": lock.lock_id,
        "name": lock.name,
        "variant": lock.variant,
        "house_id": lock.house.house_id,
        "type": lock.type,
        "serial": lock.serial,
        "bolt": lock.bolt,
        "door": lock.door,
        "online": lock.online,
        "operable": lock.operable,
        "unlatch": lock.offers(Command.UNLATCH),
        "secure": lock.offers(Command.SECURE),
        "users": lock.users,
        "pins": [
            {"user_id": pin.user_id, "state": pin.state, "slot": pin.slot}
            for pin in lock.pins.pins
        ],
    }


class Control:
    """The control server of one simulator."""

    def __init__(self, cloud: Simulator, port: int = 0) -> None:
        """Prepare it with a new token."""
        self._cloud = cloud
        self.port = port
        self.token = secrets.token_urlsafe(24)
        self._runner: web.AppRunner | None = None
        faults, hands = cloud.faults, cloud.hands
        self.actions: dict[str, Callable[..., Awaitable[object] | object]] = {
            "lock": hands.lock,
            "unlock": hands.unlock,
            "unlatch": hands.unlatch,
            "auto_lock": hands.auto_lock,
            "one_touch_lock": hands.one_touch_lock,
            "open_door": hands.open_door,
            "close_door": hands.close_door,
            "type_pin": hands.type_pin,
            "ring": hands.ring,
            "chatter": hands.chatter,
            "set_battery": hands.set_battery,
            "bridge_offline": faults.bridge_offline,
            "bridge_online": faults.bridge_online,
            "jam": faults.jam,
            "flat_battery": faults.flat_battery,
            "mend": faults.mend,
            "stale_cache": faults.stale_cache,
            "drop_sockets": faults.drop_sockets,
            "disconnect_namespace": faults.disconnect_namespace,
            "refuse_handshakes": faults.refuse_handshakes,
            "forget_subscribers": faults.forget_subscribers,
            "lose_messages": faults.lose_messages,
            "double_messages": faults.double_messages,
            "delay_messages": faults.delay_messages,
            "shuffle_messages": faults.shuffle_messages,
            "expire_tokens": faults.expire_tokens,
            "revoke_logins": faults.revoke_logins,
            "clear_faults": faults.clear,
            "authorize": cloud.authorize,
            "furnish": self._furnish,
            "add_lock": cloud.add_lock,
            "remove_lock": cloud.remove_lock,
            "rename_lock": cloud.rename_lock,
            "settle": cloud.settle,
        }

    @property
    def url(self) -> str:
        """The address of the control server."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen; afterwards `port` is the real one."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/{what:\\w*}", self._tell)
        app.router.add_post("/do", self._act)
        app.router.add_post("/fault", self._fault)
        app.router.add_post("/settings", self._set)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    @web.middleware
    async def _guard(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        sent = request.headers.get("Authorization", "").encode()
        if not secrets.compare_digest(sent, f"Bearer {self.token}".encode()):
            return web.json_response({"error": "token"}, status=401)
        try:
            return await handler(request)
        except (KeyError, TypeError, ValueError, StopIteration) as problem:
            return web.json_response({"error": repr(problem)}, status=400)

    async def _tell(self, request: web.Request) -> web.Response:
        cloud = self._cloud
        since = int(request.query.get("since", 0))
        bodies: dict[str, Callable[[], object]] = {
            "": self._about,
            "world": self._world,
            "record": lambda: [asdict(moved) for moved in cloud.record],
            "requests": lambda: [
                {
                    "number": seen.number,
                    "operation": seen.operation,
                    "method": seen.method,
                    "path": seen.path,
                    "brand": seen.brand,
                    "status": seen.status,
                    "at": seen.at,
                }
                for seen in tuple(cloud.requests)[since:]
            ],
            "counts": lambda: cloud.requests.counts(since=since),
            "stream": lambda: {
                "sockets": len(cloud.sockets),
                "subscribers": len(cloud.subscribers),
            },
            "violations": lambda: [asdict(entry) for entry in cloud.violations],
        }
        what = request.match_info["what"]
        if what not in bodies:
            raise web.HTTPNotFound
        return _json(bodies[what]())

    def _about(self) -> JsonObject:
        cloud = self._cloud
        return {
            "url": cloud.url,
            "speed": cloud.pace.speed,
            "latency": cloud.latency,
            "clients": [
                {
                    "brand": client.brand,
                    "client_id": client.client_id,
                    "secret": client.secret,
                }
                for client in cloud.clients.values()
            ],
            "keys": {key.brand: key.value for key in cloud.keys.values()},
            "accounts": [
                {"email": user.email, "password": user.password}
                for user in cloud.world.users.values()
                if user.email
            ],
        }

    def _world(self) -> JsonObject:
        world = self._cloud.world
        return {
            "locks": [_lock_body(lock) for lock in world.locks.values()],
            "houses": [
                {"house_id": house.house_id, "name": house.name}
                for house in world.houses.values()
            ],
            "users": [
                {
                    "user_id": user.user_id,
                    "email": user.email,
                    "verified": user.verified,
                    "partner_user_id": user.partner_user_id,
                }
                for user in world.users.values()
            ],
        }

    def _named_lock(self, arguments: dict[str, Any]) -> None:
        if isinstance(arguments.get("lock"), str):
            arguments["lock"] = self._cloud.lock(arguments["lock"])

    def _furnish(self, variants: list[str], count: int, houses: list[str]) -> None:
        """Add many locks, each kind and each house in its turn."""
        for number in range(count):
            self._cloud.add_lock(
                variants[number % len(variants)],
                house=houses[number * len(houses) // count],
            )

    async def _act(self, request: web.Request) -> web.Response:
        arguments = await request.json()
        action = self.actions[arguments.pop("action")]
        self._named_lock(arguments)
        result = action(**arguments)
        if asyncio.iscoroutine(result):
            result = await result
        return _json(_lock_body(result) if isinstance(result, Lock) else result)

    async def _fault(self, request: web.Request) -> web.Response:
        arguments = await request.json()
        self._named_lock(arguments)
        target = arguments.pop("target")
        kind = KINDS[arguments.pop("kind")]
        outer = {
            name: arguments.pop(name)
            for name in ("times", "skip", "lock")
            if name in arguments
        }
        made: Kind = kind(**arguments)
        self._cloud.faults.add(target, made, **outer)
        return _json(None)

    async def _set(self, request: web.Request) -> web.Response:
        settings = await request.json()
        cloud = self._cloud
        cloud.latency = float(settings.get("latency", cloud.latency))
        cloud.pace.speed = float(settings.get("speed", cloud.pace.speed))
        for name, value in settings.get("options", {}).items():
            setattr(cloud.options, name, value)
        return _json(None)


def _json(body: object) -> web.Response:
    def plain(value: object) -> str:
        return value.isoformat() if isinstance(value, datetime) else str(value)

    return web.json_response(text=json.dumps(body, default=plain))
