"""Guests and their codes on the disk: who, where, when, how far. Never the digits.

The file is written at once whenever it matters: what is sent to a lock was journaled before.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from custom_components.yale_august.cloud.models import JsonValue
from custom_components.yale_august.codes.journal import (
    code_from_json,
    code_to_json,
    guest_from_json,
    guest_to_json,
)
from custom_components.yale_august.codes.records import Code, Guest
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.storage import async_read

VERSION: Final = 1


class CodeStore:
    """One entry's guests and codes."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file; nothing is read yet."""
        self._store: Store[dict[str, JsonValue]] = Store(
            hass,
            VERSION,
            f"{DOMAIN}.{entry_id}.codes",
            private=True,
            atomic_writes=True,
        )
        self.guests: dict[str, Guest] = {}
        """By guest id."""
        self.codes: dict[str, dict[str, Code]] = {}
        """By lock id, then by guest id."""
        self._saving = asyncio.Lock()
        self._closed = False

    def of(self, lock_id: str) -> dict[str, Code]:
        """Return the codes of a lock by guest id, to be changed in place."""
        return self.codes.setdefault(lock_id, {})

    def of_guest(self, guest_id: str) -> dict[str, Code]:
        """Return a guest's codes by lock id."""
        return {
            lock_id: codes[guest_id]
            for lock_id, codes in self.codes.items()
            if guest_id in codes
        }

    def users_of(self, guest_id: str) -> set[str]:
        """Return the cloud's ids of a guest, as learned at all locks; none of what was made elsewhere."""
        return {
            code.user_id
            for code in self.of_guest(guest_id).values()
            if code.user_id is not None and not code.adopted
        }

    def known_as(self, guest_id: str) -> set[str]:
        """Return all ids by which the cloud knows whoever has these codes."""
        codes = self.of_guest(guest_id).values()
        return {code.user_id for code in codes if code.user_id is not None}

    def tidy(self) -> None:
        """Forget guests without a code."""
        kept = {guest_id for codes in self.codes.values() for guest_id in codes}
        for guest_id in self.guests.keys() - kept:
            del self.guests[guest_id]

    async def async_load(self) -> None:
        """Read what is there; what cannot be read of it is left out."""
        stored = await async_read(self._store)
        if not isinstance(stored, dict):
            return
        for data in _items(stored.get("guests")):
            if (guest := guest_from_json(data)) is not None:
                self.guests[guest.guest_id] = guest
        for data in _items(stored.get("codes")):
            code = code_from_json(data)
            if code is not None and code.guest_id in self.guests:
                self.of(code.lock_id)[code.guest_id] = code
        self.tidy()

    async def async_save(self) -> None:
        """Write now; returns when it is written. Once it is closed the file is another's."""
        async with self._saving:
            if self._closed:
                return
            await self._store.async_save(
                {
                    "guests": [guest_to_json(guest) for guest in self.guests.values()],
                    "codes": [
                        code_to_json(code)
                        for codes in self.codes.values()
                        for code in codes.values()
                    ],
                }
            )

    async def async_close(self) -> None:
        """Write nothing any more; returns when what was begun is written."""
        async with self._saving:
            self._closed = True

    async def async_remove(self) -> None:
        """Delete the file: the entry is removed."""
        await self._store.async_remove()


def _items(data: object) -> list[Mapping[str, object]]:
    if not isinstance(data, list):
        return []
    return [item for item in data if isinstance(item, Mapping)]
