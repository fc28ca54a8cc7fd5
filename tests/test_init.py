"""Set-up, unload, reload, removal, stop: what may fail, and what is left behind."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import json
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP, __version__
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util.async_ import get_scheduled_timer_handles
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components import yale_august
from custom_components.yale_august import channel
from custom_components.yale_august.const import DOMAIN, ENV_CLOUD

from .flows.flows import placeholders, texts
from .home import CREDENTIAL, Home
from .simulator import Brand, Fail, Hang, Reset, Slow

DOOR = "Front Door"
DOMAINS = ("binary_sensor", "button", "lock", "sensor")


def reauths(home: Home, entry: ConfigEntry) -> int:
    """Return how many flows ask for a new login."""
    return len(list(entry.async_get_active_flows(home.hass, {"reauth"})))


def state(entry: ConfigEntry) -> ConfigEntryState:
    """Return how far an entry is."""
    return entry.state


def reason(entry: ConfigEntry) -> str | None:
    """Return the key of the reason that the entry's card shows."""
    key = entry.error_reason_translation_key
    if key is not None:
        assert entry.error_reason_translation_domain == DOMAIN
        told = texts()["exceptions"][key]["message"]
        given = entry.error_reason_translation_placeholders or {}
        assert placeholders(told) <= set(given)
        assert entry.reason == told.format(**given).removesuffix(".") or entry.reason
    return key


def timers(hass: HomeAssistant) -> list[str]:
    """Return the timers that something of ours waits for."""
    return [
        text
        for handle in get_scheduled_timer_handles(hass.loop)
        if not handle.cancelled()
        and "yale_august" in (text := f"{handle!r} {handle._args!r}")  # noqa: SLF001
    ]


def tasks() -> list[str]:
    """Return the tasks that run code of ours."""
    return [
        repr(task)
        for task in asyncio.all_tasks()
        if "custom_components/yale_august" in repr(task)
        or "socketio" in repr(task)
        or DOMAIN in task.get_name()
    ]


def stored(storage: dict[str, Any], entry: ConfigEntry) -> dict[str, Any]:
    """Return what is kept for an entry."""
    found = storage[f"{DOMAIN}.{entry.entry_id}"]["data"]
    assert isinstance(found, dict)
    return found


# Set-up


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


# What is left behind


async def test_unload_and_reload(home: Home) -> None:
    """Nothing is left: no task, no socket, no subscriber, no timer."""
    home.cloud.add_lock(name=DOOR)
    home.cloud.add_lock("keypad", name="Back Door")
    entry = await home.set_up()
    for _ in range(2):
        assert [len(home.cloud.sockets), len(home.cloud.subscribers)] == [1, 1]
        assert tasks()
        assert await home.hass.config_entries.async_unload(entry.entry_id)
        assert state(entry) is ConfigEntryState.NOT_LOADED
        await home.until(lambda: not home.cloud.sockets and not home.cloud.subscribers)
        assert tasks() == []
        assert timers(home.hass) == []
        assert home.state("lock", DOOR, "lock") == "unavailable"
        before = len(home.cloud.requests)
        await asyncio.sleep(0.1)
        assert home.cloud.requests.counts(since=before) == {}
        await home.hass.config_entries.async_setup(entry.entry_id)
        assert home.state("lock", DOOR, "lock") == "locked"
    assert home.cloud.requests.count("create_subscriber") == 3
    assert home.cloud.requests.count("delete_subscriber") == 2


async def test_unload_in_the_middle_of_everything(home: Home) -> None:
    """The same with timers, reads and a reconnect under way."""
    door = home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    lock = home.coordinator(entry, DOOR)
    home.cloud.faults.stale_cache(door)
    await home.cloud.hands.unlock(door)
    await home.shows("lock", DOOR, "lock", "unlocked")
    # A dispute, a read that waits for its turn, a lock that was looked for.
    await lock.async_refresh()
    lock.async_read_soon()
    lock.async_read_soon()
    home.cloud.world.remove_lock(door)
    await home.account(entry).roster.async_refresh()
    home.cloud.faults.add("socket", Fail(503, "html"), times=None)
    await home.cloud.faults.drop_sockets()
    await asyncio.sleep(0.05)
    assert await home.hass.config_entries.async_unload(entry.entry_id)
    assert tasks() == []
    assert timers(home.hass) == []
    assert not home.cloud.subscribers


async def test_set_up_that_is_given_up_at_its_end(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The locks are shown already: the cloud keeps nothing of ours all the same."""
    home.cloud.add_lock(name=DOOR)

    async def give_up(*_: object) -> None:
        assert home.state("lock", DOOR, "lock") == "locked"
        raise asyncio.CancelledError

    monkeypatch.setattr(yale_august, "async_load", give_up)
    entry = await home.set_up()
    assert state(entry) is ConfigEntryState.SETUP_ERROR
    assert not home.cloud.subscribers
    assert not home.cloud.sockets
    assert tasks() == []
    assert timers(home.hass) == []


async def test_unload_while_a_lock_arrives(home: Home) -> None:
    """What is read too late is not shown: the platforms are gone by then."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.add_lock("unlatch", name="Back Door")
    home.cloud.faults.add("get_lock", Slow(0.1), times=None)
    home.cloud.faults.add("delete_subscriber", Slow(0.4), times=None)
    await home.account(entry).roster.async_refresh()
    await home.when(lambda: "get_lock" in home.reads("Back Door"))
    assert await home.hass.config_entries.async_unload(entry.entry_id)
    shown = {found.state for found in home.hass.states.async_all(DOMAINS)}
    assert shown == {"unavailable"}
    assert home.find("lock", "Back Door", "lock") is None
    assert not [one for one in ir.async_get(home.hass).issues if one[0] == DOMAIN]


async def test_unload_while_the_cloud_is_down(home: Home) -> None:
    """Leaving does not depend on the cloud; it is quick and says nothing wrong."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    await home.cloud.stop()
    assert await home.hass.config_entries.async_unload(entry.entry_id)
    assert tasks() == []
    assert timers(home.hass) == []
    await home.cloud.start()
    home.cloud.push.subscribers.clear()


async def test_removal(home: Home, hass_storage: dict[str, Any]) -> None:
    """Nothing of a removed entry is kept."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    key = f"{DOMAIN}.{entry.entry_id}"
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert key in hass_storage
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.hass.config_entries.async_remove(entry.entry_id)
    assert key not in hass_storage
    assert not home.cloud.subscribers
    assert tasks() == []
    assert timers(home.hass) == []
    registry = dr.async_get(home.hass)
    assert dr.async_entries_for_config_entry(registry, entry.entry_id) == []
    assert home.hass.states.async_entity_ids("lock") == []
    await home.hass.async_block_till_done()
    assert key not in hass_storage


@pytest.mark.parametrize(
    ("fault", "left"),
    [(None, 0), (Fail(503, "html"), 2), (Reset(), 2), (Hang(5), 2)],
    ids=["well", "gateway", "reset", "hangs"],
)
async def test_removal_of_leftovers(
    home: Home,
    fault: Fail | Reset | Hang | None,
    left: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Subscribers that could not be deleted in time go with the entry, if that works soon."""
    monkeypatch.setattr(channel, "FAREWELL", 0.5)
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.cloud.faults.add("delete_subscriber", Fail(503, "html"), times=None)
    for _ in range(2):
        await home.hass.config_entries.async_unload(entry.entry_id)
        await home.hass.config_entries.async_setup(entry.entry_id)
        await home.until(lambda: home.account(entry).push_connected)
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert len(home.cloud.subscribers) == 3
    home.cloud.faults.clear()
    if fault is not None:
        # The newest one goes; then the cloud has had enough.
        home.cloud.faults.add("delete_subscriber", fault, skip=1, times=None)
    async with asyncio.timeout(3):
        await home.hass.config_entries.async_remove(entry.entry_id)
    assert home.hass.config_entries.async_entries(DOMAIN) == []
    assert len(home.cloud.subscribers) == left
    assert "Error calling entry remove callback" not in caplog.text
    assert tasks() == []
    home.cloud.push.subscribers.clear()


async def test_stop(
    home: Home, caplog: pytest.LogCaptureFixture, hass_storage: dict[str, Any]
) -> None:
    """When Home Assistant stops, the cloud is told."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await home.until(lambda: home.cloud.subscribers == () and not home.cloud.sockets)
    assert home.cloud.requests.count("delete_subscriber") == 1
    assert tasks() == []
    assert stored(hass_storage, entry)["subscribers"] == []
    assert not [record for record in caplog.records if record.exc_info]


async def test_unclean_stop(home: Home, hass_storage: dict[str, Any]) -> None:
    """A subscriber that is left over from a crash is deleted at the next start."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.add_entry()
    left = home.cloud.push.subscribe(home.cloud.owner.user_id, "partner-yale")
    hass_storage[f"{DOMAIN}.{entry.entry_id}"] = {
        "version": 1,
        "data": {"subscribers": [left.subscriber_id]},
    }
    # Not even then when the first start fails.
    home.cloud.faults.add("get_locks", Fail(503, "html"))
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert state(entry) is ConfigEntryState.SETUP_RETRY
    assert stored(hass_storage, entry)["subscribers"] == [left.subscriber_id]
    await home.hass.config_entries.async_reload(entry.entry_id)
    assert state(entry) is ConfigEntryState.LOADED
    assert home.cloud.requests.count("delete_subscriber") == 1
    (present,) = home.cloud.subscribers
    assert present.subscriber_id != left.subscriber_id


async def test_crash_leaves_a_note(
    home: Home, hass_storage: dict[str, Any], pace: Callable[..., None]
) -> None:
    """What a crash leaves behind is known to the next start."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    (present,) = home.cloud.subscribers
    notebook = home.account(entry)._notebook  # noqa: SLF001
    await notebook.async_save()
    assert stored(hass_storage, entry)["subscribers"] == [present.subscriber_id]


async def test_storage_keeps_no_secret(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    """No token, key or code is kept outside the entry."""
    home.cloud.add_lock("keypad", name=DOOR)
    entry = await home.set_up()
    await home.hass.config_entries.async_unload(entry.entry_id)
    kept = json.dumps(stored(hass_storage, entry))
    token = entry.data["token"]
    for secret in (
        token["access_token"],
        token["refresh_token"],
        entry.data["api_key"],
        home.cloud.client().secret,
    ):
        assert secret not in kept
    assert "eyJ" not in kept


@pytest.mark.parametrize("name", ["", ".codes"])
async def test_storage_is_newer(
    home: Home, hass_storage: dict[str, Any], name: str
) -> None:
    """What a newer version has written is left alone, a person is told why, and it goes with the entry."""
    home.cloud.add_lock("keypad", name=DOOR)
    entry = await home.add_entry()
    file = f"{DOMAIN}.{entry.entry_id}{name}"
    kept = {"version": 2, "data": {"news": 1}}
    hass_storage[file] = dict(kept)
    assert not await home.hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "storage_newer"
    assert hass_storage[file] | kept == hass_storage[file]
    await home.hass.config_entries.async_remove(entry.entry_id)
    assert file not in hass_storage


@pytest.mark.parametrize(
    "kept",
    [
        None,
        [],
        ["nonsense"],
        "nonsense",
        {},
        {"budget": 7, "subscribers": 3, "readings": 5},
        {"budget": [], "subscribers": [3, ""], "readings": {"x": 1}},
    ],
)
async def test_storage_is_damaged(
    home: Home, hass_storage: dict[str, Any], kept: Any
) -> None:
    """Nonsense in the storage does not keep an entry from starting."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.add_entry()
    hass_storage[f"{DOMAIN}.{entry.entry_id}"] = {"version": 1, "data": kept}
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert home.state("lock", DOOR, "lock") == "locked"


async def test_readings_survive_a_restart(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    """What was known is known after a restart, as old as it is; a failed start takes nothing."""
    home.cloud.add_lock(name=DOOR)
    back = home.cloud.add_lock(name="Back Door")
    entry = await home.set_up()
    await home.say(DOOR, lockAction="unlocked", doorState="open")
    await home.shows("lock", DOOR, "lock", "unlocked")
    await home.hass.config_entries.async_unload(entry.entry_id)
    home.cloud.faults.add("get_locks", Fail(503, "html"))
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert state(entry) is ConfigEntryState.SETUP_RETRY
    home.cloud.faults.add("get_lock", Fail(503, "html"), times=None)
    await home.hass.config_entries.async_reload(entry.entry_id)
    assert home.state("lock", DOOR, "lock") == "unlocked"
    assert home.state("binary_sensor", DOOR, "door") == "on"
    assert home.state("lock", "Back Door", "lock") == "locked"
    # Of a lock that went nothing is kept.
    account = home.account(entry)
    home.cloud.world.remove_lock(back)
    await account.roster.async_refresh()
    await asyncio.sleep(0.01)
    await account.roster.async_refresh()
    await home.until(lambda: back.lock_id not in account.locks)
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert list(stored(hass_storage, entry)["readings"]) == [home.lock_id(DOOR)]


async def test_budget_survives_a_reload(home: Home) -> None:
    """What was spent is spent."""
    home.cloud.add_lock(name=DOOR)
    entry = await home.set_up()
    budget = home.account(entry).client.budget
    budget._tokens = 30  # noqa: SLF001
    await home.hass.config_entries.async_reload(entry.entry_id)
    assert home.account(entry).client.budget.figures()["tokens"] < 60


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
