"""Payloads of our own, in the shapes of the reference; every id, name and code is invented.

Each secret and each datum of a person carries the word `hidden`, so that a test can look for it.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

LOCK_ID = "0A1B2C3D4E5F60718293A4B5C6D7E8F9"
OTHER_LOCK_ID = "F9E8D7C6B5A493827160F5E4D3C2B1A0"
HOUSE_ID = "hidden-house-id"
USER_ID = "hidden-user-id"
BRIDGE_ID = "hidden-bridge-id"

type Payload = dict[str, Any]


def changed(payload: Mapping[str, Any], **changes: object) -> Payload:
    """Return a copy with some fields changed."""
    return {**deepcopy(dict(payload)), **changes}


def without(payload: Mapping[str, Any], *names: str) -> Payload:
    """Return a copy without some fields."""
    return {
        name: deepcopy(value) for name, value in payload.items() if name not in names
    }


STATUS: Payload = {
    "status": "locked",
    "dateTime": "2026-03-01T07:08:09.123Z",
    "isLockStatusChanged": False,
    "valid": True,
    "doorState": "closed",
}

BATTERY_INFO: Payload = {
    "level": 0.6150000095367432,
    "warningState": "lock_state_battery_warning_2week",
    "infoUpdatedDate": "2026-02-28T22:00:00.000Z",
    "lastChangeDate": "2025-06-01T10:00:00.000Z",
    "lastChangeVoltage": 6213,
    "deathDate": "2026-04-20T00:00:00.000Z",
    "state": "Mittel",
    "icon": "https://images.invalid/battery_medium.png",
}

BRIDGE: Payload = {
    "_id": BRIDGE_ID,
    "mfgBridgeID": "C5Whidden1",
    "deviceModel": "august-connect",
    "firmwareVersion": "2.2.1",
    "operative": True,
    "status": {
        "current": "online",
        "lastOnline": "2026-03-01T06:00:00.000Z",
        "lastOffline": "2026-02-01T06:00:00.000Z",
        "updated": "2026-03-01T06:00:00.000Z",
    },
    "hyperBridge": True,
    "locks": [{"_id": "1", "LockID": LOCK_ID, "macAddress": "hidden"}],
    "enhancedStatus": {"WifiModuleConnectionIssueCount": 3},
}

KEYPAD: Payload = {
    "_id": "hidden-keypad-id",
    "serialNumber": "K2hidden1",
    "lockID": LOCK_ID,
    "currentFirmwareVersion": "2.27.0",
    "battery": {},
    "batteryLevel": "Medium",
    "batteryRaw": 170,
}

KEYS: Payload = {
    "created": [],
    "loaded": [
        {
            "key": "hidden-ble-key",
            "slot": 1,
            "UserID": "hidden-key-owner",
            "created": "2026-01-01T00:00:00.000Z",
        }
    ],
    "deleted": [{"slot": 2, "UserID": "hidden-key-owner"}],
    "createdhk": [{"key": "hidden-homekit-key", "slot": 256}],
    "loadedhk": [],
}

LOCK: Payload = {
    "LockName": "hidden lock name",
    "Type": 2,
    "Created": "2025-05-05T05:05:05.000Z",
    "Updated": "2025-05-05T05:05:05.000Z",
    "LockID": LOCK_ID,
    "HouseID": HOUSE_ID,
    "HouseName": "hidden house name",
    "Calibrated": False,
    "timeZone": "Europe/Oslo",
    "battery": 0.6150000095367432,
    "batteryInfo": BATTERY_INFO,
    "supportsEntryCodes": True,
    "remoteOperateSecret": "hidden-operate-secret",
    "HomeKitSetupPayload": "hidden-homekit-payload",
    "skuNumber": "AUG-SL02-M02-S02",
    "macAddress": "hidden:mac",
    "SerialNumber": "hidden-serial",
    "LockStatus": STATUS,
    "currentFirmwareVersion": "3.0.44-3.0.29",
    "homeKitEnabled": False,
    "zWaveEnabled": False,
    "isGalileo": False,
    "Bridge": BRIDGE,
    "parametersToSet": {},
    "users": {
        USER_ID: {
            "UserType": "superuser",
            "FirstName": "hidden first",
            "LastName": "hidden last",
            "identifiers": ["email:hidden@example.invalid", "phone:+000000000"],
            "notification": True,
        },
        "hidden-guest-id": {"UserType": "user", "FirstName": "hidden guest"},
    },
    "pubsubChannel": "hidden-channel",
    "ruleHash": {},
    "cameras": [],
    "geofenceLimits": {"ios": {"debounceInterval": 90}},
    "module": {"status": "ok", "type": "zwave"},
    "accessSchedulesAllowed": True,
    "keypad": KEYPAD,
    "pins": {"loaded": [{"pin": "hidden-digits", "apiKey": "hidden-key"}]},
    "OfflineKeys": KEYS,
    "invitations": ["hidden-invitation"],
    "zWaveDSK": "hidden-dsk",
    "hostLockInfo": {
        "manufacturer": "yale",
        "serialNumber": "hidden-host-serial",
        "productID": 1536,
        "productTypeID": 32770,
    },
    "doorStateOpenTimeout": 180,
    "wifiData": None,
    "installUserID": "hidden-installer",
}

HUB: Payload = {
    "hubID": "hidden-hub",
    "serialNumber": "hidden-hub-serial",
    "systemID": "hidden-system",
    "status": {
        "current": "online",
        "lastOnline": "2026-03-01T06:00:00.000Z",
        "updated": "2026-03-01T06:00:00.000Z",
        "lastOffline": "2026-02-01T06:00:00.000Z",
    },
}

ADAPTER: Payload = {
    "deviceID": "hidden-adapter",
    "deviceType": "gateway",
    "usages": "remote",
    "systemID": "hidden-system",
}

# The variants of reference 6.6

OFFLINE = without(
    changed(LOCK, LockStatus={"status": "unknown"}, battery=-1), "Bridge", "batteryInfo"
)
NO_STATUS = without(LOCK, "LockStatus")
DOOR_INIT = changed(LOCK, LockStatus=changed(STATUS, doorState="init"))
DOOR_DISABLED = changed(LOCK, LockStatus=changed(STATUS, doorState=""))
NO_DOOR = changed(LOCK, LockStatus=without(STATUS, "doorState"))
LATCH = without(
    changed(
        LOCK,
        Type=17,
        skuNumber="NONE",
        LockStatus=changed(
            STATUS,
            status="kAugLockState_Unlatched",
            doorState="kAugLockDoorState_Open",
        ),
        Bridge=changed(BRIDGE, mfgBridgeID="hidden-serial", deviceModel="august-lock"),
        hostHardwareID="hidden-hardware",
    ),
    "keypad",
    "hostLockInfo",
)
DOORBELL_BRIDGE = changed(
    LOCK,
    Bridge=without(
        changed(BRIDGE, deviceModel="august-doorbell"),
        "status",
        "hyperBridge",
        "enhancedStatus",
    ),
    keypad=changed(without(KEYPAD, "batteryRaw"), battery=None),
)
MODULE = changed(
    without(LOCK, "keypad", "pubsubChannel"),
    Type=1001,
    skuNumber="AUG-MD01",
    pins={"created": [], "loaded": []},
)
SECOND_VERSION = without(
    changed(LOCK, parametersToSet={"autoLock": 30}, pins={}), "batteryInfo", "keypad"
)
WEDGED = changed(
    LOCK,
    battery=-1,
    batteryInfo={"level": -1, "warningState": "none"},
    currentFirmwareVersion="0.0.0-0.0.0",
    hostLockInfo={
        "manufacturer": "unknown",
        "serialNumber": "unknown",
        "productID": 0,
        "productTypeID": 0,
    },
    LockStatus={"status": "unknown", "unknownReason": "unknown_error_during_connect"},
)

LOCKS: Payload = {
    LOCK_ID: {
        "LockName": "hidden lock name",
        "UserType": "superuser",
        "macAddress": "hidden:mac",
        "HouseID": HOUSE_ID,
        "HouseName": "hidden house name",
    },
    OTHER_LOCK_ID: {"LockName": "", "UserType": "user", "HouseID": HOUSE_ID},
}

# Remote operation (reference 12.3)

INFO: Payload = {
    "action": "lock",
    "startTime": "2026-03-01T07:08:05.000Z",
    "context": {
        "transactionID": "transaction-1",
        "startDate": "2026-03-01T07:08:04.000Z",
        "retryCount": 1,
    },
    "lockType": "lock_version_17",
    "serialNumber": "hidden-serial",
    "rssi": -46,
    "wlanRSSI": -52,
    "wlanSNR": 35,
    "lockID": LOCK_ID,
    "bridgeID": "hidden-bridge",
    "lockStatusChanged": True,
    "serial": "hidden-bridge-serial",
    "duration": 2100,
}

OPERATION: Payload = {
    "status": "kAugLockState_Locked",
    "doorState": "kAugDoorState_Closed",
    "info": INFO,
    "retryCount": 1,
    "totalTime": 3100,
    "resultsFromOperationCache": False,
}

# PINs (reference 14.2)

PIN: Payload = {
    "_id": "64f0c0ffee64f0c0ffee64f2",
    "type": "pin",
    "lockID": LOCK_ID,
    "userID": USER_ID,
    "state": "loaded",
    "pin": "0048291",
    "slot": 7,
    "accessType": "always",
    "callingUserID": "hidden-caller",
    "apiKey": "hidden-api-key",
    "createdAt": "2026-01-01T00:00:00.000Z",
    "updatedAt": "2026-01-02T00:00:00.000Z",
    "loadedDate": "2026-01-03T00:00:00.000Z",
    "firstName": "hidden Zoë",
    "lastName": "hidden Gäst",
    "unverified": True,
    "partnerUserID": "hidden-partner-user",
}
TEMPORARY_PIN = changed(
    PIN,
    _id="64f0c0ffee64f0c0ffee64f3",
    userID="hidden-second",
    accessType="temporary",
    accessTimes="DTSTART=2026-03-01T12:00:00.000Z;DTEND=2026-03-05T10:00:00.000Z",
    accessStartTime="2026-03-01T12:00:00.000Z",
    accessEndTime="2026-03-05T10:00:00.000Z",
)
RECURRING_PIN = changed(
    without(PIN, "lastName", "partnerUserID", "loadedDate"),
    _id="64f0c0ffee64f0c0ffee64f4",
    userID="hidden-third",
    state="created",
    accessType="recurring",
    accessTimes="STARTSEC=28800;ENDSEC=36000",
    accessRecurrence="FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU",
    schedule="BEGIN:VEVENT",
)
PINS: Payload = {
    "created": [RECURRING_PIN],
    "loaded": [PIN, TEMPORARY_PIN],
    "disabled": [],
    "deleting": [changed(PIN, _id="64f0c0ffee64f0c0ffee64f5", state="deleting")],
}

# Houses and people (reference 10 and 11)

HOUSE_SUMMARY: Payload = {
    "HouseID": HOUSE_ID,
    "HouseName": "hidden house name",
    "type": "superuser",
    "imageInfo": {},
}
HOUSE: Payload = {
    "HouseName": "hidden house name",
    "users": {USER_ID: "superuser", "hidden-guest-id": "user"},
    "locks": [LOCK_ID, OTHER_LOCK_ID],
}
SUB_USER: Payload = {
    "userID": USER_ID,
    "firstName": "hidden first",
    "lastName": "hidden last",
    "userOwnerID": "hidden-owner",
    "partnerUserID": "hidden-partner-user",
}
SUB_USERS: Payload = {
    "totalRecords": 101,
    "currentPage": 2,
    "pageRecordStart": 101,
    "pageRecordEnd": 101,
    "totalPages": 2,
    "subUsers": [SUB_USER],
}
SUB_USER_LOGIN: Payload = {
    "access_token": "hidden-token",
    "firstName": "hidden first",
    "lastName": "hidden last",
    "userID": USER_ID,
    "userCreated": True,
}
GUESTS: Payload = {
    "owners": [{"userID": USER_ID, "firstName": "hidden first"}],
    "guests": {"hidden-guest-id": {"FirstName": "hidden guest"}},
    "pinOnly": [],
    "rfidOnly": [{"UserID": "hidden-rfid"}],
    "invitations": [{"userID": "hidden-invited", "lastName": "hidden last"}],
}

CAPABILITIES: Payload = {
    "lock": {
        "concurrentBLE": 2,
        "batteryType": "AA",
        "batteryLifeMS": 31536000000,
        "scheduledSmartAlerts": True,
        "standalone": True,
        "bluetooth": True,
        "slotRange": None,
        "integratedKeypad": False,
        "entryCodeSlots": 248,
        "pinSlotMin": 1,
        "pinSlotMax": 248,
        "supportsRFID": True,
        "supportsRFIDLegacy": False,
        "supportsRFIDCredential": True,
        "supportsRFIDOnlyAccess": False,
        "supportsRFIDWithCode": True,
        "supportsSecureMode": True,
        "supportsSecureModeCodeDisable": False,
        "supportsSecureModeMobileControl": True,
        "supportsFingerprintCredential": False,
        "supportsFingerprintOnlyAccess": True,
        "supportsDeliveryMode": False,
        "supportsSchedulePerUser": True,
        "supportedPartners": ["one", "two"],
        "unlatch": True,
        "doorSense": False,
        "hasIntegratedWiFi": True,
        "hasMagnetometer": False,
    },
    "doorbell": {
        "setupIP": "192.0.2.1",
        "hasDock": True,
        "hasFloodlight": False,
        "canDisableWiredChime": True,
        "supportsPowerModes": False,
        "supportsImageQualityAdjustment": True,
        "hasIntegratedBridge": False,
        "supportsAugustChime": True,
        "videoAspectRatio": "4:3",
        "videoFormatOptions": ["480p", "960p"],
        "batteryPoweredOnly": False,
        "hasReplaceableFaceplate": True,
        "motionSensitivityBounds": "1-5",
        "minVoltage": 3300,
        "resetPatternType": "twice",
        "installationInstructionsUrl": "https://install.invalid/",
        "troubleshootingUrl": "https://trouble.invalid/",
        "type": "doorbell",
        "supportsWAC": True,
    },
    "connect": {
        "numberOfDevicesSupported": 1,
        "setupTypeSupported": ["ble", "wac"],
        "standAlone": True,
        "supportsQR": False,
        "rbsAuthMechanism": 2,
        "supportsBridgeNotFoundFactoryReset": True,
        "hasClientCertificate": False,
    },
    "keypad": {
        "supportsPinCodes": True,
        "supportsKeyTags": False,
        "supportsFingerprintCredential": True,
        "pinLengthMin": 4,
        "pinLengthMax": 6,
        "usesSlots": False,
        "isStandAlone": True,
    },
}

# The feed (reference 21)

EVENT: Payload = {
    "id": "event-1",
    "timestamp": 1772348889123,
    "icon": "https://images.invalid/pin.png",
    "action": "pin_unlock",
    "deviceID": LOCK_ID,
    "deviceType": "lock",
    "user": {
        "UserID": USER_ID,
        "FirstName": "hidden first",
        "LastName": "hidden last",
        "thumbnail": "hidden",
    },
    "title": "<b>hidden</b>",
}
OLD_EVENT: Payload = {
    "dateTime": 1772348889123,
    "action": "addedunverifieduser",
    "deviceID": LOCK_ID,
    "deviceName": "hidden lock name",
    "deviceType": "lock",
    "callingUser": {"UserID": USER_ID, "FirstName": "hidden first"},
    "otherUser": {"UserID": "hidden-other", "LastName": "hidden last"},
    "house": {"houseID": HOUSE_ID, "houseName": "hidden house name"},
    "entities": {},
    "info": {"DateLogActionID": "event-2", "remote": True, "keypad": False},
}

# Push (reference 20) and webhooks (reference 19)

SUBSCRIBER: Payload = {
    "subscriberID": "hidden-subscriber",
    "scopes": ["lock"],
    "clientID": "hidden-client",
    "userID": USER_ID,
}
PUSH: Payload = {
    "lockID": LOCK_ID,
    "lockAction": "locked",
    "doorState": "closed",
    "callingUserID": "hidden-caller",
    "remoteEvent": 1,
    "timeStamp": 1772348889123,
    "info": INFO,
    "retryCount": 0,
    "totalTime": 3000,
    "resultsFromOperationCache": False,
}
FAILED_PUSH: Payload = {
    "lockID": LOCK_ID,
    "result": "failed",
    "error": {
        "restCode": 98,
        "name": "ERRNO_BRIDGE_OFFLINE",
        "statusCode": 422,
        "message": "hidden text",
    },
    "info": {"action": "unlock"},
}
DELIVERY: Payload = {
    "LockID": LOCK_ID,
    "EventType": "operation",
    "Event": "lock",
    "User": {
        "UserID": USER_ID,
        "FirstName": "hidden first",
        "LastName": "hidden last",
    },
    "Timestamp": 1772348889123,
}
