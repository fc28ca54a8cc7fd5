"""One lock in Home Assistant: when to read it, when to look again, whom to tell.

A lock has a coordinator of its own, so that a message wakes the entities of one lock only. What
is true is decided in `knowledge`; here it is only scheduled and handed on.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
import logging
import random
from typing import TYPE_CHECKING, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .cloud.errors import (
    ApiKeyInvalid,
    CloudError,
    CloudUnavailable,
    Forbidden,
    NotFound,
)
from .cloud.models import (
    BoltState,
    DoorState,
    KeypadCapabilities,
    LockCapabilities,
    LockDetail,
    LockStatus,
    LockSummary,
    Operation,
    PushMessage,
)
from .commands.turns import turns_of
from .const import DOMAIN
from .knowledge.arrivals import (
    Taken,
    take_answer,
    take_detail,
    take_doubt,
    take_failure,
    take_jam,
    take_push,
    take_status,
)
from .knowledge.dispute import Dispute
from .knowledge.expiry import Expiry
from .knowledge.face import Face, changes, face_of
from .knowledge.lock import LockData
from .knowledge.readings import Moment
from .knowledge.steady import SteadyTime, moved_back
from .knowledge.stored import StoredReadings, restore_lock
from .pace import Pace
from .soon import Soon

if TYPE_CHECKING:
    from .household import Household

_LOGGER = logging.getLogger(__name__)


class LockCoordinator(DataUpdateCoordinator[LockData]):
    """The truth about one lock."""

    config_entry: ConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        account: Household,
        summary: LockSummary,
    ) -> None:
        """Know the name and nothing else yet."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=f"{DOMAIN} lock",
            always_update=False,
        )
        self._soon = Soon(
            hass, entry, f"{DOMAIN} read", self.async_refresh, account.pace.coalesce
        )
        self._time = SteadyTime(hass.loop.time)
        self.account = account
        self.lock_id = summary.lock_id
        self.data = LockData(summary=summary)
        self.present = True
        """False once the login does not see the lock any more."""
        self.posts_arrive = False
        """Whether what the cloud posts about this lock is known to arrive."""
        self.failed: PushMessage | None = None
        """The newest message of a failed command."""
        self.asked: datetime | None = None
        """When the newest detail that has been read was asked for."""
        turns = turns_of(hass, self.lock_id)
        self.commanding = turns.commanding
        """Held by the one movement that runs."""
        self.asking = turns.asking
        """Held by the one question that a person has asked and that has no answer yet."""
        self.writing = turns.writing
        """Held by the one write of a code that no guest has."""
        self.watchers: list[CALLBACK_TYPE] = []
        """Called when something has arrived, before the entities are."""
        self._behind = False
        """Whether a read has failed that may soon succeed."""
        self._commanded_at: datetime | None = None
        self._expiry = Expiry(hass, self._expired)
        self._dispute = Dispute(self)
        self._face = face_of(self.data, dt_util.utcnow(), self.pace.trust)
        self._told = self._face
        """What the listeners have been told of."""
        self.repace()

    @property
    def lasting(self) -> LockData:
        """What is known for after a restart, which does not hear how a command ends."""
        if self._commanded_at is None:
            return self.data
        return take_doubt(self.data, self._commanded_at).data

    # What is shown

    @property
    def pace(self) -> Pace:
        """The account's times."""
        return self.account.pace

    @property
    def cloud_now(self) -> datetime:
        """What time it is where the lock is: our clock may be wrong."""
        return dt_util.utcnow() + self.account.clock_offset

    @property
    def face(self) -> Face:
        """All that may be shown now."""
        now, face = dt_util.utcnow(), self._face
        if face.data is not self.data or now >= face.until:
            self._face = face = face_of(self.data, now, self.pace.trust)
        return face

    @property
    def bolt(self) -> BoltState | None:
        """The bolt's state as it may be shown now; None is unknown."""
        return self.face.bolt

    @property
    def settled_bolt(self) -> BoltState | None:
        """The same without what a running command has asked for."""
        return self.face.settled

    @property
    def secure(self) -> bool | None:
        """Whether the knob inside does not unlock; None is unknown."""
        return self.face.secure

    @property
    def online(self) -> bool | None:
        """Whether the cloud reaches the lock; None is unknown."""
        return self.face.online

    @property
    def door(self) -> DoorState | None:
        """The door's state as it may be shown now; None is unknown."""
        return self.face.door

    # What arrives

    @override
    async def _async_update_data(self) -> LockData:
        """Read the detail. A failed read changes nothing: what is known grows old by itself."""
        self._mind_clock()
        doubted = self.account.client.clock_doubted
        await self._async_read()
        self._mind_age()
        if self.account.client.clock_doubted and not doubted:
            # Soon a second answer will tell whether the cloud's clock has jumped.
            self.async_read_soon()
        self.repace()
        self.account.async_learn(self.lock_id)
        return self.data

    async def _async_read(self) -> None:
        client, asked = self.account.client, dt_util.utcnow()
        try:
            try:
                detail = await client.get_lock(self.lock_id)
            except ApiKeyInvalid:
                raise
            except Forbidden:
                # A role that may not see the detail may see the status.
                asked = dt_util.utcnow()
                status = await client.get_lock_status(self.lock_id)
                self._accept(take_status, status, asked)
                self.asked = asked
            else:
                self._accept_detail(detail, asked)
        except CloudError as err:
            self._behind = isinstance(err, CloudUnavailable)
            self.note_failure(err)
        else:
            self._behind = False
            self.account.note_success(self.lock_id)

    def note_failure(self, err: CloudError) -> None:
        """Take note that the cloud refused something that nobody has asked for."""
        if isinstance(err, NotFound):
            self.account.async_look_for_locks()
        else:
            self.account.note_failure(err, self.lock_id)

    @callback
    def async_restore(self, stored: StoredReadings) -> None:
        """Know what was known before, as old as it is."""
        self.data = restore_lock(self.data, stored, dt_util.utcnow())
        if self.data.doubted_at is not None:
            self.async_doubt(self.data.doubted_at)

    @callback
    def async_take_summary(self, summary: LockSummary) -> None:
        """Take the lock's line in the list of locks."""
        if summary != self.data.summary:
            self._publish(replace(self.data, summary=summary))

    @callback
    def async_take_capabilities(
        self, told: LockCapabilities, keypad: KeypadCapabilities | None
    ) -> None:
        """Take what the cloud says that the lock and its keypad can do."""
        if (told, keypad) != (self.data.capabilities, self.data.keypad):
            self._publish(replace(self.data, capabilities=told, keypad=keypad))

    @callback
    def async_take_push(self, message: PushMessage) -> None:
        """Take what the cloud sent by itself."""
        was_cut_off = self.data.reachable is False
        if message.failed is not None:
            self.failed = message
        self._accept(take_push, message, dt_util.utcnow())
        if was_cut_off and self.data.reachable:
            self.async_read_soon()
        self.async_update_listeners(changes(self._told, self.face))

    @callback
    def async_take_answer(
        self, operation: Operation, asked: datetime, *, moved: bool = False
    ) -> None:
        """Take the lock's own answer to a command; `moved`: to one that moves the bolt."""
        self._accept(partial(take_answer, moved=moved), operation, asked)
        self.async_update_listeners()

    @callback
    def async_take_detail(self, detail: LockDetail, asked: datetime) -> None:
        """Take the lock's detail, which somebody else has read."""
        self._accept_detail(detail, asked)
        self.async_update_listeners()

    @callback
    def async_take_status(self, status: LockStatus, asked: datetime) -> None:
        """Take the cloud's cached status, read back after a command."""
        self._accept(take_status, status, asked)
        self.async_update_listeners()

    @callback
    def async_take_actor(self, actor: str, at: datetime) -> None:
        """Take it that this one made the last movement of the bolt."""
        self.data = replace(self.data, actor=actor, actor_at=at)
        self.async_update_listeners()

    @callback
    def async_take_failure(self, err: CloudError, asked: datetime) -> None:
        """Take what a failed command says about the lock."""
        self._accept(take_failure, err, asked)
        self.async_update_listeners()

    @callback
    def async_doubt(self, sent: datetime) -> None:
        """Know nothing of the bolt until something newer than a command tells.

        The cache is read at once; if it is no wiser, the lock itself is asked, but not so soon
        that it would be busy for a person who tries again.
        """
        self._mind_clock()
        self._take(take_doubt(self.data, min(sent, dt_util.utcnow())))
        self.async_update_listeners()
        if self.data.doubted_at is not None:
            self.async_read_soon()
            self._dispute.read_already()

    @callback
    def async_take_jam(self, asked: datetime) -> None:
        """Take the lock's word that it could not move its bolt."""
        self._mind_clock()
        self._take(take_jam(self.data, self._moment(asked)))
        self.async_update_listeners()

    @callback
    def async_show_command(self, movement: BoltState | None) -> None:
        """Show the movement that a command has asked for; None ends it."""
        self._commanded_at = None if movement is None else dt_util.utcnow()
        if movement is not self.data.commanded:
            self._publish(replace(self.data, commanded=movement))

    @callback
    def async_end_command(self) -> None:
        """Show what has arrived: a watcher has seen the end of the movement."""
        self.data = replace(self.data, commanded=None)

    @callback
    def async_withdraw(self) -> None:
        """Become unavailable: the login does not see the lock any more."""
        if self.present:
            self.present = False
            self.async_update_listeners()

    @callback
    def async_return(self) -> None:
        """Become available: the login sees the lock again."""
        if not self.present:
            self.present = True
            self.async_update_listeners()

    @override
    @callback
    def async_update_listeners(self, parts: int | None = None) -> None:
        """Tell all listeners, or those whom these parts concern; which, their context says."""
        self._told = self.face
        if parts is None:
            super().async_update_listeners()
            return
        concerned = [
            listener
            for listener, context in self._listeners.values()
            if not isinstance(context, int) or context & parts
        ]
        for listener in concerned:
            try:
                listener()
            except Exception:
                _LOGGER.exception("A listener of a lock failed")

    # What follows from it

    @callback
    def _mind_clock(self) -> None:
        """Let nothing be of a time to come when our clock was set back."""
        if by := self._time.set_back():
            _LOGGER.debug("The clock was set back by %s", by)
            self._dispute.forget_time()
            self.asked = self.asked and self.asked - by
            self.account.witness.async_set_back(self.lock_id, by)
            self._publish(moved_back(self.data, by))

    @callback
    def _mind_age(self) -> None:
        """Show that something is not known any more: a timer sleeps while the machine does."""
        if dt_util.utcnow() >= self._told.until:
            self._publish(self.data)

    def _accept[T](
        self,
        take: Callable[[LockData, T, Moment], Taken],
        arrived: T,
        asked: datetime,
    ) -> None:
        self._mind_clock()
        self._take(take(self.data, arrived, self._moment(asked)))

    def _accept_detail(self, detail: LockDetail, asked: datetime) -> None:
        """Take a detail; of one that was asked for before the newest only what tells its own time."""
        self._mind_clock()
        asked = min(asked, dt_util.utcnow())
        if self.data.detail is None or self.asked is None or asked >= self.asked:
            self.asked = asked
            self._accept(take_detail, detail, asked)
        elif detail.status is not None:
            self._accept(take_status, detail.status, asked)

    def _moment(self, asked: datetime) -> Moment:
        now = dt_util.utcnow()
        return Moment(
            asked=min(asked, now),
            arrived=now,
            offset=self.account.clock_offset,
        )

    @callback
    def _take(self, taken: Taken) -> None:
        """Know it, and let the watchers see it before the entities do."""
        was_cut_off = self.data.cut_off_at is not None
        self.data = taken.data
        if self.data.cut_off_at is not None and not was_cut_off:
            self._reschedule()
        in_doubt = self.data.doubted_at is not None
        if taken.disputed is not None and not (
            in_doubt and self.data.reachable is False
        ):
            # What has arrived was no wiser: the lock may not have answered when asked before.
            self._dispute.settle(disputed=taken.disputed or in_doubt)
        if taken.untold:
            self.account.witness.async_unheard(self.lock_id)
        if taken.unheard is not None:
            self.account.note_unheard(self.lock_id, taken.unheard)
            if self.data.commanded is None:
                # The cloud does not owe a post of what a command of ours has done.
                self.async_trust_posts(arrive=False)
        for watcher in list(self.watchers):
            watcher()
        self._expiry.plan(self.face.until)

    @callback
    def _publish(self, data: LockData) -> None:
        """Hand new data to the entities; unlike a poll it does not move the next poll."""
        self._take(Taken(data=data))
        self.async_update_listeners()

    @callback
    def _expired(self) -> None:
        """Show that something is not known any more, and try to know it again."""
        self._publish(self.data)
        self.async_read_soon()

    @callback
    def async_read_soon(self) -> None:
        """Read the detail in the background."""
        self._soon.ask()

    @override
    async def async_request_refresh(self) -> None:
        """Read soon."""
        self.async_read_soon()

    @callback
    def repace(self) -> None:
        """Take the interval that fits the account's push, spread so that locks do not read at once."""
        interval = (
            self.pace.reconcile if self.posts_arrive else self.account.read_interval
        )
        cut_off_at = self.data.cut_off_at
        if self._behind or (
            # Most clouds do not tell when it is back.
            cut_off_at is not None
            and dt_util.utcnow() - cut_off_at < self.pace.return_of_bridge
        ):
            interval = min(interval, self.account.poll_interval)
        self.update_interval = interval * random.uniform(0.85, 1.25)

    @callback
    def async_repace(self) -> None:
        """Count the interval anew: the account's push came or went."""
        self._mind_age()
        self._reschedule()

    def _reschedule(self) -> None:
        self.repace()
        if self._listeners:
            self._schedule_refresh()

    @callback
    def async_trust_posts(self, *, arrive: bool) -> None:
        """Take note whether the cloud's posts about this lock arrive."""
        if arrive is not self.posts_arrive:
            self.posts_arrive = arrive
            self.async_repace()

    @override
    async def async_shutdown(self) -> None:
        """Leave no timer behind."""
        await super().async_shutdown()
        self._expiry.close()
        self._dispute.close()
