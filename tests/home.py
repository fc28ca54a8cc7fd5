"""A Home Assistant with the integration, set up against the simulated cloud."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import time

from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_API_KEY
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.yale_august.account import Account
from custom_components.yale_august.codes.pace import CodePace, Times
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.pace import Pace

from .simulator import Brand, Simulator
from .simulator.accounts import User

CREDENTIAL = {Brand.YALE: "yale_partner", Brand.AUGUST: "august_partner"}

QUICK = Pace(
    coalesce=timedelta(seconds=0.1),
    catch_up_share=timedelta(),
    settle=timedelta(seconds=0.2),
    connect=timedelta(seconds=5),
    farewell=timedelta(seconds=0.3),
    linger=timedelta(seconds=0.5),
    exodus=timedelta(),
    feed_lag=timedelta(seconds=0.1),
    feed_retry=timedelta(seconds=0.3),
    gather=timedelta(seconds=0.05),
    name=timedelta(seconds=1),
    read_back=(
        timedelta(seconds=0.6),
        timedelta(seconds=1.2),
        timedelta(seconds=2),
    ),
    codes=CodePace(
        times=Times(
            grace=timedelta(seconds=0.3),
            deadline=timedelta(seconds=1.2),
            late=timedelta(seconds=0.3),
            after_end=timedelta(seconds=0.2),
        ),
        looks=(timedelta(seconds=0.04), timedelta(seconds=0.08)),
        look_share=timedelta(),
        slow=timedelta(seconds=0.4),
    ),
)
"""The integration's times, for a cloud that is quick too."""


class Home:
    """Home Assistant and the simulated cloud, side by side."""

    def __init__(self, hass: HomeAssistant, cloud: Simulator) -> None:
        """Nothing is set up yet."""
        self.hass = hass
        self.cloud = cloud
        self._lock_ids: dict[str, str] = {}

    async def add_entry(
        self,
        user: User | None = None,
        *,
        brand: Brand = Brand.YALE,
        title: str = "Home",
        data: dict[str, object] | None = None,
    ) -> MockConfigEntry:
        """Add a config entry for a login, as the config flow would have made it."""
        hass, cloud = self.hass, self.cloud
        user = user or cloud.owner
        self._note_locks()
        await async_setup_component(hass, "application_credentials", {})
        client = cloud.client(brand)
        await async_import_client_credential(
            hass,
            DOMAIN,
            ClientCredential(client.client_id, client.secret, "Partner"),
            CREDENTIAL[brand],
        )
        tokens = cloud.authorize(user, brand)
        expires_in = tokens["expires_in"]
        assert isinstance(expires_in, int)
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=title,
            unique_id=user.user_id,
            data={
                "auth_implementation": CREDENTIAL[brand],
                "token": {**tokens, "expires_at": time.time() + expires_in},
                "brand": brand.value,
                CONF_API_KEY: cloud.key(brand).value,
                "acting_user": "owner",
                **(data or {}),
            },
        )
        entry.add_to_hass(hass)
        return entry

    async def set_up(
        self,
        user: User | None = None,
        *,
        brand: Brand = Brand.YALE,
        title: str = "Home",
    ) -> MockConfigEntry:
        """Add an entry and set it up."""
        entry = await self.add_entry(user, brand=brand, title=title)
        await self.hass.config_entries.async_setup(entry.entry_id)
        await self.hass.async_block_till_done()
        await self.told()
        return entry

    async def told(self, *, seconds: float = 2) -> None:
        """Wait until the cloud has told what locks can do, which comes in the background."""
        name = f"{DOMAIN} capabilities"
        asking = {task for task in asyncio.all_tasks() if task.get_name() == name}
        if asking:
            await asyncio.wait(asking, timeout=seconds)
            await self.hass.async_block_till_done()

    def account(self, entry: ConfigEntry) -> Account:
        """Return what a loaded entry holds."""
        account = entry.runtime_data
        assert isinstance(account, Account)
        return account

    def lock_id(self, name: str) -> str:
        """Return the id of a lock by its name, also of one that was removed since."""
        self._note_locks()
        return self._lock_ids.get(name, name)

    def _note_locks(self) -> None:
        self._lock_ids |= {lock.name: lock.lock_id for lock in self.cloud.locks}

    def entity_id(self, platform: str, lock: str, key: str) -> str | None:
        """Return the entity of a lock, by its unique id."""
        return er.async_get(self.hass).async_get_entity_id(
            platform, DOMAIN, f"{self.lock_id(lock)}_{key}"
        )

    def find(self, platform: str, lock: str, key: str) -> State | None:
        """Return the state of a lock's entity if there is one."""
        entity_id = self.entity_id(platform, lock, key)
        return None if entity_id is None else self.hass.states.get(entity_id)

    def state(self, platform: str, lock: str, key: str) -> str:
        """Return what a lock's entity shows."""
        state = self.find(platform, lock, key)
        assert state is not None, f"{lock} has no {platform} {key}"
        return state.state

    async def shows(
        self, platform: str, lock: str, key: str, state: str, *, seconds: float = 3
    ) -> State:
        """Wait until a lock's entity shows a state."""
        try:
            async with asyncio.timeout(seconds):
                while (
                    found := self.find(platform, lock, key)
                ) is None or found.state != state:
                    await asyncio.sleep(0.005)
        except TimeoutError:
            shown = self.find(platform, lock, key)
            raise AssertionError(
                f"{lock} {key} shows {shown and shown.state}, not {state}"
            ) from None
        return found

    async def keeps(
        self, platform: str, lock: str, key: str, state: str, *, seconds: float = 0.15
    ) -> None:
        """See that a lock's entity goes on showing a state."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.state(platform, lock, key) == state
            await asyncio.sleep(0.01)

    async def keeps_still(self, *, seconds: float = 0.3) -> None:
        """Let everything come that is still to come."""
        await asyncio.sleep(seconds)
        await self.hass.async_block_till_done()

    async def say(self, lock: str, **fields: object) -> None:
        """Have the cloud push a message about a lock, as it is."""
        await self.cloud.push.send_raw({"lockID": self.lock_id(lock), **fields})

    def coordinator(self, entry: ConfigEntry, lock: str) -> LockCoordinator:
        """Return what is known of a lock."""
        return self.account(entry).locks[self.lock_id(lock)]

    def commands(self, lock: str | None = None, *, since: int = 0) -> list[str]:
        """Return the commands that were on the wire, in their order."""
        lock_id = "" if lock is None else self.lock_id(lock)
        return [
            seen.path.rpartition("/")[2]
            for seen in self.cloud.requests.of("remote_operate", since=since)
            if lock_id in seen.path
        ]

    def reads(self, lock: str, *, since: int = 0) -> list[str]:
        """Return what was read of one lock, in its order."""
        path = f"/locks/{self.lock_id(lock)}"
        return [
            seen.operation
            for seen in list(self.cloud.requests)[since:]
            if seen.method == "GET" and seen.path.startswith(path)
        ]

    def device(self, entry: ConfigEntry, identifier: str) -> dr.DeviceEntry | None:
        """Return a device of an entry."""
        return dr.async_get(self.hass).async_get_device_by_identifier(
            (DOMAIN, identifier), entry.entry_id
        )

    def entry_of(self, entity_id: str) -> er.RegistryEntry:
        """Return what the registry has of an entity."""
        found = er.async_get(self.hass).async_get(entity_id)
        assert found is not None
        return found

    async def enable(
        self, entry: ConfigEntry, platform: str, lock: str, *keys: str
    ) -> None:
        """Enable entities that are disabled by default, and reload."""
        for key in keys:
            entity_id = self.entity_id(platform, lock, key)
            assert entity_id is not None
            er.async_get(self.hass).async_update_entity(entity_id, disabled_by=None)
        await self.hass.config_entries.async_reload(entry.entry_id)
        await self.hass.async_block_till_done()

    async def act(self, action: str, lock: str) -> None:
        """Call lock.lock, lock.unlock or lock.open."""
        await self.hass.services.async_call(
            "lock",
            action,
            {"entity_id": self.entity_id("lock", lock, "lock")},
            blocking=True,
        )

    async def press(self, lock: str, key: str) -> None:
        """Press a button of a lock."""
        await self.hass.services.async_call(
            "button",
            "press",
            {"entity_id": self.entity_id("button", lock, key)},
            blocking=True,
        )

    async def when(self, what: Callable[[], bool], *, seconds: float = 5) -> None:
        """Wait until something is so, whatever else is under way."""
        async with asyncio.timeout(seconds):
            while not what():
                await asyncio.sleep(0.005)

    async def until(self, what: Callable[[], bool], *, seconds: float = 5) -> None:
        """Wait until something is so, and Home Assistant has come to rest."""
        await self.when(what, seconds=seconds)
        await self.hass.async_block_till_done()
