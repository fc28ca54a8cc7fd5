"""The login of an entry: token endpoint, renewal, refusal."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
import gc
import time
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.yale_august import tokens as logins
from custom_components.yale_august.cloud.errors import (
    CloudUnavailable,
    LoginExpired,
    RateLimited,
)
from custom_components.yale_august.tokens import OwnerTokens, async_owner_tokens

from .flows.logins import access, asked, let_end
from .simulator.faults import Fail, Hang, Kind, Reset, Slow
from .simulator.simulator import Simulator

pytest_plugins = ("tests.flows.login_fixtures",)


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
    hass.data[logins._RENEWALS][entry.entry_id].task = None  # noqa: SLF001
    del caller
    gc.collect()
    assert "never retrieved" not in caplog.text


async def test_renewal_is_stopped(
    hass: HomeAssistant, tokens: OwnerTokens, entry: MockConfigEntry, cloud: Simulator
) -> None:
    """When Home Assistant stops in the middle; the next start renews anew."""
    cloud.faults.add("token", Hang())
    caller = hass.async_create_task(tokens.renew(access(entry)))
    await asyncio.sleep(0.05)
    task = hass.data[logins._RENEWALS][entry.entry_id].task  # noqa: SLF001
    assert task is not None
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await tokens.renew(access(entry)) == access(entry)
    assert asked(cloud) == 2


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


async def test_grace_before_a_new_login_is_asked_for(
    hass: HomeAssistant,
    tokens: OwnerTokens,
    entry: MockConfigEntry,
    cloud: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A token endpoint that stumbles sends nobody to a sign-in page."""
    monkeypatch.setattr(logins, "GRACE", timedelta(minutes=2))
    cloud.faults.add("token", Fail(400, {"error": "invalid_grant"}))
    for _ in range(5):
        with pytest.raises(CloudUnavailable):
            await tokens.renew(access(entry))
    assert asked(cloud) == 1
    monkeypatch.setattr(hass.loop, "time", lambda now=hass.loop.time: now() + 121)
    before = access(entry)
    assert await tokens.renew(before) == access(entry) != before
    assert asked(cloud) == 2


async def test_login_refused_again_after_the_grace(
    hass: HomeAssistant,
    tokens: OwnerTokens,
    entry: MockConfigEntry,
    cloud: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Then only a new login helps, and nothing more is sent."""
    monkeypatch.setattr(logins, "GRACE", timedelta(minutes=2))
    cloud.tokens.spend(entry.data["token"]["refresh_token"])
    with pytest.raises(CloudUnavailable):
        await tokens.renew(access(entry))
    monkeypatch.setattr(hass.loop, "time", lambda now=hass.loop.time: now() + 121)
    for _ in range(3):
        with pytest.raises(LoginExpired):
            await tokens.renew(access(entry))
    assert asked(cloud) == 2


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


# No answer


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
    """10 s, 20 s ... 1 min; a reload does not shorten them; success ends them."""
    now = [hass.loop.time()]
    monkeypatch.setattr(hass.loop, "time", lambda: now[0])
    cloud.faults.add("token", Fail(503, "html"), times=5)
    pauses = []
    for expected in (10, 20, 40, 60, 60):
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
            # Counted from when the tests were found, not from when this one runs.
            format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True),
            1800,
            3600,
        ),
        (format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True), 10, 10),
    ],
    ids=[
        "seconds",
        "none",
        "no number",
        "few",
        "negative",
        "huge",
        "in an hour",
        "an hour ago",
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
