"""What Home Assistant knows of each lock, and of the list of locks.

A lock has a coordinator of its own, so that a message wakes the entities of one lock only.
Everything that arrives - push, a command's answer, a read - goes through `LockCoordinator._take`,
the one place that decides what is newer.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import logging
import random
from typing import TYPE_CHECKING, Any, override

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.event import async_call_later, async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .cloud.errors import (
    ApiKeyInvalid,
    CloudError,
    EndpointNotAllowed,
    LoginExpired,
    NotFound,
    RateLimited,
    RoleMissing,
)
from .cloud.models import (
    BoltState,
    Command,
    DoorState,
    LockCapabilities,
    LockDetail,
    LockStatus,
    LockSummary,
    Operation,
    PushMessage,
)
from .const import DOMAIN
from .failures import failure_key
from .pace import Pace
from .people import actor_name
from .truth import Offer, Origin, Reading, Verdict, shown, trusted_until, weigh

if TYPE_CHECKING:
    from .account import Account, YaleAugustConfigEntry

_LOGGER = logging.getLogger(__name__)

LATCH_TYPE = 17
"""The lock type that can pull its latch, where capabilities do not say (reference 6.3)."""
CLOCK_GRAIN = timedelta(seconds=1)
"""The cloud tells its clock in whole seconds: a smaller difference is none."""
ACTOR_WINDOW = timedelta(seconds=15)
"""A push often comes twice; the second one does not repeat who did it (reference 20.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockData:
    """All that is known of one lock; replaced, never changed."""

    summary: LockSummary
    detail: LockDetail | None = None
    capabilities: LockCapabilities | None = None
    bolt: Reading[BoltState] | None = None
    door: Reading[DoorState] | None = None
    online: Reading[bool] | None = None
    commanded: BoltState | None = None
    """The movement that a command of ours has asked for and nothing has ended yet."""
    changed_by: str | None = None

    @property
    def name(self) -> str:
        """The lock's name in the vendor's app."""
        return (
            (self.detail and self.detail.name)
            or self.summary.name
            or self.summary.lock_id[-6:]
        )

    @property
    def operable(self) -> bool:
        """Whether the cloud has a way to the lock; a role that may not see the detail has one."""
        return self.detail is None or self.detail.remote_path

    @property
    def has_latch(self) -> bool:
        """Whether the lock can pull its latch."""
        if self.capabilities is not None and self.capabilities.unlatch is not None:
            return self.capabilities.unlatch
        return self.detail is not None and self.detail.type == LATCH_TYPE

    @property
    def reachable(self) -> bool | None:
        """Whether the cloud reaches the lock; None when it does not say."""
        return None if self.online is None else self.online.value


class RosterCoordinator(DataUpdateCoordinator[dict[str, LockSummary]]):
    """The list of the login's locks, by lock id."""

    config_entry: YaleAugustConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: YaleAugustConfigEntry, account: Account
    ) -> None:
        """Read slowly: locks come and go a few times a year."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=f"{DOMAIN} locks",
            update_interval=account.pace.roster,
            request_refresh_debouncer=_debouncer(hass, account.pace),
            always_update=False,
        )
        self._account = account

    @override
    async def _async_update_data(self) -> dict[str, LockSummary]:
        try:
            locks = await self._account.client.get_locks()
        except (LoginExpired, ApiKeyInvalid) as err:
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN, translation_key=failure_key(err)
            ) from err
        except CloudError as err:
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key=failure_key(err),
                retry_after=(
                    err.retry_after.total_seconds()
                    if isinstance(err, RateLimited) and err.retry_after
                    else None
                ),
            ) from err
        return {lock.lock_id: lock for lock in locks}


class LockCoordinator(DataUpdateCoordinator[LockData]):
    """The truth about one lock."""

    config_entry: YaleAugustConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: YaleAugustConfigEntry,
        account: Account,
        summary: LockSummary,
    ) -> None:
        """Know the name and nothing else yet."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=f"{DOMAIN} lock",
            request_refresh_debouncer=_debouncer(hass, account.pace),
            always_update=False,
        )
        self.account = account
        self.lock_id = summary.lock_id
        self.data = LockData(summary=summary)
        self.present = True
        """False once the login does not see the lock any more."""
        self.failed: PushMessage | None = None
        """The newest message of a failed command."""
        self.asked: datetime | None = None
        """When the newest detail that has been read was asked for."""
        self.commanding = asyncio.Lock()
        """Held by the one command that runs."""
        self.watchers: list[CALLBACK_TYPE] = []
        """Called when something has arrived, before the entities are."""
        self._actor_at: datetime | None = None
        self._disputed = False
        self._live_asked: datetime | None = None
        self._cancel_expiry: CALLBACK_TYPE | None = None
        self._cancel_settle: CALLBACK_TYPE | None = None
        self.repace()

    # What is shown

    @property
    def pace(self) -> Pace:
        """The account's times."""
        return self.account.pace

    @property
    def bolt(self) -> BoltState | None:
        """The bolt's state as it may be shown now; None is unknown."""
        if self.data.reachable is False:
            return None
        return self.data.commanded or self.settled_bolt

    @property
    def settled_bolt(self) -> BoltState | None:
        """The same without what a running command has asked for."""
        if self.data.reachable is False:
            return None
        state = shown(self.data.bolt, dt_util.utcnow(), self.pace.trust)
        return None if state is BoltState.UNKNOWN else state

    @property
    def door(self) -> DoorState | None:
        """The door's state as it may be shown now; None is unknown."""
        if self.data.reachable is False:
            return None
        return shown(self.data.door, dt_util.utcnow(), self.pace.trust)

    @property
    def persistent(self) -> bool:
        """Whether the bridge can keep the connection open (reference 12.1)."""
        detail = self.data.detail
        return detail is not None and detail.bridge is not None and detail.bridge.hyper

    # What arrives

    @override
    async def _async_update_data(self) -> LockData:
        """Read the detail. A failed read changes nothing: what is known grows old by itself."""
        self.repace()
        asked = dt_util.utcnow()
        try:
            detail = await self.account.client.get_lock(self.lock_id)
        except RoleMissing, EndpointNotAllowed:
            return await self._async_read_status_data()
        except CloudError as err:
            self._note_failure(err)
            return self.data
        self.account.note_success()
        self.asked = asked
        self._take_detail(detail, asked)
        self._tell_watchers()
        return self.data

    async def _async_read_status_data(self) -> LockData:
        """Read what a role that may not see the detail may see."""
        asked = dt_util.utcnow()
        try:
            status = await self.account.client.get_lock_status(self.lock_id)
        except CloudError as err:
            self._note_failure(err)
            return self.data
        self.account.note_success()
        self.asked = asked
        self._take_status(status, asked, Origin.READ)
        self._tell_watchers()
        return self.data

    def _note_failure(self, err: CloudError) -> None:
        if isinstance(err, NotFound):
            self.account.async_look_for_locks()
        else:
            self.account.note_failure(err)

    @callback
    def async_take_summary(self, summary: LockSummary) -> None:
        """Take the lock's line in the list of locks."""
        if summary != self.data.summary:
            self._publish(replace(self.data, summary=summary))

    @callback
    def async_take_capabilities(self, capabilities: LockCapabilities) -> None:
        """Take what the lock can do."""
        if capabilities != self.data.capabilities:
            self._publish(replace(self.data, capabilities=capabilities))

    @callback
    def async_take_push(self, message: PushMessage) -> None:
        """Take what the cloud sent by itself."""
        now = dt_util.utcnow()
        before = self.data
        at = self._ours(message.at)
        if message.failed is not None:
            self.failed = message
        if message.bridge_online is not None:
            self._take_online(value=message.bridge_online, at=now)
        elif _tells_of_contact(message):
            self._take_online(value=True, at=now)
        if before.reachable is False and self.data.reachable:
            self.async_read_soon()
        newer = True
        if message.bolt is not None:
            verdict = self._take_bolt(message.bolt, at, now, Origin.PUSH)
            if newer := verdict is Verdict.NEWER:
                self._settle(disputed=False)
        if message.door is not DoorState.ABSENT:
            self._take_door(message.door, at, now, Origin.PUSH)
        if newer:
            self._take_actor(message, before, now)
        self._publish(self.data)

    @callback
    def async_take_answer(self, operation: Operation, asked: datetime) -> None:
        """Take the lock's own answer to a command; one that is silent on the bolt changes nothing."""
        if operation.accepted:
            return
        origin = Origin.READ if operation.from_cache else Origin.ANSWER
        self._take_online(value=True, at=dt_util.utcnow())
        asked_for_state = (
            operation.info is not None and operation.info.action == Command.STATUS
        )
        verdicts = set()
        if operation.bolt is not BoltState.UNKNOWN or asked_for_state:
            verdicts.add(self._take_bolt(operation.bolt, None, asked, origin))
        if operation.door is not DoorState.ABSENT:
            verdicts.add(self._take_door(operation.door, None, asked, origin))
        if verdicts & {Verdict.NEWER, Verdict.DISPUTED}:
            self._settle(disputed=Verdict.DISPUTED in verdicts)
        self._publish(self.data)

    @callback
    def async_take_status(self, status: LockStatus, asked: datetime) -> None:
        """Take the cloud's cached status, read back after a command."""
        self._take_status(status, asked, Origin.READ)
        self._publish(self.data)

    @callback
    def async_take_jam(self, asked: datetime) -> None:
        """Take the lock's word that it could not move its bolt."""
        self._take_bolt(BoltState.JAMMED, None, asked, Origin.ANSWER)
        self._settle(disputed=False)
        self._publish(self.data)

    @callback
    def async_show_command(self, movement: BoltState | None) -> None:
        """Show the movement that a command has asked for; None ends it."""
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

    # The one place that decides

    def _take_detail(self, detail: LockDetail, asked: datetime) -> None:
        if detail.bridge_online is not None:
            self._take_online(value=detail.bridge_online, at=asked)
        self.data = replace(self.data, detail=detail)
        if detail.status is not None:
            self._take_status(detail.status, asked, Origin.READ)
        self._plan_expiry()

    def _take_status(self, status: LockStatus, asked: datetime, origin: Origin) -> None:
        at = self._ours(status.at)
        verdicts = {self._take_bolt(status.bolt, at, asked, origin)}
        if status.door is not DoorState.ABSENT:
            verdicts.add(self._take_door(status.door, at, asked, origin))
        self._settle(disputed=Verdict.DISPUTED in verdicts)

    def _take_bolt(
        self, value: BoltState, at: datetime | None, asked: datetime, origin: Origin
    ) -> Verdict:
        offer = Offer(
            value=value,
            at=at,
            asked=asked,
            arrived=dt_util.utcnow(),
            origin=origin,
            vouched=origin is not Origin.READ or self.data.reachable is not False,
        )
        before = self.data.bolt
        reading, verdict = weigh(before, offer)
        changed_by = self.data.changed_by
        if (
            origin is Origin.READ
            and before is not None
            and reading is not None
            and before.value is not reading.value
        ):
            changed_by = None
        self.data = replace(self.data, bolt=reading, changed_by=changed_by)
        return verdict

    def _take_door(
        self, value: DoorState, at: datetime | None, asked: datetime, origin: Origin
    ) -> Verdict:
        offer = Offer(
            value=value,
            at=at,
            asked=asked,
            arrived=dt_util.utcnow(),
            origin=origin,
            vouched=origin is not Origin.READ or self.data.reachable is not False,
        )
        reading, verdict = weigh(self.data.door, offer)
        self.data = replace(self.data, door=reading)
        return verdict

    def _take_online(self, *, value: bool, at: datetime) -> None:
        known = self.data.online
        if known is not None and at < known.at:
            return
        bolt, door = self.data.bolt, self.data.door
        if not value:
            # Anything may happen at the door until the cloud reaches it again.
            bolt = bolt and replace(bolt, confirmed=None)
            door = door and replace(door, confirmed=None)
        self.data = replace(
            self.data,
            online=Reading(value=value, at=at, confirmed=at),
            bolt=bolt,
            door=door,
        )

    def _take_actor(
        self, message: PushMessage, before: LockData, now: datetime
    ) -> None:
        """Keep who did it until someone else moves the bolt."""
        if message.bolt is None or message.is_poll_answer:
            return
        if message.caller is not None:
            self._actor_at = now
            actor = actor_name(message.caller, self.data.detail)
            self.data = replace(self.data, changed_by=actor)
        elif (before.bolt is None or before.bolt.value is not message.bolt) and (
            self._actor_at is None or now - self._actor_at > ACTOR_WINDOW
        ):
            self.data = replace(self.data, changed_by=None)

    def _ours(self, cloud_time: datetime | None) -> datetime | None:
        """Turn a time of the cloud's clock into one of ours."""
        offset = self.account.client.clock_offset
        if cloud_time is None or offset is None or abs(offset) < CLOCK_GRAIN:
            return cloud_time
        return cloud_time - offset

    # What follows from it

    @callback
    def _publish(self, data: LockData) -> None:
        """Hand new data to the entities; unlike a poll it does not move the next poll."""
        self.data = data
        self._tell_watchers()
        self._plan_expiry()
        self.async_update_listeners()

    @callback
    def _tell_watchers(self) -> None:
        for watcher in list(self.watchers):
            watcher()

    @callback
    def _plan_expiry(self) -> None:
        """Wake up when the first reading is too old to be shown."""
        self._cancel(expiry=True)
        now = dt_util.utcnow()
        ends = [
            until
            for reading in (self.data.bolt, self.data.door)
            if reading is not None
            and (until := trusted_until(reading, self.pace.trust)) is not None
            and until > now
        ]
        if ends and not self._shutdown_requested:
            self._cancel_expiry = async_track_point_in_utc_time(
                self.hass, HassJob(self._expired, cancel_on_shutdown=True), min(ends)
            )

    @callback
    def _expired(self, _now: datetime) -> None:
        """Show that something is not known any more, and try to know it again."""
        self._cancel_expiry = None
        self._publish(self.data)
        self.async_read_soon()

    @callback
    def async_read_soon(self) -> None:
        """Read the detail in the background."""
        self.config_entry.async_create_background_task(
            self.hass, self.async_request_refresh(), f"{self.name} read"
        )

    @callback
    def _settle(self, *, disputed: bool) -> None:
        """Read a cache that contradicts a push again; then ask the lock itself, once."""
        if not disputed:
            self._disputed = False
            self._cancel(settle=True)
            return
        if self._cancel_settle is not None or self._shutdown_requested:
            return
        again = self._disputed
        self._disputed = True
        self._cancel_settle = async_call_later(
            self.hass,
            self.pace.settle,
            HassJob(
                self._ask_lock if again else self._read_again, cancel_on_shutdown=True
            ),
        )

    @callback
    def _read_again(self, _now: datetime) -> None:
        self._cancel_settle = None
        self.async_read_soon()

    @callback
    def _ask_lock(self, now: datetime) -> None:
        self._cancel_settle = None
        if (
            self._live_asked is not None and now - self._live_asked < self.pace.live
        ) or not self.data.operable:
            return
        self._live_asked = now
        self.config_entry.async_create_background_task(
            self.hass, self._async_ask_lock(), f"{self.name} live status"
        )

    async def _async_ask_lock(self) -> None:
        asked = dt_util.utcnow()
        try:
            operation = await self.account.client.remote_operate(
                self.lock_id, Command.STATUS
            )
        except CloudError as err:
            self._note_failure(err)
            return
        self.async_take_answer(operation, asked)

    @callback
    def repace(self) -> None:
        """Take the interval that fits the account's push, spread so that locks do not read at once."""
        interval = self.account.read_interval
        self.update_interval = interval * random.uniform(0.85, 1.25)

    @callback
    def async_repace(self) -> None:
        """Count the interval anew: the account's push came or went."""
        self.repace()
        if self._listeners:
            self._schedule_refresh()

    @override
    async def async_shutdown(self) -> None:
        """Leave no timer behind."""
        await super().async_shutdown()
        self._cancel(expiry=True, settle=True)

    @callback
    def _cancel(self, *, expiry: bool = False, settle: bool = False) -> None:
        if expiry and self._cancel_expiry is not None:
            self._cancel_expiry()
            self._cancel_expiry = None
        if settle and self._cancel_settle is not None:
            self._cancel_settle()
            self._cancel_settle = None


def _tells_of_contact(message: PushMessage) -> bool:
    """Return whether a message says something that only a reachable lock can tell."""
    return message.bolt not in (None, BoltState.UNKNOWN) or message.door not in (
        DoorState.ABSENT,
        DoorState.UNKNOWN,
    )


def _debouncer(hass: HomeAssistant, pace: Pace) -> Debouncer[Coroutine[Any, Any, None]]:
    return Debouncer(
        hass, _LOGGER, cooldown=pace.coalesce.total_seconds(), immediate=True
    )
