"""Many hands at few doors: what a person is told is so, and nothing is left held."""

import os
import sys

import pytest

from .throng import throng
from .warp import run

HOURS = float(os.environ.get("THRONG_HOURS", "2"))
SEED = int(os.environ.get("THRONG_SEED", "1"))


@pytest.mark.parametrize("calm", [True, False])
def test_throng(calm: bool) -> None:
    """Once on the wire, honest ends, true at rest, nothing left behind."""
    many = run(lambda: throng(hours=HOURS, seed=SEED, calm=calm))
    sys.stdout.write(f"{dict(many.outcomes)}\n{dict(many.count)}\n")
