"""What holds for the files of the repository, whatever they do."""

import ast
from collections.abc import Iterator
from importlib.metadata import requires, version
import json
from pathlib import Path
import re
import subprocess

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
import pytest

ROOT = Path(__file__).parent.parent
INTEGRATION = ROOT / "custom_components" / "yale_august"


def tracked() -> list[Path]:
    """Return the files that a clone has, or would have after a commit."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = (ROOT / name for name in names.split("\0") if name)
    return [path for path in paths if path.is_file()]


def imported(path: Path) -> Iterator[str]:
    """Yield the full names of all modules that a file imports."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            yield ".".join([*base, *filter(None, [node.module])])


@pytest.mark.parametrize(
    ("layer", "below"), [("cloud", []), ("codes", ["cloud"])], ids=["cloud", "codes"]
)
def test_library_stands_alone(layer: str, below: list[str]) -> None:
    """The cloud client and the code engine know neither Home Assistant nor us."""
    folder = INTEGRATION / layer
    allowed = tuple(f"custom_components.yale_august.{name}" for name in (layer, *below))
    paths = list(folder.rglob("*.py"))
    assert len(paths) > 2
    for path in paths:
        for name in imported(path):
            assert name.partition(".")[0] != "homeassistant", path
            assert not name.startswith("custom_components") or name.startswith(
                allowed
            ), f"{path} imports {name}"


def test_code_engine_is_pure() -> None:
    """It decides, and others wait, store and send."""
    for path in (INTEGRATION / "codes").rglob("*.py"):
        roots = {name.partition(".")[0] for name in imported(path)}
        assert not roots & {"aiohttp", "asyncio", "homeassistant", "threading"}, path
        assert not roots & {"io", "os", "pathlib", "socket", "time"}, path


def test_socketio_leaves_core_its_version() -> None:
    """Home Assistant has one environment: our range must take what core's yale takes."""
    ours = socketio(
        json.loads((INTEGRATION / "manifest.json").read_text())["requirements"]
    )
    theirs = socketio(requires("yalexs") or [])
    lowest = [clause.version for clause in theirs if clause.operator == ">="]
    assert all(map(ours.contains, [*lowest, version("python-socketio")]))
    inputs = (ROOT / "requirements" / "common.in").read_text()
    assert socketio(re.findall(r"^[^#\n]+", inputs, re.MULTILINE)) == ours


def socketio(requirements: list[str]) -> SpecifierSet:
    """Return the versions of python-socketio that are asked for."""
    return next(
        requirement.specifier
        for requirement in map(Requirement, requirements)
        if requirement.name == "python-socketio"
    )


def test_requirements_name_no_host() -> None:
    """Where packages come from is the business of the machine that installs them."""
    for path in (ROOT / "requirements").iterdir():
        for line in path.read_text().splitlines():
            assert "://" not in line, path
            assert not re.match(r"\s*-(i|f|-index|-extra|-find|-trusted)", line), path


def test_nothing_of_a_machine() -> None:
    """No file names the folders or the mirrors of whoever wrote it."""
    folder = re.compile(rb"(?<![\w.$])/(?:home|root|Users|work|opt)/\w")
    mirror = re.compile(rb"pypi\.org|pythonhosted|debian\.org|npmjs\.org")
    for path in tracked():
        if path != Path(__file__):
            content = path.read_bytes()
            assert not folder.search(content), path
            assert not mirror.search(content), path


@pytest.mark.parametrize(
    "library", ["aiohttp", "yarl", "python-socketio", "python-engineio"]
)
def test_both_versions_have_the_libraries_of_the_client(library: str) -> None:
    """Only because they are the same do the client's own tests run with one of them."""
    pins = {
        re.search(rf"^{library}==(\S+)", text, re.MULTILINE)[1]  # type: ignore[index]
        for name in ("oldest", "newest")
        for text in ((ROOT / "requirements" / f"{name}.txt").read_text(),)
    }
    assert len(pins) == 1
