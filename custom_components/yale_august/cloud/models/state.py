"""The words of the vendor for bolt and door (reference 7.1 and 7.2)."""

from enum import StrEnum
import re
from typing import Final

from .json import Fields, mapping, word


class BoltState(StrEnum):
    """Where the bolt is, as the cloud says it; a word that is not known here is UNKNOWN (reference 7.1)."""

    LOCKED = "locked"
    UNLOCKED = "unlocked"
    UNLATCHED = "unlatched"
    """Unlocked, and the latch is held back: the door can be pushed open."""
    LOCKING = "locking"
    UNLOCKING = "unlocking"
    UNLATCHING = "unlatching"
    SECURE = "secure"
    """Locked, and the knob inside is switched off."""
    SHABBAT = "shabbat"
    """Works by hand only; the vendor does not say where the bolt is."""
    JAMMED = "jammed"
    """Stands where it must not stand."""
    UNKNOWN = "unknown"

    @property
    def moving(self) -> bool:
        """Whether the bolt or the latch is on its way."""
        return self in MOVING


MOVING: Final = frozenset(
    {BoltState.LOCKING, BoltState.UNLOCKING, BoltState.UNLATCHING}
)


class DoorState(StrEnum):
    """Where the door is, as the cloud says it; a word that is not known here is UNKNOWN (reference 7.2)."""

    CLOSED = "closed"
    OPEN = "open"
    INIT = "init"
    """The sensor is not calibrated."""
    UNKNOWN = "unknown"
    ABSENT = "absent"
    """Nothing was said of a door: no sensor, switched off, or not part of this message."""


_BOLT_WORDS: Final = {
    "locked": BoltState.LOCKED,
    "unlocked": BoltState.UNLOCKED,
    "unlatched": BoltState.UNLATCHED,
    "locking": BoltState.LOCKING,
    "unlocking": BoltState.UNLOCKING,
    "unlatching": BoltState.UNLATCHING,
    "securemode": BoltState.SECURE,
    "shabbatmode": BoltState.SHABBAT,
    "unknownstaticposition": BoltState.JAMMED,
    "failed_bridge_error_lock_jammed": BoltState.JAMMED,
}
_ACTION_WORDS: Final = {
    "lock": BoltState.LOCKED,
    "unlock": BoltState.UNLOCKED,
    "unlatch": BoltState.UNLATCHED,
    "secure": BoltState.SECURE,
}
_DOOR_WORDS: Final = {
    "closed": DoorState.CLOSED,
    "open": DoorState.OPEN,
    "ajar": DoorState.OPEN,
    "init": DoorState.INIT,
    "unknown": DoorState.UNKNOWN,
}
# Words for "we do not know" that the cloud is known to use; any other word of no meaning is worth a debug line.
_NO_ANSWER: Final = frozenset({"not-advertising", "invalid"})
_BOLT_PREFIX: Final = "kauglockstate_"
_DOOR_PREFIX: Final = re.compile(r"^kaug(lock)?doorstate_")


def read_bolt_state(token: object, *, action_words: bool = False) -> BoltState:
    """Read a word for the bolt.

    `action_words`: also take "lock", "unlock", "unlatch" and "secure" for the state after them. Only push messages and
    webhooks speak so; in a reading they are no states, and UNKNOWN.
    """
    found = word(token)
    if found is None:
        return BoltState.UNKNOWN
    if action_words and found in _ACTION_WORDS:
        return _ACTION_WORDS[found]
    return _BOLT_WORDS.get(found.removeprefix(_BOLT_PREFIX), BoltState.UNKNOWN)


def read_door_state(data: object, key: str = "doorState") -> DoorState:
    """Read the word for the door in a field of a JSON object; an absent, null or empty field is ABSENT."""
    return _door((mapping(data) or {}).get(key))


def read_no_answer(token: object) -> str | None:
    """Return the cloud's own word for not knowing the bolt's state, if it is one, without its prefix."""
    found = (word(token) or "").removeprefix(_BOLT_PREFIX)
    if found in _NO_ANSWER or (
        found.startswith("unknown") and found not in _BOLT_WORDS
    ):
        return found
    return None


def bolt_field(fields: Fields, name: str, *, action_words: bool = False) -> BoltState:
    """Read a field for the bolt; a word that is new to us is noted as a problem."""
    token = fields.raw(name)
    state = read_bolt_state(token, action_words=action_words)
    if state is BoltState.UNKNOWN and name in fields and read_no_answer(token) is None:
        fields.note(name)
    return state


def door_field(fields: Fields, name: str = "doorState") -> DoorState:
    """Read a field for the door; a word that is new to us is noted as a problem."""
    token = fields.raw(name)
    state = _door(token)
    if state is DoorState.UNKNOWN and _door_word(token) != DoorState.UNKNOWN:
        fields.note(name)
    return state


def _door(token: object) -> DoorState:
    if token is None or token == "":
        return DoorState.ABSENT
    return _DOOR_WORDS.get(_door_word(token), DoorState.UNKNOWN)


def _door_word(token: object) -> str:
    return _DOOR_PREFIX.sub("", word(token) or "")
