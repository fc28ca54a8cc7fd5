"""The push subscribers of one login: the one in use, and those to delete (reference 20.1)."""

import asyncio
from collections.abc import Callable, Iterable
import logging
from typing import Final

from .auth import TokenClaims, token_claims
from .client import Client
from .errors import (
    BudgetExhausted,
    CloudError,
    CloudUnavailable,
    EndpointNotAllowed,
    FirewallBlocked,
    InvalidParameter,
    LoginExpired,
    NotFound,
    OutcomeUnknown,
    RateLimited,
)
from .models import Subscriber
from .routes import DELETE_SUBSCRIBER

_LOGGER: Final = logging.getLogger(__name__)

_PASSING: Final = (
    BudgetExhausted,
    CloudUnavailable,
    FirewallBlocked,
    LoginExpired,
    OutcomeUnknown,
    RateLimited,
)
"""After these a deletion may succeed later; and the next one would meet the same now."""
_MOST: Final = 20
"""How many leftovers are kept: one that cannot be deleted must not add up for years."""


class Subscribers:
    """What the cloud holds of ours, as far as we know.

    Whatever was created and is not in use is left over until the cloud has deleted it,
    be it of an earlier start. Ids are secrets.
    """

    def __init__(
        self,
        client: Client,
        leftovers: Iterable[str],
        *,
        on_change: Callable[[], None] = lambda: None,
        patience: float = 0,
    ) -> None:
        """Begin with none in use.

        `on_change` is called whenever `all` is another. `patience`: the seconds that a
        creation whose caller was cancelled still has.
        """
        self._client = client
        self._leftovers = list(dict.fromkeys(leftovers))[-_MOST:]
        self._on_change = on_change
        self._patience = patience
        self._login = TokenClaims()
        self._tidying = asyncio.Lock()
        self.current: str | None = None
        """The one in use."""
        self.replaced = 0
        """How often another one took its place."""
        self.untidy = bool(self._leftovers)
        """Whether there are leftovers whose deletion should be tried now."""

    @property
    def all(self) -> tuple[str, ...]:
        """All that the cloud may hold, to be remembered for the next start."""
        current = () if self.current is None else (self.current,)
        return (*self._leftovers, *current)

    def belong_to(self, token: str) -> bool:
        """Tell whether the one in use is of a token's user and client, as far as both say."""
        ours, theirs = self._login, token_claims(token)
        return not any(
            one is not None and other is not None and one != other
            for one, other in (
                (ours.user_id, theirs.user_id),
                (ours.client_id, theirs.client_id),
            )
        )

    async def create(self) -> str:
        """Create one; it counts as left over until it is adopted.

        Raises what `create_subscriber` raises.
        """
        creating = asyncio.create_task(self._client.create_subscriber())
        creating.add_done_callback(self._created)
        try:
            await asyncio.wait({creating})
        except asyncio.CancelledError:
            # The cloud may have made it: only with its id can it be deleted one day.
            await asyncio.wait({creating}, timeout=self._patience)
            raise
        finally:
            creating.cancel()
        subscriber_id = creating.result().subscriber_id
        assert subscriber_id is not None
        return subscriber_id

    def adopt(self, subscriber_id: str, token: str) -> None:
        """Use the one that was created with a token's login; the one before is left over."""
        before, self.current = self.current, subscriber_id
        # The cloud may give the same one again.
        self._leftovers = [one for one in self._leftovers if one != subscriber_id]
        self._login = token_claims(token)
        if before is not None:
            self.replaced += 1
            self._leave(before)
        self._on_change()

    def retire(self) -> None:
        """Use none any more."""
        before, self.current = self.current, None
        if before is not None:
            self._leave(before)
            self._on_change()

    async def known(self) -> bool:
        """Ask whether the cloud knows the one in use; raises CloudError.

        Where we may not ask, it counts as known.
        """
        if self.current is None:
            return False
        try:
            await self._client.get_subscriber(self.current)
        except EndpointNotAllowed:
            return True
        except NotFound:
            _LOGGER.debug("Push: the subscriber is forgotten")
            return False
        return True

    async def tidy(self) -> None:
        """Delete the leftovers, the newest first; what may go later is kept for then."""
        async with self._tidying:
            self.untidy = False
            for leftover in reversed(self._leftovers.copy()):
                try:
                    await self._client.delete_subscriber(leftover)
                except CloudError as err:
                    _LOGGER.debug("Push: a subscriber stays behind: %s", err)
                    # Not where there was no token for it, say.
                    is_about_it = (
                        err.operation == DELETE_SUBSCRIBER.operation
                        or isinstance(err, InvalidParameter)
                    )
                    if not is_about_it or isinstance(err, _PASSING):
                        return
                self._leftovers.remove(leftover)
                self._on_change()

    def _created(self, creating: asyncio.Task[Subscriber]) -> None:
        if creating.cancelled() or creating.exception() is not None:
            return
        subscriber_id = creating.result().subscriber_id
        if subscriber_id is not None:
            self._leave(subscriber_id)
            self._on_change()

    def _leave(self, subscriber_id: str) -> None:
        if subscriber_id != self.current and subscriber_id not in self._leftovers:
            self._leftovers.append(subscriber_id)
            del self._leftovers[:-_MOST]
            self.untidy = True
