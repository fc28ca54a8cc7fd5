"""Locks of every shape worth testing (reference 6.3, 6.6).

Each variant is a function that turns an ordinary lock (Connect bridge,
DoorSense, no keypad) into that shape. `VARIANTS` names them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from . import ids
from .accounts import House
from .equipment import Bridge, Hub, Keypad, Link, RemoteAdapter
from .lock import Battery, Lock, Reading
from .words import Bolt, Door, JsonObject

type Shape = Callable[[Lock, datetime], None]

GEOFENCE: JsonObject = {
    "debounceInterval": 90,
    "gpsAccuracyMultiplier": 2.5,
    "maximumGeofence": 5000,
    "minimumGeofence": 100,
    "minGPSAccuracyRequired": 80,
}


def build_lock(
    variant: str, number: int, name: str, house: House, now: datetime
) -> Lock:
    """Make the lock with this number in the shape of a variant."""
    created = now - timedelta(days=400)
    lock = Lock(
        number=number,
        lock_id=ids.lock_id(number),
        variant=variant,
        name=name,
        house=house,
        type=2,
        serial=ids.serial("L1", number),
        mac=ids.mac(number),
        sku="AUG-SL02-M02-S02",
        firmware="3.0.44-3.0.29",
        created=created,
        bridge=Bridge(
            bridge_id=ids.object_id("bridge", number),
            serial=ids.serial("C5W", number),
            model="august-connect",
            firmware="2.3.4",
            link=Link(online=True, changed=now - timedelta(days=2)),
            hyper=True,
        ),
    )
    lock.known = unshaped = Reading(bolt=lock.bolt, door=lock.door, at=now)
    VARIANTS[variant](lock, now)
    if lock.known is unshaped:
        lock.known = Reading(bolt=lock.bolt, door=lock.door, at=now)
    return lock


def _keypad(lock: Lock, *, level: str | None = "Full", raw: int | None = None) -> None:
    lock.keypad = Keypad(
        keypad_id=ids.object_id("keypad", lock.number),
        serial=ids.serial("K1", lock.number),
        firmware="2.27.0",
        level=level,
        raw=raw,
    )
    lock.entry_codes = True


def _battery_info(lock: Lock, now: datetime, state: str, level: float) -> None:
    lock.battery = Battery(
        level=level,
        warning="lock_state_battery_warning_none",
        state=state,
        read_at=now - timedelta(hours=3),
    )


def _connect(_lock: Lock, _now: datetime) -> None:
    """Leave it as it is: Connect bridge and DoorSense, nothing else."""


def _keypad_lock(lock: Lock, now: datetime) -> None:
    """Add a keypad, battery details, an offline key without `key`."""
    _keypad(lock, raw=170)
    _battery_info(lock, now, "Full", 0.92)
    lock.capabilities.by_serial = 404
    lock.offline_keys = {
        "deleted": [{"slot": 2, "created": "2023-01-02T03:04:05.678Z"}]
    }


def _keypad_localised(lock: Lock, now: datetime) -> None:
    """Add a keypad that tells its battery only in the account's language."""
    _keypad(lock, level="Mittel")
    _battery_info(lock, now, "Mittel", 0.55)


def _unlatch(lock: Lock, now: datetime) -> None:
    """Make it a Linus L2: built-in Wi-Fi, latch retraction, localised battery text."""
    lock.type = 17
    lock.sku = "NONE"
    lock.serial = ids.serial("LP", lock.number)
    lock.firmware = "1.1.2"
    assert lock.bridge is not None
    lock.bridge.serial = lock.serial
    lock.bridge.model = "august-lock"
    lock.bridge.hyper = True
    lock.capabilities.unlatch = True
    lock.capabilities.integrated_wifi = True
    lock.capabilities.pin_length_min = 6
    lock.habits.unlock_again_pulls_latch = True
    _keypad(lock, level="Voll", raw=190)
    _battery_info(lock, now, "Mittel", 0.61)


def _doorbell_bridge(lock: Lock, _now: datetime) -> None:
    """Use a doorbell as bridge that reports no status; add a keypad."""
    assert lock.bridge is not None
    lock.bridge.model = "august-doorbell"
    lock.bridge.reports_status = False
    lock.bridge.hyper = None
    _keypad(lock, level="Medium")
    lock.capabilities.by_serial = 409


def _module(lock: Lock, _now: datetime) -> None:
    """Put a Yale lock behind an August module, with empty PIN groups."""
    lock.type = 1001
    lock.sku = "AUG-MD01"
    lock.firmware = "undefined-4.3.0-1.8.14"
    lock.entry_codes = True
    lock.capabilities.integrated_keypad = True
    lock.capabilities.by_serial = 409
    lock.pubsub = False
    lock.details["hostLockInfo"] = {
        "manufacturer": "yale",
        "productID": 1536,
        "productTypeID": 32770,
        "serialNumber": ids.serial("HL", lock.number),
    }


def _connect_v2(lock: Lock, _now: datetime) -> None:
    """Add parameters to set and a HomeKit key in the making."""
    assert lock.bridge is not None
    lock.bridge.hyper = None
    lock.details["parametersToSet"] = {"audio": {"volume": 2}}
    lock.offline_keys = {
        "createdhk": [
            {
                "key": "0123456789abcdef0123456789abcdef",
                "slot": 256,
                "UserID": "deleted",
                "created": "2023-05-06T07:08:09.000Z",
            }
        ]
    }


def _secure(lock: Lock, now: datetime) -> None:
    """Give it secure mode and a built-in keypad."""
    lock.type = 5
    lock.sku = "AUG-SL05-M01-S01"
    lock.capabilities.secure_mode = True
    lock.capabilities.integrated_keypad = True
    lock.entry_codes = True
    _battery_info(lock, now, "Full", 1.0)


def _doorman(lock: Lock, now: datetime) -> None:
    """Make it a Doorman L3: a doorbell button, six digits at least."""
    lock.type = 7
    lock.sku = "YD-DM-L3"
    lock.entry_codes = True
    lock.capabilities.integrated_keypad = True
    lock.capabilities.pin_length_min = 6
    lock.capabilities.secure_mode = True
    _battery_info(lock, now, "Full", 0.97)


def _doorman_sweden(lock: Lock, now: datetime) -> None:
    """Make it a Doorman of the Swedish market."""
    _doorman(lock, now)
    lock.type = 10


def _linus(lock: Lock, _now: datetime) -> None:
    """Make it a Linus of the first generation, the device that issue #125277 shows."""
    lock.type = 6
    lock.sku = "YD-01-LINUS"
    lock.calibrated = False
    _keypad(lock, raw=140)


def _first_generation(lock: Lock, _now: datetime) -> None:
    """Make it the original lock: codes without schedules, an old Connect."""
    lock.type = 1
    lock.sku = None
    lock.schedules_allowed = None
    lock.time_zone = None
    lock.capabilities.schedules = False
    lock.capabilities.by_serial = 404
    lock.capabilities.by_lock_id = 404
    assert lock.bridge is not None
    lock.bridge.hyper = None
    _keypad(lock)


def _no_doorsense(lock: Lock, _now: datetime) -> None:
    """Have no door sensor: the key is missing."""
    lock.door = None
    lock.capabilities.door_sense = False


def _doorsense_init(lock: Lock, _now: datetime) -> None:
    """Leave the door sensor without its set-up."""
    lock.door = Door.INIT


def _doorsense_disabled(lock: Lock, _now: datetime) -> None:
    """Switch the door sensor off."""
    lock.door = Door.DISABLED


def _no_status(lock: Lock, _now: datetime) -> None:
    """Have no LockStatus key at all, until the lock is heard of."""
    lock.known = None


def _wa_hub(lock: Lock, now: datetime) -> None:
    """Use an alarm hub as the remote path."""
    lock.bridge = None
    lock.hub = Hub(
        hub_id=ids.object_id("hub", lock.number),
        serial=ids.serial("WH", lock.number),
        system_id=ids.uuid("system", lock.number),
        link=Link(online=True, changed=now - timedelta(days=1)),
    )


def _remote_adapter(lock: Lock, now: datetime) -> None:
    """Use a remote adapter as the remote path."""
    lock.bridge = None
    lock.adapter = RemoteAdapter(
        device_id=ids.object_id("adapter", lock.number),
        system_id=ids.uuid("system", lock.number),
        link=Link(online=True, changed=now - timedelta(days=1)),
    )


def _offline(lock: Lock, now: datetime) -> None:
    """Have no bridge, nothing known, battery never read."""
    lock.bridge = None
    lock.battery = Battery(level=-1)
    lock.known = Reading(bolt=None, door=None, at=now, bare=True)


def _bridge_offline(lock: Lock, now: datetime) -> None:
    """Take the bridge offline yesterday; the cache is as old."""
    assert lock.bridge is not None
    since = now - timedelta(days=1)
    lock.bridge.link = Link(online=False, changed=since)
    lock.known = Reading(bolt=lock.bolt, door=lock.door, at=since)


def _failed_contact(lock: Lock, now: datetime) -> None:
    """Let the last contact fail: the text says locked but is not valid."""
    lock.known = Reading(
        bolt=lock.bolt,
        door=lock.door,
        at=now,
        valid=False,
        reason="unknown_error_during_connect",
    )


def _wedged(lock: Lock, now: datetime) -> None:
    """Let the lock be dead behind its bridge: firmware 0.0.0, battery -1."""
    lock.wedged = True
    lock.type = 1001
    lock.sku = "AUG-MD01"
    lock.firmware = "0.0.0-0.0.0"
    lock.battery = Battery(level=-1, warning="none")
    lock.known = Reading(bolt=None, door=Door.UNKNOWN, at=now)
    lock.details["hostLockInfo"] = {
        "manufacturer": "unknown",
        "productID": 0,
        "productTypeID": 0,
        "serialNumber": "unknown",
    }


def _shabbat(lock: Lock, _now: datetime) -> None:
    """Make it work by hand only."""
    lock.bolt = Bolt.SHABBAT


def _hub_in_list(lock: Lock, _now: datetime) -> None:
    """Make it a hub in the list of locks: no remote path at all."""
    lock.type = 1000
    lock.sku = None
    lock.mac = None
    lock.door = None
    lock.bridge = None
    lock.battery = Battery(level=-1)
    lock.capabilities.by_serial = 409
    lock.capabilities.by_lock_id = 409
    lock.known = None


VARIANTS: dict[str, Shape] = {
    "connect": _connect,
    "unlatch": _unlatch,
    "keypad": _keypad_lock,
    "secure": _secure,
    "module": _module,
    "doorman": _doorman,
    "doorbell_bridge": _doorbell_bridge,
    "no_doorsense": _no_doorsense,
    "connect_v2": _connect_v2,
    "keypad_localised": _keypad_localised,
    "linus": _linus,
    "doorman_sweden": _doorman_sweden,
    "first_generation": _first_generation,
    "doorsense_init": _doorsense_init,
    "doorsense_disabled": _doorsense_disabled,
    "no_status": _no_status,
    "wa_hub": _wa_hub,
    "remote_adapter": _remote_adapter,
    "failed_contact": _failed_contact,
    "offline": _offline,
    "bridge_offline": _bridge_offline,
    "wedged": _wedged,
    "shabbat": _shabbat,
    "hub_in_list": _hub_in_list,
}
