"""What commands make a bolt do, and what the vendor's page lets a caller choose beside them."""

from dataclasses import dataclass, field, replace

from custom_components.yale_august.cloud.models import (
    BoltState,
    Command,
    JsonValue,
    NotificationType,
    OperateVersion,
)
from custom_components.yale_august.cloud.validate import ABSENT, Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What a command makes the bolt do."""

    command: Command
    moving: BoltState
    """Shown from the moment of sending."""
    ends: frozenset[BoltState]
    """Any of these, newer than the sending, confirms the command."""
    answers: frozenset[BoltState] = frozenset()
    """Any of these confirms it too, in the lock's own answer to this very command."""
    careful: bool = False
    """Whether it may do more than it says on a latch lock that is unlocked already."""


LOCK = Movement(
    command=Command.LOCK,
    moving=BoltState.LOCKING,
    ends=frozenset({BoltState.LOCKED, BoltState.SECURE}),
)
UNLOCK = Movement(
    command=Command.UNLOCK,
    moving=BoltState.UNLOCKING,
    ends=frozenset({BoltState.UNLOCKED, BoltState.UNLATCHED}),
    careful=True,
)
OPEN = Movement(
    command=Command.UNLATCH,
    moving=BoltState.UNLATCHING,
    ends=frozenset({BoltState.UNLATCHED}),
    # The latch springs back by itself, perhaps before the lock has answered or the answer has come.
    answers=frozenset({BoltState.UNLOCKED, BoltState.UNLATCHED}),
)
UNLOCK_SWAPPED = replace(UNLOCK, command=Command.UNLATCH)
OPEN_SWAPPED = replace(OPEN, command=Command.UNLOCK)
"""For locks that do with one command what the vendor's words promise of the other."""
SECURE = Movement(
    command=Command.SECURE,
    moving=BoltState.LOCKING,
    ends=frozenset({BoltState.SECURE}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the vendor's page lets a caller choose beside the command (reference 12.1 and 12.8)."""

    notification_type: NotificationType | None = None
    version: OperateVersion = OperateVersion.V1
    webhook: JsonValue | Absent = field(default=ABSENT, repr=False)


PLAIN = Choices()
