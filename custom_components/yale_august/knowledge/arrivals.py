"""What becomes of what is known of a lock with everything that arrives.

The one place that decides. Nothing here has a clock, a network or Home Assistant: each function
takes what was known and what has arrived, and returns what is known then.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from custom_components.yale_august.cloud.answers import device_error
from custom_components.yale_august.cloud.errors import CloudError
from custom_components.yale_august.cloud.models import (
    BoltState,
    DoorState,
    LockDetail,
    LockStatus,
    Operation,
    PushMessage,
)

from .facts import (
    complain,
    is_nameless,
    relieve,
    take_actor,
    take_bolt,
    take_door,
    take_online,
    take_signal,
)
from .lock import LockData, changed
from .readings import Moment, Origin, Reading, Verdict
from .trouble import trouble_of

AT_REST = frozenset({BoltState.LOCKED, BoltState.SECURE, BoltState.UNLOCKED})
PLACES = AT_REST | {BoltState.UNLATCHED, BoltState.JAMMED}
LATE = timedelta(seconds=60)
"""A message that seems to be older than this when it comes: perhaps the clock is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What is known now, and what has to be done about it."""

    data: LockData
    disputed: bool | None = None
    """True: a cache contradicts what was pushed; False: nothing does any more; None: no say."""
    unheard: datetime | None = None
    """When the bolt moved, by the cache's word, of which no message has told."""
    untold: bool = False
    """Whether bolt or door stand otherwise, and only the cache or an answer has told so."""


def take_push(data: LockData, message: PushMessage, moment: Moment) -> Taken:
    """Take what the cloud sent by itself."""
    before = data
    at = moment.ours(message.at)
    seen = moment.arrived if at is None else min(at, moment.arrived)
    if message.bridge_online is not None:
        data = take_online(data, value=message.bridge_online, at=seen)
    elif _tells_of_contact(message):
        data = take_online(data, value=True, at=seen)
    if message.failed is not None:
        data = complain(data, trouble_of(device_error(message.failed)), moment)
    settled: bool | None = None
    names = True
    if message.bolt is not None:
        data, verdict = take_bolt(data, message.bolt, at, moment, Origin.PUSH)
        newer = verdict is Verdict.NEWER
        contradicts = before.bolt is None or before.bolt.value is not message.bolt
        if contradicts and not message.bolt.moving and moment.arrived - seen > LATE:
            # Late, or one of the clocks has jumped: a read will tell.
            settled = True
        elif newer:
            settled = False
        names = newer or (verdict is Verdict.CONFIRMED and is_nameless(data, seen))
    if message.door is not DoorState.ABSENT:
        data, _ = take_door(data, message.door, at, moment, Origin.PUSH)
    if names:
        data = take_actor(data, message, before, moment.arrived)
    return Taken(data=data, disputed=settled)


def take_detail(data: LockData, detail: LockDetail, moment: Moment) -> Taken:
    """Take the lock's detail, which the cloud read from its cache."""
    if detail.bridge_online is not None:
        data = take_online(data, value=detail.bridge_online, at=moment.asked)
    elif data.online is not None and data.online.at < moment.asked:
        data = changed(data, online=None)
    data = changed(data, detail=detail)
    if detail.status is None:
        return Taken(data=data)
    return take_status(data, detail.status, moment)


def take_status(data: LockData, status: LockStatus, moment: Moment) -> Taken:
    """Take the cloud's cached status."""
    before, at = data, moment.ours(status.at)
    data, verdict = take_bolt(data, status.bolt, at, moment, Origin.READ)
    verdicts = {verdict}
    if status.door is not DoorState.ABSENT:
        data, verdict = take_door(data, status.door, at, moment, Origin.READ)
        verdicts.add(verdict)
    return Taken(
        data=data,
        disputed=Verdict.DISPUTED in verdicts,
        unheard=_unheard(before, data),
        untold=_untold(before, data),
    )


def take_answer(data: LockData, operation: Operation, moment: Moment) -> Taken:
    """Take the lock's own answer to a command; one that is silent on the bolt changes nothing.

    One from the cloud's cache is no sign that the lock was reached.
    """
    if operation.accepted:
        return Taken(data=data)
    before, origin = data, Origin.READ
    if not operation.from_cache:
        origin = Origin.ANSWER
        data = take_online(data, value=True, at=moment.arrived)
        data = take_signal(relieve(data, heard=True, moved=False), operation.info)
    verdicts = set()
    if operation.bolt_reported:
        # A bolt that moves did so before the answer came: it may have arrived since.
        at = moment.asked if operation.bolt.moving else None
        data, verdict = take_bolt(data, operation.bolt, at, moment, origin)
        verdicts.add(verdict)
    if operation.door is not DoorState.ABSENT:
        data, verdict = take_door(data, operation.door, None, moment, origin)
        verdicts.add(verdict)
    decided = verdicts & {Verdict.NEWER, Verdict.DISPUTED}
    return Taken(
        data=data,
        disputed=Verdict.DISPUTED in decided if decided else None,
        untold=_untold(before, data),
    )


def take_failure(data: LockData, err: CloudError, moment: Moment) -> Taken:
    """Take what a failed command says about the lock."""
    return Taken(data=complain(data, trouble_of(err), moment))


def take_doubt(data: LockData, sent: datetime) -> Taken:
    """Take it that a command may have moved the bolt since, and that nobody has told."""
    if data.bolt is not None and data.bolt.at > sent:
        return Taken(data=data)
    bolt = data.bolt and replace(data.bolt, confirmed=None)
    return Taken(data=changed(data, bolt=bolt, doubted_at=sent))


def take_jam(data: LockData, moment: Moment) -> Taken:
    """Take the lock's word that it could not move its bolt: the cloud has reached it."""
    data = take_online(data, value=True, at=moment.arrived)
    data, _ = take_bolt(data, BoltState.JAMMED, None, moment, Origin.ANSWER)
    return Taken(data=data, disputed=False)


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


def _untold(before: LockData, after: LockData) -> bool:
    """Return whether bolt or door have moved from one place that is known to another."""
    was, now = (data.bolt and data.bolt.value for data in (before, after))
    if {was, now} <= PLACES and now is not was:
        # A latch springs back by itself.
        return (was, now) != (BoltState.UNLATCHED, BoltState.UNLOCKED)
    doors = {data.door and data.door.value for data in (before, after)}
    return doors == {DoorState.OPEN, DoorState.CLOSED}


def _tells_of_contact(message: PushMessage) -> bool:
    """Return whether a message says something that only a reachable lock can tell."""
    return message.bolt not in (None, BoltState.UNKNOWN) or message.door not in (
        DoorState.ABSENT,
        DoorState.UNKNOWN,
    )
