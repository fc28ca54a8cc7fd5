"""Simulated cloud and Home Assistant together."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
import tempfile
from typing import Final, Self

from tests.simulator.simulator import Simulator

from . import arrival, dashboard
from .api import Api, Person
from .furniture import furnish
from .instance import ROOT, Instance
from .inventory import arrived
from .log import complaints
from .ports import claim
from .trouble import Trouble

PERSON: Final = Person(name="Demo", username="demo", password="demo")

INTEGRATION: Final = ROOT / "custom_components" / arrival.DOMAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the demo is to be.

    `port`, `cloud_port`: 0 for any that is free. `locks`: None for those of
    `furniture`. `fresh`: leave the config flow to the person. `folder`: where
    Home Assistant's configuration is kept; None for one that goes with the demo.
    `speed` divides every duration of the simulated world. `debug`: the
    integration and its libraries write all they can into the log.
    """

    port: int = 0
    cloud_port: int = 0
    locks: int | None = None
    fresh: bool = False
    folder: Path | None = None
    speed: float = 1
    debug: bool = False


_LINES: Final = 20
"""Of Home Assistant's log, where it explains why the demo cannot go on."""

_DEBUG: Final = """\
logger:
  default: warning
  logs:
    custom_components.yale_august: debug
    engineio: debug
    socketio: debug
"""


class Demo:
    """Use it as an async context manager: everything runs inside, nothing afterwards."""

    cloud: Simulator
    home: Instance
    api: Api
    entry_id: str | None = None

    def __init__(self, options: Options) -> None:
        """Start nothing yet."""
        self._options = options
        self._stack = AsyncExitStack()
        self._home: Instance | None = None

    async def __aenter__(self) -> Self:
        """Start both and move in. Raises Trouble, and then nothing is left running."""
        try:
            await self._start()
        except BaseException as err:
            lines = complaints(self._home.log) if self._home else []
            await self._stack.aclose()
            if isinstance(err, Trouble) and lines:
                said = "\n".join(lines[:_LINES])
                raise Trouble(f"{err}\nHome Assistant's log says:\n{said}") from err
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End both."""
        await self._stack.aclose()

    async def _start(self) -> None:
        options = self._options
        port = claim(options.port, "Home Assistant", "--port")
        if options.cloud_port:
            claim(options.cloud_port, "the simulated cloud", "--cloud-port")
        folder = options.folder or Path(
            self._stack.enter_context(
                tempfile.TemporaryDirectory(prefix="yale-august-demo-")
            )
        )
        self.cloud = Simulator(port=options.cloud_port, speed=options.speed)
        furnish(self.cloud, options.locks)
        await self._stack.enter_async_context(self.cloud)
        self.home = self._home = Instance(
            folder,
            port,
            environment={"YALE_AUGUST_CLOUD": self.cloud.url},
            configuration=_DEBUG if options.debug else "",
        )
        self.home.prepare()
        link_integration(folder)
        self._stack.push_async_callback(self.home.stop)
        await self.home.start()
        self.api = await self._stack.enter_async_context(Api(self.home.url))
        await self.api.enter(PERSON)
        await self.api.running()
        await self.api.command(
            "config/core/update", country="DE", time_zone="Europe/Berlin", language="en"
        )
        if not await self.furnished() and not options.fresh:
            await arrival.set_up(self.api, self.cloud)
            await self.furnished()

    async def furnished(self) -> bool:
        """Build the dashboard if the integration is set up; return whether it is."""
        self.entry_id = await arrival.entry_of(self.api)
        if self.entry_id is None:
            return False
        lock_ids = [lock.lock_id for lock in self.cloud.locks]
        await arrived(self.api, lock_ids)
        await dashboard.build(self.api, lock_ids)
        return True


def link_integration(folder: Path) -> None:
    """Install the integration of this repository by reference, to try a change at once."""
    custom = folder / "custom_components"
    custom.mkdir(exist_ok=True)
    link = custom / INTEGRATION.name
    if link.is_symlink():
        link.unlink()
    elif link.exists():
        raise Trouble(f"{link} is there already and is not of the demo.")
    link.symlink_to(INTEGRATION, target_is_directory=True)
