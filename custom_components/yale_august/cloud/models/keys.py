"""The keys with which a phone opens a lock nearby (reference 6.1, `OfflineKeys`)."""

from dataclasses import dataclass, field
import re
from typing import Final, Self, override

from .json import Fields, Model

_KEY: Final = re.compile(r"[0-9A-Fa-f]{32}", re.ASCII)
_MOST_SLOTS: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineKey(Model):
    """One key: a secret that is handed over at once, and kept nowhere."""

    key: str | None = field(default=None, repr=False)
    """16 bytes, as hexadecimal digits; None for what cannot be one."""
    slot: int | None = None
    """Where the lock keeps it."""
    user_id: str | None = field(default=None, repr=False)

    @property
    def usable(self) -> bool:
        """Whether it can open a lock."""
        return self.key is not None and self.slot is not None

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        key, slot = fields.text("key"), fields.integer("slot")
        if key is not None and _KEY.fullmatch(key) is None:
            fields.note("key")
            key = None
        if slot is not None and not 0 <= slot < _MOST_SLOTS:
            fields.note("slot")
            slot = None
        return cls(key=key, slot=slot, user_id=fields.text("UserID"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineKeys(Model):
    """What a lock's detail tells of its keys, and nothing else of it."""

    lock_id: str | None = field(default=None, repr=False)
    loaded: tuple[OfflineKey, ...] = field(default=(), repr=False)
    """Those that the lock has confirmed."""

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            lock_id=fields.lock_id("LockID"),
            loaded=fields.inner("OfflineKeys").parts(OfflineKey, "loaded"),
        )
