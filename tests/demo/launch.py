"""Starts Home Assistant in this process, for as long as standard input stays open.

Whoever started it holds the other end: when that process is gone, however it went,
Home Assistant stops as well.
"""

import os
import runpy
import signal
import threading

from homeassistant import bootstrap

# Of what Home Assistant sets up without being asked: what the demo shows. The rest
# wants libraries for sound and radio, or calls addresses outside of this machine.
KEPT = frozenset(
    {
        "application_credentials",
        "automation",
        "battery",
        "binary_sensor",
        "brands",
        "button",
        "door",
        "event",
        "frontend",
        "labs",
        "lock",
        "logger",
        "network",
        "person",
        "scene",
        "script",
        "sensor",
        "system_health",
        "tag",
        "zone",
    }
)


def follow() -> None:
    """End when standard input does."""
    # Not by sys.stdin: its buffer is locked while Python shuts down.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


bootstrap.DEFAULT_INTEGRATIONS.intersection_update(KEPT)
threading.Thread(target=follow, daemon=True).start()
runpy.run_module("homeassistant", run_name="__main__", alter_sys=True)
