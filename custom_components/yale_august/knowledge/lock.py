"""What is known of one lock, and what becomes of it with everything that arrives.

The one place that decides. Nothing here has a clock, a network or Home Assistant: each function
takes what was known and what has arrived, and returns what is known then.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from custom_components.yale_august.cloud.answers import device_error
from custom_components.yale_august.cloud.errors import CloudError
from custom_components.yale_august.cloud.models import (
    BoltState,
    DoorState,
    KeypadCapabilities,
    LockCapabilities,
    LockDetail,
    LockStatus,
    LockSummary,
    Operation,
    OperationInfo,
    PushMessage,
)

from .readings import Offer, Origin, Reading, Trust, Verdict, shown, weigh
from .trouble import PASSING, Trouble, trouble_of

LATCH_TYPE = 17
"""The lock type that can pull its latch, where capabilities do not say (reference 6.3)."""
AT_REST = frozenset({BoltState.LOCKED, BoltState.SECURE, BoltState.UNLOCKED})
LATE = timedelta(seconds=60)
"""A message that seems to be older than this when it comes: perhaps the clock is wrong."""
ACTOR_WINDOW = timedelta(seconds=15)
"""A push often comes twice; the second one does not repeat who did it (reference 20.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """How well radio reached the lock during its last answer; None: not measured."""

    rssi: float | None = None
    """Bluetooth between bridge and lock, dBm."""
    wlan_rssi: float | None = None
    """Wi-Fi, dBm."""
    wlan_snr: float | None = None
    """Wi-Fi above the noise, dB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockData:
    """All that is known of one lock; replaced, never changed."""

    summary: LockSummary
    detail: LockDetail | None = None
    capabilities: LockCapabilities | None = None
    """What it can do; None until the cloud has been asked once."""
    keypad: KeypadCapabilities | None = None
    """What its keypad can do."""
    bolt: Reading[BoltState] | None = None
    door: Reading[DoorState] | None = None
    online: Reading[bool] | None = None
    commanded: BoltState | None = None
    """The movement that a command of ours has asked for and nothing has ended yet."""
    doubted_at: datetime | None = None
    """When a command was sent whose end nobody has told: what is older proves nothing."""
    secure_seen: bool = False
    """Whether the lock was ever in secure mode, whatever its capabilities say."""
    cut_off_at: datetime | None = None
    """Since when the cloud does not reach the lock."""
    complaint: Trouble | None = None
    """What the lock said last when it could not do something; see `trouble`."""
    signal: Signal = Signal()
    actor: str | None = field(default=None, repr=False)
    """Who moved the bolt last: a user id, or the cloud's word for nobody."""
    actor_at: datetime | None = None
    """When a message last said who acted."""

    @property
    def name(self) -> str:
        """The lock's name in the vendor's app."""
        return (
            (self.detail and self.detail.name)
            or self.summary.name
            or self.summary.lock_id[-6:]
        )

    @property
    def operable(self) -> bool:
        """Whether the cloud has a way to the lock; a role that may not see the detail has one."""
        return self.detail is None or self.detail.remote_path

    @property
    def has_latch(self) -> bool:
        """Whether the lock can pull its latch."""
        if self.capabilities is not None and self.capabilities.unlatch is not None:
            return self.capabilities.unlatch
        return self.detail is not None and self.detail.type == LATCH_TYPE

    @property
    def has_secure_mode(self) -> bool:
        """Whether the lock is known to have a mode in which the knob inside does not unlock."""
        can = self.capabilities
        return self.secure_seen or (
            can is not None
            and True in (can.secure_mode, can.secure_mode_mobile_control)
        )

    @property
    def can_be_secured(self) -> bool:
        """Whether the lock says that it can be put into this mode from afar."""
        can = self.capabilities
        if can is None:
            return False
        if can.secure_mode_mobile_control is None:
            return can.secure_mode is True
        return can.secure_mode_mobile_control

    @property
    def may_have_latch(self) -> bool:
        """Whether the lock can pull its latch, or nobody has told yet that it cannot."""
        return self.has_latch or self.capabilities is None

    @property
    def reachable(self) -> bool | None:
        """Whether the cloud reaches the lock; None when it does not say."""
        return None if self.online is None else self.online.value

    @property
    def persistent(self) -> bool:
        """Whether the bridge can keep the connection open (reference 12.1)."""
        detail = self.detail
        return detail is not None and detail.bridge is not None and detail.bridge.hyper

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong with the lock, as far as it has said."""
        if self.reachable is False:
            return Trouble.BRIDGE_OFFLINE
        if self.bolt is not None and self.bolt.value is BoltState.JAMMED:
            return self.complaint or Trouble.JAMMED
        return self.complaint

    def shown_online(self, now: datetime, trust: Trust) -> bool | None:
        """Return whether the cloud reaches the lock; None once that is too long ago."""
        known = self.online
        if known is None or now - known.at >= trust.rest:
            return None
        return known.value

    def settled_bolt(self, now: datetime, trust: Trust) -> BoltState | None:
        """Return the bolt's state as it may be shown now; None is unknown."""
        if self.reachable is False:
            return None
        state = shown(self.bolt, now, trust)
        return None if state is BoltState.UNKNOWN else state

    def shown_bolt(self, now: datetime, trust: Trust) -> BoltState | None:
        """Return the same, or the movement that a running command has asked for."""
        if self.reachable is False:
            return None
        return self.commanded or self.settled_bolt(now, trust)

    def shown_secure(self, now: datetime, trust: Trust) -> bool | None:
        """Return whether the knob inside does not unlock, as the lock said last.

        None is unknown: so is what a lock has switched off whose bolt nobody knows.
        """
        state = self.settled_bolt(now, trust)
        if state in (None, BoltState.JAMMED, BoltState.SHABBAT):
            return None
        return state is BoltState.SECURE

    def shown_door(self, now: datetime, trust: Trust) -> DoorState | None:
        """Return the door's state as it may be shown now; None is unknown."""
        return None if self.reachable is False else shown(self.door, now, trust)


_FIELDS: Final = tuple(one.name for one in fields(LockData))
_values: Final = attrgetter(*_FIELDS)


def _with(data: LockData, **changes: object) -> LockData:
    """Do what `replace` does in a third of the time: each message needs it four times."""
    known = dict(zip(_FIELDS, _values(data), strict=True))
    return LockData(**(known | changes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When something was asked for and when it arrived, by our clock."""

    asked: datetime
    arrived: datetime
    offset: timedelta = timedelta()
    """The cloud's clock minus ours."""

    def ours(self, cloud_time: datetime | None) -> datetime | None:
        """Turn a time of the cloud's clock into one of ours."""
        return None if cloud_time is None else cloud_time - self.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What is known now, and what has to be done about it."""

    data: LockData
    disputed: bool | None = None
    """True: a cache contradicts what was pushed; False: nothing does any more; None: no say."""
    unheard: datetime | None = None
    """When the bolt moved, by the cache's word, of which no message has told."""


def take_push(data: LockData, message: PushMessage, moment: Moment) -> Taken:
    """Take what the cloud sent by itself."""
    before = data
    at = moment.ours(message.at)
    seen = moment.arrived if at is None else min(at, moment.arrived)
    if message.bridge_online is not None:
        data = _take_online(data, value=message.bridge_online, at=seen)
    elif _tells_of_contact(message):
        data = _take_online(data, value=True, at=seen)
    if message.failed is not None:
        data = _complain(data, trouble_of(device_error(message.failed)), moment)
    settled: bool | None = None
    names = True
    if message.bolt is not None:
        data, verdict = _take_bolt(data, message.bolt, at, moment, Origin.PUSH)
        newer = verdict is Verdict.NEWER
        contradicts = before.bolt is None or before.bolt.value is not message.bolt
        if contradicts and not message.bolt.moving and moment.arrived - seen > LATE:
            # Late, or one of the clocks has jumped: a read will tell.
            settled = True
        elif newer:
            settled = False
        names = newer or (verdict is Verdict.CONFIRMED and _nameless(data, seen))
    if message.door is not DoorState.ABSENT:
        data, _ = _take_door(data, message.door, at, moment, Origin.PUSH)
    if names:
        data = _take_actor(data, message, before, moment.arrived)
    return Taken(data=data, disputed=settled)


def take_detail(data: LockData, detail: LockDetail, moment: Moment) -> Taken:
    """Take the lock's detail, which the cloud read from its cache."""
    if detail.bridge_online is not None:
        data = _take_online(data, value=detail.bridge_online, at=moment.asked)
    elif data.online is not None and data.online.at < moment.asked:
        data = _with(data, online=None)
    data = _with(data, detail=detail)
    if detail.status is None:
        return Taken(data=data)
    return take_status(data, detail.status, moment)


def take_status(data: LockData, status: LockStatus, moment: Moment) -> Taken:
    """Take the cloud's cached status."""
    before, at = data, moment.ours(status.at)
    data, verdict = _take_bolt(data, status.bolt, at, moment, Origin.READ)
    verdicts = {verdict}
    if status.door is not DoorState.ABSENT:
        data, verdict = _take_door(data, status.door, at, moment, Origin.READ)
        verdicts.add(verdict)
    return Taken(
        data=data,
        disputed=Verdict.DISPUTED in verdicts,
        unheard=_unheard(before, data),
    )


def take_answer(data: LockData, operation: Operation, moment: Moment) -> Taken:
    """Take the lock's own answer to a command; one that is silent on the bolt changes nothing.

    One from the cloud's cache is no sign that the lock was reached.
    """
    if operation.accepted:
        return Taken(data=data)
    origin = Origin.READ
    if not operation.from_cache:
        origin = Origin.ANSWER
        data = _take_online(data, value=True, at=moment.arrived)
        data = _take_signal(_relieve(data, heard=True, moved=False), operation.info)
    verdicts = set()
    if operation.bolt_reported:
        # A bolt that moves did so before the answer came: it may have arrived since.
        at = moment.asked if operation.bolt.moving else None
        data, verdict = _take_bolt(data, operation.bolt, at, moment, origin)
        verdicts.add(verdict)
    if operation.door is not DoorState.ABSENT:
        data, verdict = _take_door(data, operation.door, None, moment, origin)
        verdicts.add(verdict)
    decided = verdicts & {Verdict.NEWER, Verdict.DISPUTED}
    return Taken(data=data, disputed=Verdict.DISPUTED in decided if decided else None)


def take_failure(data: LockData, err: CloudError, moment: Moment) -> Taken:
    """Take what a failed command says about the lock."""
    return Taken(data=_complain(data, trouble_of(err), moment))


def take_doubt(data: LockData, sent: datetime) -> Taken:
    """Take it that a command may have moved the bolt since, and that nobody has told."""
    if data.bolt is not None and data.bolt.at > sent:
        return Taken(data=data)
    bolt = data.bolt and replace(data.bolt, confirmed=None)
    return Taken(data=_with(data, bolt=bolt, doubted_at=sent))


def take_jam(data: LockData, moment: Moment) -> Taken:
    """Take the lock's word that it could not move its bolt: the cloud has reached it."""
    data = _take_online(data, value=True, at=moment.arrived)
    data, _ = _take_bolt(data, BoltState.JAMMED, None, moment, Origin.ANSWER)
    return Taken(data=data, disputed=False)


def _take_bolt(
    data: LockData,
    value: BoltState,
    at: datetime | None,
    moment: Moment,
    origin: Origin,
) -> tuple[LockData, Verdict]:
    before = data.bolt
    offer = _offer(data, value, at, moment, origin)
    if data.doubted_at is not None:
        if offer.time > data.doubted_at:
            data = _with(data, doubted_at=None)
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
        data = _relieve(data, heard=heard, moved=moved and not value.moving)
    seen = data.secure_seen or value is BoltState.SECURE
    return _with(data, bolt=reading, actor=actor, secure_seen=seen), verdict


def _take_door(
    data: LockData,
    value: DoorState,
    at: datetime | None,
    moment: Moment,
    origin: Origin,
) -> tuple[LockData, Verdict]:
    reading, verdict = weigh(data.door, _offer(data, value, at, moment, origin))
    return _with(data, door=reading), verdict


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


def _take_online(data: LockData, *, value: bool, at: datetime) -> LockData:
    known = data.online
    if known is not None and at < known.at:
        return data
    bolt, door = data.bolt, data.door
    if not value:
        # Anything may happen at the door until the cloud reaches it again.
        bolt = bolt and replace(bolt, confirmed=None)
        door = door and replace(door, confirmed=None)
    return _with(
        data,
        online=Reading(value=value, at=at, confirmed=at),
        cut_off_at=None if value else data.cut_off_at or at,
        bolt=bolt,
        door=door,
    )


def _take_signal(data: LockData, info: OperationInfo | None) -> LockData:
    if info is None:
        return data
    signal = Signal(rssi=info.rssi, wlan_rssi=info.wlan_rssi, wlan_snr=info.wlan_snr)
    return data if signal == Signal() else _with(data, signal=signal)


def _complain(data: LockData, trouble: Trouble | None, moment: Moment) -> LockData:
    if trouble is Trouble.BRIDGE_OFFLINE:
        return _take_online(data, value=False, at=moment.arrived)
    return data if trouble is None else _with(data, complaint=trouble)


def _relieve(data: LockData, *, heard: bool, moved: bool) -> LockData:
    """End a complaint that what has arrived contradicts."""
    if data.complaint is not None and (moved or (heard and data.complaint in PASSING)):
        return _with(data, complaint=None)
    return data


def _moved(before: Reading[BoltState] | None, after: Reading[BoltState] | None) -> bool:
    """Return whether the bolt rests elsewhere now; a latch springs back by itself."""
    return (
        before is not None
        and after is not None
        and before.value is not after.value
        and {before.value, after.value} <= AT_REST
    )


def _unheard(before: LockData, after: LockData) -> datetime | None:
    """Return when the bolt has moved since, if the cloud would have had to tell.

    It owes no word on what it could not reach.
    """
    was, now = before.bolt, after.bolt
    if was is None or now is None or not was.at < now.at or not _moved(was, now):
        return None
    reached = was.confirmed is not None or before.doubted_at is not None
    return now.at if reached else None


def _nameless(data: LockData, seen: datetime) -> bool:
    """Return whether a message that came second may say who made the last movement."""
    return (
        data.bolt is not None
        and data.bolt.at - seen <= ACTOR_WINDOW
        and (data.actor_at is None or data.actor_at < data.bolt.at)
    )


def _take_actor(
    data: LockData, message: PushMessage, before: LockData, now: datetime
) -> LockData:
    """Keep who did it until someone else moves the bolt."""
    if message.bolt is None or message.is_poll_answer:
        return data
    if message.caller is not None:
        return _with(data, actor=message.caller, actor_at=now)
    if (before.bolt is None or before.bolt.value is not message.bolt) and (
        data.actor_at is None or now - data.actor_at > ACTOR_WINDOW
    ):
        return _with(data, actor=None)
    return data


def _tells_of_contact(message: PushMessage) -> bool:
    """Return whether a message says something that only a reachable lock can tell."""
    return message.bolt not in (None, BoltState.UNKNOWN) or message.door not in (
        DoorState.ABSENT,
        DoorState.UNKNOWN,
    )
