"""Lock list, lock detail and cached status."""

from datetime import UTC, datetime

import pytest

from custom_components.yale_august.cloud.models import (
    BatteryWarning,
    BoltState,
    DoorState,
    LockDetail,
    LockStatus,
    LockUser,
    Problems,
    Role,
    read_locks,
)

from .payloads import (
    ADAPTER,
    BATTERY_INFO,
    BRIDGE,
    BRIDGE_ID,
    DOOR_DISABLED,
    DOOR_INIT,
    DOORBELL_BRIDGE,
    HOUSE_ID,
    HUB,
    KEYPAD,
    LATCH,
    LOCK,
    LOCK_ID,
    LOCKS,
    MODULE,
    NO_DOOR,
    NO_STATUS,
    OFFLINE,
    OTHER_LOCK_ID,
    SECOND_VERSION,
    STATUS,
    USER_ID,
    WEDGED,
    Payload,
    changed,
    without,
)


def read(payload: object) -> LockDetail:
    """Read a detail in which nothing may be wrong."""
    problems = Problems()
    detail = LockDetail.from_json(payload, problems)
    assert list(problems) == []
    return detail


def test_detail() -> None:
    """Every field of a full detail has its place."""
    detail = read(LOCK)
    assert detail.lock_id == LOCK_ID
    assert detail.name == "hidden lock name"
    assert detail.type == 2
    assert detail.house_id == HOUSE_ID
    assert detail.house_name == "hidden house name"
    assert detail.battery == pytest.approx(0.615)
    assert detail.serial_number == "hidden-serial"
    assert detail.sku == "AUG-SL02-M02-S02"
    assert detail.mac_address == "hidden:mac"
    assert detail.firmware == "3.0.44-3.0.29"
    assert detail.time_zone == "Europe/Oslo"
    assert detail.supports_entry_codes is True
    assert detail.access_schedules_allowed is True
    assert detail.homekit_enabled is False
    assert detail.zwave_enabled is False
    assert detail.door_open_timeout == 180
    assert detail.created_at == datetime(2025, 5, 5, 5, 5, 5, tzinfo=UTC)
    assert detail.users == {
        USER_ID: LockUser(
            role=Role.SUPERUSER, first_name="hidden first", last_name="hidden last"
        ),
        "hidden-guest-id": LockUser(role=Role.USER, first_name="hidden guest"),
    }
    assert detail.status == LockStatus(
        bolt=BoltState.LOCKED,
        door=DoorState.CLOSED,
        at=datetime(2026, 3, 1, 7, 8, 9, 123000, tzinfo=UTC),
        valid=True,
    )
    assert detail.remote_path
    assert detail.bridge_online is True


def test_battery_info() -> None:
    """The battery's story has its places."""
    info = read(LOCK).battery_info
    assert info is not None
    assert info.level == pytest.approx(0.615)
    assert info.warning is BatteryWarning.TWO_WEEKS
    assert info.updated_at == datetime(2026, 2, 28, 22, tzinfo=UTC)
    assert info.changed_at == datetime(2025, 6, 1, 10, tzinfo=UTC)
    assert info.changed_voltage == 6213
    assert info.ends_at == datetime(2026, 4, 20, tzinfo=UTC)


def test_bridge() -> None:
    """The bridge has its places."""
    bridge = read(LOCK).bridge
    assert bridge is not None
    assert bridge.bridge_id == BRIDGE_ID
    assert bridge.serial_number == "C5Whidden1"
    assert bridge.model == "august-connect"
    assert bridge.firmware == "2.2.1"
    assert bridge.operative is True
    assert bridge.online is True
    assert bridge.last_online == datetime(2026, 3, 1, 6, tzinfo=UTC)
    assert bridge.last_offline == datetime(2026, 2, 1, 6, tzinfo=UTC)
    assert bridge.hyper is True
    assert bridge.connection_issues == 3


def test_keypad_and_host() -> None:
    """Keypad and host have their places."""
    detail = read(LOCK)
    keypad, host = detail.keypad, detail.host
    assert keypad is not None
    assert keypad.keypad_id == "hidden-keypad-id"
    assert keypad.serial_number == "K2hidden1"
    assert keypad.firmware == "2.27.0"
    assert keypad.battery == 0.625
    assert host is not None
    assert host.manufacturer == "yale"
    assert host.serial_number == "hidden-host-serial"
    assert host.product_id == 1536
    assert host.product_type_id == 32770


def test_hub_and_adapter() -> None:
    """Other ways to the lock have their places and count as such."""
    detail = read(changed(without(LOCK, "Bridge"), waHub=HUB, remoteAdapter=ADAPTER))
    hub, adapter = detail.hub, detail.remote_adapter
    assert hub is not None
    assert hub.hub_id == "hidden-hub"
    assert hub.serial_number == "hidden-hub-serial"
    assert hub.system_id == "hidden-system"
    assert hub.online is True
    assert hub.last_online == datetime(2026, 3, 1, 6, tzinfo=UTC)
    assert hub.last_offline == datetime(2026, 2, 1, 6, tzinfo=UTC)
    assert adapter is not None
    assert adapter.device_id == "hidden-adapter"
    assert adapter.device_type == "gateway"
    assert adapter.usages == "remote"
    assert adapter.system_id == "hidden-system"
    assert detail.remote_path
    assert detail.bridge_online is True


@pytest.mark.parametrize("name", ["Bridge", "waHub", "remoteAdapter"])
def test_remote_path(name: str) -> None:
    """Any of the three is a way to the lock, an empty one is none."""
    parts = {"Bridge": BRIDGE, "waHub": HUB, "remoteAdapter": ADAPTER}
    bare = without(LOCK, *parts)
    assert not read(bare).remote_path
    assert not read({**bare, name: {}}).remote_path
    assert not read({**bare, name: None}).remote_path
    assert read({**bare, name: parts[name]}).remote_path


@pytest.mark.parametrize(
    ("bridge", "hub", "online"),
    [
        ("online", None, True),
        ("Offline", None, False),
        ("asleep", None, None),
        (None, "online", True),
        ("offline", "online", True),
        ("offline", "offline", False),
        ("offline", "asleep", False),
        (None, None, None),
    ],
)
def test_bridge_online(
    bridge: str | None, hub: str | None, online: bool | None
) -> None:
    """A lock is within reach when one way to it is."""
    payload = without(LOCK, "Bridge")
    if bridge:
        payload["Bridge"] = changed(BRIDGE, status={"current": bridge})
    if hub:
        payload["waHub"] = changed(HUB, status={"current": hub})
    assert LockDetail.from_json(payload).bridge_online is online


@pytest.mark.parametrize(
    ("status", "operative", "online"),
    [
        (None, True, True),
        (None, False, False),
        ({}, False, False),
        (None, "yes", None),
        ({"lastOnline": "2026-03-01T06:00:00.000Z"}, True, None),
        ("online", True, None),
        ({"current": "offline"}, True, False),
    ],
)
def test_bridge_without_status(
    status: object, operative: object, online: bool | None
) -> None:
    """Only a bridge that has no status is judged by being operative."""
    bridge = changed(BRIDGE, status=status, operative=operative)
    detail = LockDetail.from_json(changed(LOCK, Bridge=bridge))
    assert detail.bridge_online is online


def test_offline() -> None:
    """An offline lock: unknown, no battery, no way to it."""
    detail = read(OFFLINE)
    assert detail.status == LockStatus()
    assert detail.status.bolt is BoltState.UNKNOWN
    assert detail.battery is None
    assert detail.battery_info is None
    assert detail.bridge is None
    assert not detail.remote_path
    assert detail.bridge_online is None


def test_no_status() -> None:
    """A lock of which the cloud says nothing."""
    assert read(NO_STATUS).status is None
    assert read(changed(LOCK, LockStatus=None)).status is None


@pytest.mark.parametrize(
    ("payload", "door"),
    [
        (DOOR_INIT, DoorState.INIT),
        (DOOR_DISABLED, DoorState.ABSENT),
        (NO_DOOR, DoorState.ABSENT),
    ],
)
def test_doors(payload: Payload, door: DoorState) -> None:
    """A door that is not set up, switched off, or not there does not hurt the bolt."""
    status = read(payload).status
    assert status is not None
    assert status.door is door
    assert status.bolt is BoltState.LOCKED


def test_latch() -> None:
    """A lock with Wi-Fi and latch, and a battery text of another language."""
    detail = read(LATCH)
    assert detail.type == 17
    assert detail.status is not None
    assert detail.status.bolt is BoltState.UNLATCHED
    assert detail.status.door is DoorState.OPEN
    assert detail.bridge is not None
    assert detail.bridge.model == "august-lock"
    assert detail.bridge.serial_number == detail.serial_number
    assert detail.keypad is None
    assert detail.host is None


def test_doorbell_as_bridge() -> None:
    """A doorbell has no status and is no hyper bridge; the keypad's battery is a word."""
    detail = read(DOORBELL_BRIDGE)
    assert detail.bridge is not None
    assert detail.bridge.hyper is False
    assert detail.bridge.last_online is None
    assert detail.bridge.connection_issues is None
    assert detail.bridge_online is True
    assert detail.keypad is not None
    assert detail.keypad.battery == 0.6


def test_module() -> None:
    """A module on a lock of another maker."""
    detail = read(MODULE)
    assert detail.type == 1001
    assert detail.keypad is None
    assert detail.host is not None
    assert detail.host.manufacturer == "yale"


def test_second_version() -> None:
    """A lock with settings under way and HomeKit keys."""
    detail = read(SECOND_VERSION)
    assert detail.battery == pytest.approx(0.615)
    assert detail.battery_info is None
    assert detail.status is not None
    assert detail.status.bolt is BoltState.LOCKED


def test_wedged() -> None:
    """A lock that hangs behind a bridge that does not."""
    detail = read(WEDGED)
    assert detail.battery is None
    assert detail.battery_info is not None
    assert detail.battery_info.level is None
    assert detail.battery_info.warning is BatteryWarning.NONE
    assert detail.firmware == "0.0.0-0.0.0"
    assert detail.bridge_online is True
    assert detail.host is not None
    assert detail.host.manufacturer is None
    assert detail.host.serial_number is None
    assert detail.host.product_id is None
    assert detail.host.product_type_id is None
    assert detail.status is not None
    assert detail.status.bolt is BoltState.UNKNOWN
    assert detail.status.reason == "unknown_error_during_connect"


@pytest.mark.parametrize(
    ("battery", "level"),
    [
        (0, 0.0),
        (1, 1.0),
        (0.5, 0.5),
        (-1, None),
        (1.5, None),
        (90, None),
        ("0.5", None),
    ],
)
def test_battery(battery: object, level: float | None) -> None:
    """A level is between 0 and 1, and 0 is one."""
    detail = LockDetail.from_json(changed(LOCK, battery=battery))
    assert detail.battery == level


def test_battery_problems() -> None:
    """A level that was never read is no problem, one above full is."""
    problems = Problems()
    LockDetail.from_json(changed(LOCK, battery=-1), problems)
    assert str(problems) == ""
    LockDetail.from_json(changed(LOCK, battery=90), problems)
    assert str(problems) == "battery"


@pytest.mark.parametrize(
    ("token", "warning"),
    [
        ("lock_state_battery_warning_none", BatteryWarning.NONE),
        ("lock_state_battery_warning_2week", BatteryWarning.TWO_WEEKS),
        ("lock_state_battery_warning_1week", BatteryWarning.ONE_WEEK),
        ("lock_state_battery_warning_2day", BatteryWarning.TWO_DAYS),
        ("LOCK_STATE_BATTERY_WARNING_2DAY", BatteryWarning.TWO_DAYS),
        ("none", BatteryWarning.NONE),
        ("lock_state_battery_warning_1hour", BatteryWarning.UNKNOWN),
        ("", None),
        (None, None),
        (2, None),
    ],
)
def test_battery_warning(token: object, warning: BatteryWarning | None) -> None:
    """A warning that is new to us is unknown, silence is none."""
    assert set(BatteryWarning) == {
        "none",
        "two_weeks",
        "one_week",
        "two_days",
        "unknown",
    }
    payload = changed(LOCK, batteryInfo=changed(BATTERY_INFO, warningState=token))
    info = LockDetail.from_json(payload).battery_info
    assert info is not None
    assert info.warning is warning


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({"batteryRaw": 120}, 0.0),
        ({"batteryRaw": 200}, 1.0),
        ({"batteryRaw": 160, "batteryLevel": "Full"}, 0.5),
        ({"batteryRaw": 90}, 0.0),
        ({"batteryRaw": 1, "batteryLevel": "Full"}, 0.0),
        ({"batteryRaw": 255}, 1.0),
        ({"batteryRaw": 0, "batteryLevel": "Low"}, 0.1),
        ({"batteryRaw": -1}, None),
        ({"batteryRaw": "160"}, None),
        ({"batteryLevel": "FULL"}, 1.0),
        ({"batteryLevel": "medium"}, 0.6),
        ({"batteryState": "Low"}, 0.1),
        ({"batteryLevel": "Mittel", "batteryState": "Low"}, 0.1),
        ({"batteryLevel": "Mittel"}, None),
        ({}, None),
    ],
)
def test_keypad_battery(fields: Payload, level: float | None) -> None:
    """A keypad's battery is measured, else an English word, else unknown."""
    keypad = {**without(KEYPAD, "batteryRaw", "batteryLevel"), **fields}
    found = LockDetail.from_json(changed(LOCK, keypad=keypad)).keypad
    assert found is not None
    assert found.battery == level


@pytest.mark.parametrize("valid", [False, "false", "true", 0, 1, [], {}])
def test_invalid_status(valid: object) -> None:
    """A reading for which the cloud does not vouch is unknown, whatever it says."""
    status = LockStatus.from_json(changed(STATUS, valid=valid))
    assert status.bolt is BoltState.UNKNOWN
    assert status.door is DoorState.UNKNOWN
    assert status.valid is (False if valid is False else None)
    assert status.at is not None
    bare = without(changed(STATUS, valid=valid), "doorState")
    assert LockStatus.from_json(bare).door is DoorState.ABSENT


@pytest.mark.parametrize("payload", [without(STATUS, "valid"), STATUS])
def test_valid_status(payload: Payload) -> None:
    """A reading is good unless it says otherwise."""
    status = LockStatus.from_json(payload)
    assert status.bolt is BoltState.LOCKED
    assert status.door is DoorState.CLOSED
    assert LockStatus.from_json(changed(payload, valid=None)) == LockStatus.from_json(
        without(payload, "valid")
    )


@pytest.mark.parametrize(
    ("fields", "reason", "problem"),
    [
        ({"status": "locked"}, None, ""),
        ({"status": "unknown"}, None, ""),
        ({"status": "kAugLockState_Unknown"}, None, ""),
        (
            {"status": "unknown_error_during_connect"},
            "unknown_error_during_connect",
            "",
        ),
        ({"status": "kAugLockState_Unknown_Error"}, "unknown_error", ""),
        ({"status": "not-advertising"}, "not-advertising", ""),
        ({"status": "invalid"}, "invalid", ""),
        ({"status": "kAugLockState_UnknownStaticPosition"}, None, ""),
        ({"status": "unknown", "unknownReason": "asleep"}, "asleep", ""),
        ({"status": "levitating"}, None, "status"),
        ({"status": 7}, None, "status"),
        ({"status": "locked", "doorState": "revolving"}, None, "doorState"),
        ({"status": "locked", "doorState": "kAugDoorState_Unknown"}, None, ""),
        ({"status": "locked", "dateTime": "2000-00-00T00:00Z"}, None, "dateTime"),
        ({}, None, ""),
        ({"status": None}, None, ""),
    ],
)
def test_reason(fields: Payload, reason: str | None, problem: str) -> None:
    """The cloud's reasons are kept; only words that are new to us are problems."""
    problems = Problems()
    status = LockStatus.from_json(fields, problems)
    assert status.reason == reason
    assert str(problems) == problem


@pytest.mark.parametrize("status", ["locked", 3, [], {}, [STATUS]])
def test_malformed_status(status: object) -> None:
    """A status that is no object is an unknown one."""
    assert LockDetail.from_json(changed(LOCK, LockStatus=status)).status == LockStatus()


def test_malformed_user() -> None:
    """A person that cannot be read is nobody, and not named."""
    problems = Problems()
    detail = LockDetail.from_json(changed(LOCK, users={"hidden": 3}), problems)
    assert detail.users == {"hidden": LockUser()}
    assert str(problems) == "users[]"


def test_second_shape_of_firmware() -> None:
    """Version 2.0.0 of the answer has an object there, which is not asked for."""
    problems = Problems()
    detail = LockDetail.from_json(
        changed(LOCK, currentFirmwareVersion={"lock": "1"}), problems
    )
    assert detail.firmware is None
    assert str(problems) == "currentFirmwareVersion"


def test_locks() -> None:
    """The list names each lock with the caller's role."""
    problems = Problems()
    first, second = read_locks(LOCKS, problems)
    assert first.lock_id == LOCK_ID
    assert first.name == "hidden lock name"
    assert first.role is Role.SUPERUSER
    assert first.house_id == HOUSE_ID
    assert first.house_name == "hidden house name"
    assert first.mac_address == "hidden:mac"
    assert second.lock_id == OTHER_LOCK_ID
    assert second.name is None
    assert second.role is Role.USER
    assert second.house_name is None
    assert len(problems) == 0
    assert read_locks({}) == ()


def test_malformed_locks() -> None:
    """One bad entry leaves its lock in the list and the others alone; ids are never named."""
    problems = Problems()
    locks = read_locks(
        {
            LOCK_ID: "gone",
            OTHER_LOCK_ID.lower(): changed(LOCKS[OTHER_LOCK_ID], UserType="emperor"),
            "hidden": {},
        },
        problems,
    )
    assert [lock.lock_id for lock in locks] == [LOCK_ID, OTHER_LOCK_ID]
    assert [lock.role for lock in locks] == [None, None]
    assert locks[1].house_id == HOUSE_ID
    assert str(problems) == "lock, lock.UserType, lock id"
    assert not problems.whole


@pytest.mark.parametrize("data", [None, [], [LOCKS], "locks", 0])
def test_no_locks(data: object) -> None:
    """What is no list of locks is not an empty list of locks."""
    problems = Problems()
    assert read_locks(data, problems) == ()
    assert problems.whole
