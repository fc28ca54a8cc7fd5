"""Reading what cannot be trusted."""

from datetime import UTC, datetime
from time import tzset
from typing import Any

import pytest

from custom_components.yale_august.cloud.models.json import (
    Fields,
    Problems,
    boolean,
    integer,
    lock_id,
    number,
    text,
    timestamp,
    word,
)


def utc(*parts: int) -> datetime:
    """Return a time in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2026-03-01T07:08:09.123Z", utc(2026, 3, 1, 7, 8, 9, 123000)),
        ("2026-03-01t07:08:09z", utc(2026, 3, 1, 7, 8, 9)),
        ("2026-03-01T07:08:09+02:00", utc(2026, 3, 1, 5, 8, 9)),
        ("2026-03-01T07:08:09.123456789-0130", utc(2026, 3, 1, 8, 38, 9, 123456)),
        ("2026-03-01T07:08:09", utc(2026, 3, 1, 7, 8, 9)),
        ("2026-03-01 07:08", utc(2026, 3, 1, 7, 8)),
        ("2026-03-01", utc(2026, 3, 1)),
        (1772348889123, utc(2026, 3, 1, 7, 8, 9, 123000)),
        (1772348889123.0, utc(2026, 3, 1, 7, 8, 9, 123000)),
        ("2000-01-01T00:00:00Z", utc(2000, 1, 1)),
        ("1999-12-31T23:59:59.999Z", None),
        ("2099-12-31T23:59:59Z", utc(2099, 12, 31, 23, 59, 59)),
        ("2100-01-01T00:00:00Z", None),
        # Artefacts, and clocks that were never set.
        ("2000-00-00T00:00:00.000Z", None),
        ("1970-01-01T00:00:00.000Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("2026-03-01T07:08:09+99:00", None),
        ("2026-02-30T00:00:00Z", None),
        ("20260301T070809Z", None),
        ("2026-W09-7", None),
        ("yesterday", None),
        ("", None),
        (0, None),
        (-1, None),
        # Seconds where milliseconds have to be.
        (1772348889, None),
        (10**400, None),
        (1e300, None),
        (float("nan"), None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_timestamp(value: object, time: datetime | None) -> None:
    """A time is aware and in UTC, or there is none."""
    found = timestamp(value)
    assert found == time
    assert found is None or found.tzinfo is UTC


def test_time_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A time without offset is the cloud's and not that of this machine."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        tzset()
        found = timestamp("2026-03-01T07:08:09")
    tzset()
    assert found == utc(2026, 3, 1, 7, 8, 9)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (3, 3.0),
        (-0.5, -0.5),
        (10**400, None),
        (float("inf"), None),
        (float("nan"), None),
        (True, None),
        ("3", None),
        (None, None),
    ],
)
def test_number(value: object, found: float | None) -> None:
    """Only finite numbers are numbers."""
    assert number(value) == found


@pytest.mark.parametrize(
    ("value", "found"), [(3, 3), (3.0, 3), (3.5, None), (False, None), ("3", None)]
)
def test_integer(value: object, found: int | None) -> None:
    """Only whole numbers are whole numbers."""
    assert integer(value) == found
    assert type(integer(value)) is type(found)


@pytest.mark.parametrize(
    ("value", "found"),
    [(True, True), (False, False), (1, None), (0, None), ("true", None), (None, None)],
)
def test_boolean(value: object, found: bool | None) -> None:
    """Nothing but true and false is true or false."""
    assert boolean(value) is found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Türe", "Türe"),
        ("half \ud800 a pair", "half ? a pair"),
        ("", None),
        (" \n", None),
        (5, None),
        (None, None),
    ],
)
def test_text(value: object, found: str | None) -> None:
    """A text says something and can be stored."""
    assert text(value) == found


def test_word() -> None:
    """Only letters that have one lower case are folded."""
    assert word("kAugLockState_Locked") == "kauglockstate_locked"
    assert word("LOC\N{KELVIN SIGN}ED") == "LOC\N{KELVIN SIGN}ED"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("0A1B2C3D4E5F60718293A4B5C6D7E8F9", "0A1B2C3D4E5F60718293A4B5C6D7E8F9"),
        ("0a1b2c3d4e5f60718293a4b5c6d7e8f9", "0A1B2C3D4E5F60718293A4B5C6D7E8F9"),
        ("0A1B2C3D4E5F60718293A4B5C6D7E8F", None),
        ("0A1B2C3D4E5F60718293A4B5C6D7E8FG", None),
        ("0A1B2C3D4E5F60718293A4B5C6D7E8F\N{ARABIC-INDIC DIGIT ONE}", None),
        ("0A1B2C3D4E5F60718293A4B5C6D7E8\N{LATIN SMALL LIGATURE FF}", None),
        ("../0A1B2C3D4E5F60718293A4B5C6D7E8F9", None),
        (10**31, None),
    ],
)
def test_lock_id(value: object, found: str | None) -> None:
    """A lock's id is what the cloud takes in an address."""
    assert lock_id(value) == found


def test_problems() -> None:
    """What cannot be read is named once, where it stands, without its value."""
    payload: dict[str, Any] = {
        "battery": "secret",
        "LockStatus": {"dateTime": "secret"},
        "users": ["secret"],
        "Bridge": "secret",
        "skuNumber": None,
        "LockName": "",
    }
    problems = Problems()
    fields = Fields(payload, problems)
    for _ in range(2):
        assert fields.number("battery") is None
        assert fields.inner("LockStatus").timestamp("dateTime") is None
        assert fields.table("users") == {}
        assert len(fields.inner("Bridge")) == 0
        assert fields.text("skuNumber", "LockName", "other") is None
    assert str(problems) == "battery, LockStatus.dateTime, users, Bridge"
    assert list(problems) == str(problems).split(", ")
    assert len(problems) == 4
    assert not problems.whole


@pytest.mark.parametrize("data", [None, "text", 3, [], [{}]])
def test_no_object(data: object) -> None:
    """Where an object has to be and is none, the whole payload is wrong."""
    problems = Problems()
    fields = Fields(data, problems)
    assert not fields.intact
    assert not len(fields)
    assert problems.whole
    assert str(problems) == "payload"


def test_first_that_can_be_read() -> None:
    """Of several spellings the first that can be read counts."""
    fields = Fields({"a": 3, "b": "bee", "c": "sea", "d": ["one", 2, "three"]})
    assert fields.text("a", "b", "c") == "bee"
    assert str(fields.problems) == "a"
    assert fields.texts("d") == ("one", "three")
    assert fields.texts("b") == ()
    assert str(fields.problems) == "a, d[], b"


def test_choice() -> None:
    """A word that is not on the list is a problem."""
    fields = Fields({"a": "Online", "b": "dreaming", "c": None, "d": 7})
    words = {"online": True, "offline": False}
    assert fields.choice("a", words) is True
    assert [fields.choice(name, words) for name in "bcde"] == [None] * 4
    assert str(fields.problems) == "b, d"
