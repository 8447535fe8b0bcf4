"""What runs in a scenario: a hub of several processes with its partners, clients and database, each killable."""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub.sdk import ConnectorError, Http, Timeouts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from chaos.pair import Pair
    from chaos.spaces import Spaces
    from hub.demo.installation import Installation
    from hub.demo.partners import Partner
    from hub.demo.processes import Keeper
    from hub.flows.context import Context

LEASE_SECONDS = 6.0


@dataclass(frozen=True)
class Wish:
    """What the command line asks for."""

    database: str
    seed: int
    seconds: float
    faults: int
    events: int
    directory: Path
    scenario: str = "all"
    webs: int = 2
    workers: int = 2
    clients: int = 3
    lease_seconds: float | None = LEASE_SECONDS  # None: as shipped
    channels: tuple[str, ...] = ()  # () means all
    supervised: bool = False  # workers are children of the hub's own supervisor, as in `hub serve`


@dataclass
class Cluster:
    """Everything that runs.

    `disk`: the tmpfs that can be filled, `spaces`: the lines that can be pulled out (None: this machine does not allow
    it); `pair`: the two servers of the failover.
    """

    wish: Wish
    installation: Installation
    keeper: Keeper
    context: Context
    partners: list[Partner]
    key: str
    webs: dict[str, str]  # name → host and port, past the proxy
    addresses: list[str]  # through the proxy
    control: tuple[str, int]
    disk: Path | None = None
    spaces: Spaces | None = None
    pair: Pair | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def direct(self) -> str:
        """The first web node without the proxy."""
        return f"http://{next(iter(self.webs.values()))}"

    def pid(self, name: str) -> int:
        """The present process of a name."""
        return self.keeper.pids()[name]

    def clock_file(self, name: str) -> Path:
        """What shifts a node's clock."""
        return self.installation.directory / f"{name}.clock"

    def rates(self, rates: Mapping[str, float]) -> dict[str, int]:
        """Set how often the proxy misbehaves; return what it has played so far."""
        with (
            contextlib.suppress(OSError, ValueError),
            socket.create_connection(self.control, timeout=5) as connection,
        ):
            connection.sendall(json.dumps({"rates": rates}).encode() + b"\n")
            return dict(json.loads(connection.makefile().readline())["played"])
        return {}

    def start_clients(self, events: int) -> None:
        """Start the district systems."""
        for number in range(self.wish.clients):
            wish = {
                "addresses": self.addresses,
                "key": self.key,
                "journal": str(self.journal(number)),
                "client": number,
                "seed": self.wish.seed,
                "events": events // self.wish.clients + 1,
                "stop": str(self.stop_file),
            }
            self.keeper.start(f"client{number}", [sys.executable, "-m", "chaos.until_done", json.dumps(wish)])

    @property
    def stop_file(self) -> Path:
        """Made when the clients are to begin nothing new."""
        return self.installation.directory / "stop"

    def journal(self, number: int) -> Path:
        """A client's journal."""
        return self.installation.directory / f"client{number}.journal"

    @property
    def journals(self) -> list[Path]:
        """All of them."""
        return [self.journal(number) for number in range(self.wish.clients)]


def all_ready(cluster: Cluster) -> bool:
    """Tell whether every web node serves."""
    return all(ready(place) for place in cluster.webs.values())


def ready(place: str) -> bool:
    """Tell whether a web node serves."""
    try:
        return Http(Timeouts(1, 2, 3)).get(f"http://{place}/readyz").status == 200
    except ConnectorError:
        return False


def later(seconds: float, work: Any) -> threading.Timer:
    """Do something after a while, in the background."""
    timer = threading.Timer(seconds, work)
    timer.daemon = True
    timer.start()
    return timer
