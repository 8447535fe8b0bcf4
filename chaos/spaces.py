"""Network namespaces: each process of the hub on a line of its own, which can be pulled out.

All lines end in the namespace of this process; `address` is reached from everywhere. Names carry our process id, so
that what a killed run left is found and removed by the next. Addresses are of the range that is reserved for tests.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

PREFIX = "lt-"
NAMES = Path("/var/run/netns")


class Spaces:
    """Namespaces by the name of what runs in them."""

    def __init__(self) -> None:
        """Raises OSError where this machine does not allow it."""
        self._made: dict[str, int] = {}
        sweep()
        taken = {line.split()[3] for line in _ip("-o", "-4", "addr").splitlines()}
        free = (one for one in range(os.getpid() % 199, 255) if f"198.18.{one}.254/32" not in taken)
        self._net = f"198.18.{next(free)}"
        self.address = f"{self._net}.254"
        _ip("addr", "add", f"{self.address}/32", "dev", "lo")
        _ip("route", "add", "unreachable", f"{self._net}.0/24")  # what is for a pulled line goes nowhere else

    def add(self, name: str) -> str:
        """Make a namespace; return its address."""
        number = self._made[name] = len(self._made)
        space, line = self._space(name), self._line(name)
        here, there = f"{self._net}.{4 * number + 1}", f"{self._net}.{4 * number + 2}"
        _ip("netns", "add", space)
        _ip("link", "add", line, "type", "veth", "peer", "name", "up0", "netns", space)
        _ip("addr", "add", f"{here}/30", "dev", line)
        _ip("link", "set", line, "up")
        for words in (("addr", "add", f"{there}/30", "dev", "up0"), ("link", "set", "up0", "up")):
            _ip("-n", space, *words)
        _ip("-n", space, "link", "set", "lo", "up")
        _ip("-n", space, "route", "add", "default", "via", here)
        return there

    def command(self, name: str, words: list[str]) -> list[str]:
        """Return the command that runs another in a namespace, without a process between."""
        return ["ip", "netns", "exec", self._space(name), *words]

    def cut(self, name: str) -> None:
        """Pull the line out: nothing passes, nobody is told."""
        _ip("link", "set", self._line(name), "down")

    def mend(self, name: str) -> None:
        """Put it back."""
        _ip("link", "set", self._line(name), "up")

    def remove(self) -> None:
        """Remove all; what still runs in them keeps only its loopback."""
        for name in self._made:
            _ip("netns", "del", self._space(name))
        _ip("route", "del", "unreachable", f"{self._net}.0/24")
        _ip("addr", "del", f"{self.address}/32", "dev", "lo")

    def _space(self, name: str) -> str:
        return f"{PREFIX}{os.getpid()}-{self._made[name]}-{self._net}"

    def _line(self, name: str) -> str:
        return f"lt{os.getpid()}v{self._made[name]}"


def sweep() -> None:
    """Remove what runs left that were killed."""
    for space in NAMES.glob(f"{PREFIX}*-*-198.18.*") if NAMES.is_dir() else ():
        _, pid, _, net = space.name.split("-")
        if Path(f"/proc/{pid}").exists():
            continue
        for words in (
            ("netns", "del", space.name),
            ("route", "del", "unreachable", f"{net}.0/24"),
            ("addr", "del", f"{net}.254/32", "dev", "lo"),
        ):
            subprocess.run(["ip", *words], check=False, capture_output=True)


def _ip(*words: str) -> str:
    """Raises OSError with what it said."""
    done = subprocess.run(["ip", *words], check=False, capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout
