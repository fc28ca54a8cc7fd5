"""The command line of scripts/benchmark."""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import suppress
import json
import signal
import sys
from typing import TextIO

from .course import PARTS, Course, Options, Results
from .figures import collect
from .table import table
from .trouble import Trouble


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and return its exit code."""
    asked = _parser().parse_args(arguments)
    options = Options(
        locks=asked.locks,
        latency=asked.latency_ms / 1000,
        repetitions=asked.repetitions,
        parts=tuple(asked.only),
        many=asked.many,
        idle=asked.idle,
    )
    try:
        results = asyncio.run(_until_signal(options))
    except Trouble as err:
        say(f"error: {err}", sys.stderr)
        return 1
    except asyncio.CancelledError:
        return 130
    found = collect(options, results)
    say(json.dumps(found, indent=2) if asked.json else table(found))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark",
        description="Measures the integration beside Home Assistant's own `yale`, at a "
        "simulated cloud. Takes about a quarter of an hour.",
    )
    parser.add_argument("--json", action="store_true", help="print one object")
    parser.add_argument(
        "--locks", type=_number, default=20, help="locks of the account (20)"
    )
    parser.add_argument(
        "--latency-ms",
        type=float,
        default=150,
        help="how long the cloud takes to answer while systems are set up (150)",
    )
    parser.add_argument(
        "--repetitions", type=_number, default=5, help="runs of each system (5)"
    )
    parser.add_argument(
        "--many", type=_number, default=500, help="locks of a large account (500)"
    )
    parser.add_argument(
        "--idle", type=float, default=60, help="seconds in which nothing happens (60)"
    )
    parser.add_argument(
        "--only",
        type=_parts,
        default=PARTS,
        metavar="PART,...",
        help=f"of {', '.join(PARTS)}",
    )
    return parser


def _number(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError("not a number from 1 to 1000")
    return number


def _parts(text: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    if not set(parts) <= set(PARTS):
        raise argparse.ArgumentTypeError(f"not of {', '.join(PARTS)}")
    return parts


async def _until_signal(options: Options) -> Results:
    """Measure until it ends or somebody stops it; either way everything is cleaned up."""
    course = Course(options, lambda text: say(text, sys.stderr))
    run = asyncio.ensure_future(course.run())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, run.cancel)
    return await run


def say(text: str, stream: TextIO | None = None) -> None:
    """Tell the person at the terminal, who may have gone."""
    stream = stream or sys.stdout
    with suppress(OSError):
        stream.write(f"{text}\n")
        stream.flush()


if __name__ == "__main__":
    sys.exit(main())
