"""Home Assistant's own integrations of the same lock maker, set up for the same account.

Both work side by side: each has its own login, devices and entities. What a person sees is each
lock twice, and that is explained.
"""

from collections.abc import Iterator
from typing import Final

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from .account import YaleAugustConfigEntry
from .cloud.auth import token_claims
from .const import DOMAIN
from .tokens import stored_access_token

OWN: Final = {"august": "August", "yale": "Yale"}
"""Home Assistant's own integrations of this cloud, and what they are called."""
SAME: Final = "same_account"
PERHAPS: Final = "perhaps_same_account"


@callback
def async_note_neighbours(hass: HomeAssistant, entry: YaleAugustConfigEntry) -> None:
    """Keep the repairs about other integrations true while the entry is loaded.

    They stay when it is unloaded, else a reload would bring back what a person has dismissed.
    """
    roster = entry.runtime_data.roster

    @callback
    def look() -> None:
        found = {
            _issue_id(entry, other.entry_id): (other, key)
            for other, key in _neighbours(hass, entry, set(roster.data))
        }
        async_forget_neighbours(hass, entry, but=frozenset(found))
        for issue_id, (other, key) in found.items():
            ir.async_create_issue(
                hass,
                DOMAIN,
                issue_id,
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key=key,
                translation_placeholders={
                    "entry": entry.title,
                    "other": other.title,
                    "integration": OWN[other.domain],
                },
            )

    @callback
    def changed(_: ConfigEntryChange, other: ConfigEntry) -> None:
        if other.domain in OWN:
            look()

    @callback
    def unloaded() -> None:
        if entry.disabled_by is not None:
            async_forget_neighbours(hass, entry)

    look()
    entry.async_on_unload(roster.async_add_listener(look))
    entry.async_on_unload(
        async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)
    )
    entry.async_on_unload(unloaded)


@callback
def async_forget_neighbours(
    hass: HomeAssistant, entry: ConfigEntry, *, but: frozenset[str] = frozenset()
) -> None:
    """Take the repairs of an entry back, all `but` those that are still true."""
    mine = _issue_id(entry, "")
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.startswith(mine) and issue_id not in but:
            ir.async_delete_issue(hass, DOMAIN, issue_id)


def _issue_id(entry: ConfigEntry, other: str) -> str:
    return f"neighbour_{entry.entry_id}_{other}"


def _neighbours(
    hass: HomeAssistant, entry: ConfigEntry, locks: set[str]
) -> Iterator[tuple[ConfigEntry, str]]:
    """Return the other entries, and the key of what is known of each."""
    users = _users(entry)
    for domain in OWN:
        for other in hass.config_entries.async_entries(
            domain, include_disabled=False, include_ignore=False
        ):
            shown = _shown(hass, other)
            if shown & locks or _users(other) & users:
                yield other, SAME
            elif not _users(other) and not shown:
                yield other, PERHAPS


def _users(entry: ConfigEntry) -> set[str]:
    """Return the cloud's users that an entry is known to act for.

    An older `august` entry has an e-mail address for a unique id: that is no user of ours.
    """
    named = entry.unique_id if "@" not in (entry.unique_id or "@") else None
    token = stored_access_token(entry)
    told = token_claims(token).user_id if token is not None else None
    return {user.lower() for user in (named, told) if user}


def _shown(hass: HomeAssistant, other: ConfigEntry) -> set[str]:
    """Return the devices of another entry as the cloud knows them: locks and doorbells."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), other.entry_id)
    return {
        identifier[1].upper()
        for device in devices
        for identifier in device.identifiers
        if identifier[0] == other.domain
    }
