"""What can be wrong with a lock, as the lock or its bridge said it last (reference 13)."""

from enum import StrEnum
from typing import Final

from custom_components.yale_august.cloud import errors


class Trouble(StrEnum):
    """One reason why a lock does not do what it is asked."""

    BRIDGE_OFFLINE = "bridge_offline"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DISCONNECTED = "disconnected"
    JAMMED = "jammed"
    CALIBRATION = "calibration"
    LOW_POWER = "low_power"
    OVERHEATED = "overheated"


PASSING: Final = frozenset({Trouble.BUSY, Trouble.NO_ANSWER, Trouble.DISCONNECTED})
"""Over as soon as the lock is heard of again; the others end when the bolt moves."""

_TROUBLES: Final[dict[type[errors.CloudError], Trouble]] = {
    errors.BridgeOffline: Trouble.BRIDGE_OFFLINE,
    errors.BridgeBusy: Trouble.BUSY,
    errors.LockBusy: Trouble.BUSY,
    errors.LockUnavailable: Trouble.NO_ANSWER,
    errors.LockDisconnected: Trouble.DISCONNECTED,
    errors.Jammed: Trouble.JAMMED,
    errors.CalibrationNeeded: Trouble.CALIBRATION,
    errors.BatteryTooLow: Trouble.LOW_POWER,
    errors.Overheated: Trouble.OVERHEATED,
}


def trouble_of(err: errors.CloudError) -> Trouble | None:
    """Return what an error says about the lock; None when it says nothing about it."""
    return _TROUBLES.get(type(err))
