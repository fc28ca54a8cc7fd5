"""What must be true whatever goes wrong."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
import logging
from typing import Final, override

from custom_components.yale_august.cloud.models import BoltState, DoorState
from tests.simulator import Bolt, Cause, Door, SeenRequest
from tests.simulator.lock import Lock

from .bench import Bench, left_over

TRUST: Final = 3600.0
"""T1 in seconds: a state that nobody has confirmed for longer must not be shown."""
SAMPLE: Final = 60.0
HEALING: Final = 46 * 60.0
"""The longest pause that the cloud has asked for, and then the next slow read."""
MOVING: Final = {BoltState.LOCKING, BoltState.UNLOCKING, BoltState.UNLATCHING}

BOLTS: Final = {
    Bolt.LOCKED: BoltState.LOCKED,
    Bolt.UNLOCKED: BoltState.UNLOCKED,
    Bolt.UNLATCHED: BoltState.UNLATCHED,
    Bolt.LOCKING: BoltState.LOCKING,
    Bolt.UNLOCKING: BoltState.UNLOCKING,
    Bolt.UNLATCHING: BoltState.UNLATCHING,
    Bolt.SECURE: BoltState.SECURE,
    Bolt.STUCK: BoltState.JAMMED,
    Bolt.SHABBAT: None,
}
DOORS: Final = {
    None: None,
    Door.CLOSED: DoorState.CLOSED,
    Door.OPEN: DoorState.OPEN,
    Door.INIT: DoorState.INIT,
    Door.UNKNOWN: DoorState.UNKNOWN,
    Door.DISABLED: None,
}
ENDS: Final = {
    "lock": {Bolt.LOCKED, Bolt.SECURE},
    "unlock": {Bolt.UNLOCKED, Bolt.UNLATCHED},
    "open": {Bolt.UNLATCHED},
}
NOT_SENT: Final = {
    "not_checked",
    "not_sent",
    "budget_exhausted",
    "login_expired",
    "cloud_unavailable",
    "rate_limited",
    "interrupted",
}
"""What a person may be told of a command that never was on the wire."""
OURS: Final = "custom_components.yale_august"
USUAL: Final = (
    "roster: Error fetching yale_august locks data: ",
    "roster: Authentication failed while fetching yale_august locks data: ",
    "roster: Full error:",
    # That is the simulated cloud.
    "ERROR aiohttp.server: ",
)
"""What a coordinator of Home Assistant says by itself, once, when it fails."""
TALKATIVE: Final = (
    OURS,
    "aiohttp",
    "asyncio",
    "engineio",
    "socketio",
    "homeassistant.config_entries",
    "homeassistant.helpers.storage",
)


class _Log(logging.Handler):
    """Keeps what is logged, as it would stand in the file."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        self.lines: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def written() -> Iterator[list[str]]:
    """Return what is logged at the lowest level, which is kept from pytest: it is much."""
    log = _Log()
    kept = []
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        kept.append((logger, logger.level, logger.propagate))
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.addHandler(log)
    try:
        yield log.lines
    finally:
        for logger, level, propagates in kept:
            logger.removeHandler(log)
            logger.setLevel(level)
            logger.propagate = propagates


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A command that was given, and what became of it."""

    lock: Lock
    action: str
    outcome: str | None
    """None: confirmed; else the key of the sentence that a person was told."""
    puts: list[SeenRequest]


@dataclass(slots=True, repr=False)
class Watch:
    """Looks at everything while a case plays, and says what was wrong."""

    bench: Bench
    given: list[Given] = field(default_factory=list)
    may_abandon: bool = False
    """Whether the cloud has refused for good to delete a subscriber."""
    _expected: tuple[Lock, str, int] | None = None
    wrong_since: dict[str, float] = field(default_factory=dict)
    moving_since: dict[str, float] = field(default_factory=dict)

    # States

    def look(self) -> None:
        """See that no lock shows anything wrong for longer than it is trusted."""
        now = asyncio.get_running_loop().time()
        for lock in self.bench.cloud.locks:
            found = self.bench.lock(lock)
            shown = None if found is None else found.bolt
            door = None if found is None else found.door
            wrong = (shown is not None and shown is not BOLTS[lock.bolt]) or (
                door in (DoorState.CLOSED, DoorState.OPEN)
                and door is not DOORS[lock.door]
            )
            since = self.wrong_since.setdefault(lock.lock_id, now)
            if not wrong:
                del self.wrong_since[lock.lock_id]
            assert now - since < TRUST + SAMPLE, (
                f"{shown} and {door} are shown, it is {lock.bolt} and {lock.door}"
                f" for {now - since:.0f} s"
            )
            since = self.moving_since.setdefault(lock.lock_id, now)
            if shown not in MOVING:
                del self.moving_since[lock.lock_id]
            assert now - since < 2 * SAMPLE, f"{shown} for {now - since:.0f} s"

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, and look again and again."""
        self.look()
        while seconds > 0:
            await asyncio.sleep(min(SAMPLE, seconds))
            seconds -= SAMPLE
            self.look()

    def is_true(self) -> None:
        """See that each lock shows what is so, and unknown only where nobody can know."""
        for lock in self.bench.cloud.locks:
            found = self.bench.lock(lock)
            assert found is not None, "the lock is not there"
            expected = BOLTS[lock.bolt] if lock.online else None
            assert found.bolt is expected, f"{found.bolt} is shown, it is {expected}"
            door = DOORS[lock.door] if lock.online else None
            assert found.door is door, f"{found.door} is shown, it is {door}"

    async def heal(self, seconds: float = HEALING) -> None:
        """Take all faults back; after a while everything is true and everything works."""
        self.bench.cloud.faults.clear()
        await self.pass_time(seconds)
        self.is_true()

    # Commands

    def expect(self, lock: Lock, action: str) -> None:
        """Expect a command that somebody else gives and whose end nobody sees."""
        self._expected = (lock, action, len(self.bench.cloud.requests))

    def _note(self, lock: Lock, action: str, since: int, outcome: str | None) -> None:
        puts = [
            seen
            for seen in self.bench.cloud.requests.of("remote_operate", since=since)
            if lock.lock_id in seen.path and not seen.path.endswith("/status")
        ]
        self.given.append(Given(lock=lock, action=action, outcome=outcome, puts=puts))

    def _note_expected(self) -> None:
        if self._expected is not None:
            self._note(*self._expected, "interrupted")
            self._expected = None

    async def command(self, lock: Lock, action: str) -> str | None:
        """Give a command; see what was on the wire for it and that its end is honest."""
        self._note_expected()
        before = len(self.bench.cloud.requests)
        outcome = await self.bench.operate(lock, action)
        self._note(lock, action, before, outcome)
        if outcome is None:
            assert lock.bolt in ENDS[action], f"confirmed, and it is {lock.bolt}"
        found = self.bench.lock(lock)
        assert found is None or found.data.commanded is None, "it is still moving"
        self.look()
        return outcome

    def movements(self) -> list[Bolt]:
        """Return where bolts were moved to by wire."""
        record = self.bench.cloud.record
        return [moved.kind for moved in record if moved.cause is Cause.REMOTE]

    def _check_commands(self) -> None:
        self._note_expected()
        cloud = self.bench.cloud
        for given in self.given:
            # Who is not known (401) is asked for another token, and nothing was done (3.6).
            known = [put for put in given.puts if put.status != 401]
            tokens = {put.headers["x-access-token"] for put in given.puts}
            assert len(known) <= 1, f"{given.action} was on the wire twice"
            assert len(tokens) == len(given.puts) <= 2, "sent twice with one token"
            if not given.puts:
                found = given.outcome in NOT_SENT or given.outcome is None
                assert found, f"{given.outcome}, and nothing was sent"
        moved = [seen.request for seen in cloud.record if seen.cause is Cause.REMOTE]
        assert None not in moved
        assert len(set(moved)) == len(moved), "a request moved a bolt twice"
        sent = {put.number for given in self.given for put in given.puts}
        assert set(moved) <= sent, "a bolt moved that nobody has moved"
        on_the_wire = {
            seen.number
            for seen in cloud.requests.of("remote_operate")
            if not seen.path.endswith("/status")
        }
        assert on_the_wire == sent, "a command was on the wire that nobody has given"

    # The end

    def finish(self, lines: list[str]) -> None:
        """See that all commands were honest, and that nothing is left."""
        self._check_commands()
        self.leave(lines)

    def leave(self, lines: list[str]) -> None:
        """See that nothing is left and nothing has leaked; Home Assistant has stopped."""
        cloud = self.bench.cloud
        assert cloud.violations == []
        assert cloud.sockets == ()
        assert cloud.subscribers == () or self.may_abandon, "a subscriber is left"
        assert not (left := left_over()), f"still there: {left}"
        self.check_log(lines)

    def check_log(self, lines: list[str]) -> None:
        """See that nothing in the log is secret, and nothing an error of ours."""
        text = "\n".join(lines)
        for secret in self._secrets():
            assert secret not in text, f"{secret!r} was logged: {_around(text, secret)}"
        for line in lines:
            loud = line.startswith(("ERROR", "CRITICAL")) or "Traceback" in line
            assert not loud or any(usual in line for usual in USUAL), line

    def _secrets(self) -> set[str]:
        cloud, token = self.bench.cloud, self.bench.entry.data["token"]
        found = {self.bench.entry.data["api_key"], cloud.client().secret}
        found |= {token["access_token"], token["refresh_token"]}
        for seen in cloud.requests:
            found |= {seen.headers.get("x-access-token", "eyJ")}
            found |= {seen.query.get("subscriberID", "eyJ")}
        for lock in cloud.locks:
            found |= {lock.lock_id, lock.name, lock.house.house_id, lock.house.name}
            found |= {lock.serial}
        for user in cloud.world.users.values():
            found |= {user.user_id, user.last_name}
        return found


def _around(text: str, secret: str) -> str:
    """Return the lines that a secret stands in."""
    return "; ".join([line for line in text.splitlines() if secret in line][:3])
