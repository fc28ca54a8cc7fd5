"""What importing a system costs, beyond Home Assistant and python-socketio."""

from collections.abc import Iterator, Mapping
import importlib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
import pkgutil
import sys
import time
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PACKAGES: Final = {
    "ours": "custom_components.yale_august",
    "core": "homeassistant.components.yale",
}


def import_cost(job: Mapping[str, Any]) -> dict[str, Any]:
    """Import a system after `preload`, then all of it; modules, seconds.

    The first is the package, with all that it pulls in; `whole` has the platforms and
    flows too, which Home Assistant loads when it wants them. Modules of Home Assistant
    itself are told apart: most of them are loaded anyway.
    """
    for name in job["preload"]:
        importlib.import_module(name)
    package = PACKAGES[job["system"]]
    before = set(sys.modules)
    begin, cpu = time.perf_counter(), time.process_time()
    found = importlib.import_module(package)
    seconds, used = time.perf_counter() - begin, time.process_time() - cpu
    first = set(sys.modules) - before
    for module in pkgutil.iter_modules(found.__path__):
        importlib.import_module(f"{package}.{module.name}")
    whole = set(sys.modules) - before
    theirs = {
        name
        for name in whole
        if name.partition(".")[0] == "homeassistant"
        and not f"{name}.".startswith(f"{package}.")
    }
    return {
        "modules": len(first - theirs),
        "seconds": seconds,
        "cpu": used,
        "whole": len(whole - theirs),
        "names": sorted(first - theirs),
        "home_assistant": sorted(theirs),
    }


def installed_size(requirements: list[str]) -> dict[str, int]:
    """Return the bytes of the distributions that requirements bring, Home Assistant's own apart."""
    brought = _closure(requirements) - _closure(["homeassistant"])
    return {name: _size(distribution(name)) for name in sorted(brought)}


def _size(held: Distribution) -> int:
    paths = (Path(str(file.locate())) for file in held.files or ())
    return sum(path.stat().st_size for path in paths if path.is_file())


def _closure(requirements: list[str]) -> set[str]:
    found: set[str] = set()
    todo = [Requirement(text) for text in requirements]
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        try:
            held = distribution(name)
        except PackageNotFoundError:
            continue
        if name in found and not requirement.extras:
            continue
        found.add(name)
        todo += _needs(held, requirement.extras)
    return found


def _needs(held: Distribution, extras: set[str]) -> Iterator[Requirement]:
    for text in held.requires or ():
        needed = Requirement(text)
        marker = needed.marker
        if marker is None or any(
            marker.evaluate({"extra": extra}) for extra in ("", *extras)
        ):
            yield needed
