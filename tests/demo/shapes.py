"""How Home Assistant has to show a lock of each shape (reference 6.6, 7.1, 7.2).

Written from the reference, not from the integration.
"""

from dataclasses import dataclass
from typing import Final

from tests.simulator.lock import Lock

UNKNOWN: Final = frozenset({"unknown"})
NOTHING: Final[frozenset[str | None]] = frozenset({None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The states that each entity may have; None stands for no entity.

    Door and door state of a lock that cannot be heard must not claim anything.
    """

    lock: frozenset[str | None] = frozenset({"locked"})
    door: frozenset[str | None] = frozenset({"off"})
    door_state: frozenset[str | None] = frozenset({"closed"})
    connectivity: frozenset[str | None] = frozenset({"on"})
    operable: bool = True


_SILENT: Final = UNKNOWN | NOTHING

_SHAPES: Final = {
    "no_doorsense": Shape(door=NOTHING, door_state=NOTHING),
    "doorsense_init": Shape(door=_SILENT, door_state=frozenset({"not_calibrated"})),
    "doorsense_disabled": Shape(door=_SILENT, door_state=_SILENT),
    "no_status": Shape(lock=UNKNOWN, door=_SILENT, door_state=_SILENT),
    "failed_contact": Shape(lock=UNKNOWN, door=_SILENT, door_state=_SILENT),
    # Their cloud does not say whether they are online.
    "doorbell_bridge": Shape(connectivity=frozenset({"on", None})),
    "remote_adapter": Shape(connectivity=NOTHING),
    "offline": Shape(
        lock=NOTHING,
        door=_SILENT,
        door_state=_SILENT,
        connectivity=NOTHING,
        operable=False,
    ),
    "hub_in_list": Shape(
        lock=NOTHING,
        door=NOTHING,
        door_state=NOTHING,
        connectivity=NOTHING,
        operable=False,
    ),
    "bridge_offline": Shape(
        lock=UNKNOWN,
        door=_SILENT,
        door_state=_SILENT,
        connectivity=frozenset({"off"}),
        operable=False,
    ),
    "wedged": Shape(lock=UNKNOWN, door=_SILENT, door_state=_SILENT, operable=False),
    # Where its bolt is, the vendor does not say; its door sensor works.
    "shabbat": Shape(lock=UNKNOWN, operable=False),
}


def shape_of(lock: Lock) -> Shape:
    """Return how a lock of the demo has to be shown."""
    return _SHAPES.get(lock.variant, Shape())
