"""The mutations fit the code as it is; whether they are caught is what scripts/mutate sees."""

import ast
from collections import Counter
import difflib
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from .mutation import Mutation
from .table import MUTATIONS

ROOT: Final = Path(__file__).parents[2]


@cache
def names_in(file: Path) -> frozenset[str]:
    """Return the names of the tests in a file."""
    tree = ast.parse(file.read_text("utf-8"))
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda found: found.name)
def test_mutation_fits(mutation: Mutation) -> None:
    """The old text stands there once, one line of it changes, and what must notice is there."""
    assert mutation.count(ROOT) == 1
    lines = difflib.ndiff(mutation.old.splitlines(), mutation.new.splitlines())
    changes = Counter(line[0] for line in lines if line[0] in "+-")
    assert changes == {"+": 1, "-": 1}
    file, _, name = mutation.node.partition("::")
    assert name.partition("[")[0] in names_in(ROOT / file)


def test_mutated_code_can_be_read() -> None:
    """A file that Python cannot read would fail any test."""
    for mutation in MUTATIONS:
        text = (ROOT / mutation.path).read_text("utf-8")
        compile(text.replace(mutation.old, mutation.new), mutation.file, "exec")


def test_each_rule_has_its_mutations() -> None:
    """Each of the eight rules of the door has some, each with a name of its own."""
    counts = Counter(mutation.rule for mutation in MUTATIONS)
    assert min(counts[rule] for rule in range(1, 9)) >= 5
    names = [mutation.name for mutation in MUTATIONS]
    assert len(set(names)) == len(names)
