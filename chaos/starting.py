"""Starts everything that a scenario needs, each process looked after, and ends it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chaos.cluster import Cluster, Wish, all_ready
from chaos.database import START_SECONDS, disk, home, start_postgres
from chaos.pair import Pair
from chaos.spaces import Spaces
from hub import wiring
from hub.demo.installation import Installation
from hub.demo.partners import Partner, free_port
from hub.demo.processes import Keeper, wait_for
from hub.flows.operate import Wish as ChannelWish
from hub.flows.operate import put_channel
from hub.flows.operate_clients import add_key, put_client
from hub.plugging.manager import load
from hub.store import migrate
from hub.testing import partner as echo_partner
from hub.testing.partner.simulator import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hub.flows.context import Context

ACTOR = "chaos"
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
LOOPBACK = "127.0.0.1"


@contextlib.contextmanager
def running(wish: Wish) -> Iterator[Cluster]:
    """Start all; give the cluster; end all."""
    directory = wish.directory.resolve() / wish.database
    small, notes = disk(directory)
    installation = Installation.make(directory.with_suffix(".run"), port=0)
    installation.database_url = f"sqlite:///{directory / 'hub.db'}"
    keeper = Keeper(installation.directory)
    with contextlib.ExitStack() as afterwards:
        if small:
            afterwards.callback(subprocess.run, ["umount", "-l", str(small)], check=False)
        afterwards.callback(installation.remove_postgres)
        base = Base(wish, installation, keeper, small, notes, _spaces(wish, notes, afterwards))
        if wish.scenario == "failover":
            place = home(small)
            afterwards.callback(shutil.rmtree, place, ignore_errors=True)
            base.pair = Pair(place)
            afterwards.callback(base.pair.stop)
        afterwards.callback(keeper.stop)
        afterwards.callback(_wake, keeper)
        yield _start(base)


@dataclass
class Base:
    """What the processes stand on."""

    wish: Wish
    installation: Installation
    keeper: Keeper
    disk: Path | None
    notes: list[str]
    spaces: Spaces | None
    pair: Pair | None = None

    @property
    def address(self) -> str:
        """Where every process reaches the database and the proxy."""
        return self.spaces.address if self.spaces else LOOPBACK


def _spaces(wish: Wish, notes: list[str], afterwards: contextlib.ExitStack) -> Spaces | None:
    """SQLite is for one machine; on PostgreSQL each process of the hub has a line of its own."""
    if wish.database != "postgres" or wish.scenario != "all":
        return None
    try:
        spaces = Spaces()
    except OSError as problem:
        notes.append(f"No line was pulled out: this machine allows no network namespaces ({problem}).")
        return None
    afterwards.callback(spaces.remove)
    return spaces


def _wake(keeper: Keeper) -> None:
    """Let what was stopped go on, so that it can end."""
    for pid in keeper.pids().values():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGCONT)


def _first_line(log: Path) -> bytes:
    """Return what a partner's stand-in tells of itself as soon as it has started."""
    wait_for(lambda: b"settings" in log.read_bytes(), "partners have started", seconds=START_SECONDS)
    return next(one for one in log.read_bytes().splitlines() if one.startswith(b"{"))


def _start(base: Base) -> Cluster:
    wish, installation, keeper = base.wish, base.installation, base.keeper
    if base.pair:
        base.pair.start()
        installation.database_url = base.pair.url
    elif wish.database == "postgres":
        start_postgres(installation, keeper, base.disk, base.address)
    migrate.upgrade(installation.database_url)
    partners, proxied, routes = [], {}, []
    for channel, connector in CONNECTORS.items():
        if wish.channels and channel not in wish.channels:
            continue
        partner = Partner(channel, connector, free_port())
        proxied[channel] = free_port()
        routes.append(f"{proxied[channel]}:{LOOPBACK}:{partner.port}")
        folder = str(installation.directory / "partners")
        keeper.start(f"partner.{channel}", _python("chaos.partner", connector, str(partner.port), folder))
        partners.append(partner)
    webs = {}
    for number in range(wish.webs):
        name = f"web{number}"
        webs[name] = f"{base.spaces.add(name) if base.spaces else LOOPBACK}:{free_port()}"
    fronts = {name: free_port() for name in webs}
    routes += [f"{fronts[name]}:{place}" for name, place in webs.items()]
    control = free_port()
    keeper.start("proxy", _python("chaos.proxy", str(wish.seed), base.address, str(control), *routes))
    for partner in partners:
        log = installation.directory / f"partner.{partner.channel}.log"
        line = _first_line(log)
        place = f"{base.address}:{proxied[partner.channel]}"
        text = line.decode().replace(f"{LOOPBACK}:{partner.port}", place)
        partner.settings = json.loads(text)["settings"]
        if partner.connector == "echo":
            partner.settings = {"url": f"http://{place}", "secret": SECRET}
    context = _context(installation)
    cluster = Cluster(
        wish,
        installation,
        keeper,
        context,
        partners,
        _configure(context, partners),
        webs,
        [f"http://{base.address}:{port}" for port in fronts.values()],
        (base.address, control),
        base.disk,
        base.spaces,
        base.pair,
        base.notes,
    )
    _start_nodes(cluster)
    return cluster


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
        if cluster.spaces:
            cluster.spaces.add(name)
        _start_node(cluster, name, kind, common)
    for name, place in cluster.webs.items():
        _start_node(cluster, name, "web", {**common, "HUB_LISTEN": place})
    wait_for(lambda: all_ready(cluster), "the hub is ready", seconds=START_SECONDS)


def _start_node(cluster: Cluster, name: str, what: str, surroundings: Mapping[str, str]) -> None:
    command = _python("chaos.node", what, str(cluster.clock_file(name)))
    if cluster.spaces:
        command = cluster.spaces.command(name, command)
    cluster.keeper.start(name, command, surroundings)


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
