"""Webhooks."""

from datetime import UTC, datetime

import pytest

from custom_components.yale_august.cloud.models import (
    BatteryWarning,
    BoltState,
    Delivery,
    DoorState,
    Person,
    Problems,
    PushMessage,
    Topic,
    Webhook,
)

from .payloads import DELIVERY, LOCK_ID, USER_ID, Payload, changed


def test_registration() -> None:
    """A registration goes out as reference 19.1 lists it."""
    webhook = Webhook(
        url="https://home.invalid/hook",
        client_id="client",
        topics=(Topic.OPERATION, Topic.BATTERY),
        header="x-hook",
        token="token",
    )
    assert webhook.to_json() == {
        "url": "https://home.invalid/hook",
        "method": "POST",
        "clientID": "client",
        "header": "x-hook",
        "token": "token",
        "notificationTypes": ["operation", "battery"],
    }
    bare = Webhook(url="https://home.invalid/", client_id="c", topics=()).to_json()
    assert set(bare) == {"url", "method", "clientID", "notificationTypes"}
    assert set(Topic) == {
        "operation",
        "battery",
        "systemstatus",
        "configuration",
        "accessmgmt",
        "lockmembership",
    }


def test_delivery() -> None:
    """Every field of a delivery has its place."""
    problems = Problems()
    assert Delivery.from_json(DELIVERY, problems) == Delivery(
        lock_id=LOCK_ID,
        kind="operation",
        event="lock",
        at=datetime(2026, 3, 1, 7, 8, 9, 123000, tzinfo=UTC),
        user=Person(
            user_id=USER_ID, first_name="hidden first", last_name="hidden last"
        ),
        bolt=BoltState.LOCKED,
    )
    assert len(problems) == 0


@pytest.mark.parametrize("kind", ["operation", "status"])
@pytest.mark.parametrize(
    ("event", "bolt"),
    [
        ("lock", BoltState.LOCKED),
        ("onetouchlock", BoltState.LOCKED),
        ("OneTouchLock", BoltState.LOCKED),
        ("secure", BoltState.SECURE),
        ("unlock", BoltState.UNLOCKED),
        ("unlatch", BoltState.UNLATCHED),
        ("locked", BoltState.LOCKED),
        ("pirouette", BoltState.UNKNOWN),
        ("open", BoltState.UNKNOWN),
        (3, BoltState.UNKNOWN),
        ("invalidcode", None),
        (None, None),
    ],
)
def test_bolt(kind: str, event: object, bolt: BoltState | None) -> None:
    """Only the words on the list say where the bolt is."""
    delivery = Delivery.from_json(changed(DELIVERY, EventType=kind, Event=event))
    assert delivery.bolt is bolt
    assert delivery.door is DoorState.ABSENT
    assert delivery.denied is (event == "invalidcode")
    assert not delivery.ring


@pytest.mark.parametrize(
    ("event", "door"),
    [
        ("open", DoorState.OPEN),
        ("closed", DoorState.CLOSED),
        ("lock", DoorState.UNKNOWN),
        ("invalidcode", DoorState.UNKNOWN),
        (None, DoorState.ABSENT),
    ],
)
def test_door(event: object, door: DoorState) -> None:
    """A door's event is told by its user."""
    for user in ("DoorStateChanged", "doorstatechanged"):
        delivery = Delivery.from_json(
            changed(DELIVERY, Event=event, User={"UserID": user})
        )
        assert delivery.door is door
        assert delivery.bolt is None
        assert not delivery.denied


@pytest.mark.parametrize(
    ("kind", "event", "fields", "problem"),
    [
        ("systemstatus", "online", {"bridge_online": True}, ""),
        ("systemstatus", "offline", {"bridge_online": False}, ""),
        ("systemstatus", "asleep", {}, "Event"),
        (
            "system",
            "lock_state_battery_warning_none",
            {"battery_warning": BatteryWarning.NONE},
            "",
        ),
        (
            "system",
            "lock_state_battery_warning_2day",
            {"battery_warning": BatteryWarning.TWO_DAYS},
            "",
        ),
        ("system", "dying", {"battery_warning": BatteryWarning.UNKNOWN}, "Event"),
        ("battery", "keypad_battery_none", {"keypad_battery_low": False}, ""),
        ("battery", "keypad_battery_warning", {"keypad_battery_low": True}, ""),
        ("battery", "keypad_battery_critical", {"keypad_battery_low": True}, ""),
        ("battery", "dying", {}, "Event"),
        ("lock_doorbell_buttonpress", "lock", {"ring": True}, ""),
        ("configuration", "locked", {}, ""),
    ],
)
def test_other_events(kind: str, event: str, fields: Payload, problem: str) -> None:
    """What is no operation does not touch bolt and door."""
    problems = Problems()
    payload = {"LockID": LOCK_ID, "EventType": kind, "Event": event}
    assert Delivery.from_json(payload, problems) == Delivery(
        lock_id=LOCK_ID, kind=kind, event=event, **fields
    )
    assert str(problems) == problem


@pytest.mark.parametrize(
    "time", [1772348889123, 1772348889.123, "2026-03-01T07:08:09.123Z"]
)
def test_time(time: object) -> None:
    """Its unit is documented nowhere: milliseconds, seconds and texts are read."""
    problems = Problems()
    delivery = Delivery.from_json(changed(DELIVERY, Timestamp=time), problems)
    assert delivery.at == datetime(2026, 3, 1, 7, 8, 9, 123000, tzinfo=UTC)
    assert len(problems) == 0


@pytest.mark.parametrize("time", [0, -1, 999_999_999, 10**18, True, "soon", [], None])
def test_no_time(time: object) -> None:
    """What cannot be a time of an event is none."""
    assert Delivery.from_json(changed(DELIVERY, Timestamp=time)).at is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, {"bolt": BoltState.LOCKED, "caller": USER_ID, "action": "lock"}),
        ({"EventType": "status"}, {"bolt": BoltState.LOCKED, "action": "lock"}),
        ({"Event": "pirouette"}, {"caller": USER_ID, "action": "pirouette"}),
        (
            {"Event": "open", "User": {"UserID": "DoorStateChanged"}},
            {
                "bolt": None,
                "door": DoorState.OPEN,
                "caller": "DoorStateChanged",
                "action": "open",
            },
        ),
        (
            {"EventType": "systemstatus", "Event": "offline"},
            {"bolt": None, "bridge_online": False, "action": "offline"},
        ),
    ],
    ids=["bolt", "status", "unknown", "door", "bridge"],
)
def test_as_message(fields: Payload, message: Payload) -> None:
    """What the stream has words for is said in them, with its own time."""
    delivery = Delivery.from_json(changed(DELIVERY, **fields))
    assert delivery.message == PushMessage(
        **{"lock_id": LOCK_ID, "at": delivery.at, "bolt": BoltState.UNKNOWN, **message}
    )
    assert delivery.at is not None


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("operation", "invalidcode"),
        ("system", "lock_state_battery_warning_2day"),
        ("battery", "keypad_battery_critical"),
        ("systemstatus", "asleep"),
        ("lock_doorbell_buttonpress", "lock"),
        ("configuration", "unlock"),
    ],
)
def test_no_message(kind: str, event: str) -> None:
    """Anything else says nothing of bolt, door and bridge."""
    delivery = Delivery.from_json(changed(DELIVERY, EventType=kind, Event=event))
    assert delivery.message is None


@pytest.mark.parametrize("data", [None, [], "lock", {}])
def test_nothing(data: object) -> None:
    """What is no delivery says nothing."""
    assert Delivery.from_json(data) == Delivery()
