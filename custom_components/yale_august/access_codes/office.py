"""The codes of all locks of an account: where they are kept, who hears of them, what a name means."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from custom_components.yale_august.cloud.errors import CloudError, LoginExpired
from custom_components.yale_august.cloud.models import Role
from custom_components.yale_august.codes.digits import is_digits
from custom_components.yale_august.codes.ends import is_intact
from custom_components.yale_august.codes.names import same_name
from custom_components.yale_august.codes.pace import CodePace
from custom_components.yale_august.codes.records import Code, CodeState, Goal, Guest
from custom_components.yale_august.codes.view import CodeEvent, Outcome
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.failures import failure
from custom_components.yale_august.storage import Notebook

from .answers import barrier_of
from .keeper import LockCodes
from .maker import refusal
from .needs import Unreadable
from .posts import CodePosts
from .shown import Found, find_in, listed_pin
from .store import CodeStore
from .survey import Survey

_LOGGER = logging.getLogger(__name__)

type Outcomes = Mapping[str, Outcome]
"""By lock id: one for each lock that was asked for."""


class CodeOffice:
    """What the codes of all locks share."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        notebook: Notebook,
        pace: CodePace,
    ) -> None:
        """Nothing is read yet."""
        self._hass = hass
        self._entry = entry
        self.store = CodeStore(hass, entry.entry_id)
        self._closed = False
        self.posts = CodePosts(hass, entry, self._hint)
        self.rooms: dict[str, LockCodes] = {}
        """By lock id, while a lock is shown."""
        self.survey = Survey(hass, entry, self, notebook, pace)
        self._listeners: dict[str, list[CALLBACK_TYPE]] = {}
        self._event_listeners: dict[str, list[Callable[[CodeEvent], None]]] = {}

    # Life

    async def async_load(self) -> None:
        """Read what the last run left."""
        await self.store.async_load()

    async def async_close(self) -> None:
        """Leave no task and no timer, and the file to who reads it next."""
        self._closed = True
        self.survey.async_close()
        rooms, self.rooms = list(self.rooms.values()), {}
        await asyncio.gather(*(room.async_close() for room in rooms))
        await self.store.async_close()

    @property
    def at_work(self) -> int:
        """How many locks are looked at because a wish is open there."""
        return sum(room.is_at_work for room in self.rooms.values())

    @callback
    def async_keep(self, lock: LockCoordinator) -> CALLBACK_TYPE:
        """Go on with the codes of a lock that is shown now; call the result to pause."""
        room = LockCodes(self._hass, self._entry, self, lock)
        self.rooms[lock.lock_id] = room
        room.async_start()
        return partial(self._pause, room)

    @callback
    def _pause(self, room: LockCodes) -> None:
        if self.rooms.get(room.lock_id) is room:
            del self.rooms[room.lock_id]
            self._entry.async_create_background_task(
                self._hass, room.async_close(), f"{room.lock.name} codes end"
            )

    async def async_forget(self, lock_id: str) -> None:
        """Forget the codes of a lock that the account has no more."""
        self.survey.forget(lock_id)
        if self.store.codes.pop(lock_id, None):
            self.store.tidy()
            await self.store.async_save()

    async def async_empty(self, lock_id: str, since: datetime) -> None:
        """Forget the codes of a lock from which somebody has removed all, but what was wished since."""
        if (room := self.rooms.get(lock_id)) is not None:
            room.async_empty(since)
        else:
            self.store.of(lock_id).clear()
        self.survey.forget(lock_id)
        self.store.tidy()
        await self.store.async_save()
        self.async_changed(lock_id)

    # Who is told

    @callback
    def async_add_listener(
        self, lock_id: str, listener: CALLBACK_TYPE
    ) -> CALLBACK_TYPE:
        """Call `listener` whenever what `shown` returns has changed."""
        listeners = self._listeners.setdefault(lock_id, [])
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    @callback
    def async_on_event(
        self, lock_id: str, listener: Callable[[CodeEvent], None]
    ) -> CALLBACK_TYPE:
        """Call `listener` for each event of a lock."""
        listeners = self._event_listeners.setdefault(lock_id, [])
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    @callback
    def async_happened(self, event: CodeEvent) -> None:
        """Tell whoever wants to know."""
        for listener in list(self._event_listeners.get(event.lock_id, ())):
            _tell(partial(listener, event))

    @callback
    def async_changed(self, lock_id: str) -> None:
        """Tell that something else is shown."""
        if (room := self.rooms.get(lock_id)) is not None:
            self.survey.async_count(room)
        for listener in list(self._listeners.get(lock_id, ())):
            _tell(listener)

    @callback
    def async_listed(self, lock_id: str) -> None:
        """Take it that the cloud has listed the codes of a lock."""
        self.survey.async_listed(lock_id)

    async def async_posting_address(self) -> str | None:
        """Return where the cloud may post what a lock said to a write; None without one."""
        return await self.posts.async_address()

    @callback
    def _hint(self) -> None:
        for room in self.rooms.values():
            room.async_hint()

    # Digits of the same guest

    async def async_find_digits(self, code: Code) -> str | None:
        """Return what another lock has for the same guest; None when nobody knows.

        Raises Unreadable when a lock that may know cannot be asked now. Where two locks
        differ nobody knows which was meant.
        """
        guest = self.store.guests.get(code.guest_id)
        if guest is None or not guest.same_code:
            return None
        others = self.store.of_guest(code.guest_id)
        others.pop(code.lock_id, None)
        return await self._async_digits_on(others)

    async def async_digits_of(
        self, codes: Mapping[str, Code], lock: LockCoordinator
    ) -> str:
        """Return the digits that a guest has on other locks; raises in words when nobody knows."""
        try:
            digits = await self._async_digits_on(codes)
        except Unreadable:
            digits = None
        if digits is None:
            raise refusal("code_digits_unknown", lock=lock.data.name)
        return digits

    async def _async_digits_on(self, codes: Mapping[str, Code]) -> str | None:
        found: set[str] = set()
        for lock_id, code in codes.items():
            if code.change or code.goal is Goal.GONE:
                continue
            if (room := self.rooms.get(lock_id)) is None:
                raise Unreadable
            if (held := room.digits.get(code.guest_id)) is not None:
                found.add(held)
                continue
            try:
                await room.async_read()
            except CloudError as err:
                if barrier_of(err) is None:
                    raise Unreadable from err
                continue
            if (now := room.codes.get(code.guest_id)) is None or not is_intact(now):
                continue
            pin = listed_pin(room, now)
            if pin is not None and pin.pin is not None and is_digits(pin.pin):
                found.add(pin.pin)
        return found.pop() if len(found) == 1 else None

    # What a word means

    def room(self, lock_id: str, *, bare: bool = False) -> LockCodes:
        """Return a lock's codes; raises when it has none, unless it may be `bare` by now."""
        room = self.rooms.get(lock_id)
        if self._closed:
            raise refusal("code_lock_went")
        if room is None or not (bare or self.can_codes(room.lock)):
            name = "" if room is None else room.lock.data.name
            raise refusal("code_not_offered", lock=name)
        return room

    def rooms_for(
        self, lock_ids: Iterable[str], *, bare: bool = False
    ) -> list[LockCodes]:
        """Return the codes of these locks, each once; raises where there are none."""
        rooms = [self.room(lock_id, bare=bare) for lock_id in dict.fromkeys(lock_ids)]
        if not rooms:
            raise refusal("code_locks_missing")
        return rooms

    def can_codes(self, lock: LockCoordinator) -> bool:
        """Return whether the login may read and write codes of this lock."""
        room = self.rooms.get(lock.lock_id)
        if lock.data.summary.role is not Role.SUPERUSER or (room and room.barrier):
            return False
        detail, capabilities = lock.data.detail, lock.data.capabilities
        if detail is not None and detail.supports_entry_codes is not None:
            return detail.supports_entry_codes
        return bool(
            (detail is not None and detail.keypad is not None)
            or (lock.data.keypad is not None and lock.data.keypad.pin_codes)
            or (capabilities is not None and capabilities.integrated_keypad)
        )

    def find_guest(self, name: str) -> Guest | None:
        """Return a guest by name, however it is spelled."""
        wanted = same_name(name)
        return next(
            (
                guest
                for guest in self.store.guests.values()
                if same_name(guest.name) == wanted
            ),
            None,
        )

    async def async_refer(
        self, word: str, lock_ids: Iterable[str] | None, *, bare: bool = False
    ) -> list[tuple[LockCodes, Found]]:
        """Return what a word means on each lock; raises where it means nothing.

        Lists are read only where the word is none of our guests.
        """
        if lock_ids is None:
            guest = self.store.guests.get(word) or self.find_guest(word)
            if guest is None:
                raise refusal("code_unknown", lock="")
            lock_ids = self.store.of_guest(guest.guest_id)
        found = []
        for room in self.rooms_for(lock_ids, bare=bare):
            what = find_in(room, self.store.guests, word)
            if what is None or what.code is None:
                await self.async_list(room)
                what = find_in(room, self.store.guests, word)
            if what is None:
                raise refusal("code_unknown", lock=room.lock.data.name)
            found.append((room, what))
        return found

    # Looking and waiting

    async def async_list(self, room: LockCodes) -> None:
        """Read the list of a lock; raises HomeAssistantError in words."""
        try:
            await room.async_read()
        except CloudError as err:
            raise failure(err, room.lock.data.name) from err

    async def async_look(self, rooms: Sequence[LockCodes]) -> None:
        """Read the lists of locks that are about to get digits.

        A lock that cannot be read now says later what is wrong with them; one that may not
        be read, or a login that is over, is an error now.
        """
        results = await asyncio.gather(
            *(room.async_read() for room in rooms), return_exceptions=True
        )
        for room, result in zip(rooms, results, strict=True):
            if isinstance(result, CloudError):
                if barrier_of(result) is not None or isinstance(result, LoginExpired):
                    raise failure(result, room.lock.data.name) from result
            elif isinstance(result, BaseException):
                raise result

    async def async_outcomes(
        self,
        rooms: Sequence[LockCodes],
        guest_id: str,
        wait: float,
        made: Mapping[str, str],
    ) -> Outcomes:
        """Set the locks to work, wait as long as asked, and tell how far they are."""
        for room in rooms:
            room.async_wake()
        if wait > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await asyncio.gather(
                        *(room.async_settled(guest_id) for room in rooms)
                    )
        return {
            room.lock_id: _outcome(room, guest_id, made.get(room.lock_id))
            for room in rooms
        }


def _tell(listener: CALLBACK_TYPE) -> None:
    """Call a listener; what it cannot show must not keep a code from its lock, or on it."""
    try:
        listener()
    except Exception:
        _LOGGER.exception("What has become of an access code cannot be shown")


def _outcome(room: LockCodes, guest_id: str, digits: str | None) -> Outcome:
    code = room.codes.get(guest_id)
    return Outcome(
        lock_id=room.lock_id,
        code_id=guest_id,
        goal=Goal.GONE if code is None else code.goal,
        state=CodeState.ENDED if code is None else code.state,
        reason=None if code is None else code.reason,
        settled=code is None or code.settled,
        digits=digits,
    )
