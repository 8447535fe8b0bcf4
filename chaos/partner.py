"""`python -m chaos.partner NAME PORT DIRECTORY`: a partner's stand-in; the echo partner tells every version it took."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

from hub.plugging.manager import load
from hub.testing.partner import EchoSimulator

STOPPING = (signal.SIGTERM, signal.SIGINT)


class VersionedEcho(EchoSimulator):
    """Writes down of every effect which version it brought: older after newer shows as disorder."""

    def _keep(self, wish: dict[str, Any]) -> str:
        code = super()._keep(wish)
        if code == "0":
            self.memory.effect("version", wish["key"], int(wish["id"].rsplit(":", 1)[1]))
        return code


def main(name: str, port: int, directory: Path) -> None:
    """Run until SIGTERM."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    directory.mkdir(parents=True, exist_ok=True)
    simulator: Any
    if name == "echo":
        simulator = VersionedEcho(port=port, directory=directory)
    else:
        simulator = load(blocked=("sms",)).simulators()[name](port=port, directory=directory)
    simulator.start()
    sys.stdout.write(json.dumps({"settings": getattr(simulator, "settings", dict)()}) + "\n")
    sys.stdout.flush()
    signal.sigwait(STOPPING)
    simulator.stop()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
