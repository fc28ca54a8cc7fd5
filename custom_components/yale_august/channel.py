"""The push stream of an account in Home Assistant: opened, watched, told of, closed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
import logging
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .cloud.client import Client
from .cloud.errors import CloudError, LoginExpired
from .cloud.models import JsonValue, PushMessage
from .const import DOMAIN
from .later import async_load
from .pace import Pace
from .rights import Right, async_note_right
from .storage import Notebook

if TYPE_CHECKING:
    from .cloud.push import PushStream

_LOGGER = logging.getLogger(__name__)

FAREWELL = 10.0
"""Seconds that a removed entry spends on taking leave of the cloud."""


async def async_remove_subscribers(
    hass: HomeAssistant,
    notebook: Notebook,
    connect: Callable[[], Awaitable[Client]],
) -> None:
    """Delete what the stream of an entry that is removed could not, if that works soon.

    `connect` returns a client that acts for the entry.
    """
    if not (leftovers := notebook.memory.get("subscribers")):
        return
    await async_load(hass, "cloud.subscribers")
    from .cloud.subscribers import Subscribers

    try:
        async with asyncio.timeout(FAREWELL):
            subscribers = Subscribers(await connect(), leftovers)
            await subscribers.tidy()
    except (CloudError, HomeAssistantError, TimeoutError) as err:
        _LOGGER.debug("Push subscribers may stay behind: %s", type(err).__name__)


class Channel:
    """What the account knows of its push stream; without one it stays silent."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        client: Client,
        notebook: Notebook,
        pace: Pace,
    ) -> None:
        """Nothing is opened yet."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._notebook = notebook
        self._pace = pace
        self._stream: PushStream | None = None
        self._task: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._listeners: list[CALLBACK_TYPE] = []
        self._lost = False
        self.connected_at: datetime | None = None
        """When it was connected last, or a new connection took the place of one."""
        self.heard_at: datetime | None = None
        """When the newest message came."""
        self.refused = False
        """Whether the API key has no right to push, or the brand has no push."""

    @property
    def connected(self) -> bool:
        """Whether the cloud can tell us of a change by itself now."""
        return self._stream is not None and self._stream.connected

    @property
    def subscriber_id(self) -> str | None:
        """The id of the stream's subscriber while there is one."""
        return None if self._stream is None else self._stream.subscriber_id

    def figures(self) -> dict[str, JsonValue]:
        """Return what diagnostics may show."""
        stream = self._stream
        return {
            "connected": self.connected,
            "refused": self.refused,
            "connected_at": _text(self.connected_at),
            "heard_at": _text(self.heard_at),
            "reconnects": 0 if stream is None else stream.reconnects,
            "replaced_subscribers": 0 if stream is None else stream.replaced,
        }

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `listener` whenever push comes or goes; call the result to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def open(
        self,
        on_message: Callable[[PushMessage], None],
        on_failure: Callable[[CloudError], None],
    ) -> None:
        """Start the stream; its first connect is awaited by `async_settled`.

        `cloud.push` has been loaded by then.
        """
        if self._client.transport.endpoints.push is None:
            _LOGGER.info("This brand's cloud has no push stream; locks are polled")
            self.refused = True
            return

        from .cloud.push import PushStream

        @callback
        def heard(message: PushMessage) -> None:
            self.heard_at = dt_util.utcnow()
            on_message(message)

        self._stream = PushStream(
            self._client,
            on_message=heard,
            on_connected=self._connected,
            on_disconnected=self._disconnected,
            on_subscribers=self._subscribers_changed,
            leftovers=self._notebook.memory.get("subscribers", ()),
            pace=self._pace.push,
        )
        self._task = self._entry.async_create_background_task(
            self._hass, self._async_run(self._stream, on_failure), f"{DOMAIN} push"
        )

    async def async_settled(self, seconds: float) -> None:
        """Wait until push is connected or will not be, for so long at most."""
        if self._stream is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._settled.wait()

    async def async_close(self) -> None:
        """Close the stream and delete its subscriber; never fails."""
        # What ends on purpose is not lost.
        self._lost = True
        if self._stream is not None:
            await self._stream.close()
            self._stream = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _async_run(
        self, stream: PushStream, on_failure: Callable[[CloudError], None]
    ) -> None:
        while True:
            try:
                await stream.run()
            except LoginExpired as err:
                on_failure(err)
            else:
                break
            finally:
                self._settled.set()
            # Who signs in again reloads the entry; a cloud that was mistaken does not.
            await asyncio.sleep(self._pace.login.total_seconds())
        if stream.refused:
            self.refused = True
            _LOGGER.info("The API key has no right to push; locks are polled")
            async_note_right(self._hass, self._entry, Right.PUSH, missing=True)
            self._tell()

    @callback
    def doubt(self, lock_id: str, at: datetime) -> None:
        """Take note that a lock has changed then, and that no message told of it."""
        if (
            self._stream is not None
            and self.connected
            and self.connected_at is not None
            and at - self.connected_at > self._pace.unheard
        ):
            _LOGGER.debug("A change was not pushed; push is looked after")
            self._stream.doubt(lock_id)

    @callback
    def _subscribers_changed(self, subscribers: tuple[str, ...]) -> None:
        self._notebook.remember({"subscribers": list(subscribers)})

    @callback
    def _connected(self) -> None:
        self.connected_at = dt_util.utcnow()
        self._settled.set()
        async_note_right(self._hass, self._entry, Right.PUSH, missing=False)
        if self._lost:
            self._lost = False
            _LOGGER.info("Push is back")
        self._tell()

    @callback
    def _disconnected(self, reason: str) -> None:
        if not self._lost:
            self._lost = True
            _LOGGER.info("Push is lost (%s); locks are polled until it is back", reason)
        self._tell()

    @callback
    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
