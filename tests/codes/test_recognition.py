"""Which listed code is ours where the cloud repeats no id of ours: found, in doubt, or not there."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from custom_components.yale_august.cloud.models import Pin, PinAction, PinState
from custom_components.yale_august.codes.recognition import leave_trail, recognise
from custom_components.yale_august.codes.records import (
    Code,
    CodeState,
    Goal,
    Guest,
    Step,
    Trail,
)
from custom_components.yale_august.codes.schedule import ALWAYS
from custom_components.yale_august.codes.sighting import Listing

from .model import KEY, LOCK, START

SOON: Final = timedelta(seconds=2)
FOUND, DOUBTFUL, UNSEEN = "found", "doubtful", "unseen"


def _guest(number: int, first_name: str = "Gina", last_name: str = "Guest") -> Guest:
    return Guest(
        guest_id=f"ha-{number}",
        name=f"{first_name} {last_name}",
        first_name=first_name,
        last_name=last_name,
        same_code=False,
    )


def _code(number: int = 0, **more: object) -> Code:
    """Return a code that was loaded at the start and is listed with no id of ours."""
    trail = Trail(since=START, until=START, first_name="Gina", last_name="Guest")
    return replace(
        Code(
            guest_id=f"ha-{number}",
            lock_id=LOCK,
            goal=Goal.OPEN,
            schedule=ALWAYS,
            state=CodeState.SENT,
            wished_at=START,
            step=_step(),
            trail=trail,
        ),
        **more,  # type: ignore[arg-type]
    )


def _step(after: timedelta = timedelta(), *, accepted: bool | None = None) -> Step:
    return Step(
        action=PinAction.LOAD,
        sent_at=START + after,
        deadline=START + after + timedelta(minutes=3),
        accepted=accepted,
    )


def _trail(**more: object) -> Trail:
    trail = _code().trail
    assert trail is not None
    return replace(trail, **more)  # type: ignore[arg-type]


def _pin(number: int = 0, **more: object) -> Pin:
    """Return a listed code that looks like the one that was loaded, made with no key that is told."""
    return replace(
        Pin(
            pin_id=f"pin-{number}",
            user_id=f"user-{number}",
            state=PinState.CREATED,
            first_name="Gina",
            last_name="Guest",
            created_at=START + SOON,
            pin=f"111{number}",
        ),
        **more,  # type: ignore[arg-type]
    )


def _seen(*pins: Pin, offset: timedelta = timedelta()) -> Listing:
    asked = START + timedelta(minutes=1)
    return Listing(pins=pins, complete=True, asked=asked, key=KEY, offset=offset)


def _look(
    seen: Listing, *codes: Code, digits: dict[str, str] | None = None
) -> list[str]:
    """Return what is seen of each code, in words."""
    sights = recognise(codes, seen, digits or {}, {})
    assert all(sight.pin in (None, *seen.pins) for sight in sights.values())
    return [
        DOUBTFUL if sight.doubtful else UNSEEN if sight.pin is None else FOUND
        for sight in (sights[code.guest_id] for code in codes)
    ]


ONE_CODE: dict[str, tuple[Code, Pin, dict[str, str], str]] = {
    # With the digits at hand
    "its digits and name": (_code(), _pin(), {"ha-0": "1110"}, FOUND),
    "its digits, another name": (
        _code(),
        _pin(first_name="Bob"),
        {"ha-0": "1110"},
        DOUBTFUL,
    ),
    "its digits and our key, another name": (
        _code(),
        _pin(first_name="Bob", api_key=KEY),
        {"ha-0": "1110"},
        FOUND,
    ),
    "its digits and name, another key": (
        _code(),
        _pin(api_key="app"),
        {"ha-0": "1110"},
        DOUBTFUL,
    ),
    "its digits, another name and key": (
        _code(),
        _pin(first_name="Bob", api_key="app"),
        {"ha-0": "1110"},
        UNSEEN,
    ),
    "other digits": (_code(), _pin(api_key=KEY), {"ha-0": "2222"}, UNSEEN),
    "other digits, which it may have": (
        _code(trail=_trail(mixed=True)),
        _pin(api_key=KEY),
        {"ha-0": "2222"},
        FOUND,
    ),
    "digits that are not listed": (_code(), _pin(pin=None), {"ha-0": "1110"}, DOUBTFUL),
    "refused, so that they are another's": (
        _code(step=_step(accepted=False)),
        _pin(),
        {"ha-0": "1110"},
        UNSEEN,
    ),
    "refused, perhaps because the first had come": (
        _code(step=_step(timedelta(minutes=1), accepted=False)),
        _pin(),
        {"ha-0": "1110"},
        FOUND,
    ),
    "listed before": (
        _code(trail=_trail(before=("pin-0",))),
        _pin(api_key=KEY),
        {"ha-0": "1110"},
        UNSEEN,
    ),
    # Without them
    "name and our key": (_code(), _pin(api_key=KEY), {}, FOUND),
    "our key, another name": (
        _code(),
        _pin(api_key=KEY, first_name="Bob"),
        {},
        DOUBTFUL,
    ),
    "name": (_code(), _pin(), {}, DOUBTFUL),
    "name, another key": (_code(), _pin(api_key="app"), {}, DOUBTFUL),
    "another name": (_code(), _pin(last_name="Other"), {}, UNSEEN),
    "name and our key, made long after": (
        _code(),
        _pin(api_key=KEY, created_at=START + timedelta(hours=1)),
        {},
        DOUBTFUL,
    ),
    "the same, when nothing is waited for": (
        _code(step=None, settled=True),
        _pin(api_key=KEY, created_at=START + timedelta(hours=1)),
        {},
        UNSEEN,
    ),
    "name, made long before": (
        _code(),
        _pin(created_at=START - timedelta(hours=1)),
        {},
        UNSEEN,
    ),
    "name and our key, made at no time": (
        _code(),
        _pin(api_key=KEY, created_at=None),
        {},
        DOUBTFUL,
    ),
    "name, made at no time": (_code(), _pin(created_at=None), {}, DOUBTFUL),
    "the same, when nothing is waited for any more": (
        _code(step=None, settled=True),
        _pin(created_at=None),
        {},
        UNSEEN,
    ),
    "somebody else by id": (
        _code(),
        _pin(api_key=KEY, partner_user_id="ha-9"),
        {},
        UNSEEN,
    ),
    "no load": (_code(trail=None), _pin(api_key=KEY), {"ha-0": "1110"}, UNSEEN),
}


@pytest.mark.parametrize("what", ONE_CODE)
def test_one_code(what: str) -> None:
    """What may be ours is doubted, and only what must be is found."""
    code, pin, digits, sight = ONE_CODE[what]
    assert _look(_seen(pin), code, digits=digits) == [sight]


def test_two_of_one_name() -> None:
    """Two of our guests whose names are cut alike are not taken for each other."""
    codes, key = (_code(0), _code(1)), {"api_key": KEY, "last_name": "G"}
    first, second = _pin(0, **key), _pin(1, **key)
    assert _look(_seen(first), *codes) == [DOUBTFUL, DOUBTFUL]
    assert _look(_seen(first, second), *codes) == [DOUBTFUL, DOUBTFUL]
    assert _look(_seen(first, second), codes[0]) == [DOUBTFUL]
    # What is known of one tells of the other.
    assert _look(_seen(first, second), *codes, digits={"ha-1": "1111"}) == [FOUND] * 2
    known = _code(1, trail=None, user_id="user-1")
    assert _look(_seen(first, second), codes[0], known) == [FOUND] * 2
    assert _look(_seen(second), codes[0], known) == [UNSEEN, FOUND]
    # The old one of a change that goes on bears the same user.
    old = replace(second, pin_id="pin-2", state=PinState.DELETING)
    assert _look(_seen(second, old), codes[0], known) == [UNSEEN, FOUND]


def test_known_by_its_user() -> None:
    """What the cloud calls a guest is the same at all locks, but not for what was made elsewhere."""
    users = {"ha-0": {"user-0"}}
    for code, found in ((_code(), _pin()), (_code(adopted=True), None)):
        sights = recognise([code, _code(1)], _seen(_pin()), {}, users)
        assert sights["ha-0"].pin == found
        assert sights["ha-1"].doubtful is (found is None)


@pytest.mark.parametrize(
    ("first_name", "last_name"),
    [
        ("Gina", "Gu"),
        ("Gi", ""),
        ("", ""),
        (" GINA ", "guest"),
        ("Gina Guest", None),
        ("Gína", "Güest"),
    ],
)
def test_cut_names(first_name: str, last_name: str | None) -> None:
    """A name that is cut or trimmed is the same one still."""
    pin = _pin(first_name=first_name, last_name=last_name, api_key=KEY)
    assert _look(_seen(pin), _code()) == [FOUND]


def test_clock() -> None:
    """What is known of the cloud's clock is counted in."""
    hour = timedelta(hours=1)
    pin = _pin(created_at=START + hour + SOON, api_key=KEY)
    assert _look(_seen(pin, offset=hour), _code()) == [FOUND]


def test_trail() -> None:
    """What stood there before is remembered as far as it might pass for ours."""
    old = START - timedelta(days=1)
    seen = _seen(
        _pin(0),
        _pin(1, created_at=old),
        _pin(2, created_at=old, api_key=KEY),
        _pin(3, created_at=None, pin_id=None),
        _pin(4, partner_user_id="ha-4"),
    )
    who = _guest(0, "Gina", "Guest")
    trail = leave_trail(_code(trail=None, step=None), who, START, seen)
    assert trail == _trail(before=("pin-0", "pin-2", "user-3"))
    # Sent once more, it is searched since the first time; sent anew, it may be another.
    later = START + timedelta(minutes=2)
    for tried, mixed in ((PinAction.LOAD, False), (None, True)):
        code = _code(trail=trail, step=None, tried=tried)
        again = leave_trail(code, who, later, _seen(_pin(9)))
        assert again == replace(trail, until=later, mixed=mixed)
    other = leave_trail(
        _code(trail=trail, tried=PinAction.LOAD), _guest(0, "Ada"), later, seen
    )
    assert other.mixed
