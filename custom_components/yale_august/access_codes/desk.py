"""The access codes of an account, as platforms, actions and forms see them: `account.codes`.

Nothing here checks who asks: callers do.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from custom_components.yale_august.codes import wishes
from custom_components.yale_august.codes.pace import CodePace
from custom_components.yale_august.codes.records import Code, Guest
from custom_components.yale_august.codes.schedule import Schedule
from custom_components.yale_august.codes.sighting import pin_key
from custom_components.yale_august.codes.view import ShownCode, opens
from custom_components.yale_august.codes.wishes import WishRefused
from custom_components.yale_august.storage import Notebook

from .guests import CodeGuests, Codes
from .keeper import LockCodes
from .maker import (
    CodeMaker,
    check_change,
    check_room,
    check_schedule,
    checked_name,
    person,
    refusal,
    refused_by,
)
from .office import Outcomes
from .shown import find_in, listed_pins, shown_codes, unmanaged


class Digits(Enum):
    """The digits that a change shall bring, where nobody types them."""

    NEW = "new"


NEW: Final = Digits.NEW


class AccessCodes(CodeGuests):
    """What may be asked and wished.

    A wish that breaks a rule raises ServiceValidationError with a sentence before anything
    is kept or sent, for all its locks; what a cloud or a lock says stands in the outcome of
    each. `code` is a guest's name or id, or on the locks of `lock_ids` also the id or the
    name of a code that is not managed: a wish for such a code makes it managed. `lock_ids`
    None is all locks on which the guest has a code. `wait` is how many seconds the answer
    may wait for the locks; 0 answers at once.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        notebook: Notebook,
        pace: CodePace,
    ) -> None:
        """Nothing is read yet."""
        super().__init__(hass, entry, notebook, pace)
        self._maker = CodeMaker()
        self.turn = asyncio.Lock()
        """Held by callers that look before they wish, so that calls count in their order."""
        self._wishing = asyncio.Lock()
        """Held while digits are made and kept, so that no two wishes get the same."""

    # What may be asked

    @property
    def guests(self) -> Mapping[str, Guest]:
        """The guests by their id."""
        return self.store.guests

    def shown(self, lock_id: str) -> tuple[ShownCode, ...]:
        """Return the codes of a lock: ours, and the others of the last list."""
        room = self.rooms.get(lock_id)
        return () if room is None else shown_codes(room, self.store.guests)

    def count(self, lock_id: str) -> int | None:
        """Return how many codes a lock takes within their times; None when nobody knows."""
        room, tally = self.rooms.get(lock_id), self.survey.recall(lock_id)
        if room is None or tally is None:
            return None
        return tally.others + sum(map(opens, room.codes.values()))

    async def async_read(self, lock_id: str) -> tuple[ShownCode, ...]:
        """Read the list now; raises HomeAssistantError when that does not work."""
        await self.async_list(self.room(lock_id))
        return self.shown(lock_id)

    async def async_reveal(self, lock_id: str, code: str) -> str | None:
        """Return the digits, for an administrator only; None when nobody knows them.

        Raises HomeAssistantError when the list cannot be read.
        """
        room = self.room(lock_id)
        found = find_in(room, self.store.guests, code)
        if found is not None and found.code is not None:
            if (digits := room.digits.get(found.code.guest_id)) is not None:
                return digits
        await self.async_list(room)
        found = find_in(room, self.store.guests, code)
        if found is None:
            raise refusal("code_unknown", lock=room.lock.data.name)
        return None if found.pin is None else found.pin.pin

    async def async_reveal_all(self, lock_id: str) -> Mapping[str, str]:
        """Read the list now and return the digits by `code_id`, for an administrator only.

        Codes whose digits nobody knows are missing. Raises as `async_read` does.
        """
        room = self.room(lock_id)
        await self.async_list(room)
        found: dict[str, str | None] = {
            pin_key(pin): pin.pin for pin in unmanaged(room)
        }
        found |= {guest_id: pin.pin for guest_id, pin in listed_pins(room).items()}
        found |= room.digits
        return {code_id: digits for code_id, digits in found.items() if digits}

    def check_add(self, name: str, lock_ids: Iterable[str]) -> None:
        """Raise, before anything else is asked, where somebody cannot get a code on these locks."""
        self._check_new(checked_name(name), self.rooms_for(lock_ids))

    # What may be wished

    async def async_add(
        self,
        guest: Guest | str,
        lock_ids: Iterable[str],
        schedule: Schedule,
        *,
        digits: str | None = None,
        same_code: bool = True,
        weak: bool = False,
        wait: float = 0,
    ) -> Outcomes:
        """Give a guest, new or known, a code on locks; digits are made where none are given.

        A known guest with the same code everywhere gets that. `weak` takes typed digits that
        are easy to guess.
        """
        name = checked_name(guest.name if isinstance(guest, Guest) else guest)
        rooms = self.rooms_for(lock_ids)
        for room in rooms:
            check_schedule(schedule, room.lock)
        async with self._wishing:
            known = self._check_new(name, rooms)
            await self.async_look(rooms)
            for room in rooms:
                check_room(room)
            who = known or person(name, same_code=same_code)
            others = self._staying(who)
            if digits is not None:
                self._maker.check(digits, rooms, weak=weak)
                made = {room.lock_id: digits for room in rooms}
            else:
                kept = others if who.same_code else {}
                made = await self._async_digits(rooms, kept, same_code=same_code)
            if not others:
                who = replace(who, same_code=same_code)
            elif digits is not None:
                # Nobody knows whether the others are the same.
                who = replace(who, same_code=False)
            now = dt_util.utcnow()
            codes = [
                (room, wishes.new_code(who, room.lock_id, schedule, now))
                for room in rooms
            ]
            await self._async_keep(who, codes, made)
        return await self.async_outcomes(rooms, who.guest_id, wait, made)

    async def async_change(
        self,
        code: str,
        *,
        lock_ids: Iterable[str] | None = None,
        schedule: Schedule | None = None,
        digits: str | Digits | None = None,
        name: str | None = None,
        weak: bool = False,
        wait: float = 0,
    ) -> Outcomes:
        """Give codes other times, other digits or another name; what is None stays.

        A name alone is changed here only, not at the cloud.
        """
        is_fresh, made = digits is not None, dict[str, str]()

        def wish(code: Code, now: datetime) -> Code:
            return wishes.change(code, now, schedule=schedule, fresh=is_fresh)

        async with self._wishing:
            refs = await self.async_refer(code, lock_ids)
            rooms = [room for room, _ in refs]
            who, codes = self._managed(refs)
            if name is not None:
                self._renamed(who, name)
            if schedule is not None or is_fresh:
                for room, found in refs:
                    check_change(room, found, schedule)
                self._wished(codes, wish)
                if digits is not None:
                    made = await self._async_new_digits(rooms, digits, weak=weak)
                    who, codes = self._managed(refs)
                codes = self._wished(codes, wish)
            if is_fresh and self.store.of_guest(who.guest_id).keys() - made.keys():
                who = replace(who, same_code=False)
            if name is not None:
                who = self._renamed(who, name)
            await self._async_keep(who, codes, made)
        return await self.async_outcomes(rooms, who.guest_id, wait, made)

    async def async_rename(self, code: str, name: str) -> None:
        """Give a guest another name, whatever has become of their locks; it is changed here only."""
        async with self._wishing:
            who = self.store.guests.get(code) or self.find_guest(code)
            if who is None or self._closed:
                raise refusal("code_unknown" if who is None else "code_lock_went")
            await self._async_keep(self._renamed(who, name), [], {})

    async def async_suspend(
        self, code: str, *, lock_ids: Iterable[str] | None = None, wait: float = 0
    ) -> Outcomes:
        """Let codes stay on the lock and open nothing."""
        return await self._async_wish(wishes.suspend, code, lock_ids, wait)

    async def async_resume(
        self, code: str, *, lock_ids: Iterable[str] | None = None, wait: float = 0
    ) -> Outcomes:
        """Let suspended codes open again, or try again what went wrong."""
        return await self._async_wish(wishes.resume, code, lock_ids, wait)

    async def async_end(
        self, code: str, *, lock_ids: Iterable[str] | None = None, wait: float = 0
    ) -> Outcomes:
        """Take codes off their locks."""
        return await self._async_wish(wishes.end, code, lock_ids, wait)

    async def async_adopt(
        self, lock_id: str, code: str, *, name: str | None = None
    ) -> Outcomes:
        """Manage a code that was made elsewhere; nothing is written."""
        name = None if name is None else checked_name(name)
        async with self._wishing:
            room = self.room(lock_id)
            await self.async_list(room)
            found = find_in(room, self.store.guests, code)
            if found is None or found.code is not None or found.pin is None:
                raise refusal("code_unknown", lock=room.lock.data.name)
            guest, code_here = self._adopted(room, found.pin, name, None)
            await self._async_keep(guest, [(room, code_here)], {})
        return await self.async_outcomes([room], guest.guest_id, 0, {})

    # How

    async def _async_wish(
        self,
        wish: Callable[[Code, datetime], Code],
        word: str,
        lock_ids: Iterable[str] | None,
        wait: float,
    ) -> Outcomes:
        async with self._wishing:
            # What is on a lock that has lost its keypad can only be forgotten.
            is_end = wish is wishes.end
            refs = await self.async_refer(word, lock_ids, bare=is_end)
            rooms = [room for room, _ in refs]
            who, codes = self._managed(refs)
            await self._async_keep(who, self._wished(codes, wish), {})
        return await self.async_outcomes(rooms, who.guest_id, wait, {})

    @staticmethod
    def _wished(codes: Codes, wish: Callable[[Code, datetime], Code]) -> Codes:
        """Return what a wish makes of codes; raises where it may not be made of one."""
        now, wished = dt_util.utcnow(), []
        for room, code in codes:
            try:
                wished.append((room, wish(code, now)))
            except WishRefused as err:
                raise refused_by(err, room.lock) from err
        return wished

    async def _async_keep(
        self, who: Guest, codes: Codes, made: Mapping[str, str]
    ) -> None:
        """Keep wishes that break no rule, all at once; raises where a lock went meanwhile."""
        for room, _ in codes:
            if self.room(room.lock_id, bare=True) is not room:
                raise refusal("code_lock_went")
        self.store.guests[who.guest_id] = who
        for room, code in codes:
            room.async_wish(code, made.get(room.lock_id))
        for lock_id in self.store.of_guest(who.guest_id):
            # They may have another name.
            self.async_changed(lock_id)
        try:
            await self.store.async_save()
        except asyncio.CancelledError:
            # Who asked is gone, the wishes are not.
            for room, _ in codes:
                room.async_wake()
            raise

    async def _async_digits(
        self, rooms: Sequence[LockCodes], kept: Mapping[str, Code], *, same_code: bool
    ) -> dict[str, str]:
        """Return new digits by lock id, or those of the codes that are `kept`."""
        if kept:
            digits = await self.async_digits_of(kept, rooms[0].lock)
            self._maker.check(digits, rooms, weak=True)
        elif same_code or len(rooms) == 1:
            digits = await self._maker.async_make(rooms)
        else:
            return {
                room.lock_id: await self._maker.async_make([room]) for room in rooms
            }
        return {room.lock_id: digits for room in rooms}

    async def _async_new_digits(
        self, rooms: Sequence[LockCodes], digits: str | Digits, *, weak: bool
    ) -> dict[str, str]:
        await self.async_look(rooms)
        if isinstance(digits, str):
            self._maker.check(digits, rooms, weak=weak)
        else:
            digits = await self._maker.async_make(rooms)
        return {room.lock_id: digits for room in rooms}
