"""Access codes in a Home Assistant, seen from both sides: what is shown, and what the locks have."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from homeassistant.config_entries import ConfigEntry

from custom_components.yale_august.access_codes.desk import AccessCodes
from custom_components.yale_august.codes.records import CodeState, Reason
from custom_components.yale_august.codes.schedule import ALWAYS, Schedule, Temporary
from custom_components.yale_august.codes.view import CodeEvent, Outcome, ShownCode
from tests.home import Home
from tests.simulator.lock import Lock
from tests.simulator.pinbook import Pin

GUEST = "Gina Guest"
FRONT, BACK = "Front Door", "Back Door"


class CodeHome:
    """Two locks with keypads, and whoever gives codes for them."""

    def __init__(self, home: Home) -> None:
        """Add the locks; nothing is set up yet."""
        self.home = home
        self.cloud = home.cloud
        self.front = self.cloud.add_lock("keypad", name=FRONT)
        self.back = self.cloud.add_lock("secure", name=BACK)
        self.events: list[CodeEvent] = []
        self.entry: ConfigEntry

    @property
    def codes(self) -> AccessCodes:
        """What is asked and wished."""
        return self.home.account(self.entry).codes

    @property
    def ids(self) -> list[str]:
        """Both locks."""
        return [self.front.lock_id, self.back.lock_id]

    async def set_up(self) -> None:
        """Set up an entry, and listen."""
        self.entry = await self.home.set_up()
        self.listen()

    def listen(self) -> None:
        """Hear of the events of both locks."""
        for lock_id in self.ids:
            self.codes.async_on_event(lock_id, self.events.append)

    async def reload(self) -> None:
        """Start anew with nothing but the files."""
        await self.home.hass.config_entries.async_reload(self.entry.entry_id)
        await self.home.hass.async_block_till_done()
        self.listen()

    async def add(
        self, *locks: Lock, wait: float = 5, schedule: Schedule = ALWAYS, **more: object
    ) -> Mapping[str, Outcome]:
        """Give the guest a code on locks, on both by default."""
        return await self.codes.async_add(
            GUEST,
            [lock.lock_id for lock in locks] or self.ids,
            schedule,
            wait=wait,
            **more,  # type: ignore[arg-type]
        )

    def shown(self, lock: Lock, name: str = GUEST) -> ShownCode:
        """Return what is shown of a code."""
        (code,) = [code for code in self.codes.shown(lock.lock_id) if code.name == name]
        return code

    def is_at(self, lock: Lock, state: CodeState, reason: Reason | None = None) -> bool:
        """Return whether the guest's code is shown so."""
        codes = [
            code
            for code in self.codes.shown(lock.lock_id)
            if code.name == GUEST and code.managed
        ]
        if not codes:
            return state is CodeState.ENDED
        return (codes[0].state, codes[0].reason) == (state, reason)

    async def reaches(
        self,
        lock: Lock,
        state: CodeState,
        reason: Reason | None = None,
        *,
        seconds: float = 5,
    ) -> None:
        """Wait until the guest's code is shown so."""
        try:
            await self.home.when(
                lambda: self.is_at(lock, state, reason), seconds=seconds
            )
        except TimeoutError:
            shown = [
                (code.state, code.reason) for code in self.codes.shown(lock.lock_id)
            ]
            raise AssertionError(f"{shown}, not {state} {reason}") from None

    def writes(self, lock: Lock, *, since: int = 0) -> list[str]:
        """Return the actions that were sent for a lock, in order; "?" is what the cloud did not read."""
        return [
            action
            for seen in self.cloud.requests.of("write_pins", since=since)
            if lock.lock_id in seen.path
            for action in (
                [command["action"] for command in seen.body["commands"]]
                if isinstance(seen.body, dict)
                else ["?"]
            )
        ]

    def pin(self, lock: Lock) -> Pin:
        """Return the one code that a lock has."""
        (pin,) = lock.pins.pins
        return pin


def soon(seconds: float = 0, lasts: float = 3600) -> Temporary:
    """Return a window that begins about now."""
    start = datetime.now(UTC) + timedelta(seconds=seconds)
    return Temporary(start=start, end=start + timedelta(seconds=lasts))
