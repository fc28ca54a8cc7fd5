"""A world that runs for long: half a day here, a week in scripts/soak."""

import os
import sys

from .soak import soak
from .warp import run

HOURS = float(os.environ.get("SOAK_HOURS", "12"))
LOCKS = int(os.environ.get("SOAK_LOCKS", "50"))
SEED = int(os.environ.get("SOAK_SEED", "7"))


def test_soak() -> None:
    """No wrong state at rest, bounded memory, requests within the budget, no storm."""
    # Shown when it fails, and by the script.
    sys.stdout.write(f"SOAK_HOURS={HOURS} SOAK_LOCKS={LOCKS} SOAK_SEED={SEED}\n")
    figures = run(lambda: soak(hours=HOURS, locks=LOCKS, seed=SEED))
    sys.stdout.write("\n".join(figures.lines()) + "\n")
    assert min(figures.per_lock_and_hour) >= 2
    # Four by the slow read, and one when push has come back in that hour.
    assert max(figures.per_lock_and_hour) <= 5
    # At a start each lock is read, asked for what it can do, and read once more where push
    # comes late; that is all.
    assert figures.worst_window <= 3.5 * LOCKS + 5
    # At the first rest the Home Assistant before a restart is still there, with journals that are
    # empty: half of the locks that are counted then.
    assert figures.objects[-1] <= 1.4 * figures.objects[0]
    assert figures.memory[-1] - figures.memory[0] < 60
    assert figures.commands["confirmed"] > 0
