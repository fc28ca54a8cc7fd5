"""Home Assistant as a process of its own."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import json
import os
from pathlib import Path
import signal
import sys
from typing import Any, Final

import aiohttp

from .ports import HOST
from .trouble import Trouble

ROOT: Final = Path(__file__).parents[2]
LAUNCH: Final = Path(__file__).with_name("launch.py")

CONFIGURATION: Final = """\
# Without default_config, which would send sign-ins by way of my.home-assistant.io.
application_credentials:
automation: !include automations.yaml
config:
frontend:
history:
logbook:
recorder:
"""

BOOT: Final = 90
"""Seconds that Home Assistant may take to answer."""
STOP: Final = 25
"""Seconds that it may take to stop."""
_RESTART: Final = 100
"""Its exit code when it wants to be started again."""


class Instance:
    """One Home Assistant with its configuration folder, bound to loopback.

    `environment` is added to this process's own, `configuration` to the
    minimal configuration.yaml.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        environment: Mapping[str, str] | None = None,
        configuration: str = "",
    ) -> None:
        """Start nothing yet."""
        self.folder = folder
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self._environment = dict(environment or {})
        self._configuration = CONFIGURATION + configuration
        self._console = folder / "console.log"
        self._process: asyncio.subprocess.Process | None = None
        self._minder: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def pid(self) -> int | None:
        """The process that runs, if one does."""
        return self._process.pid if self._process else None

    @property
    def log(self) -> str:
        """All that Home Assistant has written since the folder was made."""
        return (
            self._console.read_text(errors="replace") if self._console.exists() else ""
        )

    def prepare(self) -> None:
        """Write the configuration; what Home Assistant has stored stays."""
        storage = self.folder / ".storage"
        storage.mkdir(parents=True, exist_ok=True)
        (self.folder / "configuration.yaml").write_text(self._configuration)
        # What people make in the frontend is kept there.
        (self.folder / "automations.yaml").touch()
        server = {
            "server_host": [HOST],
            "server_port": self.port,
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": False,
            "ssl_profile": "modern",
            "use_x_frame_options": True,
            "created_at": "2026-01-01T00:00:00+00:00",
            "error": None,
            "error_message": None,
        }
        # In the store: from YAML it would be a trial that ends after five minutes. The
        # version is the oldest that both supported releases read.
        _store(
            storage / "http",
            {"stable": server, "pending": None, "yaml_migration_done": True},
            version=2,
            minor_version=2,
        )
        # Left to be done is the owner's account. The other steps set up integrations
        # that live on the internet.
        if not (storage / "onboarding").exists():
            _store(
                storage / "onboarding",
                {"done": ["core_config", "analytics", "integration"]},
                version=4,
            )

    async def start(self) -> None:
        """Start, and wait until it answers.

        Raises Trouble with the end of its log when it does not.
        """
        self._stopping = False
        await self._spawn()
        self._minder = asyncio.create_task(self._mind())
        try:
            async with asyncio.timeout(BOOT):
                await self._answers()
        except TimeoutError as err:
            raise Trouble(
                f"Home Assistant did not answer within {BOOT} s. {self._tail()}"
            ) from err

    async def _spawn(self) -> None:
        with self._console.open("ab") as console:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                str(LAUNCH),
                "--config",
                str(self.folder),
                "--skip-pip",
                "--log-no-color",
                stdin=asyncio.subprocess.PIPE,
                stdout=console,
                stderr=asyncio.subprocess.STDOUT,
                # Ctrl-C at the terminal is for us; we tell it to stop.
                start_new_session=True,
                cwd=self.folder,
                env={**_clean_environment(), **self._environment},
            )

    async def _answers(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                if self._minder and self._minder.done():
                    raise Trouble(
                        f"Home Assistant ended while it started. {self._tail()}"
                    )
                with suppress(aiohttp.ClientError, OSError):
                    async with session.get(f"{self.url}/api/onboarding") as answer:
                        if answer.status in (200, 404):
                            return
                await asyncio.sleep(0.1)

    async def _mind(self) -> None:
        """Start it again when it asks for that; return when it has ended."""
        while self._process is not None:
            code = await self._process.wait()
            if code != _RESTART or self._stopping:
                return
            await self._spawn()

    async def ended(self) -> None:
        """Return when it has ended, however that came."""
        if self._minder:
            await asyncio.shield(self._minder)

    async def stop(self) -> None:
        """Let it stop in good order, or kill it when it does not."""
        self._stopping = True
        process = self._process
        if process is None:
            return
        try:
            if process.returncode is None:
                process.terminate()
            async with asyncio.timeout(STOP):
                await process.wait()
        except TimeoutError as err:
            raise Trouble(
                f"Home Assistant did not stop within {STOP} s. {self._tail()}"
            ) from err
        finally:
            self._kill_family(process.pid)
            await process.wait()
            self._process = None
            if self._minder:
                self._minder.cancel()
                self._minder = None

    def _kill_family(self, leader: int) -> None:
        """Kill whatever is left of its session."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)

    def _tail(self) -> str:
        return "The end of its log:\n" + "\n".join(self.log.splitlines()[-15:])


def _store(
    path: Path, data: Mapping[str, Any], *, version: int, minor_version: int = 1
) -> None:
    content = {
        "version": version,
        "minor_version": minor_version,
        "key": path.name,
        "data": data,
    }
    path.write_text(json.dumps(content))


def _clean_environment() -> dict[str, str]:
    """Return our environment without what would lead Python or Home Assistant astray."""
    astray = (
        "PYTHON",
        "COV",
        "PYTEST",
        "YALE_AUGUST",
        "SETUP_PORT",
        "HA_",
        "SUPERVISOR",
    )
    return {
        name: value for name, value in os.environ.items() if not name.startswith(astray)
    }
