"""hub.testing.postgres: a killed owner leaves nothing behind for long."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from hub.testing.postgres import PREFIX, private_postgres, sweep

_HOLD_A_SERVER = """
import sys, signal
from pathlib import Path
import tempfile
tempfile.tempdir = sys.argv[1]
from hub.testing.postgres import throwaway_postgres
with throwaway_postgres() as url:
    print(url, flush=True)
    signal.pause()
"""


@pytest.fixture
def short_directory():
    with tempfile.TemporaryDirectory(prefix="lt-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_the_private_server_flushes_to_disk_unless_told_otherwise(short_directory):
    with private_postgres(short_directory / "d") as url, closing(_connect(url)) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_a_restarted_server_keeps_its_data(short_directory):
    with private_postgres(short_directory / "d") as url, closing(_connect(url)) as connection:
        connection.execute("CREATE TABLE kept (word text)")

    with private_postgres(short_directory / "d") as url, closing(_connect(url)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_the_server_of_a_killed_run_is_swept_away(short_directory):
    owner = subprocess.Popen(
        [sys.executable, "-c", _HOLD_A_SERVER, str(short_directory)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    owner.stdout.readline()
    (home,) = short_directory.glob(f"{PREFIX}*")
    server = psutil.Process(int((home / "d" / "postmaster.pid").read_text().splitlines()[0]))

    sweep(short_directory)
    assert server.is_running(), "a living owner's server is left alone"

    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    sweep(short_directory)

    assert not server.is_running()
    assert not home.exists()


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
