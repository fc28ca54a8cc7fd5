"""Guests, a cloud in trouble and other people with the app: a few lives here, as many as wanted by GUESTS_SEEDS."""

import os

from .guests import guests
from .warp import run

FIRST = int(os.environ.get("GUESTS_FIRST", "1"))
SEEDS = int(os.environ.get("GUESTS_SEEDS", "2"))
STEPS = int(os.environ.get("GUESTS_STEPS", "60"))


def test_guests() -> None:
    """Nothing opens that was not wished, nothing is called confirmed that is not, nothing of the app's is touched."""
    failed = []
    for seed in range(FIRST, FIRST + SEEDS):
        try:
            run(lambda seed=seed: guests(seed, steps=STEPS))  # type: ignore[misc]
        except AssertionError as err:
            failed.append(f"seed {seed}: {err}")
    assert not failed, "\n\n".join(failed)
