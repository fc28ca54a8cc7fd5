"""An entry that acts as a sub-user of its owner."""

import json
from typing import Any

from homeassistant.config_entries import ConfigEntryState
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .actions.action_home import ask_one, refusal
from .home import Home
from .simulator import Fail
from .simulator.accounts import User
from .simulator.lock import Lock
from .simulator.words import Role

DOOR, OTHER = "Front Door", "Back Door"
PARTNER_USER_ID = "home-assistant"


@pytest.fixture
def sub_user(home: Home) -> User:
    """Return the sub-user that the config flow has made."""
    return home.cloud.world.add_user(
        "Home",
        "Assistant",
        owner=home.cloud.owner,
        partner_user_id=PARTNER_USER_ID,
    )


@pytest.fixture
def door(home: Home, sub_user: User) -> Lock:
    """Return a lock that the owner shares with it, of two."""
    door = home.cloud.add_lock(name=DOOR)
    home.cloud.add_lock(name=OTHER)
    home.cloud.share(door, sub_user, Role.USER)
    return door


async def add(home: Home) -> MockConfigEntry:
    """Add an entry as the config flow makes it."""
    return await home.add_entry(
        data={
            "acting_user": "sub_user",
            "partner_user_id": PARTNER_USER_ID,
            "first_name": "Home",
            "last_name": "Assistant",
        }
    )


async def set_up(home: Home) -> MockConfigEntry:
    """Add an entry and set it up."""
    entry = await add(home)
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.hass.async_block_till_done()
    return entry


def minted(home: Home) -> int:
    """Return how often a token was minted."""
    return home.cloud.requests.count("create_sub_user")


def reauths(home: Home, entry: MockConfigEntry) -> int:
    """Return how many flows ask for a new login."""
    return len(list(entry.async_get_active_flows(home.hass, {"reauth"})))


async def test_acts_as_the_sub_user(home: Home, door: Lock, sub_user: User) -> None:
    """It sees what was shared, operates and listens as the sub-user; the owner only mints."""
    await set_up(home)
    assert home.state("lock", DOOR, "lock") == "locked"
    assert home.find("lock", OTHER, "lock") is None
    await home.act("unlock", DOOR)
    assert home.state("lock", DOOR, "lock") == "unlocked"
    await home.cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")
    assert [moved.user_id for moved in home.cloud.record] == [sub_user.user_id, None]
    assert minted(home) == 1
    (mint,) = home.cloud.requests.of("create_sub_user")
    assert mint.user_id == home.cloud.owner.user_id
    others = {
        seen.user_id
        for seen in home.cloud.requests
        if seen.operation != "create_sub_user"
    }
    assert others == {sub_user.user_id}
    (subscriber,) = home.cloud.subscribers
    assert subscriber.user_id == sub_user.user_id


OFFERED: dict[Role, set[str]] = {
    Role.USER: set(),
    Role.MANAGER: {"add_user"},
    Role.SUPERUSER: {"add_user", "set_user_role", "get_codes", "factory_reset"},
}


@pytest.mark.parametrize("role", Role)
async def test_offers_what_its_role_may_do(
    home: Home, sub_user: User, role: Role
) -> None:
    """Each role operates; people, codes and resets are offered to whom the cloud would obey."""
    door = home.cloud.add_lock("keypad", name=DOOR)
    someone = home.cloud.world.add_user("Some", "One", email="one@example.com")
    home.cloud.share(door, sub_user, role)
    entry = await set_up(home)
    for action in ("unlock", "lock"):
        await home.act(action, DOOR)
    assert [moved.user_id for moved in home.cloud.record] == [sub_user.user_id] * 2
    may = OFFERED[role]
    codes = "get_codes" in may
    for platform, key in (("sensor", "codes"), ("calendar", "codes")):
        assert (home.entity_id(platform, DOOR, key) is not None) is codes
    calls: dict[str, dict[str, Any]] = {
        "add_user": {"user_id": someone.user_id},
        "set_user_role": {"user_id": someone.user_id, "role": "manager"},
        "get_codes": {},
        "factory_reset": {"kind": "soft", "lock_name": DOOR},
    }
    for name, data in calls.items():
        before = len(home.cloud.requests)
        if name in may:
            await ask_one(home, name, DOOR, **data)
            continue
        assert await refusal(home, name, DOOR, **data) == "role_missing"
        assert len(home.cloud.requests) == before
    assert entry.state is ConfigEntryState.LOADED


async def test_token_is_kept_nowhere(
    home: Home,
    door: Lock,
    sub_user: User,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The minted token is in no entry, no storage, no log."""
    entry = await set_up(home)
    token = await home.account(entry).client.transport.tokens.access_token()
    assert token != entry.data["token"]["access_token"]
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert token not in json.dumps({**entry.data})
    assert token not in json.dumps(hass_storage, default=str)
    ours = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components")
    ]
    assert not [text for text in ours if token in text]


@pytest.mark.parametrize("how", ["expired", "revoked"])
async def test_token_that_ends_is_minted_again(
    home: Home, door: Lock, sub_user: User, how: str
) -> None:
    """Once, whoever notices; nobody is asked to log in, the stream goes on."""
    entry = await set_up(home)
    account = home.account(entry)
    if how == "expired":
        home.cloud.faults.expire_tokens(sub_user.user_id)
    else:
        home.cloud.faults.revoke_logins(sub_user.user_id)
    await home.act("unlock", DOOR)
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert minted(home) == 2
    assert len(home.cloud.record) == 1
    await home.coordinator(entry, DOOR).async_refresh()
    await home.cloud.faults.drop_sockets()
    await home.until(lambda: not account.push_connected)
    await home.until(lambda: account.push_connected)
    await home.cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")
    assert minted(home) == 2
    assert reauths(home, entry) == 0


async def test_owners_token_ends_too(home: Home, door: Lock) -> None:
    """Both tokens ended: the owner's is renewed, the sub-user's minted by it."""
    entry = await set_up(home)
    home.cloud.faults.expire_tokens()
    await home.act("unlock", DOOR)
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert home.cloud.requests.count("token") == 1
    assert minted(home) >= 2
    assert reauths(home, entry) == 0


@pytest.mark.parametrize("running", [False, True])
async def test_owners_login_is_refused(home: Home, door: Lock, running: bool) -> None:
    """Without the owner's login there is no token: a new login is asked for."""
    entry = await add(home)
    if running:
        await home.hass.config_entries.async_setup(entry.entry_id)
        home.cloud.faults.revoke_logins()
        await home.coordinator(entry, DOOR).async_refresh()
        assert home.state("lock", DOOR, "lock") == "locked"
    else:
        home.cloud.faults.revoke_logins()
        await home.hass.config_entries.async_setup(entry.entry_id)
        assert entry.state is ConfigEntryState.SETUP_ERROR
    assert reauths(home, entry) == 1
    home.cloud.push.subscribers.clear()


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        (Fail(503, "html"), "cloud_unavailable"),
        (
            Fail(403, {"message": "permission users:sub-user:create not granted"}),
            "endpoint_not_allowed",
        ),
        (Fail(409), "conflict"),
        (Fail(200, "{}"), "unexpected_answer"),
    ],
)
async def test_cannot_be_minted(home: Home, door: Lock, fault: Fail, key: str) -> None:
    """What stands in the way is told; the login is not at fault."""
    home.cloud.faults.add("create_sub_user", fault)
    entry = await set_up(home)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == key
    assert reauths(home, entry) == 0
    assert minted(home) == 1
    await home.hass.config_entries.async_reload(entry.entry_id)
    assert home.state("lock", DOOR, "lock") == "locked"


async def test_minted_token_is_refused(home: Home, door: Lock) -> None:
    """The owner's sign-in is well: to ask for another would send people in circles."""
    home.cloud.faults.add("get_locks", Fail(401), times=2)
    entry = await add(home)
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "sub_user_refused"
    assert reauths(home, entry) == 0
