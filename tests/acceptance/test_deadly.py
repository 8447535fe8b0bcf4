"""A record that kills whoever delivers it is parked for an operator; its neighbours and other channels go on."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager

import orjson
import pytest

from hub.domain.retry import LOST_LEASES
from hub.flows.operate import replay
from hub.store.tables import attempt, delivery, ledger
from hub.testing import house
from hub.testing.partner import EchoSimulator
from hub.testing.waiting import wait_until
from tests.acceptance.deadly import CHANNEL, POISON
from tests.acceptance.test_crash_points import ROOT, worker
from tests.flows.test_accept import put, rows

pytestmark = pytest.mark.timeout(600)
RECORDS = 12


@pytest.fixture
def context(database_url):
    context = house.build(database_url)
    yield context
    context.waker.close()
    context.store.close()


@pytest.fixture
def partner():
    with EchoSimulator() as simulator:
        yield simulator


@pytest.fixture
def other_partner():
    with EchoSimulator() as simulator:
        yield simulator


@contextmanager
def supervised(way, url):
    command = [sys.executable, "-m", "tests.acceptance.deadly", way, url]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.told = process.communicate(timeout=20)[0]


def parked(context):
    return [row for row in rows(context, delivery) if row["state"] == "parked"]


def waiting(context):
    return [row for row in rows(context, delivery) if row["state"] == "waiting"]


@pytest.mark.parametrize("way", ["push", "mapping"])
def test_f39_a_record_that_kills_its_worker_is_parked_and_takes_no_neighbour_with_it(
    context, database_url, partner, other_partner, way
):
    house.add_echo(context, CHANNEL, partner)
    if way == "push":
        house.add_echo(context, "other", other_partner)
    for number in range(1, RECORDS + 1):
        put(context, house.dossier(number))

    with supervised(way, database_url) as supervisor:
        wait_until(lambda: parked(context) and not waiting(context), "all is settled, one way or other", seconds=240)
        put(context, house.dossier(RECORDS + 1))
        wait_until(lambda: not waiting(context), "the worker goes on", seconds=60)
        assert supervisor.poll() is None

    (poison,) = parked(context)
    assert (poison["channel"], poison["key"], poison["reason"]) == (CHANNEL, POISON, "worker_lost")
    assert poison["uncertain"], "nobody knows what the partner has of it"
    assert supervisor.told.count("child.died") == LOST_LEASES
    tries = [row for row in rows(context, attempt) if row["delivery_id"] == poison["id"]]
    assert [(row["outcome"], row["reason"]) for row in tries] == [("rejected", "worker_lost")]
    told = [line for row in rows(context, ledger) if row["what"] == "settled" for line in orjson.loads(row["content"])]
    assert [CHANNEL, "dossier", POISON, 1, "rejected", "parked", "worker_lost", None] in told
    assert len(partner.memory.effects()) == len(partner.holdings()) == RECORDS, "none missing, none doubled"
    assert len(other_partner.memory.effects()) == (RECORDS + 1 if way == "push" else 0)

    assert replay(context, {"reason": "worker_lost"}, actor="test") == 1
    with worker(database_url):  # an update has mended it
        wait_until(lambda: not waiting(context), "it goes when an operator says so", seconds=60)
    assert parked(context) == []
    tries = [row for row in rows(context, attempt) if row["delivery_id"] == poison["id"]]
    assert [row["action"] for row in tries][1:] == ["recall", "push"]
    assert f"dossier/{POISON}" in partner.holdings()
