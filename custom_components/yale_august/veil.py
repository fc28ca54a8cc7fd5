"""Hides what is secret or personal, so that equal things still look equal.

The models mark such fields by `repr=False`; nothing here knows their names. A hidden value becomes
its kind and a number (`lock_id#1`), the same for the same value; never a hash, which could be
guessed back.
"""

from collections.abc import Mapping, Sequence, Sized
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum

from .cloud.models import JsonValue


class Veil:
    """One view; its numbers mean nothing outside it."""

    def __init__(self) -> None:
        """Begin to count."""
        self._seen: dict[str, dict[object, int]] = {}

    def hide(self, kind: str, value: object) -> str | None:
        """Return a name for a value; nothing has none."""
        if value is None or value == "":
            return None
        numbers = self._seen.setdefault(kind, {})
        return f"{kind}#{numbers.setdefault(value, len(numbers) + 1)}"

    def show(self, value: object) -> JsonValue:
        """Return a model, or anything built of models, as JSON without its hidden fields."""
        if isinstance(value, Enum):
            return str(value.value)
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, timedelta):
            return value.total_seconds()
        if is_dataclass(value) and not isinstance(value, type):
            return {
                field.name: self.show(found)
                if field.repr
                else self._hidden(field.name, found)
                for field in fields(value)
                for found in (getattr(value, field.name),)
            }
        if isinstance(value, Mapping):
            return {str(self.show(key)): self.show(item) for key, item in value.items()}
        if isinstance(value, Sequence | frozenset):
            return [self.show(item) for item in value]
        return type(value).__name__

    def _hidden(self, kind: str, value: object) -> JsonValue:
        if isinstance(value, Sized) and not isinstance(value, str):
            return f"{len(value)} {kind}"
        return self.hide(kind, value)
