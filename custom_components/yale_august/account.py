"""One login: its client, its list of locks, its push stream, and a coordinator for each lock."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
import logging

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .claims import SIGNAL_RELEASED, claims
from .cloud.client import Client
from .cloud.errors import ApiKeyInvalid, CloudError, LoginExpired
from .cloud.models import LockSummary, PushMessage
from .cloud.push import PushStream
from .const import DOMAIN
from .coordinator import LockCoordinator
from .devices import async_forget_lock, async_keep_devices
from .pace import Pace
from .roster import RosterCoordinator
from .storage import Notebook

_LOGGER = logging.getLogger(__name__)

type YaleAugustConfigEntry = ConfigEntry[Account]
type LockListener = Callable[[LockCoordinator], None]

PACE = Pace()


class Account:
    """What a config entry holds while it is loaded."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: YaleAugustConfigEntry,
        client: Client,
        notebook: Notebook,
        *,
        pushes: bool,
    ) -> None:
        """Put the parts together; nothing is asked or started yet.

        `pushes` is false for a brand whose cloud has no push stream.
        """
        self.hass = hass
        self.entry = entry
        self.client = client
        self.pace = PACE
        self.locks: dict[str, LockCoordinator] = {}
        self.held_elsewhere: dict[str, str] = {}
        """Locks that another entry shows: lock id -> that entry's id."""
        self.roster = RosterCoordinator(hass, entry, client, self.pace)
        self._notebook = notebook
        self._pushes = pushes
        self._stream: PushStream | None = None
        self._stream_task: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._connected_at: datetime | None = None
        self._cloud_lost = False
        self._missing: set[str] = set()
        self._cancel_farewell: CALLBACK_TYPE | None = None
        self._listeners: list[LockListener] = []
        self._keepers: dict[str, CALLBACK_TYPE] = {}
        self._sync = asyncio.Lock()

    # Life

    async def async_start(self) -> None:
        """Read the list of locks, open push, read each lock.

        Raises what a coordinator's first refresh raises, and then leaves nothing behind.
        """
        await self.roster.async_config_entry_first_refresh()
        self.entry.async_on_unload(self.roster.async_add_listener(self._roster_read))
        self.entry.async_on_unload(
            async_dispatcher_connect(self.hass, SIGNAL_RELEASED, self._lock_released)
        )
        self.entry.async_on_unload(
            async_dispatcher_connect(
                self.hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
            )
        )
        self._open_stream()
        await self._async_sync()

    async def async_stop(self) -> None:
        """Leave nothing behind: no task, socket, subscriber or timer."""
        if self._cancel_farewell is not None:
            self._cancel_farewell()
            self._cancel_farewell = None
        if self._stream is not None:
            with suppress(CloudError):
                await self._stream.close()
            self._stream = None
        if self._stream_task is not None:
            self._stream_task.cancel()
            await asyncio.gather(self._stream_task, return_exceptions=True)
            self._stream_task = None
        for keeper in self._keepers.values():
            keeper()
        self._keepers.clear()
        self._notebook.remember(
            {"budget": self.client.budget.dump(), "subscriber_id": None}
        )
        await self._notebook.async_save()
        claims(self.hass).suspend(self.entry)

    # Locks

    @callback
    def async_on_lock(self, listener: LockListener) -> CALLBACK_TYPE:
        """Call `listener` for each lock of the account, now and whenever one comes."""
        self._listeners.append(listener)
        for lock in self.locks.values():
            listener(lock)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_look_for_locks(self) -> None:
        """Read the list of locks soon: the cloud does not know one of them any more."""
        self.entry.async_create_background_task(
            self.hass, self.roster.async_request_refresh(), f"{DOMAIN} locks"
        )

    @callback
    def _roster_read(self) -> None:
        if self.roster.last_update_success:
            self.note_success()
            self.entry.async_create_background_task(
                self.hass, self._async_sync(), f"{DOMAIN} sync locks"
            )

    @callback
    def _lock_released(self, lock_id: str) -> None:
        if lock_id in self.held_elsewhere:
            self._roster_read()

    @callback
    def _entry_changed(self, change: ConfigEntryChange, entry: ConfigEntry) -> None:
        gone = change is ConfigEntryChange.REMOVED or entry.disabled_by is not None
        if gone and entry.entry_id in self.held_elsewhere.values():
            self._roster_read()

    async def _async_sync(self) -> None:
        """Make the coordinators match the list of locks."""
        async with self._sync:
            roster = self.roster.data
            self._part_with(
                [lock_id for lock_id in self.locks if lock_id not in roster]
            )
            new = []
            for lock_id, summary in roster.items():
                if (lock := self.locks.get(lock_id)) is not None:
                    self._missing.discard(lock_id)
                    lock.async_return()
                    lock.async_take_summary(summary)
                elif self._claim(summary):
                    new.append(LockCoordinator(self.hass, self.entry, self, summary))
            self._forget_issues(roster)
            if not new:
                return
            await asyncio.gather(
                asyncio.wait_for(self._async_settled(), None),
                *(self._async_read_capabilities(lock) for lock in new),
            )
            await asyncio.gather(*(lock.async_refresh() for lock in new))
            for lock in new:
                self._welcome(lock)

    async def _async_settled(self) -> None:
        """Wait a little for push, so that its first connect need not read all locks again."""
        if self._stream is None:
            return
        try:
            async with asyncio.timeout(self.pace.connect.total_seconds()):
                await self._settled.wait()
        except TimeoutError:
            _LOGGER.debug("Push is not connected yet; going on without it")

    async def _async_read_capabilities(self, lock: LockCoordinator) -> None:
        try:
            capabilities = await self.client.find_capabilities(
                lock_id=lock.lock_id, serial_number=None
            )
        except CloudError as err:
            self.note_failure(err)
            return
        if capabilities is not None and capabilities.lock is not None:
            lock.async_take_capabilities(capabilities.lock)

    @callback
    def _welcome(self, lock: LockCoordinator) -> None:
        self.locks[lock.lock_id] = lock
        if not lock.data.operable:
            _LOGGER.info(
                "%s has no bridge or hub, so that the cloud cannot operate it",
                lock.data.name,
            )
        self._keepers[lock.lock_id] = async_keep_devices(self.hass, self.entry, lock)
        for listener in list(self._listeners):
            listener(lock)

    @callback
    def _part_with(self, lock_ids: list[str]) -> None:
        """Withdraw a lock that the list lacks; dismiss it when the list lacks it twice."""
        for lock_id in lock_ids:
            if lock_id in self._missing:
                self._missing.discard(lock_id)
                self._dismiss(lock_id)
            else:
                self._missing.add(lock_id)
                self.locks[lock_id].async_withdraw()
        if self._missing and self._cancel_farewell is None:
            self._cancel_farewell = async_call_later(
                self.hass,
                self.pace.farewell,
                HassJob(self._look_again, cancel_on_shutdown=True),
            )

    @callback
    def _look_again(self, _now: datetime) -> None:
        self._cancel_farewell = None
        self.async_look_for_locks()

    @callback
    def _dismiss(self, lock_id: str) -> None:
        lock = self.locks.pop(lock_id)
        self._keepers.pop(lock_id)()
        self.entry.async_create_background_task(
            self.hass, lock.async_shutdown(), f"{lock.name} shutdown"
        )
        async_forget_lock(self.hass, self.entry, lock_id)
        claims(self.hass).release(self.entry, lock_id)

    # Two logins that see the same lock

    @callback
    def _claim(self, summary: LockSummary) -> bool:
        lock_id = summary.lock_id
        holder = claims(self.hass).take(self.entry, lock_id)
        if holder is None:
            self.held_elsewhere.pop(lock_id, None)
            ir.async_delete_issue(self.hass, DOMAIN, self._issue(lock_id))
            return True
        if self.held_elsewhere.get(lock_id) != holder.entry_id:
            self.held_elsewhere[lock_id] = holder.entry_id
            ir.async_create_issue(
                self.hass,
                DOMAIN,
                self._issue(lock_id),
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key="lock_in_other_entry",
                translation_placeholders={
                    "lock": summary.name or lock_id[-6:],
                    "entry": self.entry.title,
                    "other": holder.title,
                },
            )
        return False

    def _issue(self, lock_id: str) -> str:
        return f"lock_in_other_entry_{self.entry.entry_id}_{lock_id}"

    @callback
    def _forget_issues(self, roster: dict[str, LockSummary]) -> None:
        for lock_id in [lock for lock in self.held_elsewhere if lock not in roster]:
            del self.held_elsewhere[lock_id]
            ir.async_delete_issue(self.hass, DOMAIN, self._issue(lock_id))

    # Push

    @property
    def push_connected(self) -> bool:
        """Whether the cloud can tell us of a change by itself now."""
        return self._stream is not None and self._stream.connected

    @property
    def read_interval(self) -> timedelta:
        """The time between two reads of one lock."""
        if self.push_connected:
            return self.pace.reconcile
        return max(self.pace.poll, self.pace.poll_share * len(self.locks))

    @callback
    def _open_stream(self) -> None:
        if not self._pushes:
            _LOGGER.info("This brand's cloud has no push stream; locks are polled")
            return
        self._stream = PushStream(
            self.client,
            on_message=self._pushed,
            on_connected=self._push_connected,
            on_disconnected=self._push_lost,
            subscriber_id=self._notebook.memory.get("subscriber_id"),
        )
        self._stream_task = self.entry.async_create_background_task(
            self.hass, self._async_run_stream(self._stream), f"{DOMAIN} push"
        )

    async def _async_run_stream(self, stream: PushStream) -> None:
        try:
            await stream.run()
        except CloudError as err:
            self.note_failure(err)
        finally:
            self._settled.set()
        if stream.refused:
            _LOGGER.info("The API key has no right to push; locks are polled")

    @callback
    def _pushed(self, message: PushMessage) -> None:
        if message.lock_id is None:
            _LOGGER.debug("Push message without a lock ignored")
        elif (lock := self.locks.get(message.lock_id)) is not None:
            lock.async_take_push(message)

    @callback
    def _push_connected(self) -> None:
        _LOGGER.debug("Push connected")
        self._connected_at = dt_util.utcnow()
        self._settled.set()
        if self._stream is not None:
            self._notebook.remember({"subscriber_id": self._stream.subscriber_id})
        for lock in self.locks.values():
            lock.async_repace()
            if lock.asked is None or lock.asked < self._connected_at:
                lock.async_read_soon()

    @callback
    def _push_lost(self, reason: str) -> None:
        _LOGGER.debug("Push lost: %s", reason)
        for lock in self.locks.values():
            lock.async_repace()

    # Trouble

    @callback
    def note_failure(self, err: CloudError) -> None:
        """Say once that the cloud cannot be read; a refused login asks for a new one."""
        if isinstance(err, LoginExpired | ApiKeyInvalid):
            self.entry.async_start_reauth(self.hass)
        if not self._cloud_lost:
            self._cloud_lost = True
            _LOGGER.warning("The cloud cannot be read: %s", err.situation)
        else:
            _LOGGER.debug("The cloud still cannot be read: %s", type(err).__name__)

    @callback
    def note_success(self) -> None:
        """Say once that the cloud can be read again."""
        if self._cloud_lost:
            self._cloud_lost = False
            _LOGGER.info("The cloud can be read again")
