"""The states that Home Assistant shows, one after the other."""

import asyncio
from collections.abc import Callable
from typing import Any

from .api import Api
from .trouble import Trouble


class Watch:
    """Follows all states over the websocket API."""

    def __init__(self, api: Api) -> None:
        """Follow nothing before `start`."""
        self._api = api
        self._states: dict[str, str] = {}
        self._seen: dict[str, list[str]] = {}
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Read what is shown now and follow every change."""
        await self._api.subscribe(
            self._take, "subscribe_events", event_type="state_changed"
        )
        for state in await self._api.command("get_states"):
            self._states.setdefault(state["entity_id"], state["state"])

    def _take(self, event: dict[str, Any]) -> None:
        entity_id = event["data"]["entity_id"]
        if new := event["data"]["new_state"]:
            state = self._states[entity_id] = new["state"]
            seen = self._seen.setdefault(entity_id, [])
            # A change of attributes is no other state.
            if not seen or seen[-1] != state:
                seen.append(state)
        else:
            self._states.pop(entity_id, None)
        task = asyncio.get_running_loop().create_task(self._wake())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def state(self, entity_id: str) -> str | None:
        """Return what is shown now; None for no such entity."""
        return self._states.get(entity_id)

    def forget(self, entity_id: str) -> None:
        """Start a new list for an entity."""
        self._seen.pop(entity_id, None)

    def seen(self, entity_id: str) -> list[str]:
        """Return the states since `forget`, oldest first."""
        return list(self._seen.get(entity_id, ()))

    async def until(self, entity_id: str, state: str, *, seconds: float = 15) -> None:
        """Wait until an entity shows a state. Raises Trouble when it does not."""
        await self._until(
            lambda: self._states.get(entity_id) == state,
            seconds,
            lambda: (
                f"{entity_id} is {self.state(entity_id)} and was to become {state} "
                f"within {seconds:g} s"
            ),
        )

    async def _until(
        self, holds: Callable[[], bool], seconds: float, complaint: Callable[[], str]
    ) -> None:
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(holds)
        except TimeoutError as err:
            raise Trouble(complaint()) from err
