"""A hub of several processes with its partners, clients and database, each killable and looked after."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub import wiring
from hub.demo.installation import Installation
from hub.demo.partners import Partner, free_port
from hub.demo.processes import Keeper, wait_for
from hub.flows.operate import Wish as ChannelWish
from hub.flows.operate import put_channel
from hub.flows.operate_clients import add_key, put_client
from hub.plugging.manager import load
from hub.sdk import ConnectorError, Http, Timeouts
from hub.store import migrate
from hub.testing import partner as echo_partner
from hub.testing.partner.simulator import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hub.flows.context import Context

ACTOR = "chaos"
LEASE_SECONDS = 6.0
TMPFS_MEGABYTES = 3_000
POLITENESS: Mapping[str, Any] = {
    "schedule": [0.2, 0.4, 0.8, 1.5],
    "maximum_tries": 2_000,
    "connect_timeout": 2.0,
    "read_timeout": 2.5,
    "total_timeout": 5.0,
    "poll_seconds": 1.0,
    "breaker_failures": 5,
    "breaker_seconds": 1.0,
}
ROUTING: Mapping[str, Any] = {
    "national": {"kinds": ["dossier"], "agencies": ["H56.22"]},
    "province": {"kinds": ["dossier"], "agencies": ["H56.22"]},
    "post": {"kinds": ["postal_order"]},
    "echo": {"kinds": ["dossier"]},
}
CONNECTORS = {"echo": "echo", "post": "postal", "national": "national_portal", "province": "province_portal"}
START_SECONDS = 90.0


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
    """Everything that runs. `disk`: the tmpfs that can be filled (None: this machine does not allow one)."""

    wish: Wish
    installation: Installation
    keeper: Keeper
    context: Context
    partners: list[Partner]
    key: str
    webs: dict[str, int]  # name → port, past the proxy
    addresses: list[str]  # through the proxy
    control: int
    disk: Path | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def direct(self) -> str:
        """The first web node without the proxy."""
        return f"http://127.0.0.1:{next(iter(self.webs.values()))}"

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
            socket.create_connection(("127.0.0.1", self.control), timeout=5) as connection,
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


@contextlib.contextmanager
def running(wish: Wish) -> Iterator[Cluster]:
    """Start all; give the cluster; end all."""
    directory = wish.directory.resolve() / wish.database
    disk, notes = _disk(directory)
    installation = Installation.make(directory.with_suffix(".run"), port=0)
    installation.database_url = f"sqlite:///{directory / 'hub.db'}"
    keeper = Keeper(installation.directory)
    try:
        yield _start(wish, installation, keeper, disk, notes)
    finally:
        for pid in keeper.pids().values():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGCONT)
        keeper.stop()
        installation.remove_postgres()
        if disk:
            subprocess.run(["umount", "-l", str(disk)], check=False)


def _disk(directory: Path) -> tuple[Path | None, list[str]]:
    """A small file system of its own, so that it can be filled."""
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


def _start(wish: Wish, installation: Installation, keeper: Keeper, disk: Path | None, notes: list[str]) -> Cluster:
    if wish.database == "postgres":
        _start_postgres(installation, keeper, disk)
    migrate.upgrade(installation.database_url)
    partners, proxied, routes = [], {}, []
    for channel, connector in CONNECTORS.items():
        if wish.channels and channel not in wish.channels:
            continue
        partner = Partner(channel, connector, free_port())
        proxied[channel] = free_port()
        routes.append(f"{proxied[channel]}:{partner.port}")
        folder = str(installation.directory / "partners")
        keeper.start(f"partner.{channel}", _python("chaos.partner", connector, str(partner.port), folder))
        partners.append(partner)
    webs = {f"web{number}": free_port() for number in range(wish.webs)}
    fronts = {name: free_port() for name in webs}
    routes += [f"{fronts[name]}:{port}" for name, port in webs.items()]
    control = free_port()
    keeper.start("proxy", _python("chaos.proxy", str(wish.seed), str(control), *routes))
    for partner in partners:
        log = installation.directory / f"partner.{partner.channel}.log"
        wait_for(lambda log=log: b"settings" in log.read_bytes(), "partners have started", seconds=START_SECONDS)
        line = next(one for one in log.read_bytes().splitlines() if one.startswith(b"{"))
        text = line.decode().replace(f":{partner.port}", f":{proxied[partner.channel]}")
        partner.settings = json.loads(text)["settings"]
        if partner.connector == "echo":
            partner.settings = {"url": f"http://127.0.0.1:{proxied[partner.channel]}", "secret": SECRET}
    context = _context(installation)
    key = _configure(context, partners)
    cluster = Cluster(
        wish,
        installation,
        keeper,
        context,
        partners,
        key,
        webs,
        [f"http://127.0.0.1:{port}" for port in fronts.values()],
        control,
        disk,
        notes,
    )
    _start_nodes(cluster)
    return cluster


def all_ready(cluster: Cluster) -> bool:
    """Tell whether every web node serves."""
    return all(ready(port) for port in cluster.webs.values())


def _start_nodes(cluster: Cluster) -> None:
    common = {
        **cluster.installation.environment,
        "HUB_DISK_MINIMUM": "1 MiB",
        "HUB_WEB_PROCESSES": "1",
        "HUB_WEB_THREADS": "12",
        "HUB_STOP_SECONDS": "5",
    }
    common["HUB_LEASE_SECONDS"] = str(cluster.wish.lease_seconds)
    if cluster.wish.lease_seconds is None:
        del common["HUB_LEASE_SECONDS"]
    kind = "supervised" if cluster.wish.supervised else "worker"
    for number in range(cluster.wish.workers):
        name = f"worker{number}"
        cluster.keeper.start(name, _python("chaos.node", kind, str(cluster.clock_file(name))), common)
    for name, port in cluster.webs.items():
        surroundings = {**common, "HUB_LISTEN": f"127.0.0.1:{port}"}
        cluster.keeper.start(name, _python("chaos.node", "web", str(cluster.clock_file(name))), surroundings)
    wait_for(lambda: all_ready(cluster), "the hub is ready", seconds=START_SECONDS)


def ready(port: int) -> bool:
    """Tell whether a web node serves."""
    try:
        return Http(Timeouts(1, 2, 3)).get(f"http://127.0.0.1:{port}/readyz").status == 200
    except ConnectorError:
        return False


def _start_postgres(installation: Installation, keeper: Keeper, disk: Path | None) -> None:
    """A private server on the disk that can be filled, with few connections."""
    if disk:
        os.environ["TMPDIR"] = str(disk)
        import tempfile

        tempfile.tempdir = str(disk)
    installation.start_postgres(keeper)
    import psycopg

    url = installation.database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET max_connections = 60")
        connection.execute("ALTER SYSTEM SET restart_after_crash = on")
    kill_postgres(installation)
    time.sleep(1.0)
    wait_for(lambda: _answers(url), "PostgreSQL is back", seconds=START_SECONDS, between=0.3)


def _answers(url: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.Error:
        return False


def kill_postgres(installation: Installation) -> bool:
    """Kill the server with -9; its keeper starts it again."""
    assert installation.database_home is not None
    with contextlib.suppress(OSError, ValueError, IndexError):
        file = installation.database_home / "d" / "postmaster.pid"
        os.kill(int(file.read_text(encoding="utf-8").splitlines()[0]), signal.SIGKILL)
        return True
    return False


def _context(installation: Installation) -> Context:
    plugins = load(blocked=("sms", "civil_status"))
    plugins.register(echo_partner)
    return wiring.build(installation.settings, plugins=plugins)


def _configure(context: Context, partners: list[Partner]) -> str:
    for partner in partners:
        wish = ChannelWish(partner.connector, partner.settings, ROUTING[partner.channel], POLITENESS)
        put_channel(context, partner.channel, wish, actor=ACTOR)
    put_client(context, "one_stop", title="Chaos", scopes={"can": ["read", "write", "feed"]}, actor=ACTOR)
    return add_key(context, "one_stop", expires_at=None, actor=ACTOR)


def _python(*words: str) -> list[str]:
    return [sys.executable, "-m", *words]


def later(seconds: float, work: Any) -> threading.Timer:
    """Do something after a while, in the background."""
    timer = threading.Timer(seconds, work)
    timer.daemon = True
    timer.start()
    return timer
