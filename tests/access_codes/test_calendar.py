"""The calendar of a lock: windows of its codes, and what may be written into it."""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.yale_august.codes.schedule import Temporary
from tests.doors import DOOR
from tests.home import Home
from tests.simulator.lock import Lock
from tests.simulator.pinbook import PinState

from .code_pins import loaded, pins, put, settled

type Say = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock with a keypad, in a time zone that is not Home Assistant's."""
    lock = home.cloud.add_lock("keypad", name=DOOR)
    lock.time_zone = "Europe/Berlin"
    return lock


@pytest.fixture
async def entry(home: Home, door: Lock) -> ConfigEntry:
    """Set it up, with calendars that may be written to."""
    entry = await home.add_entry()
    home.hass.config_entries.async_update_entry(entry, options={"calendar": True})
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.hass.async_block_till_done()
    return entry


@pytest.fixture
async def say(home: Home, hass_ws_client: WebSocketGenerator) -> Say:
    """Return how a browser asks something of the calendar."""

    async def ask(kind: str, **fields: Any) -> dict[str, Any]:
        client = await hass_ws_client(home.hass)
        await client.send_json_auto_id(
            {
                "type": f"calendar/event/{kind}",
                "entity_id": home.entity_id("calendar", DOOR, "codes"),
                **fields,
            }
        )
        answer: dict[str, Any] = await client.receive_json()
        return answer

    return ask


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


async def test_read_only(
    home: Home, door: Lock, hass_ws_client: WebSocketGenerator, say: Say
) -> None:
    """Nobody writes to it unless an administrator has decided so."""
    await home.set_up()
    answer = await say("create", event=event(tomorrow()))
    assert answer["error"]["code"] == "not_supported"
    assert home.cloud.requests.of("write_pins") == []


async def test_life_of_a_window(
    home: Home, entry: ConfigEntry, door: Lock, say: Say
) -> None:
    """An event gives a guest a code, moves its window, and takes it off the lock."""
    answer = await say("create", event=event(tomorrow()))
    assert answer["success"], answer
    await home.when(lambda: loaded(door, "Anna"))
    start = tomorrow().astimezone(dt_util.UTC)
    assert pins(door)["Anna"].access_times == (
        f"DTSTART={start:%Y-%m-%dT%H:%M:%S}.000Z;"
        f"DTEND={start + timedelta(hours=2):%Y-%m-%dT%H:%M:%S}.000Z"
    )
    (shown,) = home.account(entry).codes.shown(door.lock_id)
    await settled(home, entry, door, shown.code_id)
    (seen,) = await listed(home)
    assert (seen["summary"], seen["location"]) == ("Anna", DOOR)
    assert dt_util.parse_datetime(seen["start"]) == start
    digits = pins(door)["Anna"].pin
    state = home.find("calendar", DOOR, "codes")
    assert state is not None
    assert state.attributes["message"] == "Anna"
    assert digits not in str(seen) + str(state.as_dict())

    # As the browser sends it back; what the lock is called here is said, and no other place is kept.
    device = home.device(entry, door.lock_id)
    assert device is not None
    dr.async_get(home.hass).async_update_device(device.id, name_by_user="Flat 1")
    (seen,) = await listed(home)
    assert seen["location"] == "Flat 1"
    for place, is_taken in (("Attic", False), ("Flat 1", True)):
        answer = await say(
            "update", uid=shown.code_id, event=event(tomorrow(15), location=place)
        )
        assert answer["success"] is is_taken, answer
    moved = f"{start + timedelta(hours=6):%Y-%m-%dT%H}"
    await home.when(
        lambda: loaded(door, "Anna") and moved in str(pins(door)["Anna"].access_times)
    )
    await settled(home, entry, door, shown.code_id)
    assert pins(door)["Anna"].pin == digits

    answer = await say("delete", uid=shown.code_id)
    assert answer["success"], answer
    await home.when(lambda: pins(door) == {})
    await settled(home, entry, door, shown.code_id)
    assert await listed(home) == []


async def test_each_week(home: Home, door: Lock, say: Say) -> None:
    """An event that repeats is one code; only all of it can be ended."""
    door.time_zone = str(dt_util.DEFAULT_TIME_ZONE)
    entry = await home.add_entry()
    home.hass.config_entries.async_update_entry(entry, options={"calendar": True})
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.hass.async_block_till_done()
    answer = await say("create", event=event(coming(), rrule="FREQ=DAILY"))
    assert answer["success"], answer
    await home.when(lambda: loaded(door, "Anna"))
    assert pins(door)["Anna"].access_times == "STARTSEC=32400;ENDSEC=39600"
    assert pins(door)["Anna"].access_recurrence == (
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR,SA,SU"
    )
    (shown,) = home.account(entry).codes.shown(door.lock_id)
    await settled(home, entry, door, shown.code_id)
    seen = await listed(home)
    assert len(seen) in (8, 9)
    # It did not open on the days before the lock had it.
    since = (dt_util.now() - timedelta(days=5)).isoformat()
    assert await listed(home, days=13, start_date_time=since) == seen

    second = {"uid": shown.code_id, "recurrence_id": seen[-1]["start"]}
    answer = await say("delete", **second)
    assert "only all the days" in answer["error"]["message"]
    answer = await say("delete", **second, recurrence_range="THISANDFUTURE")
    assert "choose its next day" in answer["error"]["message"]
    answer = await say(
        "delete",
        uid=shown.code_id,
        recurrence_id=seen[0]["start"],
        recurrence_range="THISANDFUTURE",
    )
    assert answer["success"], answer
    await home.when(lambda: pins(door) == {})
    await settled(home, entry, door, shown.code_id)


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


async def test_not_confirmed(
    home: Home, entry: ConfigEntry, door: Lock, say: Say
) -> None:
    """An event of a code that the lock is not known to have is tentative, says so, and is no state."""

    def message() -> object:
        state = home.find("calendar", DOOR, "codes")
        assert state is not None
        return state.attributes.get("message")

    await home.cloud.hands.set_bridge(door, online=False)
    await say("create", event=event(tomorrow()))
    await home.when(lambda: bool(pins(door)))
    (shown,) = home.account(entry).codes.shown(door.lock_id)
    (seen,) = await listed(home)
    assert (seen["status"], seen["description"]) == (
        "tentative",
        "on its way to the lock",
    )
    assert message() is None
    await home.cloud.hands.set_bridge(door, online=True)
    await settled(home, entry, door, shown.code_id)
    (seen,) = await listed(home)
    assert (seen["status"], seen.get("description")) == ("confirmed", None)
    assert message() == "Anna"

    # Deleted while it is being written: it arrives, and is taken off again.
    await home.cloud.hands.set_bridge(door, online=False)
    await say("create", event=event(tomorrow(12), name="Ben"))
    await home.when(lambda: "Ben" in pins(door))
    (ben,) = (
        code
        for code in home.account(entry).codes.shown(door.lock_id)
        if code.name == "Ben"
    )
    assert (await say("delete", uid=ben.code_id))["success"]
    assert [one["summary"] for one in await listed(home)] == ["Anna"]
    moved = event(tomorrow(13), name="Ben")
    answer = await say("update", uid=ben.code_id, event=moved)
    assert "no longer on the lock" in answer["error"]["message"]
    await home.cloud.hands.set_bridge(door, online=True)
    await home.when(lambda: [*pins(door)] == ["Anna"])
    await settled(home, entry, door, ben.code_id)


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


async def test_refused_in_words(
    home: Home, entry: ConfigEntry, door: Lock, say: Say
) -> None:
    """What the cloud cannot express, and what is no guest, is not sent."""
    for given, words in (
        (event(tomorrow(), rrule="FREQ=MONTHLY"), "on days of the week only"),
        (event(tomorrow(), rrule="FREQ=DAILY;COUNT=3"), "until somebody ends it"),
        (event(tomorrow(), rrule="FREQ=DAILY"), "in another time zone"),
        (event(tomorrow(), name=" "), "the name of the guest"),
        (event(tomorrow(), description="4829"), "leave description"),
    ):
        answer = await say("create", event=given)
        assert words in answer["error"]["message"]
    answer = await say("delete", uid="nobody")
    assert "no longer on the lock" in answer["error"]["message"]
    assert home.cloud.requests.of("write_pins") == []


async def test_codes_of_others(
    home: Home, entry: ConfigEntry, door: Lock, say: Say
) -> None:
    """They are shown without an id, so that a browser offers no change; suspended ones are not."""
    put(
        home,
        door,
        "Zoë",
        "482913",
        access_type="recurring",
        access_times="STARTSEC=3600;ENDSEC=7200",
        access_recurrence="FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU",
    )
    put(
        home,
        door,
        "Max",
        "482914",
        state=PinState.DISABLED,
        access_type="recurring",
        access_times="STARTSEC=3600;ENDSEC=7200",
        access_recurrence="FREQ=DAILY",
    )
    put(home, door, "Eve", "482917")
    await home.account(entry).codes.async_read(door.lock_id)
    seen = await listed(home, 7)
    assert {one["summary"] for one in seen} == {"Zoë"}
    (code_id,) = (
        code.code_id
        for code in home.account(entry).codes.shown(door.lock_id)
        if code.name == "Zoë"
    )
    answer = await say("delete", uid=code_id)
    assert "not made by Home Assistant" in answer["error"]["message"]


async def test_no_names(home: Home, door: Lock, say: Say) -> None:
    """Where no names are wanted guests are numbered, and moving an event renames nobody."""
    other = home.cloud.add_lock("keypad", name="Back Door")
    entry = await home.add_entry()
    home.hass.config_entries.async_update_entry(
        entry, options={"calendar": True, "names": False}
    )
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.hass.async_block_till_done()
    assert (await say("create", event=event(tomorrow())))["success"]
    await home.when(lambda: loaded(door, "Anna"))
    (shown,) = home.account(entry).codes.shown(door.lock_id)
    await settled(home, entry, door, shown.code_id)
    (seen,) = await listed(home)
    assert seen["summary"] == "Person 1"
    told = home.find("event", DOOR, "codes")
    assert told is not None
    assert told.attributes["guest"] == "Person 1"
    moved = event(tomorrow(14), name="Person 1")
    assert (await say("update", uid=shown.code_id, event=moved))["success"]
    (shown,) = home.account(entry).codes.shown(door.lock_id)
    assert shown.name == "Anna"

    # Whoever knows the guest by the number gives the same guest the same code.
    await settled(home, entry, door, shown.code_id)
    await home.hass.services.async_call(
        "calendar",
        "create_event",
        {
            "entity_id": home.entity_id("calendar", "Back Door", "codes"),
            "summary": "Person 1",
            "start_date_time": tomorrow().isoformat(),
            "end_date_time": tomorrow(12).isoformat(),
        },
        blocking=True,
    )
    await home.when(lambda: loaded(other, "Anna"))
    assert pins(other)["Anna"].pin == pins(door)["Anna"].pin
