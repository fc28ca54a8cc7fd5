"""What the words of the three sources say of an incident."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.yale_august.cloud.models import Activity, Delivery, PushMessage
from custom_components.yale_august.history.incidents import (
    Kind,
    Method,
    of_activity,
    of_post,
    of_push,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OFFSET = timedelta(seconds=100)
STAMP = int((NOW - timedelta(seconds=20) + OFFSET).timestamp() * 1000)
ANNA = "5f1e1a7c-0000-4000-8000-00000000000a"
LOCK = "A" * 32

CAUSES = {
    "ble": Method.BLUETOOTH,
    "remote": Method.REMOTE,
    "pin": Method.KEYPAD,
    "manual": Method.MANUAL,
    "rf": Method.RFID,
    "homekey": Method.HOMEKEY,
}
DEEDS = {"lock": Kind.LOCKED, "unlock": Kind.UNLOCKED, "unlatch": Kind.OPENED}
FEED: dict[str, tuple[Kind, Method] | None] = {
    **{word: (kind, Method.UNKNOWN) for word, kind in DEEDS.items()},
    **{
        f"{cause}_{word}": (kind, method)
        for cause, method in CAUSES.items()
        for word, kind in DEEDS.items()
    },
    "rf_secure": (Kind.SECURED, Method.RFID),
    "remote_secure": (Kind.SECURED, Method.REMOTE),
    "finger_lock": (Kind.LOCKED, Method.FINGERPRINT),
    "finger_unlock": (Kind.UNLOCKED, Method.FINGERPRINT),
    "linked_lock": (Kind.LOCKED, Method.LINKED),
    "linked_unlock": (Kind.UNLOCKED, Method.LINKED),
    "onetouchlock": (Kind.LOCKED, Method.ONE_TOUCH),
    "one_touch_lock": (Kind.LOCKED, Method.ONE_TOUCH),
    "auto_lock": (Kind.AUTO_LOCKED, Method.AUTO),
    "jammed": (Kind.JAMMED, Method.UNKNOWN),
    "dooropen": (Kind.DOOR_OPENED, Method.UNKNOWN),
    "door_open": (Kind.DOOR_OPENED, Method.UNKNOWN),
    "doorclosed": (Kind.DOOR_CLOSED, Method.UNKNOWN),
    "door_close": (Kind.DOOR_CLOSED, Method.UNKNOWN),
    "invalidcode": (Kind.DENIED_CODE, Method.KEYPAD),
    "lock_accessory_motion_detect": (Kind.RING, Method.UNKNOWN),
    # A bolt that moves has not arrived; a bridge, a camera and a doorbell are no lock.
    **dict.fromkeys(
        (
            *("locking", "unlocking", "unlatching", "doorbell_call_initiated"),
            *("doorbell_motion_detected", "doorbell_call_missed", "imagecapture"),
            *("doorbell_call_hangup", "buttonpush", "associated_bridge_online"),
            *("associated_bridge_offline", "a word of next year", ""),
        )
    ),
}
"""Reference 21: each word, in any case of letters."""


@pytest.mark.parametrize("shape", ["4.0.0", "0.0.1"])
def test_feed(shape: str) -> None:
    """Each word is understood as it is documented, and no other is; the time is ours."""
    for word, expected in FEED.items():
        for spelled in {word, word.upper()}:
            body: dict[str, Any] = {"action": spelled, "deviceID": LOCK}
            user = {"UserID": ANNA, "FirstName": "Anna"}
            if shape == "4.0.0":
                body |= {"timestamp": STAMP, "user": user}
            else:
                body |= {"dateTime": STAMP, "callingUser": user}
            seen = of_activity(Activity.from_json(body), OFFSET)
            if expected is None:
                assert seen is None, word
                continue
            assert seen is not None, word
            assert (seen.kind, seen.method) == expected, word
            assert (seen.actor, seen.says_who) == (ANNA, True)
            assert seen.at == NOW - timedelta(seconds=20)


WHO: Any = [
    # Word in the place of a user, flags: kind, method of a `lock` of the feed.
    ("automaticrelock", {}, Kind.AUTO_LOCKED, Method.AUTO),
    ("manuallock", {}, Kind.LOCKED, Method.MANUAL),
    ("deleted", {}, Kind.LOCKED, Method.UNKNOWN),
    (None, {}, Kind.LOCKED, Method.UNKNOWN),
    ("deleted", {"remote": True}, Kind.LOCKED, Method.REMOTE),
    ("deleted", {"keypad": True}, Kind.LOCKED, Method.KEYPAD),
    ("deleted", {"keypad": "yes"}, Kind.LOCKED, Method.UNKNOWN),
]


@pytest.mark.parametrize(("who", "info", "kind", "method"), WHO)
def test_nobody_of_the_feed(
    who: str | None, info: dict[str, object], kind: Kind, method: Method
) -> None:
    """A word in the place of a user is no person."""
    body = {"action": "lock", "dateTime": STAMP, "info": info, "deviceID": LOCK}
    seen = of_activity(
        Activity.from_json({**body, "callingUser": {"UserID": who}}), OFFSET
    )
    assert seen is not None
    assert (seen.kind, seen.method, seen.actor) == (kind, method, None)


BY = "callingUserID"
STREAM: Any = [
    # Message: kind, method, whether it says who.
    ({"lockAction": "locked"}, "locked", "unknown", False),
    ({"status": "kAugLockState_Unlocked"}, "unlocked", "unknown", False),
    ({"lockAction": "secure"}, "secured", "unknown", False),
    ({"lockAction": "unlatch"}, "opened", "unknown", False),
    ({"lockAction": "locked", BY: ANNA}, "locked", "unknown", True),
    # Auto-locks were recorded so.
    ({"lockAction": "locked", BY: "manuallock"}, "locked", "manual", False),
    ({"lockAction": "unlocked", BY: "ManualUnlock"}, "unlocked", "manual", True),
    ({"lockAction": "locked", BY: "autorelock"}, "auto_locked", "auto", True),
    ({"lockAction": "unlocked", "remoteEvent": 1}, "unlocked", "remote", False),
    ({"doorState": "open"}, "door_opened", "unknown", False),
    ({"doorState": "kAugDoorState_Closed"}, "door_closed", "unknown", False),
    ({"status": "kAugLockState_UnknownStaticPosition"}, "jammed", "unknown", False),
    ({"lockAction": "FAILED_BRIDGE_ERROR_LOCK_JAMMED"}, "jammed", "unknown", False),
]
SILENT: Any = [
    {"lockAction": "kAugLockState_Locking"},
    {"lockAction": "unlocked", "info": {"action": "status"}},
    {"result": "failed", "error": {"statusCode": 422}},
    {"status": "associated_bridge_offline"},
    {"lockAction": "shabbatmode"},
    {"lockAction": "a word of next year"},
    {"lockAction": "invalidcode"},
    {"doorState": "init"},
    {},
]


@pytest.mark.parametrize(("body", "kind", "method", "says_who"), STREAM)
def test_stream(body: dict[str, Any], kind: str, method: str, says_who: bool) -> None:
    """A state that was reached is an incident, at its own time or when it arrives."""
    seen = of_push(PushMessage.from_json(body), NOW, OFFSET)
    assert seen is not None
    assert (seen.kind.value, seen.method.value) == (kind, method)
    assert seen.actor == (ANNA if body.get(BY) == ANNA else None)
    assert (seen.says_who, seen.dated, seen.at) == (says_who, False, NOW)
    seen = of_push(PushMessage.from_json({**body, "timeStamp": STAMP}), NOW, OFFSET)
    assert seen is not None
    assert (seen.dated, seen.at) == (True, NOW - timedelta(seconds=20))


def test_silent_stream() -> None:
    """What moves, fails, answers a question or is not understood has done nothing at the door."""
    for body in SILENT:
        assert of_push(PushMessage.from_json(body), NOW, OFFSET) is None, body


POSTS: Any = [
    # EventType, Event, UserID: kind, method, person.
    ("operation", "lock", ANNA, Kind.LOCKED, "unknown", ANNA),
    ("operation", "lock", "autorelock", Kind.AUTO_LOCKED, "auto", None),
    ("operation", "unlock", "manualunlock", Kind.UNLOCKED, "manual", None),
    ("operation", "onetouchlock", "deleted", Kind.LOCKED, "one_touch", None),
    ("operation", "secure", ANNA, Kind.SECURED, "unknown", ANNA),
    ("operation", "open", "DoorStateChanged", Kind.DOOR_OPENED, "unknown", None),
    ("operation", "closed", "DoorStateChanged", Kind.DOOR_CLOSED, "unknown", None),
    ("operation", "invalidcode", "deleted", Kind.DENIED_CODE, "keypad", None),
    ("lock_doorbell_buttonpress", "press", "deleted", Kind.RING, "unknown", None),
    # Who asks how the bolt stands has not moved it.
    ("status", "lock", ANNA, Kind.LOCKED, "unknown", None),
    ("operation", "a word of next year", ANNA, None, None, None),
    ("battery", "keypad_battery_none", "deleted", None, None, None),
]


@pytest.mark.parametrize(("kind", "word", "user", "expected", "method", "actor"), POSTS)
def test_posts(
    kind: str,
    word: str,
    user: str,
    expected: Kind | None,
    method: str | None,
    actor: str | None,
) -> None:
    """Reference 19.3, word by word."""
    body = {
        "LockID": LOCK,
        "EventType": kind,
        "Event": word,
        "User": {"UserID": user},
        "Timestamp": STAMP,
    }
    seen = of_post(Delivery.from_json(body), NOW, OFFSET)
    if expected is None:
        assert seen is None
        return
    assert seen is not None
    assert (seen.kind, seen.method.value, seen.actor) == (expected, method, actor)
    assert seen.at == NOW - timedelta(seconds=20)
    assert seen.says_state is (kind == "status")
