"""The calendar of a lock, as a browser and an automation have it."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.util import dt as dt_util

from tests.doors import DOOR
from tests.home import Home
from tests.simulator.lock import Lock

type Say = Callable[..., Awaitable[dict[str, Any]]]
"""How a browser asks something of the calendar."""


def door_abroad(home: Home) -> Lock:
    """Return a lock with a keypad, in a time zone that is not Home Assistant's."""
    lock = home.cloud.add_lock("keypad", name=DOOR)
    lock.time_zone = "Europe/Berlin"
    return lock


async def set_up_calendar(home: Home, **options: bool) -> ConfigEntry:
    """Set an entry up whose calendars may be written to."""
    entry = await home.add_entry()
    home.hass.config_entries.async_update_entry(
        entry, options={"calendar": True, **options}
    )
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.hass.async_block_till_done()
    return entry


def event(
    start: datetime, *, name: str = "Anna", hours: float = 2, **more: str
) -> dict[str, str]:
    """Return an event as the browser sends it."""
    return {
        "summary": name,
        "dtstart": start.isoformat(),
        "dtend": (start + timedelta(hours=hours)).isoformat(),
        **more,
    }


def tomorrow(hour: int = 9) -> datetime:
    """Return a time of tomorrow on Home Assistant's clock."""
    return (dt_util.now() + timedelta(days=1)).replace(
        hour=hour, minute=0, second=0, microsecond=0
    )


def coming(hour: int = 9) -> datetime:
    """Return the next such time, or the one of now: a code that repeats may not open before its event begins."""
    today = tomorrow(hour) - timedelta(days=1)
    is_ahead = today + timedelta(hours=2) > dt_util.now()
    return today if is_ahead else tomorrow(hour)


async def listed(home: Home, days: int = 8, **more: str) -> list[dict[str, Any]]:
    """Return what the calendar lists."""
    answer = await home.hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": home.entity_id("calendar", DOOR, "codes"),
            "duration": {"days": days},
            **more,
        },
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    (found,) = answer.values()
    assert isinstance(found, dict)
    events = found["events"]
    assert isinstance(events, list)
    return [dict(one) for one in events if isinstance(one, dict)]
