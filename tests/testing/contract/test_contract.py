"""The contract finds the liars: each breaks one promise, and the test that guards the promise says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.testing.contract.liars import FOUND_BY

ROOT = Path(__file__).parents[3]
LIARS = "tests/testing/contract/liars.py"
IDS = [f"{LIARS}::Test{liar.__name__}::{test}{f'[{fault}]' if fault else ''}" for liar, test, fault in FOUND_BY]


@pytest.fixture(scope="module")
def report():
    options = ["-n", "0", "-q", "-p", "no:cacheprovider", "-rfE", "--tb=no"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *IDS], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout


@pytest.mark.xdist_group("liars")
@pytest.mark.parametrize("node", IDS)
def test_every_liar_is_found_out(report, node):
    assert f"FAILED {node}" in report, report[-3000:]
