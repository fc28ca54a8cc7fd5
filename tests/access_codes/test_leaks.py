"""Where a code may be found: at the lock, and with the person who asked for it. Nowhere else.

Home Assistant itself writes down what an action is called with and what a script keeps of its
answer: whoever types `code` into an action, or keeps the answer in a `response_variable`, finds
it in the trace and, of what was typed, on the event bus. Nothing here does that.
"""

import asyncio
from datetime import timedelta
import json
import logging
import re
from typing import Any

from homeassistant.components import recorder
from homeassistant.components.recorder.db_schema import Base
from homeassistant.components.recorder.util import session_scope
from homeassistant.const import MATCH_ALL
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.json import JSONEncoder
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.yale_august.codes.records import CodeState
from custom_components.yale_august.const import DOMAIN
from tests.actions.action_home import ask
from tests.home import Home
from tests.simulator import Fail, Reset
from tests.test_log_secrets import NOT_OURS

from .code_home import BACK, FRONT, GUEST, CodeHome
from .code_menu import OptionsMenu
from .code_pins import loaded, pins, settled

TYPED, CHANGED, REFUSED = "482917", "615204", "730619"
CREDENTIALS = {"core.config_entries", "application_credentials"}


class Places:
    """Everything that Home Assistant tells or keeps, apart from the answers to a person.

    Its storage is what it holds after a stop. The files of one that runs by itself are read in tests/browser.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        storage: dict[str, Any],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Listen to everything."""
        self._hass = hass
        self._storage = storage
        self._caplog = caplog
        self._events: list[Event] = []
        hass.bus.async_listen(MATCH_ALL, self._note)
        for name in ("", *logging.root.manager.loggerDict):
            caplog.set_level(logging.DEBUG, name)

    @callback
    def _note(self, event: Event) -> None:
        self._events.append(event)

    async def look(self, told: object) -> dict[str, str]:
        """Stop Home Assistant, and return the text of each place; `told` are the diagnostics."""
        hass = self._hass
        await async_wait_recording_done(hass)
        rows = await recorder.get_instance(hass).async_add_executor_job(_rows, hass)
        states = [state.as_dict() for state in hass.states.async_all()]
        issues = repr([*ir.async_get(hass).issues.values()])
        # Now everything is written that was held back, the traces too.
        await hass.async_stop()
        return {
            "events": _text([event.as_dict() for event in self._events]),
            "states": _text(states),
            "recorder": rows,
            "issues": issues,
            "log": "\n".join(
                f"{record.name}: {record.getMessage()} {record.exc_info or ''}"
                for record in self._caplog.records
                if record.name not in NOT_OURS
            ),
            "diagnostics": _text(told),
            **{f"storage {name}": _text(kept) for name, kept in self._storage.items()},
        }


def _text(data: object) -> str:
    return json.dumps(data, cls=JSONEncoder)


def _rows(hass: HomeAssistant) -> str:
    """Return all rows of the recorder's database."""
    with session_scope(hass=hass, read_only=True) as session:
        return "\n".join(
            f"{table.name}: {tuple(row)}"
            for table in Base.metadata.sorted_tables
            for row in session.execute(table.select())
        )


def _holds(text: str, code: str) -> bool:
    """Return whether a code stands there, not within a time or an id: they have any digits."""
    around = rf"(?<![\da-fA-F.\-]){code}(?![\da-fA-F\-])"
    return code in text and re.search(around, text) is not None


def _written(codes: CodeHome) -> set[str]:
    """Return all digits that the cloud was ever told to put on a lock."""
    found = {REFUSED}
    for seen in codes.cloud.requests.of("write_pins"):
        body: Any = seen.body
        if body:
            found |= {command.get("pin") for command in body["commands"]}
    return found - {None}


async def _by_actions(codes: CodeHome, home: Home) -> None:
    """Add, suspend, resume, change and list codes with actions; none is typed."""
    await ask(home, "add_code", FRONT, BACK, name=GUEST, same_code=True, wait=5)
    for action in ("disable_code", "enable_code"):
        await ask(home, action, FRONT, name=GUEST, wait=5)
    code = pins(codes.back)[GUEST.partition(" ")[0]].pin
    answers = await ask(home, "get_codes", FRONT, BACK)
    assert all(code in _text(answer) for answer in answers.values())
    await ask(home, "update_code", FRONT, BACK, name=GUEST, new_code=True, wait=5)
    await ask(home, "delete_code", BACK, name=GUEST, wait=5)


async def _by_automation(codes: CodeHome, home: Home) -> None:
    """Let an automation add a code, and leave a trace."""
    automation = {
        "id": "late",
        "alias": "Late guest",
        "triggers": {"trigger": "event", "event_type": "late_guest"},
        "actions": {
            "action": f"{DOMAIN}.add_code",
            "target": {"entity_id": home.entity_id("lock", FRONT, "lock")},
            "data": {"name": "Late"},
        },
    }
    assert await async_setup_component(
        home.hass, "automation", {"automation": automation}
    )
    home.hass.bus.async_fire("late_guest")
    await home.when(lambda: loaded(codes.front, "Late"))
    await home.hass.async_block_till_done()


async def _by_calendar(codes: CodeHome, home: Home) -> None:
    """Add a code with an event."""
    start = (dt_util.now() + timedelta(days=1)).replace(microsecond=0)
    await home.hass.services.async_call(
        "calendar",
        "create_event",
        {
            "entity_id": home.entity_id("calendar", BACK, "codes"),
            "summary": "Carla",
            "start_date_time": start.isoformat(),
            "end_date_time": (start + timedelta(hours=2)).isoformat(),
        },
        blocking=True,
    )
    await home.when(lambda: loaded(codes.back, "Carla"))


async def _by_menu(codes: CodeHome, home: Home, menu: OptionsMenu) -> None:
    """Type a code, suspend, resume, look at it, change it and end it."""

    async def rests() -> None:
        for shown in codes.codes.shown(codes.front.lock_id):
            await settled(home, codes.entry, codes.front, shown.code_id)

    async def pick_anna(option: str, **typed: Any) -> None:
        await rests()
        await menu.open("codes_lock")
        await menu.submit(lock=codes.front.lock_id)
        await menu.pick_code("Anna")
        await menu.choose(option)
        await menu.submit(**typed)

    await menu.open("codes_lock")
    await menu.submit(lock=codes.front.lock_id)
    await menu.choose("codes_add")
    await menu.submit(name="Anna", locks=[codes.front.lock_id], when="always")
    await menu.submit(code=TYPED)
    await home.when(lambda: loaded(codes.front, "Anna"))
    await pick_anna("code_suspend")
    await pick_anna("code_resume")
    await rests()
    await menu.open("codes_lock")
    await menu.submit(lock=codes.front.lock_id)
    await menu.pick_code("Anna")
    await menu.choose("code_reveal")
    assert menu.told["code"] == TYPED
    await pick_anna("code_digits", code=CHANGED)
    await home.when(lambda: pins(codes.front)["Anna"].pin == CHANGED)
    await pick_anna("code_end")
    await home.when(lambda: "Anna" not in pins(codes.front))


async def _in_trouble(codes: CodeHome) -> None:
    """Have a code refused, by a cloud that repeats it, and lose an answer."""
    told = {"code": 409, "message": f"PIN {REFUSED} is already used on this lock"}
    await codes.codes.async_end(GUEST, wait=5)
    codes.cloud.faults.add("write_pins", Fail(409, told))
    await codes.add(codes.front, digits=REFUSED)
    await codes.reaches(codes.front, CodeState.REFUSED, codes.shown(codes.front).reason)
    await codes.codes.async_end(GUEST, wait=5)
    codes.cloud.faults.add("write_pins", Reset(acts=True))
    since = len(codes.cloud.requests)
    await codes.add(codes.front, wait=0)
    await codes.home.when(lambda: codes.writes(codes.front, since=since) == ["load"])
    await codes.reload()
    await codes.reaches(codes.front, CodeState.CONFIRMED)


@pytest.mark.usefixtures("recorder_mock")
async def test_no_code_and_no_key_is_found(
    hass: HomeAssistant,
    home: Home,
    hass_storage: dict[str, Any],
    hass_client: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Codes are nowhere after all that can happen to them, keys and tokens only in the entry."""
    for component in ("diagnostics", "config", "trace"):
        assert await async_setup_component(hass, component, {})
    places = Places(hass, hass_storage, caplog)
    codes = CodeHome(home)
    codes.entry = entry = await home.add_entry()
    hass.config_entries.async_update_entry(entry, options={"calendar": True})
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()

    # Side by side: the locks queue what is wished of them.
    await asyncio.gather(
        _by_actions(codes, home),
        _by_automation(codes, home),
        _by_calendar(codes, home),
        _by_menu(codes, home, OptionsMenu(await hass_client(), entry)),
    )
    await _in_trouble(codes)

    door = home.device(entry, codes.front.lock_id)
    assert door is not None
    told = [
        await get_diagnostics_for_config_entry(hass, hass_client, entry),
        await get_diagnostics_for_device(hass, hass_client, entry, door),
    ]
    found = await places.look(told)
    assert "late_guest" in found["events"]
    saved = json.loads(found["storage trace.saved_traces"])["data"]
    (trace,) = saved["automation.late"]
    call = trace["extended_dict"]["trace"]["action/0"][0]["result"]["params"]
    assert call["service"] == "add_code"
    assert GUEST in found["recorder"]
    assert GUEST in str([found[name] for name in found if DOMAIN in name])
    assert "custom_components.yale_august" in found["log"]
    assert found.keys() >= {f"storage {name}" for name in CREDENTIALS}

    digits = _written(codes)
    assert digits > {TYPED, CHANGED, REFUSED}
    assert len(digits) >= 7
    assert {
        (place, code)
        for place, text in found.items()
        for code in digits
        if _holds(text, code)
    } == set()

    token = entry.data["token"]
    keys = {
        token["access_token"],
        token["refresh_token"],
        home.cloud.key().value,
        home.cloud.client().secret,
    }
    assert {place for place, text in found.items() for key in keys if key in text} == {
        f"storage {name}" for name in CREDENTIALS
    }
    # Keys that open a lock from nearby: nobody has asked for them.
    nearby = {lock.offline_key for lock in home.cloud.locks}
    assert len(nearby) >= 2
    lower = {place: text.lower() for place, text in found.items()}
    assert {place for place in lower for key in nearby if key in lower[place]} == set()
