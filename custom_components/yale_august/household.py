"""The account as one of its locks sees it."""

from datetime import datetime, timedelta
from typing import Protocol

from .cloud.client import Client
from .cloud.errors import CloudError
from .cloud.models import BoltState
from .history.people import People
from .options import Options
from .pace import Pace


class Onlooker(Protocol):
    """Who wants to know what happens at a lock, beside what is true of it."""

    def async_unheard(self, lock_id: str) -> None:
        """Take it that bolt or door have moved, and no message has told of it."""

    def async_set_back(self, lock_id: str, by: timedelta) -> None:
        """Take it that our clock was set back since a lock was heard of last."""

    def async_sending(self, lock_id: str, ends: frozenset[BoltState]) -> None:
        """Take it that a command of ours is sent now that should end in one of these."""

    def async_refused(self, lock_id: str) -> None:
        """Take it that the command has done nothing, and will not."""

    def async_ended(self, lock_id: str, end: BoltState) -> None:
        """Take it that the command has ended so, whether or not a message has told."""


class Household(Protocol):
    """What a lock needs of the account that it belongs to."""

    client: Client
    options: Options
    pace: Pace
    people: People

    @property
    def witness(self) -> Onlooker:
        """Who is told what happens at the lock."""

    @property
    def push_connected(self) -> bool:
        """Whether the cloud can tell us of a change by itself now."""

    @property
    def read_interval(self) -> timedelta:
        """The time between two reads of one lock."""

    @property
    def poll_interval(self) -> timedelta:
        """The same while nothing is pushed."""

    @property
    def clock_offset(self) -> timedelta:
        """The cloud's clock minus ours."""

    def note_failure(self, err: CloudError, lock_id: str | None = None) -> None:
        """Take note that the cloud refused something, or that a lock could not be read."""

    def note_success(self, lock_id: str) -> None:
        """Take note that a lock could be read."""

    def note_unheard(self, lock_id: str, at: datetime) -> None:
        """Take note that a read found a movement which no message has told of."""

    def async_learn(self, lock_id: str) -> None:
        """Ask for what a lock's detail does not tell, unless that is known."""

    def number(self, thing: str) -> int:
        """Return what stands for the id of a lock or guest where strangers may look."""

    def async_look_for_locks(self) -> None:
        """Read the list of locks soon."""
