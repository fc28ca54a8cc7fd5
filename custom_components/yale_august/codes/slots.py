"""How many codes a lock holds (reference 14.6)."""

from typing import Final

from custom_components.yale_august.cloud.models import LockCapabilities

MOST: Final = 240
"""What the cloud takes for one lock, whatever it says of its slots."""


def slots_of(capabilities: LockCapabilities | None) -> int:
    """Return how many codes a lock holds at most.

    Two of its capabilities tell; where they differ the cloud may find out who is right.
    """
    told = []
    if capabilities is not None:
        count = capabilities.entry_code_slots
        if count is not None and not isinstance(count, bool):
            told.append(count)
        first, last = capabilities.pin_slot_min, capabilities.pin_slot_max
        if first is not None and last is not None:
            told.append(last - first + 1)
    return min(MOST, max((count for count in told if count > 0), default=MOST))
