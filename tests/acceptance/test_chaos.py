"""A short chaos in every run of the suite: real processes are killed, stopped and cut off; nothing is lost or doubled."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHORT = ["--seconds", "12", "--faults", "24", "--events", "600"]
FOUND = "0 lost, 0 doubled, 0 reordered, 0 stuck, 0 unexplained"


@pytest.mark.chaos
@pytest.mark.xdist_group("chaos")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_nothing_is_lost_doubled_reordered_or_stuck_while_everything_breaks(database):
    command = [sys.executable, "-m", "chaos", "--database", database, "--seed", "7", *SHORT]
    with tempfile.TemporaryDirectory(prefix="lt-c-") as directory:  # short: PostgreSQL's socket stands below it
        done = subprocess.run(
            [*command, "--directory", directory], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
        )

    verdict = done.stdout.splitlines()[-1] if done.stdout else done.stderr
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert verdict.startswith(f"PASSED {database} seed 7:")
    assert verdict.endswith(FOUND)
