"""What hangs on a lock: bridges, hubs, keypads (reference 6.4, 6.5)."""

from dataclasses import dataclass
from datetime import datetime

from .clock import iso
from .words import JsonObject


@dataclass(slots=True, kw_only=True)
class Link:
    """Whether a device that connects the lock is online, and since when."""

    online: bool
    changed: datetime

    def body(self) -> JsonObject:
        """Return the `status` object of bridges and hubs."""
        when = iso(self.changed)
        body: JsonObject = {
            "current": "online" if self.online else "offline",
            "updated": when,
        }
        body["lastOnline" if self.online else "lastOffline"] = when
        return body


@dataclass(slots=True, kw_only=True)
class Bridge:
    """A Connect, a doorbell, or the lock's own Wi-Fi.

    A bridge that reports no status (a doorbell) has `operative` only.
    """

    bridge_id: str
    serial: str
    model: str
    firmware: str
    link: Link
    hyper: bool | None = None
    reports_status: bool = True

    def body(self, lock_id: str, mac: str | None) -> JsonObject:
        """Return the `Bridge` object of a lock detail."""
        body: JsonObject = {
            "_id": self.bridge_id,
            "mfgBridgeID": self.serial,
            "deviceModel": self.model,
            "firmwareVersion": self.firmware,
            "operative": self.link.online or self.reports_status,
            "locks": [{"_id": self.bridge_id, "LockID": lock_id, "macAddress": mac}],
        }
        if self.reports_status:
            body["status"] = self.link.body()
        if self.hyper is not None:
            body["hyperBridge"] = self.hyper
        return body


@dataclass(slots=True, kw_only=True)
class Hub:
    """An alarm hub as the remote path: `waHub` (reference 6.1)."""

    hub_id: str
    serial: str
    system_id: str
    link: Link

    def body(self) -> JsonObject:
        """Return the `waHub` object."""
        return {
            "hubID": self.hub_id,
            "serialNumber": self.serial,
            "systemID": self.system_id,
            "status": self.link.body(),
        }


@dataclass(slots=True, kw_only=True)
class RemoteAdapter:
    """Another remote path: `remoteAdapter` (reference 6.1); reports no status."""

    device_id: str
    system_id: str
    link: Link

    def body(self) -> JsonObject:
        """Return the `remoteAdapter` object."""
        return {
            "deviceID": self.device_id,
            "deviceType": "adapter",
            "usages": "remoteoperate",
            "systemID": self.system_id,
        }


@dataclass(slots=True, kw_only=True)
class Keypad:
    """A keypad that is a device of its own."""

    keypad_id: str
    serial: str
    firmware: str
    level: str | None = None
    raw: int | None = None
    state: str | None = None

    def body(self, lock_id: str) -> JsonObject:
        """Return the `keypad` object."""
        body: JsonObject = {
            "_id": self.keypad_id,
            "serialNumber": self.serial,
            "lockID": lock_id,
            "currentFirmwareVersion": self.firmware,
            "battery": {},
            "batteryLevel": self.level,
        }
        if self.raw is not None:
            body["batteryRaw"] = self.raw
        if self.state is not None:
            body["batteryState"] = self.state
        return body
