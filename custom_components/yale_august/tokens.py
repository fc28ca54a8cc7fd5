"""The access tokens of a config entry's login: handed out, renewed, given up."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
import time
from typing import Any, Final, cast, override

from homeassistant.config_entries import ConfigEntry, UnknownEntry
from homeassistant.const import CONF_ACCESS_TOKEN, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import (
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestError,
    OAuth2TokenRequestReauthError,
)
from homeassistant.helpers.config_entry_oauth2_flow import (
    OAuth2Session,
    async_get_config_entry_implementation,
)
from homeassistant.util.hass_dict import HassKey

from .cloud.answers import read_date, read_wait
from .cloud.auth import TokenSource
from .cloud.brand import Brand
from .cloud.errors import CloudError, CloudUnavailable, LoginExpired, RateLimited
from .const import CONF_BRAND, DOMAIN
from .oauth import PartnerImplementation

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
_REFRESH_TOKEN: Final = "refresh_token"
_EXPIRES_AT: Final = "expires_at"


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
            pause = max(pause, min(problem.retry_after, RETRY_AFTER_LONGEST))
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
        headers: Mapping[str, str] = err.headers or {}
        wait = read_wait(headers.get("Retry-After"), read_date(headers.get("Date")))
        return RateLimited(operation=_OPERATION, status=err.status, retry_after=wait)
    return CloudUnavailable(operation=_OPERATION, status=err.status)
