"""What a lock said to the write of a code, posted by the cloud where that is possible (reference 14.7).

A post is only a hint to read the list: nothing in it is believed or even read. The address that
goes with a write carries no header, so that the secret is the address itself; it is another one
than that of the events, and exists only where the person lets the cloud call.
"""

from collections.abc import Callable
from http import HTTPStatus
import logging

from aiohttp.hdrs import METH_POST
from aiohttp.web import Request, Response
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from custom_components.yale_august.const import DOMAIN

_LOGGER = logging.getLogger(__name__)


class CodePosts:
    """The address for results of one loaded entry."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, hint: Callable[[], None]
    ) -> None:
        """Open nothing yet; `hint` is called for each post."""
        self._hass = hass
        self._entry = entry
        self._hint = hint
        self._webhook_id: str | None = None

    @callback
    def async_open(self) -> None:
        """Open the local end until the entry is unloaded; `webhooks` has been loaded."""
        from custom_components.yale_august.webhooks.papers import Papers

        if (papers := Papers.of(self._entry)) is None:
            return
        self._webhook_id = papers.results_id
        webhook.async_register(
            self._hass,
            DOMAIN,
            self._entry.title,
            self._webhook_id,
            self._async_receive,
            local_only=False,
            allowed_methods=(METH_POST,),
        )
        self._entry.async_on_unload(self._close)

    @callback
    def _close(self) -> None:
        if self._webhook_id is not None:
            webhook.async_unregister(self._hass, self._webhook_id)
            self._webhook_id = None

    async def async_address(self) -> str | None:
        """Return where to post to; None where that is not possible now."""
        if self._webhook_id is None:
            return None
        from custom_components.yale_august.webhooks.address import (
            AddressPending,
            async_find_address,
        )

        try:
            address = await async_find_address(self._hass, self._webhook_id, None)
        except AddressPending:
            return None
        return None if address is None else address.url

    async def _async_receive(
        self, _hass: HomeAssistant, _webhook_id: str, _request: Request
    ) -> Response:
        self._hint()
        return Response(status=HTTPStatus.OK)
