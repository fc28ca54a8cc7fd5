"""The benchmark measures both systems, and what it says follows from what it measured."""

import asyncio
import json
from pathlib import Path
import sys

import pytest

from .course import Options, Results
from .figures import collect
from .laps import ROOT, at_home, task
from .table import table


async def run(*arguments: str) -> str:
    """Run the benchmark as its script does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.benchmark",
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    return said.decode()


@pytest.mark.usefixtures("socket_enabled")
async def test_imports() -> None:
    """The cheapest part of it, from the command line to the object."""
    found = json.loads(await run("--json", "--repetitions", "1", "--only", "imports"))
    modules = found["figures"]["imports.modules"]
    assert 0 < modules["ours"] < modules["core"]
    assert modules["ratio"] == pytest.approx(
        modules["ours"] / modules["core"], abs=0.001
    )
    sizes = found["installed"]
    assert 0 < sizes["ours"]["bytes"] < sizes["core"]["bytes"]


@pytest.mark.usefixtures("socket_enabled")
async def test_nothing_is_loaded_in_the_loop() -> None:
    """Whatever a start loads, it loads while the event loop goes on; a message asks for nothing."""
    tasks = [task("set_up"), task("alone", pairs=1, seconds=0.2)]
    (figures,) = await at_home("ours", tasks, locks=2)
    found = figures["set_up"]
    assert found["modules"] > 60
    assert found["in_loop"] == []
    assert figures["alone"]["requests"] == 0


def test_figures() -> None:
    """Medians, ratios, goals: a figure that is missed is not called reached."""
    results = Results()
    for seconds in (1.0, 3.0, 2.0):
        for system, factor in (("ours", 1), ("core", 10)):
            results.add("first", system, {**ANY, "shown": seconds * factor})
    figures = collect(Options(), results)["figures"]
    shown = figures["first.shown"]
    assert (shown["ours"], shown["core"], shown["ratio"]) == (2.0, 20.0, 0.1)
    assert shown["reached"]
    requests = figures["first.requests"]
    assert requests["ratio"] == 1 and not requests["reached"]
    lines = table(collect(Options(), results)).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert any("0.10" in line and "0.2 x: yes" in line for line in lines)
    assert any("0.95 x: NO" in line for line in lines)


def test_memory_figures() -> None:
    """What locks and entities need is what more of them need more; only for locks there is a goal."""
    results = Results()
    for system, entities in (("ours", 10), ("core", 5)):
        for run, locks in (("few", 5), ("many", 105)):
            memory = 7_000_000 + locks * entities * 12_000
            figures = {"locks": locks, "entities": locks * entities, "memory": memory}
            results.add(run, system, {**ANY, "messages": 1, **figures})
    found = collect(Options(), results)["figures"]
    rows = {key: found[f"{key}"] for key in ("memory.lock", "memory.entity")}
    assert [(row["ours"], row["core"]) for row in rows.values()] == [
        (120, 60),
        (12, 12),
    ]
    assert not rows["memory.lock"]["reached"]
    assert "reached" not in rows["memory.entity"]
    assert (found["entities.lock"]["ours"], found["entities.lock"]["core"]) == (10, 5)


ANY = {"seconds": 1.0, "requests": 40, "cpu": 0.1, "entities": 100}


@pytest.mark.parametrize("wrong", [["--locks", "0"], ["--only", "nothing"]])
async def test_wrong_arguments(wrong: list[str]) -> None:
    """What cannot be measured is refused at once."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.benchmark",
        *wrong,
        cwd=Path(ROOT),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 2
