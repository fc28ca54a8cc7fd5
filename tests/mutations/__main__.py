"""Changes one line of the integration at a time, in a copy, and sees that a test notices."""

import argparse
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
import os
from pathlib import Path
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from typing import Final

from .mutation import PACKAGE, Mutation
from .table import MUTATIONS

ROOT: Final = Path(__file__).parents[2]
NEEDED: Final = (
    *(PACKAGE, Path("tests"), Path("scripts"), Path(".ci"), Path("requirements")),
    *map(Path, ("pyproject.toml", "README.md", "hacs.json")),
)
LIMIT: Final = 300
"""Seconds after which a test hangs, which is noticed too."""
PASSED: Final = 0
FAILED: Final = 1


def main() -> int:
    """Return 0 when every mutation was caught."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument("words", nargs="*", help='of a name, or "rule 4"')
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    arguments = parser.parse_args()
    wanted = [
        found
        for found in MUTATIONS
        if all(word in f"rule {found.rule}: {found.name}" for word in arguments.words)
    ]
    if not wanted:
        parser.error("no mutation has these words")
    with copies(arguments.jobs) as free:
        if not is_sound(wanted, free):
            return 1
        with ThreadPoolExecutor(arguments.jobs) as pool:
            verdicts = list(pool.map(lambda found: judge(found, free), wanted))
    caught = verdicts.count("caught")
    say(f"{caught} of {len(wanted)} mutations were caught")
    return 0 if caught == len(wanted) else 1


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def copies(number: int) -> Iterator[queue.SimpleQueue[Path]]:
    """Return so many copies of the repository, each for one at a time."""
    free: queue.SimpleQueue[Path] = queue.SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        for name in map(str, range(number)):
            copy = Path(folder) / name
            for path in NEEDED:
                source, target = ROOT / path, copy / path
                target.parent.mkdir(parents=True, exist_ok=True)
                if source.is_dir():
                    skipped = shutil.ignore_patterns("__pycache__")
                    shutil.copytree(source, target, ignore=skipped)
                else:
                    shutil.copy2(source, target)
            free.put(copy)
        yield free


def is_sound(wanted: list[Mutation], free: queue.SimpleQueue[Path]) -> bool:
    """Run the tests without a mutation: one that fails by itself catches nothing."""
    copy = free.get()
    code, output = run({found.node for found in wanted}, copy)
    free.put(copy)
    if code == PASSED:
        return True
    say(output)
    say("Without a mutation these tests must pass.")
    return False


def judge(mutation: Mutation, free: queue.SimpleQueue[Path]) -> str:
    """Try a mutation, and print what became of it."""
    copy = free.get()
    started = time.monotonic()
    try:
        verdict = attempt(mutation, copy)
    finally:
        free.put(copy)
    took = time.monotonic() - started
    say(f"{verdict:9} rule {mutation.rule}: {mutation.name} ({took:.0f} s)")
    if verdict != "caught":
        say(f"          {mutation.path}, {mutation.node}")
    return verdict


def attempt(mutation: Mutation, copy: Path) -> str:
    """Return what becomes of a mutation."""
    if mutation.count(copy) != 1:
        return "NOT FOUND"
    with mutation.applied(copy):
        code, _ = run({mutation.node}, copy)
    # Any other code says that the test was not run.
    return {PASSED: "SURVIVED", FAILED: "caught"}.get(code, "NOT RUN")


def run(tests: Collection[str], copy: Path) -> tuple[int, str]:
    """Run tests in a copy; return pytest's verdict and its words."""
    # The same examples each time.
    options = ("-q", "-x", "-p", "no:cacheprovider", "--hypothesis-seed=0")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *sorted(tests)],
            cwd=copy,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT * (1 + len(tests) // 10),
            check=False,
        )
    except subprocess.TimeoutExpired as err:
        return FAILED, str(err.stdout)
    return done.returncode, done.stdout


if __name__ == "__main__":
    sys.exit(main())
