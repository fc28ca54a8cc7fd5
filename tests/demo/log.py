"""What Home Assistant's log complains of."""

import re
from typing import Final

_OURS: Final = re.compile(r"custom_components[./]yale_august")
_LEVEL: Final = re.compile(r"^\S+ \S+ (WARNING|ERROR|CRITICAL) ")
_WANTED: Final = (
    "which has not been tested by Home Assistant",
    "YALE_AUGUST_CLOUD is set",
)
"""Warnings of ours or about us that belong there."""


def complaints(log: str, expected: tuple[str, ...] = ()) -> list[str]:
    """Return the errors of anybody and the warnings of ours that nothing explains.

    `expected` are the ends of lines that have to be there.
    """
    found = []
    for line in log.splitlines():
        level = _LEVEL.match(line)
        if line.startswith("Traceback"):
            found.append(line)
        elif level is None or line.endswith(expected):
            continue
        elif level[1] != "WARNING" or (
            _OURS.search(line) and not any(text in line for text in _WANTED)
        ):
            found.append(line)
    return found
