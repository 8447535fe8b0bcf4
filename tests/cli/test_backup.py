"""The commands `hub backup` and `hub restore` as a person runs them."""

from __future__ import annotations

from click.testing import CliRunner

from hub.cli import main

KEY = "a key that only tests have, and long enough"


def run(url, *words):
    return CliRunner().invoke(main, words, env={"HUB_DATABASE_URL": url, "HUB_SECRET_KEY": KEY})


def test_backup_and_restore_from_the_command_line(database_url, tmp_path):
    file = str(tmp_path / "hub.backup")

    made = run(database_url, "backup", file)
    again = run(database_url, "backup", file)
    back = run(database_url, "restore", file)

    assert made.exit_code == 0, made.output
    assert "SHA-256" in made.output
    assert again.exit_code == 1
    assert "never written over" in again.output
    assert back.exit_code == 0, back.output
