"""The demo: a real Home Assistant with the integration, at the simulated cloud.

    async with Demo(Options()) as demo:
        ...

starts the simulator in this event loop and Home Assistant as a process, and ends both.
`scripts/demo` is the front for people, the tests in a browser use it as well.
"""

from .demo import Demo, Options

__all__ = ["Demo", "Options"]
