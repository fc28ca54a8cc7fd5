"""Whatever happens at many doors at once, and whatever becomes of the news: it is told exactly.

Each door has a story of its own, drawn by chance, and troubles of its own on the stream: messages
that are lost, doubled, delayed, or come in another order. With `HYPOTHESIS_PROFILE=default` they are
other stories each time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import os
from random import Random
from typing import Any, Final, Self

from homeassistant.util import dt as dt_util
import pytest

from custom_components.yale_august.history import (
    cases,
    journal,
    orders,
    rows,
    waiting,
    witness,
)
from tests.home import Home
from tests.simulator import Bolt, Cause, Lock
from tests.simulator.accounts import User
from tests.simulator.motion import Origin

from .stories import FEED, Stories, enter

SCALE: Final = 20
"""All goes so much faster here than at a real door."""
DOORS: Final = 8
DEEDS: Final = 6
IS_SUITE: Final = os.environ.get("HYPOTHESIS_PROFILE", "suite") == "suite"
SHAPES: Final = [
    ("bare", True),
    ("full", False),
    *([] if IS_SUITE else [("bare", False), ("full", True)]),
]
"""Whether messages say who it was, and whether they tell their time."""


@dataclass(frozen=True, kw_only=True)
class Deed:
    """Something that happened, or was told."""

    kind: str
    person: str | None = None
    method: str = "unknown"
    at: datetime = field(default_factory=dt_util.utcnow)

    @classmethod
    def told(cls, story: dict[str, Any]) -> Self:
        """Return what an event tells."""
        at = dt_util.parse_datetime(story["at"])
        assert at is not None
        return cls(
            kind=story["event_type"],
            person=story["person"],
            method=story["method"],
            at=at,
        )

    @property
    def what(self) -> tuple[str, str, str]:
        """Return all but the time."""
        return self.kind, self.person or "", self.method


@dataclass
class Play:
    """What happens at one door."""

    home: Home
    lock: Lock
    guest: User
    chance: Random
    happened: list[Deed] = field(default_factory=list)

    @property
    def is_out(self) -> bool:
        """Whether the bolt is."""
        return self.lock.bolt in (Bolt.LOCKED, Bolt.SECURE)

    async def run(self) -> None:
        """Let it happen; nobody is quicker than a few seconds."""
        for _ in range(DEEDS):
            await self.chance.choice(self._possible())()
            await asyncio.sleep(self.chance.uniform(4, 20) / SCALE)
        await self.home.keeps_still()
        # The last word is lost on nobody, and the feed is asked who it was.
        self.home.cloud.push.rules.clear()
        if self.is_out:
            await self._by_code()
            await asyncio.sleep(4 / SCALE)
        await self._by_hand("lock")

    def _possible(self) -> list[Callable[[], Awaitable[None]]]:
        any_time = [self._swing, self._by_wrong_code, self._by_app]
        if self.is_out:
            by_hand = [
                lambda: self._by_hand("unlock"),
                lambda: self._by_hand("unlatch"),
            ]
            return [*any_time, self._by_code, *by_hand]
        return [
            *any_time,
            lambda: self._by_hand("lock"),
            self._secure,
            *self._by_itself(),
        ]

    def _by_itself(self) -> list[Callable[[], Awaitable[None]]]:
        hands, lock = self.home.cloud.hands, self.lock
        return [
            lambda: self._do(hands.auto_lock(lock), "auto_locked", method="auto"),
            lambda: self._do(hands.one_touch_lock(lock), "locked", method="one_touch"),
        ]

    async def _do(self, deed: Awaitable[object], kind: str, **more: Any) -> None:
        await deed
        self.happened.append(Deed(kind=kind, **more))

    async def _swing(self) -> None:
        hands, lock = self.home.cloud.hands, self.lock
        if lock.door == "closed":
            await self._do(hands.open_door(lock), "door_opened")
        else:
            await self._do(hands.close_door(lock), "door_closed")

    async def _by_hand(self, deed: str) -> None:
        kind = {"lock": "locked", "unlock": "unlocked", "unlatch": "opened"}[deed]
        turn = getattr(self.home.cloud.hands, deed)
        await self._do(turn(self.lock), kind, method="manual")

    async def _by_code(self) -> None:
        deed = enter(self.home, self.lock, self.guest)
        await self._do(deed, "unlocked", person="Pia Pin", method="keypad")

    async def _by_wrong_code(self) -> None:
        deed = self.home.cloud.hands.type_pin(self.lock, "999999")
        await self._do(deed, "denied_code", method="keypad")

    async def _by_app(self) -> None:
        await self._drive(Bolt.UNLOCKED if self.is_out else Bolt.LOCKED)

    async def _secure(self) -> None:
        await self._drive(Bolt.SECURE)

    async def _drive(self, target: Bolt) -> None:
        """Let the owner move the bolt in the app: it moves, then it is there."""
        origin = Origin(cause=Cause.REMOTE, user=self.home.cloud.owner)
        kind = "secured" if target is Bolt.SECURE else target.value
        deed = self.home.cloud.motion.drive(self.lock, target, origin)
        await self._do(deed, kind, person="Olivia Owner", method="remote")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, pace: Callable[..., None]) -> None:
    """Let what is close in time be so by this scale; a busy machine may lag."""
    for module in (cases, journal, orders, rows, waiting, witness):
        for name in ("SECOND", "MATCH", "CROSS", "OTHER", "GRAIN", "LATE"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, getattr(module, name) / SCALE)
    pace(name=timedelta(seconds=2), feed_lag=timedelta(seconds=0.25))


def trouble(home: Home, lock: Lock, chance: Random, *, stamped: bool) -> None:
    """Let most of the messages come to grief.

    Where they tell no time their order is all that says when it was: then it stays.
    """
    faults = home.cloud.faults
    for _ in range(2 * DEEDS):
        match chance.choice("1ld" + "sw" * stamped):
            case "l":
                faults.lose_messages(chance.randint(1, 2), lock)
            case "d":
                faults.double_messages(1, lock)
            case "s":
                faults.shuffle_messages(chance.randint(2, 3), lock)
            case "w":
                faults.delay_messages(chance.uniform(0.01, 0.2), 1, lock)
            case _:
                # It goes through as it is.
                faults.shuffle_messages(1, lock)


def ordered(
    deeds: list[Deed], *, named: bool
) -> list[tuple[tuple[str, ...], datetime]]:
    """Return what can be known of deeds, alike ones by their time.

    Where messages say who it was, the feed is not asked how; and of a pulled latch whose message was
    lost they tell the end, which is a bolt that is in.
    """
    found = []
    for deed in deeds:
        kind, person, method = deed.what
        if named:
            kind, method = "unlocked" if kind == "opened" else kind, ""
        found.append(((kind, person, method), deed.at))
    return sorted(found)


@pytest.mark.parametrize(("shape", "stamped"), SHAPES)
async def test_exactly_what_happened(
    home: Home, pia: User, quick: None, shape: Any, stamped: bool
) -> None:
    """Each deed once, with who and how and its own time; none twice, also not after a restart."""
    seed = 1 if IS_SUITE else Random().randrange(10**6)
    chance = Random(seed)
    cloud = home.cloud
    cloud.options.push_shape, cloud.options.push_timestamps = shape, stamped
    plays = [
        Play(
            home,
            cloud.add_lock("secure", name=f"Door {number}"),
            pia,
            Random(seed + number),
        )
        for number in range(DOORS)
    ]
    entry = await home.set_up()
    stories = {play.lock.name: Stories(home, play.lock.name) for play in plays}
    since = len(cloud.requests)
    for play in plays:
        trouble(home, play.lock, chance, stamped=stamped)
    await asyncio.gather(*(play.run() for play in plays))
    await home.keeps_still(seconds=1)
    reads = cloud.requests.count(FEED, since=since)
    assert reads <= sum(len(play.happened) for play in plays)
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.keeps_still(seconds=0.5)
    for play in plays:
        found = ordered(
            [Deed.told(story) for story in stories[play.lock.name].told],
            named=shape == "full",
        )
        expected = ordered(play.happened, named=shape == "full")
        where = (seed, play.lock.name)
        assert [what for what, _ in found] == [what for what, _ in expected], where
        for (_, one), (_, other) in zip(found, expected, strict=True):
            assert abs(one - other) < timedelta(seconds=1.5), where
