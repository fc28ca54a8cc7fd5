"""The locks of an account: read, shown, withdrawn and given up as the list of locks has it.

With all that is kept of them: their codes, and what happens at them. Nothing of this is needed
before there is a list, and it is loaded while the list is on its way.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
import logging
from typing import TYPE_CHECKING, Final, Protocol

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
from .channel import Channel
from .claims import SIGNAL_RELEASED, claims
from .cloud.models import LockSummary
from .const import DOMAIN
from .coordinator import LockCoordinator
from .devices import async_forget_lock, async_keep_devices, known_locks
from .elsewhere import Elsewhere
from .farewell import Farewell
from .history.witness import Witness
from .household import Household
from .knowledge.face import Part
from .knowledge.stored import store_lock
from .later import async_load
from .roster import RosterCoordinator
from .storage import Memory, Notebook

if TYPE_CHECKING:
    from .bluetooth_keys import BluetoothKeys

_LOGGER = logging.getLogger(__name__)

_LEARNS: Final = Part.FACTS | Part.DOOR
"""What may change when a lock comes to support something."""

type LockListener = Callable[[LockCoordinator], None]


class Owner(Household, Protocol):
    """The account, as far as its locks go."""

    hass: HomeAssistant
    entry: ConfigEntry
    locks: dict[str, LockCoordinator]
    push: Channel
    roster: RosterCoordinator

    def was_read_before_push(self, lock: LockCoordinator) -> bool:
        """Return whether a lock was read, but not since push is connected."""


class Inventory:
    """Makes what is shown match the list."""

    def __init__(self, account: Owner, notebook: Notebook) -> None:
        """Put the parts together; nothing is asked or started yet."""
        hass, entry = account.hass, account.entry
        self._hass = hass
        self._entry = entry
        self._account = account
        self._notebook = notebook
        self._locks = account.locks
        self.codes = AccessCodes(hass, entry, notebook, account.pace.codes)
        self.witness = Witness(
            hass, entry, account, dict(notebook.memory.get("incidents", {}))
        )
        self.witness.async_on_incident(self.codes.survey.async_hear)
        # The lock may have been written down before, while this still waited.
        self.witness.async_on_incident(lambda *_: notebook.touch())
        self.elsewhere = Elsewhere(hass, entry, account.number)
        self.arriving: dict[str, LockCoordinator] = {}
        """Locks that are read for the first time."""
        self._abilities = Abilities(hass, entry, account.client, notebook)
        self._bluetooth_keys: BluetoothKeys | None = None
        self._farewell = Farewell(hass, account.pace, account.async_look_for_locks)
        self._leaving = False
        self._listeners: list[LockListener] = []
        self._learners: list[LockListener] = []
        self._keepers: dict[str, list[CALLBACK_TYPE]] = {}
        self._sync = asyncio.Lock()
        self._counted: dict[str, LockSummary] | None = None
        """The list whose missing locks were counted last."""

    # Life

    async def async_load(self) -> None:
        """Read what the last run left of the codes, and load what the person has asked for."""
        await self.codes.async_load()
        if self._account.options.bluetooth:
            await async_load(self._hass, "bluetooth_keys")
            from .bluetooth_keys import BluetoothKeys

            self._bluetooth_keys = BluetoothKeys(
                self._hass, self._entry, self._account.client
            )

    async def async_open(self) -> None:
        """Read each lock of the list, and those of every list that is read from now on."""
        on_unload = self._entry.async_on_unload
        on_unload(self._account.roster.async_add_listener(self._roster_read))
        on_unload(
            async_dispatcher_connect(self._hass, SIGNAL_RELEASED, self._lock_released)
        )
        on_unload(
            async_dispatcher_connect(
                self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
            )
        )
        syncing = self._sync_soon()
        patience = self._account.pace.patience
        await asyncio.wait({syncing}, timeout=patience.total_seconds())
        if syncing.done():
            await syncing

    @callback
    def async_leave(self) -> None:
        """Welcome no lock any more: the platforms are about to go."""
        self._leaving = True
        self.witness.async_leave()

    async def async_close(self) -> None:
        """Leave no timer, claim or repair behind."""
        self._farewell.close()
        for lock_id in list(self._keepers):
            self._leave(lock_id)
        for lock in (*self._locks.values(), *self.arriving.values()):
            # Home Assistant that stops unloads no entry.
            await lock.async_shutdown()
        claims(self._hass).suspend(self._entry)
        self.elsewhere.forget()

    def latest(self) -> Memory:
        """Return what must survive a restart, as it is now.

        Of a lock that is not there yet, or again, what was known before.
        """
        readings = dict(self._notebook.memory.get("readings", {}))
        for lock in self._locks.values():
            readings[lock.lock_id] = store_lock(lock.lasting)
        return {
            "readings": readings,
            "incidents": self.witness.dump(),
            "codes": self.codes.survey.dump(),
        }

    # Locks

    @callback
    def async_on_lock(self, listener: LockListener) -> CALLBACK_TYPE:
        """Call `listener` for each lock of the account, now and whenever one comes."""
        self._listeners.append(listener)
        for lock in self._locks.values():
            listener(lock)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_on_news(self, listener: LockListener) -> CALLBACK_TYPE:
        """Call `listener` with a lock that may have come to support something."""
        self._learners.append(listener)
        return lambda: self._learners.remove(listener)

    @callback
    def _learned(self, lock: LockCoordinator) -> None:
        for listener in list(self._learners):
            listener(lock)

    def find(self, lock_id: str | None) -> LockCoordinator | None:
        """Return a lock that is shown, or will be as soon as it has been read."""
        if lock_id is None:
            return None
        return self._locks.get(lock_id) or self.arriving.get(lock_id)

    @callback
    def async_learn(self, lock_id: str) -> None:
        """Ask for what a lock's detail does not tell, unless that is known."""
        if (lock := self.find(lock_id)) is not None:
            self._abilities.async_learn(lock)
            if self._bluetooth_keys is not None:
                self._bluetooth_keys.async_hand_over(lock)

    @callback
    def _roster_read(self) -> None:
        if self._account.roster.last_update_success:
            self._sync_soon()

    @callback
    def _lock_released(self, lock_id: str) -> None:
        if lock_id in self.elsewhere.holders:
            self._sync_soon()

    @callback
    def _entry_changed(self, change: ConfigEntryChange, entry: ConfigEntry) -> None:
        gone = change is ConfigEntryChange.REMOVED or entry.disabled_by is not None
        if gone and entry.entry_id in self.elsewhere.holders.values():
            self._sync_soon()

    @callback
    def _sync_soon(self) -> asyncio.Task[None]:
        return self._entry.async_create_background_task(
            self._hass, self._async_sync(), f"{DOMAIN} sync locks"
        )

    async def _async_sync(self) -> None:
        """Make the coordinators match the list of locks.

        What a list lacks is missing once more, and once only: several may wait here for one list.
        """
        async with self._sync:
            if self._leaving:
                return
            roster = self._account.roster.data
            if roster is not self._counted:
                self._counted = roster
                self._part_with(
                    (set(self._locks) | known_locks(self._hass, self._entry))
                    - set(roster)
                )
            new = []
            for lock_id, summary in roster.items():
                if (lock := self._locks.get(lock_id)) is not None:
                    lock.async_return()
                    lock.async_take_summary(summary)
                elif self.elsewhere.claim(summary):
                    new.append(self._coordinator(summary))
            self.elsewhere.forget(kept=roster)
            self.arriving = {lock.lock_id: lock for lock in new}
            await asyncio.gather(*(self._async_receive(lock) for lock in new))

    def _coordinator(self, summary: LockSummary) -> LockCoordinator:
        """Return a lock that knows what was known of it before, and how old that is."""
        lock = LockCoordinator(self._hass, self._entry, self._account, summary)
        stored = self._notebook.memory.get("readings", {}).get(summary.lock_id)
        if stored is not None:
            lock.async_restore(stored)
        told, keypad = self._abilities.recall(lock.lock_id)
        lock.data = replace(lock.data, capabilities=told, keypad=keypad)
        return lock

    async def _async_receive(self, lock: LockCoordinator) -> None:
        """Read a new lock, and show it; a slow one keeps nobody else waiting."""
        await self._account.push.async_settled(
            self._account.pace.connect.total_seconds()
        )
        await lock.async_refresh()
        del self.arriving[lock.lock_id]
        if self._leaving:
            return
        try:
            self._welcome(lock)
        except Exception:
            _LOGGER.exception("A lock cannot be shown")
            return
        if self._account.was_read_before_push(lock):
            lock.async_read_soon()

    @callback
    def _welcome(self, lock: LockCoordinator) -> None:
        self._locks[lock.lock_id] = lock
        # From now on `latest` tells what is known of it.
        self._notebook.memory.get("readings", {}).pop(lock.lock_id, None)
        if not lock.data.operable:
            _LOGGER.info(
                "A lock has no bridge or hub, so that the cloud cannot operate it (type %s)",
                None if lock.data.detail is None else lock.data.detail.type,
            )
        hass, entry = self._hass, self._entry
        # One after the other: what has begun before one of them stumbles has to end as well.
        keep = self._keepers.setdefault(lock.lock_id, []).append
        keep(async_keep_devices(hass, entry, lock))
        keep(async_attend(hass, entry, lock))
        keep(self.codes.async_keep(lock))
        keep(async_attend_codes(hass, entry, self.codes, lock))
        keep(lock.async_add_listener(self._notebook.touch))
        keep(lock.async_add_listener(partial(self._learned, lock), _LEARNS.value))
        self._notebook.touch()
        for listener in list(self._listeners):
            listener(lock)

    @callback
    def _part_with(self, lock_ids: set[str]) -> None:
        """Withdraw a lock that the list lacks; dismiss it when the list lacks it twice."""
        for lock_id in self._farewell.miss(
            lock_ids, empty=not self._account.roster.data
        ):
            self._dismiss(lock_id)
        for lock_id in self._farewell.missing & self._locks.keys():
            self._locks[lock_id].async_withdraw()

    async def async_dismiss(self, lock_id: str) -> None:
        """Give up a lock that the login is known not to see any more; look for the others."""
        async with self._sync:
            if self._account.roster.data is not None:
                self._account.roster.data.pop(lock_id, None)
            self._farewell.forget(lock_id)
            self._dismiss(lock_id)
        self._account.async_look_for_locks()

    @callback
    def _dismiss(self, lock_id: str) -> None:
        if (lock := self._locks.pop(lock_id, None)) is not None:
            self._leave(lock_id)
            self._entry.async_create_background_task(
                self._hass, lock.async_shutdown(), f"{lock.name} shutdown"
            )
        self._account.note_success(lock_id)
        self._notebook.forget(lock_id)
        self.witness.forget(lock_id)
        self._entry.async_create_background_task(
            self._hass, self.codes.async_forget(lock_id), f"{DOMAIN} forget codes"
        )
        async_forget_lock(self._hass, self._entry, lock_id)
        claims(self._hass).release(self._entry, lock_id)

    @callback
    def _leave(self, lock_id: str) -> None:
        for stop in self._keepers.pop(lock_id):
            stop()
