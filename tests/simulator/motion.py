"""Bolts that move, and how the cloud hears of it (reference 12, 20.3)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .accounts import User
from .activities import stranger
from .clock import epoch_ms
from .lock import Lock
from .records import BoltMovement
from .words import Bolt, Cause, Door, JsonObject

if TYPE_CHECKING:
    from .simulator import Simulator

MOVE = 1.8
"""Seconds that a bolt needs."""

_WORDS = {
    Bolt.LOCKED: "lock",
    Bolt.UNLOCKED: "unlock",
    Bolt.UNLATCHED: "unlatch",
    Bolt.SECURE: "secure",
}
_MOVING = {
    Bolt.LOCKED: Bolt.LOCKING,
    Bolt.SECURE: Bolt.LOCKING,
    Bolt.UNLOCKED: Bolt.UNLOCKING,
    Bolt.UNLATCHED: Bolt.UNLATCHING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who or what moves a bolt; `request` where it came by wire."""

    cause: Cause
    user: User | None = None
    request: int | None = None
    info: JsonObject | None = None
    pushes: bool = True

    def calling(self, word: str) -> str:
        """Return `callingUserID` of the push messages."""
        if self.user:
            return self.user.user_id
        # An auto-lock was recorded as `manuallock` (reference 20.3).
        return f"manual{word}"

    def action(self, word: str) -> str:
        """Return the action of the feed entry."""
        match self.cause:
            case Cause.REMOTE:
                return f"remote_{word}"
            case Cause.KEYPAD:
                return f"pin_{word}"
            case Cause.AUTO:
                return f"auto_{word}"
            case Cause.MANUAL:
                return f"manual_{word}"

    def person(self, word: str) -> JsonObject:
        """Return the user of the feed entry and of webhooks."""
        if self.user:
            return self.user.person()
        if self.cause is Cause.AUTO:
            return stranger("automaticrelock", "Auto", "Lock")
        return stranger(f"manual{word}", "Manual", word.capitalize())


class Motion:
    """Moves bolts and tells the world."""

    def __init__(self, cloud: Simulator) -> None:
        """Start with everything at rest."""
        self._cloud = cloud

    async def drive(self, lock: Lock, target: Bolt, origin: Origin) -> None:
        """Let the motor move the bolt: moving, then there; a push for each."""
        lock.bolt = _MOVING[target]
        lock.learn(self._cloud.clock.now())
        await self.tell(lock, lock.bolt.spelled, origin, _WORDS[target])
        await self._cloud.pace.sleep(MOVE)
        await self.arrive(lock, target, origin)

    async def arrive(self, lock: Lock, target: Bolt, origin: Origin) -> None:
        """Let the bolt be there: recorded, learned, pushed, in the feed."""
        self.settle_silently(lock, target, origin)
        word = _WORDS[target]
        if not lock.online:
            return
        lock.learn(self._cloud.clock.now())
        await self.tell(lock, target.pushed, origin, word)
        self._cloud.feed.note(
            lock,
            origin.action(word),
            origin.person(word),
            remote=origin.cause is Cause.REMOTE,
            keypad=origin.cause is Cause.KEYPAD,
        )
        self._cloud.courier.event(lock, "operation", word, origin.person(word))

    def settle_silently(self, lock: Lock, target: Bolt, origin: Origin) -> None:
        """Let the bolt be there without the cloud hearing of it."""
        lock.bolt = target
        self._cloud.bolts.note(
            BoltMovement(
                lock_id=lock.lock_id,
                kind=target,
                at=self._cloud.clock.now(),
                cause=origin.cause,
                user_id=origin.user.user_id if origin.user else None,
                request=origin.request,
            )
        )
        if target is Bolt.UNLATCHED and lock.habits.latch_hold is not None:
            self._cloud.spawn(self._spring_back(lock, lock.habits.latch_hold))
        elif target is Bolt.UNLOCKED and lock.habits.auto_lock is not None:
            self._cloud.spawn(self._auto_lock(lock, lock.habits.auto_lock))

    async def stick(self, lock: Lock, origin: Origin) -> None:
        """Jam the bolt on its way: where it is cannot be told."""
        lock.bolt = Bolt.STUCK
        lock.learn(self._cloud.clock.now())
        await self.tell(lock, lock.bolt.spelled, origin, "lock")
        self._cloud.feed.note(lock, "jammed", origin.person("lock"), remote=True)

    async def _spring_back(self, lock: Lock, seconds: float) -> None:
        """Release the latch. The bolt does not move, so nothing is recorded."""
        await self._cloud.pace.sleep(seconds)
        if lock.bolt is not Bolt.UNLATCHED:
            return
        lock.bolt = Bolt.UNLOCKED
        lock.learn(self._cloud.clock.now())
        if lock.online:
            origin = Origin(cause=Cause.AUTO)
            await self.tell(lock, lock.bolt.pushed, origin, "unlock")

    async def _auto_lock(self, lock: Lock, seconds: float) -> None:
        await self._cloud.pace.sleep(seconds)
        if lock.bolt is Bolt.UNLOCKED and not lock.faults:
            await self.arrive(lock, Bolt.LOCKED, Origin(cause=Cause.AUTO))

    async def tell(self, lock: Lock, token: str, origin: Origin, word: str) -> None:
        """Push a state of the bolt."""
        if not origin.pushes:
            return
        message: JsonObject = {"lockID": lock.lock_id, "lockAction": token}
        if lock.door not in (None, Door.DISABLED):
            message["doorState"] = lock.door
        options = self._cloud.options
        if options.push_shape == "full":
            message["callingUserID"] = origin.calling(word)
            if origin.cause is Cause.REMOTE:
                message["remoteEvent"] = 1
            if origin.info:
                message["info"] = origin.info
        if options.push_timestamps:
            message["timeStamp"] = epoch_ms(self._cloud.clock.now())
        await self._cloud.push.publish(lock, message)
