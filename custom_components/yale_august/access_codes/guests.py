"""Whose codes are meant: guests by their names, and those of codes that were made elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from homeassistant.util import dt as dt_util

from custom_components.yale_august.cloud.models import Pin, PinState
from custom_components.yale_august.codes import wishes
from custom_components.yale_august.codes.records import Code, Goal, Guest, Reason

from .keeper import LockCodes
from .maker import checked_name, person, refusal
from .office import CodeOffice
from .shown import Found, pin_name

type Codes = list[tuple[LockCodes, Code]]
"""Codes, each with the lock that it is on."""


class CodeGuests(CodeOffice):
    """Who has codes, and who would have them; nothing is kept here."""

    def _check_new(self, name: str, rooms: Iterable[LockCodes]) -> Guest | None:
        """Return the guest of a name, if there is one; raises where they have a code already."""
        known = self.find_guest(name)
        for room in rooms:
            if known is not None and known.guest_id in room.codes:
                raise refusal("code_guest_has_code", lock=room.lock.data.name)
        return known

    def _staying(self, who: Guest) -> Mapping[str, Code]:
        """Return a guest's codes by lock id, without those that are being taken off."""
        codes = self.store.of_guest(who.guest_id)
        return {at: code for at, code in codes.items() if code.goal is not Goal.GONE}

    def _renamed(self, who: Guest, name: str) -> Guest:
        """Return a guest with another name; raises for one that is none or taken."""
        name = checked_name(name)
        if (other := self.find_guest(name)) is not None:
            if other.guest_id != who.guest_id:
                raise refusal("code_name_taken")
        return replace(person(name, same_code=who.same_code), guest_id=who.guest_id)

    def _managed(self, refs: Iterable[tuple[LockCodes, Found]]) -> tuple[Guest, Codes]:
        """Return whose codes these are, and the codes as they are by now.

        What is not managed is returned as it would be; nothing is kept.
        """
        guest: Guest | None = None
        codes: Codes = []
        for room, found in refs:
            if (old := found.code) is not None:
                code = room.codes.get(old.guest_id)
                if code is None:
                    # It has ended since it was looked for.
                    continue
                who = self.store.guests[code.guest_id]
            elif found.pin is not None:
                who, code = self._adopted(room, found.pin, None, guest)
            else:
                continue
            if guest is not None and guest.guest_id != who.guest_id:
                raise refusal("code_unknown", lock=room.lock.data.name)
            if guest is None or old is None:
                guest = who
            codes.append((room, code))
        if guest is None:
            raise refusal("code_unknown")
        return guest, codes

    def _adopted(
        self, room: LockCodes, pin: Pin, name: str | None, known: Guest | None
    ) -> tuple[Guest, Code]:
        """Return whose a code that is not managed would be, and what it would be; nothing is kept."""
        if pin.state not in (PinState.LOADED, PinState.DISABLED):
            raise refusal("code_on_its_way", lock=room.lock.data.name)
        guest = self._adopter(room, pin, name or pin_name(pin), known)
        if pin.user_id is None and pin.partner_user_id != guest.guest_id:
            # No command could name it.
            raise refusal("code_unidentifiable", lock=room.lock.data.name)
        now, doubted = dt_util.utcnow(), room.codes.get(guest.guest_id)
        if doubted is None:
            return guest, wishes.adopted_code(guest, room.lock_id, pin, now)
        return guest, wishes.identify(doubted, pin, now)

    def _adopter(
        self, room: LockCodes, pin: Pin, name: str, known: Guest | None
    ) -> Guest:
        known = (
            self.store.guests.get(pin.partner_user_id or "")
            or known
            or self.find_guest(name)
        )
        if known is None:
            guest = person(name, same_code=False)
            if pin.partner_user_id is not None:
                guest = replace(guest, guest_id=pin.partner_user_id)
            return guest
        if (code := room.codes.get(known.guest_id)) is None:
            return replace(known, same_code=False)
        if code.reason is not Reason.LOOKALIKE:
            raise refusal("code_guest_has_code", lock=room.lock.data.name)
        return known
