"""The cloud's clock: one wrong date moves nothing, a jump is believed soon."""

from datetime import UTC, datetime, timedelta
import time

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.yale_august.cloud.clock import CloudClock

HOUR = 3600.0


def tell(clock: CloudClock, ahead: float) -> None:
    """Give the clock an answer of a cloud that is ahead by so many seconds."""
    clock.note(datetime.now(UTC) + timedelta(seconds=ahead))


def shown(clock: CloudClock) -> float:
    """Return by how many seconds the cloud is taken to be ahead."""
    assert clock.offset is not None
    return round(clock.offset.total_seconds() - 0.5)


@pytest.fixture(autouse=True)
def still(freezer: FrozenDateTimeFactory) -> None:
    """Let no time pass."""


def test_first_answer() -> None:
    """There is nothing better."""
    clock = CloudClock()
    assert clock.offset is None
    tell(clock, HOUR)
    assert shown(clock) == HOUR
    assert not clock.doubted


@pytest.mark.parametrize(
    ("told", "taken", "doubted"),
    [
        ([20], 20, False),
        ([2 * HOUR], 0, True),
        ([2 * HOUR, 0], 0, False),
        ([2 * HOUR, 0, 2 * HOUR], 0, True),
        ([2 * HOUR, HOUR], 0, True),
        ([-HOUR, -HOUR + 5], -HOUR + 5, False),
        ([2 * HOUR, HOUR, HOUR], HOUR, False),
    ],
)
def test_jump(told: list[float], taken: float, doubted: bool) -> None:
    """It takes two answers in a row that agree."""
    clock = CloudClock()
    for ahead in (0, *told):
        tell(clock, ahead)
    assert (shown(clock), clock.doubted) == (taken, doubted)


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
def test_our_own_clock_jumps(monkeypatch: pytest.MonkeyPatch, jump: float) -> None:
    """That can be seen without a second answer."""
    clock = CloudClock()
    tell(clock, 0)
    steady = time.monotonic()
    # By the clock that never jumps it is that much earlier or later.
    monkeypatch.setattr(time, "monotonic", lambda: steady - jump)
    tell(clock, -jump)
    assert shown(clock) == -jump
