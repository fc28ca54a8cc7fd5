"""What is done to a system that is measured; each returns its figures.

Times are seconds, memory is bytes. CPU is this process's: the simulated cloud has
its own.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
import ctypes
from dataclasses import dataclass
from datetime import datetime
import gc
import os
from pathlib import Path
import time
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .cloud import Control
from .loop import Imports, Stalls, Wakeups
from .systems import System

type Figures = dict[str, Any]

CALM: Final = 1.0
"""Seconds without request and change after which a system has come to rest."""
LIMIT: Final = 300.0
"""Seconds that anything may take."""
LOOK: Final = 0.002


@dataclass(kw_only=True)
class Bench:
    """A system on the bench."""

    hass: HomeAssistant
    system: System
    control: Control
    about: Mapping[str, Any]
    latency: float
    entry: ConfigEntry | None = None

    @property
    def loaded(self) -> ConfigEntry:
        """The entry that is set up."""
        assert self.entry is not None
        return self.entry

    async def requests(self, since: int = 0) -> list[Mapping[str, Any]]:
        """Return the requests that the cloud has seen, the socket's handshake apart."""
        seen = await self.control.tell("requests", since=since)
        return [each for each in seen if each["operation"] != "socket"]

    def entities(self, domain: str | None = None) -> list[er.RegistryEntry]:
        """Return the system's entities that are enabled."""
        return [
            found
            for found in er.async_entries_for_config_entry(
                er.async_get(self.hass), self.loaded.entry_id
            )
            if found.disabled_by is None and domain in (None, found.domain)
        ]


class Changes:
    """Follows the states of entities of one platform (integration)."""

    def __init__(self, hass: HomeAssistant, domain: str) -> None:
        """Listen from now on."""
        self._registry = er.async_get(hass)
        self._domain = domain
        self.last = time.perf_counter()
        self.count: Counter[str] = Counter()
        self.stop = hass.bus.async_listen(EVENT_STATE_CHANGED, self._changed)

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        found = self._registry.async_get(event.data["entity_id"])
        if found is not None and found.platform == self._domain:
            self.last = time.perf_counter()
            old, new = event.data["old_state"], event.data["new_state"]
            if old is None or new is None or old.state != new.state:
                self.count[event.data["entity_id"]] += 1

    def of(self, domain: str) -> int:
        """Return how often the states of a domain's entities changed."""
        return sum(
            count
            for entity_id, count in self.count.items()
            if entity_id.startswith(f"{domain}.")
        )


async def until(what: Callable[[], bool], limit: float = LIMIT) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(limit):
        while not what():
            await asyncio.sleep(LOOK)


async def set_up(bench: Bench, job: Mapping[str, Any]) -> Figures:
    """Set the system up, for the first time or again, until it has come to rest.

    `shown`: every entity there will be has its state, whatever brought it, and push is
    connected. `seconds`: nothing is asked any more either.
    """
    hass, system = bench.hass, bench.system
    stored = hass.config_entries.async_entries(system.domain)
    seen = len(await bench.control.tell("requests"))
    memory = resident()
    changes, imports = Changes(hass, system.domain), Imports(*system.packages)
    wall, begin, cpu = time.time(), time.perf_counter(), time.process_time()
    # Both import it for the first time: that is a part of every start.
    system.aim(bench.about)
    await system.trust(hass, bench.about)
    setting: Awaitable[object]
    if stored:
        entry = stored[0]
        setting = hass.config_entries.async_setup(entry.entry_id)
    else:
        entry = system.entry(bench.about)
        setting = hass.config_entries.async_add(entry)
    bench.entry = entry
    await setting
    if entry.state is not ConfigEntryState.LOADED:
        raise RuntimeError(f"{system.domain} is {entry.state}: {entry.reason}")
    returned = time.perf_counter()
    await until(lambda: system.connected(entry))
    connected = time.perf_counter()
    count, calm_since = -1, time.perf_counter()
    while time.perf_counter() - max(calm_since, changes.last) < CALM + bench.latency:
        await asyncio.sleep(0.1)
        if (now := len(await bench.control.tell("requests"))) != count:
            count, calm_since = now, time.perf_counter()
    changes.stop()
    imports.stop()
    used = time.process_time() - cpu
    requests = await bench.requests(seen)
    last = max((_epoch(each["at"]) for each in requests), default=wall)
    answered = last + bench.latency - wall
    shown = max(returned, connected, changes.last) - begin
    without = [
        found.entity_id
        for found in bench.entities()
        if hass.states.get(found.entity_id) is None
    ]
    if without:
        raise RuntimeError(f"no state: {without}")
    return {
        "seconds": max(shown, answered),
        "shown": shown,
        "returned": returned - begin,
        "push": connected - begin,
        "cpu": used,
        "requests": len(requests),
        "operations": dict(Counter(each["operation"] for each in requests)),
        "entities": len(bench.entities()),
        "locks": len(bench.entities("lock")),
        "memory": resident() - memory,
        "modules": len(imports.loaded),
        "in_loop": imports.in_loop,
    }


async def push(bench: Bench, job: Mapping[str, Any]) -> Figures:
    """Let the cloud tell of bolts that move, one message after the other."""
    count, every = int(job["count"]), float(job["every"])
    locks = [found.entity_id for found in bench.entities("lock")]
    await chatter(bench, len(locks), 0)
    changes = Changes(bench.hass, bench.system.domain)
    seen = len(await bench.control.tell("requests"))
    idle = await _idle_cpu(0.5)
    # Its looks cost too: CPU and stalls are two runs.
    stalls = Stalls() if job.get("stalls") else None
    begin, cpu = time.perf_counter(), time.process_time()
    await chatter(bench, count, every)
    lost = await _arrived(changes, count)
    took = changes.last - begin
    used = time.process_time() - cpu
    changes.stop()
    if stalls is not None:
        stalls.stop()
    requests = await bench.requests(seen)
    return {
        "messages": count,
        "lost": lost,
        "cpu": max(0.0, used - idle * (time.perf_counter() - begin)) / count,
        "seconds": took,
        "stall": 0.0 if stalls is None else stalls.longest,
        "requests": len(requests),
        "wrong": await _wrong(bench),
    }


async def chatter(bench: Bench, count: int, every: float) -> None:
    """Let bolts move so often, `every` seconds; 0: all at once."""
    await bench.control.do("chatter", count=count, every=every)


async def _arrived(changes: Changes, count: int) -> int:
    """Wait until all have arrived, or no more do; return how many have not."""
    while changes.of("lock") < count and time.perf_counter() - changes.last < 2:
        await asyncio.sleep(0.01)
    return max(0, count - changes.of("lock"))


async def _idle_cpu(seconds: float) -> float:
    """Return what a second costs in which nothing happens."""
    cpu = time.process_time()
    await asyncio.sleep(seconds)
    return (time.process_time() - cpu) / seconds


async def _wrong(bench: Bench) -> int:
    """Return how many lock entities do not show what the bolt is."""
    world = await bench.control.tell("world")
    bolts = {lock["lock_id"]: lock["bolt"] for lock in world["locks"]}
    wrong = 0
    for found in bench.entities("lock"):
        state = bench.hass.states.get(found.entity_id)
        bolt = next(
            bolt for lock_id, bolt in bolts.items() if lock_id in found.unique_id
        )
        wrong += state is None or state.state != bolt
    return wrong


async def reads(bench: Bench, job: Mapping[str, Any]) -> Figures:
    """Count what is asked after one message, for `seconds`.

    Core's library asks nothing in the first 45 s after a start: that is not waited for.
    """
    _past_the_start(bench)
    seen = len(await bench.control.tell("requests"))
    await chatter(bench, 1, 0)
    await asyncio.sleep(float(job["seconds"]))
    return {"requests": len(await bench.requests(seen))}


async def alone(bench: Bench, job: Mapping[str, Any]) -> Figures:
    """Let one bolt move now and then, out and in; count all that a message sets off.

    Core's library reads the activities of the house 3 s after each message and once more
    4 s after that: within `seconds` everything has come to rest again.
    """
    _past_the_start(bench)
    seconds, pairs = float(job["seconds"]), int(job["pairs"])
    await _spent(bench, 0, seconds)
    seen, costs = len(await bench.control.tell("requests")), []
    for _ in range(pairs):
        changes = Changes(bench.hass, bench.system.domain)
        spent = await _spent(bench, 1, seconds) + await _spent(bench, 1, seconds)
        changes.stop()
        if changes.of("lock") != 2:
            raise RuntimeError(f"{changes.of('lock')} changes after two messages")
        # Time in which nothing happens, and telling the cloud, cost something too.
        costs.append(max(0.0, spent / 2 - await _spent(bench, 0, seconds)))
    requests = len(await bench.requests(seen)) / pairs / 2
    return {"cpu": median(costs), "requests": requests}


async def _spent(bench: Bench, messages: int, seconds: float) -> float:
    """Return the CPU of so much time that begins with so many messages."""
    cpu = time.process_time()
    await chatter(bench, messages, 0)
    await asyncio.sleep(seconds)
    return time.process_time() - cpu


def _past_the_start(bench: Bench) -> None:
    """Let core's library do after a message what it does not in the first 45 s of a start."""
    if bench.system.domain == "yale":
        from yalexs.manager import activity  # type: ignore[import-untyped]

        activity.INITIAL_LOCK_RESYNC_TIME = 0


async def command(bench: Bench, job: Mapping[str, Any]) -> Figures:
    """Lock and unlock by the action; count until the request is at the cloud."""
    entity_id = next(
        found.entity_id
        for found in bench.entities("lock")
        if not _opens(bench.hass, found.entity_id)
    )
    waits, cpus = [], []
    for number in range(int(job["count"])):
        state = bench.hass.states.get(entity_id)
        assert state is not None
        locked = state.state == "locked"
        target = "unlocked" if locked else "locked"
        seen = len(await bench.control.tell("requests"))
        wall, cpu = time.time(), time.process_time()
        await bench.hass.services.async_call(
            "lock",
            "unlock" if locked else "lock",
            {"entity_id": entity_id},
            blocking=True,
        )
        await until(lambda target=target: _shows(bench.hass, entity_id, target), 10)  # type: ignore[misc]
        used = time.process_time() - cpu
        requests = await bench.requests(seen)
        commands = [each for each in requests if each["operation"] == "remote_operate"]
        if len(commands) != 1:
            raise RuntimeError(f"{len(commands)} commands on the wire")
        # The first opens connections and fills caches.
        if number:
            waits.append(_epoch(commands[0]["at"]) - wall)
            cpus.append(used)
    return {"seconds": median(waits), "cpu": median(cpus)}


def _shows(hass: HomeAssistant, entity_id: str, shown: str) -> bool:
    state = hass.states.get(entity_id)
    return state is not None and state.state == shown


def _opens(hass: HomeAssistant, entity_id: str) -> bool:
    state = hass.states.get(entity_id)
    return state is None or bool(state.attributes.get("supported_features"))


async def idle(bench: Bench, job: Mapping[str, Any]) -> Figures:
    """Count how often the event loop wakes up while nothing happens."""
    seconds = float(job["seconds"])
    seen = len(await bench.control.tell("requests"))
    await asyncio.sleep(CALM)
    wakeups, cpu = Wakeups(), time.process_time()
    await asyncio.sleep(seconds)
    used = time.process_time() - cpu
    wakeups.stop()
    return {
        # One of them is the end of this very sleep.
        "wakeups_per_minute": (wakeups.count - 1) * 60 / seconds,
        "cpu_per_minute": used * 60 / seconds,
        "requests": len(await bench.requests(seen)),
    }


async def reconnect(bench: Bench, job: Mapping[str, Any]) -> Figures:
    """Reset the socket; count what is asked in the next `seconds`, and how fast."""
    seen = len(await bench.control.tell("requests"))
    await bench.control.do("drop_sockets")
    await asyncio.sleep(float(job["seconds"]))
    requests = await bench.requests(seen)
    return {
        "requests": len(requests),
        "connected": bench.system.connected(bench.loaded),
    }


TASKS: Final[dict[str, Callable[[Bench, Mapping[str, Any]], Awaitable[Figures]]]] = {
    task.__name__: task
    for task in (set_up, push, reads, alone, command, idle, reconnect)
}


def median(values: list[float]) -> float:
    """Return the middle one."""
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2


def resident() -> int:
    """Return the memory that this process holds, without what it could give back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
