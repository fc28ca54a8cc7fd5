"""Which locks are registered at the cloud, and what may be in the way."""

import asyncio
from dataclasses import replace

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState
import pytest

from custom_components.yale_august.webhooks.papers import HEADER
from tests.simulator import Brand, Fail, Hang, Reset, Role

from .webhook_home import (
    BACK,
    BRANDS,
    DELETE,
    DOOR,
    REGISTER,
    WebhookHome,
    handlers,
    issues,
)

pytest_plugins = ("tests.webhooks.webhook_fixtures",)


# Consent


@pytest.mark.parametrize("options", [{}, {"webhooks": False}, {"webhooks": "yes"}])
async def test_only_with_consent(
    webhook_home: WebhookHome, options: dict[str, object]
) -> None:
    """Without it nothing is registered, opened or kept."""
    webhook_home.add_lock()
    entry = await webhook_home.opt_in(options=options)
    await webhook_home.read_list()
    assert webhook_home.cloud.courier.registrations == {}
    assert handlers(webhook_home.hass) == []
    assert "webhook" not in entry.data


@pytest.mark.parametrize("brand", BRANDS)
async def test_registration(webhook_home: WebhookHome, brand: Brand) -> None:
    """Each lock that the login owns, with all that the cloud needs and no more."""
    cloud = webhook_home.cloud
    neighbour = cloud.world.add_user("Nora", "Next", email="nora@example.com")
    webhook_home.add_lock()
    webhook_home.add_lock(name=BACK)
    for role in (Role.USER, Role.MANAGER):
        other = cloud.add_lock(
            name=f"Shared {role}", house="Next door", owner=neighbour
        )
        cloud.share(other, cloud.owner, role)
    entry = await webhook_home.opt_in(brand=brand)
    await webhook_home.home.until(lambda: len(cloud.courier.registrations) == 2)
    await webhook_home.read_list()
    assert len(cloud.courier.registrations) == 2
    papers = webhook_home.papers(entry)
    for lock in (DOOR, BACK):
        found = webhook_home.registration(lock)
        assert found.url == webhook_home.address(entry)
        assert found.client_id == cloud.client(brand).client_id
        assert found.types == {"operation", "battery", "systemstatus"}
        assert (found.header, found.token) == (HEADER, papers.token)
    assert handlers(webhook_home.hass) == [papers.webhook_id, papers.results_id]
    assert len(papers.token) >= 40
    assert webhook_home.calls(REGISTER) == 2


async def test_each_entry_has_its_own(webhook_home: WebhookHome) -> None:
    """Two entries share neither address nor token; a lock that two see is one's only."""
    cloud = webhook_home.cloud
    nora = cloud.world.add_user("Nora", "Next", email="nora@example.com")
    shared = webhook_home.add_lock()
    cloud.share(shared, nora, Role.SUPERUSER)
    first = await webhook_home.registered()
    cloud.add_lock(name=BACK, owner=nora)
    second = await webhook_home.opt_in(nora)
    back = webhook_home.home.lock_id(BACK)
    await webhook_home.home.until(
        lambda: cloud.courier.of(nora.user_id, back) is not None
    )
    await webhook_home.read_list()
    assert cloud.courier.of(nora.user_id, shared.lock_id) is None
    mine, theirs = webhook_home.papers(first), webhook_home.papers(second)
    assert mine.webhook_id != theirs.webhook_id
    assert mine.token != theirs.token
    # The second takes the lock over, and registers it then.
    await webhook_home.hass.config_entries.async_remove(first.entry_id)
    await webhook_home.all_registered(second)


# Once


async def test_not_at_every_start(webhook_home: WebhookHome) -> None:
    """A reload opens the local end again and asks the cloud for nothing."""
    webhook_home.add_lock()
    entry = await webhook_home.registered()
    papers = webhook_home.papers(entry)
    before = len(webhook_home.cloud.requests)
    await webhook_home.hass.config_entries.async_unload(entry.entry_id)
    assert handlers(webhook_home.hass) == []
    await webhook_home.hass.config_entries.async_setup(entry.entry_id)
    await webhook_home.read_list()
    assert webhook_home.papers(entry) == papers
    assert webhook_home.calls(REGISTER, since=before) == 0
    assert webhook_home.calls(DELETE, since=before) == 0
    await webhook_home.tell("unlock")
    await webhook_home.home.shows("lock", DOOR, "lock", "unlocked")


async def test_not_before_the_start(webhook_home: WebhookHome) -> None:
    """While Home Assistant starts there is more important to do."""
    hass = webhook_home.hass
    webhook_home.add_lock()
    hass.set_state(CoreState.starting)
    entry = await webhook_home.opt_in()
    await webhook_home.read_list()
    assert webhook_home.calls(REGISTER) == 0
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await webhook_home.all_registered(entry)


async def test_new_lock(webhook_home: WebhookHome) -> None:
    """A lock that comes is registered, alone."""
    webhook_home.add_lock()
    entry = await webhook_home.registered()
    before = len(webhook_home.cloud.requests)
    webhook_home.add_lock(name=BACK)
    await webhook_home.read_list()
    await webhook_home.all_registered(entry)
    assert webhook_home.calls(REGISTER, since=before) == 1


async def test_other_client(webhook_home: WebhookHome) -> None:
    """Another OAuth client has to register anew."""
    cloud = webhook_home.cloud
    webhook_home.add_lock()
    entry = await webhook_home.registered()
    papers = webhook_home.papers(entry)
    assert papers.terms is not None
    earlier = replace(papers.terms, client_id="an earlier client")
    replace(papers, terms=earlier).keep(webhook_home.hass, entry)
    before = len(cloud.requests)
    await webhook_home.reload(entry)
    await webhook_home.home.until(
        lambda: webhook_home.papers(entry).terms == papers.terms
    )
    await webhook_home.all_registered(entry)
    assert webhook_home.calls(REGISTER, since=before) == 1


async def test_sub_user(webhook_home: WebhookHome) -> None:
    """Who acts has registered; another who acts registers anew."""
    cloud = webhook_home.cloud
    lock = webhook_home.add_lock()
    entry = await webhook_home.registered()
    butler = cloud.world.add_user(
        "Home", "Assistant", owner=cloud.owner, partner_user_id="butler"
    )
    cloud.share(lock, butler, Role.SUPERUSER)
    who = {"partner_user_id": "butler", "first_name": "Home", "last_name": "Assistant"}
    webhook_home.hass.config_entries.async_update_entry(
        entry, data={**entry.data, "acting_user": "sub_user", **who}
    )
    await webhook_home.reload(entry)
    await webhook_home.home.until(
        lambda: cloud.courier.of(butler.user_id, lock.lock_id) is not None
    )


# Trouble


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        (Fail(503, "html"), 2),
        (Fail(500), 2),
        (Reset(), 2),
        (Reset(acts=True), 2),
        (Fail(429), 1),
        (Fail(403, "html"), 1),
    ],
    ids=["gateway", "error", "reset", "reset after", "limit", "firewall"],
)
async def test_tried_again(
    webhook_home: WebhookHome, fault: Fail | Reset, asked: int
) -> None:
    """What failed for a moment is done when the list has been read again."""
    cloud = webhook_home.cloud
    webhook_home.add_lock()
    webhook_home.add_lock(name=BACK)
    cloud.faults.add(REGISTER, fault)
    entry = await webhook_home.opt_in()
    await webhook_home.home.until(lambda: webhook_home.calls(REGISTER) == asked)
    await asyncio.sleep(0.1)
    assert webhook_home.calls(REGISTER) == asked
    assert list(webhook_home.papers(entry).locks.values()).count(True) == asked - 1
    # The pause that the cloud has asked for is over.
    account = webhook_home.home.account(entry)
    account.client.budget._others.paused_until = 0  # noqa: SLF001
    await webhook_home.read_list()
    await webhook_home.all_registered(entry)
    assert webhook_home.calls(REGISTER) == 3


@pytest.mark.parametrize(
    "refusal",
    [
        {"code": 403, "message": "User is not authorized"},
        {"code": "NotAuthorized", "message": "endpoint not allowed for API key"},
    ],
    ids=["role", "right"],
)
async def test_one_lock_hurts_no_other(
    webhook_home: WebhookHome, refusal: dict[str, object]
) -> None:
    """A lock that the cloud says no to is left alone; the others are registered."""
    cloud = webhook_home.cloud
    for name in (DOOR, BACK, "Garage"):
        webhook_home.add_lock(name=name)
    first, *others = sorted(cloud.locks, key=lambda lock: lock.lock_id)
    no = cloud.faults.add(REGISTER, Fail(403, refusal), lock=first, times=None)
    entry = await webhook_home.opt_in()
    await webhook_home.home.until(lambda: len(cloud.courier.registrations) == 2)
    await webhook_home.read_list()
    await webhook_home.read_list()
    assert no.hits == 1
    assert webhook_home.papers(entry).locks == {lock.lock_id: True for lock in others}
    await webhook_home.home.keeps("lock", first.name, "lock", "locked")
    # It has nothing to end either.
    await webhook_home.choose(entry, wanted=False)
    await webhook_home.home.until(lambda: cloud.courier.registrations == {})
    assert webhook_home.calls(DELETE) == 2


async def test_key_without_webhooks(
    webhook_home: WebhookHome, caplog: pytest.LogCaptureFixture
) -> None:
    """A key that may not register is not asked for lock after lock; all else goes on."""
    cloud = webhook_home.cloud
    cloud.key().endpoints -= {REGISTER, DELETE}
    for number in range(6):
        webhook_home.add_lock(name=f"Door {number}")
    entry = await webhook_home.opt_in()
    await webhook_home.home.until(lambda: webhook_home.calls(REGISTER) > 0)
    await webhook_home.read_list()
    await webhook_home.read_list()
    assert webhook_home.calls(REGISTER) == 3
    assert caplog.text.count("does not include webhooks") == 1
    assert issues(webhook_home.hass) == ["endpoint_not_allowed"]
    assert webhook_home.papers(entry).locks == {}
    await webhook_home.home.act("unlock", "Door 3")
    await webhook_home.choose(entry, wanted=False)
    await webhook_home.home.until(lambda: "webhook" not in entry.data)
    assert webhook_home.calls(DELETE) == 0


async def test_refused_locks_keep_nobody_waiting(webhook_home: WebhookHome) -> None:
    """Behind many that are refused the others have their turn."""
    cloud = webhook_home.cloud
    for number in range(6):
        webhook_home.add_lock(name=f"Door {number}")
    one, *refused, last = sorted(cloud.locks, key=lambda lock: lock.lock_id)
    for lock in refused:
        cloud.faults.add(
            REGISTER, Fail(403, {"code": "NotAuthorized"}), lock=lock, times=None
        )
    entry = await webhook_home.opt_in()
    await webhook_home.home.until(lambda: webhook_home.calls(REGISTER) == 4)
    await webhook_home.read_list()
    assert webhook_home.papers(entry).locks == {one.lock_id: True, last.lock_id: True}


async def test_login_refused(webhook_home: WebhookHome) -> None:
    """A login that has ended asks for a new one."""
    webhook_home.add_lock()
    webhook_home.cloud.faults.add(REGISTER, Fail(401), times=None)
    entry = await webhook_home.opt_in()
    await webhook_home.home.until(
        lambda: any(entry.async_get_active_flows(webhook_home.hass, {"reauth"}))
    )


async def test_unload_in_the_middle(webhook_home: WebhookHome) -> None:
    """What was under way is known at the next start, and done again."""
    webhook_home.add_lock()
    webhook_home.add_lock(name=BACK)
    webhook_home.cloud.faults.add(REGISTER, Hang(5, acts=True), skip=1)
    entry = await webhook_home.opt_in()
    await webhook_home.home.until(
        lambda: len(webhook_home.cloud.courier.registrations) == 2
    )
    await webhook_home.hass.config_entries.async_unload(entry.entry_id)
    locks = webhook_home.papers(entry).locks
    assert sorted(locks.values()) == [False, True]
    await webhook_home.hass.config_entries.async_setup(entry.entry_id)
    await webhook_home.all_registered(entry)
    assert webhook_home.calls(REGISTER) == 3
