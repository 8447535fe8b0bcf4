"""`python -m hub.demo.database DIRECTORY`: a private PostgreSQL that ends when its server dies, to be started again."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from hub.testing.postgres import private_postgres

LOOK_SECONDS = 0.2
TRIES, BETWEEN_SECONDS = 40, 0.5  # a killed server's sessions need a moment to end before a new one may start
URL_FILE = "url"  # beside the cluster


def main(directory: Path) -> int:
    """Run until SIGTERM (0) or until the server dies (1)."""
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.append(1))
    for _ in range(TRIES):
        if asked:
            return 0
        try:
            with private_postgres(directory) as url:
                (directory.parent / URL_FILE).write_text(url, encoding="utf-8")
                while not asked and _lives(directory):
                    time.sleep(LOOK_SECONDS)
                return 0 if asked else 1
        except Exception as problem:  # noqa: BLE001 (whatever the server says; the last word is in the log)
            sys.stderr.write(f"{type(problem).__name__}: {problem}\n")
            time.sleep(BETWEEN_SECONDS)
    return 1


def _lives(directory: Path) -> bool:
    with suppress(OSError, ValueError, IndexError):
        os.kill(int((directory / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0]), 0)
        return True
    return False


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
