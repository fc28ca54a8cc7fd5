"""What the answers of the token endpoint mean, and where it is."""

from datetime import timedelta
import logging
import time

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestReauthError,
    OAuth2TokenRequestTransientError,
)
from homeassistant.helpers.config_entry_oauth2_flow import async_get_implementations
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.yale_august import oauth, tokens as logins
from custom_components.yale_august.addresses import brand_endpoints
from custom_components.yale_august.cloud.brand import Brand, Endpoints
from custom_components.yale_august.cloud.errors import CloudUnavailable, LoginExpired
from custom_components.yale_august.const import DOMAIN, ENV_CLOUD
from custom_components.yale_august.oauth import PartnerImplementation
from custom_components.yale_august.tokens import (
    OwnerTokens,
    async_owner_tokens,
    forget_tokens,
)

from .flows.logins import access, asked
from .home import CREDENTIAL, Home
from .simulator.faults import Fail, Hang, Kind, Reset, Truncate
from .simulator.simulator import Simulator
from .simulator.words import Brand as Cloud

pytest_plugins = ("tests.flows.login_fixtures",)

BRANDS = pytest.mark.parametrize("brand", list(Cloud))


async def implementation(hass: HomeAssistant, brand: Cloud) -> PartnerImplementation:
    """Return the credential of a brand as Home Assistant has it."""
    found = (await async_get_implementations(hass, DOMAIN))[CREDENTIAL[brand]]
    assert isinstance(found, PartnerImplementation)
    return found


# No answer, or none that is meant


TRANSIENT: list[Kind] = [
    Fail(400, "html"),
    Fail(400, "empty"),
    Fail(400, "[]"),
    Fail(401, "html"),
    Fail(403, "html"),
    Fail(403, "json"),
    Fail(403, "empty"),
    Fail(404, "json"),
    Fail(408, "json"),
    Fail(409, "json"),
    Fail(500, "json"),
    Fail(502, "html"),
    Fail(503, "empty"),
    Fail(504, "html"),
    Fail(301, "empty", {"Location": "/elsewhere"}),
    Fail(303, "empty", {"Location": "/elsewhere"}),
    Fail(307, "empty", {"Location": "/elsewhere"}),
    Fail(204, "empty"),
    Fail(200, "empty"),
    Fail(200, "html"),
    Fail(200, "[1]"),
    Fail(200, "{}"),
    Fail(200, '{"access_token": null, "expires_in": 5}'),
    Fail(200, '{"access_token": "", "expires_in": 5}'),
    Fail(200, '{"access_token": "opaque", "expires_in": Infinity}'),
    Fail(200, '{"access_token": "opaque", "expires_in": true}'),
    Fail(200, '{"access_token": "opaque", "expires_in": -1}'),
    Fail(200, '{"access_token": "opaque", "expires_in": "never"}'),
    Fail(200, '{"access_token": "opaque"}'),
    # What no header can carry, and what is no time any more.
    Fail(200, '{"access_token": "opaque\\r\\nx: y", "expires_in": 5}'),
    Fail(200, '{"access_token": "opaque\\ud800", "expires_in": 5}'),
    Fail(200, f'{{"access_token": "opaque", "expires_in": {10**400}}}'),
    Fail(200, f'{{"access_token": "opaque", "expires_in": "{"9" * 5000}"}}'),
    Reset(),
    Reset(acts=True),
    Truncate(),
]


@pytest.mark.parametrize("kind", TRANSIENT, ids=lambda kind: str(kind)[:80])
async def test_trouble_is_no_refusal(
    hass: HomeAssistant,
    tokens: OwnerTokens,
    entry: MockConfigEntry,
    cloud: Simulator,
    kind: Kind,
) -> None:
    """A gateway, a firewall, a broken line: sent once, kept, nobody is logged out."""
    before = entry.data["token"]
    cloud.faults.add("token", kind)
    with pytest.raises(CloudUnavailable):
        await tokens.renew(access(entry))
    assert entry.data["token"] == before
    assert asked(cloud) == 1
    assert all(request.path == "/access_token" for request in cloud.requests)
    assert not hass.config_entries.flow.async_progress()


async def test_broken_line_that_was_kept_open(
    tokens: OwnerTokens, entry: MockConfigEntry, cloud: Simulator
) -> None:
    """On a connection that has served before, the request goes out once too."""
    await tokens.renew(access(entry))
    cloud.faults.add("token", Reset(acts=True))
    with pytest.raises(CloudUnavailable):
        await tokens.renew(access(entry))
    assert asked(cloud) == 2


async def test_silence_is_no_refusal(
    tokens: OwnerTokens,
    entry: MockConfigEntry,
    cloud: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A time-out neither."""
    monkeypatch.setattr(oauth, "TOKEN_TIMEOUT", timedelta(seconds=0.1))
    cloud.faults.add("token", Hang())
    with pytest.raises(CloudUnavailable):
        await tokens.renew(access(entry))
    assert asked(cloud) == 1


async def test_nobody_there(
    hass: HomeAssistant, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No connection at all."""
    monkeypatch.setenv(ENV_CLOUD, "http://127.0.0.1:9")
    entry = await home.add_entry()
    tokens = await async_owner_tokens(hass, entry)
    with pytest.raises(CloudUnavailable):
        await tokens.renew(access(entry))


# What is kept of an answer


async def test_lifetime_from_the_token_itself(
    hass: HomeAssistant, tokens: OwnerTokens, entry: MockConfigEntry, cloud: Simulator
) -> None:
    """An answer that does not say how long it lasts: the token's own claims do."""
    fresh = cloud.authorize()
    cloud.faults.add("token", Fail(200, {"access_token": fresh["access_token"]}))
    old = entry.data["token"]["refresh_token"]
    assert await tokens.renew(access(entry)) == fresh["access_token"]
    assert entry.data["token"]["expires_at"] == pytest.approx(
        time.time() + 120 * 86400, abs=10
    )
    # Without a new one the old refresh token is all there is.
    assert entry.data["token"]["refresh_token"] == old


async def test_ended_token_is_not_kept(
    tokens: OwnerTokens, entry: MockConfigEntry, cloud: Simulator
) -> None:
    """Nor is one that says it is over already."""
    cloud.faults.set_clock(timedelta(days=-200))
    over = cloud.authorize()["access_token"]
    cloud.faults.set_clock(timedelta())
    cloud.faults.add("token", Fail(200, {"access_token": over}))
    with pytest.raises(CloudUnavailable):
        await tokens.renew(access(entry))


@pytest.mark.parametrize("lifetime", ["3600", " 3600 ", 3600.7])
async def test_lifetime_in_other_forms(
    tokens: OwnerTokens, entry: MockConfigEntry, cloud: Simulator, lifetime: object
) -> None:
    """A number is a number."""
    cloud.faults.add(
        "token",
        Fail(200, {"access_token": "opaque", "expires_in": lifetime, "more": 1}),
    )
    assert await tokens.renew(access(entry)) == "opaque"
    assert entry.data["token"]["expires_in"] == 3600
    assert "more" not in entry.data["token"]


# The implementation


@BRANDS
async def test_all_at_the_hosts_of_the_brand(
    hass: HomeAssistant, home: Home, monkeypatch: pytest.MonkeyPatch, brand: Cloud
) -> None:
    """Authorise and token address are the brand's; the credential stays the same."""
    await home.add_entry(brand=brand)
    monkeypatch.delenv(ENV_CLOUD)
    made = (await implementation(hass, brand)).for_brand(Brand(brand))
    hosts = {
        Cloud.YALE: (
            "https://oauth.aaecosystem.com/authorize",
            "https://oauth.aaecosystem.com/access_token",
        ),
        Cloud.AUGUST: (
            "https://auth.august.com/authorization",
            "https://auth.august.com/access_token",
        ),
    }
    assert (made.authorize_url, made.token_url) == hosts[brand]
    assert made.brand.value == brand.value
    assert made.domain == CREDENTIAL[brand]
    assert made.client_id == home.cloud.client(brand).client_id
    assert made.name == "Partner"


async def test_credential_without_a_name(hass: HomeAssistant, home: Home) -> None:
    """Then its client id tells it apart."""
    await home.add_entry()
    made = await implementation(hass, Cloud.YALE)
    made._credential.name = None  # noqa: SLF001
    assert made.name == "partner-yale"


@BRANDS
async def test_renewal_at_the_hosts_of_the_entry(
    hass: HomeAssistant, home: Home, monkeypatch: pytest.MonkeyPatch, brand: Cloud
) -> None:
    """An entry of either brand renews, at its own brand's token endpoint."""
    asked_brands = []

    def note(hass: HomeAssistant, brand: Brand) -> Endpoints:
        asked_brands.append(brand.value)
        return brand_endpoints(hass, brand)

    entry = await home.add_entry(brand=brand)
    monkeypatch.setattr(oauth, "brand_endpoints", note)
    tokens = await async_owner_tokens(hass, entry)
    # Home Assistant makes the credential first, and cannot know the brand.
    assert asked_brands[-1] == brand.value
    old = access(entry)
    assert await tokens.renew(old) != old
    assert [request.path for request in home.cloud.requests] == ["/access_token"]


async def test_errors_of_the_implementation(
    hass: HomeAssistant, home: Home, cloud: Simulator
) -> None:
    """Home Assistant's own error types, for those of its parts that ask by themselves."""
    await home.add_entry()
    made = await implementation(hass, Cloud.YALE)
    token = {"refresh_token": "unknown", "access_token": "old"}
    with pytest.raises(OAuth2TokenRequestReauthError) as refused:
        await made.async_refresh_token(token)
    assert refused.value.message == "invalid_grant"
    cloud.faults.add("token", Fail(403, "html"))
    with pytest.raises(OAuth2TokenRequestTransientError) as blocked:
        await made.async_refresh_token(token)
    assert blocked.value.status == 403
    cloud.faults.add("token", Reset())
    with pytest.raises(OAuth2TokenRequestConnectionError):
        await made.async_refresh_token(token)


async def test_nothing_secret_in_the_log(
    tokens: OwnerTokens,
    entry: MockConfigEntry,
    cloud: Simulator,
    caplog: pytest.LogCaptureFixture,
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither in the log nor in the text of an error."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(logins, "PAUSE_FIRST", timedelta(0))
    secrets = {
        cloud.client().secret,
        cloud.key().value,
        entry.data["token"]["refresh_token"],
        access(entry),
    }
    echo = " ".join(secrets)
    texts = []
    for kind in (
        Fail(500, {"error": echo, "error_description": echo}),
        Fail(200, {"access_token": 5, "echo": echo}),
        Reset(),
        Fail(400, {"error": echo, "error_description": echo}),
    ):
        cloud.faults.add("token", kind)
        with pytest.raises((CloudUnavailable, LoginExpired)) as raised:
            await tokens.renew(access(entry))
        texts += [str(raised.value), repr(raised.value), str(raised.value.__cause__)]
    assert asked(cloud) == 4
    for secret in secrets:
        assert secret not in caplog.text
        assert secret not in "".join(texts)


async def test_forget(
    hass: HomeAssistant, tokens: OwnerTokens, entry: MockConfigEntry
) -> None:
    """Nothing is left of a removed entry."""
    assert entry.entry_id in hass.data[logins._RENEWALS]  # noqa: SLF001
    forget_tokens(hass, entry)
    assert entry.entry_id not in hass.data[logins._RENEWALS]  # noqa: SLF001
