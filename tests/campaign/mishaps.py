"""What goes wrong while guests come and go: at the cloud, at a lock, at home."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tests.simulator import Fail, Hang, Reset, Role, Slow, Truncate
from tests.simulator.faults import Kind

from .people import People
from .warp import WarpLoop

LOST: Final[tuple[Kind, ...]] = (
    *(Fail(status) for status in (404, 409, 422, 423, 460, 500, 503, 429)),
    Fail(409, {"message": "Unable to set intent state for pin: loaded"}),
    Fail(409, {"message": "User already has a PIN on this lock"}),
    Fail(429, headers={"Retry-After": "120"}),
    Fail(412, {"message": "no bridge"}),
    Fail(400, {"message": "pin is malformed"}),
    Fail(401),
    Fail(403, "html"),
    *(Fail(status, "html", acts=True) for status in (500, 502, 504)),
    Fail(502, "html"),
    Fail(202, "empty", acts=True),
    Fail(200, "done", acts=True),
    Fail(200, {"message": "success"}),
    Reset(),
    Reset(acts=True),
    Truncate(),
    Hang(90),
    Hang(90, acts=True),
    Slow(20),
    Slow(20, after=True),
)
ODD_LISTS: Final[tuple[Kind, ...]] = (
    Fail(200, "empty"),
    Fail(200, {"loaded": None, "created": "none"}),
    Fail(200, {"message": "success"}),
)
"""What no lock that has codes answers; of what might be true each word is believed."""


@dataclass(slots=True)
class Mishaps(People):
    """A property where something goes wrong now and then."""

    async def trouble(self) -> None:
        """Let something go wrong for a while."""
        kinds: tuple[Callable[[], Awaitable[None]], ...] = (
            *(self._fault,) * 6,
            *(self._bridge,) * 2,
            *(self._restart,) * 2,
            *(self._clock, self._stubborn, self._hold, self._token, self._role),
            *(self._reload, self._leave),
        )
        await self.chance.choice(kinds)()

    async def _fault(self) -> None:
        faults = self.bench.cloud.faults
        operation = self.chance.choice(
            ("write_pins",) * 4 + ("get_pins", "reserve_pin")
        )
        kind: Kind = self.chance.choice(LOST)
        if operation == "get_pins" and self.chance.random() < 0.4:
            kind = self.chance.choice(ODD_LISTS)
        times = self.chance.choice((1, 1, 1, 2, 5))
        self.say(f"fault {operation} {kind} {times}")
        faults.add(operation, kind, times=times, skip=self.chance.choice((0, 0, 1)))

    async def _bridge(self) -> None:
        cloud, lock = self.bench.cloud, self.chance.choice(self.bench.cloud.locks)
        self.say(f"bridge {lock.name} {not lock.online}")
        if lock.online:
            await cloud.faults.bridge_offline(lock)
        else:
            await cloud.faults.bridge_online(lock)

    async def _restart(self) -> None:
        cleanly = self.chance.random() < 0.5
        self.bench.pause = self.chance.choice((1, 60, 4000))
        self.say(f"restart {cleanly} {self.bench.pause}")
        await self.bench.restart(cleanly=cleanly)

    async def _clock(self) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, WarpLoop)
        if self.chance.random() < 0.5:
            seconds = self.chance.choice((-3600, -90, 0, 90, 3600))
            self.say(f"clock {seconds}")
            self.bench.cloud.faults.set_clock(timedelta(seconds=seconds))
        else:
            back = timedelta(minutes=self.chance.choice((1, 70, 1500)))
            self.say(f"clock back {back}")
            loop.set_back(back)
            self.bench.cloud.clock.offset += back

    async def _stubborn(self) -> None:
        lock = self.chance.choice(self.bench.cloud.locks)
        word = None if lock.habits.refuses_pins else "lock refuses"
        self.say(f"stubborn {lock.name} {word}")
        lock.habits.refuses_pins = word
        lock.habits.refused_pins_stay = self.chance.random() < 0.3

    async def _hold(self) -> None:
        lock = self.chance.choice(self.bench.cloud.locks)
        self.say(f"hold {lock.name}")
        self.bench.cloud.locksmith.hold(lock)
        self.bench.later(
            self.chance.choice((60, 400, 4000)),
            lambda: self.bench.cloud.locksmith.release(lock),
        )

    async def _token(self) -> None:
        self.say("token")
        self.bench.cloud.faults.expire_tokens()

    async def _role(self) -> None:
        cloud = self.bench.cloud
        lock = self.chance.choice(cloud.locks)
        role = lock.users.get(cloud.owner.user_id)
        new = Role.SUPERUSER if role is not Role.SUPERUSER else Role.USER
        self.say(f"role {lock.name} {new}")
        lock.users[cloud.owner.user_id] = new

    async def _reload(self) -> None:
        self.say("reload")
        await self.bench.sign_in_again()

    async def _leave(self) -> None:
        """Let a lock leave the login, or come back; what was known of its codes may be forgotten."""
        cloud = self.bench.cloud
        lock = self.chance.choice(cloud.locks)
        owner = cloud.owner.user_id
        self.say(f"leave {lock.name} {owner in lock.users}")
        if lock.users.pop(owner, None) is None:
            lock.users[owner] = Role.SUPERUSER
            return
        self.left.add(lock.lock_id)
        for key in [key for key in self.wishes if key[0] == lock.lock_id]:
            del self.wishes[key]
        ours = {pin.pin_id for pin in lock.pins.pins} - self.theirs.keys()
        self.meddled |= ours
