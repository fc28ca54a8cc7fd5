"""The push stream: a subscriber, a socket, and a loop that keeps both (reference 20)."""

import asyncio
from collections.abc import Callable, Iterable
import logging
import math
import random
from typing import Final

from .budget import FIRST_PAUSE, LONGEST_PAUSE
from .client import Client
from .errors import (
    BudgetExhausted,
    CloudError,
    CloudUnavailable,
    EndpointNotAllowed,
    LoginExpired,
    RateLimited,
)
from .lines import HANDSHAKE, Lines
from .link import LinkFailed
from .models import Problems, PushMessage
from .routes import CREATE_SUBSCRIBER
from .subscribers import Subscribers
from .watch import Pace, Watch

_LOGGER: Final = logging.getLogger(__name__)

_NEEDED: Final = frozenset({HANDSHAKE.operation, CREATE_SUBSCRIBER.operation})
"""Operations without which there is no push."""


class PushStream:
    """Messages of all locks of one login, from `run` until `close`.

    `on_connected` is called whenever something may have been missed: when messages
    arrive again, and when a new connection took the place of one that was up. Each
    message is sent once and never again, so that whoever listens reads all anew then.
    `on_disconnected` is called when no messages arrive any more, with the reason.
    """

    def __init__(
        self,
        client: Client,
        *,
        on_message: Callable[[PushMessage], None],
        on_connected: Callable[[], None],
        on_disconnected: Callable[[str], None],
        on_subscribers: Callable[[tuple[str, ...]], None] = lambda _: None,
        leftovers: Iterable[str] = (),
        pace: Pace | None = None,
    ) -> None:
        """Prepare; `leftovers` are subscribers of earlier starts, to be deleted.

        `on_subscribers` is called with what must be remembered as the leftovers of the
        next start, whenever it changes; secrets.
        """
        self._client = client
        self._tokens = client.transport.tokens
        self._on_message = on_message
        self._on_connected = on_connected
        self._on_disconnected = on_disconnected
        self._pace = pace or Pace()
        self._subscribers = Subscribers(
            client,
            leftovers,
            on_change=lambda: self._call(lambda: on_subscribers(self.subscribers)),
            patience=self._pace.close,
        )
        self._watch = Watch(self._pace)
        self._lines = Lines(
            client,
            self._pace,
            on_data=self._heard,
            on_connected=self._connected,
            on_disconnected=self._disconnected,
        )
        self._task: asyncio.Task[None] | None = None
        self._cancelled: asyncio.Task[None] | None = None
        self._closed = False
        self._up_at: float | None = None
        self._told_up = False
        self._rotated_at = -math.inf
        self._connects = 0
        self.refused = False
        """Whether the key has no right to push, or the brand has no push."""

    @property
    def connected(self) -> bool:
        """Whether messages arrive now."""
        return self._lines.up

    @property
    def subscriber_id(self) -> str | None:
        """The subscriber in use; a secret."""
        return self._subscribers.current

    @property
    def subscribers(self) -> tuple[str, ...]:
        """All subscribers that may be there, to be remembered; secrets."""
        return self._subscribers.all

    @property
    def reconnects(self) -> int:
        """How often messages arrived again after they had not."""
        return max(0, self._connects - 1)

    @property
    def replaced(self) -> int:
        """How often another subscriber took the place of one."""
        return self._subscribers.replaced

    def doubt(self, lock_id: str) -> None:
        """Take note that a lock has changed and no message told of it.

        Unless one comes soon, the subscriber is looked after and may be replaced.
        """
        self._watch.doubt(self._now(), lock_id)

    # Life

    async def run(self) -> None:
        """Keep the stream up until cancelled or closed.

        Returns early when push is `refused`. Raises LoginExpired.
        """
        if self._closed:
            return
        if self._task is not None:
            raise RuntimeError("the stream runs already")
        self._task = task = asyncio.create_task(self._keep_up())
        try:
            await asyncio.wait({task})
        finally:
            try:
                await self._end(task)
            finally:
                self._task = None
        if not task.cancelled():
            task.result()

    async def close(self) -> None:
        """Stop, and delete the subscribers; never fails, and takes a few seconds at most."""
        self._closed = True
        if self._task is not None:
            await self._end(self._task)
        self._subscribers.retire()
        try:
            async with asyncio.timeout(2 * self._pace.close):
                await self._subscribers.tidy()
        except TimeoutError:
            _LOGGER.debug("Push: subscribers stay behind: the cloud is too slow")
        except Exception:
            _LOGGER.exception("Push: closing failed")

    async def _end(self, task: asyncio.Task[None]) -> None:
        """Cancel the loop and see it end, whoever cancels us meanwhile.

        Once is enough, and a second time would interrupt it in cleaning up.
        """
        interrupted = False
        while not task.done():
            if self._cancelled is not task:
                self._cancelled = task
                task.cancel()
            try:
                done, _ = await asyncio.wait({task}, timeout=10 * self._pace.close)
            except asyncio.CancelledError:
                interrupted = True
            else:
                if not done:
                    task.cancel()
        if not task.cancelled():
            task.exception()
        if interrupted:
            raise asyncio.CancelledError

    async def _keep_up(self) -> None:
        if self._client.transport.endpoints.push is None:
            self.refused = True
            return
        failures = 0
        while True:
            at_least = 0.0
            try:
                await self._look_after_subscriber(failures)
                reason = await self._stay()
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
            except Exception as err:
                _LOGGER.exception("The push stream stumbled")
                reason = type(err).__name__
            failures = 1 if self._was_settled() else failures + 1
            pause = max(at_least, self._pause(failures))
            _LOGGER.debug("Push: %s; again in %.1f s", reason, pause)
            await asyncio.sleep(pause)

    def _pause(self, failures: int) -> float:
        pace = self._pace
        doubled = pace.first * 2.0 ** min(failures - 1, 30)
        chance = 1 - pace.jitter * random.random()
        return min(pace.longest, doubled) * chance

    def _was_settled(self) -> bool:
        """Tell whether the connection that ended was a good one."""
        up_at, self._up_at = self._up_at, None
        return up_at is not None and self._now() - up_at >= self._pace.settled

    async def _look_after_subscriber(self, failures: int) -> None:
        """Make sure that there is a subscriber, and that the cloud knows it.

        A forgotten subscriber is not told so: its connects fail, or stay silent.
        """
        subscribers = self._subscribers
        token = await self._tokens.access_token()
        if subscribers.current is not None and subscribers.belong_to(token):
            if failures < self._pace.suspect_after and not self._lines.suspect:
                return
            try:
                if failures % self._pace.replace_after and await subscribers.known():
                    return
            except CloudUnavailable as err:
                # The socket may be well all the same.
                _LOGGER.debug("Push: the subscriber is not looked up: %s", err)
                return
        subscribers.adopt(await subscribers.create(), token)
        self._lines.suspect = False
        if subscribers.replaced:
            # While nothing connects they would add up.
            await subscribers.tidy()

    # While it is up

    async def _stay(self) -> str:
        """Connect and stay connected; returns why it ended."""
        lines = self._lines
        try:
            lines.promote(await lines.open(self._subscribers.current))
            self._subscribers.untidy = True
            while True:
                await self._attend()
                await lines.close_others()
                await self._tidy()
                reason = await lines.current.link.wait(self._pace.look)
                if reason is not None:
                    return reason
        finally:
            await lines.close()

    async def _attend(self) -> None:
        """Do what is necessary; what fails is left for later, and the connection alone."""
        if self._watch.resting(self._now()):
            return
        try:
            async with asyncio.timeout(self._pace.chore):
                await self._mend()
        except (TimeoutError, CloudError, LinkFailed) as err:
            wished = _wished_pause(err) if isinstance(err, CloudError) else 0.0
            rest = self._watch.failed(self._now(), wished)
            what = str(err) or "it took too long"
            _LOGGER.debug("Push: mending failed (%s); again in %.0f s", what, rest)
        else:
            self._watch.went_well()

    async def _mend(self) -> None:
        line, now, watch = self._lines.current, self._now(), self._watch
        is_ending = now >= line.renew_at
        token = await self._tokens.access_token()
        if is_ending and token == line.token:
            token = await self._tokens.renew(token)
            if token == line.token:
                raise LinkFailed("the token is not renewed")
        if token != line.token and (
            is_ending or now - self._rotated_at >= self._pace.rotate
        ):
            _LOGGER.debug("Push: connecting with the new token")
            fits = self._subscribers.belong_to(token) and not self._lines.suspect
            failed_before = watch.setbacks >= self._pace.suspect_after
            await self._switch(fresh=failed_before or not fits)
            self._rotated_at = now
        elif (cause := watch.cause(now)) is not None:
            watch.asked(now)
            known = await self._subscribers.known()
            if known and not watch.may_replace(now, cause):
                watch.cleared(now)
                return
            _LOGGER.debug("Push: replacing the subscriber (%s)", cause.name.lower())
            await self._switch(fresh=True)
            watch.replaced(now)

    async def _switch(self, *, fresh: bool) -> None:
        """Connect once more, with a `fresh` subscriber or the same, and use that.

        Until then the connection in use stays so. Raises CloudError, LinkFailed.
        """
        subscribers = self._subscribers
        subscriber_id = await subscribers.create() if fresh else subscribers.current
        line = await self._lines.open(subscriber_id)
        if (reason := await line.link.wait(self._pace.overlap)) is not None:
            raise LinkFailed(reason)
        if fresh:
            subscribers.adopt(line.subscriber_id, line.token)
        self._lines.promote(line)

    async def _tidy(self) -> None:
        if self._subscribers.untidy:
            try:
                async with asyncio.timeout(self._pace.chore):
                    await self._subscribers.tidy()
            except TimeoutError:
                _LOGGER.debug("Push: subscribers stay behind: the cloud is too slow")

    # What is told

    def _connected(self) -> None:
        now = self._now()
        if self._up_at is None:
            self._up_at = now
        if not self._told_up:
            self._told_up = True
            self._connects += 1
        self._watch.connected(now)
        self._call(self._on_connected)

    def _disconnected(self, reason: str) -> None:
        self._told_up = False
        self._call(self._on_disconnected, reason)

    def _heard(self, payload: object) -> None:
        problems = Problems()
        message = PushMessage.from_json(payload, problems)
        if problems:
            _LOGGER.debug("Push: could not read %s", problems)
        self._watch.heard(self._now(), message.lock_id)
        self._call(self._on_message, message)

    @staticmethod
    def _call[*Ts](listener: Callable[[*Ts], None], *told: *Ts) -> None:
        """Call a listener; its fault must not end the stream."""
        try:
            listener(*told)
        except Exception:
            _LOGGER.exception("A listener of the push stream failed")

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _wished_pause(err: CloudError) -> float:
    """Return the seconds that the cloud, or our budget, wants to be left alone."""
    if isinstance(err, RateLimited):
        if err.retry_after is None:
            return FIRST_PAUSE
        wished = err.retry_after.total_seconds()
    elif isinstance(err, BudgetExhausted):
        wished = err.available_in.total_seconds()
    else:
        return 0.0
    return min(wished, LONGEST_PAUSE)
