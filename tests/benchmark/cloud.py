"""The simulated cloud as a process of its own."""

import asyncio
from collections.abc import Mapping
import json
from pathlib import Path
import sys
from typing import Any, Final, Self

import aiohttp

from .trouble import Trouble

ROOT: Final = Path(__file__).parents[2]
VARIANTS: Final = ("connect", "unlatch", "no_doorsense", "connect_v2")
"""In turn: each has a bridge, or core's integration would drop it."""
_START: Final = 30
_STOP: Final = 10


class Cloud:
    """Use it as an async context manager; the process ends with it.

    `latency` in seconds; `keys` are further API keys that it takes.
    """

    def __init__(self, locks: int, latency: float, keys: tuple[str, ...]) -> None:
        """Start nothing yet."""
        self._locks = locks
        self._latency = latency
        self._keys = keys
        self._process: asyncio.subprocess.Process | None = None
        self.about: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        """Start it and fill its two houses."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.simulator",
            *("--port", "0", "--control-port", "0", "--locks", "0"),
            *("--speed", "20", "--latency-ms", str(self._latency * 1000)),
            *(word for key in self._keys for word in ("--yale-key", key)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            start_new_session=True,
        )
        try:
            assert self._process.stdout is not None
            async with asyncio.timeout(_START):
                line = await self._process.stdout.readline()
            if not line:
                raise Trouble("The simulated cloud did not start.")
            self.about = json.loads(line)
            async with Control(self.about["control"], self.about["token"]) as control:
                await control.do(
                    "furnish",
                    variants=VARIANTS,
                    count=self._locks,
                    houses=["North", "South"],
                )
                self.about["login"] = await control.do("authorize")
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End it."""
        await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(_STOP):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


class Control:
    """What another process can see and do in the simulated cloud."""

    def __init__(self, url: str, token: str) -> None:
        """Connect nothing yet."""
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}

    async def __aenter__(self) -> Self:
        """Open the connection."""
        self._session = aiohttp.ClientSession(headers=self._headers)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self._session.close()

    async def tell(self, what: str, **query: int) -> Any:
        """Return what the cloud has seen."""
        async with self._session.get(f"{self._url}/{what}", params=query) as answer:
            return await answer.json()

    async def do(self, action: str, **arguments: object) -> Any:
        """Let something happen in the cloud."""
        body: Mapping[str, object] = {"action": action, **arguments}
        async with self._session.post(f"{self._url}/do", json=body) as answer:
            said = await answer.json()
            if answer.status != 200:
                raise Trouble(f"{action}: {said}")
            return said
