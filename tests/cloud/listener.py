"""A push stream of the tests, and what it told."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
import gc

import aiohttp

from custom_components.yale_august.cloud.brand import Brand
from custom_components.yale_august.cloud.models import PushMessage
from custom_components.yale_august.cloud.push import Pace, PushStream

from .desk import LOCK, Tokens, client_of, transport_to
from .switchboard import Switchboard

QUICK = Pace(first=0.01, longest=0.05, settled=60, connect=2, close=0.2)
LOCKED = {"lockID": LOCK, "lockAction": "locked", "doorState": "closed"}


class Listener:
    """A stream, and what it told."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        board: Switchboard,
        *,
        tokens: Tokens | None = None,
        leftovers: Iterable[str] = (),
        pace: Pace = QUICK,
        brand: Brand = Brand.YALE,
    ) -> None:
        """Prepare a stream."""
        self.tokens = tokens or Tokens()
        self.told: list[str] = []
        self.messages: list[PushMessage] = []
        self.remembered: list[tuple[str, ...]] = []
        transport = transport_to(session, board.url, tokens=self.tokens, brand=brand)
        self.client = client_of(transport)
        self.stream = PushStream(
            self.client,
            on_message=self.messages.append,
            on_connected=lambda: self.told.append("up"),
            on_disconnected=lambda reason: self.told.append(f"down: {reason}"),
            on_subscribers=self.remembered.append,
            leftovers=leftovers,
            pace=pace,
        )

    @property
    def ups(self) -> int:
        """How often it was connected."""
        return self.told.count("up")


@asynccontextmanager
async def listening(listener: Listener) -> AsyncGenerator[asyncio.Task[None]]:
    """Run a stream, and close it."""
    task = asyncio.create_task(listener.stream.run())
    try:
        yield task
    finally:
        await listener.stream.close()
        await asyncio.gather(task, return_exceptions=True)


def tasks_of_the_client() -> list[str]:
    """Return the coroutines that run on behalf of the stream."""
    gc.collect()
    return [
        name
        for task in asyncio.all_tasks()
        if (name := task.get_coro().__qualname__)  # type: ignore[union-attr]
        and name.startswith(("AsyncClient", "PushStream", "Link", "_Socket"))
    ]
