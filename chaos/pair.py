"""Two PostgreSQL servers, a primary and its streaming replica, and what a cluster manager does with them.

A commit is acknowledged when it is on the disk of both. While one is away (from a promotion until the old primary is a
replica again) the other goes on alone; the pair survives the next loss when `tie` has returned.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import psutil
import psycopg

from chaos import server
from chaos.database import START_SECONDS, answers
from hub.demo.partners import free_port
from hub.demo.processes import wait_for

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = ("max_connections = 100", "wal_keep_size = 2GB", "wal_log_hints = on")  # WAL: what rewinding reads
HOST = "127.0.0.1"


class Pair:
    """`primary` and `replica` are the names of the servers now."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._ports = {"a": free_port(), "b": free_port()}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.primary, self.replica = "a", "b"

    @property
    def url(self) -> str:
        """Both servers, as the hub is told of them."""
        hosts = "&".join(f"host={HOST}:{port}" for port in self._ports.values())
        return f"postgresql+psycopg://postgres@/postgres?{hosts}"

    def start(self) -> None:
        """Make the primary and its replica."""
        server.new(self._home / self.primary, *SETTINGS)
        self._launch(self.primary)
        self.rejoin(rewinding=False)

    def stop(self) -> None:
        """End both."""
        for name, process in self._running.items():
            server.kill(self._home / name)
            process.wait()

    def lose(self, *, hung: bool) -> None:
        """The primary's machine loses its power, or stands still and holds all its connections."""
        if not hung:
            server.kill(self._home / self.primary)
            return
        leader = self._pid(self.primary)
        for one in [leader, *leader.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                os.kill(one.pid, signal.SIGSTOP)

    def promote(self) -> None:
        """Fence the old primary (dead, and read-only should it come back), then let the replica take over."""
        server.kill(self._home / self.primary)
        self._running.pop(self.primary).wait()
        (self._home / self.primary / "standby.signal").touch()
        self.primary, self.replica = self.replica, self.primary
        self.ask(self.primary, "ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()")
        self.ask(self.primary, "SELECT pg_promote(true, 60)")

    def come_back(self) -> bool:
        """The old primary starts by itself, as it was; tell whether it takes no writes."""
        self._launch(self.replica)
        reads_only = self.ask(self.replica, "SELECT pg_is_in_recovery()")[0][0]
        server.kill(self._home / self.replica)
        self._running.pop(self.replica).wait()
        return bool(reads_only)

    def rejoin(self, *, rewinding: bool) -> None:
        """Make a replica again, from the old primary's own data or anew, and wait for it from now on."""
        source = self._address(self.primary)
        if rewinding:
            server.rewind(self._home / self.replica, source)
        else:
            server.copy(self._home / self.replica, source)
        self._launch(self.replica)
        names = f"ALTER SYSTEM SET synchronous_standby_names = '{self.replica}'"
        self.ask(self.primary, names, "SELECT pg_reload_conf()")
        wait_for(self.tied, "the replica has everything", seconds=START_SECONDS * 2)

    def tied(self) -> bool:
        """Tell whether commits wait for the replica."""
        return self.ask(self.primary, "SELECT sync_state FROM pg_stat_replication") == [("sync",)]

    def ask(self, name: str, *commands: str) -> list[Any]:
        """Run commands at one server; return the rows of the last."""
        with psycopg.connect(self._address(name), autocommit=True, connect_timeout=5) as connection:
            for command in commands:
                cursor = connection.execute(command)
            return cursor.fetchall() if cursor.description else []

    def _address(self, name: str) -> str:
        return f"host={HOST} port={self._ports[name]} user=postgres dbname=postgres"

    def _launch(self, name: str) -> None:
        directory = self._home / name
        (directory / "postmaster.pid").unlink(missing_ok=True)  # of a server that is dead; rewinding copies one too
        command = [sys.executable, "-m", "chaos.server", str(directory), name, f"port={self._ports[name]}"]
        with (self._home / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        wait_for(lambda: answers(self._address(name)), f"server {name} answers", seconds=START_SECONDS, between=0.1)

    def _pid(self, name: str) -> psutil.Process:
        return psutil.Process(int((self._home / name / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0]))
