"""Which locks are registered at the cloud, where, and when that ends."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
import json
import logging

from homeassistant.components.webhook import _HANDLERS, async_generate_path
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_send
import pytest

from custom_components.yale_august import webhooks
from custom_components.yale_august.const import DOMAIN
from custom_components.yale_august.webhook_papers import HEADER

from .simulator import Brand, Fail, Hang, Reset, Role
from .webhook_home import ADDRESS, BRANDS, DOOR, WebhookHome

pytest_plugins = ("tests.webhook_fixtures",)

BACK = "Back Door"
REGISTER, DELETE = "register_lock_webhook", "delete_lock_webhook"


def handlers(hass: HomeAssistant) -> list[str]:
    """Return the ids of the webhooks that Home Assistant answers to for us."""
    return [
        webhook_id
        for webhook_id, found in hass.data.get(_HANDLERS, {}).items()
        if found.domain == DOMAIN
    ]


def issues(hass: HomeAssistant) -> list[str | None]:
    """Return the translation keys of our repairs."""
    return [
        issue.translation_key
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
    ]


async def read_list(home: WebhookHome) -> None:
    """Read the list of locks of all entries, as the clock does, and see it through."""
    for entry in home.hass.config_entries.async_entries(DOMAIN):
        await home.home.account(entry).roster.async_refresh()
    await asyncio.sleep(0.15)
    await home.hass.async_block_till_done()


# Consent


@pytest.mark.parametrize("options", [{}, {"webhooks": False}, {"webhooks": "yes"}])
async def test_only_with_consent(
    webhook_home: WebhookHome, options: dict[str, object]
) -> None:
    """Without it nothing is registered, opened or kept."""
    webhook_home.add_lock()
    entry = await webhook_home.opt_in(options=options)
    await read_list(webhook_home)
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
    await read_list(webhook_home)
    assert len(cloud.courier.registrations) == 2
    papers = webhook_home.papers(entry)
    for lock in (DOOR, BACK):
        found = webhook_home.registration(lock)
        assert found.url == webhook_home.address(entry)
        assert found.client_id == cloud.client(brand).client_id
        assert found.types == {"operation", "battery", "systemstatus"}
        assert (found.header, found.token) == (HEADER, papers.token)
    assert handlers(webhook_home.hass) == [papers.webhook_id]
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
    await read_list(webhook_home)
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
    await read_list(webhook_home)
    assert webhook_home.papers(entry) == papers
    assert webhook_home.calls(REGISTER, since=before) == 0
    assert webhook_home.calls(DELETE, since=before) == 0
    await webhook_home.tell("unlock")
    await webhook_home.home.shows("lock", DOOR, "lock", "unlocked")


async def test_new_lock(webhook_home: WebhookHome) -> None:
    """A lock that comes is registered, alone."""
    webhook_home.add_lock()
    entry = await webhook_home.registered()
    before = len(webhook_home.cloud.requests)
    webhook_home.add_lock(name=BACK)
    await read_list(webhook_home)
    await webhook_home.all_registered(entry)
    assert webhook_home.calls(REGISTER, since=before) == 1


async def test_other_address(webhook_home: WebhookHome) -> None:
    """All locks move to another address, once; nothing is trusted before it has proven."""
    home, hass = webhook_home.home, webhook_home.hass
    webhook_home.add_lock()
    webhook_home.add_lock(name=BACK)
    entry = await webhook_home.registered(brand=Brand.AUGUST)
    await webhook_home.tell("unlock")
    assert home.coordinator(entry, DOOR).posts_arrive
    before = len(webhook_home.cloud.requests)
    await hass.config.async_update(external_url="https://other.example.com:8443")
    path = async_generate_path(webhook_home.papers(entry).webhook_id)
    for lock in (DOOR, BACK):
        await home.until(
            lambda lock=lock: (
                webhook_home.registration(lock).url  # type: ignore[misc]
                == f"https://other.example.com:8443{path}"
            )
        )
    await hass.config.async_update(latitude=50)
    await read_list(webhook_home)
    assert webhook_home.calls(REGISTER, since=before) == 2
    assert webhook_home.calls(DELETE, since=before) == 0
    assert not home.coordinator(entry, DOOR).posts_arrive


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
    await read_list(webhook_home)
    await webhook_home.all_registered(entry)
    assert webhook_home.calls(REGISTER) == 3


async def test_one_lock_hurts_no_other(webhook_home: WebhookHome) -> None:
    """A lock that the cloud says no to is left alone; the others are registered."""
    cloud = webhook_home.cloud
    front = webhook_home.add_lock()
    webhook_home.add_lock(name=BACK)
    webhook_home.add_lock(name="Garage")
    refusal = cloud.faults.add(
        REGISTER, Fail(403, {"code": "NotAuthorized"}), lock=front, times=None
    )
    entry = await webhook_home.opt_in()
    await webhook_home.home.until(lambda: len(cloud.courier.registrations) == 2)
    await read_list(webhook_home)
    await read_list(webhook_home)
    assert refusal.hits == 1
    assert webhook_home.papers(entry).locks == {
        webhook_home.home.lock_id(name): True for name in (BACK, "Garage")
    }
    await webhook_home.home.keeps("lock", DOOR, "lock", "locked")
    # It has nothing to end either.
    await webhook_home.choose(entry, wanted=False)
    await webhook_home.home.until(lambda: cloud.courier.registrations == {})
    assert webhook_home.calls(DELETE) == 2


async def test_key_without_webhooks(
    webhook_home: WebhookHome, caplog: pytest.LogCaptureFixture
) -> None:
    """A key that may not register is asked once, and everything else goes on."""
    cloud = webhook_home.cloud
    cloud.key().endpoints -= {REGISTER, DELETE}
    for number in range(5):
        webhook_home.add_lock(name=f"Door {number}")
    entry = await webhook_home.opt_in()
    await webhook_home.home.until(lambda: webhook_home.calls(REGISTER) > 0)
    await read_list(webhook_home)
    await read_list(webhook_home)
    assert webhook_home.calls(REGISTER) == 1
    assert caplog.text.count("does not include webhooks") == 1
    assert issues(webhook_home.hass) == []
    assert webhook_home.papers(entry).locks == {}
    await webhook_home.home.act("unlock", "Door 3")
    await webhook_home.choose(entry, wanted=False)
    await webhook_home.home.until(lambda: "webhook" not in entry.data)
    assert webhook_home.calls(DELETE) == 0


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
    await read_list(webhook_home)
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
    await read_list(webhook_home)
    assert webhook_home.calls(DELETE) == 0, "missed once is not gone"
    cloud.world.locks = locks | {lock.lock_id: lock}
    await read_list(webhook_home)
    assert webhook_home.calls(DELETE) == 0
    cloud.world.remove_lock(lock)
    await read_list(webhook_home)
    await read_list(webhook_home)
    await read_list(webhook_home)
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
    entry = await webhook_home.registered()
    lock.users[cloud.owner.user_id] = Role.USER
    await read_list(webhook_home)
    await webhook_home.home.until(lambda: webhook_home.papers(entry).locks == {})
    lock.users[cloud.owner.user_id] = Role.SUPERUSER
    await read_list(webhook_home)
    await webhook_home.all_registered(entry)


async def test_removal(webhook_home: WebhookHome) -> None:
    """A removed entry leaves nothing at the cloud."""
    for number in range(6):
        webhook_home.add_lock(name=f"Door {number}")
    entry = await webhook_home.registered()
    await webhook_home.hass.config_entries.async_remove(entry.entry_id)
    assert webhook_home.cloud.courier.registrations == {}
    assert webhook_home.calls(DELETE) == 6
    assert handlers(webhook_home.hass) == []


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
    webhook_home.add_lock(name=BACK)
    entry = await webhook_home.registered()
    webhook_home.cloud.faults.add(DELETE, fault, lock=lock, times=None)
    async with asyncio.timeout(3):
        await webhook_home.hass.config_entries.async_remove(entry.entry_id)
    assert webhook_home.hass.config_entries.async_entries(DOMAIN) == []
    back = webhook_home.home.lock_id(BACK)
    owner = webhook_home.cloud.owner.user_id
    assert webhook_home.cloud.courier.of(owner, back) is None
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


# The address


@pytest.mark.parametrize(
    "url",
    [
        None,
        "http://home.example.com",
        "https://203.0.113.7",
        "https://homeassistant.local:8123",
        "https://homeassistant:8123",
        "https://box.fritz.home.arpa",
    ],
)
async def test_no_address(
    webhook_home: WebhookHome, url: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the cloud cannot come the channel is off, in one line and a repair."""
    home, hass = webhook_home.home, webhook_home.hass
    await hass.config.async_update(external_url=url, internal_url=ADDRESS)
    webhook_home.add_lock()
    entry = await webhook_home.opt_in()
    await home.until(lambda: issues(hass) == ["webhook_no_address"])
    await read_list(webhook_home)
    await read_list(webhook_home)
    assert caplog.text.count("no public https address") == 1
    assert webhook_home.calls(REGISTER) == 0
    assert home.state("lock", DOOR, "lock") == "locked"
    await hass.config.async_update(external_url=ADDRESS)
    await webhook_home.all_registered(entry)
    assert issues(hass) == []
    # What was registered must not point at an address that is given up.
    await hass.config.async_update(external_url=url)
    await home.until(lambda: webhook_home.cloud.courier.registrations == {})
    assert issues(hass) == ["webhook_no_address"]
    await hass.config_entries.async_unload(entry.entry_id)
    assert issues(hass) == []


class Relay:
    """Stands for Home Assistant Cloud."""

    HOOK = "https://hooks.example.com/secret-hook"

    def __init__(self, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be set up, subscribed and connected."""
        from homeassistant.components import cloud

        self._hass = hass
        self._cloud = cloud
        self.subscribed = True
        self.connected = True
        self.trouble: Exception | None = None
        self.hooks: set[str] = set()

        async def create(_hass: HomeAssistant, webhook_id: str) -> str:
            if self.trouble is not None:
                raise self.trouble
            self.hooks.add(webhook_id)
            return self.HOOK

        async def delete(_hass: HomeAssistant, webhook_id: str) -> None:
            if webhook_id not in self.hooks:
                raise ValueError("Hook is not enabled for the cloud.")
            self.hooks.remove(webhook_id)

        for name, stand_in in {
            "async_active_subscription": lambda _: self.subscribed,
            "async_is_connected": lambda _: self.connected,
            "async_get_or_create_cloudhook": create,
            "async_delete_cloudhook": delete,
        }.items():
            monkeypatch.setattr(cloud, name, stand_in)
        hass.config.components.add("cloud")

    def turn(self, *, connected: bool, subscribed: bool = True) -> None:
        """Connect or lose the connection, and say so."""
        self.connected, self.subscribed = connected, subscribed
        state = self._cloud.CloudConnectionState
        async_dispatcher_send(
            self._hass,
            self._cloud.SIGNAL_CLOUD_CONNECTION_STATE,
            state.CLOUD_CONNECTED if connected else state.CLOUD_DISCONNECTED,
        )


@pytest.fixture
def relay(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Relay:
    """Return a Home Assistant Cloud."""
    return Relay(hass, monkeypatch)


async def test_home_assistant_cloud(webhook_home: WebhookHome, relay: Relay) -> None:
    """Its address comes first, and stays while the connection is away for a while."""
    home = webhook_home.home
    webhook_home.add_lock()
    entry = await webhook_home.registered(brand=Brand.AUGUST)
    assert webhook_home.registration().url == relay.HOOK
    assert relay.hooks == {webhook_home.papers(entry).webhook_id}
    home.coordinator(entry, DOOR).async_trust_posts(arrive=True)
    before = len(webhook_home.cloud.requests)
    relay.turn(connected=False)
    await read_list(webhook_home)
    relay.trouble = TimeoutError()
    relay.turn(connected=True)
    await read_list(webhook_home)
    relay.trouble = None
    await webhook_home.reload(entry)
    await read_list(webhook_home)
    assert webhook_home.registration().url == relay.HOOK
    assert webhook_home.calls(REGISTER, since=before) == 0
    assert issues(webhook_home.hass) == []
    # Whoever leaves it is found at the other address.
    relay.turn(connected=False, subscribed=False)
    await home.until(
        lambda: webhook_home.registration().url == webhook_home.address(entry)
    )
    relay.turn(connected=True)
    await home.until(lambda: webhook_home.registration().url == relay.HOOK)
    await webhook_home.choose(entry, wanted=False)
    await home.until(lambda: "webhook" not in entry.data)
    assert relay.hooks == set()


async def test_cloud_without_connection(
    webhook_home: WebhookHome, relay: Relay
) -> None:
    """Nothing can be trusted to arrive while it is away."""
    webhook_home.add_lock()
    entry = await webhook_home.registered(brand=Brand.AUGUST)
    lock = webhook_home.home.coordinator(entry, DOOR)
    lock.async_trust_posts(arrive=True)
    relay.turn(connected=False)
    await webhook_home.home.until(lambda: not lock.posts_arrive)


async def test_cloud_comes_later(webhook_home: WebhookHome, relay: Relay) -> None:
    """It connects after the start: no repair is shown until then."""
    hass = webhook_home.hass
    await hass.config.async_update(external_url=None)
    relay.connected = False
    webhook_home.add_lock()
    entry = await webhook_home.opt_in()
    await read_list(webhook_home)
    assert issues(hass) == []
    assert webhook_home.calls(REGISTER) == 0
    relay.turn(connected=True)
    await webhook_home.all_registered(entry)
    await hass.config_entries.async_remove(entry.entry_id)
    assert relay.hooks == set()


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


# Secrets


async def test_secrets_stay_inside(
    webhook_home: WebhookHome, caplog: pytest.LogCaptureFixture
) -> None:
    """No id, token or address in our log, in states or in what is shown of objects."""
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
    for secret in (papers.token, papers.webhook_id):
        assert secret not in states
    # Home Assistant itself names the id of what it hands on, at debug level.
    assert papers.token not in caplog.text
