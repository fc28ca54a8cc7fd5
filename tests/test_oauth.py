"""The login of an entry: token endpoint, renewal, refusal."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
import logging
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestReauthError,
    OAuth2TokenRequestTransientError,
)
from homeassistant.helpers.config_entry_oauth2_flow import async_get_implementations
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.yale_august import oauth
from custom_components.yale_august.addresses import CloudAddressRefused, brand_endpoints
from custom_components.yale_august.cloud.brand import Brand
from custom_components.yale_august.cloud.errors import (
    CloudUnavailable,
    LoginExpired,
    RateLimited,
)
from custom_components.yale_august.const import DOMAIN, ENV_CLOUD
from custom_components.yale_august.oauth import (
    OwnerTokens,
    PartnerImplementation,
    async_owner_tokens,
    forget_tokens,
)

from .home import CREDENTIAL, Home
from .simulator.faults import Fail, Hang, Kind, Reset, Slow, Truncate
from .simulator.simulator import Simulator
from .simulator.words import Brand as Cloud

BRANDS = pytest.mark.parametrize("brand", list(Cloud))


@pytest.fixture
async def entry(home: Home) -> MockConfigEntry:
    """Return an entry that is not set up."""
    return await home.add_entry()


@pytest.fixture
async def tokens(hass: HomeAssistant, entry: MockConfigEntry) -> OwnerTokens:
    """Return the tokens of the entry's login."""
    return await async_owner_tokens(hass, entry)


def let_end(hass: HomeAssistant, entry: MockConfigEntry, left: float = 0) -> None:
    """Let the entry's access token end in so many seconds."""
    token = {**entry.data["token"], "expires_at": time.time() + left}
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": token})


def asked(cloud: Simulator) -> int:
    """Return how often the token endpoint was asked."""
    return sum(1 for request in cloud.requests if request.operation == "token")


def access(entry: MockConfigEntry) -> str:
    """Return the access token that the entry holds."""
    token = entry.data["token"]["access_token"]
    assert isinstance(token, str)
    return token


async def implementation(hass: HomeAssistant, brand: Cloud) -> PartnerImplementation:
    """Return the credential of a brand as Home Assistant has it."""
    found = (await async_get_implementations(hass, DOMAIN))[CREDENTIAL[brand]]
    assert isinstance(found, PartnerImplementation)
    return found


# A valid token


async def test_valid_token_is_used(
    tokens: OwnerTokens, entry: MockConfigEntry, cloud: Simulator
) -> None:
    """Nobody is asked while the token is good."""
    assert await tokens.access_token() == access(entry)
    assert asked(cloud) == 0


@pytest.mark.parametrize("left", [-5, 0, 15])
async def test_ending_token_is_renewed(
    hass: HomeAssistant,
    tokens: OwnerTokens,
    entry: MockConfigEntry,
    cloud: Simulator,
    left: float,
) -> None:
    """A token that ends now is renewed, and both new tokens are kept."""
    before = entry.data["token"]
    let_end(hass, entry, left)
    new = await tokens.access_token()
    after = entry.data["token"]
    assert new == after["access_token"] != before["access_token"]
    assert after["refresh_token"] != before["refresh_token"]
    assert after["expires_at"] > time.time() + 100 * 86400
    assert entry.data["api_key"] == cloud.key().value
    assert asked(cloud) == 1


@pytest.mark.parametrize("expires_at", [None, "soon", [], {}])
async def test_unreadable_end_is_an_end(
    hass: HomeAssistant,
    tokens: OwnerTokens,
    entry: MockConfigEntry,
    cloud: Simulator,
    expires_at: object,
) -> None:
    """A token of which nobody knows when it ends is renewed."""
    token = {**entry.data["token"], "expires_at": expires_at}
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": token})
    await tokens.access_token()
    assert asked(cloud) == 1
    await tokens.access_token()
    assert asked(cloud) == 1


# Renewal after a 401


async def test_refused_token_is_renewed_once_for_all(
    tokens: OwnerTokens, entry: MockConfigEntry, cloud: Simulator
) -> None:
    """However many calls were refused at once, the single-use token is used once."""
    refused = access(entry)
    cloud.faults.add("token", Slow(0.1))
    answers = await asyncio.gather(
        *(tokens.renew(refused) for _ in range(20)), tokens.renew(refused)
    )
    assert set(answers) == {access(entry)}
    assert access(entry) != refused
    assert asked(cloud) == 1


async def test_ending_token_is_renewed_once_for_all(
    hass: HomeAssistant, tokens: OwnerTokens, entry: MockConfigEntry, cloud: Simulator
) -> None:
    """The same for calls that find the token at its end."""
    let_end(hass, entry)
    cloud.faults.add("token", Slow(0.1))
    answers = await asyncio.gather(*(tokens.access_token() for _ in range(20)))
    assert set(answers) == {access(entry)}
    assert asked(cloud) == 1


async def test_late_refusal_of_an_older_token(
    tokens: OwnerTokens, entry: MockConfigEntry, cloud: Simulator
) -> None:
    """Who was refused with a token that is gone already gets the present one."""
    old = access(entry)
    new = await tokens.renew(old)
    assert await tokens.renew(old) == new
    assert asked(cloud) == 1


async def test_late_refusal_finds_an_ended_token(
    hass: HomeAssistant, tokens: OwnerTokens, entry: MockConfigEntry, cloud: Simulator
) -> None:
    """The present token is handed out only if it is good."""
    old = access(entry)
    new = await tokens.renew(old)
    let_end(hass, entry)
    assert await tokens.renew(old) not in (old, new)
    assert asked(cloud) == 2


async def test_two_loads_of_an_entry_renew_once(
    hass: HomeAssistant, entry: MockConfigEntry, cloud: Simulator
) -> None:
    """A reload in the middle of a renewal does not use the refresh token twice."""
    first, second = [await async_owner_tokens(hass, entry) for _ in range(2)]
    old = access(entry)
    cloud.faults.add("token", Slow(0.1))
    answers = await asyncio.gather(first.renew(old), second.renew(old))
    assert set(answers) == {access(entry)} != {old}
    assert asked(cloud) == 1


async def test_renewal_outlives_its_caller(
    hass: HomeAssistant, tokens: OwnerTokens, entry: MockConfigEntry, cloud: Simulator
) -> None:
    """A cancelled call does not throw the new refresh token away."""
    old = access(entry)
    cloud.faults.add("token", Slow(0.2))
    caller = hass.async_create_task(tokens.renew(old))
    await asyncio.sleep(0.05)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await hass.async_block_till_done()
    assert access(entry) != old
    assert await tokens.access_token() == access(entry)
    assert asked(cloud) == 1


async def test_refusal_without_a_listener_is_quiet(
    hass: HomeAssistant,
    tokens: OwnerTokens,
    entry: MockConfigEntry,
    cloud: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A renewal that fails when everybody has gone does not end in the log."""
    cloud.faults.add("token", Slow(0.1))
    cloud.faults.revoke_logins()
    caller = hass.async_create_task(tokens.renew(access(entry)))
    await asyncio.sleep(0.05)
    caller.cancel()
    await hass.async_block_till_done()
    assert asked(cloud) == 1
    assert "never retrieved" not in caplog.text


# A refused login


async def test_refused_login(
    hass: HomeAssistant, tokens: OwnerTokens, entry: MockConfigEntry, cloud: Simulator
) -> None:
    """A used-up refresh token is sent once; then only a new login helps."""
    cloud.tokens.spend(entry.data["token"]["refresh_token"])
    let_end(hass, entry)
    for _ in range(3):
        with pytest.raises(LoginExpired) as raised:
            await tokens.access_token()
    with pytest.raises(LoginExpired):
        await tokens.renew(access(entry))
    assert asked(cloud) == 1
    assert raised.value.acted.value == "no"
    # Whether to ask for a new login is the account's decision.
    assert not hass.config_entries.flow.async_progress()


async def test_refusal_is_forgotten_with_the_login(
    hass: HomeAssistant, tokens: OwnerTokens, entry: MockConfigEntry, cloud: Simulator
) -> None:
    """After the person has signed in again everything works."""
    cloud.tokens.spend(entry.data["token"]["refresh_token"])
    with pytest.raises(LoginExpired):
        await tokens.renew(access(entry))
    new: dict[str, Any] = {**cloud.authorize(), "expires_at": time.time() + 9999}
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": new})
    assert await tokens.access_token() == new["access_token"]
    let_end(hass, entry)
    assert await tokens.access_token() == access(entry) != new["access_token"]


async def test_no_refresh_token(
    hass: HomeAssistant, tokens: OwnerTokens, entry: MockConfigEntry, cloud: Simulator
) -> None:
    """A login that cannot be renewed is over when its token is."""
    token = {"access_token": access(entry), "expires_at": 0}
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": token})
    with pytest.raises(LoginExpired):
        await tokens.access_token()
    assert asked(cloud) == 0


@pytest.mark.parametrize("kind", [Slow(0.2), Fail(400, {"error": "invalid_grant"})])
async def test_new_login_during_a_renewal_wins(
    hass: HomeAssistant,
    tokens: OwnerTokens,
    entry: MockConfigEntry,
    cloud: Simulator,
    kind: Kind,
) -> None:
    """The answer for the old login neither replaces nor condemns the new one."""
    cloud.latency = 0.1
    cloud.faults.add("token", kind)
    renewal = hass.async_create_task(tokens.renew(access(entry)))
    await asyncio.sleep(0.05)
    new: dict[str, Any] = {**cloud.authorize(), "expires_at": time.time() + 9999}
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": new})
    assert await renewal == new["access_token"]
    assert entry.data["token"] == new
    assert await tokens.access_token() == new["access_token"]


@pytest.mark.parametrize(
    ("status", "error"), [(400, "invalid_grant"), (401, "invalid_client"), (400, None)]
)
async def test_json_400_and_401_are_refusals(
    tokens: OwnerTokens,
    entry: MockConfigEntry,
    cloud: Simulator,
    status: int,
    error: str | None,
) -> None:
    """These, and nothing else."""
    cloud.faults.add("token", Fail(status, {"error": error}))
    with pytest.raises(LoginExpired) as raised:
        await tokens.renew(access(entry))
    assert raised.value.status == status


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
    Reset(),
    Reset(acts=True),
    Truncate(),
]


@pytest.mark.parametrize("kind", TRANSIENT, ids=str)
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


async def test_lost_answer_is_not_asked_for_in_a_loop(
    hass: HomeAssistant,
    tokens: OwnerTokens,
    entry: MockConfigEntry,
    cloud: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The token was used and its answer lost: one more try after a pause, then a login.

    Reference 3.3.
    """
    cloud.faults.add("token", Reset(acts=True))
    for _ in range(5):
        with pytest.raises(CloudUnavailable):
            await tokens.renew(access(entry))
    assert asked(cloud) == 1
    monkeypatch.setattr(hass.loop, "time", lambda now=hass.loop.time: now() + 11)
    for _ in range(5):
        with pytest.raises(LoginExpired):
            await tokens.renew(access(entry))
    assert asked(cloud) == 2


async def test_pauses_grow(
    hass: HomeAssistant,
    tokens: OwnerTokens,
    entry: MockConfigEntry,
    cloud: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """10 s, 20 s ... 5 min; a reload does not shorten them; success ends them."""
    now = [hass.loop.time()]
    monkeypatch.setattr(hass.loop, "time", lambda: now[0])
    cloud.faults.add("token", Fail(503, "html"), times=7)
    pauses = []
    for expected in (10, 20, 40, 80, 160, 300, 300):
        with pytest.raises(CloudUnavailable):
            await tokens.renew(access(entry))
        before = asked(cloud)
        now[0] += expected - 0.1
        tokens = await async_owner_tokens(hass, entry)
        with pytest.raises(CloudUnavailable):
            await tokens.renew(access(entry))
        assert asked(cloud) == before
        now[0] += 0.2
        pauses.append(expected)
    old = access(entry)
    assert await tokens.renew(old) != old
    assert asked(cloud) == len(pauses) + 1


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("120", 120, 120),
        (None, 10, 10),
        ("soon", 10, 10),
        ("3", 10, 10),
        ("-5", 10, 10),
        ("9" * 400, 10, 86400),
        (
            format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True),
            3500,
            3600,
        ),
        (format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True), 10, 10),
    ],
)
async def test_too_many_requests(
    hass: HomeAssistant,
    tokens: OwnerTokens,
    entry: MockConfigEntry,
    cloud: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    header: str | None,
    least: float,
    most: float,
) -> None:
    """The endpoint's own wish is obeyed, and nobody asks before."""
    now = [hass.loop.time()]
    monkeypatch.setattr(hass.loop, "time", lambda: now[0])
    cloud.faults.add(
        "token", Fail(429, "json", {"Retry-After": header} if header else {})
    )
    for _ in range(2):
        with pytest.raises(RateLimited):
            await tokens.renew(access(entry))
    now[0] += least - 1
    with pytest.raises(RateLimited):
        await tokens.renew(access(entry))
    assert asked(cloud) == 1
    now[0] += most - least + 2
    await tokens.renew(access(entry))
    assert asked(cloud) == 2


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
    hass: HomeAssistant, home: Home, brand: Cloud
) -> None:
    """An entry of either brand renews."""
    entry = await home.add_entry(brand=brand)
    old = access(entry)
    assert await (await async_owner_tokens(hass, entry)).renew(old) != old
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
    monkeypatch.setattr(oauth, "PAUSE_FIRST", timedelta(0))
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
    assert entry.entry_id in hass.data[oauth._RENEWALS]  # noqa: SLF001
    forget_tokens(hass, entry)
    assert entry.entry_id not in hass.data[oauth._RENEWALS]  # noqa: SLF001


# The environment


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "http://192.168.1.5:80",
        "nonsense",
        "http://127.0.0.1.example.com",
    ],
)
async def test_only_this_machine_may_stand_in(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Keys and logins are not led anywhere else, whatever the environment says."""
    monkeypatch.setenv(ENV_CLOUD, address)
    with pytest.raises(CloudAddressRefused) as refused:
        brand_endpoints(hass, Brand.YALE)
    assert refused.value.translation_key == "cloud_address_refused"


@pytest.mark.parametrize("address", [None, ""])
async def test_the_cloud_itself(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    address: str | None,
) -> None:
    """Without the variable it is the lock maker's, and nothing is said."""
    if address is None:
        monkeypatch.delenv(ENV_CLOUD, raising=False)
    else:
        monkeypatch.setenv(ENV_CLOUD, address)
    assert brand_endpoints(hass, Brand.YALE).rest.host == "api.aaecosystem.com"
    assert ENV_CLOUD not in caplog.text


async def test_stand_in_is_said_once(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One warning, however often it is used."""
    monkeypatch.setenv(ENV_CLOUD, "http://127.0.0.1:8126")
    for brand in Brand:
        where = brand_endpoints(hass, brand)
        assert (where.rest.host, where.token.port) == ("127.0.0.1", 8126)
    assert caplog.text.count(ENV_CLOUD) == 1
