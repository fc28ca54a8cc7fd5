"""The codes of one lock: looks, decides by the engine, sends, looks again until nothing is open.

A task runs only while a wish is open. Digits are in memory only, and no longer than needed.
"""

import asyncio
from datetime import datetime
import logging
import random

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from custom_components.yale_august.cloud.errors import (
    ApiKeyInvalid,
    CloudError,
    LoginExpired,
)
from custom_components.yale_august.cloud.models import PinAction, PinCommand
from custom_components.yale_august.codes.commands import command
from custom_components.yale_august.codes.ends import Scene
from custom_components.yale_august.codes.engine import (
    TAKEN,
    Answer,
    Verdict,
    begin,
    give_up,
    need_digits,
    take_answer,
    take_listing,
    take_silence,
    take_time,
)
from custom_components.yale_august.codes.plan import (
    CodePace,
    look_after,
    next_end,
    open_codes,
    pick,
)
from custom_components.yale_august.codes.records import Code, CodeState, Reason
from custom_components.yale_august.codes.sighting import Listing, find, uses
from custom_components.yale_august.codes.view import CodeEvent, event_kind
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.rights import Right, needs

from .answers import answer_of, barrier_of
from .needs import Office, Unreadable

_LOGGER = logging.getLogger(__name__)


class LockCodes:
    """One lock's codes while the entry is loaded."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        office: Office,
        lock: LockCoordinator,
    ) -> None:
        """Know what is stored; nothing runs yet."""
        self._hass = hass
        self._entry = entry
        self._office = office
        self._store = office.store
        self.lock = lock
        self.lock_id = lock.lock_id
        self.codes: dict[str, Code] = office.store.of(lock.lock_id)
        self.digits: dict[str, str] = {}
        """What is to be sent, by guest id."""
        self.listing: Listing | None = None
        """What the cloud listed last."""
        self._read_barrier: Reason | None = None
        self._write_barrier: Reason | None = None
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._moved = asyncio.Event()
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._stop_listening: CALLBACK_TYPE | None = None
        self._was_reachable: bool | None = None
        self._closed = False
        self._unsaved = False

    def __repr__(self) -> str:
        """Return no id and no digits."""
        return f"<LockCodes of {len(self.codes)}>"

    @property
    def barrier(self) -> Reason | None:
        """Why the cloud keeps codes from this login, once it has said so in this run."""
        return self._read_barrier or self._write_barrier

    @property
    def pace(self) -> CodePace:
        """How often to look."""
        return self.lock.pace.codes

    # Life

    @callback
    def async_start(self) -> None:
        """Go on where the last run was; look once where nothing is open."""
        self._was_reachable = self.lock.data.reachable
        self._stop_listening = self.lock.async_add_listener(self._lock_changed)
        if self.codes:
            self.async_wake()

    async def async_close(self) -> None:
        """Leave no task and no timer; what is open stays in the journal."""
        self._closed = True
        self._unplan()
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        self.digits.clear()

    @callback
    def async_wake(self) -> None:
        """Look now: something has been wished, or may have happened."""
        if self._closed:
            return
        self._woken.set()
        if self._task is None or self._task.done():
            self._unplan()
            self._task = self._entry.async_create_background_task(
                self._hass, self._async_run(), f"{DOMAIN} codes"
            )

    @callback
    def async_hint(self) -> None:
        """Look now, if anything is open."""
        if open_codes(self.codes.values()):
            self.async_wake()

    @callback
    def _lock_changed(self) -> None:
        reachable = self.lock.data.reachable
        if reachable and not self._was_reachable:
            self.async_hint()
        self._was_reachable = reachable

    # Wishes

    @callback
    def async_wish(self, code: Code, digits: str | None = None) -> None:
        """Take a wish; the caller saves and wakes."""
        if digits is not None:
            self.digits[code.guest_id] = digits
        self._keep(code)

    async def async_settled(self, guest_id: str) -> None:
        """Wait until nothing is open for a guest."""
        while (code := self.codes.get(guest_id)) is not None and not code.settled:
            moved = self._moved
            await moved.wait()

    # Looking

    async def async_read(self) -> Listing:
        """Read the list and take what it says; raises CloudError."""
        asked = dt_util.utcnow()
        try:
            with needs(self._hass, self._entry, Right.READ_CODES):
                groups = await self.lock.account.client.get_pins(self.lock_id)
        except CloudError as err:
            self._note(err)
            raise
        self._read_barrier = None
        seen = Listing.of(groups, asked)
        if self.listing is None or self.listing.asked <= asked:
            self.listing = seen
        self._take(seen)
        self._tell()
        await self._async_save()
        if self._task is None:
            self.async_hint()
        return seen

    def _note(self, err: CloudError) -> None:
        if isinstance(err, LoginExpired | ApiKeyInvalid):
            self.lock.account.note_failure(err)
        else:
            _LOGGER.debug("Codes cannot be read: %s", err)
        if (barrier := barrier_of(err)) is not None:
            self._read_barrier = barrier
            for code in open_codes(self.codes.values()):
                self._keep(give_up(code, barrier))

    @callback
    def _take(self, seen: Listing | None) -> None:
        now = dt_util.utcnow()
        for code in list(self.codes.values()):
            new = take_time(code, now, self.pace.times)
            scene = Scene(
                now=now,
                online=self.lock.data.reachable,
                digits=self.digits.get(code.guest_id),
                guest=self._store.guests.get(code.guest_id),
                times=self.pace.times,
            )
            new = (
                take_silence(new, scene)
                if seen is None
                else take_listing(new, seen, scene)
            )
            self._keep(new)

    # The loop

    async def _async_run(self) -> None:
        done = 0
        while not self._closed and not self._hass.is_stopping:
            self._woken.clear()
            has_moved = await self._async_round()
            done = 0 if has_moved else done + 1
            pause = look_after(self.codes.values(), done, self.pace)
            if pause is None:
                break
            now = dt_util.utcnow()
            end = next_end(self.codes.values(), now, self.pace.times)
            if end is not None:
                pause = min(pause, end - now)
            try:
                async with asyncio.timeout(pause.total_seconds()):
                    await self._woken.wait()
            except TimeoutError:
                continue
            done = 0
        self._task = None
        self._plan()

    async def _async_round(self) -> bool:
        """Look once, and send what is due; return whether anything has come nearer its end."""
        before = dict(self.codes)
        seen: Listing | None = None
        self._doubt_bridge()
        try:
            seen = await self.async_read()
        except CloudError:
            self._take(None)
            self._tell()
            await self._async_save()
        has_sent = seen is not None and await self._async_act(seen)
        return has_sent or before != self.codes

    @callback
    def _doubt_bridge(self) -> None:
        """Read whether the bridge is online when a lock takes long."""
        half, asked = self.pace.times.deadline / 2, self.lock.asked
        sent = [code.step.sent_at for code in self.codes.values() if code.step]
        if not sent or dt_util.utcnow() - max(sent) < half:
            return
        if asked is None or asked < max(sent) + half:
            self.lock.async_read_soon()

    async def _async_act(self, seen: Listing) -> bool:
        """Send the next write, if there is one; return whether the cloud may have taken it."""
        waiting: set[str] = set()
        while (due := pick(self.codes.values(), seen, waiting)) is not None:
            code, action = due
            if action is PinAction.LOAD or code.change:
                try:
                    is_ready = await self._async_prepare(code, seen)
                except Unreadable:
                    waiting.add(code.guest_id)
                    continue
                if not is_ready:
                    continue
            return await self._async_send(code, action, seen)
        return False

    async def _async_prepare(self, code: Code, seen: Listing) -> bool:
        """Have the digits at hand; False when the code is not what it was."""
        digits = self.digits.get(code.guest_id)
        pin = find(code, seen)
        if digits is None and code.change and not code.fresh and pin is not None:
            digits = pin.pin
        if digits is None:
            digits = await self._office.async_find_digits(code)
        if self.codes.get(code.guest_id) is not code:
            return False
        if digits is None:
            new = need_digits(code)
        elif uses(seen, digits, pin):
            new = give_up(code, Reason.CODE_IN_USE)
        else:
            self.digits[code.guest_id] = digits
            return True
        self._keep(new)
        self._tell()
        await self._async_save()
        return False

    async def _async_send(self, code: Code, action: PinAction, seen: Listing) -> bool:
        """Journal a write, send it once, take the answer."""
        guest = self._store.guests[code.guest_id]
        pin, digits = find(code, seen), self.digits.get(code.guest_id)
        write = command(code, guest, action, pin, digits)
        webhook = await self._office.async_posting_address()
        if self.codes.get(code.guest_id) is not code:
            return False
        if write is None:
            self._keep(give_up(code, Reason.INVALID))
            self._tell()
            await self._async_save()
            return False
        begun = begin(code, action, dt_util.utcnow(), self.pace.times)
        self._keep(begun)
        self._tell()
        await self._async_save()
        if self._hass.is_stopping:
            return False
        if self.codes.get(code.guest_id) is begun:
            answer = await self._async_write(write, webhook)
        else:
            # The person has changed their mind while it was written down.
            answer = Answer(verdict=Verdict.NOT_SENT)
        now = self.codes.get(code.guest_id)
        if now is not None and now.step is not None and begun.step is not None:
            if now.step.sent_at == begun.step.sent_at:
                self._keep(take_answer(now, answer))
        self._tell()
        await self._async_save()
        return answer.verdict is not Verdict.NOT_SENT

    async def _async_write(self, write: PinCommand, webhook: str | None) -> Answer:
        account = self.lock.account
        try:
            with needs(self._hass, self._entry, Right.WRITE_CODES):
                await account.client.write_pins(self.lock_id, [write], webhook=webhook)
        except CloudError as err:
            _LOGGER.debug("A code was not taken: %s", err)
            if isinstance(err, LoginExpired | ApiKeyInvalid):
                account.note_failure(err)
            self._write_barrier = barrier_of(err)
            return answer_of(err)
        self._write_barrier = None
        return TAKEN

    # What becomes of them

    @callback
    def _keep(self, code: Code) -> None:
        """Keep what has become of a code, and remember to tell of it."""
        old = self.codes.get(code.guest_id)
        if code == old:
            return
        self._unsaved = True
        self.codes[code.guest_id] = code
        guest = self._store.guests[code.guest_id]
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
    def _tell(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        self._office.async_changed(self.lock_id)

    @callback
    def _plan(self) -> None:
        """Look again when a window ends, and now and then; without a code never."""
        self._unplan()
        if self._closed or not self.codes:
            return
        now = dt_util.utcnow()
        moment = now + self.pace.rest * random.uniform(0.85, 1)
        end = next_end(self.codes.values(), now, self.pace.times)
        self._cancel_timer = async_track_point_in_utc_time(
            self._hass,
            HassJob(self._timer, cancel_on_shutdown=True),
            moment if end is None else min(moment, end),
        )

    @callback
    def _timer(self, _now: datetime) -> None:
        self._cancel_timer = None
        self.async_wake()

    @callback
    def _unplan(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    async def _async_save(self) -> None:
        if self._unsaved:
            self._unsaved = False
            await self._store.async_save()
