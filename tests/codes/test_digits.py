"""Digits: what a lock takes, what is easy to guess, and new ones."""

from collections.abc import Container
from typing import Final

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.yale_august.cloud.models import KeypadCapabilities
from custom_components.yale_august.codes.digits import (
    FALLBACK,
    DigitsRefused,
    Length,
    check_digits,
    generate,
    length_of,
    weakness,
)

FAST: Final = settings(deadline=None, max_examples=80, database=None)

lengths = st.tuples(st.integers(4, 14), st.integers(4, 14)).map(
    lambda pair: Length(minimum=min(pair), maximum=max(pair))
)


class AllBut:
    """All codes but these are used."""

    def __init__(self, *free: str) -> None:
        """Leave these."""
        self._free = free

    def __contains__(self, digits: object) -> bool:
        """Whether a code is used."""
        return digits not in self._free


@pytest.mark.parametrize(
    ("digits", "reason"),
    [
        ("0000", "same"),
        ("777777", "same"),
        ("1234", "run"),
        ("4321", "run"),
        ("890123", "run"),
        ("0987", "run"),
        ("2468", "run"),
        ("1212", "repeats"),
        ("482482", "repeats"),
        ("12121", "repeats"),
        ("1122", "repeats"),
        ("335577", "repeats"),
        ("1221", "repeats"),
        ("1112", "few_digits"),
        ("0000001", "few_digits"),
        ("121121", "repeats"),
        ("122112112", "few_digits"),
        ("1984", "year"),
        ("2031", "year"),
        ("24121984", "date"),
        ("12241984", "date"),
        ("19841224", "date"),
        ("241226", "date"),
        ("261224", "date"),
        ("4829", None),
        ("2184", None),
        ("482913", None),
        ("311184", None),
        ("0048291", None),
        ("30021984", None),
        ("99999912345", None),
    ],
)
def test_weakness(digits: str, reason: str | None) -> None:
    """What people try first is weak."""
    assert weakness(digits) == (None if reason is None else f"code_weak_{reason}")


@FAST
@given(lengths, st.sets(st.integers(0, 9999).map("{:04}".format), max_size=300))
def test_generated(length: Length, used: set[str]) -> None:
    """A new code is fit for the lock, free and not weak, and six digits long if it may."""
    digits = generate(length, used)
    check_digits(digits, length, used)
    assert len(digits) == min(max(6, length.minimum), length.maximum)


def test_generated_by_chance() -> None:
    """Two codes differ."""
    assert len({generate(FALLBACK, ()) for _ in range(20)}) > 15


def test_last_free_code() -> None:
    """The last code that is free is found, and then there is none."""
    four = Length(minimum=4, maximum=4)
    assert generate(four, AllBut("4829")) == "4829"
    assert generate(Length(minimum=4, maximum=6), AllBut("48291")) == "48291"
    for used in (AllBut(), AllBut("1234")):
        with pytest.raises(DigitsRefused) as caught:
            generate(four, used)
        assert caught.value.key == "code_exhausted"


@pytest.mark.parametrize(
    ("digits", "used", "key"),
    [
        ("482913", (), None),
        ("482913", {"482914"}, None),
        ("482913", {"482913"}, "code_in_use"),
        ("482", (), "code_wrong_length"),
        ("482913746", (), "code_wrong_length"),
        ("", (), "code_not_digits"),
        ("48 29", (), "code_not_digits"),
        ("٤٨٢٩", (), "code_not_digits"),
        ("48²9", (), "code_not_digits"),
        ("****", (), "code_not_digits"),
        ("1234", (), "code_weak_run"),
    ],
)
def test_check(digits: str, used: Container[str], key: str | None) -> None:
    """Wrong digits are refused with a reason that does not tell them."""
    if key is None:
        check_digits(digits, FALLBACK, used)
        return
    with pytest.raises(DigitsRefused) as caught:
        check_digits(digits, FALLBACK, used)
    assert caught.value.key == key
    assert not digits or digits not in f"{caught.value!r} {caught.value.placeholders}"


def test_who_insists() -> None:
    """A weak code passes for who insists, a used one does not."""
    check_digits("1234", FALLBACK, (), weak=True)
    with pytest.raises(DigitsRefused):
        check_digits("1234", FALLBACK, {"1234"}, weak=True)


@pytest.mark.parametrize(
    ("least", "most", "lock_type", "expected"),
    [
        (None, None, None, (4, 8)),
        (None, None, 2, (4, 8)),
        (None, None, 7, (6, 8)),
        (4, 6, 7, (4, 6)),
        (6, 6, None, (6, 6)),
        (None, 5, 7, (5, 5)),
        (None, 6, 2, (4, 6)),
        (10, None, None, (10, 10)),
        (8, 6, None, (8, 8)),
        (0, 99, None, (4, 8)),
        (4, 14, None, (4, 14)),
    ],
)
def test_length(
    least: int | None,
    most: int | None,
    lock_type: int | None,
    expected: tuple[int, int],
) -> None:
    """Capabilities decide, sense limits them, and the type is a guess."""
    keypad = KeypadCapabilities(pin_length_min=least, pin_length_max=most)
    found = length_of(keypad, lock_type)
    assert (found.minimum, found.maximum) == expected
    assert length_of(None, 2) == FALLBACK


def test_common_length() -> None:
    """One code on several locks has a length that all of them take."""
    six = Length(minimum=6, maximum=8)
    assert FALLBACK.common(Length(minimum=6, maximum=10)) == six
    assert six.common(Length(minimum=4, maximum=5)) is None
    assert 6 in six
    assert 9 not in six
