"""What is known of the codes of one lock: wishes, how far they are, digits on their way, the last list.

What becomes of a code is decided by the engine; here it is kept, saved and told.
"""

import asyncio

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from custom_components.yale_august.codes.ends import Scene
from custom_components.yale_august.codes.engine import (
    take_clock,
    take_listing,
    take_silence,
    take_time,
)
from custom_components.yale_august.codes.pace import CodePace
from custom_components.yale_august.codes.recognition import Sights, recognise
from custom_components.yale_august.codes.records import Code, CodeState
from custom_components.yale_august.codes.sighting import Listing
from custom_components.yale_august.codes.view import CodeEvent, event_kind
from custom_components.yale_august.coordinator import LockCoordinator

from .needs import Office


class Ledger:
    """One lock's codes. Digits are in memory only, and no longer than needed."""

    def __init__(self, office: Office, lock: LockCoordinator) -> None:
        """Know what is stored."""
        self._office = office
        self._store = office.store
        self.lock = lock
        self.lock_id = lock.lock_id
        self.codes: dict[str, Code] = office.store.of(lock.lock_id)
        self.digits: dict[str, str] = {}
        """What is to be sent, by guest id."""
        self.listing: Listing | None = None
        """What the cloud listed last."""
        self._moved: asyncio.Event | None = None
        """Somebody waits for the next change."""
        self._unsaved = False
        self._closed = False

    def __repr__(self) -> str:
        """Return no id and no digits."""
        return f"<{type(self).__name__} of {len(self.codes)}>"

    @property
    def pace(self) -> CodePace:
        """How often to look."""
        return self.lock.pace.codes

    @callback
    def async_wish(self, code: Code, digits: str | None = None) -> None:
        """Take a wish; the caller saves and wakes."""
        if digits is not None:
            self.digits[code.guest_id] = digits
        self.keep(code)

    async def async_settled(self, guest_id: str) -> None:
        """Wait until nothing is open for a guest, or nobody is at work on it any more."""
        while (code := self.codes.get(guest_id)) is not None and not code.settled:
            if self._closed:
                return
            if self._moved is None:
                self._moved = asyncio.Event()
            await self._moved.wait()

    def sights(self, seen: Listing) -> Sights:
        """Return what a list shows of the codes, as far as is known now."""
        users = {
            guest_id: self._store.users_of(guest_id)
            for guest_id, code in self.codes.items()
            if code.trail is not None
        }
        return recognise(self.codes.values(), seen, self.digits, users)

    @callback
    def take(self, seen: Listing | None) -> None:
        """Take what the cloud lists; None: it was asked in vain."""
        now = dt_util.utcnow()
        sights = {} if seen is None else self.sights(seen)
        for code in list(self.codes.values()):
            new = take_clock(code, now)
            if seen is not None:
                # Only an answer tells by how much a clock of ours that was put forward is wrong.
                new = take_time(new, self.lock.cloud_now, self.pace.times)
            scene = Scene(
                now=now,
                online=self.lock.data.reachable,
                digits=self.digits.get(code.guest_id),
                times=self.pace.times,
            )
            new = (
                take_silence(new, scene)
                if seen is None
                else take_listing(new, sights[code.guest_id], seen, scene)
            )
            self.keep(new)

    @callback
    def keep(self, code: Code) -> None:
        """Keep what has become of a code, and remember to tell of it."""
        old = self.codes.get(code.guest_id)
        guest = self._store.guests.get(code.guest_id)
        if code == old or guest is None:
            # Who is forgotten was so while something was under way.
            return
        self._unsaved = True
        self.codes[code.guest_id] = code
        if code.settled:
            self.digits.pop(code.guest_id, None)
        if code.state is CodeState.ENDED:
            del self.codes[code.guest_id]
            self._store.tidy()
        kind = event_kind(old, code)
        if kind is not None:
            self._office.async_happened(
                CodeEvent(
                    lock_id=self.lock_id,
                    code_id=code.guest_id,
                    kind=kind,
                    name=guest.name,
                    reason=code.reason,
                )
            )

    @callback
    def _stir(self) -> None:
        """Wake whoever waits for a change."""
        if self._moved is not None:
            self._moved.set()
            self._moved = None

    async def async_publish(self) -> None:
        """Tell what was kept; return when it is on the disk."""
        self._stir()
        self._office.async_changed(self.lock_id)
        if self._unsaved:
            self._unsaved = False
            await self._store.async_save()
