"""What an entry keeps of its webhooks, across restarts.

It lies in the entry's data and nowhere else: id, token and address are credentials.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
import hmac
import secrets
from typing import Final, Self

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from custom_components.yale_august.cloud.models import JsonValue, Topic, Webhook
from custom_components.yale_august.const import CONF_WEBHOOK

HEADER: Final = "X-Webhook-Token"
TOPICS: Final = (Topic.OPERATION, Topic.BATTERY, Topic.SYSTEM_STATUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where posts are to be sent."""

    url: str = field(repr=False)
    cloudhook: bool
    """Whether Home Assistant Cloud hands them on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is the same in the registrations of all locks; a change makes all of them void."""

    address: Address
    client_id: str = field(repr=False)
    """The OAuth client's."""
    user: str | None = field(repr=False)
    """The sub-user that acts; None is the owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The local end, and the locks that may have a registration at the cloud."""

    webhook_id: str = field(repr=False)
    token: str = field(repr=False)
    """What each post must carry in the header."""
    terms: Terms | None = None
    locks: Mapping[str, bool] = field(default_factory=dict, repr=False)
    """Lock id -> whether it is registered under these very terms.

    One that is not was registered under earlier ones, or nobody knows.
    """

    @property
    def results_id(self) -> str:
        """The id of the webhook for results, as hard to guess as the token."""
        return blake2b(b"results", key=self.token.encode(), digest_size=32).hexdigest()

    @classmethod
    def new(cls) -> Self:
        """Draw an id and a token."""
        return cls(
            webhook_id=webhook.async_generate_id(), token=secrets.token_urlsafe(32)
        )

    @classmethod
    def of(cls, entry: ConfigEntry) -> Self | None:
        """Read what an entry keeps; None when that is nothing."""
        kept = entry.data.get(CONF_WEBHOOK)
        if kept is None:
            return None
        terms = kept["terms"]
        return cls(
            webhook_id=kept["webhook_id"],
            token=kept["token"],
            terms=terms and Terms(**{**terms, "address": Address(**terms["address"])}),
            locks=dict(kept["locks"]),
        )

    @callback
    def keep(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Write them into the entry's data."""
        _write(hass, entry, {CONF_WEBHOOK: asdict(self)})

    def figures(self) -> dict[str, JsonValue]:
        """Return what diagnostics may show."""
        terms = self.terms
        return {
            "by_home_assistant_cloud": None
            if terms is None
            else terms.address.cloudhook,
            "registered": sum(self.locks.values()),
            "uncertain": sum(not registered for registered in self.locks.values()),
        }

    def admits(self, token: str) -> bool:
        """Return whether a post with this token is the cloud's; takes as long for any."""
        given = token.encode(errors="surrogateescape")
        return hmac.compare_digest(given, self.token.encode())

    def under(self, terms: Terms) -> Self:
        """Return them under these terms; other terms than before make registrations void."""
        if terms == self.terms:
            return self
        return replace(self, terms=terms, locks=dict.fromkeys(self.locks, False))

    def marked(self, lock_ids: Iterable[str], *, registered: bool) -> Self:
        """Return them with these locks registered, or perhaps registered."""
        marks = dict.fromkeys(lock_ids, registered)
        return replace(self, locks={**self.locks, **marks})

    def without(self, lock_ids: Iterable[str]) -> Self:
        """Return them without these locks, which have no registration."""
        gone = set(lock_ids)
        kept = {
            lock_id: mark for lock_id, mark in self.locks.items() if lock_id not in gone
        }
        return replace(self, locks=kept)

    def registration(self, terms: Terms) -> Webhook:
        """Return what the cloud is told."""
        return Webhook(
            url=terms.address.url,
            client_id=terms.client_id,
            topics=TOPICS,
            header=HEADER,
            token=self.token,
        )


@callback
def drop_papers(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take them out of the entry's data."""
    _write(hass, entry, {})


def _write(hass: HomeAssistant, entry: ConfigEntry, new: dict[str, object]) -> None:
    rest = {name: value for name, value in entry.data.items() if name != CONF_WEBHOOK}
    hass.config_entries.async_update_entry(entry, data={**rest, **new})
