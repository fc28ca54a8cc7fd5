"""Closes the gaps between the test package and what is installed.

Loaded before the test package: see pytest's options in pyproject.toml.
"""

from pathlib import Path
import sys

from homeassistant.components import logger

# The test package is made for Home Assistant 2026.10; 2026.11 moved this function.
if not hasattr(logger, "_clear_logger_overwrites"):
    from homeassistant.components.logger.helpers import _clear_logger_overwrites

    setattr(logger, "_clear_logger_overwrites", _clear_logger_overwrites)

sys.path.append(str(Path(__file__).parent / "stubs"))
