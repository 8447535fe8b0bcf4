"""Upgrade without a pause: the previous release works on while the schema is raised, then beside this one.

The previous release is taken from this repository's history (PREVIOUS, or the commit or tag that LIENTHONG_PREVIOUS
names) and runs as a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import threading
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from hub.domain.messages import Role, Source
from hub.flows.accept import Unit, accept
from hub.flows.admit import admit_document
from hub.flows.seal import seal
from hub.store import ledger, migrate
from hub.store.tables import delivery
from hub.testing import house
from hub.testing.partner import EchoSimulator
from hub.testing.waiting import wait_until
from hub.worker.main import Worker
from tests.inspection.tree import ROOT

PREVIOUS = "bc5aa16"  # the first release: schema 0001
MANY = 40  # dossiers of each release in each phase
OLD_PROCESS = """
import sys, threading
from hub.domain.messages import Role, Source
from hub.flows.accept import Unit, accept
from hub.flows.admit import admit_document
from hub.testing import house
from hub.worker.main import Worker
context = house.build(sys.argv[1])
worker = Worker(context)
working = threading.Thread(target=worker.run)
working.start()
client = Source("old", Role.CLIENT)
for line in sys.stdin:  # a range of numbers to publish
    first, last = map(int, line.split())
    for number in range(first, last):
        accept(context, [Unit([admit_document("dossier", house.dossier(number), client).message])])
    print("published", last, flush=True)
worker.stop()
working.join()
"""


@pytest.fixture(scope="session")
def previous(tmp_path_factory) -> Path:
    """The tree of the previous release."""
    commit = os.environ.get("LIENTHONG_PREVIOUS", PREVIOUS)
    packed = subprocess.run(
        ["git", "archive", commit, "hub", "schemas", "plugins"], cwd=ROOT, capture_output=True, check=False
    )
    if packed.returncode:
        pytest.skip(f"{commit} is not in the history of this tree")
    place = tmp_path_factory.mktemp("previous")
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as tree:
        tree.extractall(place, filter="data")
    return place


@contextmanager
def old_release(tree: Path, url: str):
    """A process of the previous release: a worker, and a hand that publishes what it is told."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    with (
        (tree / "said").open("w") as said,
        subprocess.Popen(
            [sys.executable, "-c", OLD_PROCESS, url],
            cwd=tree, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True,
        ) as process,
    ):  # fmt: skip
        try:
            yield process
        finally:
            process.stdin.close()
            process.wait(30)


def tell(process, first: int, last: int) -> None:
    process.stdin.write(f"{first} {last}\n")
    process.stdin.flush()


def hear(process, tree: Path) -> None:
    """Wait until it has published what it was told."""
    for line in process.stdout:
        if line.startswith("published"):
            return
    raise AssertionError((tree / "said").read_text()[-3_000:])


def publish(context, first: int, last: int) -> None:
    client = Source("new", Role.CLIENT)
    for number in range(first, last):
        accept(context, [Unit([admit_document("dossier", house.dossier(number), client).message])])


def undelivered(store) -> int:
    with store.reading() as connection:
        query = select(func.count()).select_from(delivery).where(delivery.c.state != "delivered")
        return connection.execute(query).scalar_one()


def test_f32_the_schema_is_raised_under_the_previous_release_and_both_work_side_by_side(previous, empty_database_url):
    url = empty_database_url
    migrate.upgrade(url, to="0001")
    with EchoSimulator() as partner:
        context = house.build(url)
        house.add_echo(context, "echo", partner)
        with old_release(previous, url) as process:
            tell(process, 0, MANY)
            hear(process, previous)
            tell(process, MANY, 2 * MANY)
            migrate.upgrade(url)  # while it publishes and delivers
            hear(process, previous)
            worker = Worker(context)
            working = threading.Thread(target=worker.run)
            working.start()
            try:
                tell(process, 2 * MANY, 3 * MANY)
                publish(context, 3 * MANY, 4 * MANY)
                hear(process, previous)
                wait_until(lambda: undelivered(context.store) == 0, "all is delivered", seconds=60)
            finally:
                worker.stop()
                working.join()
        held = partner.holdings()
        seal(context)
        with context.store.reading() as connection:
            versions = list(connection.execute(text("SELECT version FROM record")).scalars())
            sources = dict(connection.execute(text("SELECT source, count(*) FROM change GROUP BY source")).all())
            workers = set(connection.execute(text("SELECT DISTINCT worker FROM attempt")).scalars())
            breaks = list(ledger.breaks(connection))
        context.store.close()

    assert sorted(held) == [f"dossier/H56.14-260511-{number:04}" for number in range(4 * MANY)]
    assert versions == [1] * 4 * MANY
    assert sources == {"old": 3 * MANY, "new": MANY}
    assert len(workers) >= 1
    assert breaks == []
