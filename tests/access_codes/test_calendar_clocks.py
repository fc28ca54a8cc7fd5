"""The calendar of a lock where clocks differ, are put back, or are wrong."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.yale_august.codes.schedule import Temporary
from tests.doors import DOOR
from tests.home import Home
from tests.simulator.lock import Lock

from .code_calendar import (
    Say,
    coming,
    door_abroad,
    event,
    listed,
    set_up_calendar,
    tomorrow,
)
from .code_pins import loaded, pins, settled


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock with a keypad, in a time zone that is not Home Assistant's."""
    return door_abroad(home)


@pytest.fixture
async def entry(home: Home, door: Lock) -> ConfigEntry:
    """Set it up, with calendars that may be written to."""
    return await set_up_calendar(home)


async def test_hour_that_comes_twice(
    home: Home, entry: ConfigEntry, door: Lock, say: Say
) -> None:
    """An offset says which is meant, it is shown, and who touches only the name moves nothing."""
    await home.hass.config.async_set_time_zone("Europe/Berlin")
    night = "2028-10-29T02:30:00"
    for offset, first in (("", "00:30"), ("+02:00", "00:30"), ("+01:00", "01:30")):
        given = {"dtstart": f"{night}{offset}", "dtend": f"2028-10-30T12:00:00{offset}"}
        answer = await say("create", event={"summary": "Anna", **given})
        assert answer["success"], answer
        await home.when(lambda: loaded(door, "Anna"))
        (shown,) = home.account(entry).codes.shown(door.lock_id)
        await settled(home, entry, door, shown.code_id)
        assert f"DTSTART=2028-10-29T{first}" in str(pins(door)["Anna"].access_times)
        (seen,) = await listed(home, 4000)
        plain = offset or "+02:00"
        assert seen["start"] == night + plain
        assert seen["description"].startswith(
            f"2028-10-29 02:30 ({plain}) – 2028-10-30"
        )

        # As the browser sends it back: without an offset, and with what we have said.
        given |= {"dtstart": night, "dtend": seen["end"][:19]}
        again = {"summary": "Hanna", "description": seen["description"], **given}
        since = len(home.cloud.requests)
        answer = await say("update", uid=shown.code_id, event=again)
        assert answer["success"], answer
        (shown,) = home.account(entry).codes.shown(door.lock_id)
        assert (shown.name, shown.settled) == ("Hanna", True)
        assert home.cloud.requests.of("write_pins", since=since) == []
        answer = await say(
            "update", uid=shown.code_id, event={**again, "description": "4829"}
        )
        assert "leave description" in answer["error"]["message"]
        await say("delete", uid=shown.code_id)
        await home.when(lambda: pins(door) == {})
        await settled(home, entry, door, shown.code_id)

    with pytest.raises(ServiceValidationError, match="clock of Home Assistant"):
        await home.hass.services.async_call(
            "calendar",
            "create_event",
            {
                "entity_id": home.entity_id("calendar", DOOR, "codes"),
                "summary": "Anna",
                "start_date_time": "2029-03-25 02:30:00",
                "end_date_time": "2029-03-25 12:00:00",
            },
            blocking=True,
        )


async def test_window_that_ends_before_it_begins_by_the_clock(
    home: Home, entry: ConfigEntry, door: Lock, say: Say, hass_client: Any
) -> None:
    """While the clock is put back: Home Assistant has no such events, and all others must be shown all the same."""
    await home.hass.config.async_set_time_zone("Europe/Berlin")
    codes = home.account(entry).codes
    window = Temporary(
        start=datetime(2028, 10, 29, 0, 30, tzinfo=UTC),
        end=datetime(2028, 10, 29, 1, 10, tzinfo=UTC),
    )
    await codes.async_add("Anna", [door.lock_id], window)
    await home.when(lambda: loaded(door, "Anna"))
    await say("create", event=event(tomorrow(), name="Ben"))
    await home.when(lambda: loaded(door, "Ben"))
    (ben,) = [code for code in codes.shown(door.lock_id) if code.name == "Ben"]
    await settled(home, entry, door, ben.code_id)
    ours, hers = await listed(home, 4000)
    assert (ours["summary"], hers["summary"]) == ("Ben", "Anna")
    assert hers["start"] == "2028-10-29T02:30:00+02:00"
    assert hers["end"] == "2028-10-29T02:30:00+01:00"
    assert "02:30 (+02:00) – 02:10 (+01:00)" in hers["description"]
    # What it shows as its end is none: nobody is offered to send that back.
    client = await hass_client()
    answer = await client.get(
        f"/api/calendars/{home.entity_id('calendar', DOOR, 'codes')}",
        params={"start": "2020-01-01T00:00:00Z", "end": "2029-01-01T00:00:00Z"},
    )
    uids = [one["uid"] for one in await answer.json()]
    assert uids == [ben.code_id, None]


async def test_clock_that_is_ahead(home: Home, entry: ConfigEntry, door: Lock) -> None:
    """An event is over when it is at the lock, not by a clock of ours that is wrong."""
    home.cloud.faults.set_clock(timedelta(hours=-3))
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.hass.async_block_till_done()
    account = home.account(entry)
    await home.until(lambda: account.clock_offset < -timedelta(hours=2))
    fields = {
        "entity_id": home.entity_id("calendar", DOOR, "codes"),
        "summary": "Anna",
        "start_date_time": (dt_util.now() - timedelta(hours=9)).isoformat(),
    }
    for hours, is_over in ((4, True), (2, False)):
        end = (dt_util.now() - timedelta(hours=hours)).isoformat()
        with pytest.raises(ServiceValidationError) if is_over else nullcontext():
            await home.hass.services.async_call(
                "calendar",
                "create_event",
                {**fields, "end_date_time": end},
                blocking=True,
            )
        assert bool(account.codes.guests) is not is_over
    await home.when(lambda: loaded(door, "Anna"))


async def test_clock_of_the_lock(
    home: Home, entry: ConfigEntry, door: Lock, say: Say
) -> None:
    """A weekly code opens by the lock's clock, also when that is another one from now on."""

    def begins() -> str:
        state = home.find("calendar", DOOR, "codes")
        assert state is not None
        return str(state.attributes["start_time"])[11:]

    await home.hass.config.async_set_time_zone("Europe/Berlin")
    await say("create", event=event(coming(), rrule="FREQ=DAILY"))
    await home.when(lambda: loaded(door, "Anna"))
    (shown,) = home.account(entry).codes.shown(door.lock_id)
    await settled(home, entry, door, shown.code_id)
    assert begins() == "09:00:00"
    for unknown in ("no day", "2026-13-45T00:00:00", "2999-01-01T09:00:00"):
        answer = await say(
            "delete",
            uid=shown.code_id,
            recurrence_id=unknown,
            recurrence_range="THISANDFUTURE",
        )
        assert "choose its next day" in answer["error"]["message"]
    door.time_zone = "Europe/Lisbon"
    await home.coordinator(entry, DOOR).async_refresh()
    await home.until(lambda: begins() == "10:00:00")
