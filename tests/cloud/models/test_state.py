"""Words for bolt and door."""

import pytest

from custom_components.yale_august.cloud.models import (
    MOVING,
    BoltState,
    DoorState,
    read_bolt_state,
    read_door_state,
)


@pytest.mark.parametrize(
    ("token", "state"),
    [
        ("locked", BoltState.LOCKED),
        ("kAugLockState_Locked", BoltState.LOCKED),
        ("unlocked", BoltState.UNLOCKED),
        ("kAugLockState_Unlocked", BoltState.UNLOCKED),
        ("unlatched", BoltState.UNLATCHED),
        ("kAugLockState_Unlatched", BoltState.UNLATCHED),
        ("locking", BoltState.LOCKING),
        ("kAugLockState_Locking", BoltState.LOCKING),
        ("unlocking", BoltState.UNLOCKING),
        ("kAugLockState_Unlocking", BoltState.UNLOCKING),
        ("unlatching", BoltState.UNLATCHING),
        ("kAugLockState_Unlatching", BoltState.UNLATCHING),
        ("securemode", BoltState.SECURE),
        ("kAugLockState_Securemode", BoltState.SECURE),
        ("kAugLockState_SecureMode", BoltState.SECURE),
        ("shabbatmode", BoltState.SHABBAT),
        ("kAugLockState_Shabbatmode", BoltState.SHABBAT),
        ("kAugLockState_UnknownStaticPosition", BoltState.JAMMED),
        ("FAILED_BRIDGE_ERROR_LOCK_JAMMED", BoltState.JAMMED),
        ("unknown", BoltState.UNKNOWN),
        ("unknown_error_during_connect", BoltState.UNKNOWN),
        ("not-advertising", BoltState.UNKNOWN),
        ("invalid", BoltState.UNKNOWN),
        ("LOCKED", BoltState.LOCKED),
        # Not words of the vendor.
        ("deadlocked", BoltState.UNKNOWN),
        ("locked ", BoltState.UNKNOWN),
        ("kAugDoorState_Locked", BoltState.UNKNOWN),
        ("kAugLockState_kAugLockState_Locked", BoltState.UNKNOWN),
        # The Kelvin sign, whose lower case is a plain k.
        ("loc\N{KELVIN SIGN}ed", BoltState.UNKNOWN),
        ("", BoltState.UNKNOWN),
        (None, BoltState.UNKNOWN),
        (True, BoltState.UNKNOWN),
        (1, BoltState.UNKNOWN),
        (["locked"], BoltState.UNKNOWN),
        ({"status": "locked"}, BoltState.UNKNOWN),
    ],
)
def test_bolt(token: object, state: BoltState) -> None:
    """Each word of reference 7.1 is what it says, any other is unknown."""
    assert read_bolt_state(token) is state
    assert read_bolt_state(token, action_words=True) is state


@pytest.mark.parametrize(
    ("token", "state"),
    [
        ("lock", BoltState.LOCKED),
        ("unlock", BoltState.UNLOCKED),
        ("unlatch", BoltState.UNLATCHED),
        ("secure", BoltState.SECURE),
        ("SECURE", BoltState.SECURE),
    ],
)
def test_action_words(token: str, state: BoltState) -> None:
    """An action is a state only for those who say so."""
    assert read_bolt_state(token, action_words=True) is state
    assert read_bolt_state(token) is BoltState.UNKNOWN
    assert (
        read_bolt_state(f"kAugLockState_{token}", action_words=True)
        is BoltState.UNKNOWN
    )


def test_vocabulary() -> None:
    """What the states are called, in stores and messages."""
    assert set(BoltState) == {
        "locked",
        "unlocked",
        "unlatched",
        "locking",
        "unlocking",
        "unlatching",
        "secure",
        "shabbat",
        "jammed",
        "unknown",
    }
    assert set(DoorState) == {"closed", "open", "init", "unknown", "absent"}


def test_moving() -> None:
    """Three states are on the way to another."""
    assert {state for state in BoltState if state.moving} == MOVING
    assert {
        BoltState.LOCKING,
        BoltState.UNLOCKING,
        BoltState.UNLATCHING,
    } == MOVING


@pytest.mark.parametrize(
    ("token", "state"),
    [
        ("closed", DoorState.CLOSED),
        ("kAugDoorState_Closed", DoorState.CLOSED),
        ("kAugLockDoorState_Closed", DoorState.CLOSED),
        ("open", DoorState.OPEN),
        ("kAugDoorState_Open", DoorState.OPEN),
        ("kAugLockDoorState_Open", DoorState.OPEN),
        ("kAugDoorState_Ajar", DoorState.OPEN),
        ("init", DoorState.INIT),
        ("kAugDoorState_Init", DoorState.INIT),
        ("unknown", DoorState.UNKNOWN),
        ("kAugDoorState_Unknown", DoorState.UNKNOWN),
        ("", DoorState.ABSENT),
        (None, DoorState.ABSENT),
        ("shut", DoorState.UNKNOWN),
        ("closed ", DoorState.UNKNOWN),
        ("kAugLockDoorState_kAugDoorState_Closed", DoorState.UNKNOWN),
        (" ", DoorState.UNKNOWN),
        (False, DoorState.UNKNOWN),
        (0, DoorState.UNKNOWN),
        (["closed"], DoorState.UNKNOWN),
        ({}, DoorState.UNKNOWN),
    ],
)
def test_door(token: object, state: DoorState) -> None:
    """Each word of reference 7.2 is what it says, any other is unknown."""
    assert read_door_state({"doorState": token}) is state
    assert read_door_state({"Event": token}, "Event") is state


@pytest.mark.parametrize("data", [{}, {"door": "closed"}, None, "closed", ["closed"]])
def test_no_door(data: object) -> None:
    """Where no door is mentioned there is none."""
    assert read_door_state(data) is DoorState.ABSENT
