"""What Home Assistant's log complains of."""

import re
from typing import Final

_OURS: Final = re.compile(r"custom_components[./]yale_august")
_LEVEL: Final = re.compile(r"^\S+ \S+ (DEBUG|INFO|WARNING|ERROR|CRITICAL) ")
_WANTED: Final = (
    "which has not been tested by Home Assistant",
    "YALE_AUGUST_CLOUD is set",
)
"""Warnings of ours or about us that belong there."""


def complaints(log: str, expected: tuple[str, ...] = ()) -> list[str]:
    """Return the errors of anybody and the warnings of ours that nothing explains.

    `expected` are the ends of lines that have to be there.
    """
    found, tracing = [], False
    for line in log.splitlines():
        level = _LEVEL.match(line)
        if line.startswith("Traceback"):
            tracing = True
        elif tracing and not level:
            # The first line that is not indented names the exception.
            if line and not line.startswith(" "):
                found.append(f"Traceback: {line}")
                tracing = False
            continue
        else:
            tracing = False
        if level is None or line.endswith(expected):
            continue
        if level[1] in ("ERROR", "CRITICAL") or (
            level[1] == "WARNING"
            and _OURS.search(line)
            and not any(text in line for text in _WANTED)
        ):
            found.append(line)
    return found
