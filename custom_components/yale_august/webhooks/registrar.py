"""The cloud's end of the webhooks: which locks are registered, and which have to be."""

from collections.abc import Iterable
import logging
from typing import Final

from homeassistant.core import HomeAssistant, callback

from custom_components.yale_august.account import Account, YaleAugustConfigEntry
from custom_components.yale_august.cloud.errors import (
    Acted,
    ApiKeyInvalid,
    BudgetExhausted,
    CloudError,
    CloudUnavailable,
    EndpointNotAllowed,
    FirewallBlocked,
    LoginExpired,
    OutcomeUnknown,
    RateLimited,
)
from custom_components.yale_august.cloud.models import Role
from custom_components.yale_august.devices import known_locks
from custom_components.yale_august.rights import Right, async_note_right

from .papers import Papers, Terms

_LOGGER = logging.getLogger(__name__)

_OF_ACCOUNT: Final = (
    LoginExpired,
    ApiKeyInvalid,
    RateLimited,
    BudgetExhausted,
    FirewallBlocked,
)
"""What one lock meets the next one would meet too."""
_PASSING: Final = (*_OF_ACCOUNT, CloudUnavailable, OutcomeUnknown)
"""What may be otherwise next time; anything else is the cloud's no for this lock."""
_ENOUGH: Final = 3
"""So many locks in a row for which the API key lacks the right are asked about at once."""


class Registrar:
    """Keeps the registrations of one loaded entry, one request after the other."""

    def __init__(self, hass: HomeAssistant, entry: YaleAugustConfigEntry) -> None:
        """Read what earlier starts left."""
        self._hass = hass
        self._entry = entry
        self._account: Account = entry.runtime_data
        self.papers = Papers.of(entry) or Papers.new()
        self._refused: set[str] = set()
        """Locks that the cloud has said no to; asked again after the next start."""
        self._not_allowed = False
        """Whether the API key does not include webhooks."""

    @callback
    def async_keep(self, papers: Papers) -> None:
        """Take other papers, and write them down."""
        self.papers = papers
        papers.keep(self._hass, self._entry)

    async def async_match(self, terms: Terms | None) -> None:
        """Register what has to be under these terms, and end what has not to be.

        None: nothing has to be registered at all. What fails now may be matched later.
        """
        if terms is None:
            await self._async_end(self.papers.locks)
            return
        if terms != self.papers.terms:
            self.async_trust_nobody()
            self.async_keep(self.papers.under(terms))
        owned = self._owned()
        self._refused &= owned
        await self._async_end(set(self.papers.locks) - owned - self._undecided())
        await self._async_register(terms, owned)

    @callback
    def async_trust_nobody(self) -> None:
        """Let it be proven anew for each lock that posts arrive."""
        for lock in self._account.locks.values():
            lock.async_trust_posts(arrive=False)

    def _owned(self) -> set[str]:
        """Return the locks that the login owns and this entry shows."""
        return {
            lock_id
            for lock_id, summary in self._account.roster.data.items()
            if summary.role is Role.SUPERUSER
            and lock_id not in self._account.elsewhere.holders
        }

    def _undecided(self) -> set[str]:
        """Return the locks that the list lacks and nobody has dismissed yet."""
        return known_locks(self._hass, self._entry) - set(self._account.roster.data)

    async def _async_register(self, terms: Terms, owned: set[str]) -> None:
        before = self.papers.locks
        todo = {lock_id for lock_id in owned - self._refused if not before.get(lock_id)}
        if not todo or self._not_allowed:
            return
        # Written down before it is done: what may have to be deleted one day.
        self.async_keep(self.papers.marked(todo, registered=False))
        registration = self.papers.registration(terms)
        asked, done, denied = set[str](), set[str](), 0
        try:
            for lock_id in sorted(todo):
                asked.add(lock_id)
                try:
                    await self._account.client.register_lock_webhook(
                        lock_id, registration
                    )
                except CloudError as err:
                    _LOGGER.debug("A lock has no webhook: %s", err)
                    if err.acted is Acted.NO:
                        asked.remove(lock_id)
                    if not isinstance(err, _PASSING):
                        self._refused.add(lock_id)
                    denied = denied + 1 if isinstance(err, EndpointNotAllowed) else 0
                    if self._concerns_all(err) or denied == _ENOUGH:
                        break
                else:
                    done.add(lock_id)
                    denied = 0
        finally:
            papers = self.papers.marked(done, registered=True)
            self.async_keep(papers.without(todo - asked - set(before)))
        if denied and not any(self.papers.locks.values()):
            self._not_allowed = True
            async_note_right(self._hass, self._entry, Right.WEBHOOKS, missing=True)
            _LOGGER.info("The API key does not include webhooks; going on without them")

    async def _async_end(self, lock_ids: Iterable[str]) -> None:
        """End registrations; what the cloud refuses to delete is not ours any more."""
        terms, gone = self.papers.terms, set[str]()
        if terms is None:
            return
        for lock_id in sorted(lock_ids):
            if (lock := self._account.find(lock_id)) is not None:
                lock.async_trust_posts(arrive=False)
            try:
                await self._account.client.delete_lock_webhook(lock_id, terms.client_id)
            except CloudError as err:
                _LOGGER.debug("A webhook was not deleted: %s", err)
                if self._concerns_all(err):
                    break
                if isinstance(err, _PASSING):
                    continue
            gone.add(lock_id)
        if gone:
            self.async_keep(self.papers.without(gone))

    def _concerns_all(self, err: CloudError) -> bool:
        """Return whether it is of no use to go on with the other locks."""
        if isinstance(err, LoginExpired | ApiKeyInvalid):
            self._account.note_failure(err)
        return isinstance(err, _OF_ACCOUNT)
