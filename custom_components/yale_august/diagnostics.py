"""Diagnostics: what a person may hand to a stranger who helps."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.util import dt as dt_util

from .account import Account, YaleAugustConfigEntry
from .cloud.models import JsonValue, Pin
from .const import CONF_ACTING_USER, CONF_BRAND, DOMAIN
from .coordinator import LockCoordinator
from .devices import Facts
from .people.view import counts_of, people_of
from .veil import Veil
from .webhooks.papers import Papers


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: YaleAugustConfigEntry
) -> dict[str, Any]:
    """Return the account and each of its locks."""
    veil = Veil()
    account = entry.runtime_data
    return {
        "brand": entry.data[CONF_BRAND],
        "acting_user": entry.data[CONF_ACTING_USER],
        "login": veil.hide("user_id", entry.unique_id),
        **_account(veil, account),
        "locks": [
            _lock(veil, account, account.locks[lock_id])
            for lock_id in sorted(account.locks)
        ],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: YaleAugustConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the locks of a device: the lock itself, or those behind a bridge or in a house."""
    veil = Veil()
    account = entry.runtime_data
    return {
        **_account(veil, account),
        "locks": [
            _lock(veil, account, lock)
            for lock in account.locks.values()
            if device.identifiers
            & ({(DOMAIN, lock.lock_id)} | Facts.of(lock.data).identifiers)
        ],
    }


def _account(veil: Veil, account: Account) -> dict[str, JsonValue]:
    papers = Papers.of(account.entry)
    return {
        "push": veil.show(account.push.figures()),
        "webhooks": veil.show(papers and papers.figures()),
        "activities": veil.show(account.witness.figures()),
        "budget": veil.show(account.client.budget.figures()),
        "clock_offset": veil.show(account.client.clock_offset),
        "read_interval": veil.show(account.read_interval),
        "checkup": veil.show(account.checkup and account.checkup.figures()),
        "held_elsewhere": [
            veil.hide("lock_id", lock_id) for lock_id in account.elsewhere.holders
        ],
    }


def _lock(veil: Veil, account: Account, lock: LockCoordinator) -> dict[str, JsonValue]:
    """Return what is known of a lock, and what is shown of it."""
    now = dt_util.utcnow()
    return {
        "present": lock.present,
        "shown": {"bolt": veil.show(lock.bolt), "door": veil.show(lock.door)},
        "age": {
            name: None
            if reading is None or reading.confirmed is None
            else round((now - reading.confirmed).total_seconds(), 1)
            for name, reading in (("bolt", lock.data.bolt), ("door", lock.data.door))
        },
        "interval": veil.show(lock.update_interval),
        "posts_arrive": lock.posts_arrive,
        "people": _people(account, lock),
        "data": veil.show(lock.data),
    }


def _people(account: Account, lock: LockCoordinator) -> dict[str, JsonValue]:
    """Return how many people the lock has by role, as far as that was read; nothing is asked."""
    detail = lock.data.detail
    pins: tuple[Pin, ...] | None = None
    if detail is not None and detail.supports_entry_codes is False:
        pins = ()
    elif (room := account.codes.rooms.get(lock.lock_id)) and room.listing is not None:
        pins = room.listing.pins
    users = {} if detail is None else detail.users
    return {**counts_of(people_of(users, pins), pins)}
