"""The demo as anybody runs it: a real process with real partners, which ends in equality."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_the_demo_ends_with_every_partner_holding_what_the_hub_holds(tmp_path, database):
    command = [
        sys.executable,
        "-m",
        "hub",
        "demo",
        "--once",
        "--database",
        database,
        "--directory",
        str(tmp_path / "demo"),
    ]
    options = ["--dossiers", "60", "--procedures", "6", "--online", "4", "--port", "0"]

    done = subprocess.run(
        [*command, *options], check=False, cwd=tmp_path, env=os.environ, capture_output=True, text=True, timeout=170
    )

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "Every partner holds exactly what the hub holds." in done.stdout
