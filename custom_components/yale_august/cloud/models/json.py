"""Reading JSON that cannot be trusted: what is not what it must be is not there.

Nothing in this module raises, whatever the cloud sends, and nothing keeps a value it could not read.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite
import re
import sys
from typing import Final, Self

type JsonValue = (
    bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ISO: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_LOCK_ID: Final = re.compile(r"[0-9A-Fa-f]{32}")
# A time outside of these years is a clock that was never set, or seconds read as milliseconds.
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


def text(value: object) -> str | None:
    """Return a text that says something and can be encoded, else None."""
    if not isinstance(value, str) or not value.strip():
        return None
    if value.isascii():
        return value
    # JSON may carry half of a surrogate pair; no store or socket takes it.
    return value.encode("utf-8", "replace").decode()


def word(value: object) -> str | None:
    """Return a text in lower case, for comparing with the words of the vendor."""
    found = text(value)
    # Beyond ASCII there are letters whose lower case is another letter: the Kelvin sign is no k.
    return found.lower() if found is not None and found.isascii() else found


def number(value: object) -> float | None:
    """Return a finite number; true and false are not numbers."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if isfinite(found) else None


def integer(value: object) -> int | None:
    """Return a whole number; 3.0 is one, 3.5 and true are not."""
    found = number(value)
    return int(found) if found is not None and found.is_integer() else None


def boolean(value: object) -> bool | None:
    """Return true or false; 0, 1 and "true" are neither."""
    return value if isinstance(value, bool) else None


def timestamp(value: object) -> datetime | None:
    """Return the time, in UTC, of an ISO 8601 text or of epoch milliseconds.

    A text without an offset is UTC, as all times of the cloud are (reference 1). Times that cannot be, such as a month
    00 or a year before the cloud was built, are None.
    """
    try:
        if isinstance(value, str):
            if _ISO.fullmatch(value) is None:
                return None
            found = datetime.fromisoformat(value.upper())
            if found.tzinfo is None:
                found = found.replace(tzinfo=UTC)
            found = found.astimezone(UTC)
        else:
            milliseconds = number(value)
            if milliseconds is None:
                return None
            found = _EPOCH + timedelta(milliseconds=milliseconds)
    except ValueError, OverflowError:
        return None
    return possible(found)


def possible(at: datetime) -> datetime | None:
    """Return a time of the years in which the cloud can have told it, else None."""
    return at if _EARLIEST <= at < _LATEST else None


def lock_id(value: object) -> str | None:
    """Return a lock's id in the only spelling that the cloud takes: 32 upper-case hexadecimal digits."""
    if not isinstance(value, str) or _LOCK_ID.fullmatch(value) is None:
        return None
    return sys.intern(value.upper())


def mapping(value: object) -> Mapping[str, object] | None:
    """Return a JSON object, else None."""
    return value if isinstance(value, Mapping) else None


def items(value: object) -> Sequence[object] | None:
    """Return a JSON array, else None."""
    return value if isinstance(value, (list, tuple)) else None


class Problems:
    """What could not be read of one payload: the names of fields as the vendor spells them, never a value."""

    __slots__ = ("_names", "whole")

    def __init__(self) -> None:
        """Begin with nothing wrong."""
        self._names: dict[str, None] = {}
        self.whole = False
        """Whether the payload as a whole is not what it must be, so that nothing at all was read."""

    def note(self, name: str) -> None:
        """Remember a field, once; without a name it is the whole payload."""
        self.whole = self.whole or not name
        self._names[name or "payload"] = None

    def __len__(self) -> int:
        """Count the fields."""
        return len(self._names)

    def __iter__(self) -> Iterator[str]:
        """Go through the fields in the order in which they were met."""
        return iter(self._names)

    def __str__(self) -> str:
        """Name the fields, for one line in the debug log."""
        return ", ".join(self._names)


class Fields:
    """One JSON object, read field by field; null counts as absent, another wrong type as absent and as a problem."""

    __slots__ = ("_data", "_path", "intact", "problems")

    def __init__(
        self, data: object, problems: Problems | None = None, path: str = ""
    ) -> None:
        """Read `data`; `path` is where it stands in the payload."""
        self.problems = Problems() if problems is None else problems
        self._path = path
        found = mapping(data)
        if found is None:
            self.problems.note(path)
        self.intact = found is not None
        """Whether there is an object to read."""
        self._data: Mapping[str, object] = {} if found is None else found

    def __contains__(self, name: str) -> bool:
        """Tell whether the field is there and not null."""
        return self._data.get(name) is not None

    def __len__(self) -> int:
        """Count the fields of the object, known or not."""
        return len(self._data)

    def __iter__(self) -> Iterator[str]:
        """Go through the names of all fields, known or not."""
        return iter(self._data)

    def raw(self, name: str) -> object:
        """Return the field as it came; None when absent."""
        return self._data.get(name)

    def note(self, name: str) -> None:
        """Remember that this field could not be read."""
        self.problems.note(self._below(name))

    def text(self, *names: str) -> str | None:
        """Return the text of the first of these fields that has one."""
        return self._first(text, names)

    def common(self, *names: str) -> str | None:
        """Return the same; many locks have this text, and it is kept once."""
        found = self._first(text, names)
        return None if found is None else sys.intern(found)

    def word(self, *names: str) -> str | None:
        """Return the text of the first of these fields that has one, in lower case."""
        return self._first(word, names)

    def choice[T](self, name: str, words: Mapping[str, T]) -> T | None:
        """Return what the field's word stands for; a word that is not among these is a problem."""
        found = words.get(self.word(name) or "")
        if found is None and name in self:
            self.note(name)
        return found

    def number(self, *names: str) -> float | None:
        """Return the number of the first of these fields that has one."""
        return self._first(number, names)

    def integer(self, *names: str) -> int | None:
        """Return the whole number of the first of these fields that has one."""
        return self._first(integer, names)

    def boolean(self, *names: str) -> bool | None:
        """Return the truth of the first of these fields that has one."""
        return self._first(boolean, names)

    def timestamp(self, *names: str) -> datetime | None:
        """Return the time, in UTC, of the first of these fields that has one."""
        return self._first(timestamp, names)

    def lock_id(self, *names: str) -> str | None:
        """Return the lock's id of the first of these fields that has one."""
        return self._first(lock_id, names)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of an array; the rest of it is left out."""
        found = []
        for item in self._array(name):
            if (one := text(item)) is None:
                self.note(f"{name}[]")
            else:
                found.append(one)
        return tuple(found)

    def inner(self, name: str) -> Fields:
        """Return the object in this field; an empty one when there is none."""
        value = self._data.get(name)
        return Fields({} if value is None else value, self.problems, self._below(name))

    def part[M: Model](self, model: type[M], name: str) -> M | None:
        """Read the object in this field; None when it is absent, empty or not an object."""
        if self._data.get(name) is None:
            return None
        inner = self.inner(name)
        return model.read(inner) if len(inner) else None

    def parts[M: Model](self, model: type[M], name: str) -> tuple[M, ...]:
        """Read the objects of an array; the rest of it is left out."""
        return read_all(
            model, self._array(name), self.problems, self._below(f"{name}[]")
        )

    def table(self, name: str) -> Mapping[str, object]:
        """Return an object whose names are data too; an empty one when there is none."""
        value = self._data.get(name)
        found = mapping(value)
        if found is None and value is not None:
            self.note(name)
        entries = ((text(key), one) for key, one in (found or {}).items())
        return {sys.intern(key): one for key, one in entries if key is not None}

    def _array(self, name: str) -> Sequence[object]:
        value = self._data.get(name)
        found = items(value)
        if found is None and value is not None:
            self.note(name)
        return () if found is None else found

    def _below(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _first[T](
        self, reader: Callable[[object], T | None], names: tuple[str, ...]
    ) -> T | None:
        for name in names:
            value = self._data.get(name)
            found = reader(value)
            if found is not None:
                return found
            if value is not None and value != "":
                self.note(name)
        return None


class Model(ABC):
    """Something that the cloud answers with."""

    __slots__ = ()

    @classmethod
    def from_json(cls, data: object, problems: Problems | None = None) -> Self:
        """Read any JSON; never raises. What could not be read is None or unknown, and named in `problems`."""
        return cls.read(Fields(data, problems))

    @classmethod
    @abstractmethod
    def read(cls, fields: Fields) -> Self:
        """Read one JSON object; never raises."""


def read_all[M: Model](
    model: type[M], array: Sequence[object], problems: Problems, path: str
) -> tuple[M, ...]:
    """Read the objects of an array; the rest of it is left out."""
    entries = (Fields(item, problems, path) for item in array)
    return tuple(model.read(entry) for entry in entries if entry.intact)
