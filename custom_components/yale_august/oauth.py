"""The login: OAuth at the hosts of a brand, and the tokens of a config entry."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
import json
import logging
import math
import re
import time
from typing import Any, Final, cast, override

from aiohttp import ClientError, ClientResponse
from homeassistant.components.application_credentials import ClientCredential
from homeassistant.config_entries import ConfigEntry, UnknownEntry
from homeassistant.const import CONF_ACCESS_TOKEN, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import (
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestError,
    OAuth2TokenRequestReauthError,
    OAuth2TokenRequestTransientError,
)
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import (
    LocalOAuth2Implementation,
    OAuth2Session,
    async_get_config_entry_implementation,
)
from homeassistant.util.hass_dict import HassKey

from .addresses import brand_endpoints
from .cloud.auth import TokenSource, is_token, token_claims
from .cloud.brand import Brand
from .cloud.errors import CloudError, CloudUnavailable, LoginExpired, RateLimited
from .const import CONF_BRAND, DOMAIN

_LOGGER = logging.getLogger(__name__)

TOKEN_TIMEOUT: Final = timedelta(seconds=20)
EXPIRY_MARGIN: Final = 20.0
"""Seconds."""
PAUSE_FIRST: Final = timedelta(seconds=10)
PAUSE_LONGEST: Final = timedelta(minutes=1)
"""Somebody may stand in front of the door."""
RETRY_AFTER_LONGEST: Final = timedelta(hours=24)
GRACE = timedelta(minutes=2)
"""A refused login is tried once more after this time before the person is asked for another:
a token endpoint that stumbles must not send people to a sign-in page."""

_OPERATION: Final = "renew_login"
_OAUTH_ERROR: Final = re.compile(r"[a-z_]{1,40}")
_REFRESH_TOKEN: Final = "refresh_token"
_EXPIRES_IN: Final = "expires_in"
_EXPIRES_AT: Final = "expires_at"


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


class OwnerTokens(TokenSource):
    """The access tokens of an entry's login.

    The entry's one OAuth2Session holds the token; renewing it is ours. The session
    cannot be told to renew, and it asks for a new login by itself; here that is
    decided by whoever meets LoginExpired.

    A refresh token works once (reference 3.3). Therefore one renewal at a time for an
    entry, across reloads too; it is finished and stored even when everybody who waits
    for it is gone; after a failure the next one waits; and a refresh token that was refused
    twice, some time apart, is not sent again.
    """

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, session: OAuth2Session
    ) -> None:
        """Share the state of renewal with earlier loads of the entry."""
        self._hass = hass
        self._entry = entry
        self._session = session
        self._renewal = hass.data.setdefault(_RENEWALS, {}).setdefault(
            entry.entry_id, _Renewal()
        )

    @property
    def _token(self) -> Mapping[str, Any]:
        return self._renewal.last or self._session.token

    @override
    async def access_token(self) -> str:
        """Return a token that is valid now.

        Raises LoginExpired, CloudUnavailable, RateLimited.
        """
        token = self._token
        expires_at = token.get(_EXPIRES_AT)
        if (
            (current := _access_token(token))
            and isinstance(expires_at, int | float)
            and expires_at > time.time() + EXPIRY_MARGIN
        ):
            return current
        return await self._renewed()

    @override
    async def renew(self, refused: str) -> str:
        """Return another token after the cloud answered 401 to `refused`.

        Raises LoginExpired, CloudUnavailable, RateLimited.
        """
        if self._current() != refused:
            return await self.access_token()
        return await self._renewed()

    def _current(self) -> str:
        return _access_token(self._token)

    async def _renewed(self) -> str:
        task = self._renewal.task
        if task is None or task.done():
            task = self._hass.async_create_task(
                self._renew(), f"{DOMAIN} renew login {self._entry.entry_id}"
            )
            self._renewal.task = task
            task.add_done_callback(_retrieve)
        # Whoever waits may be cancelled; the answer with the new refresh token must
        # not be.
        await asyncio.shield(task)
        return self._current()

    async def _renew(self) -> None:
        used = dict(self._token)
        renewal = self._renewal
        renewal.expect(used.get(_REFRESH_TOKEN))
        if renewal.refused or not renewal.refresh_token:
            raise LoginExpired(operation=_OPERATION)
        if renewal.problem is not None and self._hass.loop.time() < renewal.not_before:
            # Else it would grow with each time that it is raised.
            raise renewal.problem.with_traceback(None)
        try:
            token = await self._session.implementation.async_refresh_token(used)
        except OAuth2TokenRequestReauthError as err:
            if self._token.get(_REFRESH_TOKEN) != renewal.refresh_token:
                return
            if not renewal.doubted and GRACE:
                renewal.doubted = True
                doubt = CloudUnavailable(operation=_OPERATION, status=err.status)
                raise renewal.pause(self._hass.loop.time(), doubt, GRACE) from err
            renewal.refused = True
            raise LoginExpired(
                operation=_OPERATION, status=err.status, code=err.message
            ) from err
        except OAuth2TokenRequestError as err:
            raise renewal.pause(self._hass.loop.time(), _cloud_error(err)) from err
        except OAuth2TokenRequestConnectionError as err:
            problem = CloudUnavailable(operation=_OPERATION)
            raise renewal.pause(self._hass.loop.time(), problem) from err
        if self._token.get(_REFRESH_TOKEN) != renewal.refresh_token:
            # The person signed in again meanwhile: theirs is the newer login.
            return
        try:
            self._hass.config_entries.async_update_entry(
                self._entry, data={**self._entry.data, CONF_TOKEN: token}
            )
        except UnknownEntry:
            renewal.last = token


class FlowTokens(TokenSource):
    """A token that nobody renews: in a config flow a refused login is asked for anew."""

    def __init__(self, access_token: str) -> None:
        """Keep the token."""
        self._access_token = access_token

    @override
    async def access_token(self) -> str:
        """Return the token."""
        return self._access_token

    @override
    async def renew(self, refused: str) -> str:
        """Raise LoginExpired."""
        raise LoginExpired(operation=_OPERATION)


async def async_owner_tokens(hass: HomeAssistant, entry: ConfigEntry) -> OwnerTokens:
    """Return the tokens of an entry's login at the hosts of its brand.

    Raises UnknownImplementationError when the entry's credential was removed,
    ImplementationUnavailableError while it cannot be told, CloudAddressRefused.
    """
    implementation = cast(
        "PartnerImplementation",
        await async_get_config_entry_implementation(hass, entry),
    ).for_brand(Brand(entry.data[CONF_BRAND]))
    return OwnerTokens(hass, entry, OAuth2Session(hass, entry, implementation))


def stored_access_token(entry: ConfigEntry) -> str | None:
    """Return the access token that an entry keeps, be it valid or not; None without one."""
    return _usable_access_token(entry.data.get(CONF_TOKEN))


@callback
def last_access_token(hass: HomeAssistant, entry: ConfigEntry) -> str | None:
    """Return the same of an entry that is removed: it cannot keep what was renewed since."""
    renewal = hass.data.get(_RENEWALS, {}).get(entry.entry_id)
    if renewal is None or renewal.last is None:
        return stored_access_token(entry)
    return _usable_access_token(renewal.last)


def _usable_access_token(token: object) -> str | None:
    if not isinstance(token, Mapping):
        return None
    access_token = token.get(CONF_ACCESS_TOKEN)
    return access_token if isinstance(access_token, str) and access_token else None


@callback
def forget_tokens(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Drop what is kept about a removed entry's renewals."""
    hass.data.get(_RENEWALS, {}).pop(entry.entry_id, None)


@dataclass(slots=True)
class _Renewal:
    """How renewing an entry's login stands."""

    task: asyncio.Task[None] | None = None
    refresh_token: object = None
    refused: bool = False
    doubted: bool = False
    """Whether the refresh token was refused once."""
    failures: int = 0
    not_before: float = 0
    problem: CloudError | None = None
    last: Mapping[str, Any] | None = None
    """The token to take leave with; an entry that is removed cannot keep it."""

    def expect(self, refresh_token: object) -> None:
        """Start afresh when the login is another one than last time."""
        if refresh_token != self.refresh_token:
            self.refresh_token = refresh_token
            self.refused = False
            self.doubted = False
            self.failures = 0
            self.problem = None

    def pause(
        self, now: float, problem: CloudError, at_least: timedelta = timedelta()
    ) -> CloudError:
        """Let nobody renew for a while; until then all get `problem`."""
        pause = max(min(PAUSE_FIRST * 2**self.failures, PAUSE_LONGEST), at_least)
        if isinstance(problem, RateLimited) and problem.retry_after is not None:
            pause = max(pause, problem.retry_after)
        self.failures = min(self.failures + 1, 16)
        self.not_before = now + pause.total_seconds()
        self.problem = problem
        return problem


_RENEWALS: HassKey[dict[str, _Renewal]] = HassKey(f"{DOMAIN}_renewals")


def _access_token(token: Mapping[str, Any]) -> str:
    return str(token.get(CONF_ACCESS_TOKEN) or "")


def _retrieve(task: asyncio.Task[None]) -> None:
    """Take note of the outcome, in case nobody waits for it any more."""
    if not task.cancelled():
        task.exception()


def _cloud_error(err: OAuth2TokenRequestError) -> CloudError:
    if err.status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = _retry_after(err.headers.get("Retry-After") if err.headers else None)
        return RateLimited(operation=_OPERATION, status=err.status, retry_after=wait)
    return CloudUnavailable(operation=_OPERATION, status=err.status)


def _retry_after(text: str | None) -> timedelta | None:
    """Read seconds or an HTTP date; None: not said or not readable."""
    if not text:
        return None
    try:
        if text.strip().isdecimal():
            wait = timedelta(seconds=int(text))
        else:
            wait = parsedate_to_datetime(text).replace(tzinfo=UTC) - datetime.now(UTC)
    except OverflowError, ValueError:
        return None
    return min(max(wait, timedelta(0)), RETRY_AFTER_LONGEST)


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
