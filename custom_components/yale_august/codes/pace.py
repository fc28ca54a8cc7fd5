"""How often codes are looked at, and how long they are waited for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long a code may take."""

    grace: timedelta = timedelta(seconds=60)
    """A list that was asked this long after a write shows whether it had an effect."""
    deadline: timedelta = timedelta(seconds=180)
    """How long a lock whose bridge is online may take for one write."""
    late: timedelta = timedelta(minutes=3)
    """A code whose load was not answered may come for so long."""
    after_end: timedelta = timedelta(minutes=5)
    """How long after the end of its window a code is taken off the lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePace:
    """How often codes are looked at."""

    times: Times = Times()
    looks: Sequence[timedelta] = tuple(
        timedelta(seconds=seconds) for seconds in (5, 5, 5, 10, 20, 40, 60)
    )
    """Between looks at what is under way, one after the other; then ever longer, up to `slow`."""
    look_share: timedelta = timedelta(seconds=0.5)
    """The least time between looks that each lock with something under way adds."""
    slow: timedelta = timedelta(minutes=15)
    """For what nobody can hasten: a lock out of reach, a write that is overdue."""
    rest: timedelta = timedelta(days=1)
    """For a lock all of whose codes are as wished, and for one that has none of ours."""
    first_list: timedelta = timedelta(minutes=10)
    """How long after a start locks are listed of which nobody knows the codes."""
    list_share: timedelta = timedelta(seconds=10)
    """The least time between two such lists."""
