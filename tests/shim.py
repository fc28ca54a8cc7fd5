"""Closes the gaps between the test package and what is installed.

Loaded before the test package: see pytest's options in pyproject.toml.
"""

from importlib.util import find_spec
import sys
from unittest.mock import MagicMock

from homeassistant.components import logger

# The test package is made for Home Assistant 2026.10; 2026.11 moved this function.
if not hasattr(logger, "_clear_logger_overwrites"):
    from homeassistant.components.logger.helpers import _clear_logger_overwrites

    setattr(logger, "_clear_logger_overwrites", _clear_logger_overwrites)

# `homeassistant.components.cloud` imports the voice pipeline, and that two libraries for
# sound which have to be compiled. No test listens to anything.
for name in ("pymicro_vad", "pyspeex_noise"):
    if find_spec(name) is None:
        sys.modules[name] = MagicMock()
