"""How many codes a lock holds, as far as its capabilities tell."""

import pytest

from custom_components.yale_august.cloud.models import LockCapabilities
from custom_components.yale_august.codes.slots import MOST, slots_of


@pytest.mark.parametrize(
    ("capabilities", "slots"),
    [
        (None, MOST),
        (LockCapabilities(), MOST),
        (LockCapabilities(pin_slot_min=1, pin_slot_max=20), 20),
        (LockCapabilities(pin_slot_min=0, pin_slot_max=0), 1),
        (LockCapabilities(pin_slot_min=1, pin_slot_max=250), MOST),
        (LockCapabilities(pin_slot_max=20), MOST),
        (LockCapabilities(pin_slot_min=20, pin_slot_max=1), MOST),
        (LockCapabilities(entry_code_slots=30), 30),
        (LockCapabilities(entry_code_slots=0), MOST),
        (LockCapabilities(entry_code_slots=True), MOST),
        (LockCapabilities(entry_code_slots=False), MOST),
        # Where they differ the cloud decides.
        (LockCapabilities(entry_code_slots=30, pin_slot_min=1, pin_slot_max=20), 30),
        (LockCapabilities(entry_code_slots=10, pin_slot_min=1, pin_slot_max=20), 20),
    ],
)
def test_slots(capabilities: LockCapabilities | None, slots: int) -> None:
    """The most that any of them says, and never more than the cloud takes."""
    assert slots_of(capabilities) == slots
