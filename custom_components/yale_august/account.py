"""One login: its client, its list of locks, its push stream, and a coordinator for each lock."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
import logging

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from .abilities import Abilities
from .access_codes.attention import async_attend_codes
from .access_codes.desk import AccessCodes
from .attention import async_attend
from .bluetooth_keys import BluetoothKeys
from .channel import Channel
from .claims import SIGNAL_RELEASED, claims
from .cloud.checkup import Checkup
from .cloud.client import Client
from .cloud.errors import ApiKeyInvalid, CloudError, LoginExpired
from .cloud.models import LockSummary, PushMessage
from .const import DOMAIN
from .coordinator import LockCoordinator
from .devices import async_forget_lock, async_keep_devices, known_locks
from .elsewhere import Elsewhere
from .farewell import Farewell
from .history.people import People
from .history.witness import Witness
from .options import Options
from .pace import Pace
from .rights import async_forget_rights
from .roster import RosterCoordinator
from .soon import Soon
from .storage import Memory, Notebook, store_lock

_LOGGER = logging.getLogger(__name__)

type YaleAugustConfigEntry = ConfigEntry[Account]
type LockListener = Callable[[LockCoordinator], None]

PACE = Pace()
CLOCK_GRAIN = timedelta(seconds=1)


class Account:
    """What a config entry holds while it is loaded."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: YaleAugustConfigEntry,
        client: Client,
        notebook: Notebook,
    ) -> None:
        """Put the parts together; nothing is asked or started yet."""
        self.hass = hass
        self.entry = entry
        self.client = client
        self.options = Options.read(entry.options)
        self.pace = PACE
        if self.options.trust is not None:
            self.pace = replace(
                PACE, trust=replace(PACE.trust, rest=self.options.trust)
            )
        self.push = Channel(hass, entry, client, notebook, self.pace)
        self.codes = AccessCodes(hass, entry)
        self.locks: dict[str, LockCoordinator] = {}
        self.elsewhere = Elsewhere(hass, entry, self.number)
        self.checkup: Checkup | None = None
        """What the last check of the account found."""
        self.people = People(
            by_name=self.options.names,
            numbered=notebook.memory.get("people", []),
            on_numbered=lambda people: notebook.remember({"people": people}),
        )
        self.witness = Witness(
            hass, entry, self, dict(notebook.memory.get("incidents", {}))
        )
        self.roster = RosterCoordinator(hass, entry, client, self.pace)
        self._catch_up = Soon(
            hass,
            entry,
            f"{DOMAIN} catch up",
            self._async_catch_up,
            self.pace.coalesce,
        )
        self._notebook = notebook
        notebook.attach(self._latest)
        self._abilities = Abilities(hass, entry, client, notebook)
        self._bluetooth_keys = BluetoothKeys(hass, entry, client)
        self._clock_offset = timedelta()
        self._unreadable: set[str] = set()
        self._arriving: dict[str, LockCoordinator] = {}
        """Locks that are read for the first time."""
        self._farewell = Farewell(hass, self.pace, self.async_look_for_locks)
        self._leaving = False
        self._listeners: list[LockListener] = []
        self._keepers: dict[str, list[CALLBACK_TYPE]] = {}
        self._sync = asyncio.Lock()

    # Life

    async def async_start(self) -> None:
        """Read the list of locks, open push, read each lock.

        Raises what a coordinator's first refresh raises, and then leaves nothing behind.
        """
        await self.codes.async_load()
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
        self.entry.async_on_unload(self.push.async_listen(self._push_changed))
        self.push.open(self._pushed, self.note_failure)
        syncing = self._sync_soon(read=True)
        await asyncio.wait({syncing}, timeout=self.pace.patience.total_seconds())
        if syncing.done():
            await syncing

    @callback
    def async_leave(self) -> None:
        """Welcome no lock any more: the platforms are about to go."""
        self._leaving = True

    async def async_stop(self) -> None:
        """Leave nothing behind: no task, socket, subscriber or timer."""
        self.async_leave()
        self._farewell.close()
        await self.codes.async_close()
        await self.push.async_close()
        for lock_id in list(self._keepers):
            self._leave(lock_id)
        for lock in (*self.locks.values(), *self._arriving.values()):
            # Home Assistant that stops unloads no entry.
            await lock.async_shutdown()
        await self._notebook.async_close()
        claims(self.hass).suspend(self.entry)
        self.elsewhere.forget()
        async_forget_rights(self.hass, self.entry)

    # Locks

    @callback
    def async_on_lock(self, listener: LockListener) -> CALLBACK_TYPE:
        """Call `listener` for each lock of the account, now and whenever one comes."""
        self._listeners.append(listener)
        for lock in self.locks.values():
            listener(lock)
        return lambda: self._listeners.remove(listener)

    def find(self, lock_id: str | None) -> LockCoordinator | None:
        """Return a lock that is shown, or will be as soon as it has been read."""
        if lock_id is None:
            return None
        return self.locks.get(lock_id) or self._arriving.get(lock_id)

    @callback
    def async_learn(self, lock_id: str) -> None:
        """Ask for what a lock's detail does not tell, unless that is known."""
        if (lock := self.find(lock_id)) is not None:
            self._abilities.async_learn(lock)
            self._bluetooth_keys.async_hand_over(lock)

    @callback
    def async_look_for_locks(self) -> None:
        """Read the list of locks soon: the cloud does not know one of them any more."""
        self.roster.async_read_soon()

    @callback
    def _roster_read(self) -> None:
        if self.roster.last_update_success:
            self._sync_soon(read=True)

    @callback
    def _lock_released(self, lock_id: str) -> None:
        if lock_id in self.elsewhere.holders:
            self._sync_soon(read=False)

    @callback
    def _entry_changed(self, change: ConfigEntryChange, entry: ConfigEntry) -> None:
        gone = change is ConfigEntryChange.REMOVED or entry.disabled_by is not None
        if gone and entry.entry_id in self.elsewhere.holders.values():
            self._sync_soon(read=False)

    @callback
    def _sync_soon(self, *, read: bool) -> asyncio.Task[None]:
        return self.entry.async_create_background_task(
            self.hass, self._async_sync(read=read), f"{DOMAIN} sync locks"
        )

    async def _async_sync(self, *, read: bool) -> None:
        """Make the coordinators match the list of locks.

        `read`: the list has just been read, so that what it lacks is missing once more.
        """
        async with self._sync:
            if self._leaving:
                return
            roster = self.roster.data
            if read:
                self._part_with(
                    (set(self.locks) | known_locks(self.hass, self.entry)) - set(roster)
                )
            new = []
            for lock_id, summary in roster.items():
                if (lock := self.locks.get(lock_id)) is not None:
                    lock.async_return()
                    lock.async_take_summary(summary)
                elif self.elsewhere.claim(summary):
                    new.append(self._coordinator(summary))
            self.elsewhere.forget(kept=roster)
            self._arriving = {lock.lock_id: lock for lock in new}
            await asyncio.gather(*(self._async_receive(lock) for lock in new))

    def _coordinator(self, summary: LockSummary) -> LockCoordinator:
        """Return a lock that knows what was known of it before, and how old that is."""
        lock = LockCoordinator(self.hass, self.entry, self, summary)
        stored = self._notebook.memory.get("readings", {}).get(summary.lock_id)
        if stored is not None:
            lock.async_restore(stored)
        told, keypad = self._abilities.recall(lock.lock_id)
        lock.data = replace(lock.data, capabilities=told, keypad=keypad)
        return lock

    def _latest(self) -> Memory:
        """Return what must survive a restart, as it is now.

        Of a lock that is not there yet, or again, what was known before.
        """
        readings = dict(self._notebook.memory.get("readings", {}))
        for lock in self.locks.values():
            readings[lock.lock_id] = store_lock(lock.lasting)
        return {
            "budget": self.client.budget.dump(),
            "readings": readings,
            "incidents": self.witness.dump(),
        }

    async def _async_receive(self, lock: LockCoordinator) -> None:
        """Read a new lock, and show it; a slow one keeps nobody else waiting."""
        await self.push.async_settled(self.pace.connect.total_seconds())
        await lock.async_refresh()
        del self._arriving[lock.lock_id]
        if self._leaving:
            return
        try:
            self._welcome(lock)
        except Exception:
            _LOGGER.exception("A lock cannot be shown")
            return
        if self._was_read_before_push(lock):
            lock.async_read_soon()

    @callback
    def _welcome(self, lock: LockCoordinator) -> None:
        self.locks[lock.lock_id] = lock
        if not lock.data.operable:
            _LOGGER.info(
                "A lock has no bridge or hub, so that the cloud cannot operate it (type %s)",
                None if lock.data.detail is None else lock.data.detail.type,
            )
        self._keepers[lock.lock_id] = [
            async_keep_devices(self.hass, self.entry, lock),
            async_attend(self.hass, self.entry, lock),
            self.codes.async_keep(lock),
            async_attend_codes(self.hass, self.entry, self.codes, lock),
            lock.async_add_listener(self._notebook.touch),
        ]
        self._notebook.touch()
        for listener in list(self._listeners):
            listener(lock)

    @callback
    def _part_with(self, lock_ids: set[str]) -> None:
        """Withdraw a lock that the list lacks; dismiss it when the list lacks it twice."""
        for lock_id in self._farewell.miss(lock_ids, empty=not self.roster.data):
            self._dismiss(lock_id)
        for lock_id in self._farewell.missing & self.locks.keys():
            self.locks[lock_id].async_withdraw()

    async def async_dismiss(self, lock_id: str) -> None:
        """Give up a lock that the login is known not to see any more; look for the others."""
        async with self._sync:
            if self.roster.data is not None:
                self.roster.data.pop(lock_id, None)
            self._farewell.forget(lock_id)
            self._dismiss(lock_id)
        self.async_look_for_locks()

    @callback
    def _dismiss(self, lock_id: str) -> None:
        if (lock := self.locks.pop(lock_id, None)) is not None:
            self._leave(lock_id)
            self.entry.async_create_background_task(
                self.hass, lock.async_shutdown(), f"{lock.name} shutdown"
            )
        self.note_success(lock_id)
        self._notebook.forget(lock_id)
        self.witness.forget(lock_id)
        self.entry.async_create_background_task(
            self.hass, self.codes.async_forget(lock_id), f"{DOMAIN} forget codes"
        )
        async_forget_lock(self.hass, self.entry, lock_id)
        claims(self.hass).release(self.entry, lock_id)

    @callback
    def _leave(self, lock_id: str) -> None:
        for stop in self._keepers.pop(lock_id):
            stop()

    # Push

    @property
    def push_connected(self) -> bool:
        """Whether the cloud can tell us of a change by itself now."""
        return self.push.connected

    @property
    def read_interval(self) -> timedelta:
        """The time between two reads of one lock."""
        return self.pace.reconcile if self.push_connected else self.poll_interval

    @property
    def poll_interval(self) -> timedelta:
        """The same while nothing is pushed."""
        locks = len(self.roster.data or ())
        return max(self.pace.poll, self.pace.poll_share * locks)

    @callback
    def _pushed(self, message: PushMessage) -> None:
        if (lock := self.find(message.lock_id)) is not None:
            before = lock.data
            lock.async_take_push(message)
            self.witness.async_hear(lock, message, before)

    @callback
    def _push_changed(self) -> None:
        """Read at the other pace; what was missed while push was away is read soon."""
        for lock in self.locks.values():
            lock.async_repace()
        if self.push_connected:
            self._catch_up.spacing = max(
                self.pace.coalesce, self.pace.catch_up_share * len(self.locks)
            )
            self._catch_up.ask()

    async def _async_catch_up(self) -> None:
        """Read each lock that was not read since push came.

        Even if it has gone again: where it comes and goes, no poll is ever due.
        """
        for lock in self.locks.values():
            if lock.asked is None or self._was_read_before_push(lock):
                lock.async_read_soon()

    def number(self, thing: str) -> int:
        """Return what stands for the id of a lock or guest where strangers may look."""
        return self._notebook.number(thing)

    @callback
    def note_unheard(self, lock_id: str, at: datetime) -> None:
        """Let push be looked after: a read found a change that it should have told of."""
        self.push.doubt(lock_id, at)
        self.witness.async_unheard(lock_id)

    def _was_read_before_push(self, lock: LockCoordinator) -> bool:
        connected_at = self.push.connected_at
        return (
            connected_at is not None
            and lock.asked is not None
            and lock.asked < connected_at
        )

    # Trouble

    @property
    def clock_offset(self) -> timedelta:
        """The cloud's clock minus ours.

        The cloud tells its clock in whole seconds: what differs by less is no change, so
        that a reading has the same time whenever it is read.
        """
        offset = self.client.clock_offset
        if offset is not None and abs(offset - self._clock_offset) >= CLOCK_GRAIN:
            self._clock_offset = offset
        return self._clock_offset

    @callback
    def note_failure(self, err: CloudError, lock_id: str | None = None) -> None:
        """Ask for a new login where it was refused; say once that locks cannot be read."""
        if isinstance(err, LoginExpired | ApiKeyInvalid):
            self.entry.async_start_reauth(self.hass)
        if lock_id is None or self._unreadable:
            _LOGGER.debug("The cloud did not answer as it should: %s", err)
        else:
            _LOGGER.warning("The cloud cannot be read: %s", err.situation)
        if lock_id is not None:
            self._unreadable.add(lock_id)

    @callback
    def note_success(self, lock_id: str) -> None:
        """Say once that all locks can be read again."""
        if lock_id in self._unreadable:
            self._unreadable.remove(lock_id)
            if not self._unreadable:
                _LOGGER.info("The cloud can be read again")
