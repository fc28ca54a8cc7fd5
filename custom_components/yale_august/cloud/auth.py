"""Access tokens: who asks for them, and those of a partner sub-user."""

import asyncio
import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import json
from typing import Final, Protocol, TypeGuard, override

from .errors import CloudError, CloudUnavailable, OutcomeUnknown, UnexpectedAnswer
from .models import SubUserLogin

MARGIN: Final = timedelta(minutes=5)
"""A sub-user's token is minted anew this long before it ends."""
PAUSE_FIRST: Final = timedelta(seconds=10)
"""After two mints that failed the next waits so long; it doubles with each further one."""
PAUSE_LONGEST: Final = timedelta(minutes=1)
"""Somebody may stand in front of the door."""


class TokenSource(Protocol):
    """Hands out the access token of one login."""

    async def access_token(self) -> str:
        """Return a token that is valid now.

        Raises LoginExpired when only a new login helps, CloudUnavailable when the
        cloud cannot be asked at the moment.
        """
        ...

    async def renew(self, refused: str) -> str:
        """Return another token after the cloud answered 401 to `refused`.

        If the current token is another one already, that one; else a new one. All
        under one lock, so that many refusals at once renew once. Raises as
        `access_token` does.
        """
        ...


class SubUserMint(Protocol):
    """The owner's client, as far as minting needs it."""

    async def create_sub_user(
        self, *, partner_user_id: str, first_name: str, last_name: str
    ) -> SubUserLogin:
        """Create or get the sub-user, with an access token for it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenClaims:
    """What an access token says about itself (reference 3.4); None: not said."""

    user_id: str | None = None
    client_id: str | None = None
    """The OAuth client that it was issued to."""
    install_id: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None


def token_claims(token: str) -> TokenClaims:
    """Read the payload of an access token without checking it; never raises."""
    try:
        part = token.split(".")[1]
        payload = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except AttributeError, IndexError, ValueError, binascii.Error, RecursionError:
        return TokenClaims()
    if not isinstance(payload, dict):
        return TokenClaims()
    oauth = payload.get("oauth")
    return TokenClaims(
        user_id=_text(payload.get("userId")),
        client_id=_text(oauth.get("client_id")) if isinstance(oauth, dict) else None,
        install_id=_text(payload.get("installId")),
        expires_at=_epoch(payload.get("exp")),
    )


class SubUserTokens(TokenSource):
    """Tokens of a partner sub-user, minted by its owner's client (reference 11.1).

    Minting again is harmless: the call creates or gets. A minted token is kept until
    shortly before it ends or until the cloud refuses it.
    """

    def __init__(
        self,
        owner: SubUserMint,
        partner_user_id: str,
        first_name: str,
        last_name: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Prepare; nothing is asked before the first token is needed."""
        self._owner = owner
        self._partner_user_id = partner_user_id
        self._first_name = first_name
        self._last_name = last_name
        self._now = now
        self._lock = asyncio.Lock()
        self.user_id: str | None = None
        """The sub-user's own id, as soon as a token has told it."""
        self._token: str | None = None
        self._mint_after: datetime | None = None
        self._failures = 0
        self._not_before: datetime | None = None
        self._problem: CloudError | None = None

    @override
    async def access_token(self) -> str:
        """Return the sub-user's token, minted if there is none or it is about to end.

        One that is about to end serves until then if no other can be had. Raises what
        `create_sub_user` raises; a mint without a verdict is CloudUnavailable, because
        the caller's own request was never sent.
        """
        async with self._lock:
            if (token := self._token) is None:
                return await self._mint()
            if self._mint_after is None or self._now() < self._mint_after:
                return token
            try:
                return await self._mint()
            except CloudError:
                if self._now() >= self._mint_after + MARGIN:
                    raise
                return token

    @override
    async def renew(self, refused: str) -> str:
        """Return another token than the refused one; see `access_token`."""
        async with self._lock:
            if self._token is not None and self._token != refused:
                return self._token
            self._token = None
            return await self._mint()

    async def _mint(self) -> str:
        """Mint, but not for each of many locks after it has failed."""
        now = self._now()
        if self._problem is not None and self._not_before is not None:
            # Longer than ever meant: the clock was set back.
            if timedelta() < self._not_before - now <= PAUSE_LONGEST:
                # Else it would grow with each time that it is raised.
                raise self._problem.with_traceback(None)
        try:
            token = await self._mint_now()
        except CloudError as err:
            if self._failures:
                pause = PAUSE_FIRST * 2 ** min(self._failures - 1, 8)
                self._not_before = now + min(pause, PAUSE_LONGEST)
                self._problem = err
            self._failures += 1
            raise
        self._failures = 0
        self._problem = self._not_before = None
        return token

    async def _mint_now(self) -> str:
        try:
            login = await self._owner.create_sub_user(
                partner_user_id=self._partner_user_id,
                first_name=self._first_name,
                last_name=self._last_name,
            )
        except OutcomeUnknown as err:
            raise CloudUnavailable(
                operation=err.operation, status=err.status, detail=err.detail
            ) from err
        if not is_token(login.access_token):
            raise UnexpectedAnswer(detail="the sub-user came without a usable token")
        self._token = login.access_token
        self.user_id = token_claims(login.access_token).user_id or self.user_id
        self._mint_after = self._ends_before(login.access_token)
        return self._token

    def _ends_before(self, token: str) -> datetime | None:
        expires_at = token_claims(token).expires_at
        if expires_at is None:
            return None
        # A token that is fresh from the cloud and yet over by our clock means that
        # the clock is wrong: then only the cloud's refusal says when it ends.
        mint_after = expires_at - MARGIN
        return mint_after if mint_after > self._now() else None


def is_token(value: object) -> TypeGuard[str]:
    """Return whether it is a text that a header and a file can carry."""
    return (
        isinstance(value, str)
        and value.isascii()
        and value.isprintable()
        and value != ""
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _epoch(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except OverflowError, OSError, ValueError:
        return None
