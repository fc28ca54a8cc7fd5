"""Doing something soon, once for all who ask."""

import asyncio
from datetime import timedelta

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.yale_august import soon as module
from custom_components.yale_august.soon import Soon


async def test_asked_often(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks while it runs or soon after it shares one more run, some time later."""
    pauses: list[float] = []
    runs: list[int] = []
    awake, yield_once = asyncio.Event(), asyncio.sleep

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if seconds > 0:
            await awake.wait()

    async def run() -> None:
        runs.append(len(pauses))
        await yield_once(0)

    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    soon = Soon(hass, MockConfigEntry(), "test", run, timedelta(hours=1))
    for _ in range(5):
        soon.ask()
        await yield_once(0)
    assert len(runs) == 1
    for _ in range(5):
        soon.ask()
        await yield_once(0)
    assert len(runs) == 1
    assert pauses[0] <= 0
    assert pauses[1] == pytest.approx(3600, abs=60)
    awake.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(runs) == 2
