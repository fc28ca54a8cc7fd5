"""Locks as JSON: list, detail, status, capabilities (reference 5.1, 6, 7.4, 9)."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta

from . import ids
from .accounts import User
from .clock import iso
from .lock import Lock, Reading
from .pinpayloads import groups_body
from .variants import GEOFENCE
from .words import JsonObject, Role

REMOVED = object()
"""As a malformed value: the field is left out."""


def listed(lock: Lock, role: Role) -> JsonObject:
    """Return the entry of a lock in `/users/locks/mine`."""
    body: JsonObject = {
        "LockName": lock.name,
        "UserType": role.value,
        "macAddress": lock.mac,
        "HouseID": lock.house.house_id,
        "HouseName": lock.house.name,
    }
    if lock.mac is None:
        del body["macAddress"]
    return distort(lock, "list", body)


def lock_status(reading: Reading, *, spelled: bool = False) -> JsonObject:
    """Return a reading as `LockStatus`; `spelled` for `GET .../status`."""
    bolt = reading.bolt
    if bolt is None:
        status = "unknown"
    else:
        status = bolt.spelled if spelled else bolt.value
    if reading.bare:
        return {"status": status}
    body: JsonObject = {
        "status": status,
        "dateTime": iso(reading.at),
        "isLockStatusChanged": False,
        "valid": reading.valid,
    }
    if reading.door is not None:
        body["doorState"] = reading.door.spelled if spelled else reading.door.value
    if reading.reason:
        body["unknownReason"] = reading.reason
    return body


def _battery_info(lock: Lock) -> JsonObject | None:
    battery = lock.battery
    if battery.warning is None:
        return None
    body: JsonObject = {"level": battery.level, "warningState": battery.warning}
    if battery.read_at:
        body |= {
            "infoUpdatedDate": iso(battery.read_at),
            "lastChangeDate": iso(battery.read_at - timedelta(days=90)),
            "lastChangeVoltage": 6200,
            "deathDate": iso(battery.read_at + timedelta(days=200)),
        }
    if battery.state:
        body["state"] = battery.state
        body["icon"] = "https://app-resources.invalid/battery_medium.png"
    return body


def _people(lock: Lock, users: Mapping[str, User], *, secrets: bool) -> JsonObject:
    body: JsonObject = {}
    for user_id, role in lock.users.items():
        user = users[user_id]
        entry: JsonObject = {
            "UserType": role.value,
            "FirstName": user.first_name,
            "LastName": user.last_name,
        }
        if secrets:
            entry["identifiers"] = user.identifiers
        body[user_id] = entry
    return body


def _secrets(lock: Lock, owner_id: str) -> JsonObject:
    return {
        "remoteOperateSecret": ids.object_id("secret", lock.number),
        "HomeKitSetupPayload": f"X-HM://{ids.serial('HK', lock.number)}",
        "installUserID": owner_id,
        "OfflineKeys": {
            "created": [],
            "loaded": [
                {
                    "key": lock.offline_key,
                    "slot": 1,
                    "UserID": owner_id,
                    "created": iso(lock.created),
                    "loaded": iso(lock.created),
                }
            ],
            "deleted": [],
            **deepcopy(lock.offline_keys),
        },
    }


def detail(
    lock: Lock, role: Role, users: Mapping[str, User], version: str
) -> JsonObject:
    """Return a lock as `GET /locks/:lockID` shows it to somebody of this role.

    Secrets, codes and addresses of people are the owner's. Under version
    2.0.0 the firmware is an object and there are no codes (reference 6).
    """
    owner = role is Role.SUPERUSER
    firmware: object = lock.firmware
    if version == "2.0.0":
        firmware = {"lock": lock.firmware}
    body: JsonObject = {
        "LockName": lock.name,
        "Type": lock.type,
        "Created": iso(lock.created),
        "Updated": iso(lock.created),
        "LockID": lock.lock_id,
        "HouseID": lock.house.house_id,
        "HouseName": lock.house.name,
        "Calibrated": lock.calibrated,
        "battery": lock.battery.level,
        "supportsEntryCodes": lock.entry_codes,
        "SerialNumber": lock.serial,
        "currentFirmwareVersion": firmware,
        "homeKitEnabled": lock.homekit,
        "zWaveEnabled": False,
        "isGalileo": False,
        "parametersToSet": {},
        "users": _people(lock, users, secrets=owner),
        "ruleHash": {},
        "cameras": [],
        "geofenceLimits": {"ios": dict(GEOFENCE)},
    }
    optional: JsonObject = {
        "timeZone": lock.time_zone,
        "skuNumber": lock.sku,
        "macAddress": lock.mac,
        "accessSchedulesAllowed": lock.schedules_allowed,
        "batteryInfo": _battery_info(lock),
        "LockStatus": lock_status(lock.known) if lock.known else None,
        "Bridge": lock.bridge.body(lock.lock_id, lock.mac) if lock.bridge else None,
        "waHub": lock.hub.body() if lock.hub else None,
        "remoteAdapter": lock.adapter.body() if lock.adapter else None,
        "keypad": lock.keypad.body(lock.lock_id) if lock.keypad else None,
    }
    body |= {key: value for key, value in optional.items() if value is not None}
    if lock.pubsub:
        body["pubsubChannel"] = ids.uuid("channel", lock.number)
    if owner:
        owner_id = next(user_id for user_id, held in lock.users.items() if held is role)
        body |= _secrets(lock, owner_id)
        if version != "2.0.0":
            body["pins"] = groups_body(lock)
    return distort(lock, "detail", body | deepcopy(lock.details))


def distort(lock: Lock, place: str, body: JsonObject) -> JsonObject:
    """Put the malformed values of a lock into one of its payloads."""
    for (where, path), value in lock.malformed.items():
        if where != place:
            continue
        *way, last = path.split(".")
        node: object = body
        for step in way:
            node = node.get(step) if isinstance(node, dict) else None
        if not isinstance(node, dict):
            continue
        if value is REMOVED:
            node.pop(last, None)
        else:
            node[last] = value
    return body


def capabilities(lock: Lock) -> JsonObject:
    """Return what `/devices/capabilities` says of a lock (reference 9)."""
    can = lock.capabilities
    body: JsonObject = {
        "lock": {
            "concurrentBLE": 2,
            "batteryType": "AA",
            "batteryLifeMS": 15778476000,
            "doorSense": can.door_sense,
            "hasMagnetometer": can.door_sense,
            "hasIntegratedWiFi": can.integrated_wifi,
            "scheduledSmartAlerts": True,
            "standalone": False,
            "bluetooth": True,
            "slotRange": None,
            "integratedKeypad": can.integrated_keypad,
            "entryCodeSlots": lock.entry_codes,
            "pinSlotMin": can.pin_slot_min,
            "pinSlotMax": can.pin_slot_max,
            "supportsRFID": False,
            "supportsRFIDLegacy": False,
            "supportsRFIDCredential": False,
            "supportsRFIDOnlyAccess": False,
            "supportsRFIDWithCode": False,
            "supportsSecureMode": can.secure_mode,
            "supportsSecureModeCodeDisable": can.secure_mode,
            "supportsSecureModeMobileControl": can.secure_mode,
            "supportsFingerprintCredential": False,
            "supportsFingerprintOnlyAccess": False,
            "supportsDeliveryMode": False,
            "supportsSchedulePerUser": can.schedules,
            "supportedPartners": [],
            "unlatch": can.unlatch,
        }
    }
    if lock.bridge and lock.bridge.model == "august-connect":
        body["connect"] = {
            "numberOfDevicesSupported": 1,
            "setupTypeSupported": ["ble"],
            "standAlone": True,
            "supportsQR": False,
            "rbsAuthMechanism": 1,
            "supportsBridgeNotFoundFactoryReset": True,
            "hasClientCertificate": False,
        }
    if lock.entry_codes:
        body["keypad"] = {
            "supportsPinCodes": True,
            "supportsKeyTags": False,
            "supportsFingerprintCredential": False,
            "pinLengthMin": can.pin_length_min,
            "pinLengthMax": can.pin_length_max,
            "usesSlots": True,
            "isStandAlone": not can.integrated_keypad,
        }
    return distort(lock, "capabilities", body)
