"""A lock's codes as they are shown: ours, and those of others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from custom_components.yale_august.cloud.models import Pin, PinState
from custom_components.yale_august.codes.names import same_name
from custom_components.yale_august.codes.recognition import UNSEEN, Sights, strangers
from custom_components.yale_august.codes.records import Code, CodeState, Goal, Guest
from custom_components.yale_august.codes.schedule import read_schedule
from custom_components.yale_august.codes.sighting import pin_key
from custom_components.yale_august.codes.view import ShownCode

from .keeper import LockCodes


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a word stands for on one lock."""

    code: Code | None = field(default=None, repr=False)
    """None where it is not managed."""
    pin: Pin | None = field(default=None, repr=False)
    """None where the cloud does not list it."""


def shown_codes(room: LockCodes, guests: Mapping[str, Guest]) -> tuple[ShownCode, ...]:
    """Return the codes of a lock, by name."""
    sights = _sights(room)
    ours = [
        _ours(code, guests[code.guest_id], sights.get(code.guest_id, UNSEEN).pin)
        for code in room.codes.values()
    ]
    others = [_other(pin) for pin in unmanaged(room)]
    return tuple(
        sorted([*ours, *others], key=lambda code: (code.name.casefold(), code.code_id))
    )


def find_in(room: LockCodes, guests: Mapping[str, Guest], word: str) -> Found | None:
    """Return what an id or a name stands for; None when it is nothing, or not one thing.

    An id is asked for first: a guest who is called like the id of another is not that other.
    """
    if (code := room.codes.get(word)) is not None:
        return Found(code=code, pin=listed_pin(room, code))
    wanted = same_name(word)
    others = list(unmanaged(room))
    found = [pin for pin in others if pin_key(pin) == word]
    if not found:
        for code in room.codes.values():
            if same_name(guests[code.guest_id].name) == wanted:
                return Found(code=code, pin=listed_pin(room, code))
        found = [pin for pin in others if same_name(pin_name(pin)) == wanted]
    return Found(pin=found[0]) if len(found) == 1 else None


def listed_pin(room: LockCodes, code: Code) -> Pin | None:
    """Return what the cloud listed last of one of our codes."""
    return listed_pins(room).get(code.guest_id)


def listed_pins(room: LockCodes) -> Mapping[str, Pin]:
    """Return what the cloud listed last of our codes, by guest id."""
    return {
        guest_id: sight.pin
        for guest_id, sight in _sights(room).items()
        if sight.pin is not None
    }


def unmanaged(room: LockCodes) -> Iterator[Pin]:
    """Yield what the cloud listed last and is not ours."""
    if room.listing is None:
        return
    found = {id(sight.pin) for sight in _sights(room).values()}
    for pin in strangers(room.codes.values(), room.listing.pins):
        if id(pin) not in found:
            yield pin


def listed_as(room: LockCodes, code_id: str) -> set[str]:
    """Return the cloud's id of whoever has a code that is not ours, if it is listed with one."""
    pins = () if room.listing is None else room.listing.pins
    return {pin.user_id for pin in pins if pin.user_id and pin_key(pin) == code_id}


def open_others(room: LockCodes) -> int:
    """Return how many codes that are not ours the lock takes."""
    return sum(pin.state is PinState.LOADED for pin in unmanaged(room))


def pin_name(pin: Pin) -> str:
    """Return the name of a code that is not ours."""
    names = " ".join(part for part in (pin.first_name, pin.last_name) if part)
    return " ".join(names.split()) or f"#{pin.slot if pin.slot is not None else '?'}"


def _sights(room: LockCodes) -> Sights:
    return {} if room.listing is None else room.sights(room.listing)


def _ours(code: Code, guest: Guest, pin: Pin | None) -> ShownCode:
    return ShownCode(
        code_id=code.guest_id,
        name=guest.name,
        managed=True,
        goal=code.goal,
        state=code.state,
        reason=code.reason,
        schedule=code.schedule,
        slot=None if pin is None else pin.slot,
        loaded_at=None if pin is None else pin.loaded_at,
        settled=code.settled,
    )


def _other(pin: Pin) -> ShownCode:
    match pin.state:
        case PinState.LOADED:
            goal, state = Goal.OPEN, CodeState.CONFIRMED
        case PinState.DISABLED:
            goal, state = Goal.SUSPENDED, CodeState.CONFIRMED
        case PinState.DISABLING:
            goal, state = Goal.SUSPENDED, CodeState.SENT
        case PinState.DELETING:
            goal, state = Goal.GONE, CodeState.ENDING
        case _:
            goal, state = Goal.OPEN, CodeState.SENT
    return ShownCode(
        code_id=pin_key(pin),
        name=pin_name(pin),
        managed=False,
        goal=goal,
        state=state,
        schedule=read_schedule(pin),
        slot=pin.slot,
        loaded_at=pin.loaded_at,
        settled=state is CodeState.CONFIRMED,
    )
