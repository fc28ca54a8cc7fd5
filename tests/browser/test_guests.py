"""Guests with codes on two locks each: made by an automation, in the options, in the calendar.

What has become of them stands in the locks' own books. Each guest has two locks, so that none
waits for another; one lock of one guest is out of reach for a while.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from tests.access_codes.code_pins import pins
from tests.demo import Demo, Options
from tests.demo.inventory import shown_locks
from tests.demo.leaks import codes_in_files, in_files
from tests.simulator.lock import Lock
from tests.simulator.pinbook import PinState

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

    from .frontend import Frontend
    from .menu import CodesMenu

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

DOMAIN = "yale_august"


@pytest.fixture
def options() -> Options:
    """Let locks take codes quickly, and the log say all."""
    return Options(speed=10, locks=9, debug=True)


class Stay:
    """One guest's codes, as the locks have them."""

    def __init__(self, demo: Demo, name: str, *locks: str) -> None:
        """Know whose they are, and where."""
        self.name = name
        self.cloud = demo.cloud
        self.locks: Sequence[Lock] = [demo.cloud.lock(lock) for lock in locks]
        self._api = demo.api
        self.entities: list[str] = []
        self._known: set[str] = set()

    async def look(self) -> None:
        """Find the entities of the locks."""
        shown = {lock.lock_id: lock for lock in await shown_locks(self._api)}
        self.entities = [shown[lock.lock_id].entities["lock"] for lock in self.locks]

    async def act(self, action: str, **data: object) -> None:
        """Call an action for both locks."""
        await self._api.command(
            "call_service",
            domain=DOMAIN,
            service=action,
            service_data={"name": self.name, "wait": 0, **data},
            target={"entity_id": self.entities},
        )

    async def told(self) -> list[str | None]:
        """Return what Home Assistant says of the code on each lock, after a look."""
        answer = await self._api.command(
            "call_service",
            domain=DOMAIN,
            service="get_codes",
            service_data={"masked": True},
            target={"entity_id": self.entities},
            return_response=True,
        )
        codes: list[dict[str, Any]] = [
            answer["response"][entity_id] for entity_id in self.entities
        ]
        return [
            next((c["state"] for c in one.values() if c["name"] == self.name), None)
            for one in codes
        ]

    async def has(
        self,
        state: PinState | None,
        *,
        fresh: bool = False,
        window: tuple[datetime, datetime] | None = None,
    ) -> None:
        """Wait until both locks have the code so, with the same digits, and Home Assistant says the same.

        `fresh`: the digits are others than ever before; `window`: when it opens; `state`
        None: it is gone.
        """
        times = window and ";".join(
            f"{name}={at.astimezone(UTC):%Y-%m-%dT%H:%M}:00.000Z"
            for name, at in zip(("DTSTART", "DTEND"), window, strict=True)
        )

        def on_locks() -> bool:
            found = [pins(lock).get(self.name) for lock in self.locks]
            if state is None:
                return found == [None, None]
            there = [pin for pin in found if pin is not None and pin.state is state]
            return (
                len(there) == 2
                and len({pin.pin for pin in there}) == 1
                and (there[0].pin not in self._known) is fresh
                and (window is None or {pin.access_times for pin in there} == {times})
            )

        wanted = None if state is None else "confirmed"
        try:
            async with asyncio.timeout(60):
                while not on_locks():
                    await asyncio.sleep(0.2)
                while await self.told() != [wanted, wanted]:
                    await asyncio.sleep(0.5)
        except TimeoutError:
            found = [pins(lock).get(self.name) for lock in self.locks]
            seen = [pin and (pin.state, pin.access_times) for pin in found]
            told = await self.told()
            raise AssertionError(f"{self.name} has {seen}, told {told}") from None
        assert on_locks()
        self._known |= {
            pins(lock)[self.name].pin for lock in self.locks if self.name in pins(lock)
        }


async def begins(dialog: Locator) -> datetime:
    """Return what a form suggests as the beginning: an hour of today in Berlin, where the person is."""
    hour = await dialog.locator("ha-time-input input").first.input_value()
    today = datetime.now(ZoneInfo("Europe/Berlin"))
    return today.replace(hour=int(hour), minute=0, second=0, microsecond=0)


async def by_automation(demo: Demo, ada: Stay) -> None:
    """Let an automation add the guest; all that follows are actions."""
    await ada.look()
    await demo.api.post(
        "/api/config/automation/config/arrival",
        {
            "alias": "Arrival",
            "triggers": [{"trigger": "event", "event_type": "arrival"}],
            "actions": [
                {
                    "action": f"{DOMAIN}.add_code",
                    "target": {"entity_id": ada.entities},
                    "data": {"name": ada.name},
                }
            ],
        },
    )
    while not any(
        state["entity_id"] == "automation.arrival"
        for state in await demo.api.command("get_states")
    ):
        await asyncio.sleep(0.1)
    await demo.api.act("automation.trigger", "automation.arrival")
    await ada.has(PinState.LOADED, fresh=True)
    await ada.act("disable_code")
    await ada.has(PinState.DISABLED)
    await ada.act("enable_code")
    await ada.has(PinState.LOADED)
    start = datetime.now(UTC).replace(second=0, microsecond=0)
    window = start, start + timedelta(days=2)
    await ada.act(
        "update_code",
        start_datetime=window[0].isoformat(),
        end_datetime=window[1].isoformat(),
    )
    await ada.has(PinState.LOADED, window=window)
    await ada.act("update_code", new_code=True)
    await ada.has(PinState.LOADED, fresh=True, window=window)
    await ada.act("delete_code")
    await ada.has(None)


async def by_options(menu: CodesMenu, olga: Stay) -> None:
    """Click all of it; while the code is suspended one lock cannot be reached."""
    from playwright.async_api import expect

    near, far = olga.locks
    here = near.name
    await olga.look()
    await menu.add(olga.name, here, far.name)
    await olga.has(PinState.LOADED, fresh=True)
    # The person is told the digits, and of both locks.
    await expect(menu.dialog.get_by_text(pins(near)[olga.name].pin)).to_have_count(2)

    await olga.cloud.hands.set_bridge(far, online=False)
    await menu.do(here, olga.name, "Suspend", "Suspend")
    async with asyncio.timeout(30):
        while pins(near)[olga.name].state is not PinState.DISABLED:
            await asyncio.sleep(0.1)
    digits = pins(far)[olga.name].pin
    assert not await olga.cloud.hands.type_pin(near, digits)
    states = await olga.told()
    assert states[0] == "confirmed"
    # It would still open, and nobody says that it would not.
    assert pins(far)[olga.name].state is PinState.DISABLING
    assert states[1] in ("sent", "waiting")
    await olga.cloud.hands.set_bridge(far, online=True)
    await olga.has(PinState.DISABLED)

    await menu.do(here, olga.name, "Resume", "Resume")
    await olga.has(PinState.LOADED)
    await menu.pick(here, olga.name)
    await menu.choose("Change the times")
    await menu.dialog.get_by_text("From a date until another").click()
    await menu.press("Next")
    start = await begins(menu.dialog)
    await menu.press("Submit")
    window = start, start + timedelta(days=1)
    await olga.has(PinState.LOADED, window=window)
    await menu.do(here, olga.name, "Change the digits", "Change")
    await olga.has(PinState.LOADED, fresh=True, window=window)
    await menu.do(here, olga.name, "End: take it off the lock", "End")
    await olga.has(None)


async def choose_calendar(page: Page, editor: Locator, lock: str) -> None:
    """Choose the calendar of a lock; a click on a list that is just being filtered hits nothing."""
    from playwright.async_api import expect

    picker, place = editor.locator("ha-entity-picker"), f"▸ {lock}"
    search = page.get_by_placeholder("Search").last
    for patience in (2_000, 2_000, 20_000):
        if not await search.is_visible():
            await picker.click()
        await search.fill(lock)
        await page.wait_for_timeout(500)
        await editor.locator("ha-combo-box-item").get_by_text(place).last.click()
        try:
            await expect(picker).to_contain_text(place, timeout=patience)
        except AssertionError:
            continue
        return
    raise AssertionError(f"{place} could not be chosen")


async def by_calendar(frontend: Frontend, menu: CodesMenu, carla: Stay) -> None:
    """Add, move and delete events in the calendars of both locks."""
    from playwright.async_api import expect

    page = frontend.page
    calendar = page.locator("ha-full-calendar")
    events = calendar.get_by_text(carla.name)
    details = page.locator("dialog-calendar-event-detail")
    editor = page.locator("dialog-calendar-event-editor")
    await carla.look()
    # The days of the other guests must not push her events out of sight.
    await page.set_viewport_size({"width": 1440, "height": 1800})
    await frontend.open("/calendar")
    for count, lock in enumerate(carla.locks):
        await calendar.get_by_role("button", name="Add event").click()
        await editor.get_by_role("textbox", name="Summary").fill(carla.name)
        await choose_calendar(page, editor, lock.name)
        start = await begins(editor)
        await editor.get_by_role("button", name="Add event").click()
        await expect(editor.get_by_role("button")).to_have_count(0)
        await expect(events).to_have_count(count + 1)
    await carla.has(
        PinState.LOADED, fresh=True, window=(start, start + timedelta(hours=1))
    )

    await menu.do(carla.locks[0].name, carla.name, "Suspend", "Suspend")
    await carla.has(PinState.DISABLED)
    await menu.do(carla.locks[1].name, carla.name, "Resume", "Resume")
    await carla.has(PinState.LOADED)

    await frontend.open("/calendar")
    await expect(events).to_have_count(2)
    digits = pins(carla.locks[0])[carla.name].pin
    for _ in carla.locks:
        # The one that was moved comes second.
        await events.first.click()
        assert digits not in await details.inner_text()
        await details.get_by_role("button", name="Edit event").click()
        for field, minutes in ((1, "05"), (3, "45")):
            await editor.locator("ha-time-input input").nth(field).fill(minutes)
            await page.keyboard.press("Tab")
        await editor.get_by_role("button", name="Save event").click()
        await expect(editor.get_by_role("button")).to_have_count(0)
        await expect(events).to_have_count(2)
    window = start + timedelta(minutes=5), start + timedelta(hours=1, minutes=45)
    await carla.has(PinState.LOADED, window=window)

    await menu.do(carla.locks[0].name, carla.name, "Change the digits", "Change")
    await carla.has(PinState.LOADED, fresh=True, window=window)
    await frontend.open("/calendar")
    await frontend.take("calendar", page)
    for left in (1, 0):
        await events.first.click()
        await details.get_by_role("button", name="Delete event").click()
        await page.get_by_role("button", name="Delete", exact=True).click()
        await expect(events).to_have_count(left)
    await carla.has(None)


async def open_calendars(demo: Demo) -> None:
    """Let the calendars be written to, and wait until they can be."""
    flows = "/api/config/config_entries/options/flow"
    flow = await demo.api.post(flows, {"handler": demo.entry_id})
    form = await demo.api.post(
        f"{flows}/{flow['flow_id']}", {"next_step_id": "settings"}
    )
    choices = {
        field["name"]: field["description"]["suggested_value"]
        for field in form["data_schema"]
    }
    await demo.api.post(f"{flows}/{flow['flow_id']}", {**choices, "calendar": True})

    async def open_ones() -> int:
        states = await demo.api.command("get_states")
        return sum(
            state["entity_id"].startswith("calendar.")
            and state["attributes"]["supported_features"] == 7
            for state in states
        )

    async with asyncio.timeout(30):
        while await open_ones() < 6:
            await asyncio.sleep(0.2)


async def test_guests(frontend: Frontend, demo: Demo) -> None:
    """Added, suspended, resumed, moved, changed, ended; and nothing of the codes is left behind."""
    from .menu import CodesMenu

    await open_calendars(demo)
    other = await frontend.another()
    ada = Stay(demo, "Ada", "Front Door", "Back Door")
    olga = Stay(demo, "Olga", "Side Door", "Office")
    carla = Stay(demo, "Carla", "Cottage", "Boathouse")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(by_automation(demo, ada))
        tasks.create_task(by_options(CodesMenu(frontend), olga))
        tasks.create_task(by_calendar(other, CodesMenu(other), carla))
    assert not frontend.errors

    written = [
        command
        for seen in demo.cloud.requests.of("write_pins")
        if isinstance(seen.body, dict)
        for command in seen.body["commands"]
    ]
    digits = {command["pin"] for command in written if "pin" in command}
    assert len(digits) == 6
    await demo.home.stop()
    folder = demo.home.folder
    saved = (folder / ".storage" / "trace.saved_traces").read_text()
    assert f"{DOMAIN}.add_code" in saved
    assert "write_pins: 200" in (folder / "console.log").read_text()
    # What the database has not taken in yet stands beside it.
    database = [file.read_bytes() for file in folder.glob("home-assistant_v2.db*")]
    assert b"Carla" in b"".join(database)
    assert codes_in_files(digits, folder) == []
    assert in_files(demo.cloud, folder) == []
