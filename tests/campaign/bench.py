"""A Home Assistant that is not booted, and the integration in it, in time that jumps.

Of Home Assistant there is the core object, the registries and what config entries need: no
component, no platform, no entity. What a lock shows is asked of its coordinator, a command is
given as the lock entity gives it.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from copy import deepcopy
import time
from typing import Final, override
from unittest.mock import patch

from aiohttp import ThreadedResolver
from homeassistant.components.application_credentials import ClientCredential
from homeassistant.config_entries import (
    ConfigEntries,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowContext,
)
from homeassistant.const import CONF_API_KEY, Platform
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryNotReady,
    HomeAssistantError,
)
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.config_entry_oauth2_flow import async_register_implementation
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, mock_storage

from custom_components.yale_august import async_setup_entry, async_unload_entry
from custom_components.yale_august.account import Account
from custom_components.yale_august.commands.move import async_move
from custom_components.yale_august.commands.movements import LOCK, OPEN, UNLOCK
from custom_components.yale_august.const import DOMAIN, ENV_CLOUD
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.oauth import PartnerImplementation
from tests.simulator import Brand, Simulator
from tests.simulator.lock import Lock

from .warp import WarpLoop

LATENCY: Final = 0.05
"""Seconds that an answer of the cloud takes."""
PING: Final = 600.0
"""Seconds between two pings of the push stream: they are not what is tested."""
MOVEMENTS: Final = {"lock": LOCK, "unlock": UNLOCK, "open": OPEN}


class Entry(MockConfigEntry):
    """A config entry that only counts how often a new login was asked for."""

    asked_for_login = 0

    @override
    def async_start_reauth(
        self,
        hass: HomeAssistant,
        context: ConfigFlowContext | None = None,
        data: dict[str, object] | None = None,
    ) -> None:
        """Count."""
        object.__setattr__(self, "asked_for_login", self.asked_for_login + 1)


class Entries(ConfigEntries):
    """The config entries, without platforms."""

    @override
    async def async_forward_entry_setups(
        self, entry: ConfigEntry, platforms: Iterable[Platform | str]
    ) -> None:
        """Set no platform up."""

    @override
    async def async_unload_platforms(
        self, entry: ConfigEntry, platforms: Iterable[Platform | str]
    ) -> bool:
        """Unload none."""
        return True


class _Resolver(ThreadedResolver):
    """Resolves nothing: the cloud has an address of digits."""

    async def real_close(self) -> None:
        """Close, under the name by which Home Assistant calls it."""


class Bench:
    """The integration and the simulated cloud, side by side."""

    def __init__(
        self, cloud: Simulator, storage: dict[str, object], *, sub_user: bool = False
    ) -> None:
        """Remember the login; nothing runs before `start`."""
        self.cloud = cloud
        self.storage = storage
        """What Home Assistant has written, by the names of the files."""
        self.entry = self._entry(sub_user=sub_user)
        self.hass: HomeAssistant
        self.pause = 0.0
        """Seconds between stopping and starting of a restart."""
        self._running: set[asyncio.Task[None]] = set()
        self._meanwhile: set[asyncio.Task[None]] = set()

    def _entry(self, *, sub_user: bool) -> Entry:
        cloud = self.cloud
        acting: dict[str, object] = {"acting_user": "owner"}
        if sub_user:
            guest = cloud.world.add_user(
                "Gustav", "Guest", owner=cloud.owner, partner_user_id="guest-77"
            )
            for lock in cloud.locks:
                cloud.share(lock, guest)
            acting = {
                "acting_user": "sub_user",
                "partner_user_id": "guest-77",
                "first_name": "Gustav",
                "last_name": "Guest",
            }
        return Entry(
            domain=DOMAIN,
            title="Home",
            unique_id=cloud.owner.user_id,
            data={
                "auth_implementation": "partner",
                "token": self._tokens(),
                "brand": Brand.YALE.value,
                CONF_API_KEY: cloud.key().value,
                **acting,
            },
        )

    # Life

    async def start(self, *, patience: float = 3600) -> None:
        """Start Home Assistant and set the entry up, again and again as it would."""
        # The folder is never touched: storage is in memory.
        self.hass = hass = HomeAssistant("/nonexistent")
        hass.config_entries = Entries(hass, {})
        self.entry.add_to_hass(hass)
        dr.async_setup(hass)
        await dr.async_load(hass, load_empty=True)
        # Loaded, it would clean up for ever.
        er.async_get(hass).entities = er.EntityRegistryItems(hass)
        await ir.async_load(hass, load_empty=True)
        hass.set_state(CoreState.running)
        client = self.cloud.client()
        async_register_implementation(
            hass,
            DOMAIN,
            PartnerImplementation(
                hass, "partner", ClientCredential(client.client_id, client.secret)
            ),
        )
        await self._set_up_at_last(patience)

    async def _set_up_at_last(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        tries = 0
        while not await self._set_up():
            if time.monotonic() > deadline:
                return
            await asyncio.sleep(2 ** min(tries, 4) * 5)
            tries += 1

    async def _set_up(self) -> bool:
        hass, entry = self.hass, self.entry
        entry.mock_state(hass, ConfigEntryState.SETUP_IN_PROGRESS)
        try:
            assert await async_setup_entry(hass, entry)
        except (ConfigEntryNotReady, ConfigEntryAuthFailed) as err:
            await self._unloaded()
            if isinstance(err, ConfigEntryAuthFailed):
                entry.async_start_reauth(hass)
            entry.mock_state(hass, ConfigEntryState.SETUP_RETRY)
            return False
        entry.mock_state(hass, ConfigEntryState.LOADED)
        return True

    async def _unloaded(self) -> None:
        await self.entry._async_process_on_unload(self.hass)  # noqa: SLF001

    async def stop(self) -> None:
        """Unload the entry and stop Home Assistant."""
        if self.loaded:
            assert await async_unload_entry(self.hass, self.entry)
            await self._unloaded()
            self.entry.mock_state(self.hass, ConfigEntryState.NOT_LOADED)
        await self._close()
        if self._meanwhile:
            await asyncio.wait(self._meanwhile)

    async def shut_down(self) -> None:
        """Stop Home Assistant as a restart does: the entry is not unloaded."""
        await self._close()

    async def restart(self, *, cleanly: bool = True) -> None:
        """Start anew; not `cleanly`: with what was on the disk when the power went."""
        kept = deepcopy(self.storage)
        subscribers = dict(self.cloud.push.subscribers)
        if not cleanly:
            await self._end_commands()
        await self.shut_down()
        await asyncio.sleep(self.pause)
        if not cleanly:
            self.storage.clear()
            self.storage.update(kept)
            self.cloud.push.subscribers.update(subscribers)
        asked = self.entry.asked_for_login
        self.entry = Entry(
            domain=DOMAIN,
            title=self.entry.title,
            unique_id=self.entry.unique_id,
            entry_id=self.entry.entry_id,
            data=self.entry.data,
        )
        object.__setattr__(self.entry, "asked_for_login", asked)
        await self.start()

    async def sign_in_again(self) -> None:
        """Do what a person does who is asked for a new login."""
        await self._unload()
        self.hass.config_entries.async_update_entry(
            self.entry, data={**self.entry.data, "token": self._tokens()}
        )
        await self._set_up_at_last(0)

    async def reload(self) -> None:
        """Unload the entry and set it up again, whatever runs."""
        await self._unload()
        await self._set_up_at_last(3600)

    async def _unload(self) -> None:
        if self.loaded:
            assert await async_unload_entry(self.hass, self.entry)
            await self._unloaded()
            self.entry.mock_state(self.hass, ConfigEntryState.NOT_LOADED)

    def _tokens(self) -> dict[str, object]:
        tokens = self.cloud.authorize()
        expires_in = tokens["expires_in"]
        assert isinstance(expires_in, int)
        return {**tokens, "expires_at": time.time() + expires_in}

    async def _close(self) -> None:
        await self.hass.async_stop(force=True)
        # Else no other Home Assistant could run on this loop.
        delattr(self.hass.loop, "_shutdown_run_callback_threadsafe")
        await self._end_commands()

    async def _end_commands(self) -> None:
        for task in (running := set(self._running)):
            task.cancel()
        if running:
            await asyncio.wait(running)

    def remember_subscriber(self) -> None:
        """Leave a subscriber, as an earlier start that did not end well."""
        left = self.cloud.push.subscribe(
            self.cloud.owner.user_id, self.cloud.client().client_id
        )
        self.storage[f"{DOMAIN}.{self.entry.entry_id}"] = {
            "version": 1,
            "data": {"subscribers": [left.subscriber_id]},
        }

    # What is known

    @property
    def loaded(self) -> bool:
        """Whether the entry is set up."""
        return self.entry.state is ConfigEntryState.LOADED

    @property
    def account(self) -> Account:
        """What the entry holds."""
        account = self.entry.runtime_data
        assert isinstance(account, Account)
        return account

    def lock(self, lock: Lock) -> LockCoordinator | None:
        """Return what is known of a lock; None while nothing is."""
        return self.account.locks.get(lock.lock_id) if self.loaded else None

    # What is done

    async def operate(self, lock: Lock, action: str) -> str | None:
        """Lock, unlock or open; return None when confirmed, else why not."""
        found = self.lock(lock)
        assert found is not None
        try:
            await async_move(found, MOVEMENTS[action])
        except HomeAssistantError as err:
            return err.translation_key or "no sentence"
        return None

    def later(self, seconds: float, what: Callable[[], object]) -> None:
        """Do something after a while."""
        asyncio.get_running_loop().call_later(seconds, what)

    def begin(self, work: Coroutine[object, object, object]) -> None:
        """Give a command in the background; it ends with Home Assistant."""
        self._spawn(work, self._running)

    def meanwhile(self, work: Coroutine[object, object, object]) -> None:
        """Do something at the door in the background; it is over before the end."""
        self._spawn(work, self._meanwhile)

    @staticmethod
    def _spawn(
        work: Coroutine[object, object, object], tasks: set[asyncio.Task[None]]
    ) -> None:
        async def do() -> None:
            await work

        task = asyncio.create_task(do())
        tasks.add(task)
        task.add_done_callback(tasks.discard)


@asynccontextmanager
async def bench(
    *variants: str,
    sub_user: bool = False,
    before: Callable[[Bench], None] | None = None,
) -> AsyncGenerator[Bench]:
    """Return a bench with a lock of each variant, stopped at the end.

    `before` is called before Home Assistant starts.
    """
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        mock_storage() as storage,
        patch(
            "homeassistant.helpers.aiohttp_client._async_make_resolver",
            return_value=_Resolver(),
        ),
    ):
        async with Simulator(latency=LATENCY, ping=PING) as cloud:
            monkeypatch.setenv(ENV_CLOUD, cloud.url)
            for number, variant in enumerate(variants):
                cloud.add_lock(variant, name=f"Drawbridge {number}", house="Quarrel")
            found = Bench(cloud, storage, sub_user=sub_user)
            if before is not None:
                before(found)
            await found.start()
            try:
                yield found
            finally:
                await found.stop()
                await cloud.settle()


def left_over() -> list[str]:
    """Return what still runs on the loop apart from the caller: tasks and timers."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, WarpLoop)
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    return [*map(repr, tasks), *map(repr, loop.timers())]
