"""A process is killed with -9 at every named point; nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.crash import POINTS, VARIABLE
from hub.sdk.http import Http
from hub.store.tables import change, delivery, item, record
from hub.testing import house
from hub.testing.waiting import wait_until
from tests.flows.test_accept import put, rows

ROOT = Path(__file__).parents[2]
TESTED = {"accept": [], "deliver": [], "pull": []}
for point in POINTS:
    TESTED[point.split(".")[0]].append(point)


def start(*arguments, crash_at=""):
    command = [sys.executable, "-m", "tests.acceptance.processes", *arguments]
    environment = os.environ | {VARIABLE: crash_at}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


@contextmanager
def worker(url, *, crash_at=""):
    process = start("working", url, crash_at=crash_at)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=10)


@pytest.mark.parametrize("point", TESTED["accept"])
def test_f01_what_was_acknowledged_before_a_kill_is_there_after_it(context, database_url, partner, point):
    house.add_echo(context, "echo", partner)
    crashing = start("accepting", database_url, "20", crash_at=f"{point}:7")
    acknowledged = crashing.communicate(timeout=60)[0].split()
    assert crashing.returncode == -signal.SIGKILL
    assert len(acknowledged) == 6

    kept = {row["key"] for row in rows(context, record)}
    assert {f"H56.14-260511-{int(number):04}" for number in acknowledged} <= kept

    again = start("accepting", database_url, "20")
    assert len(again.communicate(timeout=60)[0].split()) == 20
    assert [len(rows(context, table)) for table in (record, change, delivery)] == [20, 20, 20]


@pytest.mark.parametrize("point", TESTED["deliver"])
def test_f02_a_worker_killed_at_any_point_loses_and_doubles_nothing(context, database_url, partner, point):
    house.add_echo(context, "echo", partner, politeness={"batch_size": 4})
    for number in range(1, 11):
        put(context, house.dossier(number))

    with worker(database_url, crash_at=f"{point}:2") as killed:
        assert killed.wait(30) == -signal.SIGKILL
    with worker(database_url):
        wait_until(
            lambda: {row["state"] for row in rows(context, delivery)} == {"delivered"}, "all is there", seconds=30
        )

    assert len(partner.memory.effects()) == 10
    assert sorted(partner.holdings()) == [f"dossier/H56.14-260511-{number:04}" for number in range(1, 11)]


@pytest.mark.parametrize("point", TESTED["pull"])
def test_a_puller_killed_at_any_point_loses_and_doubles_nothing(context, database_url, partner, point):
    house.add_echo(context, "echo", partner)
    for number in range(1, 8):
        Http().post(f"{partner.url}/_sim/act", json={"feed": {"dossier": house.dossier(number)}})

    with worker(database_url, crash_at=f"{point}:2") as killed:
        assert killed.wait(30) == -signal.SIGKILL
    context.store.write(lambda connection: connection.exec_driver_sql("UPDATE duty SET until = 0"))  # a minute later
    with worker(database_url):
        wait_until(lambda: len(rows(context, record)) == 7, "all is there", seconds=30)

    assert len(rows(context, change)) == 7
    assert {row["word"] for row in rows(context, item)} <= {"accepted", "duplicate"}


def test_a_worker_ends_politely_and_leaves_nothing_in_hand(context, database_url, partner):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    with worker(database_url) as process:
        wait_until(lambda: rows(context, delivery)[0]["state"] == "delivered", "all is there", seconds=30)
        process.terminate()
        assert process.wait(10) == 0

    with context.store.reading() as connection:
        assert connection.execute(select(delivery.c.lease_owner)).scalars().all() == [None]


def test_f18_a_pause_takes_effect_within_seconds(context, database_url, partner):
    from hub.store import channels

    house.add_echo(context, "echo", partner)
    with worker(database_url):
        put(context, house.dossier(1))
        wait_until(lambda: rows(context, delivery)[0]["state"] == "delivered", "all is there", seconds=30)
        context.store.write(lambda c: channels.change(c, "echo", {"paused": True}, now=context.now()))
        quiet = _silence(partner)
        put(context, house.dossier(2))
        context.store.write(lambda c: channels.change(c, "echo", {"paused": False}, now=context.now()))
        wait_until(
            lambda: {row["state"] for row in rows(context, delivery)} == {"delivered"}, "all is there", seconds=30
        )

    assert quiet < 5


def _silence(partner) -> float:
    """Return the seconds until the partner heard nothing for a second (it is pulled twenty times a second)."""
    began = last = time.monotonic()
    seen = -1
    while time.monotonic() - last < 1:
        now_seen = Http().get(f"{partner.url}/_sim/log").json()["seen"]
        if now_seen != seen:
            seen, last = now_seen, time.monotonic()
        assert time.monotonic() - began < 20
    return last - began
