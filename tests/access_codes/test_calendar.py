"""The calendar of a lock: windows of its codes, and what may be written into it."""

from datetime import timedelta

from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from tests.doors import DOOR
from tests.home import Home
from tests.simulator.lock import Lock
from tests.simulator.pinbook import PinState

from .code_calendar import (
    Say,
    coming,
    door_abroad,
    event,
    listed,
    set_up_calendar,
    tomorrow,
)
from .code_pins import loaded, pins, put, settled


@pytest.fixture
def door(home: Home) -> Lock:
    """Return a lock with a keypad, in a time zone that is not Home Assistant's."""
    return door_abroad(home)


@pytest.fixture
async def entry(home: Home, door: Lock) -> ConfigEntry:
    """Set it up, with calendars that may be written to."""
    return await set_up_calendar(home)


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
    entry = await set_up_calendar(home)
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
    entry = await set_up_calendar(home, names=False)
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
