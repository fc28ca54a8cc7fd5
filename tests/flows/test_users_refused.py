"""Additional users in the options, where the cloud or the role has something against it."""

import json
from typing import Any

from homeassistant.setup import async_setup_component
import pytest

from tests.access_codes.code_menu import OptionsMenu
from tests.home import Home
from tests.simulator import Fail, Reset
from tests.simulator.accounts import User
from tests.simulator.credentials import CREATE_SUB_USER
from tests.simulator.lock import Lock
from tests.simulator.words import Role

from .flows import WHO, ids, partner, shared
from .user_menu import add_users

pytest_plugins = ("tests.flows.flow_fixtures", "tests.flows.user_fixtures")

NOT_YOURS = {"code": 403, "message": "User is not authorized"}


REFUSALS: Any = [
    (Fail(409), "belongs to a user of somebody else"),
    (Fail(403, NOT_YOURS), "does not let you use this ID"),
    (Fail(400), "is not valid"),
    (Fail(503), "did not say what became"),
    (Reset(), "did not say what became"),
    (Fail(403, "html"), "firewall"),
]


async def test_refusals(home: Home, locks: list[Lock], menu: OptionsMenu) -> None:
    """The form says why and keeps what was typed; nothing is sent twice."""
    await menu.open("users", "users_add")
    typed = {**WHO, "lock_ids": ids(locks[0]), "role": "manager"}
    for fault, sentence in REFUSALS:
        before = len(home.cloud.requests)
        home.cloud.faults.add("create_sub_user", fault)
        await menu.submit(**typed)
        assert menu.error is not None and sentence in menu.error
        assert home.cloud.requests.count("create_sub_user", since=before) == 1
        assert home.cloud.requests.count("add_user", since=before) == 0
    await menu.submit()
    assert shared(home.cloud, locks) == {"Front": "manager"}


@pytest.mark.parametrize("operation", ["get_sub_users", "create_sub_user"])
async def test_key_without_the_right(
    home: Home, menu: OptionsMenu, operation: str
) -> None:
    """A sentence, in place of a form that cannot work."""
    if operation == "get_sub_users":
        home.cloud.key().endpoints.discard(operation)
        await menu.open("users")
    else:
        home.cloud.key().permissions.discard(CREATE_SUB_USER)
        await menu.open("users", "users_add")
        await menu.submit(**WHO)
    assert menu.screen["type"] == "abort"
    assert "permission users:sub-user:create" in menu.told["reason"]


async def test_list_that_cannot_be_read(home: Home, menu: OptionsMenu) -> None:
    """The person is told why; an ended login is asked for."""
    for fault, sentence in (
        (Fail(503), "cannot be reached"),
        (Fail(403, NOT_YOURS), "does not allow this account"),
        (Fail(401), "sign-in to the lock maker's cloud has ended"),
    ):
        home.cloud.faults.add("get_sub_users", fault, times=2)
        await menu.open("users")
        assert menu.screen["type"] == "abort"
        assert sentence in menu.told["reason"]
        home.cloud.faults.clear()
    assert list(menu.entry.async_get_active_flows(home.hass, {"reauth"}))


async def test_entry_that_acts_as_a_sub_user(
    home: Home, locks: list[Lock], hass_client: Any
) -> None:
    """It has no additional users of its own, and says so; nothing is asked."""
    await async_setup_component(home.hass, "config", {})
    (user,) = add_users(home, 1)
    home.cloud.share(locks[0], user, Role.SUPERUSER)
    who = {**WHO, "partner_user_id": "guest-00"}
    entry = await home.add_entry(data={**who, "acting_user": "sub_user"})
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.hass.async_block_till_done()
    menu = await OptionsMenu(await hass_client(), entry).open("users")
    assert menu.screen["type"] == "abort"
    assert "acts as an additional user" in menu.told["reason"]
    assert home.cloud.requests.count("get_sub_users") == 0


async def test_entry_that_is_unloaded_meanwhile(
    home: Home, locks: list[Lock], menu: OptionsMenu
) -> None:
    """A screen that was left open ends in words, whichever it is."""
    (user,) = add_users(home, 1)
    home.cloud.share(locks[0], user)
    unload = home.hass.config_entries.async_unload
    form: dict[str, Any] = {"lock_ids": ids(locks[0])}
    for way, typed in (
        ((), None),
        (("users_pick",), {"user": user.user_id}),
        (("users_add",), {**WHO, **form}),
        (("users_pick", user, "user_share"), form),
        (("users_pick", user, "user_role"), form),
    ):
        await menu.open("users")
        for step in way:
            if isinstance(step, User):
                await menu.submit(user=step.user_id)
            else:
                await menu.choose(step)
        await unload(menu.entry.entry_id)
        await (menu.choose("users") if typed is None else menu.submit(**typed))
        assert menu.screen["reason"] == "login_gone", way
        await home.hass.config_entries.async_setup(menu.entry.entry_id)
    assert home.cloud.requests.count("create_sub_user") == 0
    assert home.cloud.requests.count("set_user_type") == 0


async def test_token_goes_nowhere(
    home: Home,
    locks: list[Lock],
    menu: OptionsMenu,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The token that acts as the user is in no screen, flow, log, entry or storage."""
    caplog.set_level("DEBUG")
    screens: list[object] = []
    await menu.open("users", "users_add")
    await menu.submit(**WHO, lock_ids=ids(*locks))
    screens.append(menu.screen)
    user_id = partner(home.cloud).user_id
    (token,) = {
        seen.headers["x-access-token"]
        for seen in home.cloud.requests
        if seen.user_id == user_id
    }
    (flow,) = home.hass.config_entries.options.async_progress(
        include_uninitialized=True
    )
    await menu.submit()
    screens.append(menu.screen)
    await menu.choose("done")
    await home.hass.config_entries.async_unload(menu.entry.entry_id)
    assert len(caplog.text) > 1000
    for place in (screens, flow, dict(menu.entry.data), hass_storage):
        assert token not in json.dumps(place, default=repr)
    assert token not in caplog.text
