"""The hub's database and the small disk it lies on, so that both can be broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from chaos import server
from hub.demo.partners import free_port
from hub.demo.processes import wait_for

if TYPE_CHECKING:
    from hub.demo.installation import Installation
    from hub.demo.processes import Keeper

TMPFS_MEGABYTES = 3_000
START_SECONDS = 90.0
CONNECTIONS = 60  # few, so that they can be used up
PREFIX = "lt-pg-"


def disk(directory: Path) -> tuple[Path | None, list[str]]:
    """Make a small file system of its own, so that it can be filled."""
    subprocess.run(["umount", "-l", str(directory)], check=False, capture_output=True)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    size = f"size={TMPFS_MEGABYTES}m,mode=755"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(directory)], check=False, capture_output=True
    )
    if done.returncode == 0:
        return directory, []
    return None, ["The disk was not filled: this machine lets nobody mount a tmpfs here."]


def home(small_disk: Path | None) -> Path:
    """Make a folder that PostgreSQL's own user may enter."""
    made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=small_disk))
    made.chmod(0o755)
    return made


def start_postgres(installation: Installation, keeper: Keeper, small_disk: Path | None, address: str) -> None:
    """Start a server that is started again whenever it dies; `address`: where others reach it."""
    installation.database_home = home(small_disk)
    directory, port = installation.database_home / "d", free_port()
    server.new(directory, f"max_connections = {CONNECTIONS}")
    options = [f"port={port}", f"listen_addresses={','.join(sorted({'127.0.0.1', address}))}"]
    keeper.start("database", [sys.executable, "-m", "chaos.server", str(directory), "hub", *options])
    installation.database_url = f"postgresql+psycopg://postgres@{address}:{port}/postgres"
    url = f"postgresql://postgres@{address}:{port}/postgres"
    wait_for(lambda: answers(url), "PostgreSQL has started", seconds=START_SECONDS, between=0.2)


def answers(url: str) -> bool:
    """Tell whether a server lets somebody in."""
    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.Error:
        return False


def kill_postgres(installation: Installation) -> bool:
    """Kill the server with -9; its keeper starts it again."""
    return installation.database_home is not None and server.kill(installation.database_home / "d")
