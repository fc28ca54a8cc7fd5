"""The activity feed of a house (reference 21)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from .clock import epoch_ms
from .lock import Lock
from .words import JsonObject

if TYPE_CHECKING:
    from .simulator import Simulator

MOST = 100
"""The server returns no more, whatever the limit."""

LAG = 2.0
"""Seconds by which the feed lags a push."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One entry: somebody (or something) did something."""

    activity_id: str
    at: datetime
    visible: datetime
    lock: Lock
    action: str
    person: JsonObject
    remote: bool
    keypad: bool

    def body_v4(self) -> JsonObject:
        """Return the entry as Accept-Version 4.0.0 shows it."""
        name = f"{self.person.get('FirstName')} {self.person.get('LastName')}"
        return {
            "id": self.activity_id,
            "timestamp": epoch_ms(self.at),
            "icon": "https://app-resources.invalid/activity.png",
            "action": self.action,
            "deviceID": self.lock.lock_id,
            "deviceType": "lock",
            "user": self.person,
            "title": f"<b>{name}</b> {self.action} {self.lock.name}",
        }

    def body_v1(self) -> JsonObject:
        """Return the entry as Accept-Version 0.0.1 shows it."""
        info: JsonObject = {"DateLogActionID": self.activity_id}
        if self.remote:
            info["remote"] = True
        if self.keypad:
            info["keypad"] = True
        house = self.lock.house
        return {
            "dateTime": epoch_ms(self.at),
            "action": self.action,
            "deviceID": self.lock.lock_id,
            "deviceName": self.lock.name,
            "deviceType": "lock",
            "callingUser": self.person,
            "otherUser": {
                "UserID": "deleted",
                "FirstName": "Unknown",
                "LastName": "User",
            },
            "house": {"houseID": house.house_id, "houseName": house.name},
            "entities": {
                "device": self.lock.lock_id,
                "callingUser": self.person.get("UserID"),
                "otherUser": "deleted",
                "house": house.house_id,
                "activity": self.activity_id,
            },
            "info": info,
        }


def stranger(user_id: str, first_name: str, last_name: str) -> JsonObject:
    """Return a pseudo user of the feed."""
    return {"UserID": user_id, "FirstName": first_name, "LastName": last_name}


class Feed:
    """What happened, as the cloud tells it: late, and never for state."""

    def __init__(self, cloud: Simulator) -> None:
        """Start empty."""
        self._cloud = cloud
        self._entries: list[Activity] = []

    def note(
        self,
        lock: Lock,
        action: str,
        person: JsonObject,
        *,
        remote: bool = False,
        keypad: bool = False,
        ago: float = 0,
    ) -> None:
        """Add what just happened, or `ago` seconds before; it shows after the lag."""
        now = self._cloud.clock.now()
        self._entries.append(
            Activity(
                activity_id=uuid4().hex,
                at=now - timedelta(seconds=ago),
                visible=now + timedelta(seconds=self._cloud.pace.real(LAG)),
                lock=lock,
                action=action,
                person=person,
                remote=remote,
                keypad=keypad,
            )
        )

    def read(
        self, house_id: str, limit: int, only_user: str | None = None
    ) -> list[Activity]:
        """Return what shows of a house by now, newest first."""
        now = self._cloud.clock.now()
        found = [
            entry
            for entry in reversed(self._entries)
            if entry.lock.house.house_id == house_id
            and entry.visible <= now
            and only_user in (None, entry.person.get("UserID"))
        ]
        return found[: min(limit, MOST)]
