"""Processes and the database server end and start again in the middle of work: the queue is where it was."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from hub.demo.processes import Keeper
from hub.flows.operate import pause, resume
from hub.sdk import digest_of
from hub.sdk.http import Http
from hub.store import migrate
from hub.store.claiming import claim
from hub.store.tables import attempt, change, delivery, record
from hub.testing import house
from hub.testing.waiting import wait_until
from tests.acceptance.test_crash_points import start, worker
from tests.flows.test_accept import put, rows

pytestmark = pytest.mark.timeout(600)  # several processes start in each; on a busy machine that takes its time


def misbehave(partner, fault, **wish):
    Http().post(f"{partner.url}/_sim/faults", json={"fault": fault, "path": "/put", **wish})


def is_delivered(context):
    with context.store.reading() as connection:
        return set(connection.execute(select(delivery.c.state)).scalars()) == {"delivered"}


def kill(process):
    process.kill()
    process.communicate(timeout=10)


@pytest.mark.parametrize("point", ["deliver.settling", "deliver.settled"])
def test_f01_a_worker_killed_while_it_writes_the_next_try_down_loses_no_work(context, database_url, partner, point):
    house.add_echo(context, "echo", partner, politeness={"batch_size": 4, "concurrency": 1})
    misbehave(partner, "error_in_200", times=4)  # each of the first batches is to be tried later
    for number in range(1, 9):
        put(context, house.dossier(number))

    with worker(database_url, crash_at=f"{point}:1") as killed:
        assert killed.wait(120) == -signal.SIGKILL
    assert partner.memory.effects() == []
    with worker(database_url):
        wait_until(lambda: is_delivered(context), "all is there", seconds=120)

    assert sorted(partner.holdings()) == [f"dossier/H56.14-260511-{number:04}" for number in range(1, 9)]
    assert len(partner.memory.effects()) == 8


def test_f16_no_kill_pause_or_new_configuration_lets_an_older_version_follow_a_newer_one(
    context, database_url, partner
):
    house.add_echo(context, "echo", partner)
    versions: dict[str, list[str]] = {}

    def change_all(turn):
        for number in (1, 2, 3):
            raw = house.dossier(number, summary=f"lần {turn}", modified_at=f"2026-05-12T{turn:02}:00:00+07:00")
            document = put(context, raw).document
            digest = digest_of(context.channels.get("echo").connector.map_out("dossier", document))
            versions.setdefault(f"dossier/{raw['code']}", []).append(digest)

    def newest_is_there():
        held = partner.holdings()
        return all(digest_of(held[name]) == digests[-1] for name, digests in versions.items())

    change_all(1)
    for turn in range(2, 6):
        process = start("working", database_url)
        wait_until(lambda: partner.memory.count("held") == 3, "something went out", seconds=120)
        misbehave(partner, "timeout_after", times=2)
        change_all(2 * turn)
        if turn % 2:
            kill(process)
        else:  # the channel ends and starts again under other settings while a batch may be on its way
            house.add_echo(context, "echo", partner, politeness={"batch_size": turn})
            pause(context, "echo", why="a new release", actor="test")
            change_all(2 * turn + 1)
            resume(context, "echo", actor="test")
            kill(process)
    with worker(database_url):
        wait_until(lambda: is_delivered(context) and newest_is_there(), "the newest is there", seconds=120)

    for name, digests in versions.items():
        seen = [one["what"]["sha256"] for one in partner.memory.effects() if one["name"] == name]
        order = [digests.index(digest) for digest in seen]
        assert order == sorted(set(order)), (name, order)


def test_f28_the_queue_is_on_disk_with_its_age_and_outlives_every_process(context, database_url, partner):
    house.add_echo(context, "echo", partner, politeness={"breaker_failures": 1000})
    misbehave(partner, "http_500")
    accepting = start("accepting", database_url, "20")
    wait_until(lambda: len(rows(context, record)) >= 5, "some are in", seconds=120)
    first = start("working", database_url)
    wait_until(lambda: len(rows(context, attempt)) > 5, "some were tried in vain", seconds=120)
    kill(first)
    accepting.communicate(timeout=120)
    ages = {row["key"]: row["waiting_since"] for row in rows(context, delivery)}
    Http().request("DELETE", f"{partner.url}/_sim/faults")

    with worker(database_url):
        wait_until(lambda: is_delivered(context), "all is there", seconds=120)

    assert len(ages) == len(rows(context, change)) == 20
    assert {row["key"]: row["waiting_since"] for row in rows(context, delivery)} == ages
    assert len(partner.memory.effects()) == 20


@pytest.fixture
def restarting_postgres():
    """A server that its keeper starts again when it dies; its URL and what kills it with -9."""
    with tempfile.TemporaryDirectory(prefix="lt-", dir="/tmp") as name:
        home = Path(name)
        home.chmod(0o755)
        keeper = Keeper(home)
        keeper.start("database", [sys.executable, "-m", "hub.demo.database", str(home / "d")])
        wait_until(lambda: (home / "url").exists() and (home / "url").read_text(), "the server runs", seconds=120)

        def end_it():
            os.kill(int((home / "d" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)

        yield (home / "url").read_text(), end_it
        keeper.stop()


def answers(url):
    try:
        with closing(psycopg.connect(url.replace("+psycopg", ""), connect_timeout=2)) as connection:
            return connection.execute("SELECT pg_postmaster_start_time()").fetchone()[0]
    except psycopg.Error:
        return None


def test_f06_the_database_dies_while_orphaned_work_is_taken_up_and_nothing_stays_pending(restarting_postgres, partner):
    url, end_it = restarting_postgres
    migrate.upgrade(url)
    context = house.build(url)
    house.add_echo(context, "echo", partner, politeness={"batch_size": 2, "concurrency": 1})
    for number in range(1, 41):
        put(context, house.dossier(number))
    with context.store.writing() as connection:
        assert len(claim(connection, "echo", owner="dead", now=context.now(), lease=1, limit=100)) == 40
    misbehave(partner, "slow", delay=0.1)
    began = answers(url)

    with worker(url) as recovering:
        wait_until(lambda: len(partner.memory.effects()) >= 6, "it takes up what the dead one left", seconds=120)
        end_it()
        wait_until(lambda: answers(url) not in {None, began}, "the server is back", seconds=120)
        assert len(partner.memory.effects()) < 40, "it died in the middle"
        context.store.engine.dispose()
        wait_until(lambda: is_delivered(context), "nothing is pending", seconds=120)
        assert recovering.poll() is None, "the worker itself lived through it"

    assert len(partner.memory.effects()) == 40
    context.waker.close()
    context.store.close()
