"""What the cloud posts of the write of a code hastens the look, and nothing more."""

from datetime import timedelta

from homeassistant.components.webhook import async_generate_path
import pytest

from custom_components.yale_august.codes.pace import CodePace
from custom_components.yale_august.codes.records import CodeState
from tests.webhooks.webhook_home import ADDRESS, WebhookHome, handlers

from .code_home import CodeHome

pytest_plugins = ("tests.webhooks.webhook_fixtures",)


@pytest.fixture
def patient(pace: object) -> None:
    """Let nothing but a post cause a second look."""
    slow = timedelta(seconds=30)
    pace(codes=CodePace(looks=(slow,), slow=slow))  # type: ignore[operator]


async def _set_up(home: WebhookHome, *, wanted: bool) -> CodeHome:
    codes = CodeHome(home.home)
    codes.entry = await home.opt_in(options={"webhooks": wanted})
    codes.listen()
    return codes


@pytest.mark.usefixtures("patient")
async def test_post_hastens_the_look(webhook_home: WebhookHome) -> None:
    """A code is confirmed as soon as the lock has it; a post that lies changes nothing."""
    codes = await _set_up(webhook_home, wanted=True)
    cloud = codes.cloud
    cloud.locksmith.hold(codes.front)
    await codes.add(codes.front, wait=0)
    await codes.home.when(lambda: cloud.locksmith.waiting(codes.front) == 1)
    (write,) = cloud.requests.of("write_pins")
    assert isinstance(write.body, dict)
    address = write.body["webhook"]
    results_id = webhook_home.papers(codes.entry).results_id  # type: ignore[arg-type]
    assert address == ADDRESS + async_generate_path(results_id)

    since = len(cloud.requests)
    cloud.courier.post(address, {"message": "PinSyncSuccess", "digest": {}})
    await cloud.settle()
    await codes.home.when(lambda: cloud.requests.count("get_pins", since=since) == 1)
    assert codes.is_at(codes.front, CodeState.SENT)

    cloud.locksmith.release(codes.front)
    await codes.reaches(codes.front, CodeState.CONFIRMED)
    assert cloud.courier.deliveries[-1].status == 200

    await codes.home.hass.config_entries.async_unload(codes.entry.entry_id)
    assert handlers(codes.home.hass) == []


async def test_without_consent(webhook_home: WebhookHome) -> None:
    """Who has not let the cloud call has no address, and codes are confirmed without."""
    codes = await _set_up(webhook_home, wanted=False)
    made = await codes.add(codes.front)
    assert made[codes.front.lock_id].state is CodeState.CONFIRMED
    (write,) = codes.cloud.requests.of("write_pins")
    assert isinstance(write.body, dict)
    assert "webhook" not in write.body
    assert handlers(codes.home.hass) == []
