"""How codes get onto locks: through bridge and air, one at a time (reference 14.3)."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .lock import Lock
from .pinbook import Pin, PinState
from .words import JsonObject

if TYPE_CHECKING:
    from .simulator import Simulator

CODE_TIME = 4.0
"""Seconds that a lock needs to take one code."""

NOT_FOUND = (
    "Unable to set intent state for pin: No pin given or could not find pin "
    "per lock ID and user ID"
)
RACED = "Unable to set intent state for pin: pin is being deleted"


@dataclass(slots=True)
class Errand:
    """All commands of one request; its result is posted once."""

    webhook: str | None
    left: int
    errors: list[JsonObject] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Job:
    """One step on the lock: a code in `state` is done by `finish`.

    A job without a code fails with `reason`. A code whose state has changed
    in the meantime belongs to a later job.
    """

    errand: Errand
    pin: Pin | None
    state: PinState | None = None
    finish: Callable[[], None] | None = None
    reason: str | None = None
    refusable: bool = False


class Locksmith:
    """Works through the jobs of each lock while the lock can be reached."""

    def __init__(self, cloud: Simulator) -> None:
        """Start without jobs."""
        self._cloud = cloud
        self._jobs: dict[str, deque[Job]] = {}
        self._working: set[str] = set()
        self._held: set[str] = set()
        self._spared: set[str] = set()
        """Locks that are held and may do one job all the same."""

    def order(self, lock: Lock, jobs: list[Job]) -> None:
        """Queue jobs of a lock."""
        self._jobs.setdefault(lock.lock_id, deque()).extend(jobs)
        self.visit(lock)

    def hold(self, lock: Lock) -> None:
        """Let the jobs of a lock wait, as if it was slow, until `release`."""
        self._held.add(lock.lock_id)

    def release(self, lock: Lock) -> None:
        """Go on with the jobs of a lock that was held."""
        self._held.discard(lock.lock_id)
        self.visit(lock)

    def release_one(self, lock: Lock) -> None:
        """Do one job of a lock that stays held."""
        self._spared.add(lock.lock_id)
        self.visit(lock)

    def forget(self, lock: Lock) -> None:
        """Drop the jobs of a lock."""
        self._jobs.pop(lock.lock_id, None)

    def waiting(self, lock: Lock) -> int:
        """Return how many jobs of a lock are not done."""
        return len(self._jobs.get(lock.lock_id, ()))

    def visit(self, lock: Lock) -> None:
        """Go on with the jobs of a lock, if it can be reached."""
        if lock.lock_id in self._working or not self._ready(lock):
            return
        self._working.add(lock.lock_id)
        self._cloud.spawn(self._work(lock))

    def _ready(self, lock: Lock) -> bool:
        return (
            lock.online
            and not lock.wedged
            and (lock.lock_id not in self._held or lock.lock_id in self._spared)
            and bool(self._jobs.get(lock.lock_id))
        )

    async def _work(self, lock: Lock) -> None:
        try:
            while self._ready(lock):
                job = self._jobs[lock.lock_id][0]
                await self._cloud.pace.sleep(CODE_TIME)
                if not self._ready(lock):
                    # It keeps waiting and is tried again later.
                    break
                queue = self._jobs[lock.lock_id]
                if queue[0] is not job:
                    continue
                queue.popleft()
                self._spared.discard(lock.lock_id)
                self._do(lock, job)
        finally:
            self._working.discard(lock.lock_id)

    def _do(self, lock: Lock, job: Job) -> None:
        reason = job.reason
        if job.pin is not None and job.pin.state is job.state:
            refused = lock.habits.refuses_pins if job.refusable else None
            if refused:
                reason = refused
                self._take_back(lock, job.pin)
            elif job.finish:
                job.finish()
                job.pin.updated_at = self._cloud.clock.now()
        self._report(job.errand, reason)

    @staticmethod
    def _take_back(lock: Lock, pin: Pin) -> None:
        if pin.state is not PinState.CREATED:
            pin.state = PinState.LOADED
        elif not lock.habits.refused_pins_stay and pin in lock.pins.pins:
            lock.pins.pins.remove(pin)

    def _report(self, errand: Errand, reason: str | None) -> None:
        """Post the result when the last command is done (14.7).

        The word for success is not known; this one is ours.
        """
        errand.left -= 1
        if reason:
            errand.errors.append({"reason": reason})
        if errand.left or not errand.webhook:
            return
        word = "PinSyncFail" if errand.errors else "PinSyncSuccess"
        body: JsonObject = {
            "message": word,
            "digest": {"conflict": [], "error": errand.errors},
        }
        self._cloud.courier.post(errand.webhook, body, errand.headers)
