"""What becomes of the facts of a lock: its bolt, its door, its bridge, its complaint, who acted."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from custom_components.yale_august.cloud.models import (
    BoltState,
    DoorState,
    OperationInfo,
    PushMessage,
)

from .lock import LockData, Signal
from .readings import Moment, Offer, Origin, Reading, Verdict, weigh
from .trouble import PASSING, Trouble

ACTOR_WINDOW = timedelta(seconds=15)
"""A push often comes twice; the second one does not repeat who did it (reference 20.3)."""

_OUT: Final = frozenset({BoltState.LOCKED, BoltState.SECURE, BoltState.LOCKING})
_IN: Final = frozenset(
    {
        *(BoltState.UNLOCKED, BoltState.UNLATCHED),
        *(BoltState.UNLOCKING, BoltState.UNLATCHING),
    }
)


class Draft:
    """What is known while something that has arrived is taken in, one fact after the other."""

    __slots__ = (
        "actor",
        "actor_at",
        "before",
        "bolt",
        "complaint",
        "cut_off_at",
        "detail",
        "door",
        "doubted_at",
        "online",
        "secure_seen",
        "signal",
    )

    def __init__(self, before: LockData) -> None:
        """Begin with what was known before; see there what each fact means."""
        self.before = before
        self.detail = before.detail
        self.bolt = before.bolt
        self.door = before.door
        self.online = before.online
        self.doubted_at = before.doubted_at
        self.secure_seen = before.secure_seen
        self.cut_off_at = before.cut_off_at
        self.complaint = before.complaint
        self.signal = before.signal
        self.actor = before.actor
        self.actor_at = before.actor_at

    def done(self) -> LockData:
        """Return what is known now."""
        before = self.before
        return LockData(
            summary=before.summary,
            detail=self.detail,
            capabilities=before.capabilities,
            keypad=before.keypad,
            bolt=self.bolt,
            door=self.door,
            online=self.online,
            commanded=before.commanded,
            doubted_at=self.doubted_at,
            secure_seen=self.secure_seen,
            cut_off_at=self.cut_off_at,
            complaint=self.complaint,
            signal=self.signal,
            actor=self.actor,
            actor_at=self.actor_at,
        )

    def take_bolt(
        self, value: BoltState, at: datetime | None, moment: Moment, origin: Origin
    ) -> Verdict:
        """Take where the bolt is said to be."""
        known = self.bolt
        offer = self._offer(value, at, moment, origin)
        if self.doubted_at is not None:
            if offer.time > self.doubted_at:
                self.doubted_at = None
            else:
                offer = replace(offer, vouched=False)
        reading, verdict = weigh(known, offer)
        newer = verdict is Verdict.NEWER
        if (
            origin is not Origin.PUSH
            and known is not None
            and reading is not None
            and known.value is not reading.value
            and (origin is Origin.READ or _turns_back(known.value, reading.value))
        ):
            self.actor = None
        if value not in (BoltState.UNKNOWN, BoltState.JAMMED):
            moved = newer and (known is None or known.value is not value)
            self.relieve(
                heard=newer and origin is not Origin.READ,
                moved=moved and not value.moving,
            )
        if value is BoltState.SECURE:
            self.secure_seen = True
        self.bolt = reading
        return verdict

    def take_door(
        self, value: DoorState, at: datetime | None, moment: Moment, origin: Origin
    ) -> Verdict:
        """Take where the door is said to be."""
        self.door, verdict = weigh(self.door, self._offer(value, at, moment, origin))
        return verdict

    def take_online(self, *, value: bool, at: datetime) -> None:
        """Take whether the cloud reached the lock."""
        if self.online is not None and at < self.online.at:
            return
        self.online = Reading(value=value, at=at, confirmed=at)
        if value:
            self.cut_off_at = None
            return
        self.cut_off_at = self.cut_off_at or at
        # Anything may happen at the door until the cloud reaches it again.
        self.bolt = self.bolt and replace(self.bolt, confirmed=None)
        self.door = self.door and replace(self.door, confirmed=None)

    def take_signal(self, info: OperationInfo | None) -> None:
        """Take what the lock measured when it answered."""
        if info is None:
            return
        signal = Signal(
            rssi=info.rssi, wlan_rssi=info.wlan_rssi, wlan_snr=info.wlan_snr
        )
        if signal != Signal():
            self.signal = signal

    def complain(self, trouble: Trouble | None, moment: Moment) -> None:
        """Take what the lock complains of."""
        if trouble is Trouble.BRIDGE_OFFLINE:
            self.take_online(value=False, at=moment.arrived)
        elif trouble is not None:
            self.complaint = trouble

    def relieve(self, *, heard: bool, moved: bool) -> None:
        """End a complaint that what has arrived contradicts."""
        if moved or (heard and self.complaint in PASSING):
            self.complaint = None

    def is_nameless(self, seen: datetime) -> bool:
        """Return whether a message that came second may say who made the last movement."""
        return (
            self.bolt is not None
            and self.bolt.at - seen <= ACTOR_WINDOW
            and (self.actor_at is None or self.actor_at < self.bolt.at)
        )

    def take_actor(self, message: PushMessage, now: datetime) -> None:
        """Keep who did it until someone else moves the bolt."""
        if message.bolt is None:
            return
        # Who asks how the bolt stands has not moved it.
        if message.caller is not None and not message.is_poll_answer:
            self.actor, self.actor_at = message.caller, now
            return
        stood = self.before.bolt
        if stood is not None and stood.value is message.bolt:
            return
        if (
            self.actor_at is None
            or now - self.actor_at > ACTOR_WINDOW
            or (stood is not None and _turns_back(stood.value, message.bolt))
        ):
            self.actor = None

    def _offer[T](
        self, value: T, at: datetime | None, moment: Moment, origin: Origin
    ) -> Offer[T]:
        reachable = None if self.online is None else self.online.value
        vouched, since = origin is Origin.ANSWER or reachable is not False, None
        if origin is Origin.PUSH and at is not None:
            # A message that comes late stands for the moment that it tells of.
            since = min(at, moment.arrived)
        elif origin is Origin.READ and reachable is not True:
            # Nobody knows whether the cloud still reaches the lock: it did when it heard this.
            vouched = reachable is None and at is not None
            since = at and min(at, moment.arrived)
        return Offer(
            value=value,
            at=at,
            arrived=moment.arrived,
            origin=origin,
            vouched=vouched,
            since=since,
            asked=moment.asked,
        )


def _turns_back(before: BoltState, now: BoltState) -> bool:
    """Return whether the bolt goes, or is, the other way now: another movement than before."""
    return (before in _OUT and now in _IN) or (before in _IN and now in _OUT)
