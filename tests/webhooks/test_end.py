"""When a registration ends, and that nothing of it stays or gets out."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import json
import logging

import pytest

from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.diagnostics import async_get_config_entry_diagnostics
from custom_components.yale_august.webhooks import channel as webhooks
from tests.simulator import Brand, Fail, Hang, Reset, Role

from .webhook_home import (
    ADDRESS,
    BACK,
    BRANDS,
    DELETE,
    DOOR,
    REGISTER,
    WebhookHome,
    handlers,
)

pytest_plugins = ("tests.webhooks.webhook_fixtures",)


# The end


@pytest.mark.parametrize("brand", BRANDS)
async def test_opt_out(webhook_home: WebhookHome, brand: Brand) -> None:
    """Turned off, the cloud's end is deleted and nothing is kept; on again, all is new."""
    cloud = webhook_home.cloud
    webhook_home.add_lock()
    webhook_home.add_lock(name=BACK)
    entry = await webhook_home.registered(brand=brand)
    papers = webhook_home.papers(entry)
    await webhook_home.choose(entry, wanted=False)
    assert handlers(webhook_home.hass) == []
    await webhook_home.home.until(lambda: "webhook" not in entry.data)
    assert cloud.courier.registrations == {}
    await webhook_home.choose(entry, wanted=True)
    await webhook_home.all_registered(entry)
    assert webhook_home.papers(entry).webhook_id != papers.webhook_id
    assert webhook_home.papers(entry).token != papers.token


async def test_opt_out_is_tried_again(webhook_home: WebhookHome) -> None:
    """A deletion that failed is not forgotten; one of what is gone is done."""
    cloud = webhook_home.cloud
    front = webhook_home.add_lock()
    back = webhook_home.add_lock(name=BACK)
    entry = await webhook_home.registered()
    cloud.courier.unregister(cloud.owner.user_id, back.lock_id)
    cloud.faults.add(DELETE, Fail(503), lock=front)
    await webhook_home.choose(entry, wanted=False)
    await webhook_home.home.until(
        lambda: set(webhook_home.papers(entry).locks) == {front.lock_id}
    )
    await webhook_home.read_list()
    await webhook_home.home.until(lambda: "webhook" not in entry.data)
    assert cloud.courier.registrations == {}


async def test_lock_leaves(
    webhook_home: WebhookHome, pace: Callable[..., None]
) -> None:
    """The registration of a lock that is handed on ends when it is gone for good."""
    pace(farewell=timedelta(hours=1))
    cloud = webhook_home.cloud
    lock = webhook_home.add_lock()
    webhook_home.add_lock(name=BACK)
    entry = await webhook_home.registered()
    key = (cloud.owner.user_id, lock.lock_id)
    locks = cloud.world.locks
    cloud.world.remove_lock(lock)
    await webhook_home.read_list()
    assert webhook_home.calls(DELETE) == 0, "missed once is not gone"
    cloud.world.locks = locks | {lock.lock_id: lock}
    await webhook_home.read_list()
    assert webhook_home.calls(DELETE) == 0
    cloud.world.remove_lock(lock)
    await webhook_home.read_list()
    await webhook_home.read_list()
    await webhook_home.read_list()
    await webhook_home.home.until(
        lambda: (
            set(webhook_home.papers(entry).locks) == {webhook_home.home.lock_id(BACK)}
        )
    )
    assert webhook_home.calls(DELETE) == 1
    assert key[1] not in webhook_home.papers(entry).locks


async def test_role_is_lost(webhook_home: WebhookHome) -> None:
    """Who is no owner any more gives the registration up, and may have it again."""
    cloud = webhook_home.cloud
    lock = webhook_home.add_lock()
    entry = await webhook_home.registered(brand=Brand.AUGUST)
    await webhook_home.tell("unlock")
    assert webhook_home.home.coordinator(entry, DOOR).posts_arrive
    lock.users[cloud.owner.user_id] = Role.USER
    await webhook_home.read_list()
    await webhook_home.home.until(lambda: webhook_home.papers(entry).locks == {})
    assert not webhook_home.home.coordinator(entry, DOOR).posts_arrive
    lock.users[cloud.owner.user_id] = Role.SUPERUSER
    await webhook_home.read_list()
    await webhook_home.all_registered(entry)


async def test_refusal_is_forgotten_with_the_role(webhook_home: WebhookHome) -> None:
    """Who has become an owner anew may ask again."""
    cloud = webhook_home.cloud
    lock = webhook_home.add_lock()
    cloud.faults.add(REGISTER, Fail(403))
    entry = await webhook_home.opt_in()
    await webhook_home.home.until(lambda: webhook_home.calls(REGISTER) == 1)
    for role in (Role.USER, Role.SUPERUSER):
        lock.users[cloud.owner.user_id] = role
        await webhook_home.read_list()
    await webhook_home.all_registered(entry)


async def test_what_was_registered_once(webhook_home: WebhookHome) -> None:
    """A lock that cannot move to another address still has a registration to end."""
    cloud = webhook_home.cloud
    webhook_home.add_lock()
    entry = await webhook_home.registered()
    cloud.faults.add(REGISTER, Fail(403))
    await webhook_home.hass.config.async_update(external_url="https://b.example.com")
    await webhook_home.home.until(lambda: webhook_home.calls(REGISTER) == 2)
    await webhook_home.choose(entry, wanted=False)
    await webhook_home.home.until(lambda: "webhook" not in entry.data)
    assert cloud.courier.registrations == {}


async def test_removal(webhook_home: WebhookHome) -> None:
    """A removed entry leaves nothing at the cloud."""
    for number in range(6):
        webhook_home.add_lock(name=f"Door {number}")
    entry = await webhook_home.registered()
    await webhook_home.hass.config_entries.async_remove(entry.entry_id)
    assert webhook_home.cloud.courier.registrations == {}
    assert webhook_home.calls(DELETE) == 6
    assert handlers(webhook_home.hass) == []


async def test_removal_after_the_token_has_ended(webhook_home: WebhookHome) -> None:
    """It is renewed once more, though the entry keeps it no longer: nothing stays behind."""
    cloud, hass = webhook_home.cloud, webhook_home.hass
    webhook_home.add_lock()
    entry = await webhook_home.registered()
    cloud.faults.add("delete_subscriber", Fail(503), times=1)
    await hass.config_entries.async_unload(entry.entry_id)
    assert cloud.subscribers != ()
    token = {**entry.data["token"], "expires_at": 0}
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": token})
    await hass.config_entries.async_remove(entry.entry_id)
    assert cloud.courier.registrations == {}
    assert cloud.subscribers == ()


@pytest.mark.parametrize(
    "fault",
    [Fail(503, "html"), Fail(403), Reset(), Hang(5)],
    ids=["gateway", "refused", "reset", "hangs"],
)
async def test_removal_never_fails(
    webhook_home: WebhookHome,
    fault: Fail | Reset | Hang,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever the cloud does, the entry goes, and soon."""
    monkeypatch.setattr(webhooks, "FAREWELL", 0.5)
    lock = webhook_home.add_lock()
    others = [webhook_home.add_lock(name=f"Door {number}") for number in range(9)]
    entry = await webhook_home.registered()
    webhook_home.cloud.faults.add(DELETE, fault, lock=lock, times=None)
    async with asyncio.timeout(3):
        await webhook_home.hass.config_entries.async_remove(entry.entry_id)
    assert webhook_home.hass.config_entries.async_entries(DOMAIN) == []
    left = {lock_id for _, lock_id in webhook_home.cloud.courier.registrations}
    assert left.isdisjoint(other.lock_id for other in others)
    assert "Error calling entry remove callback" not in caplog.text


async def test_removal_without_credentials(
    webhook_home: WebhookHome, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the client nothing can be told to the cloud, and the entry goes."""
    webhook_home.add_lock()
    entry = await webhook_home.registered()
    webhook_home.hass.config_entries.async_update_entry(
        entry, data={**entry.data, "auth_implementation": "gone"}
    )
    await webhook_home.hass.config_entries.async_remove(entry.entry_id)
    assert webhook_home.hass.config_entries.async_entries(DOMAIN) == []
    assert "Error calling entry remove callback" not in caplog.text


# Secrets


async def test_secrets_stay_inside(
    webhook_home: WebhookHome, caplog: pytest.LogCaptureFixture
) -> None:
    """No id, token or address in our log, in states, in diagnostics or in a repr."""
    caplog.set_level(logging.DEBUG)
    lock = webhook_home.add_lock()
    webhook_home.add_lock(name=BACK)
    webhook_home.cloud.faults.add(REGISTER, Fail(400, {"message": "bad"}), lock=lock)
    entry = await webhook_home.opt_in(brand=Brand.AUGUST)
    await webhook_home.home.until(lambda: webhook_home.calls(REGISTER) == 2)
    await asyncio.sleep(0.1)
    await webhook_home.tell("unlock", lock=BACK)
    await webhook_home.post(BACK, EventType="operation", Event=["x"], headers={})
    await webhook_home.choose(entry, wanted=True)
    await webhook_home.all_registered(entry)
    papers = webhook_home.papers(entry)
    ours = "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components")
    )
    states = json.dumps(
        [s.as_dict() for s in webhook_home.hass.states.async_all()], default=str
    )
    for secret in (papers.token, papers.webhook_id, ADDRESS, lock.lock_id):
        assert secret not in ours
        assert secret not in repr(papers)
    diagnostics = await async_get_config_entry_diagnostics(webhook_home.hass, entry)
    assert diagnostics["webhooks"] == {
        "by_home_assistant_cloud": False,
        "registered": 2,
        "uncertain": 0,
    }
    for secret in (papers.token, papers.webhook_id, ADDRESS):
        assert secret not in states
        assert secret not in json.dumps(diagnostics)
    # Home Assistant itself names the id of what it hands on, at debug level.
    assert papers.token not in caplog.text
