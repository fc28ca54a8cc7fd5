"""The digits of access codes: how many, which are too easy to guess, and new ones (reference 14.6)."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
import secrets
from typing import Final, Literal

from custom_components.yale_august.cloud.models import KeypadCapabilities

type WeakKey = Literal[
    "code_weak_date",
    "code_weak_few_digits",
    "code_weak_repeats",
    "code_weak_run",
    "code_weak_same",
    "code_weak_year",
]
type DigitsKey = (
    WeakKey
    | Literal["code_exhausted", "code_in_use", "code_not_digits", "code_wrong_length"]
)
"""Why digits are refused: the key of the sentence that says so."""

SHORTEST: Final = 4
LONGEST: Final = 14
"""What any lock takes at most, whatever its capabilities say (reference 14.6)."""
PREFERRED: Final = 6
"""How many digits a new code has where the lock lets us choose."""

_DOORMAN: Final = frozenset({7, 10})
_TRIES: Final = 1000
_SMALL: Final = 5
"""Up to so many digits all codes are looked through when chance finds none."""


class DigitsRefused(ValueError):
    """Digits that cannot be a code, or should not; never says which."""

    def __init__(self, key: DigitsKey, **placeholders: str) -> None:
        """Refuse for the reason of this sentence."""
        super().__init__(key)
        self.key = key
        self.placeholders: Mapping[str, str] = placeholders


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How many digits a code may have."""

    minimum: int
    maximum: int

    def __contains__(self, count: int) -> bool:
        """Whether a code may have so many digits."""
        return self.minimum <= count <= self.maximum

    def common(self, other: Length) -> Length | None:
        """Return the lengths that both allow, for one code on several locks; None when there are none."""
        minimum = max(self.minimum, other.minimum)
        maximum = min(self.maximum, other.maximum)
        return Length(minimum=minimum, maximum=maximum) if minimum <= maximum else None


FALLBACK: Final = Length(minimum=4, maximum=8)


def length_of(keypad: KeypadCapabilities | None, lock_type: int | None) -> Length:
    """Return how many digits a lock takes: by its capabilities, else by what is known of its type (reference 14.6)."""
    minimum = FALLBACK.minimum if lock_type not in _DOORMAN else PREFERRED
    maximum = FALLBACK.maximum
    if keypad is not None:
        least, most = keypad.pin_length_min, keypad.pin_length_max
        if least is not None and SHORTEST <= least <= LONGEST:
            minimum = least
            maximum = max(maximum, least)
        if most is not None and SHORTEST <= most <= LONGEST:
            # A shortest length that we only guessed gives way.
            if least is None:
                minimum = min(minimum, most)
            if most >= minimum:
                maximum = most
    return Length(minimum=minimum, maximum=maximum)


def is_digits(text: str) -> bool:
    """Whether a text is nothing but the digits of a keypad."""
    return text.isascii() and text.isdigit()


def weakness(digits: str) -> WeakKey | None:
    """Return why a code is easy to guess, None when it is not."""
    count = len(digits)
    if len(set(digits)) == 1:
        return "code_weak_same"
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(digits)}
    if len(steps) == 1:
        return "code_weak_run"
    if any(
        digits == (digits[:part] * count)[:count] for part in range(1, count // 2 + 1)
    ) or _doubled(digits):
        return "code_weak_repeats"
    if len(set(digits)) < 3:
        return "code_weak_few_digits"
    if count == 4 and digits[:2] in ("19", "20"):
        return "code_weak_year"
    if count in (6, 8) and _is_date(digits):
        return "code_weak_date"
    return None


def _doubled(digits: str) -> bool:
    """Whether each digit stands twice, as in 1122 and 335577, or the second half mirrors the first, as in 1221."""
    return len(digits) % 2 == 0 and (
        digits[::2] == digits[1::2] or digits == digits[::-1]
    )


def _is_date(digits: str) -> bool:
    """Whether it is a day of these times, with the year first or last."""
    if len(digits) == 8:
        spellings = [
            (digits[4:], digits[2:4], digits[:2]),
            (digits[4:], digits[:2], digits[2:4]),
            (digits[:4], digits[4:6], digits[6:]),
        ]
        years = range(1900, 2100)
    else:
        # Shorter dates are many; only those of a year near to ours are tried by anybody.
        spellings = [
            ("20" + digits[4:], digits[2:4], digits[:2]),
            ("20" + digits[4:], digits[:2], digits[2:4]),
            ("20" + digits[:2], digits[2:4], digits[4:]),
        ]
        years = range(2015, 2040)
    return any(
        int(year) in years and _is_day(int(year), int(month), int(day))
        for year, month, day in spellings
    )


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def check_digits(
    digits: str, length: Length, used: Container[str], *, weak: bool = False
) -> None:
    """Raise DigitsRefused for digits that a lock cannot take, that it has, or that are easy to guess.

    `weak` lets the last pass, for who insists on it.
    """
    if not is_digits(digits):
        raise DigitsRefused("code_not_digits")
    if len(digits) not in length:
        raise DigitsRefused(
            "code_wrong_length",
            minimum=str(length.minimum),
            maximum=str(length.maximum),
        )
    if digits in used:
        raise DigitsRefused("code_in_use")
    if not weak and (reason := weakness(digits)) is not None:
        raise DigitsRefused(reason)


def generate(length: Length, used: Container[str]) -> str:
    """Return a new code that is neither used nor easy to guess, of six digits where the lock takes that.

    Raises DigitsRefused when there is none left.
    """
    preferred = min(max(PREFERRED, length.minimum), length.maximum)
    longer = range(preferred + 1, length.maximum + 1)
    shorter = range(preferred - 1, length.minimum - 1, -1)
    for count in (preferred, *longer, *shorter):
        for digits in _candidates(count):
            if digits not in used and weakness(digits) is None:
                return digits
    raise DigitsRefused("code_exhausted")


def _candidates(count: int) -> Iterator[str]:
    """Yield codes of so many digits by chance; of few digits in the end all."""
    space = 10**count
    for _ in range(_TRIES):
        yield f"{secrets.randbelow(space):0{count}}"
    if count <= _SMALL:
        # From a place of chance on: the last ones that are free shall not be known to be the smallest.
        start = secrets.randbelow(space)
        for step in range(space):
            yield f"{(start + step) % space:0{count}}"
