"""Where the cloud posts to: Home Assistant Cloud, the external address, or nowhere."""

from homeassistant.components.webhook import async_generate_path
from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_send
import pytest

from tests.simulator import Brand

from .webhook_home import ADDRESS, BACK, DELETE, DOOR, REGISTER, WebhookHome, issues

pytest_plugins = ("tests.webhooks.webhook_fixtures",)


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
    await webhook_home.read_list()
    await webhook_home.read_list()
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
    await webhook_home.read_list()
    relay.trouble = TimeoutError()
    relay.turn(connected=True)
    await webhook_home.read_list()
    relay.trouble = None
    await webhook_home.reload(entry)
    await webhook_home.read_list()
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
    await webhook_home.read_list()
    assert issues(hass) == []
    assert webhook_home.calls(REGISTER) == 0
    relay.turn(connected=True)
    await webhook_home.all_registered(entry)
    await hass.config_entries.async_remove(entry.entry_id)
    assert relay.hooks == set()


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
    await webhook_home.read_list()
    assert webhook_home.calls(REGISTER, since=before) == 2
    assert webhook_home.calls(DELETE, since=before) == 0
    assert not home.coordinator(entry, DOOR).posts_arrive
