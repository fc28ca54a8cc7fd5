"""What the actions handle and nobody may find: tokens, keys, codes."""

import json
import logging
import re
from typing import Any

from homeassistant.const import MATCH_ALL
from homeassistant.core import Event, callback
import pytest

from custom_components.yale_august.actions.table import TABLE
from tests.home import Home

from .action_home import ask
from .test_people import loaded

DOOR = "Front Door"
GUEST, MASTER = "471147", "815815"


async def test_every_action(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """Events, states and log at DEBUG are clean; answers too, but for the code that was asked for."""
    caplog.set_level(logging.DEBUG)
    events: list[Event] = []

    @callback
    def note(event: Event) -> None:
        events.append(event)

    home.hass.bus.async_listen(MATCH_ALL, note)
    world = home.cloud.world
    anna = world.add_user("Anna", "Other", email="anna@example.com")
    berta = world.add_user("Berta", "Other")
    door = home.cloud.add_lock("keypad", name=DOOR)
    door.pins.pins.append(loaded(home, anna, GUEST, 1))
    door.pins.master = loaded(home, home.cloud.owner, MASTER, 0)
    entry = await home.set_up()
    entity_id = home.entity_id("lock", DOOR, "lock")

    calls: dict[str, dict[str, Any]] = {
        "get_codes": {},
        "add_code": {"name": "Gina Guest"},
        "update_code": {"name": "Gina Guest", "new_code": True},
        "disable_code": {"name": "Gina Guest"},
        "enable_code": {"name": "Gina Guest"},
        "delete_code": {"name": "Gina Guest"},
        "get_users": {},
        "add_user": {"user_id": berta.user_id},
        "set_user_role": {"user_id": berta.user_id, "role": "manager"},
        "send_command": {
            "command": "extended_function",
            "function": "vacationMode",
        },
        "reserve_code": {},
        "get_master_code": {},
        "set_master_code": {},
        "transfer_code": {
            "old_user_id": anna.user_id,
            "new_user_id": berta.user_id,
        },
        "factory_reset": {"kind": "soft", "lock_name": DOOR},
    }
    accounts: dict[str, dict[str, Any]] = {
        "create_sub_user": {
            "partner_user_id": "guest-house",
            "first_name": "Guest",
            "last_name": "House",
            "locks": [entity_id],
        },
        "get_sub_users": {},
        "get_house": {},
        "check_account": {},
    }
    assert calls.keys() | accounts.keys() == {action.name for action in TABLE}
    answers = {}
    for name, data in accounts.items():
        answers[name] = await ask(home, name, **data)
    for name, data in calls.items():
        answers[name] = await ask(home, name, DOOR, **data)
    await home.hass.async_block_till_done()

    told = {
        name: next(iter(answers.pop(name).values()))["code"]
        for name in (
            "reserve_code",
            "get_master_code",
            "set_master_code",
            "add_code",
            "update_code",
        )
    }
    (listed,) = answers.pop("get_codes").values()
    assert [code["code"] for code in listed.values()] == [GUEST]
    assert told["get_master_code"] == MASTER
    codes = {GUEST, *told.values()}
    tokens = {
        entry.data["token"]["access_token"],
        entry.data["token"]["refresh_token"],
        "eyJ",
        home.cloud.key().value,
        home.cloud.client().secret,
    }
    seen = json.dumps([event.as_dict() for event in events], default=str)
    shown = json.dumps(
        [state.as_dict() for state in home.hass.states.async_all()], default=str
    )
    assert len(caplog.text) > 1000
    assert "call_service" in seen
    for place in (json.dumps(answers), seen, shown, caplog.text):
        assert not [token for token in tokens if token in place]
        # Not within a time or an id, where any digits may stand.
        assert not [
            code for code in codes if re.search(rf"(?<![\w.]){code}(?!\w)", place)
        ]
