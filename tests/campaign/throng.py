"""Many hands at few doors, all at once: commands that cross, are given up, or lose their entry."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
import random
from typing import Final

from homeassistant.exceptions import HomeAssistantError

from custom_components.yale_august.cloud.models import Command
from custom_components.yale_august.commands.question import async_ask
from custom_components.yale_august.knowledge.readings import UNDATED
from tests.simulator import REMOVED, Cause, Fail, Hang, Lock, Slow, Truncate
from tests.simulator.faults import Kind

from .bench import Bench, bench
from .trouble import CALLS, READS, Mischief
from .walk import by_hand
from .warp import WarpLoop
from .watch import BOLTS, DOORS, ENDS, MOVING, SAMPLE, Watch, written

VARIANTS: Final = ("unlatch", "connect", "no_doorsense")
WORDS: Final = {"lock": "lock", "unlock": "unlock", "open": "unlatch"}
KEPT: Final = {"not_checked", "not_sent", "budget_exhausted", "still_busy"}
"""What a person is told of a command that never was on the wire."""
HURRY: Final = 25.0
"""Seconds between two things that happen, on the average."""
QUIET: Final = 60.0
"""So long after the last thing has happened everything is known."""
REST: Final = 5400.0
LONGEST: Final = 45.0 + 10 + 10 + 45 + 10 + 10
"""Seconds that anything may take that a person waits for: its turn, a look first, the deadline."""
STRANGE: Final[tuple[Kind, ...]] = (
    *(Fail(200, body) for body in ("null", "[]", "{}", "0", '"locked"', "NaN", "{")),
    Fail(200, "\x1f\x8b\x08 no gzip", {"Content-Encoding": "gzip"}),
    Fail(200, "{}", {"Content-Encoding": "br"}),
    Fail(200, "{}", {"Date": "Fri, 31 Dec 9999 23:59:59 GMT"}),
    Fail(200, "{}", {"Date": "Thu, 01 Jan 1970 00:00:00 GMT"}),
    Fail(401),
    Fail(404),
    Fail(429, headers={"Retry-After": "-5"}),
    Fail(429, headers={"Retry-After": "0.5"}),
    Fail(429, headers={"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}),
    Fail(429, headers={"Retry-After": "NaN"}),
    Truncate(),
    Slow(3, after=True),
    Hang(60, acts=True),
)
FIELDS: Final = (
    *(("detail", f"LockStatus.{name}") for name in ("status", "dateTime", "doorState")),
    *(("detail", name) for name in ("LockStatus", "Bridge", "battery", "LockID")),
    *(("status", name) for name in ("status", "dateTime", "valid")),
    *(("operation", name) for name in ("status", "info", "doorState")),
    *(("push", name) for name in ("lockAction", "lockID", "timeStamp")),
)
VALUES: Final[tuple[object, ...]] = (
    *(None, REMOVED, "", 0, -1, True, [], {}, [None], {"a": None}, "\ud800", "null"),
    *("0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", 1e300, 10**400),
)


type Kinds = tuple[Callable[[], Awaitable[None]], ...]


class Throng:
    """People and trouble at every door."""

    def __init__(self, found: Bench, chance: random.Random) -> None:
        """Begin with everybody away."""
        self.bench = found
        self.watch = Watch(found)
        self.outcomes: Counter[str] = Counter()
        self.count: Counter[str] = Counter()
        self._chance = chance
        self._mischief = Mischief(found, chance)
        self._running: dict[asyncio.Task[None], str] = {}
        self._given: Counter[tuple[str, str]] = Counter()
        """How often a command was given that may have been sent, by lock and word."""
        self._locks = list(found.cloud.locks)
        self._moving: dict[str, float] = {}
        self._failed: list[BaseException] = []

    async def live(self, seconds: float) -> None:
        """Let things happen."""
        trouble = (
            *(self.strange, self.strange, self.field, self.set_clock),
            *(self.go_and_come, self.rename, self.trouble),
        )
        await self._let_happen(seconds, trouble, HURRY)

    async def hurry(self, seconds: float) -> None:
        """Let nothing go wrong but that answers are slow; then all is true as soon as it is quiet."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until:
            await self._let_happen(60, (self.slow, self.slow), 1)
            self.bench.cloud.faults.clear()
            if self._running:
                await asyncio.wait(self._running)
            for _ in range(20):
                await asyncio.sleep(0.5)
                await self._is_right()
            await asyncio.sleep(QUIET)
            self._look()
            self.watch.is_true()

    async def _is_right(self) -> None:
        """See that nothing is shown that is not so; what a latch does by itself comes by a message."""
        if wrong := self._wrong():
            await asyncio.sleep(0.1)
            wrong &= self._wrong()
        assert not wrong, wrong

    def _wrong(self) -> set[str]:
        """Return what is shown that is not so."""
        wrong = set[str]()
        for lock in self._locks:
            if (found := self.bench.lock(lock)) is not None:
                if found.bolt not in (None, BOLTS[lock.bolt]):
                    wrong.add(f"{found.bolt} is shown, it is {lock.bolt}")
                if found.door not in (None, DOORS[lock.door]):
                    wrong.add(f"{found.door} is shown, it is {lock.door}")
        return wrong

    async def _let_happen(self, seconds: float, trouble: Kinds, hurry: float) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        kinds: Kinds = (
            *[self.command] * 16,
            *[self.turn] * 8,
            *[self.give_up] * 4,
            *(self.ask, self.ask, self.read, self.reload),
            *trouble,
        )
        while loop.time() < until:
            pause = self._chance.choice(
                (0.0, 0.01, 0.3, 1.0, 2.0, 2 * hurry, 3 * hurry)
            )
            await asyncio.sleep(pause * self._chance.random())
            kind = self._chance.choice(kinds)
            self.count[getattr(kind, "__name__", "?")] += 1
            await kind()
            self._look()

    # People

    async def command(self) -> None:
        """Give a command, whoever else does."""
        lock = self._any()
        if self.bench.lock(lock) is None:
            return
        action = self._chance.choice(("lock", "unlock", "open"))
        task = asyncio.create_task(self._command(lock, action))
        self._running[task] = action
        task.add_done_callback(self._over)

    async def _command(self, lock: Lock, action: str) -> None:
        loop = asyncio.get_running_loop()
        begun, record = loop.time(), len(self.bench.cloud.record)
        sent = len(self.bench.cloud.requests)
        before = lock.bolt
        found = self.bench.lock(lock)
        key = lock.lock_id, WORDS[action]
        try:
            outcome = await self.bench.operate(lock, action)
        except asyncio.CancelledError:
            self._given[key] += 1
            self.outcomes["given up"] += 1
            raise
        assert found is not None
        self.outcomes[outcome or "confirmed"] += 1
        took = loop.time() - begun
        assert took <= LONGEST, f"{action} took {took:.0f} s: {outcome}"
        assert outcome != "no sentence"
        if outcome not in KEPT:
            self._given[key] += 1
        if outcome is None and any(
            lock.lock_id in seen.path
            for seen in self.bench.cloud.requests.of("remote_operate", since=sent)
        ):
            since = self.bench.cloud.record[record:]
            was = {moved.kind for moved in since if moved.lock_id == lock.lock_id}
            assert (was | {before, lock.bolt}) & ENDS[action], (
                f"{action} is confirmed; it was {before}, then {was}, is {lock.bolt}"
            )

    async def turn(self) -> None:
        """Turn a bolt by hand."""
        lock = self._any()
        deed = self._chance.choice(("lock", "unlock", "open", "close", "auto"))
        await by_hand(self.bench.cloud.hands, lock, deed)

    async def give_up(self) -> None:
        """Cancel something that somebody waits for."""
        if self._running:
            self._chance.choice(list(self._running)).cancel()

    async def ask(self) -> None:
        """Ask a lock how it is."""
        if (found := self.bench.lock(self._any())) is None:
            return

        async def question() -> None:
            try:
                await async_ask(found, Command.STATUS)
                self.outcomes["asked"] += 1
            except HomeAssistantError as err:
                self.outcomes[f"asked: {err.translation_key}"] += 1

        task = asyncio.create_task(question())
        self._running[task] = "status"
        task.add_done_callback(self._over)

    async def read(self) -> None:
        """Want to know it now."""
        if (found := self.bench.lock(self._any())) is not None:
            found.async_read_soon()

    # Trouble

    async def slow(self) -> None:
        """Let some answers be slow."""
        operation = self._chance.choice((*READS, "remote_operate", "remote_operate"))
        seconds = self._chance.choice((0.1, 0.6, 1.7, 2.5, 6.0))
        kind = Slow(seconds, after=self._chance.random() < 0.6)
        self.bench.cloud.faults.add(operation, kind, times=self._chance.randint(1, 4))

    async def strange(self) -> None:
        """Answer something that nobody expects."""
        operation = self._chance.choice(CALLS[:-1] + ("remote_operate",) * 4)
        kind = self._chance.choice(STRANGE)
        if operation in ("token", "socket") and not (
            isinstance(kind, Fail) and kind.status == 429
        ):
            kind = Fail(503)
        if operation == "create_subscriber" and not isinstance(kind, Fail):
            # Nobody could know of a subscriber whose id has never come.
            kind = Fail(502, "html")
        if operation == "delete_subscriber":
            # It may be told that there is none.
            self.watch.may_abandon = True
        self.bench.cloud.faults.add(operation, kind, times=self._chance.randint(1, 3))

    async def field(self) -> None:
        """Put something strange in one field, for a while."""
        lock = self._any()
        place, path = self._chance.choice(FIELDS)
        value = self._chance.choice(VALUES)
        self.bench.cloud.faults.malform(lock, path, value, place=place)
        self.bench.later(
            self._chance.uniform(1, 300),
            lambda: lock.malformed.pop((place, path), None),
        )

    async def reload(self) -> None:
        """Load the entry anew, whatever runs."""
        if not self.bench.loaded:
            return
        await self.bench.reload()

    async def set_clock(self) -> None:
        """Set our own clock, or let the machine sleep."""
        loop, cloud = asyncio.get_running_loop(), self.bench.cloud
        assert isinstance(loop, WarpLoop)
        seconds = self._chance.choice((-7200, -60, -3, 3, 60, 7200))
        loop.set_back(timedelta(seconds=-seconds))
        if seconds < 0 or self._chance.random() < 0.5:
            offset = cloud.clock.offset - timedelta(seconds=seconds)
            cloud.faults.set_clock(offset)

    async def go_and_come(self) -> None:
        """Take a lock from the account, and give it back."""
        lock, cloud = self._any(), self.bench.cloud
        cloud.remove_lock(lock)
        self.bench.account.roster.async_read_soon()

        def back() -> None:
            cloud.world.locks[lock.lock_id] = lock

        self.bench.later(self._chance.choice((0.5, 30, 200)), back)

    async def rename(self) -> None:
        """Call a lock otherwise."""
        name = f"Drawbridge {self._chance.randint(1, 9)}"
        self.bench.cloud.rename_lock(self._any(), name)

    async def trouble(self) -> None:
        """Let something else go wrong."""
        kinds = (
            *(self.message, self._mischief.connection, self._mischief.lock),
            *(self._mischief.bridge, self._mischief.cache, self._mischief.token),
            self._mischief.subscribers,
        )
        await self._chance.choice(kinds)()

    async def message(self) -> None:
        """Lose messages, or send them twice; a late one without a time could prove anything."""
        faults, count = self.bench.cloud.faults, self._chance.randint(1, 6)
        if self._chance.random() < 0.5:
            faults.lose_messages(count)
        else:
            faults.double_messages(count)

    # What must be true

    def _any(self) -> Lock:
        return self._chance.choice(self._locks)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        if not task.cancelled() and (err := task.exception()) is not None:
            self._failed.append(err)

    def _look(self) -> None:
        if self._failed:
            raise self._failed[0]
        now = asyncio.get_running_loop().time()
        for lock in self._locks:
            found = self.bench.lock(lock)
            since = self._moving.setdefault(lock.lock_id, now)
            if found is None or found.bolt not in MOVING or found.data.commanded:
                del self._moving[lock.lock_id]
            else:
                assert now - since < 2 * SAMPLE + 3 * HURRY, f"{found.bolt} for ever"

    async def rest(self) -> None:
        """Take all trouble back; then everything is free, true and as it was asked for."""
        cloud = self.bench.cloud
        if self._running:
            await asyncio.wait(self._running)
        self._look()
        cloud.faults.clear()
        for lock in self._locks:
            cloud.world.locks.setdefault(lock.lock_id, lock)
            lock.malformed.clear()
            cloud.faults.mend(lock)
            cloud.faults.stale_cache(lock, stale=False)
            await cloud.faults.bridge_online(lock)
        await asyncio.sleep(REST)
        if self.bench.entry.asked_for_login:
            object.__setattr__(self.bench.entry, "asked_for_login", 0)
            self.outcomes["new login"] += 1
            await self.bench.sign_in_again()
            await asyncio.sleep(60)
        self._look()
        self.watch.is_true()
        for lock in self._locks:
            found = self.bench.lock(lock)
            assert found is not None
            assert found.commanding.is_free, "a turn is held by nobody"
            assert found.asking.is_free, "a question is held by nobody"
            assert not found.watchers, "somebody still watches"
            assert found.data.commanded is None
            assert found.data.doubted_at is None, "it is doubted for ever"
            assert found.data.bolt is not None
            assert found.data.bolt.at != UNDATED
        while (figures := self.bench.account.client.budget.figures())["on_the_wire"]:
            # Something that is read now and then.
            await asyncio.sleep(7)
        assert figures["on_the_wire"] == figures["waiting"] == 0, figures
        self._check_wire()

    def _check_wire(self) -> None:
        cloud = self.bench.cloud
        moved = [seen.request for seen in cloud.record if seen.cause is Cause.REMOTE]
        assert None not in moved
        assert len(set(moved)) == len(moved), "a request moved a bolt twice"
        sent: Counter[tuple[str, str]] = Counter()
        for seen in cloud.requests.of("remote_operate"):
            _, _, lock_id, word = seen.path.split("/")
            if word != "status" and seen.status != 401:
                sent[lock_id, word] += 1
        for key, times in sent.items():
            assert times <= self._given[key], f"sent {times}, given {self._given[key]}"


async def throng(*, hours: float, seed: int, calm: bool = False) -> Throng:
    """Run it for so long, `calm` without trouble; raises AssertionError when something is not true."""
    random.seed(seed)
    chance = random.Random(seed)
    with written() as lines:
        async with bench(*VARIANTS, before=_begin) as found:
            many = Throng(found, chance)
            spent = 0.0
            while spent < hours:
                await (many.hurry(1800) if calm else many.live(1800))
                await many.rest()
                many.watch.check_log(lines)
                lines.clear()
                spent += (1800 + REST) / 3600
        await asyncio.sleep(1)
        many.watch.leave(lines)
    return many


def _begin(found: Bench) -> None:
    for lock in found.cloud.locks:
        lock.habits.latch_hold = 5
        # Here are no entities that could stand on it.
        lock.keypad = None
