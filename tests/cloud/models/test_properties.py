"""Whatever JSON comes: nothing raises, nothing is guessed, nothing leaks."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Final

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.yale_august.cloud.models import (
    AccessType,
    AddedUser,
    BoltState,
    Capabilities,
    Delivery,
    DoorState,
    ExtendedResult,
    GuestList,
    House,
    LockDetail,
    LockStatus,
    OfflineKeys,
    Operation,
    Pin,
    PinAction,
    PinCommand,
    PinGroups,
    PinReceipt,
    Problems,
    PushMessage,
    ReservedPin,
    Subscriber,
    SubUserLogin,
    SubUserPage,
    Topic,
    Webhook,
    read_activities,
    read_houses,
    read_locks,
)

from . import payloads

type Path = tuple[str | int, ...]

SETTLED: Final = {
    BoltState.LOCKED: {"locked"},
    BoltState.UNLOCKED: {"unlocked"},
    BoltState.UNLATCHED: {"unlatched"},
    BoltState.SECURE: {"securemode"},
}
ACTIONS: Final = {
    BoltState.LOCKED: {"lock"},
    BoltState.UNLOCKED: {"unlock"},
    BoltState.UNLATCHED: {"unlatch"},
    BoltState.SECURE: {"secure"},
}
DOORS: Final = {DoorState.CLOSED: {"closed"}, DoorState.OPEN: {"open", "ajar"}}


@dataclass(frozen=True)
class Case:
    """A reader, a payload that it can read, and where that payload may speak of bolt and door."""

    read: Callable[[object, Problems | None], object]
    payload: Any
    bolts: tuple[Path, ...] = ()
    doors: tuple[Path, ...] = ()
    actions: Mapping[BoltState, set[str]] = field(default_factory=lambda: ACTIONS)
    valid: Path | None = None
    is_silent: bool = False
    """Whether it says nothing of them as it stands."""


DETAIL: Final = payloads.changed(
    payloads.LOCK, waHub=payloads.HUB, remoteAdapter=payloads.ADAPTER
)
CASES: Final = {
    "lock": Case(
        LockDetail.from_json,
        DETAIL,
        bolts=(("LockStatus", "status"),),
        doors=(("LockStatus", "doorState"),),
        actions={},
        valid=("LockStatus", "valid"),
    ),
    "status": Case(
        LockStatus.from_json,
        payloads.STATUS,
        bolts=(("status",),),
        doors=(("doorState",),),
        actions={},
        valid=("valid",),
    ),
    "operation": Case(
        Operation.from_json,
        payloads.changed(
            payloads.OPERATION,
            extendedfunction={
                "function": "vacationMode",
                "info": {"hidden": "hidden"},
            },
        ),
        bolts=(("status",),),
        doors=(("doorState",),),
        actions={},
    ),
    "push": Case(
        PushMessage.from_json,
        payloads.PUSH,
        bolts=(("lockAction",), ("status",)),
        doors=(("doorState",),),
    ),
    "failed push": Case(
        PushMessage.from_json,
        payloads.FAILED_PUSH,
        bolts=(("lockAction",), ("status",)),
        doors=(("doorState",),),
        is_silent=True,
    ),
    "delivery": Case(
        Delivery.from_json,
        payloads.DELIVERY,
        bolts=(("Event",),),
        doors=(("Event",),),
        actions={
            **ACTIONS,
            BoltState.LOCKED: {"lock", "onetouchlock"},
        },
    ),
    "keys": Case(
        OfflineKeys.from_json,
        {
            "LockID": payloads.LOCK_ID,
            "OfflineKeys": {
                "loaded": [
                    {"key": payloads.OTHER_LOCK_ID, "slot": 1, "UserID": "hidden"}
                ]
            },
        },
    ),
    "locks": Case(read_locks, payloads.LOCKS),
    "pins": Case(PinGroups.from_json, payloads.PINS),
    "pin": Case(Pin.from_json, payloads.PIN),
    "receipt": Case(PinReceipt.from_json, {"transactionID": "t"}),
    "reserved": Case(ReservedPin.from_json, {"pin": "0048291", "slot": 3}),
    "house": Case(
        House.from_json, payloads.changed(payloads.HOUSE, HouseID=payloads.HOUSE_ID)
    ),
    "houses": Case(read_houses, {"houses": [payloads.HOUSE_SUMMARY]}),
    "sub-users": Case(SubUserPage.from_json, payloads.SUB_USERS),
    "sub-user": Case(SubUserLogin.from_json, payloads.SUB_USER_LOGIN),
    "added": Case(AddedUser.from_json, {"invitedUserID": "hidden-invited"}),
    "guests": Case(GuestList.from_json, payloads.GUESTS),
    "capabilities": Case(Capabilities.from_json, payloads.CAPABILITIES),
    "feed": Case(read_activities, {"events": [payloads.EVENT]}),
    "old feed": Case(read_activities, [payloads.OLD_EVENT]),
    "subscriber": Case(Subscriber.from_json, payloads.SUBSCRIBER),
}

# Words that are, or look like, those of the vendor; text with halves of surrogate pairs.
WORDS: Final = st.one_of(
    st.sampled_from(
        [
            word
            for group in (*SETTLED.values(), *ACTIONS.values(), *DOORS.values())
            for word in group
        ]
    ),
    st.sampled_from(
        [
            "locking",
            "unknown",
            "shabbatmode",
            "UnknownStaticPosition",
            "lockedd",
            "un locked",
            "loc\N{KELVIN SIGN}ed",
            "ajar",
            "init",
            "onetouchlock",
            "invalidcode",
            "DoorStateChanged",
            "associated_bridge_online",
            "operation",
            "true",
            "1",
            "2000-00-00T00:00:00Z",
        ]
    ),
)
TEXTS: Final = st.one_of(
    st.builds(
        "{}{}".format,
        st.sampled_from(
            ["", "kAugLockState_", "kAugDoorState_", "kAugLockDoorState_", "KAUG", " "]
        ),
        WORDS,
    ),
    st.text(st.characters(exclude_categories=()), max_size=8),
)
JSON: Final = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(min_value=10**12, max_value=10**14),
        st.just(10**400),
        st.floats(),
        TEXTS,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(
                TEXTS, st.sampled_from(["status", "doorState", "Event", "current"])
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)
FAST: Final = settings(deadline=None, max_examples=80, database=None)

each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """Go through the places of a payload, without its top."""
    inside: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(value, dict):
        inside = iter(value.items())
    elif isinstance(value, list):
        inside = iter(enumerate(value))
    for key, one in inside:
        yield (*path, key)
        yield from paths(one, (*path, key))


def at(value: Any, path: Path) -> Any:
    """Return what stands at a place, None if there is no such place."""
    for key in path:
        try:
            value = value[key]
        except KeyError, IndexError, TypeError:
            return None
    return value


def replaced(payload: Any, path: Path, value: object) -> Any:
    """Return a copy with another value at a place."""
    copy = deepcopy(payload)
    at(copy, path[:-1])[path[-1]] = value
    return copy


@st.composite
def damaged(draw: st.DrawFn, case: Case) -> Any:
    """Draw the payload of a case with arbitrary JSON in one to three places."""
    payload = case.payload
    for _ in range(draw(st.integers(1, 3))):
        # Words of bolt and door are hit as often as all the rest.
        open_paths = list(paths(payload))
        told = [path for path in (*case.bolts, *case.doors) if path in open_paths]
        place = st.sampled_from(open_paths)
        if told:
            place = st.one_of(place, st.sampled_from(told))
        payload = replaced(payload, draw(place), draw(JSON))
        if not list(paths(payload)):
            break
    return payload


def parts(value: object) -> Iterator[object]:
    """Go through everything that a model holds, but the raw answer of an extended function."""
    yield value
    if is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            if not isinstance(value, ExtendedResult):
                yield from parts(getattr(value, one.name))
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from parts(key)
            yield from parts(one)
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from parts(one)


def assert_said(case: Case, payload: object, model: object) -> None:
    """Nothing stands in a model for bolt and door that the payload does not say in a known word."""
    for state in parts(model):
        if isinstance(state, BoltState) and state in SETTLED:
            words = {
                f"{prefix}{word}"
                for word in SETTLED[state]
                for prefix in ("", "kauglockstate_")
            } | case.actions.get(state, set())
            assert any(spells(at(payload, path), words) for path in case.bolts)
        if isinstance(state, DoorState) and state in DOORS:
            words = {
                f"{prefix}{word}"
                for word in DOORS[state]
                for prefix in ("", "kaugdoorstate_", "kauglockdoorstate_")
            }
            assert any(spells(at(payload, path), words) for path in case.doors)


def spells(token: object, words: set[str]) -> bool:
    """Tell whether this is one of some words, in letters that need no knowledge of Unicode."""
    return isinstance(token, str) and token.isascii() and token.lower() in words


def assert_sound(model: object) -> None:
    """Everything can be stored and compared: texts encoded, times in UTC, numbers finite."""
    for part in parts(model):
        if isinstance(part, str):
            part.encode()
        elif isinstance(part, datetime):
            assert part.tzinfo is UTC
        elif isinstance(part, float):
            assert part - part == 0
    assert model == model  # noqa: PLR0124
    repr(model)


@each_case
@FAST
@given(data=st.data())
def test_any_json(case: Case, data: st.DataObject) -> None:
    """Any JSON at all: nothing raises, nothing is guessed."""
    payload = data.draw(JSON)
    problems = Problems()
    model = case.read(payload, problems)
    assert_said(case, payload, model)
    assert_sound(model)
    assert case.read(payload, None) == model


@each_case
@FAST
@given(data=st.data())
def test_any_json_in_a_field(case: Case, data: st.DataObject) -> None:
    """Any JSON in any field: nothing raises, nothing is guessed."""
    payload = data.draw(damaged(case))
    model = case.read(payload, None)
    assert_said(case, payload, model)
    assert_sound(model)


@pytest.mark.parametrize("name", ["lock", "status"])
@FAST
@given(data=st.data())
def test_nothing_without_validity(name: str, data: st.DataObject) -> None:
    """What the cloud does not vouch for is unknown, whatever else it says."""
    case = CASES[name]
    assert case.valid is not None
    doubt = data.draw(JSON.filter(lambda value: value not in (None, True)))
    model = case.read(replaced(case.payload, case.valid, doubt), None)
    states = {part for part in parts(model) if isinstance(part, BoltState | DoorState)}
    assert states == {BoltState.UNKNOWN, DoorState.UNKNOWN}


@each_case
@FAST
@given(data=st.data())
def test_problems_hold_no_values(case: Case, data: st.DataObject) -> None:
    """A problem names a field of ours; values and names that are data stay out of it."""
    path = data.draw(st.sampled_from(list(paths(case.payload))))
    marked = data.draw(
        st.sampled_from(
            ["marked", ["marked"], {"marked": "marked"}, [{"marked": "marked"}]]
        )
    )
    problems = Problems()
    case.read(replaced(case.payload, path, marked), problems)
    case.read({"marked": ["marked", {"state": "marked"}]}, problems)
    case.read("marked", problems)
    assert "marked" not in str(problems)
    assert not any(one in str(problems) for one in ("hidden", payloads.LOCK_ID))


def test_undamaged() -> None:
    """The payloads that are damaged above are good ones, and say something of bolt and door."""
    for name, case in CASES.items():
        problems = Problems()
        model = case.read(case.payload, problems)
        assert str(problems) == "", name
        settled = {part for part in parts(model) if isinstance(part, BoltState)}
        speaks = case.bolts and not case.is_silent
        assert settled == ({BoltState.LOCKED} if speaks else set()), name


@each_case
def test_nothing_hidden_is_shown(case: Case) -> None:
    """Codes, tokens, keys, ids of people and things, and names are not in a model's text."""
    shown = " ".join(
        repr(part)
        for part in parts(case.read(case.payload, None))
        if is_dataclass(part)
    )
    for hidden in ("hidden", "0048291", payloads.LOCK_ID, payloads.OTHER_LOCK_ID):
        assert hidden not in shown


def test_nothing_hidden_is_sent_to_the_log() -> None:
    """What we send is hidden just as well."""
    command = PinCommand(
        action=PinAction.LOAD,
        access_type=AccessType.ALWAYS,
        pin="0048291",
        user_id="hidden",
        partner_user_id="hidden",
        first_name="hidden",
        last_name="hidden",
    )
    webhook = Webhook(
        url="https://home.invalid/hidden",
        client_id="hidden",
        topics=(Topic.OPERATION,),
        header="x-hook",
        token="hidden",
    )
    for shown in (repr(command), repr(webhook)):
        assert "hidden" not in shown
        assert "0048291" not in shown
    assert "x-hook" in repr(webhook)


def test_secrets_without_use_are_not_read() -> None:
    """Keys, pairing codes, channels and identifiers of people are in no model at all."""
    held = {
        part for part in parts(LockDetail.from_json(DETAIL)) if isinstance(part, str)
    }
    for secret in (
        "hidden-operate-secret",
        "hidden-homekit-payload",
        "hidden-channel",
        "hidden-ble-key",
        "hidden-homekit-key",
        "hidden-key-owner",
        "hidden-digits",
        "hidden-key",
        "hidden-invitation",
        "hidden-dsk",
        "hidden-installer",
        "email:hidden@example.invalid",
        "phone:+000000000",
    ):
        assert secret not in held
    assert "hidden lock name" in held
