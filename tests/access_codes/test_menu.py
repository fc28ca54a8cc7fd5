"""Access codes in the options: a person adds, changes, suspends, ends and looks at them."""

from datetime import date, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest

from tests.doors import DOOR
from tests.home import Home
from tests.simulator import Fail
from tests.simulator.lock import Lock
from tests.simulator.pinbook import PinState
from tests.simulator.words import Role

from .code_menu import FLOW, OptionsMenu
from .code_pins import give, loaded, pins, put, settled

LIST = ("codes_lock",)


@pytest.fixture
async def menu(home: Home, entry: ConfigEntry, hass_client: Any) -> OptionsMenu:
    """Return an administrator at the options."""
    await async_setup_component(home.hass, "config", {})
    return OptionsMenu(await hass_client(), entry)


async def test_add(
    home: Home, entry: ConfigEntry, door: Lock, menu: OptionsMenu
) -> None:
    """A code is made, shown once to the person, and confirmed by the lock."""
    await menu.open(*LIST, "codes_add")
    await menu.submit(name=" Anna ", when="always")
    assert menu.step == "code_always"
    await menu.submit()
    assert menu.step == "codes_added", menu.screen
    await home.when(lambda: loaded(door, "Anna"))
    assert pins(door)["Anna"].pin in menu.told["codes"]
    await menu.submit()
    assert menu.step == "codes"
    await home.shows("sensor", DOOR, "codes", "1")
    await menu.choose("codes_read")
    assert menu.told["codes"] == "- Anna · Always · confirmed by the lock"
    await menu.choose("done")
    assert menu.screen["type"] == "create_entry"
    assert entry.options == {}


async def test_typed_code(
    home: Home, entry: ConfigEntry, door: Lock, menu: OptionsMenu
) -> None:
    """A code that somebody has chosen is taken, unless it is easy to guess."""
    await menu.open(*LIST, "codes_add")
    await menu.submit(name="Anna", when="always")
    await menu.submit(code="1234")
    assert menu.error is not None and "easy to guess" in menu.error
    await menu.submit(code="482917")
    await home.when(lambda: loaded(door, "Anna"))
    assert pins(door)["Anna"].pin == "482917"


async def test_nobody_and_nowhere(
    home: Home, entry: ConfigEntry, menu: OptionsMenu
) -> None:
    """A guest has a name, and a code a lock."""
    home.cloud.add_lock("keypad", name="Back Door")
    await home.account(entry).roster.async_refresh()
    await home.until(lambda: len(home.account(entry).locks) == 2)
    await menu.open(*LIST)
    assert menu.step == "codes_lock"
    await menu.submit(lock=home.lock_id(DOOR))
    await menu.choose("codes_add")
    await menu.submit(name=" ")
    assert menu.error == "Give the guest a name."
    await menu.submit(name="Anna", locks=[])
    assert menu.error == "Choose a lock."


async def test_window(home: Home, door: Lock, menu: OptionsMenu) -> None:
    """Times are those of the lock's clock; what is over or upside down is refused in words."""
    door.time_zone = "Europe/Berlin"
    await home.hass.config_entries.async_reload(menu.entry.entry_id)
    await home.hass.async_block_till_done()
    await menu.open(*LIST, "codes_add")
    # What nobody has chosen otherwise ends.
    await menu.submit(name="Anna")
    assert menu.step == "code_window"
    await menu.submit(start="2020-01-01 10:00:00", end="2020-01-02 10:00:00")
    assert menu.error is not None and "is over already" in menu.error
    year = dt_util.now().year + 1
    await menu.submit(start=f"{year}-07-02 10:00:00", end=f"{year}-07-01 10:00:00")
    assert menu.error is not None and "must be later" in menu.error
    await menu.submit(end=f"{year}-07-03 10:00:00")
    assert menu.step == "codes_added", menu.screen
    await home.when(lambda: loaded(door, "Anna"))
    assert pins(door)["Anna"].access_times == (
        f"DTSTART={year}-07-02T08:00:00.000Z;DTEND={year}-07-03T08:00:00.000Z"
    )
    await menu.submit()
    assert f"{year}-07-02 10:00 – {year}-07-03 10:00" in menu.told["codes"]


async def test_lock_without_times(home: Home, door: Lock, menu: OptionsMenu) -> None:
    """Where a lock takes no times none are suggested."""
    door.schedules_allowed = False
    await home.hass.config_entries.async_reload(menu.entry.entry_id)
    await home.hass.async_block_till_done()
    await menu.open(*LIST, "codes_add")
    await menu.submit(name="Anna")
    assert menu.step == "code_always"


def clocks_of_berlin(month: int) -> str:
    """Return the day of a coming month on which clocks are put on or back: its last Sunday."""
    last = date(dt_util.now().year + 1, month, 31)
    return str(last - timedelta(days=(last.weekday() + 1) % 7))


def window_of(lock: Lock, name: str = "Anna") -> tuple[str, ...]:
    """Return the moments between which a code opens, to the minute, in UTC."""
    text = pins(lock)[name].access_times or ""
    return tuple(part.partition("=")[2][:16] for part in text.split(";"))


async def test_hour_that_comes_twice(
    home: Home, entry: ConfigEntry, door: Lock, menu: OptionsMenu
) -> None:
    """Which one is meant is asked, and only then; one that is skipped stays refused."""
    spring, autumn = clocks_of_berlin(3), clocks_of_berlin(10)
    night = f"{autumn} 02:30:00"
    await menu.open(*LIST, "codes_add")
    await menu.submit(name="Anna", when="temporary")
    await menu.submit(start=f"{spring} 02:30:00", end=night)
    assert menu.error is not None and f"{spring} 02:30 does not exist" in menu.error

    # Both ends, the wrong way round at first.
    await menu.submit(start=night, end=night, code="1234")
    assert menu.step == "code_twice"
    for field in ("start", "end"):
        assert list(menu.choices(field).values()) == [
            f"{autumn} 02:30 (+02:00) · the first time, before clocks are put back",
            f"{autumn} 02:30 (+01:00) · the second time, after clocks are put back",
        ]
    await menu.submit(start="second", end="first")
    assert menu.step == "code_twice"
    assert menu.error is not None and "must be later" in menu.error
    await menu.submit(start="first", end="second")
    # Digits are refused where they were typed.
    assert menu.step == "code_window"
    assert menu.error is not None and "easy to guess" in menu.error
    await menu.submit(code="482915")
    await menu.submit(start="first", end="second")
    assert menu.step == "codes_added"
    await home.when(lambda: loaded(door, "Anna"))
    assert window_of(door) == (f"{autumn}T00:30", f"{autumn}T01:30")
    await menu.submit()
    assert f"{autumn} 02:30 (+02:00) – 02:30 (+01:00)" in menu.told["codes"]

    # One end; what it is now is suggested, the other can be chosen.
    for chosen, end in (({}, "T01:30"), ({"end": "first"}, "T00:30")):
        (code,) = home.account(entry).codes.shown(door.lock_id)
        await settled(home, entry, door, code.code_id)
        await menu.open(*LIST)
        await menu.pick_code("Anna")
        await menu.choose("code_when")
        await menu.submit()
        await menu.submit(start=f"{autumn} 01:30:00")
        assert set(menu.fields) == {"end"}
        await menu.submit(**chosen)
        assert menu.step == "code"
        await settled(home, entry, door, code.code_id)
        assert window_of(door)[1] == f"{autumn}{end}"


async def test_week(home: Home, door: Lock, menu: OptionsMenu) -> None:
    """Days of the week, within one day."""
    await menu.open(*LIST, "codes_add")
    await menu.submit(name="Anna", when="recurring")
    # The frontend shows empty fields as midnight, which would be all day.
    suggested = [menu.fields[end]["description"] for end in ("start", "end")]
    assert [ends["suggested_value"] for ends in suggested] == ["09:00:00", "17:00:00"]
    await menu.submit(days=["tu", "mo"], start="22:00:00", end="06:00:00")
    assert menu.error is not None and "within one day" in menu.error
    await menu.submit(end="00:00:00")
    await home.when(lambda: loaded(door, "Anna"))
    assert pins(door)["Anna"].access_times == "STARTSEC=79200;ENDSEC=86399"
    await menu.submit()
    assert "Monday, Tuesday 22:00 – 24:00" in menu.told["codes"]


async def test_suspend_resume_end(
    home: Home, entry: ConfigEntry, door: Lock, menu: OptionsMenu
) -> None:
    """Each is asked once more, done, and told."""
    code_id = await give(home, entry, door, "Anna")
    await menu.open(*LIST)
    await menu.pick_code("Anna")
    assert menu.told["state"] == "confirmed by the lock"
    await menu.choose("code_suspend")
    await menu.submit()
    await home.when(lambda: pins(door)["Anna"].state is PinState.DISABLED)
    await settled(home, entry, door, code_id)
    await menu.open(*LIST)
    await menu.pick_code("Anna")
    assert menu.told["state"] == "suspended, confirmed by the lock"
    assert menu.screen["menu_options"][0] == "code_resume"
    await menu.choose("code_resume")
    await menu.submit()
    await home.when(lambda: loaded(door, "Anna"))
    await settled(home, entry, door, code_id)
    await menu.open(*LIST)
    await menu.pick_code("Anna")
    await menu.choose("code_end")
    await menu.submit()
    await home.when(lambda: pins(door) == {})
    await settled(home, entry, door, code_id)


async def test_not_suspended(
    home: Home, entry: ConfigEntry, door: Lock, menu: OptionsMenu
) -> None:
    """Where suspending was refused it is tried again as that: nothing lets the guest in by another name."""
    code_id = await give(home, entry, door, "Anna")
    home.cloud.faults.add("write_pins", Fail(409, "json"), times=1)
    await home.account(entry).codes.async_suspend(code_id)
    await settled(home, entry, door, code_id)
    await menu.open(*LIST)
    await menu.pick_code("Anna")
    assert menu.told["state"].startswith("not suspended, may still open (")
    assert menu.screen["menu_options"][:2] == ["code_suspend", "code_resume"]
    assert "code_again" not in menu.screen["menu_options"]
    await menu.choose("code_suspend")
    await menu.submit()
    await home.when(lambda: pins(door)["Anna"].state is PinState.DISABLED)
    await settled(home, entry, door, code_id)


async def test_change(
    home: Home, entry: ConfigEntry, door: Lock, menu: OptionsMenu
) -> None:
    """Another name, other times with the same digits, other digits."""
    code_id = await give(home, entry, door, "Anna", digits="482915")
    await menu.open(*LIST)
    await menu.pick_code("Anna")
    await menu.choose("code_rename")
    await menu.submit(name="Hanna")
    assert menu.told["guest"] == "Hanna"
    await menu.choose("code_when")
    await menu.submit(when="recurring")
    await menu.submit(days=["su"], start="08:00:00", end="09:00:00")
    await home.when(
        lambda: (
            any(pin.access_recurrence for pin in door.pins.pins)
            and all(pin.state is PinState.LOADED for pin in door.pins.pins)
        )
    )
    await settled(home, entry, door, code_id)
    (pin,) = door.pins.pins
    assert pin.pin == "482915"
    await menu.open(*LIST)
    await menu.pick_code("Hanna")
    assert menu.told["times"] == "Sunday 08:00 – 09:00"
    await menu.choose("code_digits")
    await menu.submit(code="482918")
    await home.when(
        lambda: (
            [pin.pin for pin in door.pins.pins if pin.state is PinState.LOADED]
            == ["482918"]
        )
    )
    await settled(home, entry, door, code_id)


async def test_name_does_not_depend_on_other_locks(
    home: Home, entry: ConfigEntry, door: Lock, menu: OptionsMenu
) -> None:
    """A guest is called otherwise also where the login is an owner of one of their locks no more."""
    await give(home, entry, door, "Anna")
    shed = home.cloud.add_lock("keypad", name="Shed")
    await home.account(entry).roster.async_refresh()
    await home.until(lambda: shed.lock_id in home.account(entry).locks)
    await give(home, entry, shed, "Anna")
    shed.users[home.cloud.owner.user_id] = Role.USER
    await home.account(entry).roster.async_refresh()
    await home.hass.async_block_till_done()
    await menu.open("codes_lock")
    await menu.pick_code("Anna")
    await menu.choose("code_rename")
    await menu.submit(name="Hanna")
    assert menu.told["guest"] == "Hanna"


async def test_reveal(
    home: Home, entry: ConfigEntry, door: Lock, menu: OptionsMenu
) -> None:
    """The digits are shown to the person who asks, and nowhere else."""
    await give(home, entry, door, "Anna", digits="482915")
    await menu.open(*LIST)
    await menu.pick_code("Anna")
    assert "482915" not in str(menu.screen)
    # What is asked for most is nearest, and what shuts the guest out farthest.
    assert menu.screen["menu_options"][0] == "code_reveal"
    assert menu.screen["menu_options"][-2:] == ["code_end", "codes_read"]
    await menu.choose("code_reveal")
    assert menu.told["code"] == "482915"
    await menu.submit()
    assert menu.step == "code"


async def test_adopt(
    home: Home, entry: ConfigEntry, door: Lock, menu: OptionsMenu
) -> None:
    """A code of the app is shown; once it is adopted it can be ended."""
    put(home, door, "Zoë", "482913")
    await menu.open(*LIST)
    await menu.pick_code("Zoë")
    assert "code_end" not in menu.screen["menu_options"]
    await menu.choose("code_adopt")
    await menu.submit()
    assert menu.step == "code"
    assert "code_end" in menu.screen["menu_options"]
    assert home.cloud.requests.of("write_pins") == []
    await menu.choose("code_end")
    await menu.submit()
    await home.when(lambda: pins(door) == {})


async def test_same_code_on_two_locks(
    home: Home, entry: ConfigEntry, door: Lock, menu: OptionsMenu
) -> None:
    """One guest, two locks, one code; ended on both at once."""
    other = home.cloud.add_lock("keypad", name="Back Door")
    await home.account(entry).roster.async_refresh()
    await home.until(lambda: len(home.account(entry).locks) == 2)
    await menu.open(*LIST)
    await menu.submit(lock=door.lock_id)
    await menu.choose("codes_add")
    await menu.submit(name="Anna", locks=[door.lock_id, other.lock_id], when="always")
    await menu.submit()
    await home.when(lambda: loaded(door, "Anna") and loaded(other, "Anna"))
    assert pins(door)["Anna"].pin == pins(other)["Anna"].pin
    (code,) = home.account(entry).codes.shown(door.lock_id)
    for lock in (door, other):
        await settled(home, entry, lock, code.code_id)
    await menu.submit()
    await menu.pick_code("Anna")
    await menu.choose("code_end")
    await menu.submit(everywhere=True)
    await home.when(lambda: not pins(door) and not pins(other))


async def test_list_that_cannot_be_read(
    home: Home, entry: ConfigEntry, menu: OptionsMenu
) -> None:
    """The person is told why."""
    from tests.simulator import Fail

    home.cloud.faults.add("get_pins", Fail(503, "html"), times=None)
    await menu.open(*LIST)
    assert menu.screen["type"] == "abort"
    assert "cannot be reached" in menu.told["reason"]


async def test_entry_that_is_unloaded_meanwhile(
    home: Home, entry: ConfigEntry, menu: OptionsMenu
) -> None:
    """A menu that was left open ends in words."""
    await menu.open(*LIST)
    await home.hass.config_entries.async_unload(entry.entry_id)
    await menu.choose("codes_read")
    assert menu.screen["reason"] == "login_gone"


async def test_code_that_is_gone_meanwhile(
    home: Home, entry: ConfigEntry, door: Lock, menu: OptionsMenu
) -> None:
    """The list is shown again."""
    code_id = await give(home, entry, door, "Anna")
    await menu.open(*LIST)
    await menu.pick_code("Anna")
    await home.account(entry).codes.async_end(code_id)
    await home.until(lambda: not home.account(entry).codes.shown(door.lock_id))
    await menu.choose("code_suspend")
    assert menu.step == "codes"


async def test_administrators_only(
    home: Home,
    entry: ConfigEntry,
    hass_client: Any,
    hass_read_only_access_token: str,
) -> None:
    """Nobody else gets to the options."""
    await async_setup_component(home.hass, "config", {})
    client = await hass_client(hass_read_only_access_token)
    answer = await client.post(FLOW, json={"handler": entry.entry_id})
    assert answer.status in (401, 403)


async def test_settings_are_beside_it(
    home: Home, entry: ConfigEntry, menu: OptionsMenu
) -> None:
    """The calendar is opened there."""
    calendar = home.find("calendar", DOOR, "codes")
    assert calendar is not None
    assert calendar.attributes["supported_features"] == 0
    await menu.open("settings")
    await menu.submit(calendar=True)
    assert menu.screen["type"] == "create_entry"
    await home.hass.async_block_till_done()
    await home.until(lambda: bool(home.account(entry).locks))
    calendar = home.find("calendar", DOOR, "codes")
    assert calendar is not None
    assert calendar.attributes["supported_features"] == 7
