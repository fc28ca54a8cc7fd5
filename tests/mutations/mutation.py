"""One wrong line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PACKAGE: Final = Path("custom_components/yale_august")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A line that breaks a rule of the door, and the test that notices."""

    rule: int
    name: str
    """What is wrong then."""
    file: str
    """In the folder of the integration."""
    old: str
    """Stands there once; with its neighbours where the line alone does not tell it."""
    new: str
    """The same with one line changed."""
    test: str
    """In the folder of the tests, as pytest names it."""

    @property
    def path(self) -> Path:
        """The file in the repository."""
        return PACKAGE / self.file

    @property
    def node(self) -> str:
        """The test in the repository, as pytest names it."""
        return f"tests/{self.test}"

    def count(self, root: Path) -> int:
        """Return how often the old text stands in the file."""
        return (root / self.path).read_text("utf-8").count(self.old)

    @contextmanager
    def applied(self, root: Path) -> Iterator[None]:
        """Have the wrong line in a copy of the repository."""
        file = root / self.path
        right = file.read_text("utf-8")
        file.write_text(right.replace(self.old, self.new), "utf-8")
        try:
            yield
        finally:
            file.write_text(right, "utf-8")
