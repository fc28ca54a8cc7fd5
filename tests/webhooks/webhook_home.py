"""A home that the simulated cloud can post to, really."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.components.webhook import _HANDLERS, async_generate_path
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.webhooks.papers import Papers
from tests.home import Home
from tests.simulator import Bolt, Brand, Cause, Lock
from tests.simulator.accounts import User
from tests.simulator.clock import epoch_ms
from tests.simulator.motion import Origin
from tests.simulator.webhooks import Registration

ADDRESS = "https://home.example.com"
DOOR = "Front Door"
BACK = "Back Door"
REGISTER, DELETE = "register_lock_webhook", "delete_lock_webhook"
BRANDS = [Brand.YALE, Brand.AUGUST]


def handlers(hass: HomeAssistant) -> list[str]:
    """Return the ids of the webhooks that Home Assistant answers to for us."""
    return [
        webhook_id
        for webhook_id, found in hass.data.get(_HANDLERS, {}).items()
        if found.domain == DOMAIN
    ]


def issues(hass: HomeAssistant) -> list[str | None]:
    """Return the translation keys of our repairs that are of webhooks."""
    return [
        issue.translation_key
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.translation_key != "latch_lock"
    ]


class WebhookHome:
    """A Home with an address at which the cloud finds it."""

    def __init__(self, home: Home, local: str) -> None:
        """Know the local end of the address."""
        self.home = home
        self.hass = home.hass
        self.cloud = home.cloud
        self.local = local

    def add_lock(self, variant: str = "connect", *, name: str = DOOR) -> Lock:
        """Add a lock at which nothing has happened for an hour."""
        lock = self.cloud.add_lock(variant, name=name)
        if lock.known is not None:
            at = lock.known.at - timedelta(hours=1)
            lock.known = replace(lock.known, at=at)
        return lock

    def turn(self, lock: Lock, bolt: Bolt, *, learned: bool = False) -> None:
        """Turn a bolt without a word; the cloud learns of it only by `learned`."""
        self.cloud.motion.settle_silently(lock, bolt, Origin(cause=Cause.MANUAL))
        if learned:
            lock.learn(self.cloud.clock.now())

    async def opt_in(
        self,
        user: User | None = None,
        *,
        brand: Brand = Brand.YALE,
        options: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
    ) -> MockConfigEntry:
        """Set an entry up for which the person has consented."""
        entry = await self.home.add_entry(user, brand=brand, data=data)
        self.hass.config_entries.async_update_entry(
            entry, options={"webhooks": True} if options is None else options
        )
        await self.hass.config_entries.async_setup(entry.entry_id)
        await self.hass.async_block_till_done()
        return entry

    async def registered(
        self, user: User | None = None, *, brand: Brand = Brand.YALE
    ) -> MockConfigEntry:
        """Opt in, and wait until all locks are registered."""
        entry = await self.opt_in(user, brand=brand)
        await self.all_registered(entry)
        return entry

    async def all_registered(self, entry: MockConfigEntry) -> None:
        """Wait until the entry knows that all its locks are registered."""
        locks = self.home.account(entry).roster.data

        def done() -> bool:
            papers = Papers.of(entry)
            return papers is not None and papers.locks == dict.fromkeys(locks, True)

        await self.home.until(done)

    async def choose(self, entry: MockConfigEntry, *, wanted: bool) -> None:
        """Change the option, and load anew."""
        self.hass.config_entries.async_update_entry(entry, options={"webhooks": wanted})
        await self.reload(entry)

    async def read_list(self) -> None:
        """Read the list of locks of all entries, as the clock does, and see it through."""
        for entry in self.hass.config_entries.async_entries(DOMAIN):
            await self.home.account(entry).roster.async_refresh()
        await asyncio.sleep(0.15)
        await self.hass.async_block_till_done()

    async def reload(self, entry: MockConfigEntry) -> None:
        """Load an entry anew."""
        await self.hass.config_entries.async_reload(entry.entry_id)
        await self.hass.async_block_till_done()

    def papers(self, entry: MockConfigEntry) -> Papers:
        """Return what an entry keeps of its webhooks."""
        papers = Papers.of(entry)
        assert papers is not None
        return papers

    def address(self, entry: MockConfigEntry) -> str:
        """Return the public address of an entry's webhook."""
        return ADDRESS + async_generate_path(self.papers(entry).webhook_id)

    def registration(self, lock: str = DOOR) -> Registration:
        """Return the owner's registration of a lock."""
        lock_id = self.home.lock_id(lock)
        found = self.cloud.courier.of(self.cloud.owner.user_id, lock_id)
        assert found is not None
        return found

    def calls(self, operation: str, *, since: int = 0) -> int:
        """Count what was asked of the cloud."""
        return self.cloud.requests.count(operation, since=since)

    async def post(
        self,
        lock: str = DOOR,
        *,
        headers: dict[str, str] | None = None,
        ago: float | None = 0,
        **fields: Any,
    ) -> int | None:
        """Have the cloud post something about a lock; returns the status it got."""
        registration = self.registration(lock)
        body = {"LockID": self.home.lock_id(lock), **fields}
        if ago is not None and "Timestamp" not in body:
            at = self.cloud.clock.now() - timedelta(seconds=ago)
            body["Timestamp"] = epoch_ms(at)
        self.cloud.courier.post(
            registration.url,
            body,
            registration.headers if headers is None else headers,
        )
        await self.cloud.settle()
        return self.cloud.courier.deliveries[-1].status

    async def tell(
        self, event: str, user: str = "manuallock", lock: str = DOOR, **fields: Any
    ) -> None:
        """Have the cloud post an event of bolt or door."""
        fields = {"EventType": "operation", **fields}
        person = {"UserID": user, "FirstName": "", "LastName": ""}
        assert await self.post(lock, Event=event, User=person, **fields) == 200
