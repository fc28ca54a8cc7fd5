"""One login: its client, its list of locks, its push stream, and a coordinator for each lock."""

from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .channel import Channel
from .cloud.client import Client
from .cloud.errors import ApiKeyInvalid, CloudError, LoginExpired
from .cloud.models import PushMessage
from .const import DOMAIN
from .later import async_load
from .options import Options
from .pace import Pace
from .rights import async_forget_rights
from .roster import RosterCoordinator
from .soon import Soon
from .storage import Memory, Notebook

if TYPE_CHECKING:
    from .access_codes.desk import AccessCodes
    from .cloud.checkup import Checkup
    from .coordinator import LockCoordinator
    from .elsewhere import Elsewhere
    from .history.people import People
    from .history.witness import Witness
    from .inventory import Inventory, LockListener

_LOGGER = logging.getLogger(__name__)

type YaleAugustConfigEntry = ConfigEntry[Account]

PACE = Pace()
CLOCK_GRAIN = timedelta(seconds=1)


class Account:
    """What a config entry holds while it is loaded."""

    # Loaded and opened while the list of locks is on its way:
    inventory: Inventory
    people: People

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
        self.locks: dict[str, LockCoordinator] = {}
        """Those that are shown."""
        self.checkup: Checkup | None = None
        """What the last check of the account found."""
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
        self._clock_offset = timedelta()
        self._unreadable: set[str] = set()
        self._furnished = False

    # Life

    async def async_start(self) -> None:
        """Read the list of locks, open push, read each lock.

        Raises what a coordinator's first refresh raises, and then leaves nothing behind.
        """
        furnishing = self.entry.async_create_background_task(
            self.hass, self._async_furnish(), f"{DOMAIN} furnish"
        )
        await self.roster.async_config_entry_first_refresh()
        await furnishing
        self.entry.async_on_unload(self.push.async_listen(self._push_changed))
        self.push.open(self._pushed, self.note_failure)
        await self.inventory.async_open()

    # What is kept of the locks

    @property
    def codes(self) -> AccessCodes:
        """Their access codes."""
        return self.inventory.codes

    @property
    def witness(self) -> Witness:
        """Who sees what happens at them."""
        return self.inventory.witness

    @property
    def elsewhere(self) -> Elsewhere:
        """Those that another entry shows."""
        return self.inventory.elsewhere

    async def _async_furnish(self) -> None:
        """Load and open what has work only once there is a lock."""
        await async_load(self.hass, "inventory", "cloud.push")
        from .history.people import People
        from .inventory import Inventory

        notebook = self._notebook
        self.people = People(
            by_name=self.options.names,
            numbered=notebook.memory.get("people", []),
            on_numbered=lambda people: notebook.remember({"people": people}),
        )
        inventory = Inventory(self, notebook)
        await inventory.async_load()
        self.inventory = inventory
        self._furnished = True
        notebook.hand_over("incidents", "codes")

    @callback
    def async_leave(self) -> None:
        """Welcome no lock any more: the platforms are about to go."""
        if self._furnished:
            self.inventory.async_leave()

    async def async_stop(self) -> None:
        """Leave nothing behind: no task, socket, subscriber or timer."""
        self.async_leave()
        if self._furnished:
            await self.codes.async_close()
        await self.push.async_close()
        if self._furnished:
            await self.inventory.async_close()
        await self._notebook.async_close()
        async_forget_rights(self.hass, self.entry)

    # Locks

    @callback
    def async_on_lock(self, listener: LockListener) -> CALLBACK_TYPE:
        """Call `listener` for each lock of the account, now and whenever one comes."""
        return self.inventory.async_on_lock(listener)

    def find(self, lock_id: str | None) -> LockCoordinator | None:
        """Return a lock that is shown, or will be as soon as it has been read."""
        return self.inventory.find(lock_id)

    @callback
    def async_learn(self, lock_id: str) -> None:
        """Ask for what a lock's detail does not tell, unless that is known."""
        self.inventory.async_learn(lock_id)

    async def async_dismiss(self, lock_id: str) -> None:
        """Give up a lock that the login is known not to see any more; look for the others."""
        await self.inventory.async_dismiss(lock_id)

    @callback
    def async_look_for_locks(self) -> None:
        """Read the list of locks soon: the cloud does not know one of them any more."""
        self.roster.async_read_soon()

    def _latest(self) -> Memory:
        """Return what must survive a restart, as it is now."""
        memory: Memory = {"budget": self.client.budget.dump()}
        return (memory | self.inventory.latest()) if self._furnished else memory

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
            if lock.asked is None or self.was_read_before_push(lock):
                lock.async_read_soon()

    def number(self, thing: str) -> int:
        """Return what stands for the id of a lock or guest where strangers may look."""
        return self._notebook.number(thing)

    @callback
    def note_unheard(self, lock_id: str, at: datetime) -> None:
        """Let push be looked after: a read found a change that it should have told of."""
        self.push.doubt(lock_id, at)

    def was_read_before_push(self, lock: LockCoordinator) -> bool:
        """Return whether a lock was read, but not since push is connected.

        A read of a time to come was one before our clock was set back.
        """
        connected_at = self.push.connected_at
        return (
            connected_at is not None
            and lock.asked is not None
            and not connected_at <= lock.asked <= dt_util.utcnow()
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
