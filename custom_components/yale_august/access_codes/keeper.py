"""The codes of one lock at work: looks, sends what is due, looks again until nothing is open.

A task runs only while a wish is open.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
import logging
import random
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_API_KEY
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from custom_components.yale_august.cloud.errors import (
    ApiKeyInvalid,
    CloudError,
    Conflict,
    LoginExpired,
    NotFound,
    UnexpectedAnswer,
)
from custom_components.yale_august.cloud.models import PinAction, PinGroups
from custom_components.yale_august.codes.engine import give_up
from custom_components.yale_august.codes.plan import look_after, next_end, open_codes
from custom_components.yale_august.codes.records import CodeState, Reason
from custom_components.yale_august.codes.sighting import Listing
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.knowledge.face import Part
from custom_components.yale_august.rights import Needs, Right

from .answers import barrier_of
from .ledger import Ledger
from .needs import Office
from .writer import Writer

_LOGGER = logging.getLogger(__name__)

_NONE_SAID: Final = (Conflict, NotFound, UnexpectedAnswer)
"""How the cloud may refuse to list the codes of a lock that has none."""


class LockCodes(Ledger):
    """One lock's codes while the entry is loaded."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        office: Office,
        lock: LockCoordinator,
    ) -> None:
        """Know what is stored; nothing runs yet."""
        super().__init__(office, lock)
        self._hass = hass
        self._entry = entry
        self._writer = Writer(hass, entry, office, self)
        self._read_barrier: Reason | None = None
        self._task: asyncio.Task[None] | None = None
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._stop_listening: CALLBACK_TYPE | None = None
        self._was_reachable: bool | None = None
        self._role = lock.data.summary.role
        self._questions = self._answered = 0
        """How often the list was asked for, and which question was answered last."""
        self._surprised = False
        """Whether the last list lacked codes that nobody was deleting, all of them."""

    @property
    def barrier(self) -> Reason | None:
        """Why the cloud keeps codes from this login, once it has said so in this run."""
        return self._read_barrier or self._writer.barrier

    @property
    def is_at_work(self) -> bool:
        """Whether the lock is looked at because a wish is open."""
        return self._task is not None

    @cached_property
    def _woken(self) -> asyncio.Event:
        """Set when there is something to look at; most locks never have it."""
        return asyncio.Event()

    # Life

    @callback
    def async_start(self) -> None:
        """Go on where the last run was; look once where nothing is open."""
        self._was_reachable = self.lock.data.reachable
        self._stop_listening = self.lock.async_add_listener(
            self._lock_changed, (Part.CONTACT | Part.FACTS).value
        )
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
        self._stir()

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
        role, before = self.lock.data.summary.role, self._role
        self._role = role
        if role is not before and self.barrier is Reason.ROLE_MISSING:
            # What was refused to another role says nothing of this one.
            self._read_barrier = self._writer.barrier = None

    @callback
    def async_empty(self, since: datetime) -> None:
        """Forget what was wished before, and lists that were asked for: nothing of it is on the lock."""
        for code in list(self.codes.values()):
            if code.wished_at < since:
                del self.codes[code.guest_id]
                self.digits.pop(code.guest_id, None)
        self.listing = None
        self._questions += 1
        self._answered = self._questions

    # Looking

    async def async_read(self) -> Listing:
        """Read the list and take what it says; return the newest one. Raises CloudError."""
        asked = dt_util.utcnow()
        self._questions += 1
        question = self._questions
        try:
            with Needs(self._hass, self._entry, Right.READ_CODES):
                groups = await self.lock.account.client.get_pins(self.lock_id)
        except CloudError as err:
            if not self._has_none(err):
                self._note(err)
                await self.async_publish()
                raise
            groups = PinGroups.from_json({})
        self._read_barrier = None
        seen = Listing.of(
            groups,
            asked,
            key=self._entry.data[CONF_API_KEY],
            offset=self.lock.account.clock_offset,
        )
        if self._answered > question:
            # A later question was answered first: this answer is old. Their times do not
            # tell: a clock may have been put back.
            return self.listing or seen
        self._answered = question
        if self._is_surprised(seen):
            seen = replace(seen, complete=False)
        self.listing = seen
        self.take(seen)
        self._office.async_listed(self.lock_id)
        await self.async_publish()
        if self._task is None:
            if self._surprised:
                self.async_wake()
            self.async_hint()
        return seen

    def _is_surprised(self, seen: Listing) -> bool:
        """Return whether all codes are missing that nobody was deleting, and have not been missed before.

        A cloud that cannot say which codes a lock has may say that it has none. What is taken for gone then, and is
        not, opens the door unseen: so that has to be said twice.
        """
        before = self._surprised
        self._surprised = (
            seen.complete
            and not seen.pins
            and any(
                code.pin_id is not None
                and code.state is not CodeState.LOST
                and (code.step is None or code.step.action is not PinAction.DELETE)
                for code in self.codes.values()
            )
        )
        return self._surprised and not before

    def _has_none(self, err: CloudError) -> bool:
        """Return whether it is only how the cloud says that a lock which takes no codes has none (reference 14.2)."""
        detail = self.lock.data.detail
        takes_none = detail is not None and detail.supports_entry_codes is False
        is_said = isinstance(err, _NONE_SAID) and (err.status or 0) >= 400
        return takes_none and is_said

    def _note(self, err: CloudError) -> None:
        if isinstance(err, LoginExpired | ApiKeyInvalid):
            self.lock.account.note_failure(err)
        else:
            _LOGGER.debug("Codes cannot be read: %s", err)
        if (barrier := barrier_of(err)) is not None:
            self._read_barrier = barrier
            for code in open_codes(self.codes.values()):
                self.keep(give_up(code, barrier))

    # The loop

    async def _async_run(self) -> None:
        done = 0
        while not self._closed and not self._hass.is_stopping:
            self._woken.clear()
            has_moved = await self._async_round()
            done = 0 if has_moved else done + 1
            pause = look_after(self.codes.values(), done, self.pace)
            if pause is None and self._surprised:
                pause = self.pace.looks[-1]
            if pause is None:
                break
            pause = max(pause, self.pace.look_share * self._office.at_work)
            if (end := self._until_next_end()) is not None:
                pause = min(pause, end)
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
            self.take(None)
            await self.async_publish()
        has_sent = seen is not None and await self._writer.async_act(seen)
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

    # Between two loops

    @callback
    def _plan(self) -> None:
        """Look again when a window ends, and now and then; without a code never."""
        self._unplan()
        if self._closed or not self.codes:
            return
        pause = self.pace.rest * random.uniform(0.85, 1)
        if (end := self._until_next_end()) is not None:
            pause = min(pause, end)
        self._cancel_timer = async_track_point_in_utc_time(
            self._hass,
            HassJob(self._timer, cancel_on_shutdown=True),
            dt_util.utcnow() + pause,
        )

    def _until_next_end(self) -> timedelta | None:
        """Return how long the next window lasts, by the clock that the lock goes by."""
        now = self.lock.cloud_now
        end = next_end(self.codes.values(), now, self.pace.times)
        return None if end is None else end - now

    @callback
    def _timer(self, _now: datetime) -> None:
        self._cancel_timer = None
        self.async_wake()

    @callback
    def _unplan(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
