"""A supervised worker that one record kills, as a fault in a C extension or the kernel's memory killer would."""

from __future__ import annotations

import os
import signal
import sys

from hub.cli.supervisor import Supervisor
from hub.observe import set_up_logging
from hub.plugging.manager import Plugins
from hub.sdk import hookimpl
from hub.testing import house
from hub.testing.partner.connector import EchoConnector
from hub.worker.main import Worker

POISON = house.dossier(7)["code"]
CHANNEL = "echo"  # beside it another channel takes the same record without harm
LEASE = 1.0


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DiesInPush(EchoConnector):
    """It has sent what stands before the record, and nobody hears how that went."""

    def push(self, batch):
        keys = [each.key for each in batch]
        if POISON in keys and batch[0].channel == CHANNEL:
            if before := batch[: keys.index(POISON)]:
                super().push(before)
            die()
        return super().push(batch)


class DiesInMapping(EchoConnector):
    """It dies before anything is sent."""

    def map_out(self, kind, document):
        if document["code"] == POISON:
            die()
        return super().map_out(kind, document)


class Plugin:
    """Its only connector stands in for the echo partner's."""

    def __init__(self, connector: type[EchoConnector]) -> None:
        self._connector = connector

    @hookimpl
    def hub_register_connectors(self, register):
        register(self._connector)


def supervised(url: str, connector: type[EchoConnector]) -> None:
    """Keep a worker running until SIGTERM, as `hub serve` does."""

    def work() -> None:
        plugins = Plugins()
        plugins.register(Plugin(connector))
        worker = Worker(house.build(url, plugins=plugins, lease_seconds=LEASE, stop_seconds=5.0))
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run()

    Supervisor({"worker": work}, stop_seconds=10.0).run()


if __name__ == "__main__":
    set_up_logging("warning")
    supervised(sys.argv[2], {"push": DiesInPush, "mapping": DiesInMapping}[sys.argv[1]])
