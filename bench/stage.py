"""What a measurement stands on: a database, simulators, a real `hub serve`, a key; removed afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from hub import wiring
from hub.config import create_key_file, load
from hub.flows.operate import Wish, put_channel
from hub.flows.operate_clients import add_key, put_client
from hub.observe import set_up_logging
from hub.sdk import Http
from hub.store import migrate
from hub.testing.postgres import throwaway_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.flows.context import Context

# Four channels, as the aim says; the text messages would need quiet hours and templates to mean anything.
FOUR = {"national": "national_portal", "province": "province_portal", "post": "postal", "civil_status": "civil_status"}
ACTOR = "bench"


@dataclass
class Stage:
    """A hub that runs. seconds: from start to the first answer of /readyz."""

    directory: Path
    environment: dict[str, str]
    address: tuple[str, int]
    key: str
    context: Context
    process: subprocess.Popen[bytes] | None = None
    seconds: float = 0.0
    partners: dict[str, str] = field(default_factory=dict)

    def start(self, *options: str) -> None:
        """Start `hub serve` and wait until it is ready."""
        started = time.monotonic()
        with (self.directory / "hub.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hub", "serve", *options],
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
            )
        from hub.cli.ready import is_ready

        while not is_ready(f"{self.address[0]}:{self.address[1]}"):
            if self.process.poll() is not None or time.monotonic() - started > 60:
                raise RuntimeError((self.directory / "hub.log").read_text()[-2000:])
            time.sleep(0.01)
        self.seconds = time.monotonic() - started

    def stop(self) -> None:
        """End it politely."""
        if self.process:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def calls(self) -> int:
        """How many requests the partners have seen."""
        return sum(int(Http().get(f"{url}/_sim/log").json()["seen"]) for url in self.partners.values())

    def request(self, method: str, path: str, body: bytes = b"", *, media_type: str = "application/json") -> bytes:
        """Prepare one request as it goes over the line."""
        head = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self.address[0]}:{self.address[1]}",
            f"Authorization: Bearer {self.key}",
            f"Content-Type: {media_type}",
            f"Content-Length: {len(body)}",
        ]
        return ("\r\n".join(head) + "\r\n\r\n").encode() + body


@contextmanager
def stage(database: str, *, channels: bool = True, simulators: bool = False) -> Iterator[Stage]:
    """Set one up. channels: four of them; without simulators they are paused and only collect deliveries."""
    set_up_logging("error", "console")
    with ExitStack() as stack:
        directory = Path(tempfile.mkdtemp(prefix="lt-bench-"))
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        url = f"sqlite:///{directory / 'hub.db'}"
        if database == "postgres":
            url = stack.enter_context(throwaway_postgres(durable=True))
        create_key_file(directory / "key")
        port = _free_port()
        environment = {
            "HUB_DATABASE_URL": url,
            "HUB_SECRET_KEY_FILE": str(directory / "key"),
            "HUB_LISTEN": f"127.0.0.1:{port}",
            "HUB_LOG_LEVEL": "warning",
        }
        migrate.upgrade(url)
        context = wiring.build(load(environment))
        stack.callback(context.store.close)
        made = Stage(directory, environment, ("127.0.0.1", port), "", context)
        if channels:
            add_channels(stack, made, alive=simulators)
        put_client(context, "bench", title="", scopes={"can": ["read", "write", "feed"]}, actor=ACTOR)
        made.key = add_key(context, "bench", expires_at=None, actor=ACTOR)
        stack.callback(made.stop)
        yield made


def add_channels(stack: ExitStack, made: Stage, *, alive: bool) -> None:
    settings = {name: _simulate(stack, made, name) if alive else _silent(made, name) for name in FOUR.values()}
    for channel, connector in FOUR.items():
        wish = Wish(connector, settings[connector], {"kinds": ["dossier", "postal_order"]}, {"poll_seconds": 5.0})
        put_channel(made.context, channel, wish, actor=ACTOR)
        if not alive:
            from hub.flows.operate import pause

            pause(made.context, channel, why="measured without partners", actor=ACTOR)


def _simulate(stack: ExitStack, made: Stage, name: str) -> dict[str, Any]:
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "simulate", name, "--json", "--directory", str(made.directory / "partners")],
        stdout=subprocess.PIPE,
    )
    stack.callback(_end, process)
    assert process.stdout
    told = orjson.loads(process.stdout.readline())
    made.partners[name] = told["url"]
    if name == "civil_status":  # the ministry's office decides by itself
        Http().post(f"{told['url']}/_sim/act", json={"act": "auto", "on": True})
    return dict(told["settings"])


def _silent(made: Stage, name: str) -> dict[str, Any]:
    simulator = made.context.plugins.simulators()[name]()
    settings: dict[str, Any] = getattr(simulator, "settings", dict)()
    simulator.start()
    simulator.stop()
    return settings


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(20)


def _free_port() -> int:
    from hub.demo.partners import free_port

    return free_port()
