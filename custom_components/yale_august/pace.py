"""How often we ask, how long we wait, how long we believe."""

from dataclasses import dataclass, field
from datetime import timedelta

from .cloud.watch import Pace as PushPace
from .codes.pace import CodePace
from .knowledge.readings import Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The times of one account."""

    reconcile: timedelta = timedelta(minutes=20)
    """Between two reads of a lock's detail while push is connected (spread by a quarter)."""
    poll: timedelta = timedelta(minutes=3)
    """The same while push is not connected."""
    poll_share: timedelta = timedelta(seconds=2)
    """The least of `poll` that each lock of the account adds, so that many locks poll slower."""
    return_of_bridge: timedelta = timedelta(hours=1)
    """So long after its bridge went offline a lock is read at the pace of `poll`."""
    roster: timedelta = timedelta(minutes=15)
    """Between two reads of the list of locks."""
    farewell: timedelta = timedelta(minutes=1)
    """A lock that is missing from the list is looked for once more after this time."""
    coalesce: timedelta = timedelta(seconds=10)
    """Reads of the same that are asked for within this time become one."""
    catch_up_share: timedelta = timedelta(seconds=1)
    """The same for reads of all locks after push was away: each lock adds so much."""
    settle: timedelta = timedelta(seconds=10)
    """After this time a cache that contradicts a push is read again."""
    live: timedelta = timedelta(minutes=10)
    """The least time between two questions to one lock itself that nobody has asked for."""
    connect: timedelta = timedelta(seconds=2)
    """How long set-up waits for push, so that locks are read once and not twice."""
    patience: timedelta = timedelta(seconds=10)
    """How long set-up waits for the first read of all locks; slower ones come later."""
    read_back: tuple[timedelta, ...] = (
        timedelta(seconds=8),
        timedelta(seconds=20),
        timedelta(seconds=40),
    )
    """When a command that nothing has confirmed is checked; the last is its deadline."""
    queue: timedelta = timedelta(seconds=10)
    """How long a command waits for an earlier one on the same lock before it is given up."""
    linger: timedelta = timedelta(seconds=3)
    """How long a command that a message has confirmed waits for its own answer."""
    exodus: timedelta = timedelta(days=1)
    """A list without a single lock is believed only after this time."""
    feed_lag: timedelta = timedelta(seconds=3)
    """After this time the activity feed has learned of what was pushed."""
    feed_retry: timedelta = timedelta(minutes=5)
    """After this time a feed that could not be read, and has to be, is read again."""
    feed_right: timedelta = timedelta(days=1)
    """After this time a feed that key or login may not read is asked for once more."""
    gather: timedelta = timedelta(seconds=1)
    """How long an event that tells its own time waits for what happened before it."""
    name: timedelta = timedelta(seconds=12)
    """How long an event waits at most for the feed to say who it was."""
    bridge_repair: timedelta = timedelta(days=1)
    """A bridge that is offline for longer is worth a person's look."""
    unheard: timedelta = timedelta(seconds=30)
    """A change that a read finds speaks against push when it came so long after connecting."""
    login: timedelta = timedelta(minutes=15)
    """After the login has expired push tries again at this pace."""
    push: PushPace = field(default_factory=PushPace)
    """How patient the push stream is."""
    codes: CodePace = CodePace()
    """Of access codes."""
    trust: Trust = field(
        default_factory=lambda: Trust(
            rest=timedelta(hours=1), moving=timedelta(seconds=60)
        )
    )
