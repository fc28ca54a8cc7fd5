"""The connections of the push stream: the one in use, and one that takes its place."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
import json
import math
from typing import Final

import aiohttp

from .answers import error_of, read_answer
from .auth import MARGIN, token_claims
from .client import Client
from .errors import CloudError
from .link import HandshakeRefused, Link, LinkFailed
from .routes import Route, Safety
from .watch import Pace

HANDSHAKE: Final = Route(operation="push", method="GET", path="/", safety=Safety.READ)
_NOT_OUR_SUBSCRIBER: Final = frozenset({400, 404, 409, 410})


class Line:
    """A connection, with the subscriber and the token that it was made with."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        subscriber_id: str,
        token: str,
        renew_at: float,
        on_up: Callable[[Line], None],
        on_data: Callable[[Line, object], None],
        on_end: Callable[[Line, str], None],
        close_timeout: float,
    ) -> None:
        """Prepare; raises LinkFailed when the session is closed."""
        self.subscriber_id = subscriber_id
        self.token = token
        self.renew_at = renew_at
        """When its token should be renewed, by the loop's clock."""
        self.up = False
        """Whether messages arrive by it."""
        self.told = False
        """Whether it was announced."""
        self.link = Link(
            session,
            on_up=partial(on_up, self),
            on_data=partial(on_data, self),
            on_end=partial(on_end, self),
            close_timeout=close_timeout,
        )


class Lines:
    """One connection, and now and then a second one that takes its place."""

    def __init__(
        self,
        client: Client,
        pace: Pace,
        *,
        on_data: Callable[[object], None],
        on_connected: Callable[[], None],
        on_disconnected: Callable[[str], None],
    ) -> None:
        """Begin with none.

        `on_connected` is called when one is up and none was, and when one has taken the
        place of another; `on_disconnected` when none is up any more.
        """
        self._client = client
        self._pace = pace
        self._on_data = on_data
        self._on_connected = on_connected
        self._on_disconnected = on_disconnected
        self._lines: list[Line] = []
        self._echoes: Echoes | None = None
        self._echoes_until = math.inf
        self._renewed_at = -math.inf
        self.suspect = False
        """Whether the server seems not to know the subscriber."""

    @property
    def up(self) -> bool:
        """Whether messages arrive now."""
        return any(line.up for line in self._lines)

    @property
    def current(self) -> Line:
        """The connection in use; there must be one."""
        return self._lines[0]

    async def open(self, subscriber_id: str | None) -> Line:
        """Connect as a subscriber; the first one is in use.

        Raises CloudError, LinkFailed; then no trace of it is left.
        """
        tokens = self._client.transport.tokens
        token = await tokens.access_token()
        try:
            return await self._dial(subscriber_id, token)
        except HandshakeRefused as err:
            # A server that refuses every token must not use up the login's renewals.
            just_renewed = _now() - self._renewed_at < self._pace.rotate
            if err.status != 401 or just_renewed:
                raise self._meaning(err, subscriber_id, token) from err
        renewed = await tokens.renew(token)
        self._renewed_at = _now()
        try:
            return await self._dial(subscriber_id, renewed)
        except HandshakeRefused as err:
            raise self._meaning(err, subscriber_id, renewed) from err

    def promote(self, line: Line) -> None:
        """Use this connection from now on."""
        self._lines.remove(line)
        self._lines.insert(0, line)
        self.suspect = False
        self._announce(line)

    async def close_others(self) -> None:
        """Close all but the connection in use."""
        for line in self._lines[1:]:
            await self._hang_up(line)

    async def close(self) -> None:
        """Close all connections."""
        for line in self._lines[::-1]:
            await self._hang_up(line)

    async def _dial(self, subscriber_id: str | None, token: str) -> Line:
        transport = self._client.transport
        url = transport.endpoints.push
        if url is None or subscriber_id is None:
            raise LinkFailed("there is no subscriber")
        offset = transport.clock_offset or timedelta()
        line = Line(
            transport.session,
            subscriber_id=subscriber_id,
            token=token,
            renew_at=renewal_time(token, _now(), datetime.now(UTC) + offset),
            on_up=self._up,
            on_data=self._data,
            on_end=self._down,
            close_timeout=self._pace.close,
        )
        self._lines.append(line)
        reason = "stopped"
        try:
            await line.link.open(
                url.with_query(subscriberID=subscriber_id),
                transport.headers(token),
                self._pace.connect,
            )
        except BaseException as err:
            if isinstance(err, LinkFailed):
                reason = err.reason
            await self._hang_up(line, reason)
            raise
        return line

    async def _hang_up(self, line: Line, reason: str = "stopped") -> None:
        self._down(line, reason)
        try:
            await line.link.close()
        finally:
            self._lines.remove(line)
            # What the line that is gone has brought may still come by the other.
            self._echoes_until = _now() + self._pace.overlap

    def _meaning(
        self, refusal: HandshakeRefused, subscriber_id: str | None, token: str
    ) -> CloudError | LinkFailed:
        """Return what a refused handshake means."""
        if refusal.status == 401:
            # And the token is new: REST will say whether the login is at fault.
            self.suspect = True
            return refusal
        if refusal.status in _NOT_OUR_SUBSCRIBER:
            self.suspect = True
        answer = read_answer(
            refusal.status,
            refusal.body,
            content_type=refusal.headers.get("Content-Type"),
            date=refusal.headers.get("Date"),
            retry_after=refusal.headers.get("Retry-After"),
        )
        secrets = (*self._client.transport.scrub(token), subscriber_id or "")
        return error_of(HANDSHAKE, answer, secrets) or refusal

    def _up(self, line: Line) -> None:
        alone = not self.up
        line.up = True
        if alone:
            self._announce(line)
        else:
            self._echoes = Echoes()
            self._echoes_until = math.inf

    def _announce(self, line: Line) -> None:
        if not line.told:
            line.told = True
            self._on_connected()

    def _down(self, line: Line, reason: str) -> None:
        if line.up:
            line.up = False
            if not self.up:
                self._on_disconnected(reason)

    def _data(self, line: Line, payload: object) -> None:
        if _now() > self._echoes_until:
            self._echoes = None
        if line.up and (self._echoes is None or self._echoes.is_first(line, payload)):
            self._on_data(payload)


class Echoes:
    """Tells what two connections have both brought, so that it is passed on once.

    Else a message that the slower one brings late would overturn what came after it.
    """

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self._heard: dict[Line, Counter[str]] = {}
        self._passed = Counter[str]()

    def is_first(self, line: Line, payload: object) -> bool:
        """Tell whether a message is to be passed on: no other line has brought it."""
        text = json.dumps(payload, sort_keys=True, default=repr)
        heard = self._heard.setdefault(line, Counter())
        heard[text] += 1
        if heard[text] <= self._passed[text]:
            return False
        self._passed[text] += 1
        return True


def renewal_time(token: str, now: float, wall: datetime) -> float:
    """Return when a token should be renewed: shortly before it ends.

    `now` is the loop's clock and `wall` the cloud's; the result is of the loop's. A token
    that the cloud takes although it is over by the clock, or one that does not say, ends
    when the cloud refuses it.
    """
    expires_at = token_claims(token).expires_at
    left = 0.0 if expires_at is None else (expires_at - wall).total_seconds()
    if left <= 0:
        return math.inf
    return now + left - min(MARGIN.total_seconds(), left / 2)


def _now() -> float:
    return asyncio.get_running_loop().time()
