"""Verifies every lock of the demo against the simulator's own record of its bolts."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from tests.simulator.lock import Lock
from tests.simulator.words import Bolt, Cause, Command

from . import leaks
from .api import Refused
from .demo import Demo
from .inventory import Shown, shown_locks
from .log import complaints
from .shapes import UNKNOWN, Shape, shape_of
from .trouble import Trouble
from .watch import Watch

_TOGETHER: Final = 4
"""Locks that are operated at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One action and what has to come of it."""

    action: str
    command: Command
    kind: Bolt
    states: tuple[str, str]


UNLOCK = Step(
    action="unlock",
    command=Command.UNLOCK,
    kind=Bolt.UNLOCKED,
    states=("unlocking", "unlocked"),
)
LOCK = Step(
    action="lock", command=Command.LOCK, kind=Bolt.LOCKED, states=("locking", "locked")
)
OPEN = Step(
    action="open",
    command=Command.UNLATCH,
    kind=Bolt.UNLATCHED,
    states=("opening", "open"),
)


@dataclass(slots=True, kw_only=True)
class Row:
    """What was found out about one lock."""

    lock: Lock
    shown: str = ""
    done: list[str] = field(default_factory=list)
    refused: str | None = None
    """The sentence with which a command was refused that had to be."""
    problems: list[str] = field(default_factory=list)


class Check:
    """One run over all locks."""

    def __init__(self, demo: Demo) -> None:
        """Check a demo that has been set up."""
        self._demo = demo
        self._watch = Watch(demo.api)
        self._shown: dict[str, Shown] = {}
        self.rows = [Row(lock=lock) for lock in demo.cloud.locks]
        self.problems: list[str] = []
        """What is wrong, and not with one lock."""

    @property
    def operated(self) -> int:
        """How many locks have moved their bolts."""
        return sum(1 for row in self.rows if row.done)

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems and not any(row.problems for row in self.rows)

    async def run(self) -> None:
        """Check everything; what is wrong stands in `rows` and `problems`."""
        await self._watch.start()
        self._shown = {
            shown.lock_id: shown for shown in await shown_locks(self._demo.api)
        }
        for row in self.rows:
            self._look(row)
        together = asyncio.Semaphore(_TOGETHER)

        async def visit(row: Row) -> None:
            async with together:
                await self._visit(row)

        await asyncio.gather(*(visit(row) for row in self.rows))
        await self._leave()

    # ---------------------------------------------------------------- one lock

    def _look(self, row: Row) -> None:
        """Compare what is shown before anybody has touched the lock."""
        shape, texts = shape_of(row.lock), []
        for key, wanted in (
            ("lock", shape.lock),
            ("door", shape.door),
            ("door_state", shape.door_state),
            ("connectivity", shape.connectivity),
        ):
            entity_id = self._entity(row.lock, key)
            state = self._watch.state(entity_id) if entity_id else None
            if state not in wanted:
                row.problems.append(
                    f"{key} is {state or 'missing'}, was to be {_either(wanted)}"
                )
            if key == "lock":
                row.shown = state or "no lock entity"
            elif key == "door":
                texts.append(
                    {"on": "open", "off": "closed"}.get(state or "", state or "-")
                )
        row.shown += f", door {texts[0]}"

    async def _visit(self, row: Row) -> None:
        entity_id = self._entity(row.lock, "lock")
        if entity_id is None:
            return
        shape = shape_of(row.lock)
        if shape.operable != row.lock.operable:
            row.problems.append("is not what its shape says: the demo's own mistake")
            return
        try:
            if shape.operable:
                await self._operate(row, entity_id)
            else:
                await self._refuse(row, entity_id, shape)
        except Trouble as err:
            row.problems.append(str(err))

    async def _operate(self, row: Row, entity_id: str) -> None:
        await self._do(row, entity_id, UNLOCK)
        await self._do(row, entity_id, LOCK)
        opens = row.lock.capabilities.unlatch
        if opens is not self._shown[row.lock.lock_id].opens:
            row.problems.append(
                f"open is {'missing' if opens else 'offered for nothing'}"
            )
        elif opens:
            await self._do(row, entity_id, OPEN)
            # The latch springs back by itself, and no bolt moves.
            await self._watch.until(entity_id, "unlocked")
            await self._do(row, entity_id, LOCK)

    async def _do(self, row: Row, entity_id: str, step: Step) -> None:
        cloud, lock_id = self._demo.cloud, row.lock.lock_id
        requests, movements = len(cloud.requests), len(cloud.record)
        self._watch.forget(entity_id)
        await self._demo.api.act(f"lock.{step.action}", entity_id)
        await self._watch.until(entity_id, step.states[1])

        wrong = []
        moved = [
            moved for moved in cloud.record[movements:] if moved.lock_id == lock_id
        ]
        if [(move.kind, move.cause) for move in moved] != [(step.kind, Cause.REMOTE)]:
            found = ", ".join(f"{move.kind} ({move.cause})" for move in moved)
            wrong.append(f"the bolt recorded {found or 'nothing'}")
        # The answer is empty and nothing was read: the states came by push.
        asked = [
            f"{seen.operation} {seen.path.rpartition('/')[2]} {seen.status}"
            for seen in cloud.requests
            if seen.number > requests and lock_id in seen.path
        ]
        if asked != [f"remote_operate {step.command} 202"]:
            wrong.append(f"the cloud was asked for {'; '.join(asked) or 'nothing'}")
        if (seen := self._watch.seen(entity_id)) != list(step.states):
            wrong.append(f"the states were {', '.join(seen)}")
        if wrong:
            row.problems.append(f"{step.action}: {' and '.join(wrong)}")
        row.done.append(step.action)

    async def _refuse(self, row: Row, entity_id: str, shape: Shape) -> None:
        """Send a command that must fail in words, and move nothing."""
        cloud, before = self._demo.cloud, len(self._demo.cloud.record)
        try:
            await self._demo.api.act("lock.unlock", entity_id)
        except Refused as err:
            row.refused = err.message
            if err.code != "home_assistant_error" or " " not in err.message.strip():
                row.problems.append(f"unlock is refused without a sentence: {err}")
        else:
            row.problems.append("unlock is said to be done")
        if any(moved.lock_id == row.lock.lock_id for moved in cloud.record[before:]):
            row.problems.append("the bolt moved all the same")
        state = self._watch.state(entity_id)
        if shape.lock == UNKNOWN and state not in UNKNOWN:
            row.problems.append(f"is {state} after a command that was refused")

    def _entity(self, lock: Lock, key: str) -> str | None:
        shown = self._shown.get(lock.lock_id)
        return shown.entities.get(key) if shown else None

    # --------------------------------------------------------------- afterwards

    async def _leave(self) -> None:
        """Unload, then look at what is left behind."""
        demo, cloud = self._demo, self._demo.cloud
        await demo.api.command(
            "config_entries/disable", entry_id=demo.entry_id, disabled_by="user"
        )
        if cloud.requests.count("delete_subscriber") == 0 or cloud.subscribers:
            self.problems.append(
                "The subscriber was not deleted when the entry was unloaded."
            )
        for _ in range(50):
            if not cloud.sockets:
                break
            await asyncio.sleep(0.1)
        else:
            self.problems.append("A socket stayed open when the entry was unloaded.")
        self.problems += [
            f"The reference does not list what was sent: {wrong.what} ({wrong.operation})."
            for wrong in cloud.violations
        ]
        log = demo.home.log
        # Home Assistant itself logs the sentences of what was refused on purpose.
        refused = tuple(row.refused for row in self.rows if row.refused)
        self.problems += [f"In the log: {line}" for line in complaints(log, refused)]
        self.problems += [
            f"The log contains {kind}." for kind in leaks.in_log(cloud, log)
        ]
        self.problems += [
            f"Outside of its storage: {what}."
            for what in await asyncio.to_thread(leaks.in_files, cloud, demo.home.folder)
        ]

    # -------------------------------------------------------------------- report

    def report(self) -> str:
        """Return a table of the locks, then one sentence for whatever is wrong."""
        columns = [("Lock", "Variant", "Shown at first", "Operated", "")]
        columns += [
            (
                row.lock.name,
                row.lock.variant,
                row.shown,
                "refused" if row.refused else " ".join(row.done) or "-",
                "WRONG" if row.problems else "ok",
            )
            for row in self.rows
        ]
        widths = [max(map(len, column)) for column in zip(*columns, strict=True)]
        lines = [
            "  ".join(
                text.ljust(width) for text, width in zip(line, widths, strict=True)
            ).rstrip()
            for line in columns
        ]
        lines += [
            f"{row.lock.name} ({row.lock.variant}): {problem}"
            for row in self.rows
            for problem in row.problems
        ]
        lines += self.problems
        return "\n".join(lines)


def _either(wanted: frozenset[str | None]) -> str:
    return " or ".join(sorted(state or "missing" for state in wanted))
