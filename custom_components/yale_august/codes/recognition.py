"""Which of the listed codes are ours.

By an id: the partner's own id of the guest, which not every cloud repeats, else the ids that the
cloud has told of the code. What was loaded a moment ago has none of them where nothing is
repeated. Then its digits tell, or where a restart has lost them the API key that it was made
with, each together with the name. What these leave open is not guessed: another person's code
must never pass for ours, and ours must not get lost.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
import unicodedata

from custom_components.yale_august.cloud.models import Pin, PinState

from .records import Code, Guest, Trail
from .sighting import Listing, pin_key

_CLOCKS: Final = timedelta(minutes=2)
"""What the cloud's clock and ours may differ by when it is thought to be known."""
_LATE: Final = timedelta(minutes=3)
"""How long after it was sent a code is made, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a list shows of one of our codes."""

    pin: Pin | None = field(default=None, repr=False)
    doubtful: bool = False
    """Whether something is listed that may be it and may be another's."""


type Sights = Mapping[str, Sight]
"""By guest id."""

UNSEEN: Final = Sight()
DOUBTFUL: Final = Sight(doubtful=True)


def recognise(
    codes: Iterable[Code],
    seen: Listing,
    digits: Mapping[str, str],
    users: Mapping[str, Collection[str]],
) -> Sights:
    """Return what is listed of each code of a lock.

    By guest id: `digits` are those that are to be sent, `users` the ids that the cloud has told
    of the guests at other locks.
    """
    codes = list(codes)
    find = _Index(seen.pins).find
    found = {code.guest_id: find(code, users.get(code.guest_id, ())) for code in codes}
    sights = {
        guest_id: UNSEEN if pin is None else Sight(pin=pin)
        for guest_id, pin in found.items()
    }
    missing = [code for code in codes if found[code.guest_id] is None and _is_out(code)]
    if missing:
        taken = {id(pin) for pin in found.values()}
        free = [
            pin
            for pin in strangers(codes, seen.pins)
            if pin.partner_user_id is None and id(pin) not in taken
        ]
        sights |= _search(missing, free, seen, digits)
    return sights


def strangers(codes: Collection[Code], pins: Iterable[Pin]) -> Iterator[Pin]:
    """Yield the listed codes that bear no id of ours, as the old one of a change may."""
    guests = {code.guest_id for code in codes}
    ids = {code.pin_id for code in codes} - {None}
    users = {code.user_id for code in codes} - {None}
    for pin in pins:
        if not (
            pin.partner_user_id in guests or pin.pin_id in ids or pin.user_id in users
        ):
            yield pin


def leave_trail(code: Code, guest: Guest, now: datetime, seen: Listing) -> Trail:
    """Return by what a code can be recognised that is loaded now, after this list."""
    old = code.trail
    new = Trail(
        since=now, until=now, first_name=guest.first_name, last_name=guest.last_name
    )
    if old is None:
        before = (pin_key(pin) for pin in seen.pins if _might_pass(pin, new, seen))
        return replace(new, before=tuple(before))
    is_same = (old.first_name, old.last_name) == (new.first_name, new.last_name)
    return replace(
        new,
        since=old.since,
        before=old.before,
        mixed=old.mixed or not is_same or code.tried is None,
    )


class _Index:
    """The listed codes by each of their ids."""

    def __init__(self, pins: Iterable[Pin]) -> None:
        self._by: dict[tuple[str, str], list[Pin]] = defaultdict(list)
        for pin in pins:
            for name in ("partner_user_id", "pin_id", "user_id"):
                if (value := getattr(pin, name)) is not None:
                    self._by[name, value].append(pin)

    def find(self, code: Code, users: Iterable[str]) -> Pin | None:
        """Return the code that bears an id of one of ours."""
        users = () if code.adopted else users
        for key in (
            ("partner_user_id", code.guest_id),
            ("pin_id", code.pin_id),
            *(("user_id", user_id) for user_id in (code.user_id, *users)),
        ):
            if key[1] is not None and (found := self._by.get((key[0], key[1]))):
                return _standing(found)
        return None


def _standing(found: Iterable[Pin]) -> Pin:
    """Return the one that stays where the lock is between an old one and a new one."""
    return min(found, key=lambda pin: pin.state is PinState.DELETING)


def _is_out(code: Code) -> bool:
    """Return whether something was loaded for a code that may be listed without an id of ours."""
    trail, step = code.trail, code.step
    if trail is None:
        return False
    is_refused = step is not None and step.accepted is False
    return not (is_refused and step is not None and step.sent_at == trail.since)


def _search(
    codes: Collection[Code],
    free: list[Pin],
    seen: Listing,
    digits: Mapping[str, str],
) -> dict[str, Sight]:
    """Return what is listed of codes that no id tells, among codes that bear none of ours."""
    sights = {}
    for code in codes:
        wanted = digits.get(code.guest_id)
        same = [
            pin
            for pin in free
            if wanted is not None and pin.pin == wanted and _has_digits(code, pin, seen)
        ]
        if same:
            pin, is_by_us = _standing(same), seen.is_by_us(_standing(same))
            is_sure = is_by_us or (is_by_us is None and _is_named(code, pin))
            sights[code.guest_id] = Sight(pin=pin) if is_sure else DOUBTFUL
            free = [one for one in free if one is not pin]
    rest = [code for code in codes if code.guest_id not in sights]
    chances = {
        code.guest_id: [
            pin
            for pin in free
            if _is_chance(code, pin, seen, digits.get(code.guest_id))
        ]
        for code in rest
    }
    sure = {
        code.guest_id: [
            pin for pin in chances[code.guest_id] if _is_sure(code, pin, seen)
        ]
        for code in rest
    }
    wooed = Counter(id(pin) for pins in sure.values() for pin in pins)
    taken = set()
    for guest_id, pins in sure.items():
        if len(pins) == 1 and wooed[id(pins[0])] == 1:
            sights[guest_id] = Sight(pin=pins[0])
            taken.add(id(pins[0]))
    for guest_id, pins in chances.items():
        if guest_id not in sights and any(id(pin) not in taken for pin in pins):
            sights[guest_id] = DOUBTFUL
    return sights


def _is_new(code: Code, pin: Pin) -> bool:
    """Return whether a listed code was not there before ours was sent."""
    return code.trail is not None and pin_key(pin) not in code.trail.before


def _has_digits(code: Code, pin: Pin, seen: Listing) -> bool:
    """Return whether a listed code with the digits of ours may be it."""
    is_anothers = seen.is_by_us(pin) is False and not _is_named(code, pin)
    return _is_new(code, pin) and not is_anothers


def _is_chance(code: Code, pin: Pin, seen: Listing, wanted: str | None) -> bool:
    """Return whether a listed code may be one of ours, whose digits do not tell."""
    trail = code.trail
    if trail is None or not _is_new(code, pin):
        return False
    if None not in (wanted, pin.pin) and not trail.mixed:
        return False
    made_at = seen.made_at(pin)
    is_in_time = made_at is not None and _is_in_time(trail, made_at)
    if seen.is_by_us(pin):
        return is_in_time or not code.settled
    may_be_in_time = is_in_time or (made_at is None and not code.settled)
    return may_be_in_time and _is_named(code, pin)


def _is_sure(code: Code, pin: Pin, seen: Listing) -> bool:
    """Return whether a chance is more than that, if there is no other."""
    made_at = seen.made_at(pin)
    return (
        code.trail is not None
        and made_at is not None
        and _is_in_time(code.trail, made_at)
        and seen.is_by_us(pin) is True
        and _is_named(code, pin)
    )


def _is_in_time(trail: Trail, made_at: datetime) -> bool:
    return trail.since - _CLOCKS <= made_at <= trail.until + _LATE


def _might_pass(pin: Pin, trail: Trail, seen: Listing) -> bool:
    """Return whether a code that is there already would be a chance, were it new."""
    made_at = seen.made_at(pin)
    return pin.partner_user_id is None and (
        made_at is None or _is_in_time(trail, made_at) or seen.is_by_us(pin) is True
    )


def _is_named(code: Code, pin: Pin) -> bool:
    """Return whether a listed name is the one that was sent, whole or cut."""
    if code.trail is None:
        return False
    sent = [_plain(code.trail.first_name), _plain(code.trail.last_name)]
    told = [_plain(pin.first_name or ""), _plain(pin.last_name or "")]
    return "".join(sent).startswith("".join(told)) or all(
        map(str.startswith, sent, told)
    )


def _plain(name: str) -> str:
    """Return what is left of a name when blanks, signs, accents and case are gone."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(part for part in parts if part.isalnum())
