"""What becomes of what is known of a lock with everything that arrives.

The one place that decides. Nothing here has a clock, a network or Home Assistant: each function
takes what was known and what has arrived, and returns what is known then.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

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

from .draft import Draft
from .lock import LockData
from .readings import Moment, Origin, Reading, Verdict
from .trouble import trouble_of

AT_REST = frozenset({BoltState.LOCKED, BoltState.SECURE, BoltState.UNLOCKED})
PLACES = AT_REST | {BoltState.UNLATCHED, BoltState.JAMMED}
DOOR_MOVES = frozenset({DoorState.OPEN, DoorState.CLOSED})
LATE = timedelta(seconds=60)
"""A message that seems to be older than this when it comes: perhaps the clock is wrong."""


class Taken(NamedTuple):
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
    now, before = Draft(data), data.bolt
    at = moment.ours(message.at)
    seen = moment.arrived if at is None else min(at, moment.arrived)
    if message.bridge_online is not None:
        now.take_online(value=message.bridge_online, at=seen)
    elif _tells_of_contact(message):
        now.take_online(value=True, at=seen)
    if message.failed is not None:
        now.complain(trouble_of(device_error(message.failed)), moment)
    settled: bool | None = None
    names = True
    if message.bolt is not None:
        verdict = now.take_bolt(message.bolt, at, moment, Origin.PUSH)
        newer = verdict is Verdict.NEWER
        contradicts = before is None or before.value is not message.bolt
        if contradicts and not message.bolt.moving and moment.arrived - seen > LATE:
            # Late, or one of the clocks has jumped: a read will tell.
            settled = True
        elif newer:
            settled = False
        names = newer or (verdict is Verdict.CONFIRMED and now.is_nameless(seen))
    if message.door is not DoorState.ABSENT:
        now.take_door(message.door, at, moment, Origin.PUSH)
    if names:
        now.take_actor(message, moment.arrived)
    return Taken(data=now.done(), disputed=settled)


def take_detail(data: LockData, detail: LockDetail, moment: Moment) -> Taken:
    """Take the lock's detail, which the cloud read from its cache."""
    now = Draft(data)
    now.detail = detail
    if detail.bridge_online is not None:
        now.take_online(value=detail.bridge_online, at=moment.asked)
    elif data.online is not None and data.online.at < moment.asked:
        now.online = None
    if detail.status is None:
        return Taken(data=now.done())
    return take_status(now.done(), detail.status, moment)


def take_status(data: LockData, status: LockStatus, moment: Moment) -> Taken:
    """Take the cloud's cached status."""
    now, at = Draft(data), moment.ours(status.at)
    verdicts = {now.take_bolt(status.bolt, at, moment, Origin.READ)}
    if status.door is not DoorState.ABSENT:
        verdicts.add(now.take_door(status.door, at, moment, Origin.READ))
    after = now.done()
    return Taken(
        data=after,
        disputed=Verdict.DISPUTED in verdicts,
        unheard=_unheard(data, after),
        untold=_untold(data, after),
    )


def take_answer(
    data: LockData, operation: Operation, moment: Moment, *, moved: bool = False
) -> Taken:
    """Take the lock's own answer to a command; one that is silent on the bolt changes nothing.

    One from the cloud's cache is no sign that the lock was reached. `moved`: the command was to move
    the bolt, which the answer tells the end of; that to a question may be as old as the question.
    """
    if operation.accepted:
        return Taken(data=data)
    now, origin = Draft(data), Origin.READ
    if not operation.from_cache:
        origin = Origin.ANSWER
        now.take_online(value=True, at=moment.arrived)
        now.relieve(heard=True, moved=False)
        now.take_signal(operation.info)
    at = None if moved or operation.from_cache else moment.asked
    verdicts = set()
    if operation.bolt_reported:
        # A bolt that moves did so before the answer came: it may have arrived since.
        bolt_at = moment.asked if operation.bolt.moving else at
        verdicts.add(now.take_bolt(operation.bolt, bolt_at, moment, origin))
    if operation.door is not DoorState.ABSENT:
        verdicts.add(now.take_door(operation.door, at, moment, origin))
    # The lock itself says otherwise than what came while it was asked: a read will tell.
    crossed = (
        _forget_crossed(now, moment.asked)
        if moved
        else Verdict.OLDER in verdicts
        and origin is Origin.ANSWER
        and not operation.bolt.moving
    )
    after = now.done()
    disputed = crossed or Verdict.DISPUTED in verdicts
    return Taken(
        data=after,
        disputed=disputed if disputed or Verdict.NEWER in verdicts else None,
        untold=_untold(data, after),
    )


def take_failure(data: LockData, err: CloudError, moment: Moment) -> Taken:
    """Take what a failed command says about the lock."""
    now = Draft(data)
    now.complain(trouble_of(err), moment)
    return Taken(data=now.done())


def take_doubt(data: LockData, sent: datetime) -> Taken:
    """Take it that a command may have moved the bolt since, and that nobody has told."""
    if data.bolt is not None and data.bolt.at > sent:
        return Taken(data=data)
    now = Draft(data)
    now.bolt = data.bolt and replace(data.bolt, confirmed=None)
    now.doubted_at = sent
    return Taken(data=now.done())


def take_jam(data: LockData, moment: Moment) -> Taken:
    """Take the lock's word that it could not move its bolt: the cloud has reached it."""
    now = Draft(data)
    now.take_online(value=True, at=moment.arrived)
    now.take_bolt(BoltState.JAMMED, None, moment, Origin.ANSWER)
    return Taken(data=now.done(), disputed=False)


def _moved(before: Reading[BoltState] | None, after: Reading[BoltState] | None) -> bool:
    """Return whether the bolt rests elsewhere now; a latch springs back by itself."""
    return (
        before is not None
        and after is not None
        and before.value is not after.value
        and {before.value, after.value} <= AT_REST
    )


def _sprang_back(before: Reading[BoltState], after: Reading[BoltState]) -> bool:
    """Return whether a latch may have gone from one to the other by itself."""
    return (before.value, after.value) == (BoltState.UNLATCHED, BoltState.UNLOCKED)


def _forget_crossed(now: Draft, asked: datetime) -> bool:
    """Show nothing of what an answer tells otherwise than a message that came since it was asked for.

    Whether a hand moved bolt or door before or after the lock looked, nobody knows. Returns whether
    there is such a thing.
    """
    bolt, door, before = now.bolt, now.door, now.before
    bolt_crossed = (
        bolt is not None
        and before.bolt is not None
        and before.bolt.at > asked
        and (_moved(before.bolt, bolt) or _sprang_back(bolt, before.bolt))
    )
    door_crossed = (
        door is not None
        and before.door is not None
        and before.door.at > asked
        and {before.door.value, door.value} == DOOR_MOVES
    )
    if bolt is not None and bolt_crossed:
        now.bolt = replace(bolt, confirmed=None)
    if door is not None and door_crossed:
        now.door = replace(door, confirmed=None)
    return bolt_crossed or door_crossed


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
    return {data.door and data.door.value for data in (before, after)} == DOOR_MOVES


def _tells_of_contact(message: PushMessage) -> bool:
    """Return whether a message says something that only a reachable lock can tell."""
    return message.bolt not in (None, BoltState.UNKNOWN) or message.door not in (
        DoorState.ABSENT,
        DoorState.UNKNOWN,
    )
