"""Single runs: a cloud, and one measured process after another at it."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
import json
import os
from pathlib import Path
import signal
import sys
import tempfile
from typing import Any, Final

from .cloud import ROOT, Cloud
from .trouble import Trouble

SYSTEMS: Final = ("ours", "core")
_LIMIT: Final = 420
"""Seconds that one process may take."""

type Figures = dict[str, Any]


def task(kind: str, name: str | None = None, **details: object) -> Figures:
    """Return a task for a measured process."""
    return {"task": kind, "name": name or kind, **details}


async def at_home(
    system: str,
    *rounds: Sequence[Figures],
    locks: int,
    latency: float = 0,
    unlimited: bool = False,
) -> list[Figures]:
    """Measure a system at a cloud of its own; each round is a start of Home Assistant.

    What a round has stored, the next one finds.
    """
    from .systems import core_key

    with tempfile.TemporaryDirectory(prefix="yale-august-benchmark-") as folder:
        async with Cloud(locks, latency, (core_key(),)) as cloud:
            return [
                await _run(
                    {
                        "kind": "home",
                        "system": system,
                        "about": cloud.about,
                        "folder": folder,
                        "latency": latency,
                        "unlimited": unlimited,
                        "tasks": tasks,
                    }
                )
                for tasks in rounds
            ]


async def imports(system: str, preload: Sequence[str]) -> Figures:
    """Import a system in a fresh process."""
    return await _run({"kind": "imports", "system": system, "preload": list(preload)})


async def _run(job: Mapping[str, Any]) -> Figures:
    async with _process() as (process, log):
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(job).encode() + b"\n")
        try:
            async with asyncio.timeout(_LIMIT):
                await process.stdin.drain()
                said = await process.stdout.read()
                code = await process.wait()
        except TimeoutError as err:
            raise Trouble(
                f"{job['system']} took longer than {_LIMIT} s.\n{_tail(log)}"
            ) from err
        except ConnectionError:
            said, code = b"", await process.wait()
        if code or not said:
            raise Trouble(f"{job['system']} could not be measured.\n{_tail(log)}")
        figures: Figures = json.loads(said)
        return figures


@asynccontextmanager
async def _process() -> AsyncGenerator[tuple[asyncio.subprocess.Process, Path]]:
    with tempfile.NamedTemporaryFile(prefix="yale-august-benchmark-") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.benchmark.subject",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            cwd=ROOT,
            env=_environment(),
            # Ctrl-C at the terminal is for us; its end of standard input is for it.
            start_new_session=True,
        )
        try:
            yield process, Path(log.name)
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def _environment() -> dict[str, str]:
    """Return our environment without what changes how Python runs."""
    astray = ("PYTHON", "COV", "PYTEST", "YALE_AUGUST")
    return {
        name: value for name, value in os.environ.items() if not name.startswith(astray)
    }


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-25:])
