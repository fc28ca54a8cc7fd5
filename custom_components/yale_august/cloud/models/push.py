"""Push: the subscriber and its messages (reference 20)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self, override

from .json import Fields, Model, boolean, integer, word
from .operation import Failure, OperationInfo, read_failure
from .state import BoltState, DoorState, bolt_field, door_field


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber(Model):
    """The right to listen to all locks of a user (reference 20.1)."""

    subscriber_id: str | None = field(default=None, repr=False)
    scopes: tuple[str, ...] = ()
    client_id: str | None = field(default=None, repr=False)
    user_id: str | None = field(default=None, repr=False)

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            subscriber_id=fields.text("subscriberID"),
            scopes=fields.texts("scopes"),
            client_id=fields.text("clientID"),
            user_id=fields.text("userID"),
        )


_BRIDGE_WORDS: Final = {
    "associated_bridge_online": True,
    "associated_bridge_offline": False,
}
# Words of the feed and of webhooks for a bell and for a code that does not open.
_EVENT_WORDS: Final = frozenset(
    {"lock_accessory_motion_detect", "lock_doorbell_buttonpress", "invalidcode"}
)
# Words in the bolt's place that are not of the bolt.
_OTHER_WORDS: Final = frozenset({*_BRIDGE_WORDS, *_EVENT_WORDS, "doorstatechanged"})
_BOLT_FIELDS: Final = ("lockAction", "status")
_POLL: Final = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushMessage(Model):
    """One message of the stream; it says what it says and is silent on the rest (reference 20.3)."""

    lock_id: str | None = field(default=None, repr=False)
    bolt: BoltState | None = None
    """None when the message says nothing of the bolt; UNKNOWN when what it says is not understood."""
    door: DoorState = DoorState.ABSENT
    bridge_online: bool | None = None
    caller: str | None = field(default=None, repr=False)
    """A user id, or one of PSEUDO_USERS in any spelling."""
    remote: bool | None = None
    """Whether it came of a command through the cloud."""
    action: str | None = None
    """The word for the bolt or the event as it came, in lower case."""
    at: datetime | None = None
    """When the state was true; most messages do not say, and count from their arrival."""
    info: OperationInfo | None = None
    failed: Failure | None = None
    """Why a command failed; the message then says nothing of bolt and door, unless that the bolt is jammed."""
    is_poll_answer: bool = False
    """Whether this answers a status command and nothing happened at the door."""

    @property
    def tells_nothing(self) -> bool:
        """Whether it says nothing that is understood: something has happened, but not what."""
        return (
            self.bolt in (None, BoltState.UNKNOWN)
            and self.door in (DoorState.ABSENT, DoorState.UNKNOWN)
            and self.bridge_online is None
            and self.failed is None
            and not self.is_poll_answer
        )

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        info = fields.part(OperationInfo, "info")
        failed = read_failure(fields)
        words = {name: word(fields.raw(name)) or "" for name in _BOLT_FIELDS}
        bridge = [_BRIDGE_WORDS[one] for one in words.values() if one in _BRIDGE_WORDS]
        return cls(
            lock_id=fields.lock_id("lockID"),
            bolt=_bolt(fields, words, failed),
            door=door_field(fields) if failed is None else DoorState.ABSENT,
            bridge_online=bridge[0] if bridge else None,
            caller=fields.text("callingUserID"),
            remote=_remote(fields),
            action=next(filter(None, words.values()), None),
            at=fields.timestamp("timeStamp"),
            info=info,
            failed=failed,
            is_poll_answer=info is not None and info.action == _POLL,
        )


def _bolt(
    fields: Fields, words: Mapping[str, str], failed: Failure | None
) -> BoltState | None:
    """Read the bolt; the two fields that may carry it must not contradict each other."""
    if failed is not None:
        return BoltState.JAMMED if failed.jammed else None
    states = {
        bolt_field(fields, name, action_words=True)
        for name, said in words.items()
        if said not in _OTHER_WORDS and fields.raw(name) not in (None, "")
    }
    if not states:
        return None
    return states.pop() if len(states) == 1 else BoltState.UNKNOWN


def _remote(fields: Fields) -> bool | None:
    """Read the flag, a 0 or 1 on the wire."""
    value = fields.raw("remoteEvent")
    found = boolean(value)
    if found is None and (flag := integer(value)) in (0, 1):
        found = flag == 1
    if found is None and value is not None:
        fields.note("remoteEvent")
    return found
