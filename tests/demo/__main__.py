"""The command line of scripts/demo."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
import signal
import sys
import time
from typing import Final, TextIO

from .arrival import Papers
from .check import Check
from .demo import PERSON, Demo, Options
from .trouble import Trouble

PORT: Final = 8123
CLOUD_PORT: Final = 8124
_CHECK_SPEED: Final = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo and return its exit code."""
    asked = _parser().parse_args(arguments)
    runner = _check if asked.check else _show
    try:
        return asyncio.run(_until_signal(runner, asked))
    except Trouble as err:
        say(f"error: {err}", sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="A real Home Assistant with the integration, at a simulated cloud.",
    )
    parser.add_argument(
        "--port", type=_port, help=f"port of Home Assistant ({PORT}); 0: any free one"
    )
    parser.add_argument(
        "--cloud-port",
        type=_port,
        help=f"port of the simulated cloud ({CLOUD_PORT}); 0: any free one",
    )
    parser.add_argument(
        "--locks",
        type=_count,
        metavar="N",
        help="how many locks (hundreds take minutes); without it one of each shape",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="leave setting up the integration to you"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        help="keep Home Assistant's configuration here; without it nothing is kept",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="operate every lock, compare with the cloud's record of the bolts, exit",
    )
    return parser


def _count(text: str) -> int:
    return _number(text, 1, 1000)


def _port(text: str) -> int:
    return _number(text, 0, 65535)


def _number(text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"not a number from {least} to {most}")
    return number


async def _until_signal(
    run: Callable[[argparse.Namespace], Awaitable[int]], asked: argparse.Namespace
) -> int:
    """Run until it ends or somebody stops it; either way everything is cleaned up."""
    task = asyncio.ensure_future(run(asked))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A second one interrupts the cleaning up, which then kills.
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return 130


def _options(asked: argparse.Namespace, port: int, cloud_port: int) -> Options:
    return Options(
        port=port if asked.port is None else asked.port,
        cloud_port=cloud_port if asked.cloud_port is None else asked.cloud_port,
        locks=asked.locks,
        fresh=asked.fresh,
        folder=asked.folder.absolute() if asked.folder else None,
    )


async def _show(asked: argparse.Namespace) -> int:
    """Run for a person until it is stopped."""
    say("Starting the simulated cloud and Home Assistant ...")
    async with Demo(_options(asked, PORT, CLOUD_PORT)) as demo:
        say(_welcome(demo))
        try:
            if demo.entry_id is None:
                await _furnish_later(demo)
            await demo.home.ended()
        except asyncio.CancelledError:
            say("\nStopping ...")
            return 0
    raise Trouble("Home Assistant has ended by itself.")


async def _furnish_later(demo: Demo) -> None:
    """Build the dashboard once the person has added the integration."""
    ended = asyncio.ensure_future(demo.home.ended())
    while not ended.done():
        if await demo.furnished():
            say("The integration is set up: the dashboard Doors is in the sidebar.")
            break
        await asyncio.wait([ended], timeout=1)
    ended.cancel()


def _welcome(demo: Demo) -> str:
    lines = [
        "",
        f"Home Assistant   {demo.home.url}",
        f"Sign in as       {PERSON.username}",
        f"Password         {PERSON.password}",
        "",
    ]
    if demo.entry_id is None:
        papers = Papers.of(demo.cloud)
        lines += [
            "Add the integration: Settings > Devices & services > Add integration,",
            "Yale & August Partner. It will ask for",
            "",
            f"Client ID        {papers.client_id}",
            f"Client secret    {papers.client_secret}",
            f"API key          {papers.api_key}   (brand: Yale Home)",
            f"Account          {papers.email}, password {papers.password}",
        ]
    else:
        lines += [
            "To try",
            "- The dashboard Doors opens after signing in: lock, unlock, open the front door.",
            "- More doors has the strange ones: no bridge, a bridge that is offline, ...",
            "- Settings > Devices & services > Yale & August Partner shows the devices:",
            "  houses, bridges, locks, keypads.",
        ]
    lines += [
        "",
        f"The simulated cloud is at {demo.cloud.url}. Ctrl-C stops everything.",
    ]
    return "\n".join(lines)


async def _check(asked: argparse.Namespace) -> int:
    """Verify all locks and say what was found."""
    began = time.monotonic()
    options = replace(
        _options(asked, 0, 0), fresh=False, speed=_CHECK_SPEED, debug=True
    )
    async with Demo(options) as demo:
        check = Check(demo)
        await check.run()
        say(check.report())
    verdict = "passed" if check.passed else "FAILED"
    seconds = time.monotonic() - began
    say(
        f"{verdict}: {check.operated} of {len(check.rows)} locks operated in {seconds:.0f} s"
    )
    return 0 if check.passed else 1


def say(text: str, stream: TextIO = sys.stdout) -> None:
    """Tell the person at the terminal, who may have gone."""
    with suppress(OSError):
        stream.write(f"{text}\n")
        stream.flush()


if __name__ == "__main__":
    sys.exit(main())
