"""What an access entity has told, for the tests of several files."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from tests.home import Home
from tests.simulator import Bolt, Cause, Lock
from tests.simulator.accounts import User
from tests.simulator.motion import Origin

DOOR = "Front Door"
FEED = "get_activities"


class Stories:
    """Listens to the events of a lock, as an automation does."""

    def __init__(self, home: Home, lock: str = DOOR, key: str = "access") -> None:
        """Begin to listen."""
        self.home = home
        self.lock = lock
        self.key = key
        self.told: list[dict[str, Any]] = []
        self.since = len(home.cloud.requests)
        entity_id = home.entity_id("event", lock, key)
        assert entity_id is not None
        self.stop = async_track_state_change_event(home.hass, entity_id, self._changed)

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        before, state = event.data["old_state"], event.data["new_state"]
        if state is None or state.state in ("unknown", "unavailable"):
            return
        if before is None or before.state == "unavailable":
            return
        if before.state != state.state:
            self.told.append(dict(state.attributes))

    @property
    def kinds(self) -> list[str]:
        """Return what has happened, in short."""
        return [story["event_type"] for story in self.told]

    @property
    def reads(self) -> int:
        """Count how often the feed was read."""
        return self.home.cloud.requests.count(FEED, since=self.since)

    @property
    def entries(self) -> list[int]:
        """Return how many entries of the feed each read has asked for."""
        reads = self.home.cloud.requests.of(FEED, since=self.since)
        return [int(read.query["limit"]) for read in reads]

    async def are(self, *kinds: str, in_order: bool = True) -> list[dict[str, Any]]:
        """Wait until so much was told, and see that no more is."""
        with suppress(TimeoutError):
            await self.home.when(lambda: len(self.told) >= len(kinds), seconds=3)
        await self.home.keeps_still()
        story = [(one["event_type"], one.get("at")) for one in self.told]
        if in_order:
            assert self.kinds == list(kinds), story
        assert sorted(self.kinds) == sorted(kinds), story
        return self.told


async def enter(home: Home, lock: Lock, user: User, bolt: Bolt = Bolt.UNLOCKED) -> None:
    """Type a good code."""
    origin = Origin(cause=Cause.KEYPAD, user=user)
    await home.cloud.motion.arrive(lock, bolt, origin)


async def in_turn(*deeds: Awaitable[object]) -> None:
    """Do one thing after the other; nobody does two in the same millisecond."""
    for deed in deeds:
        await deed
        await asyncio.sleep(0.01)


async def overtake(
    home: Home, lock: Lock, first: User, second: User, *, after: float = 0.3
) -> None:
    """Let somebody enter and lock, both unheard, and somebody else be heard who enters after that."""
    home.cloud.faults.lose_messages(2)
    await in_turn(enter(home, lock, first), home.cloud.hands.lock(lock))
    await asyncio.sleep(after)
    await enter(home, lock, second)


def at(story: dict[str, Any]) -> float:
    """Return how long ago it happened, in seconds."""
    found = dt_util.parse_datetime(story["at"])
    assert found is not None
    return (dt_util.utcnow() - found).total_seconds()


def rows(hass: HomeAssistant) -> str:
    """Return all states with their attributes, as text."""
    return str([(one.state, dict(one.attributes)) for one in hass.states.async_all()])
