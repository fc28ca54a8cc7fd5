"""A cache that contradicts what was pushed: it is read again, then the lock itself is asked, once."""

import asyncio
from datetime import datetime
from typing import Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from custom_components.yale_august.cloud.errors import CloudError
from custom_components.yale_august.cloud.models import Command, Operation
from custom_components.yale_august.household import Household
from custom_components.yale_august.pace import Pace
from custom_components.yale_august.rights import Needs, Right

from .lock import LockData


class Disputed(Protocol):
    """A lock, as far as a dispute about it goes."""

    hass: HomeAssistant
    config_entry: ConfigEntry
    name: str
    lock_id: str
    account: Household
    data: LockData

    @property
    def commanding(self) -> asyncio.Lock:
        """Held by the movement that runs."""

    @property
    def asking(self) -> asyncio.Lock:
        """Held by the question that has no answer yet."""

    @property
    def pace(self) -> Pace:
        """The account's times."""

    def async_read_soon(self) -> None:
        """Read the detail in the background."""

    def async_take_answer(self, operation: Operation, asked: datetime) -> None:
        """Take the lock's own answer."""

    def note_failure(self, err: CloudError) -> None:
        """Take note that the cloud refused it."""


class Dispute:
    """What is done about a lock of which the cloud says two things, or nothing after a command."""

    def __init__(self, lock: Disputed) -> None:
        """Nothing is disputed yet."""
        self._lock = lock
        self._read = False
        """Whether the cache has been read again already."""
        self._live_asked: datetime | None = None
        self._doubt_asked: datetime | None = None
        self._cancel: CALLBACK_TYPE | None = None
        self._closed = False

    @callback
    def settle(self, *, disputed: bool) -> None:
        """Read a cache that contradicts a push again; then ask the lock itself, once."""
        if not disputed:
            self._read = False
            self._stop()
            return
        if self._cancel is not None or self._closed:
            return
        again = self._read
        self._read = True
        self._cancel = async_call_later(
            self._lock.hass,
            self._lock.pace.settle,
            HassJob(
                self._ask_lock if again else self._read_again, cancel_on_shutdown=True
            ),
        )

    @callback
    def read_already(self) -> None:
        """Ask the lock itself next: the cache is read again right now."""
        self._stop()
        self._read = True
        self.settle(disputed=True)

    @callback
    def forget_time(self) -> None:
        """Forget when the lock was asked last: the clock was set back."""
        self._live_asked = None

    @callback
    def close(self) -> None:
        """Leave no timer behind, and set none any more."""
        self._closed = True
        self._stop()

    @callback
    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @callback
    def _read_again(self, _now: datetime) -> None:
        self._cancel = None
        self._lock.async_read_soon()

    @callback
    def _ask_lock(self, now: datetime) -> None:
        lock, self._cancel = self._lock, None
        if lock.commanding.locked() or lock.asking.locked():
            self.settle(disputed=True)
            return
        is_new_doubt = lock.data.doubted_at not in (None, self._doubt_asked)
        if not lock.data.operable or (
            not is_new_doubt
            and self._live_asked is not None
            and now - self._live_asked < lock.pace.live
        ):
            return
        self._doubt_asked = lock.data.doubted_at
        self._live_asked = now
        lock.config_entry.async_create_background_task(
            lock.hass, self._async_ask_lock(), f"{lock.name} live status"
        )

    async def _async_ask_lock(self) -> None:
        lock, asked = self._lock, dt_util.utcnow()
        try:
            with Needs(lock.hass, lock.config_entry, Right.OPERATE):
                operation = await lock.account.client.remote_operate(
                    lock.lock_id, Command.STATUS
                )
        except CloudError as err:
            lock.note_failure(err)
            return
        lock.async_take_answer(operation, asked)
