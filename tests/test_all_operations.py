"""Each operation of the vendor's page arrives at the cloud out of Home Assistant."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.yale_august.cloud.routes import ROUTES, Route

from .actions.action_home import ask
from .actions.test_people import loaded
from .home import Home

DOOR = "Front Door"

type Step = Callable[[Home, MockConfigEntry], Awaitable[Any]]


async def _nothing(home: Home, entry: MockConfigEntry) -> None:
    """Do nothing: it happens by itself when the entry is set up."""


async def _push_is_lost(home: Home, entry: MockConfigEntry) -> None:
    # A subscriber is looked after when the stream was refused.
    home.cloud.faults.refuse_handshakes(3)
    await home.cloud.faults.drop_sockets()
    await home.until(lambda: home.cloud.requests.count("get_subscriber") > 0)


async def _unload(home: Home, entry: MockConfigEntry) -> None:
    await home.hass.config_entries.async_unload(entry.entry_id)


async def _remove(home: Home, entry: MockConfigEntry) -> None:
    await home.hass.config_entries.async_remove(entry.entry_id)


def action(called: str, /, *locks: str, **data: Any) -> Step:
    """Return the step that calls an action."""

    async def step(home: Home, entry: MockConfigEntry) -> None:
        someone = home.cloud.world.add_user("Some", "One", email="one@example.com")
        home.cloud.share(home.cloud.lock(DOOR), someone)
        coded = home.cloud.world.add_user("Code", "Only")
        pins = home.cloud.lock(DOOR).pins
        pins.pins.append(loaded(home, coded, "471147", 1))
        pins.master = loaded(home, home.cloud.owner, "815815", 0)
        people = {"SOMEONE": someone.user_id, "CODED": coded.user_id}
        filled: dict[str, Any] = {
            key: people.get(value, value) for key, value in data.items()
        }
        await ask(home, called, *locks, **filled)

    return step


STEPS: dict[int, Step] = {
    1: _nothing,
    2: action("factory_reset", DOOR, kind="soft", lock_name=DOOR),
    3: action("transfer_code", DOOR, old_user_id="CODED", new_user_id="SOMEONE"),
    4: action("add_user", DOOR, user_id="SOMEONE"),
    5: action("set_user_role", DOOR, user_id="SOMEONE", role="manager"),
    6: action("get_users", DOOR),
    7: action("add_code", DOOR, name="Gina Guest"),
    8: action("reserve_code", DOOR),
    9: action("get_master_code", DOOR),
    10: action("set_master_code", DOOR),
    11: action("send_command", DOOR, command="lock"),
    12: action("send_command", DOOR, command="lock", accept_version="2.0.0"),
    13: _nothing,
    14: action("get_house"),
    15: _remove,
    16: action("create_sub_user", partner_user_id="x", first_name="x", last_name="x"),
    17: action("get_house"),
    18: _nothing,
    19: _push_is_lost,
    20: _unload,
}
"""What a person or the life of an entry does, by the number of the operation on the page."""

PAGE = {route.number: route for route in ROUTES if route.number is not None}


def test_table_is_complete() -> None:
    """It has all twenty."""
    assert sorted(PAGE) == list(range(1, 21))
    assert STEPS.keys() == PAGE.keys()


@pytest.mark.parametrize("number", STEPS)
async def test_arrives(home: Home, number: int) -> None:
    """The request is on the wire with the method and the version of the page."""
    home.cloud.add_lock("keypad", name=DOOR)
    entry = await home.set_up()
    await STEPS[number](home, entry)
    assert [
        seen
        for seen in home.cloud.requests
        if seen.method == PAGE[number].method
        and seen.headers.get("Accept-Version") == PAGE[number].accept_version
        and matches(seen.path, PAGE[number])
    ]


def matches(path: str, route: Route) -> bool:
    """Return whether a path is one of a route."""
    parts, asked = route.path.split("/"), path.split("/")
    return len(parts) == len(asked) and all(
        part == one or (part.startswith("{") and one)
        for part, one in zip(parts, asked, strict=True)
    )
