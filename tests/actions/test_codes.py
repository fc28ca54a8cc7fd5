"""The actions for the access codes of guests: made, told, changed, suspended, ended."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.exceptions import HomeAssistantError
import probatio as vol
import pytest

from custom_components.yale_august.access_codes.sentences import REASONS, STATES
from custom_components.yale_august.cloud.models import AccessType
from custom_components.yale_august.codes.digits import weakness
from custom_components.yale_august.codes.records import CodeState, Reason
from tests.access_codes.code_home import BACK, FRONT, GUEST, CodeHome
from tests.home import Home
from tests.simulator import Fail
from tests.simulator.accounts import User
from tests.simulator.pinbook import PinState
from tests.simulator.words import Role

from .action_home import ask, ask_one, refusal
from .test_people import loaded

CODE = "739146"
NOT_ALLOWED = {"code": "NotAuthorized", "message": "endpoint not allowed for API key"}
WRITES = ("add_code", "delete_code", "update_code", "enable_code", "disable_code")


@pytest.fixture
async def codes(home: Home) -> CodeHome:
    """Return a home with two locks that take codes, set up."""
    found = CodeHome(home)
    await found.set_up()
    return found


def wish(action: str) -> dict[str, Any]:
    """Return the fields of a call."""
    if action == "get_codes":
        return {}
    return {"name": GUEST} | ({"new_code": True} if action == "update_code" else {})


def test_every_end_has_a_sentence() -> None:
    """Each state and each reason."""
    assert set(STATES) == set(CodeState)
    assert set(REASONS) == set(Reason)


# As Home Assistant's `schlage` has them


async def test_as_schlage(codes: CodeHome) -> None:
    """The three actions take and answer exactly what those of `schlage` do."""
    home = codes.home
    assert await ask_one(home, "get_codes", FRONT) == {}
    start = datetime.now(UTC).replace(microsecond=0)
    window: dict[str, Any] = {
        "start_datetime": start.isoformat(),
        "end_datetime": (start + timedelta(days=1)).isoformat(),
    }
    for name, code, more in (
        ("Always", CODE, {"notify_on_use": True}),
        ("Window", "582604", {"notify_on_use": False, **window}),
    ):
        added = await ask(
            home, "add_code", FRONT, response=False, name=name, code=code, **more
        )
        assert added is None
    told = await ask_one(home, "get_codes", FRONT)
    assert all(
        {"name", "code", "access_code_id", "schedule"} <= one.keys()
        for one in told.values()
    )
    assert all(one["access_code_id"] == code_id for code_id, one in told.items())
    found = {one["name"]: one for one in told.values()}
    assert found["Always"]["code"] == CODE
    assert found["Always"]["schedule"] is None
    schedule = found["Window"]["schedule"]
    assert schedule["type"] == "temporary"
    assert datetime.fromisoformat(schedule["start_datetime"]) == start
    assert datetime.fromisoformat(schedule["end_datetime"]) == start + timedelta(days=1)
    deleted = await ask(home, "delete_code", FRONT, response=False, name=" always ")
    assert deleted is None
    # Not there any more is well.
    assert await ask(home, "delete_code", FRONT, response=False, name="Always") is None
    told = await ask_one(home, "get_codes", FRONT)
    assert [one["name"] for one in told.values()] == ["Window"]
    assert [pin.pin for pin in codes.front.pins.pins] == ["582604"]


@pytest.mark.parametrize("wait", [0, 5])
async def test_delete_and_add_at_once(codes: CodeHome, wait: float) -> None:
    """Who replaces a code so gets the new one, and the lock never has both."""
    home = codes.home
    await ask(home, "add_code", FRONT, name=GUEST, code=CODE)
    await ask(home, "delete_code", FRONT, response=False, name=GUEST, wait=wait)
    answer = await ask_one(home, "add_code", FRONT, name=GUEST, code="582604")
    assert answer["result"] == "confirmed"
    assert codes.pin(codes.front).pin == "582604"
    assert codes.writes(codes.front) == ["load", "delete", "load"]
    await asyncio.gather(
        ask(home, "delete_code", FRONT, response=False, name=GUEST),
        ask(home, "add_code", FRONT, response=False, name=GUEST, code="604582"),
    )
    assert codes.pin(codes.front).pin == "604582"


# Made


async def test_add(codes: CodeHome) -> None:
    """Without a code one is made, told, and on both locks; each says that it has it."""
    answer = await ask(codes.home, "add_code", FRONT, BACK, name=GUEST)
    assert len(answer) == 2
    for lock, told in zip(
        (codes.front, codes.back),
        (answer[codes.home.entity_id("lock", name, "lock")] for name in (FRONT, BACK)),
        strict=True,
    ):
        assert told["result"] == "confirmed"
        assert told["settled"] is True
        assert lock.name in told["message"]
        assert told["code"] == codes.pin(lock).pin
        assert weakness(told["code"]) is None
    assert codes.pin(codes.front).pin == codes.pin(codes.back).pin
    (one,) = (await ask_one(codes.home, "get_codes", BACK)).values()
    assert one["code"] == codes.pin(codes.back).pin
    assert (one["managed"], one["goal"], one["state"]) == (True, "open", "confirmed")


async def test_codes_of_their_own(codes: CodeHome) -> None:
    """A guest may have another code on each lock."""
    answer = await ask(codes.home, "add_code", FRONT, BACK, name=GUEST, same_code=False)
    assert len({told["code"] for told in answer.values()}) == 2


async def test_typed_code_is_not_repeated(codes: CodeHome) -> None:
    """The answer has asterisks in its place."""
    answer = await ask_one(codes.home, "add_code", FRONT, name=GUEST, code=CODE)
    assert set(answer["code"]) == {"*"}
    assert codes.pin(codes.front).pin == CODE
    (one,) = (await ask_one(codes.home, "get_codes", FRONT, masked=True)).values()
    assert set(one["code"]) == {"*"}


async def test_weekly(codes: CodeHome) -> None:
    """Days and times go to the lock, and come back as `schlage` tells them."""
    await ask(
        codes.home,
        "add_code",
        FRONT,
        name=GUEST,
        days=["mo", "fr"],
        start_time="08:00:00",
        end_time="12:30:00",
    )
    assert codes.pin(codes.front).access_type == AccessType.RECURRING
    (one,) = (await ask_one(codes.home, "get_codes", FRONT)).values()
    schedule = one["schedule"]
    assert schedule["type"] == "recurring"
    assert (schedule["start_time"], schedule["end_time"]) == ("08:00:00", "12:30:00")
    assert {day for day, on in schedule["days_of_week"].items() if on} == {
        "mon",
        "fri",
    }


async def test_times_are_those_of_the_lock(codes: CodeHome) -> None:
    """A time without a zone is the lock's own; two clocks would make two moments of it."""
    home = codes.home
    year = datetime.now(UTC).year + 1
    window: dict[str, Any] = {
        "start_datetime": f"{year}-07-01 10:00:00",
        "end_datetime": f"{year}-07-02 10:00:00",
    }
    await ask(home, "add_code", FRONT, name=GUEST, **window)
    (one,) = (await ask_one(home, "get_codes", FRONT)).values()
    assert one["schedule"]["start_datetime"] == f"{year}-07-01T10:00:00+02:00"
    # Of an hour that comes twice the offset says which.
    twice: dict[str, Any] = {
        "start_datetime": "2028-10-29T02:30:00+02:00",
        "end_datetime": "2028-10-29T02:30:00+01:00",
    }
    await ask(home, "update_code", FRONT, name=GUEST, **twice)
    (one,) = (await ask_one(home, "get_codes", FRONT)).values()
    assert one["schedule"] == {"type": "temporary", **twice}
    assert codes.pin(codes.front).access_times == (
        "DTSTART=2028-10-29T00:30:00.000Z;DTEND=2028-10-29T01:30:00.000Z"
    )
    codes.back.time_zone = "Europe/Lisbon"
    await home.coordinator(codes.entry, BACK).async_refresh()
    key = await refusal(home, "add_code", FRONT, BACK, name="Two Clocks", **window)
    assert key == "code_two_clocks"


WRONG: Any = [
    ({"start_datetime": "2030-01-01 00:00:00"}, "code_both_dates"),
    ({"days": ["mo"]}, "code_days_and_times"),
    (
        {
            "start_datetime": "2030-01-01 00:00:00",
            "end_datetime": "2030-01-02 00:00:00",
            "days": ["mo"],
        },
        "code_two_schedules",
    ),
    (
        {
            "start_datetime": "2030-01-02 00:00:00",
            "end_datetime": "2030-01-01 00:00:00",
        },
        "code_end_before_start",
    ),
    (
        {
            "start_datetime": "2020-01-01 00:00:00",
            "end_datetime": "2020-01-02 00:00:00",
        },
        "code_window_over",
    ),
    (
        {
            "start_datetime": "2030-03-31 02:30:00",
            "end_datetime": "2030-04-01 00:00:00",
        },
        "code_time_missing",
    ),
    (
        {"days": ["mo"], "start_time": "12:00", "end_time": "08:00"},
        "code_not_within_a_day",
    ),
    ({"code": "123456"}, "code_weak_run"),
    ({"code": "12"}, "code_wrong_length"),
    ({"code": "a1b2c3"}, "code_not_digits"),
]


async def test_wrong_input(codes: CodeHome) -> None:
    """It is refused in words before anything is sent."""
    for data, key in WRONG:
        assert await refusal(codes.home, "add_code", FRONT, name=GUEST, **data) == key
        assert codes.writes(codes.front) == []


async def test_second_code_for_a_guest(codes: CodeHome) -> None:
    """One guest has one code on a lock, and one code is one guest's."""
    await ask(codes.home, "add_code", FRONT, name=GUEST, code=CODE)
    key = await refusal(codes.home, "add_code", FRONT, name="gina guest ")
    assert key == "code_guest_has_code"
    key = await refusal(codes.home, "add_code", FRONT, name="Other", code=CODE)
    assert key == "code_in_use"
    with pytest.raises(vol.Invalid):
        await ask(codes.home, "add_code", FRONT, name=" ")


# Changed


async def test_suspend_and_resume(codes: CodeHome) -> None:
    """It stays on the locks and opens nothing, until it does again."""
    await ask(codes.home, "add_code", FRONT, BACK, name=GUEST)
    answer = await ask(codes.home, "disable_code", FRONT, BACK, name=GUEST)
    assert {told["result"] for told in answer.values()} == {"confirmed"}
    assert codes.pin(codes.front).state is PinState.DISABLED
    (one,) = (await ask_one(codes.home, "get_codes", BACK)).values()
    assert one["goal"] == "suspended"
    await ask(codes.home, "enable_code", FRONT, BACK, name=GUEST)
    assert codes.pin(codes.back).state is PinState.LOADED
    key = await refusal(codes.home, "enable_code", FRONT, name=GUEST)
    assert key == "code_not_suspended"


async def test_update(codes: CodeHome) -> None:
    """Other digits on both locks, other times, another name."""
    home = codes.home
    await ask(home, "add_code", FRONT, BACK, name=GUEST)
    before = codes.pin(codes.front).pin
    answer = await ask(home, "update_code", FRONT, BACK, name=GUEST, new_code=True)
    (code,) = {told["code"] for told in answer.values()}
    assert code == codes.pin(codes.front).pin == codes.pin(codes.back).pin != before
    answer = await ask_one(home, "update_code", FRONT, name=GUEST, code=CODE)
    assert set(answer["code"]) == {"*"}
    assert codes.pin(codes.front).pin == CODE
    await ask(
        home,
        "update_code",
        FRONT,
        name=GUEST,
        days=["su"],
        start_time="00:00",
        end_time="00:00",
    )
    assert codes.pin(codes.front).access_type == AccessType.RECURRING
    answer = await ask_one(home, "update_code", FRONT, name=GUEST, always=True)
    assert "code" not in answer
    assert codes.pin(codes.front).access_type == AccessType.ALWAYS
    await ask(home, "update_code", FRONT, name=GUEST, new_name="Gerda")
    (one,) = (await ask_one(home, "get_codes", FRONT)).values()
    assert (one["name"], one["code"]) == ("Gerda", CODE)


NONSENSE: Any = [
    ({}, "code_nothing_to_change"),
    ({"new_code": True, "code": CODE}, "code_given_and_new"),
    (
        {
            "always": True,
            "days": ["mo"],
            "start_time": "08:00",
            "end_time": "09:00",
        },
        "code_two_schedules",
    ),
]


async def test_update_that_makes_no_sense(codes: CodeHome) -> None:
    """It is refused in words."""
    for data, key in NONSENSE:
        assert (
            await refusal(codes.home, "update_code", FRONT, name=GUEST, **data) == key
        )


async def test_code_made_elsewhere(codes: CodeHome) -> None:
    """It is shown, touched only by its name or id, and one of two of a name is not guessed."""
    home = codes.home
    for slot, digits in ((1, CODE), (2, "582604")):
        user = home.cloud.world.add_user("Ana", "App")
        codes.front.pins.pins.append(loaded(home, user, digits, slot))
    told = await ask_one(home, "get_codes", FRONT)
    assert {one["code"] for one in told.values()} == {CODE, "582604"}
    assert {one["managed"] for one in told.values()} == {False}
    key = await refusal(home, "disable_code", FRONT, name="Ana App")
    assert key == "code_name_twice"
    (code_id,) = (one for one, code in told.items() if code["code"] == CODE)
    answer = await ask_one(home, "delete_code", FRONT, name=code_id)
    assert answer["result"] == "ended"
    assert codes.pin(codes.front).pin == "582604"


# What goes wrong


async def test_no_such_code(codes: CodeHome) -> None:
    """It is said; only for deleting it is well."""
    answer = await ask_one(codes.home, "delete_code", FRONT, name=GUEST)
    assert answer["result"] == "not_there"
    assert FRONT in answer["message"]
    for action in ("update_code", "enable_code", "disable_code"):
        key = await refusal(codes.home, action, FRONT, **wish(action))
        assert key == "code_unknown"
    assert codes.writes(codes.front) == []


async def test_one_of_two_locks(codes: CodeHome) -> None:
    """Each answers for itself: one is offline, and goes on by itself."""
    home = codes.home
    await codes.cloud.faults.bridge_offline(codes.back)
    answer = await ask(home, "add_code", FRONT, BACK, name=GUEST, wait=1.5)
    front, back = (
        answer[home.entity_id("lock", name, "lock")] for name in (FRONT, BACK)
    )
    assert front["result"] == "confirmed"
    assert back["result"] != "confirmed"
    assert back["settled"] is False
    assert front["code"] == back["code"]
    await codes.cloud.faults.bridge_online(codes.back)
    await codes.reaches(codes.back, CodeState.CONFIRMED)


async def test_lock_that_refuses(codes: CodeHome) -> None:
    """The reason is told, and without an answer it is raised."""
    codes.front.pins.limit = 0
    home = codes.home
    key = await refusal(home, "add_code", FRONT, name=GUEST, code=CODE, response=False)
    assert key == "code_failed"
    answer = await ask(home, "add_code", FRONT, BACK, name="Other", code="582604")
    failed = answer[home.entity_id("lock", FRONT, "lock")]
    assert failed["result"] == "failed"
    assert "no room for another code" in failed["message"]


async def test_code_that_is_not_taken_off(codes: CodeHome) -> None:
    """Nobody is told that a lock does not have a code that may still open it."""
    home = codes.home
    await ask(home, "add_code", FRONT, BACK, name=GUEST)
    told = {"code": 409, "message": "something else"}
    for action, name in (("disable_code", FRONT), ("delete_code", BACK)):
        codes.cloud.faults.add("write_pins", Fail(409, told))
        with pytest.raises(HomeAssistantError, match="may still open") as refusal:
            await ask_one(home, action, name, name=GUEST)
        assert "does not have" not in str(refusal.value)
    await codes.cloud.faults.bridge_offline(codes.back)
    home.coordinator(codes.entry, BACK).async_read_soon()
    await home.shows("binary_sensor", BACK, "connectivity", "off")
    answer = await ask_one(home, "delete_code", BACK, name=GUEST, wait=1)
    assert answer["result"] == "waiting"
    assert str(answer["message"]).startswith("The code may still open Back Door.")


async def test_lock_without_codes(home: Home) -> None:
    """A lock without a keypad has none."""
    home.cloud.add_lock("connect", name=FRONT)
    await home.set_up()
    for action in ("get_codes", *WRITES):
        assert await refusal(home, action, FRONT, **wish(action)) == "no_codes"
    assert home.cloud.requests.count("write_pins") == 0


async def test_role_that_may_not(home: Home) -> None:
    """Codes are the owner's."""
    door = home.cloud.add_lock("keypad", name=FRONT)
    anna: User = home.cloud.world.add_user("Anna", "Other", email="anna@example.com")
    home.cloud.share(door, anna, Role.MANAGER)
    await home.set_up(anna)
    for action in ("get_codes", *WRITES):
        assert await refusal(home, action, FRONT, **wish(action)) == "role_missing"
    assert home.cloud.requests.count("write_pins") == 0


async def test_list_that_cannot_be_read(codes: CodeHome) -> None:
    """Nothing is guessed about what is there; a right that is missing ends it."""
    home = codes.home
    codes.cloud.faults.add("get_pins", Fail(503), times=None)
    for action in ("get_codes", "update_code", "disable_code"):
        key = await refusal(home, action, FRONT, **wish(action))
        assert key == "cloud_unavailable"
    codes.cloud.faults.clear()
    codes.cloud.faults.add("get_pins", Fail(403, NOT_ALLOWED), times=None)
    key = await refusal(home, "get_codes", FRONT)
    assert key == "endpoint_not_allowed"
    for action in WRITES:
        key = await refusal(home, action, FRONT, **wish(action))
        assert key == "code_not_offered"
    assert codes.writes(codes.front) == []
