"""What becomes of one fact of a lock: its bolt, its door, its bridge, its complaint, who acted."""

from dataclasses import replace
from datetime import datetime, timedelta

from custom_components.yale_august.cloud.models import (
    BoltState,
    DoorState,
    OperationInfo,
    PushMessage,
)

from .lock import LockData, Signal, changed
from .readings import Moment, Offer, Origin, Reading, Verdict, weigh
from .trouble import PASSING, Trouble

ACTOR_WINDOW = timedelta(seconds=15)
"""A push often comes twice; the second one does not repeat who did it (reference 20.3)."""


def take_bolt(
    data: LockData,
    value: BoltState,
    at: datetime | None,
    moment: Moment,
    origin: Origin,
) -> tuple[LockData, Verdict]:
    """Take where the bolt is said to be."""
    before = data.bolt
    offer = _offer(data, value, at, moment, origin)
    if data.doubted_at is not None:
        if offer.time > data.doubted_at:
            data = changed(data, doubted_at=None)
        else:
            offer = replace(offer, vouched=False)
    reading, verdict = weigh(before, offer)
    actor = data.actor
    if (
        origin is Origin.READ
        and before is not None
        and reading is not None
        and before.value is not reading.value
    ):
        actor = None
    moved = verdict is Verdict.NEWER and (before is None or before.value is not value)
    heard = verdict is Verdict.NEWER and origin is not Origin.READ
    if value not in (BoltState.UNKNOWN, BoltState.JAMMED):
        data = relieve(data, heard=heard, moved=moved and not value.moving)
    seen = data.secure_seen or value is BoltState.SECURE
    return changed(data, bolt=reading, actor=actor, secure_seen=seen), verdict


def take_door(
    data: LockData,
    value: DoorState,
    at: datetime | None,
    moment: Moment,
    origin: Origin,
) -> tuple[LockData, Verdict]:
    """Take where the door is said to be."""
    reading, verdict = weigh(data.door, _offer(data, value, at, moment, origin))
    return changed(data, door=reading), verdict


def _offer[T](
    data: LockData, value: T, at: datetime | None, moment: Moment, origin: Origin
) -> Offer[T]:
    vouched, since = origin is Origin.ANSWER or data.reachable is not False, None
    if origin is Origin.PUSH and at is not None:
        # A message that comes late stands for the moment that it tells of.
        since = min(at, moment.arrived)
    elif origin is Origin.READ and data.reachable is not True:
        # Nobody knows whether the cloud still reaches the lock: it did when it heard this.
        vouched = data.reachable is None and at is not None
        since = at and min(at, moment.arrived)
    return Offer(
        value=value,
        at=at,
        arrived=moment.arrived,
        origin=origin,
        vouched=vouched,
        since=since,
    )


def take_online(data: LockData, *, value: bool, at: datetime) -> LockData:
    """Take whether the cloud reached the lock."""
    known = data.online
    if known is not None and at < known.at:
        return data
    bolt, door = data.bolt, data.door
    if not value:
        # Anything may happen at the door until the cloud reaches it again.
        bolt = bolt and replace(bolt, confirmed=None)
        door = door and replace(door, confirmed=None)
    return changed(
        data,
        online=Reading(value=value, at=at, confirmed=at),
        cut_off_at=None if value else data.cut_off_at or at,
        bolt=bolt,
        door=door,
    )


def take_signal(data: LockData, info: OperationInfo | None) -> LockData:
    """Take what the lock measured when it answered."""
    if info is None:
        return data
    signal = Signal(rssi=info.rssi, wlan_rssi=info.wlan_rssi, wlan_snr=info.wlan_snr)
    return data if signal == Signal() else changed(data, signal=signal)


def complain(data: LockData, trouble: Trouble | None, moment: Moment) -> LockData:
    """Take what the lock complains of."""
    if trouble is Trouble.BRIDGE_OFFLINE:
        return take_online(data, value=False, at=moment.arrived)
    return data if trouble is None else changed(data, complaint=trouble)


def relieve(data: LockData, *, heard: bool, moved: bool) -> LockData:
    """End a complaint that what has arrived contradicts."""
    if data.complaint is not None and (moved or (heard and data.complaint in PASSING)):
        return changed(data, complaint=None)
    return data


def is_nameless(data: LockData, seen: datetime) -> bool:
    """Return whether a message that came second may say who made the last movement."""
    return (
        data.bolt is not None
        and data.bolt.at - seen <= ACTOR_WINDOW
        and (data.actor_at is None or data.actor_at < data.bolt.at)
    )


def take_actor(
    data: LockData, message: PushMessage, before: LockData, now: datetime
) -> LockData:
    """Keep who did it until someone else moves the bolt."""
    if message.bolt is None or message.is_poll_answer:
        return data
    if message.caller is not None:
        return changed(data, actor=message.caller, actor_at=now)
    if (before.bolt is None or before.bolt.value is not message.bolt) and (
        data.actor_at is None or now - data.actor_at > ACTOR_WINDOW
    ):
        return changed(data, actor=None)
    return data
