"""From runs to figures: medians, ratios, and whether a goal is reached."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
import json
import os
import platform
from typing import Any

from .course import STEPS, Options, Results
from .imports import installed_size
from .laps import ROOT

type Pick = Callable[[Mapping[str, Any]], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure of both systems.

    `ratio`: the most that ours may be of core's. `most`: the most that ours may be.
    """

    key: str
    name: str
    unit: str
    run: str
    pick: Pick
    scale: float = 1
    """From the unit of the run to that of the figure."""
    ratio: float | None = None
    most: float | None = None
    digits: int = 2


def _field(name: str) -> Pick:
    return lambda figures: float(figures[name])


def _rows(options: Options) -> tuple[Row, ...]:
    locks, cloud = f"{options.locks} locks", f"{options.latency * 1000:.0f} ms"
    rows = [
        Row(
            key=f"{run}.{field}",
            name=f"{name}, {what}",
            unit=unit,
            run=run,
            pick=_field(field),
            ratio=goals.get(field),
        )
        for run, name, goals in (
            ("first", f"First start, {locks}", {"shown": 0.2, "requests": 0.95}),
            ("restart", f"Restart, {locks}", {"shown": 0.2, "requests": 0.55}),
            ("small", f"First start, {min(3, options.locks)} locks", {"shown": 0.5}),
        )
        for field, what, unit in (
            ("shown", f"all shown and push connected (cloud answers in {cloud})", "s"),
            ("seconds", "all read", "s"),
            ("requests", "requests", ""),
            ("cpu", "CPU", "s"),
            ("entities", "entities", ""),
        )
    ]
    return (
        *rows,
        Row(
            key="push.alone.cpu",
            name="One message now and then, CPU of all that it sets off",
            unit="ms",
            run="alone",
            pick=_field("cpu"),
            scale=1000,
            ratio=0.7,
        ),
        Row(
            key="push.alone.requests",
            name="One message now and then, requests that it sets off",
            unit="",
            run="alone",
            pick=_field("requests"),
            digits=1,
        ),
        Row(
            key="push.cpu",
            name="Push to state, CPU (many in a row)",
            unit="ms",
            run="train",
            pick=_field("cpu"),
            scale=1000,
            ratio=0.7,
            digits=3,
        ),
        Row(
            key="push.single.cpu",
            name="Push to state, CPU (one every 5 ms, waking up included)",
            unit="ms",
            run="push",
            pick=_field("cpu"),
            scale=1000,
            digits=3,
        ),
        Row(
            key="push.requests",
            name="Requests after a push",
            unit="",
            run="reads",
            pick=_field("requests"),
            most=0,
            digits=0,
        ),
        Row(
            key="burst.lost",
            name=f"{options.burst} messages at once, lost",
            unit="",
            run="burst",
            pick=lambda run: float(run["lost"] + run["wrong"]),
            most=0,
            digits=0,
        ),
        Row(
            key="burst.stall",
            name=f"{options.burst} messages at once, longest stall",
            unit="ms",
            run="burst",
            pick=_field("stall"),
            scale=1000,
            most=50,
            digits=1,
        ),
        Row(
            key="command.seconds",
            name="Command to request on the wire",
            unit="ms",
            run="command",
            pick=_field("seconds"),
            scale=1000,
            ratio=1,
        ),
        Row(
            key="command.cpu",
            name="Command until its state is shown, CPU",
            unit="ms",
            run="command",
            pick=_field("cpu"),
            scale=1000,
        ),
        Row(
            key="idle.wakeups",
            name="Idle, wake-ups a minute",
            unit="",
            run="idle",
            pick=_field("wakeups_per_minute"),
            digits=1,
        ),
        Row(
            key="idle.cpu",
            name="Idle, CPU a minute",
            unit="ms",
            run="idle",
            pick=_field("cpu_per_minute"),
            scale=1000,
            digits=1,
        ),
        Row(
            key="imports.modules",
            name="Import, modules",
            unit="",
            run="imports",
            pick=_field("modules"),
            most=60,
            digits=0,
        ),
        Row(
            key="imports.seconds",
            name="Import, time",
            unit="ms",
            run="imports",
            pick=_field("seconds"),
            scale=1000,
            most=60,
            digits=0,
        ),
        Row(
            key="imports.cpu",
            name="Import, CPU",
            unit="ms",
            run="imports",
            pick=_field("cpu"),
            scale=1000,
            digits=0,
        ),
        Row(
            key="imports.whole",
            name="Import of platforms and flows too, modules",
            unit="",
            run="imports",
            pick=_field("whole"),
            digits=0,
        ),
        Row(
            key="small.modules",
            name=f"First start, {min(3, options.locks)} locks, modules of its own loaded",
            unit="",
            run="small",
            pick=_field("modules"),
            digits=0,
        ),
        Row(
            key="many.cpu",
            name=f"{options.many} locks, CPU of set-up",
            unit="s",
            run="many",
            pick=_field("cpu"),
        ),
        Row(
            key="many.push.cpu",
            name=f"{options.many} locks, push to state, CPU",
            unit="ms",
            run="many_push",
            pick=_field("cpu"),
            scale=1000,
            digits=3,
        ),
    )


def collect(options: Options, results: Results) -> dict[str, Any]:
    """Return everything as one object."""
    figures: dict[str, Any] = {}
    for row in _rows(options):
        if found := results.runs.get(row.run):
            runs = {
                system: [row.pick(run) * row.scale for run in of_system]
                for system, of_system in found.items()
            }
            figures[row.key] = _figure(row, runs)
    few, many = results.runs.get("few"), results.runs.get("many")
    if few and many:
        for row in (
            Row(
                key="memory.lock",
                name="Memory a lock",
                unit="kB",
                run="many",
                pick=_field("locks"),
                ratio=1,
                digits=1,
            ),
            Row(
                key="memory.entity",
                name="Memory an enabled entity, with all else of its lock",
                unit="kB",
                run="many",
                pick=_field("entities"),
                digits=1,
            ),
        ):
            figures[row.key] = _figure(
                row,
                {
                    system: [
                        (large["memory"] - small["memory"])
                        / (row.pick(large) - row.pick(small))
                        / 1000
                        for small, large in zip(few[system], many[system], strict=True)
                    ]
                    for system in many
                },
            )
        figures["entities.lock"] = _figure(
            Row(
                key="entities.lock",
                name="Enabled entities a lock",
                unit="",
                run="many",
                pick=_field("entities"),
                digits=1,
            ),
            {
                system: [run["entities"] / run["locks"] for run in of_system]
                for system, of_system in many.items()
            },
        )
    figures |= _within_ours(options, results, figures)
    return {
        "command": {
            "locks": options.locks,
            "latency_ms": options.latency * 1000,
            "repetitions": options.repetitions,
        },
        "versions": {
            "home_assistant": version("homeassistant"),
            "yalexs": version("yalexs"),
            "python_socketio": version("python-socketio"),
            "python": platform.python_version(),
            "processors": os.cpu_count(),
        },
        "figures": figures,
        "installed": _installed(),
    }


def _figure(row: Row, runs: Mapping[str, list[float]]) -> dict[str, Any]:
    figure: dict[str, Any] = {"name": row.name, "unit": row.unit}
    for system, values in runs.items():
        figure[system] = _round(median(values), row.digits + 2)
    ours, core = figure.get("ours"), figure.get("core")
    figure["ratio"] = _round(ours / core, 3) if ours is not None and core else None
    goals = []
    if row.ratio is not None:
        figure["goal_ratio"] = row.ratio
        goals.append(figure["ratio"] is not None and figure["ratio"] <= row.ratio)
    if row.most is not None:
        figure["goal"] = row.most
        goals.append(ours is not None and ours <= row.most)
    if goals:
        figure["reached"] = all(goals)
    figure["runs"] = {
        system: [_round(value, row.digits + 2) for value in values]
        for system, values in runs.items()
    }
    figure["digits"] = row.digits
    return figure


def _within_ours(
    options: Options, results: Results, figures: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is compared with ourselves: many locks with few."""
    made: dict[str, Any] = {}
    if "push.cpu" in figures and "many.push.cpu" in figures:
        made["many.push.growth"] = {
            "name": f"Cost of a push with {options.many} locks, that with few being 1",
            "unit": "x",
            **{
                system: _round(
                    figures["many.push.cpu"][system] / figures["push.cpu"][system], 3
                )
                for system in ("ours", "core")
            },
            "goal": 1.3,
            "digits": 2,
        }
        made["many.push.growth"]["reached"] = made["many.push.growth"]["ours"] <= 1.3
    for locks in STEPS:
        for run in results.runs.get(f"growth_{locks}", {}).get("ours", []):
            for key, what, unit, scale in (
                ("cpu", "CPU of set-up a lock", "ms", 1000.0),
                ("memory", "memory a lock", "kB", 0.001),
            ):
                made[f"growth.{locks}.{key}"] = {
                    "name": f"{locks} locks, {what}",
                    "unit": unit,
                    "ours": _round(run[key] * scale / locks, 3),
                    "digits": 1,
                }
    for run in results.runs.get("budget", {}).get("ours", []):
        for key, what in (
            ("shown", "every entity has its state"),
            ("seconds", "all read"),
        ):
            made[f"budget.{key}"] = {
                "name": f"{options.many} locks within the budget, {what}",
                "unit": "s",
                "ours": _round(run[key], 2),
                "digits": 0,
            }
    for run in results.runs.get("reconnect", {}).get("ours", []):
        made["reconnect.requests"] = {
            "name": f"Reconnect with {options.many} locks, requests in 20 s",
            "unit": "",
            "ours": run["requests"],
            "digits": 0,
        }
    return made


def _installed() -> dict[str, Any]:
    """Return the size of what each brings beyond Home Assistant; bytes."""
    import homeassistant

    assert homeassistant.__file__ is not None
    manifests = {
        "ours": ROOT / "custom_components" / "yale_august" / "manifest.json",
        "core": ROOT.joinpath(homeassistant.__file__).parent
        / "components"
        / "yale"
        / "manifest.json",
    }
    sizes = {
        system: installed_size(json.loads(path.read_text())["requirements"])
        for system, path in manifests.items()
    }
    return {
        system: {"bytes": sum(found.values()), "distributions": found}
        for system, found in sizes.items()
    }


def median(values: list[float]) -> float:
    """Return the middle one."""
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2


def _round(value: float, digits: int) -> float:
    return round(value, digits)
