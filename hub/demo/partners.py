"""The five partners as the demo runs them: real processes on fixed ports, which misbehave while the data comes."""

from __future__ import annotations

import secrets
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from hub.demo.processes import wait_for
from hub.sdk import ConnectorError, Http, Timeouts
from hub.sdk.simulator import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hub.demo.processes import Keeper

# Channel → connector. Names as a province would choose them.
CHANNELS = {
    "national": "national_portal",
    "province": "province_portal",
    "post": "postal",
    "civil_status": "civil_status",
    "sms": "sms",
}
POLITENESS: Mapping[str, Any] = {  # quick, so that the demo takes minutes and not days
    "schedule": [0.3, 0.6, 1.2, 2.5],
    "maximum_tries": 500,
    "connect_timeout": 2.0,
    "read_timeout": 2.5,
    "total_timeout": 15.0,
    "poll_seconds": 1.0,
    "breaker_failures": 5,
    "breaker_seconds": 1.0,
}
OWN: Mapping[str, Mapping[str, Any]] = {  # settings and routing of single channels
    # The ministries' own procedures come from the portal; the province publishes its variants there.
    "national_portal": {"routing": {"agencies": ["H56"]}},
    "sms": {"settings": {"quiet_hours": {"start": "00:00", "end": "00:00"}, "max_age_hours": 720}},
}
# Share of requests, or how often.
FAULTS: Sequence[Mapping[str, Any]] = (
    {"fault": Fault.TIMEOUT_AFTER, "rate": 0.02},
    {"fault": Fault.TIMEOUT_BEFORE, "rate": 0.02},
    {"fault": Fault.TIMEOUT_AFTER, "rate": 0.01, "times": 2, "hold": 4},
    {"fault": Fault.HTTP_500, "rate": 0.02},
    {"fault": Fault.HTTP_429, "rate": 0.02, "times": 4, "retry_after": 1},
    {"fault": Fault.GARBLED, "rate": 0.02},
    {"fault": Fault.HALF_BODY, "rate": 0.02},
    {"fault": Fault.SLOW, "rate": 0.02, "delay": 0.3},
    {"fault": Fault.DUPLICATE_ANSWER, "rate": 0.02},
    {"fault": Fault.EXPIRED_SESSION, "rate": 0.02},
    {"fault": Fault.ERROR_IN_200, "rate": 0.02},
    {"fault": Fault.ODD_CODE, "rate": 0.02},
    {"fault": Fault.PARTIAL_BATCH, "rate": 0.03},
    {"fault": Fault.OUT_OF_ORDER_REFUSAL, "rate": 0.02},
)
AWAY: Mapping[str, Any] = {"fault": Fault.REFUSE, "seconds": 1.5}
TIMEOUTS = Timeouts(connect=2.0, read=60.0, total=90.0)
START_SECONDS = 30.0
PORTS = range(20_000, 32_768)


@dataclass
class Partner:
    """One partner's stand-in."""

    channel: str
    connector: str
    port: int
    settings: dict[str, Any] = field(default_factory=dict)  # with which a channel reaches it
    http: Http = field(default_factory=lambda: Http(TIMEOUTS))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def holdings(self) -> dict[str, Any]:
        """Return what it holds, by record."""
        return dict(self.http.get(f"{self.url}/_sim/holdings").json())

    def effects(self) -> list[dict[str, Any]]:
        """Return everything that ever happened there."""
        found: list[dict[str, Any]] = []
        while page := self.http.get(f"{self.url}/_sim/effects?after={found[-1]['number'] if found else 0}").json()[
            "effects"
        ]:
            found.extend(page)
        return found

    def order(self, wish: object) -> None:
        """Order faults; one that has just died gets them when it is back, or not at all."""
        try:
            self.http.post(f"{self.url}/_sim/faults", json=wish)
        except ConnectorError:
            return

    def heal(self) -> None:
        """Behave again."""
        self.http.request("DELETE", f"{self.url}/_sim/faults")

    def act(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a person at the partner would do."""
        return dict(self.http.post(f"{self.url}/_sim/act", json=wish).json())


def start(keeper: Keeper, directory: Path) -> list[Partner]:
    """Start all partners; return when they answer."""
    partners = []
    for channel, connector in CHANNELS.items():
        partner = Partner(channel, connector, free_port())
        command = [sys.executable, "-m", "hub", "simulate", connector]
        options = ["--port-base", str(partner.port), "--directory", str(directory / "partners"), "--json"]
        keeper.start(f"partner.{connector}", [*command, *options])
        partners.append(partner)
    for partner in partners:
        log = directory / f"partner.{partner.connector}.log"
        wait_for(partial(_told, log), f"the stand-in of {partner.connector} has started", seconds=START_SECONDS)
        partner.settings = _told(log)
    return partners


def _told(log: Path) -> dict[str, Any]:
    """Settings for a channel, as a stand-in writes them when it has started."""
    lines = log.read_bytes().splitlines()
    return next((dict(orjson.loads(line)["settings"]) for line in lines if line.startswith(b"{")), {})


def misbehave(partners: Sequence[Partner], *, seed: int) -> None:
    """Let each partner play every fault now and then."""
    for number, partner in enumerate(partners):
        partner.order([{**one, "seed": seed + number} for one in FAULTS])


def free_port() -> int:
    """Return a port that nobody uses now, nor is lent out before it is taken.

    The system lends ports from 32768 on to whoever calls somebody: one of these could be gone a moment later.
    """
    while True:
        port = PORTS[secrets.randbelow(len(PORTS))]
        with socket.socket() as one, suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as a server does: not who left it lately
            one.bind(("127.0.0.1", port))
            return port
