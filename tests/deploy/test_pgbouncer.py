"""The hub behind pgbouncer in transaction mode, with the sample of deploy/."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from hub.demo.partners import free_port
from hub.domain.messages import Role, Source
from hub.domain.scope import Scope
from hub.flows import feed
from hub.flows.accept import Unit, accept
from hub.flows.admit import admit_document
from hub.store.changes import Position
from hub.store.tables import delivery
from hub.testing import house
from hub.testing.partner import EchoSimulator
from hub.testing.waiting import wait_until
from hub.worker.main import Worker
from tests.inspection.tree import ROOT

PROGRAM = shutil.which("pgbouncer")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed (Debian: pgbouncer)")
CLIENT = Source("mot-cua", Role.CLIENT)


@pytest.fixture
def pooled_url(postgres_url):
    """The test's database through pgbouncer; three server connections for everybody."""
    url = make_url(postgres_url)
    sample = configparser.ConfigParser()
    sample.read(ROOT / "deploy" / "pgbouncer.ini")
    port = free_port()
    place = Path(tempfile.mkdtemp(prefix="lt-bouncer-"))
    place.chmod(0o755)
    sample["databases"] = {"hub": f"host={url.query['host']} dbname={url.database} user={url.username}"}
    sample["pgbouncer"].update({
        "listen_port": str(port), "auth_type": "any", "default_pool_size": "3", "reserve_pool_size": "0",
    })  # fmt: skip
    del sample["pgbouncer"]["auth_file"]
    with (place / "pgbouncer.ini").open("w") as file:
        sample.write(file)
    identity = ["-u", Path(url.query["host"]).owner()] if os.geteuid() == 0 else []  # it refuses to be root
    with (place / "log").open("w") as log:
        running = subprocess.Popen([PROGRAM, *identity, place / "pgbouncer.ini"], stdout=log, stderr=log)
    try:
        wait_until(lambda: _answers(port) or running.poll() is not None, "pgbouncer answers", seconds=10)
        assert running.poll() is None, (place / "log").read_text()
        yield f"postgresql+psycopg://hub@127.0.0.1:{port}/hub"
    finally:
        running.terminate()
        running.wait(10)
        shutil.rmtree(place)


def _answers(port: int) -> bool:
    try:
        psycopg.connect(f"postgresql://hub@127.0.0.1:{port}/hub", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.parametrize("listens", [False, True], ids=["polling", "listening"])
def test_everything_goes_its_way_through_a_pooler_in_transaction_mode(pooled_url, postgres_url, listens):
    direct = postgres_url if listens else ""
    context = house.build(pooled_url, database_pooled=True, direct_database_url=direct, web_threads=8)
    with EchoSimulator() as partner:
        house.add_echo(context, "echo", partner)
        worker = Worker(context)
        with ThreadPoolExecutor(9) as pool:
            working = pool.submit(worker.run)
            try:

                def publish(lane: int) -> None:
                    for number in range(lane, 160, 8):
                        accept(context, [Unit([admit_document("dossier", house.dossier(number), CLIENT).message])])

                [each.result() for each in [pool.submit(publish, lane) for lane in range(8)]]
                wait_until(lambda: _waiting(context) == 0, "all is delivered", seconds=60)
            finally:
                worker.stop()
                working.result(30)
        held = len(partner.holdings())
        position, seen = Position(), []
        while (portion := feed.portion(context, position, Scope.read({}), limit=100, documents=False)).items:
            seen += [one["key"] for one in portion.items]
            position = portion.next
    context.store.close()

    assert sorted(seen) == [f"H56.14-260511-{number:04}" for number in range(160)]
    assert held == 160


def _waiting(context) -> int:
    with context.store.reading() as connection:
        query = select(func.count()).select_from(delivery).where(delivery.c.state == "waiting")
        return connection.execute(query).scalar_one()


def test_nothing_is_prepared_and_nobody_listens_through_the_pooler(pooled_url):
    context = house.build(pooled_url, database_pooled=True)
    with context.store.reading() as connection:
        assert connection.connection.driver_connection.prepare_threshold is None
        for _ in range(12):
            connection.exec_driver_sql("SELECT 1")
    assert context.store.listen_url is None
    mark = context.waker.mark()
    assert context.waker.wait(5, since=mark)  # it ticks
    context.waker.close()
    context.store.close()
