"""Time: the cloud's own clock, and how fast the simulated world moves."""

import asyncio
from datetime import UTC, datetime, timedelta


class Clock:
    """The cloud's clock: the real one, set ahead or behind by `offset`."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        """Start with a clock that differs from ours by `offset`."""
        self.offset = offset

    def now(self) -> datetime:
        """Return the cloud's time in UTC."""
        return datetime.now(UTC) + self.offset


class Pace:
    """Divides every duration of the simulated world by `speed`."""

    def __init__(self, speed: float) -> None:
        """Start at this speed; 1 is real life."""
        if speed <= 0:
            raise ValueError("speed must be greater than 0")
        self.speed = speed

    def real(self, seconds: float) -> float:
        """Return how long that takes here, in seconds."""
        return seconds / self.speed

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of the simulated world."""
        await asyncio.sleep(self.real(seconds))


def iso(moment: datetime) -> str:
    """Write a time as details and remote operate do (reference 1)."""
    return (
        moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def epoch_ms(moment: datetime) -> int:
    """Write a time as the activity feed does (reference 1)."""
    return int(moment.timestamp() * 1000)
