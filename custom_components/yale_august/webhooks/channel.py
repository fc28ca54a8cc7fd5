"""The opt-in webhook channel: the cloud posts what happens at the locks of this login.

Registering replaces any other registration of the same login and lock (reference 19.1), so
it is done with the person's consent only: once for each lock that the login owns, and anew
when address or client change; not at every start.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
import logging
from typing import Final, cast

from aiohttp import ClientError
from aiohttp.hdrs import METH_POST
from aiohttp.web import Request, RequestPayloadError, Response
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.config_entry_oauth2_flow import (
    async_get_config_entry_implementation,
)
from homeassistant.helpers.start import async_at_started
from homeassistant.util.json import json_loads

from custom_components.yale_august.account import Account, YaleAugustConfigEntry
from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.errors import CloudError
from custom_components.yale_august.cloud.models import (
    BoltState,
    Delivery,
    DoorState,
    Problems,
)
from custom_components.yale_august.const import CONF_PARTNER_USER_ID, DOMAIN
from custom_components.yale_august.coordinator import LockCoordinator
from custom_components.yale_august.oauth import PartnerImplementation

from .address import (
    AddressPending,
    async_find_address,
    async_forget_cloudhook,
    async_on_address_change,
)
from .papers import HEADER, Papers, Terms, drop_papers
from .registrar import Registrar

_LOGGER = logging.getLogger(__name__)

LONGEST_BODY: Final = 16 * 1024
SLOWEST_BODY: Final = 10.0
"""Seconds for the body of a post."""
FAREWELL: Final = 10.0
"""Seconds for telling the cloud that an entry is removed."""


@callback
def async_open_webhooks(hass: HomeAssistant, entry: YaleAugustConfigEntry) -> None:
    """Open the channel if the person wants it, else clear away what is left of it."""
    wanted = entry.runtime_data.options.webhooks
    if wanted or Papers.of(entry) is not None:
        Webhooks(hass, entry, wanted=wanted).async_start()


async def async_remove_webhooks(
    hass: HomeAssistant, entry: ConfigEntry, connect: Callable[[], Awaitable[Client]]
) -> None:
    """End the registrations of an entry that is removed, as far as that works soon.

    `connect` returns a client that acts for the entry.
    """
    papers = Papers.of(entry)
    if papers is None:
        return
    if (terms := papers.terms) is not None and papers.locks:
        try:
            async with asyncio.timeout(FAREWELL):
                client = await connect()
                await asyncio.gather(
                    *(
                        client.delete_lock_webhook(lock_id, terms.client_id)
                        for lock_id in papers.locks
                    ),
                    return_exceptions=True,
                )
        except (CloudError, HomeAssistantError, TimeoutError) as err:
            _LOGGER.debug("Webhooks may stay registered: %s", type(err).__name__)
    for webhook_id in (papers.webhook_id, papers.results_id):
        await async_forget_cloudhook(hass, webhook_id)


class Webhooks:
    """The channel of one loaded entry."""

    def __init__(
        self, hass: HomeAssistant, entry: YaleAugustConfigEntry, *, wanted: bool
    ) -> None:
        """Open nothing yet; `wanted`: the person has consented."""
        self._hass = hass
        self._entry = entry
        self._account: Account = entry.runtime_data
        self._wanted = wanted
        self._registrar = Registrar(hass, entry)
        self._matching = asyncio.Lock()
        self._due = False
        """Whether somebody waits to match already."""
        self._started = False
        self._homeless = False
        """Whether it has been said that there is no public address."""

    @callback
    def async_start(self) -> None:
        """Open the local end; the cloud's end follows in the background."""
        hass, entry = self._hass, self._entry
        if self._wanted:
            papers = self._registrar.papers
            papers.keep(hass, entry)
            webhook.async_register(
                hass,
                DOMAIN,
                entry.title,
                papers.webhook_id,
                self._async_receive,
                local_only=False,
                allowed_methods=(METH_POST,),
            )
            entry.async_on_unload(
                partial(webhook.async_unregister, hass, papers.webhook_id)
            )
            entry.async_on_unload(async_on_address_change(hass, self._match_soon))
            entry.async_on_unload(self._forget_issue)
        roster = self._account.roster
        entry.async_on_unload(roster.async_add_listener(self._roster_read))
        entry.async_on_unload(self._account.async_on_lock(self._lock_came))
        entry.async_on_unload(async_at_started(hass, self._start))

    # The cloud's end

    @callback
    def _start(self, _hass: HomeAssistant) -> None:
        self._started = True
        self._match_soon()

    @callback
    def _roster_read(self) -> None:
        if self._account.roster.last_update_success:
            self._match_soon()

    @callback
    def _lock_came(self, _lock: LockCoordinator) -> None:
        self._match_soon()

    @callback
    def _match_soon(self) -> None:
        if self._started and not self._due:
            self._due = True
            self._entry.async_create_background_task(
                self._hass, self._async_match(), f"{DOMAIN} webhooks"
            )

    async def _async_match(self) -> None:
        """Make the registrations match the locks, the address and the person's wish."""
        async with self._matching:
            self._due = False
            if self._wanted:
                try:
                    terms = await self._async_terms()
                except (AddressPending, HomeAssistantError) as err:
                    _LOGGER.debug("Webhooks stay as they are: %s", type(err).__name__)
                    self._registrar.async_trust_nobody()
                    return
                self._note_address(found=terms is not None)
                await self._registrar.async_match(terms)
                return
            await self._registrar.async_match(None)
            if not (papers := self._registrar.papers).locks:
                for webhook_id in (papers.webhook_id, papers.results_id):
                    await async_forget_cloudhook(self._hass, webhook_id)
                drop_papers(self._hass, self._entry)

    async def _async_terms(self) -> Terms | None:
        """Return what to register; None without a public address."""
        implementation = await async_get_config_entry_implementation(
            self._hass, self._entry
        )
        papers = self._registrar.papers
        known = papers.terms.address if papers.terms else None
        address = await async_find_address(self._hass, papers.webhook_id, known)
        if address is None:
            return None
        return Terms(
            address=address,
            client_id=cast("PartnerImplementation", implementation).client_id,
            user=self._entry.data.get(CONF_PARTNER_USER_ID),
        )

    # No address

    @property
    def _issue(self) -> str:
        return f"webhook_no_address_{self._entry.entry_id}"

    @callback
    def _note_address(self, *, found: bool) -> None:
        if found is not self._homeless:
            return
        self._homeless = not found
        if found:
            _LOGGER.info("Webhooks are on: Home Assistant has a public address again")
            self._forget_issue()
            return
        _LOGGER.warning("Webhooks are off: Home Assistant has no public https address")
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key="webhook_no_address",
            translation_placeholders={"entry": self._entry.title},
        )

    @callback
    def _forget_issue(self) -> None:
        ir.async_delete_issue(self._hass, DOMAIN, self._issue)

    # What arrives

    async def _async_receive(
        self, _hass: HomeAssistant, _webhook_id: str, request: Request
    ) -> Response:
        """Take one post, once it has proven to be the cloud's."""
        if not self._registrar.papers.admits(request.headers.get(HEADER, "")):
            _LOGGER.debug("A post without the right token was refused")
            return Response(status=HTTPStatus.UNAUTHORIZED)
        body = await _async_body(request)
        if body is None:
            return Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            data = json_loads(body)
        except ValueError:
            _LOGGER.debug("A post that is no JSON was ignored")
            return Response(status=HTTPStatus.BAD_REQUEST)
        problems = Problems()
        delivery = Delivery.from_json(data, problems)
        if len(problems):
            _LOGGER.debug("Of a post these fields cannot be read: %s", problems)
        if (lock := self._account.find(delivery.lock_id)) is not None:
            self._take(lock, delivery)
        return Response(status=HTTPStatus.OK)

    @callback
    def _take(self, lock: LockCoordinator, delivery: Delivery) -> None:
        before = lock.data
        if (message := delivery.message) is not None:
            lock.async_take_push(message)
        self._account.witness.async_hear_post(lock, delivery, before)
        if _needs_look(lock, delivery):
            lock.async_read_soon()
        if self._registrar.papers.locks.get(lock.lock_id):
            lock.async_trust_posts(arrive=True)


def _needs_look(lock: LockCoordinator, delivery: Delivery) -> bool:
    """Return whether to read the detail: it says more, or a late post contradicts."""
    data = lock.data
    return (
        delivery.battery_warning is not None
        or delivery.keypad_battery_low is not None
        or delivery.bolt is BoltState.UNKNOWN
        or delivery.bolt not in (None, data.bolt and data.bolt.value)
        or delivery.door is DoorState.UNKNOWN
        or delivery.door not in (DoorState.ABSENT, data.door and data.door.value)
        or delivery.bridge_online not in (None, data.reachable)
    )


async def _async_body(request: Request) -> bytes | None:
    """Read the body; None when it is too long, too slow or too broken to be the cloud's."""
    stream, body = request.content, b""
    try:
        async with asyncio.timeout(SLOWEST_BODY):
            while len(body) <= LONGEST_BODY:
                if not (chunk := await stream.read(LONGEST_BODY)):
                    return body
                body += chunk
    except TimeoutError:
        _LOGGER.debug("A post was too slow")
    except (RequestPayloadError, ClientError, OSError) as err:
        # Home Assistant would log it with the webhook's id, which is a secret.
        _LOGGER.debug("A post broke off: %s", type(err).__name__)
    return None
