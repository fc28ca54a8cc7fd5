"""All that may arrive about one lock, in JSON as it comes, and what is known then."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
import json
from typing import Final

from hypothesis import settings, strategies as st

from custom_components.yale_august.cloud import errors
from custom_components.yale_august.cloud.models import (
    BoltState,
    DoorState,
    LockDetail,
    LockStatus,
    LockSummary,
    Operation,
    PushMessage,
)
from custom_components.yale_august.knowledge.arrivals import (
    take_answer,
    take_detail,
    take_doubt,
    take_failure,
    take_jam,
    take_push,
    take_status,
)
from custom_components.yale_august.knowledge.lock import LockData
from custom_components.yale_august.knowledge.readings import Moment, Trust
from custom_components.yale_august.knowledge.stored import restore_lock, store_lock

START: Final = datetime(2026, 11, 1, tzinfo=UTC)
TRUST: Final = Trust(rest=timedelta(hours=1), moving=timedelta(seconds=60))
EMPTY: Final = LockData(summary=LockSummary(lock_id="A" * 32))
LATEST: Final = 7200
"""All that arrives arrives within these seconds."""

WORDS: Final[dict[object, BoltState]] = {
    "locked": BoltState.LOCKED,
    "kAugLockState_Locked": BoltState.LOCKED,
    "unlocked": BoltState.UNLOCKED,
    "kAugLockState_Unlatched": BoltState.UNLATCHED,
    "kAugLockState_SecureMode": BoltState.SECURE,
    "kAugLockState_Locking": BoltState.LOCKING,
    "unlocking": BoltState.UNLOCKING,
    "kAugLockState_UnknownStaticPosition": BoltState.JAMMED,
    "shabbatmode": BoltState.SHABBAT,
    "unknown": BoltState.UNKNOWN,
    "not-advertising": BoltState.UNKNOWN,
    "a word of next year": BoltState.UNKNOWN,
    7: BoltState.UNKNOWN,
}
DOORS: Final[dict[object, DoorState]] = {
    "closed": DoorState.CLOSED,
    "open": DoorState.OPEN,
    "kAugDoorState_Open": DoorState.OPEN,
    "kAugLockDoorState_Closed": DoorState.CLOSED,
    "init": DoorState.INIT,
    "unknown": DoorState.UNKNOWN,
    "another word": DoorState.UNKNOWN,
    "": DoorState.ABSENT,
}
RESTING: Final = tuple(
    word
    for word, state in WORDS.items()
    if state not in (BoltState.UNKNOWN, BoltState.SHABBAT) and not state.moving
)


def moment(second: float) -> datetime:
    """Return a time."""
    return START + timedelta(seconds=second)


def written(at: datetime) -> str:
    """Write a time as details do."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that arrives."""

    kind: str
    arrived: int
    took: int = 0
    word: object = None
    door: object = None
    at: int | None = None
    """Its own time, which may be one to come."""
    online: bool | None = None
    valid: bool | None = True
    cached: bool = False
    failure: type[errors.DeviceError] = errors.LockBusy

    @property
    def says(self) -> BoltState | None:
        """What it tells of the bolt; None for nothing."""
        if self.kind == "jam":
            return BoltState.JAMMED
        if self.kind in ("failure", "doubt") or self.word is None:
            return None
        if self.kind in ("detail", "status") and self.valid is False:
            return BoltState.UNKNOWN
        return WORDS[self.word]

    @property
    def says_of_door(self) -> DoorState | None:
        """What it tells of the door; None for nothing."""
        if self.kind in ("jam", "failure", "doubt") or self.door is None:
            return None
        if self.kind in ("detail", "status") and self.valid is False:
            return DoorState.UNKNOWN
        return DOORS[self.door]

    def json(self, offset: timedelta = timedelta()) -> dict[str, object]:
        """Return it as it comes over the wire, with the times of the cloud's clock."""
        body: dict[str, object] = {}
        if self.door is not None:
            body["doorState"] = self.door
        at = None if self.at is None else moment(self.at) + offset
        if self.kind == "push":
            if self.online is not None:
                word = "online" if self.online else "offline"
                body["status"] = f"associated_bridge_{word}"
            elif self.word is not None:
                body["lockAction"] = self.word
            if at is not None:
                body["timeStamp"] = int(at.timestamp() * 1000)
            return body
        if self.word is not None:
            body["status"] = self.word
        if self.kind == "answer":
            return body | {"resultsFromOperationCache": self.cached, "info": {}}
        if at is not None:
            body["dateTime"] = written(at)
        if self.valid is not None:
            body["valid"] = self.valid
        if self.kind == "status":
            return body
        found: dict[str, object] = {"LockID": "A" * 32, "LockStatus": body}
        if self.online is not None:
            word = "online" if self.online else "offline"
            found["Bridge"] = {"operative": True, "status": {"current": word}}
        return found


def take(data: LockData, event: Event, offset: timedelta = timedelta()) -> LockData:
    """Take what arrives, read from its JSON; `offset`: the cloud's clock minus ours."""
    arrived = moment(event.arrived)
    when = Moment(
        asked=arrived - timedelta(seconds=event.took), arrived=arrived, offset=offset
    )
    body = event.json(offset)
    match event.kind:
        case "push":
            return take_push(data, PushMessage.from_json(body), when).data
        case "detail":
            return take_detail(data, LockDetail.from_json(body), when).data
        case "status":
            return take_status(data, LockStatus.from_json(body), when).data
        case "answer":
            return take_answer(data, Operation.from_json(body), when).data
        case "failure":
            return take_failure(data, event.failure(), when).data
        case "jam":
            return take_jam(data, when).data
    return take_doubt(data, when.asked).data


def after(
    events: Iterable[Event], offset: timedelta = timedelta(), known: LockData = EMPTY
) -> LockData:
    """Return what is known when all this has arrived."""
    for event in events:
        known = take(known, event, offset)
    return known


def restarted(data: LockData, second: float) -> LockData:
    """Return what is known after a restart: what went through the storage."""
    stored = json.loads(json.dumps(store_lock(data)))
    return restore_lock(EMPTY, stored, moment(second))


KINDS: Final = ("push", "push", "detail", "status", "answer", "failure", "jam", "doubt")
seconds = st.integers(0, LATEST)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Return anything that may arrive."""
    kind = draw(st.sampled_from(KINDS))
    event = Event(
        kind=kind,
        arrived=draw(seconds),
        took=0 if kind == "push" else draw(st.integers(0, 30)),
        word=draw(st.sampled_from((*WORDS, None))),
        door=draw(st.sampled_from((*DOORS, None))),
        at=draw(st.none() | st.integers(0, 2 * LATEST)),
        online=draw(st.none() | st.booleans()),
        valid=draw(st.sampled_from((True, True, True, False, None))),
        cached=draw(st.booleans()),
        failure=draw(st.sampled_from(errors.DeviceError.__subclasses__())),
    )
    # A message tells either of the bridge or of the bolt.
    return replace(event, word=None) if kind == "push" and event.online else event


histories = st.lists(events(), max_size=12).map(
    lambda found: sorted(found, key=lambda event: event.arrived)
)
often = settings(max_examples=100, deadline=None, database=None)
