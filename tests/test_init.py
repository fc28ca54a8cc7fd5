"""Set-up: what may fail, and how an entry goes on; devices that a person may remove."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import __version__
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util.async_ import get_scheduled_timer_handles
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.yale_august.const import DOMAIN, ENV_CLOUD

from .entries import reason, reauths, state, tasks
from .home import CREDENTIAL, Home
from .simulator import Brand, Fail

DOOR = "Front Door"


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        (Fail(502, "html"), "cloud_unavailable"),
        (Fail(500), "cloud_unavailable"),
        (Fail(429), "rate_limited"),
        (Fail(403, "html"), "firewall_blocked"),
        (
            Fail(403, {"code": "NotAuthorized", "message": "endpoint not allowed"}),
            "endpoint_not_allowed",
        ),
        (Fail(403, {"message": "User is not authorized"}), "role_missing"),
        (Fail(200, "[]"), "unexpected_answer"),
        (Fail(301, "empty", headers={"Location": "/"}), "unexpected_answer"),
    ],
)
async def test_cloud_is_in_trouble(
    home: Home,
    caplog: pytest.LogCaptureFixture,
    hass_storage: dict[str, Any],
    fault: Fail,
    key: str,
) -> None:
    """The entry says why, tries again, and nobody is asked to log in."""
    home.cloud.add_lock(name=DOOR)
    home.cloud.faults.add("get_locks", fault)
    entry = await home.set_up()
    assert state(entry) is ConfigEntryState.SETUP_RETRY
    assert reason(entry) == key
    assert reauths(home, entry) == 0
    assert not home.cloud.subscribers
    assert tasks() == []
    assert not [
        record
        for record in caplog.records
        if record.exc_info and record.levelno > logging.DEBUG
    ]
    # The pause that the cloud asked for, or that we guessed, holds for the next try.
    before = len(home.cloud.requests)
    await home.hass.config_entries.async_reload(entry.entry_id)
    if key == "rate_limited":
        assert state(entry) is ConfigEntryState.SETUP_RETRY
        assert reason(entry) == "budget_exhausted"
        assert home.cloud.requests.counts(since=before) == {}
    else:
        assert state(entry) is ConfigEntryState.LOADED
        assert home.state("lock", DOOR, "lock") == "locked"


async def test_cloud_is_down(home: Home) -> None:
    """No connection at all is the same."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.add_entry()
    await home.cloud.stop()
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert state(entry) is ConfigEntryState.SETUP_RETRY
    assert reason(entry) == "cloud_unavailable"
    await home.cloud.start()
    await home.hass.config_entries.async_reload(entry.entry_id)
    assert home.state("lock", DOOR, "lock") == "locked"


def retry_in(home: Home) -> float:
    """Return in how many seconds set-up is tried again."""
    now = home.hass.loop.time()
    waits = {
        f"{handle!r} {handle._args!r}": handle.when() - now  # noqa: SLF001
        for handle in get_scheduled_timer_handles(home.hass.loop)
        if not handle.cancelled()
    }
    (wait,) = [wait for name, wait in waits.items() if "_async_setup_again" in name]
    return wait


async def test_cloud_asks_for_patience(home: Home) -> None:
    """The next try comes no sooner than the cloud wants."""
    home.cloud.faults.add("get_locks", Fail(429, headers={"Retry-After": "300"}))
    entry = await home.set_up()
    assert state(entry) is ConfigEntryState.SETUP_RETRY
    assert reason(entry) == "rate_limited"
    if __version__ >= "2026.11":
        assert 280 < retry_in(home) < 400
    for _ in range(2):
        before = len(home.cloud.requests)
        await home.hass.config_entries.async_reload(entry.entry_id)
        assert state(entry) is ConfigEntryState.SETUP_RETRY
        assert home.cloud.requests.counts(since=before) == {}
        if __version__ >= "2026.11":
            assert 280 < retry_in(home) < 400


async def test_login_is_refused(home: Home) -> None:
    """A login that ended asks for a new one, and is not tried again by itself."""
    entry = await home.add_entry()
    home.cloud.faults.revoke_logins()
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert state(entry) is ConfigEntryState.SETUP_ERROR
    assert reason(entry) == "login_expired"
    assert reauths(home, entry) == 1
    assert home.cloud.requests.counts() == {"get_locks": 1, "token": 1}
    assert tasks() == []


async def test_login_ends_while_running(home: Home, pace: Callable[..., None]) -> None:
    """One question for a new login; the state is shown until it is too old."""
    home.cloud.add_lock(name=DOOR)
    home.cloud.add_lock(name="Back Door")
    entry = await home.set_up()
    home.cloud.faults.revoke_logins()
    for name in (DOOR, "Back Door"):
        await home.coordinator(entry, name).async_refresh()
    await home.account(entry).roster.async_refresh()
    assert reauths(home, entry) == 1
    assert home.state("lock", DOOR, "lock") == "locked"
    home.cloud.push.subscribers.clear()


async def test_access_token_ends(home: Home) -> None:
    """An access token that ended is renewed once, whoever notices."""
    for number in range(6):
        home.cloud.add_lock(name=f"Door {number}")
    entry = await home.set_up()
    token = entry.data["token"]
    home.cloud.faults.expire_tokens()
    before = len(home.cloud.requests)
    await asyncio.gather(
        *(lock.async_refresh() for lock in home.account(entry).locks.values())
    )
    assert home.cloud.requests.count("token", since=before) == 1
    assert entry.data["token"] != token
    assert reauths(home, entry) == 0
    # The stream goes on with the new one.
    await home.cloud.faults.drop_sockets()
    account = home.account(entry)
    await home.until(lambda: not account.push_connected)
    await home.until(lambda: account.push_connected)


async def test_token_endpoint_is_down(home: Home) -> None:
    """A login that cannot be renewed now is no login that ended."""
    entry = await home.add_entry()
    home.cloud.faults.expire_tokens()
    home.cloud.faults.add("token", Fail(503, "html"))
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert state(entry) is ConfigEntryState.SETUP_RETRY
    assert reason(entry) == "cloud_unavailable"
    assert reauths(home, entry) == 0


async def test_wrong_key(home: Home) -> None:
    """A key that is not valid here asks for another one."""
    entry = await home.add_entry(data={"api_key": "not-a-key"})
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert state(entry) is ConfigEntryState.SETUP_ERROR
    assert reason(entry) == "api_key_invalid"
    assert reauths(home, entry) == 1


async def test_key_ends_while_running(home: Home) -> None:
    """The same later."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    key = home.cloud.key()
    del home.cloud.keys[key.value]
    before = len(home.cloud.requests)
    await home.coordinator(entry, DOOR).async_refresh()
    assert home.reads(DOOR, since=before) == ["get_lock"]
    assert reauths(home, entry) == 1
    assert home.state("lock", DOOR, "lock") == "locked"
    home.cloud.keys[key.value] = key


@pytest.mark.parametrize(
    "text", ["http://192.0.2.1:80", "https://example.com", "nonsense"]
)
async def test_environment_names_a_foreign_cloud(
    home: Home, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """Keys and logins are not led anywhere."""
    entry = await home.add_entry()
    monkeypatch.setenv(ENV_CLOUD, text)
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert state(entry) is ConfigEntryState.SETUP_ERROR
    assert reason(entry) == "cloud_address_refused"
    assert home.cloud.requests.counts() == {}


async def test_credential_was_removed(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """Without application credentials the entry says what is missing."""
    entry = await home.add_entry()
    home.hass.config_entries.async_update_entry(
        entry, data={**entry.data, "auth_implementation": "gone"}
    )
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert entry.state in {ConfigEntryState.SETUP_ERROR, ConfigEntryState.SETUP_RETRY}
    assert not [
        record
        for record in caplog.records
        if record.exc_info and record.levelno >= logging.ERROR
    ]
    assert home.cloud.requests.counts() == {}


async def test_account_without_locks(home: Home) -> None:
    """An account without locks is set up and waits for some."""
    entry = await home.set_up()
    assert state(entry) is ConfigEntryState.LOADED
    home.cloud.add_lock(name=DOOR)
    await home.account(entry).roster.async_refresh()
    await home.shows("lock", DOOR, "lock", "locked")


# August


async def test_august_polls(
    home: Home, pace: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    """The other brand has no stream: it says so, polls, and everything works."""
    caplog.set_level(logging.INFO)
    pace(poll=timedelta(seconds=0.3), poll_share=timedelta())
    door = home.cloud.add_lock("unlatch", name=DOOR)
    await home.set_up(brand=Brand.AUGUST)
    assert "has no push stream" in caplog.text
    assert home.state("lock", DOOR, "lock") == "locked"
    await home.act("unlock", DOOR)
    assert home.state("lock", DOOR, "lock") == "unlocked"
    await home.act("open", DOOR)
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.cloud.hands.lock(door)
    await home.shows("lock", DOOR, "lock", "locked")
    assert home.cloud.requests.count("create_subscriber") == 0
    assert home.cloud.requests.count("socket") == 0
    assert {seen.brand for seen in home.cloud.requests if seen.brand} == {Brand.AUGUST}
    puts = home.cloud.requests.of("remote_operate")
    assert {put.query["type"] for put in puts} == {"sync"}
    assert CREDENTIAL[Brand.AUGUST] == "august_partner"


async def test_many_locks_poll_slower(home: Home) -> None:
    """Without push each lock adds its share, so that the account stays within its budget."""
    for number in range(4):
        home.cloud.add_lock(name=f"Door {number}")
    entry = await home.set_up(brand=Brand.AUGUST)
    account = home.account(entry)
    assert account.read_interval == timedelta(minutes=3)
    (summary, *_) = account.roster.data.values()
    account.roster.data = {str(number): summary for number in range(500)}
    assert account.read_interval == timedelta(seconds=1000)


# Devices that may be removed by hand


async def test_remove_devices_by_hand(
    home: Home, hass_ws_client: WebSocketGenerator
) -> None:
    """What the account has cannot be removed; what it had can."""
    await async_setup_component(home.hass, "config", {})
    door = home.cloud.add_lock("keypad", name=DOOR)
    entry = await home.set_up()
    client = await hass_ws_client(home.hass)
    registry = dr.async_get(home.hass)
    assert door.keypad is not None
    old_keypad = door.keypad.keypad_id
    door.keypad.keypad_id = "0123456789abcdef01234567"
    await home.coordinator(entry, DOOR).async_refresh()
    gone = registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "E" * 32)}, name="Gone"
    )

    async def removes(device: dr.DeviceEntry) -> bool:
        answer = await client.remove_device(device.id)
        assert isinstance(answer["success"], bool)
        return answer["success"]

    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        removable = device.id == gone.id or (DOMAIN, old_keypad) in device.identifiers
        assert await removes(device) is removable, device.name
    assert home.state("lock", DOOR, "lock") == "locked"
    assert len(dr.async_entries_for_config_entry(registry, entry.entry_id)) == 5


async def test_remove_no_device_by_hand_while_not_running(
    home: Home, hass_ws_client: WebSocketGenerator
) -> None:
    """Nobody can tell then what the account has."""
    await async_setup_component(home.hass, "config", {})
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    client = await hass_ws_client(home.hass)
    home.cloud.faults.add("get_locks", Fail(503, "html"), times=None)
    await home.hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    device = home.device(entry, home.lock_id(DOOR))
    assert device is not None
    answer = await client.remove_device(device.id)
    assert answer["success"] is False
    assert home.device(entry, home.lock_id(DOOR)) is not None
