"""Who may post to the webhook, and what becomes of any body."""

import asyncio
from functools import partial
import json
import logging
from typing import Any

import aiohttp
from homeassistant.components.webhook import async_handle_webhook
from homeassistant.util.aiohttp import MockRequest
import pytest

from custom_components.yale_august.webhooks import channel as webhooks
from custom_components.yale_august.webhooks.papers import HEADER
from tests.simulator import Brand

from .webhook_home import DOOR, WebhookHome

pytest_plugins = ("tests.webhooks.webhook_fixtures",)


# Who may post


async def test_only_with_the_token(
    webhook_home: WebhookHome, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the right header nothing happens, and no value is logged."""
    home = webhook_home.home
    webhook_home.add_lock()
    entry = await webhook_home.registered()
    caplog.set_level(logging.DEBUG, "custom_components")
    token = webhook_home.papers(entry).token
    wrong: list[dict[str, str]] = [
        {},
        {HEADER: ""},
        {HEADER: "gu\u00e9ss"},
        {HEADER: token[:-1]},
        {HEADER: f"{token}x"},
        {"Authorization": token},
    ]
    for headers in wrong:
        status = await webhook_home.post(
            EventType="operation", Event="unlock", headers=headers
        )
        assert status == 401
    await home.keeps("lock", DOOR, "lock", "locked")
    assert "gu" not in caplog.text.replace("august", "")
    await webhook_home.tell("unlock")
    await home.shows("lock", DOOR, "lock", "unlocked")


async def test_only_by_post(webhook_home: WebhookHome) -> None:
    """Nothing but a post is taken."""
    webhook_home.add_lock()
    await webhook_home.registered()
    registration = webhook_home.registration()
    url = registration.url.replace("https://home.example.com", webhook_home.local)
    async with aiohttp.ClientSession() as session:
        for method in ("GET", "PUT"):
            async with session.request(
                method, url, headers=registration.headers, json={}
            ) as response:
                assert response.status == 405


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 9000, 400),
        (b"[]", 200),
        (b"null", 200),
        (b'{"LockID": 5, "User": 7, "Timestamp": {}}', 200),
        (b" " * 16384 + b"{}", 413),
        (b" " * 16000 + b"{}", 200),
    ],
    ids=["empty", "cut", "bytes", "deep", "list", "null", "types", "long", "not long"],
)
async def test_any_body(webhook_home: WebhookHome, body: bytes, status: int) -> None:
    """Whatever is posted, nothing breaks; what is too long is not read."""
    webhook_home.add_lock()
    await webhook_home.registered()
    registration = webhook_home.registration()
    url = registration.url.replace("https://home.example.com", webhook_home.local)
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, headers=registration.headers, data=body) as response,
    ):
        assert response.status == status
    await webhook_home.home.keeps("lock", DOOR, "lock", "locked", seconds=0.05)


async def test_slow_body(
    webhook_home: WebhookHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can hold the line."""
    monkeypatch.setattr(webhooks, "SLOWEST_BODY", 0.1)
    webhook_home.add_lock()
    await webhook_home.registered()
    registration = webhook_home.registration()
    url = registration.url.replace("https://home.example.com", webhook_home.local)

    async def trickle() -> Any:
        yield b"{"
        await asyncio.sleep(1)
        yield b"}"

    async with (
        aiohttp.ClientSession() as session,
        session.post(url, headers=registration.headers, data=trickle()) as response,
    ):
        assert response.status == 413


async def test_broken_body(
    webhook_home: WebhookHome, caplog: pytest.LogCaptureFixture
) -> None:
    """It is refused, and nobody logs the webhook's id, which is a secret."""
    webhook_home.add_lock()
    entry = await webhook_home.registered()
    registration = webhook_home.registration()
    url = registration.url.replace("https://home.example.com", webhook_home.local)
    headers = {**registration.headers, "Content-Encoding": "gzip"}
    async with (
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.post(url, headers=headers, data=b"this is no gzip") as response,
    ):
        assert response.status == 413
    told = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert webhook_home.papers(entry).webhook_id not in str(told)


async def test_by_home_assistant_cloud(webhook_home: WebhookHome) -> None:
    """What Home Assistant Cloud hands on is no request of the web server."""
    home = webhook_home.home
    webhook_home.add_lock()
    entry = await webhook_home.registered()
    body = {"LockID": home.lock_id(DOOR), "EventType": "operation", "Event": "unlock"}
    papers = webhook_home.papers(entry)
    for token, status in (("wrong", 401), ("\udce9", 401), (papers.token, 200)):
        request = MockRequest(
            content=json.dumps(body).encode(),
            mock_source="cloud",
            method="POST",
            headers={HEADER.lower(): token},
        )
        response = await async_handle_webhook(home.hass, papers.webhook_id, request)
        assert response.status == status
    await home.shows("lock", DOOR, "lock", "unlocked")


async def test_unknown_lock(webhook_home: WebhookHome) -> None:
    """What is about no lock of ours is nobody's business."""
    home = webhook_home.home
    webhook_home.add_lock()
    entry = await webhook_home.registered()
    woken: list[str] = []
    home.coordinator(entry, DOOR).async_add_listener(partial(woken.append, DOOR))
    for lock_id in ("F" * 32, "../locks", None):
        status = await webhook_home.post(
            EventType="operation", Event="unlock", LockID=lock_id
        )
        assert status == 200
    assert woken == []


async def test_wakes_one_lock_only(webhook_home: WebhookHome) -> None:
    """The cost of a post does not depend on how many locks there are."""
    home = webhook_home.home
    names = (DOOR, "Back Door", "Garage")
    for name in names:
        webhook_home.add_lock(name=name)
    entry = await webhook_home.registered(brand=Brand.AUGUST)
    woken: list[str] = []
    for name in names:
        home.coordinator(entry, name).async_add_listener(partial(woken.append, name))
    before = len(webhook_home.cloud.requests)
    await webhook_home.tell("unlock")
    await home.shows("lock", DOOR, "lock", "unlocked")
    assert set(woken) == {DOOR}
    assert webhook_home.cloud.requests.counts(since=before) == {}
