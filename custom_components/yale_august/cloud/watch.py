"""When a push stream that is up must be looked after (reference 20.4).

Nothing here has a clock, waits or sends: the time comes in with each call, in seconds of
a clock that never goes back.
"""

from dataclasses import dataclass
from enum import Enum, auto
import math


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How patient the stream is; seconds."""

    first: float = 1.0
    """The pause after the first failure; it doubles with each further one."""
    longest: float = 300.0
    jitter: float = 0.5
    """The part of a pause that is left to chance."""
    settled: float = 30.0
    """A connection that lasted this long was a good one."""
    connect: float = 20.0
    close: float = 2.0
    suspect_after: int = 2
    """Failures in a row until the subscriber is looked after."""
    replace_after: int = 5
    """Failures in a row until a subscriber is replaced that the cloud still knows."""
    look: float = 60.0
    """Between two looks at the token, at doubts and at the silence while connected."""
    chore: float = 60.0
    """The longest that what such a look finds necessary may take."""
    rest: float = 3600.0
    """The longest pause of the looks after failures; it begins with twice `look`."""
    overlap: float = 1.0
    """How long a new connection must hold until the one before it is closed."""
    silence: float = 6 * 3600.0
    """After hearing nothing for so long the cloud is asked whether it knows the subscriber."""
    late: float = 5.0
    """A message that is not there after this time does not come any more."""
    ask: float = 300.0
    """The least time between two such questions."""
    replace: float = 3600.0
    """The least time until a subscriber that the cloud knows is replaced once more. Doubles
    while that does not help: there may be locks whose changes are never pushed."""
    replace_longest: float = 86400.0
    rotate: float = 3600.0
    """The least time between two connections for a new token; one about to end goes first."""


class Cause(Enum):
    """Why the subscriber is asked after."""

    DOUBT = auto()
    """The state of a lock changed and no message told of it."""
    SILENCE = auto()
    """Nothing was heard for long; with quiet locks that is how it should be."""


class Watch:
    """What speaks against a stream that is up."""

    def __init__(self, pace: Pace) -> None:
        """Begin without a suspicion."""
        self._pace = pace
        self._quiet_since = math.inf
        self._doubts: dict[str, float] = {}
        self._asked_at = -math.inf
        self._replaced_at = -math.inf
        self._replace_gap = pace.replace
        self._rest_until = -math.inf
        self.setbacks = 0
        """How often in a row something necessary failed."""

    def connected(self, now: float) -> None:
        """Take note of a new connection: what was missed before is no evidence."""
        self._quiet_since = now
        self._doubts.clear()

    def heard(self, now: float, lock_id: str | None) -> None:
        """Take note of a message."""
        self._quiet_since = now
        if lock_id is not None:
            self._doubts.pop(lock_id, None)

    def doubt(self, now: float, lock_id: str) -> None:
        """Take note of a change of a lock that no message has told of."""
        self._doubts.setdefault(lock_id, now)

    def cause(self, now: float) -> Cause | None:
        """Return why the subscriber should be asked after now; None: it should not."""
        if now - self._asked_at < self._pace.ask:
            return None
        if any(now - at >= self._pace.late for at in self._doubts.values()):
            return Cause.DOUBT
        return Cause.SILENCE if now - self._quiet_since >= self._pace.silence else None

    def asked(self, now: float) -> None:
        """Take note that the cloud is asked, whatever comes of it."""
        self._asked_at = now

    def may_replace(self, now: float, cause: Cause) -> bool:
        """Tell whether a subscriber that the cloud knows should be replaced all the same."""
        return cause is Cause.DOUBT and now - self._replaced_at >= self._replace_gap

    def cleared(self, now: float) -> None:
        """Take note that nothing more is to be done about what was known when asking."""
        self._quiet_since = now
        self._doubts = {
            lock_id: at for lock_id, at in self._doubts.items() if at > self._asked_at
        }

    def replaced(self, now: float) -> None:
        """Take note that the subscriber was replaced."""
        helped = now - self._replaced_at >= 2 * self._replace_gap
        self._replace_gap = (
            self._pace.replace
            if helped
            else min(self._pace.replace_longest, 2 * self._replace_gap)
        )
        self._replaced_at = now
        self.cleared(now)

    def resting(self, now: float) -> bool:
        """Tell whether nothing should be tried now."""
        return now < self._rest_until

    def went_well(self) -> None:
        """Take note that all that was necessary was done."""
        self.setbacks = 0

    def failed(self, now: float, at_least: float) -> float:
        """Take note of a failure; returns the seconds until the next attempt."""
        self.setbacks += 1
        doubled = self._pace.look * 2.0 ** min(self.setbacks, 30)
        rest = max(at_least, min(self._pace.rest, doubled))
        self._rest_until = now + rest
        return rest
