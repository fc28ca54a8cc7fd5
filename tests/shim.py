"""Closes the gaps between the test package and what is installed, and saves time.

Loaded before the test package: see pytest's options in pyproject.toml.
"""

from asyncio import constants
import os
from pathlib import Path
import sys
import traceback
from traceback import StackSummary, walk_stack
from types import FunctionType

from homeassistant.components import logger

# The test package is made for Home Assistant 2026.10; 2026.11 moved this function.
if not hasattr(logger, "_clear_logger_overwrites"):
    from homeassistant.components.logger.helpers import _clear_logger_overwrites

    setattr(logger, "_clear_logger_overwrites", _clear_logger_overwrites)

sys.path.append(str(Path(__file__).parent / "stubs"))


def _keep_short_stacks() -> None:
    """Let asyncio remember where things began by the last calls, not by the whole stack.

    The test package runs the event loop in its debug mode, and what that finds it still
    finds. But half of the time went into the stack of each task, future, and timer, looked
    up in the files; what is shown of one that was left behind is the last call.
    """
    setattr(constants, "DEBUG_STACK_DEPTH", 3)

    # asyncio's part in C holds the function itself, so that one is changed, and everybody
    # else gets a new one that does what it did.
    held = traceback.extract_stack
    traceback.extract_stack = FunctionType(
        held.__code__, held.__globals__, held.__name__, held.__defaults__
    )
    held.__code__ = _last_calls.__code__


def _last_calls(f: None = None, limit: None = None) -> StackSummary:
    """Return the last two calls; the names are those of the module traceback."""
    stack = StackSummary.extract(walk_stack(sys._getframe(1)), limit=2)  # noqa: SLF001
    stack.reverse()
    return stack


if "PYTHONASYNCIODEBUG" not in os.environ:
    _keep_short_stacks()
