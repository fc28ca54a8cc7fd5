"""OAuth with a partner credential at the hosts of a brand: addresses, and what the token endpoint answers."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
import json
import logging
import math
import re
from typing import Any, Final, override

from aiohttp import ClientError, ClientResponse
from homeassistant.components.application_credentials import ClientCredential
from homeassistant.const import CONF_ACCESS_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestError,
    OAuth2TokenRequestReauthError,
    OAuth2TokenRequestTransientError,
)
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import LocalOAuth2Implementation

from .addresses import brand_endpoints
from .cloud.auth import is_token, token_claims
from .cloud.brand import Brand

_LOGGER = logging.getLogger(__name__)

TOKEN_TIMEOUT: Final = timedelta(seconds=20)
_OAUTH_ERROR: Final = re.compile(r"[a-z_]{1,40}")
_REFRESH_TOKEN: Final = "refresh_token"
_EXPIRES_IN: Final = "expires_in"


class PartnerImplementation(LocalOAuth2Implementation):
    """OAuth with one partner credential at the hosts of one brand.

    Home Assistant makes one implementation a credential and cannot know the brand of
    the flow or entry that asks for it: `for_brand` does.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        auth_domain: str,
        credential: ClientCredential,
        brand: Brand = Brand.YALE,
    ) -> None:
        """Take the addresses of the brand; raises CloudAddressRefused."""
        where = brand_endpoints(hass, brand)
        super().__init__(
            hass,
            auth_domain,
            credential.client_id,
            credential.client_secret,
            str(where.authorize),
            str(where.token),
        )
        self.brand = brand
        self._credential = credential

    def for_brand(self, brand: Brand) -> PartnerImplementation:
        """Return this credential at the hosts of `brand`."""
        return PartnerImplementation(self.hass, self._domain, self._credential, brand)

    @property
    @override
    def name(self) -> str:
        """What the person called the credential."""
        return self._credential.name or self.client_id

    @override
    async def _token_request(self, data: dict[str, Any]) -> dict[str, Any]:
        """Ask the token endpoint, once on the wire.

        Only a JSON 400 or 401 is a refusal. Home Assistant takes every 4xx for one, and
        so would log a home out whose address a firewall blocks for a while (2.4).
        """
        body = {
            **data,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        try:
            async with (
                asyncio.timeout(TOKEN_TIMEOUT.total_seconds()),
                async_get_clientsession(self.hass).post(
                    self.token_url, data=body, allow_redirects=False
                ) as response,
            ):
                answer = _json_object(await response.text(errors="replace"))
        except (ClientError, OSError, TimeoutError) as err:
            _LOGGER.debug("The token endpoint gave no answer: %s", type(err).__name__)
            raise OAuth2TokenRequestConnectionError(domain=self.domain) from err
        if response.status != HTTPStatus.OK:
            raise self._token_error(response, answer)
        if (token := _usable_token(answer)) is None:
            _LOGGER.debug("The token endpoint gave an answer without a usable token")
            raise OAuth2TokenRequestConnectionError(domain=self.domain)
        return token

    def _token_error(
        self, response: ClientResponse, answer: Mapping[str, object] | None
    ) -> OAuth2TokenRequestError:
        reason = _oauth_error(answer)
        _LOGGER.debug("The token endpoint answered %s (%s)", response.status, reason)
        refused = answer is not None and response.status in (
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.UNAUTHORIZED,
        )
        kind = (
            OAuth2TokenRequestReauthError
            if refused
            else OAuth2TokenRequestTransientError
        )
        return kind(
            domain=self.domain,
            request_info=response.request_info,
            history=response.history,
            status=response.status,
            message=reason,
            headers=response.headers,
        )


def _json_object(text: str) -> dict[str, object] | None:
    try:
        answer = json.loads(text)
    except ValueError, RecursionError:
        return None
    return answer if isinstance(answer, dict) else None


def _oauth_error(answer: Mapping[str, object] | None) -> str:
    """Return the error's name, if it is one: other text may repeat what we sent."""
    error = answer.get("error") if answer is not None else None
    if isinstance(error, str) and _OAUTH_ERROR.fullmatch(error):
        return error
    return "no reason that we know"


def _usable_token(answer: Mapping[str, object] | None) -> dict[str, Any] | None:
    """Return the fields that we keep, or None without a token or an end of it."""
    if answer is None:
        return None
    access_token = answer.get(CONF_ACCESS_TOKEN)
    if not is_token(access_token):
        return None
    lifetime = _lifetime(answer.get(_EXPIRES_IN), access_token)
    if lifetime is None:
        return None
    token: dict[str, Any] = {CONF_ACCESS_TOKEN: access_token, _EXPIRES_IN: lifetime}
    refresh_token = answer.get(_REFRESH_TOKEN)
    if is_token(refresh_token):
        token[_REFRESH_TOKEN] = refresh_token
    return token


def _lifetime(stated: object, access_token: str) -> int | None:
    """Return the seconds that a token lives, as stated or by its own claims."""
    try:
        if isinstance(stated, str) and stated.strip().isdecimal():
            stated = int(stated)
        if isinstance(stated, int | float) and not isinstance(stated, bool):
            return int(stated) if math.isfinite(stated) and stated > 0 else None
    except OverflowError, ValueError:
        return None
    if (ends := token_claims(access_token).expires_at) is None:
        return None
    left = int((ends - datetime.now(UTC)).total_seconds())
    return left if left > 0 else None
