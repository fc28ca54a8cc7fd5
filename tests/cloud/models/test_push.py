"""Push messages and subscribers."""

from datetime import UTC, datetime

import pytest

from custom_components.yale_august.cloud.models import (
    BoltState,
    DoorState,
    Failure,
    OperationInfo,
    Problems,
    PushMessage,
    Subscriber,
)

from .payloads import (
    FAILED_PUSH,
    INFO,
    LOCK_ID,
    PUSH,
    SUBSCRIBER,
    USER_ID,
    Payload,
    changed,
    without,
)


def test_subscriber() -> None:
    """Every field of a subscriber has its place."""
    assert Subscriber.from_json(SUBSCRIBER) == Subscriber(
        subscriber_id="hidden-subscriber",
        scopes=("lock",),
        client_id="hidden-client",
        user_id=USER_ID,
    )
    assert Subscriber.from_json("x") == Subscriber()


def test_message() -> None:
    """Every field of a message has its place."""
    problems = Problems()
    message = PushMessage.from_json(PUSH, problems)
    assert message == PushMessage(
        lock_id=LOCK_ID,
        bolt=BoltState.LOCKED,
        door=DoorState.CLOSED,
        caller="hidden-caller",
        remote=True,
        action="locked",
        at=datetime(2026, 3, 1, 7, 8, 9, 123000, tzinfo=UTC),
        info=OperationInfo.from_json(INFO),
    )
    assert len(problems) == 0


@pytest.mark.parametrize("field", ["lockAction", "status"])
@pytest.mark.parametrize(
    ("token", "bolt"),
    [
        ("locked", BoltState.LOCKED),
        ("unlocked", BoltState.UNLOCKED),
        ("unlatched", BoltState.UNLATCHED),
        ("secure", BoltState.SECURE),
        ("lock", BoltState.LOCKED),
        ("unlock", BoltState.UNLOCKED),
        ("unlatch", BoltState.UNLATCHED),
        ("kAugLockState_Locking", BoltState.LOCKING),
        ("kAugLockState_SecureMode", BoltState.SECURE),
        ("FAILED_BRIDGE_ERROR_LOCK_JAMMED", BoltState.JAMMED),
        ("not-advertising", BoltState.UNKNOWN),
        ("waltzing", BoltState.UNKNOWN),
        (7, BoltState.UNKNOWN),
        ([], BoltState.UNKNOWN),
        ("associated_bridge_online", None),
        ("associated_bridge_offline", None),
        ("DoorStateChanged", None),
        ("lock_accessory_motion_detect", None),
        ("lock_doorbell_buttonpress", None),
        ("invalidcode", None),
        ("", None),
        (None, None),
    ],
)
def test_bolt(field: str, token: object, bolt: BoltState | None) -> None:
    """The bolt is what one of two fields says, unknown if not understood, else untouched."""
    message = PushMessage.from_json({"lockID": LOCK_ID, field: token})
    assert message.bolt is bolt
    assert message.door is DoorState.ABSENT
    assert message.at is None
    assert message.failed is None
    assert not message.is_poll_answer


def test_new_word() -> None:
    """A word that is new to us is a problem, one for not knowing is not."""
    problems = Problems()
    PushMessage.from_json({"lockAction": "not-advertising"}, problems)
    assert len(problems) == 0
    PushMessage.from_json({"lockAction": "waltzing"}, problems)
    assert str(problems) == "lockAction"


@pytest.mark.parametrize(
    ("action", "status", "bolt"),
    [
        ("lock", "kAugLockState_Locked", BoltState.LOCKED),
        ("lock", "kAugLockState_Locking", BoltState.UNKNOWN),
        ("locked", "unlocked", BoltState.UNKNOWN),
        ("locked", "waltzing", BoltState.UNKNOWN),
        ("", "unlocked", BoltState.UNLOCKED),
        ("DoorStateChanged", "unlocked", BoltState.UNLOCKED),
    ],
)
def test_two_words(action: str, status: str, bolt: BoltState) -> None:
    """Two words that contradict each other say nothing."""
    message = PushMessage.from_json({"lockAction": action, "status": status})
    assert message.bolt is bolt


def test_door_only() -> None:
    """A door moves without the bolt."""
    for payload in ({"doorState": "open"}, {"doorState": "kAugLockDoorState_Open"}):
        message = PushMessage.from_json({"lockID": LOCK_ID, **payload})
        assert message.bolt is None
        assert message.door is DoorState.OPEN
    message = PushMessage.from_json(
        {"lockID": LOCK_ID, "lockAction": "DoorStateChanged", "doorState": "closed"}
    )
    assert message.bolt is None
    assert message.door is DoorState.CLOSED
    assert message.action == "doorstatechanged"


@pytest.mark.parametrize("lock_id", [None, "", "front door", 5, {}])
def test_no_lock(lock_id: object) -> None:
    """A message may not say of which lock it is."""
    message = PushMessage.from_json(changed(PUSH, lockID=lock_id))
    assert message.lock_id is None
    assert message.bolt is BoltState.LOCKED
    assert PushMessage.from_json(without(PUSH, "lockID")).lock_id is None


@pytest.mark.parametrize("field", ["lockAction", "status"])
@pytest.mark.parametrize(
    ("token", "online"),
    [
        ("associated_bridge_online", True),
        ("associated_bridge_offline", False),
        ("locked", None),
        (None, None),
    ],
)
def test_bridge(field: str, token: str | None, online: bool | None) -> None:
    """Bridges come and go."""
    message = PushMessage.from_json({"lockID": LOCK_ID, field: token})
    assert message.bridge_online is online
    assert message.action == token


def test_bridge_beside_a_bolt() -> None:
    """A bridge's word in one field does not hide the bolt's in the other."""
    message = PushMessage.from_json(
        {"lockAction": "locked", "status": "associated_bridge_offline"}
    )
    assert message.bridge_online is False
    assert message.bolt is BoltState.LOCKED
    assert message.action == "locked"


def test_failed() -> None:
    """A failed command has a reason and no state."""
    for payload in (
        FAILED_PUSH,
        changed(FAILED_PUSH, status="locked", doorState="closed"),
        changed(without(FAILED_PUSH, "result"), lockAction="unlock"),
    ):
        message = PushMessage.from_json(payload)
        assert message.failed == Failure(
            code=98, name="ERRNO_BRIDGE_OFFLINE", status=422
        )
        assert message.bolt is None
        assert message.door is DoorState.ABSENT
        assert message.info is not None
        assert message.info.action == "unlock"


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "FAILED_BRIDGE_ERROR_LOCK_JAMMED"},
        {"lockAction": "FAILED_BRIDGE_ERROR_LOCK_JAMMED"},
        {"error": {"name": "FAILED_BRIDGE_ERROR_LOCK_JAMMED"}},
        {"result": "FAILED_BRIDGE_ERROR_LOCK_JAMMED"},
    ],
)
def test_failed_by_a_jam(fields: Payload) -> None:
    """A jam says where the bolt is: nowhere."""
    message = PushMessage.from_json({**FAILED_PUSH, **fields})
    assert message.bolt is BoltState.JAMMED
    assert message.failed is not None
    assert message.failed.jammed


@pytest.mark.parametrize(
    ("flag", "remote"),
    [(1, True), (0, False), (True, True), (False, False), (2, None), ("1", None)],
)
def test_remote(flag: object, remote: bool | None) -> None:
    """The flag is a number on the wire."""
    problems = Problems()
    assert PushMessage.from_json({"remoteEvent": flag}, problems).remote is remote
    assert str(problems) == ("remoteEvent" if remote is None else "")


def test_poll_answer() -> None:
    """The answer to a poll is no event."""
    assert PushMessage.from_json({"info": {"action": "Status"}}).is_poll_answer
    assert not PushMessage.from_json({"info": {"action": "lock"}}).is_poll_answer
    assert not PushMessage.from_json({"info": {}}).is_poll_answer


@pytest.mark.parametrize("time", [1772348889, "soon", None])
def test_no_time(time: object) -> None:
    """The start of a command is not the time of the state."""
    assert PushMessage.from_json(changed(PUSH, timeStamp=time)).at is None


@pytest.mark.parametrize("data", [None, [], "locked", 7, True])
def test_no_message(data: object) -> None:
    """What is no message says nothing."""
    problems = Problems()
    assert PushMessage.from_json(data, problems) == PushMessage()
    assert problems.whole
