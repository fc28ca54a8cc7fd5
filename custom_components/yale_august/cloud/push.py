"""The push stream: a subscriber, a socket, and a loop that keeps both (reference 20)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
import logging
import random
from typing import Final

from .answers import error_of, read_answer
from .client import Client
from .errors import (
    BudgetExhausted,
    CloudError,
    CloudUnavailable,
    EndpointNotAllowed,
    FirewallBlocked,
    LoginExpired,
    NotFound,
    OutcomeUnknown,
    RateLimited,
)
from .link import HandshakeRefused, Link, LinkFailed
from .models import Problems, PushMessage
from .routes import CREATE_SUBSCRIBER, Route, Safety

_LOGGER: Final = logging.getLogger(__name__)

_HANDSHAKE: Final = Route(operation="push", method="GET", path="/", safety=Safety.READ)
_NEEDED: Final = frozenset({_HANDSHAKE.operation, CREATE_SUBSCRIBER.operation})
"""Operations without which there is no push."""
_PASSING: Final = (
    BudgetExhausted,
    CloudUnavailable,
    FirewallBlocked,
    OutcomeUnknown,
    RateLimited,
)
"""Errors after which the same call may succeed later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How patient the stream is; seconds."""

    first: float = 1.0
    """The pause after the first failure; it doubles with each further one."""
    longest: float = 300.0
    jitter: float = 0.5
    """The part of a pause that is left to chance."""
    settled: float = 30.0
    """A connection that lasted this long was a good one."""
    connect: float = 20.0
    close: float = 2.0
    suspect_after: int = 2
    """Failures in a row until the subscriber is looked after."""
    replace_after: int = 5
    """Failures in a row until a subscriber is replaced that the cloud still knows."""


class PushStream:
    """Messages of all locks of one login, from `run` until `close`.

    `on_connected` and `on_disconnected` come in pairs. Each message is sent once and
    never again: whoever listens reads all anew when connected.
    """

    def __init__(
        self,
        client: Client,
        *,
        on_message: Callable[[PushMessage], None],
        on_connected: Callable[[], None],
        on_disconnected: Callable[[str], None],
        subscriber_id: str | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Prepare; `subscriber_id` is a left-over of an earlier start to delete."""
        self._client = client
        self._on_message = on_message
        self._on_connected = on_connected
        self._on_disconnected = on_disconnected
        self._leftover = subscriber_id
        self._pace = pace or Pace()
        self._subscriber_id: str | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self._up_at: float | None = None
        self.connected = False
        """Whether messages arrive now."""
        self.refused = False
        """Whether the key has no right to push, or the brand has no push."""

    @property
    def subscriber_id(self) -> str | None:
        """The subscriber to delete at the next start; None when all are gone. A secret."""
        return self._subscriber_id or self._leftover

    async def run(self) -> None:
        """Keep the stream up until cancelled or closed.

        Returns early when push is `refused`. Raises LoginExpired.
        """
        if self._closed:
            return
        if self._task is not None:
            raise RuntimeError("the stream runs already")
        self._task = asyncio.create_task(self._keep_up())
        try:
            await self._task
        except asyncio.CancelledError:
            runner = asyncio.current_task()
            if runner is None or runner.cancelling():
                raise
        finally:
            self._task = None

    async def close(self) -> None:
        """Stop, and delete the subscriber if the cloud lets us; never fails.

        What could not be deleted is left in `subscriber_id`.
        """
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        with suppress(TimeoutError, CloudError):
            async with asyncio.timeout(2 * self._pace.close):
                await self._forget_leftover()
                if self._subscriber_id is not None and await self._delete(
                    self._subscriber_id
                ):
                    self._subscriber_id = None

    async def _keep_up(self) -> None:
        if self._client.transport.endpoints.push is None:
            self.refused = True
            return
        failures = 0
        while True:
            at_least = 0.0
            try:
                await self._forget_leftover()
                await self._look_after_subscriber(failures)
                reason = await self._connect()
            except LoginExpired:
                raise
            except CloudError as err:
                if isinstance(err, EndpointNotAllowed) and err.operation in _NEEDED:
                    self.refused = True
                    return
                reason = str(err)
                at_least = _wished_pause(err)
            except LinkFailed as err:
                reason = err.reason
            failures = 1 if self._was_settled() else failures + 1
            pause = max(at_least, self._pause(failures))
            _LOGGER.debug("Push: %s; again in %.1f s", reason, pause)
            await asyncio.sleep(pause)

    def _pause(self, failures: int) -> float:
        pace = self._pace
        doubled = pace.first * 2.0 ** min(failures - 1, 30)
        chance = 1 - pace.jitter * random.random()
        return min(pace.longest, doubled) * chance

    async def _look_after_subscriber(self, failures: int) -> None:
        """Make sure that there is a subscriber, and that the cloud knows it.

        A forgotten subscriber is not told so: its connects fail, or stay silent.
        """
        known = self._subscriber_id
        if known is not None:
            if failures < self._pace.suspect_after:
                return
            if failures % self._pace.replace_after:
                try:
                    await self._client.get_subscriber(known)
                except NotFound:
                    _LOGGER.debug("Push: the subscriber is forgotten")
                except EndpointNotAllowed:
                    return
                else:
                    return
        subscriber = await self._client.create_subscriber()
        self._subscriber_id = subscriber.subscriber_id
        if known is not None:
            await self._delete(known)

    async def _connect(self) -> str:
        """Connect, and return why the connection ended."""
        tokens = self._client.transport.tokens
        token = await tokens.access_token()
        try:
            return await self._connect_with(token)
        except HandshakeRefused as err:
            if err.status != 401:
                raise self._meaning(err, token) from err
        renewed = await tokens.renew(token)
        try:
            return await self._connect_with(renewed)
        except HandshakeRefused as err:
            raise self._meaning(err, renewed) from err

    async def _connect_with(self, token: str) -> str:
        transport = self._client.transport
        url = transport.endpoints.push
        if url is None or self._subscriber_id is None:
            raise LinkFailed("there is no subscriber")
        link = Link(
            transport.session,
            on_up=self._up,
            on_data=self._message,
            close_timeout=self._pace.close,
        )
        reason = "stopped"
        try:
            await link.open(
                url.with_query(subscriberID=self._subscriber_id),
                transport.headers(token),
                self._pace.connect,
            )
            reason = await link.wait()
        except LinkFailed as err:
            reason = err.reason
            raise
        finally:
            try:
                await link.close()
            finally:
                self._down(reason)
        return reason

    def _meaning(
        self, refusal: HandshakeRefused, token: str
    ) -> CloudError | LinkFailed:
        """Return what a refused handshake means."""
        if refusal.status == 401:
            # Twice, and the token is new: REST will say whether the login is at fault.
            return refusal
        answer = read_answer(
            refusal.status,
            refusal.body,
            content_type=refusal.headers.get("Content-Type"),
            date=refusal.headers.get("Date"),
            retry_after=refusal.headers.get("Retry-After"),
        )
        secrets = (*self._client.transport.scrub(token), self._subscriber_id or "")
        return error_of(_HANDSHAKE, answer, secrets) or refusal

    def _up(self) -> None:
        self._up_at = asyncio.get_running_loop().time()
        self.connected = True
        self._call(self._on_connected)

    def _down(self, reason: str) -> None:
        if self.connected:
            self.connected = False
            self._call(lambda: self._on_disconnected(reason))

    def _was_settled(self) -> bool:
        """Tell whether the connection that ended was a good one."""
        up_at, self._up_at = self._up_at, None
        if up_at is None:
            return False
        return asyncio.get_running_loop().time() - up_at >= self._pace.settled

    def _message(self, payload: object) -> None:
        problems = Problems()
        message = PushMessage.from_json(payload, problems)
        if problems:
            _LOGGER.debug("Push: could not read %s", problems)
        self._call(lambda: self._on_message(message))

    @staticmethod
    def _call(listener: Callable[[], None]) -> None:
        """Call a listener; its fault must not end the stream."""
        try:
            listener()
        except Exception:
            _LOGGER.exception("A listener of the push stream failed")

    async def _forget_leftover(self) -> None:
        if self._leftover is not None and await self._delete(self._leftover):
            self._leftover = None

    async def _delete(self, subscriber_id: str) -> bool:
        """Delete a subscriber; return whether there is no more to be done about it."""
        try:
            await self._client.delete_subscriber(subscriber_id)
        except LoginExpired:
            raise
        except CloudError as err:
            _LOGGER.debug("Push: a subscriber stays behind: %s", err)
            return not isinstance(err, _PASSING)
        return True


def _wished_pause(err: CloudError) -> float:
    """Return the seconds that the cloud, or our budget, wants to be left alone."""
    wished = None
    if isinstance(err, RateLimited):
        wished = err.retry_after
    elif isinstance(err, BudgetExhausted):
        wished = err.available_in
    return 0.0 if wished is None else wished.total_seconds()
