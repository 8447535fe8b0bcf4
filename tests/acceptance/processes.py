"""Small real processes for tests that kill: one accepts dossiers and tells each that is durable, one is a worker."""

from __future__ import annotations

import signal
import sys

from hub.domain.messages import Role, Source
from hub.flows.accept import Unit, accept
from hub.flows.admit import admit_document
from hub.observe import set_up_logging
from hub.testing import house
from hub.worker.main import Worker


def accepting(url: str, count: int) -> None:
    """Accept dossiers 1..count, one transaction each; print the number of each once it is durable."""
    context = house.build(url)
    source = Source("district", Role.CLIENT)
    for number in range(1, count + 1):
        admitted = admit_document("dossier", house.dossier(number), source)
        accept(context, [Unit([admitted.message])])
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


def working(url: str) -> None:
    """Work until SIGTERM, with a lease of one second."""
    worker = Worker(house.build(url, lease_seconds=1.0, stop_seconds=5.0))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()


if __name__ == "__main__":
    set_up_logging("warning")
    {"accepting": lambda: accepting(sys.argv[2], int(sys.argv[3])), "working": lambda: working(sys.argv[2])}[
        sys.argv[1]
    ]()
