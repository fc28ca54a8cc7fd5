"""Figures as text."""

from collections.abc import Iterator, Mapping
from typing import Any


def table(found: Mapping[str, Any]) -> str:
    """Return a table for a person at a terminal, which is Markdown too."""
    rows = [("", "ours", "core", "ratio", "goal"), *_rows(found)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [
        "| "
        + " | ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        + " |"
        for row in rows
    ]
    rule = [
        f"{'-' * (width + 2)}" if column == 0 else f"{'-' * (width + 1)}:"
        for column, width in enumerate(widths)
    ]
    lines.insert(1, f"|{'|'.join(rule)}|")
    return "\n".join(lines)


def _rows(found: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    for figure in found["figures"].values():
        ratio = figure.get("ratio")
        yield (
            figure["name"],
            _cell(figure, "ours"),
            _cell(figure, "core"),
            "" if ratio is None else f"{ratio:.2f}",
            _goal(figure),
        )
    sizes = {system: held["bytes"] for system, held in found["installed"].items()}
    yield (
        "Installed beyond Home Assistant",
        f"{sizes['ours'] / 1e6:.1f} MB",
        f"{sizes['core'] / 1e6:.1f} MB",
        f"{sizes['ours'] / sizes['core']:.2f}",
        "",
    )


def _cell(figure: Mapping[str, Any], system: str) -> str:
    value = figure.get(system)
    if value is None:
        return ""
    digits = 0 if float(value).is_integer() else figure["digits"]
    return f"{value:.{digits}f} {figure['unit']}".rstrip()


def _goal(figure: Mapping[str, Any]) -> str:
    goals = []
    if "goal_ratio" in figure:
        goals.append(f"{figure['goal_ratio']} x")
    if "goal" in figure:
        goals.append(f"{figure['goal']} {figure['unit']}".rstrip())
    if not goals:
        return ""
    return f"{', '.join(goals)}: {'yes' if figure['reached'] else 'NO'}"
