"""A machine of the hub vanishes in the middle of a transaction: how long its locks stay, how long it waits itself."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psycopg

from chaos import server
from chaos.database import START_SECONDS, answers, home
from chaos.spaces import Spaces
from hub.demo.partners import free_port
from hub.demo.processes import wait_for

if TYPE_CHECKING:
    from chaos.cluster import Wish
    from chaos.saying import Say

MOST_SECONDS = 30.0
NAME = "away"
TRANSACTION = """
import sys, time
from sqlalchemy.exc import DBAPIError
from hub.store.engine import Store
with Store(sys.argv[1]).engine.connect() as connection:
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(42)")
    print("locked", flush=True)
    sys.stdin.readline()
    began = time.monotonic()
    try:
        connection.exec_driver_sql("SELECT 1")
    except DBAPIError:
        print(time.monotonic() - began, flush=True)
"""


def vanish(_wish: Wish, say: Say) -> tuple[bool, str]:
    """Pull its line out for good; the server must free the lock, the machine must see that it is alone."""
    with contextlib.ExitStack() as afterwards:
        spaces, place, port = Spaces(), home(None), free_port()
        afterwards.callback(shutil.rmtree, place, ignore_errors=True)
        afterwards.callback(spaces.remove)
        spaces.add(NAME)
        server.new(place / "d")
        options = [f"port={port}", f"listen_addresses={spaces.address}"]
        database = subprocess.Popen([sys.executable, "-m", "chaos.server", str(place / "d"), "hub", *options])
        afterwards.callback(database.wait)
        afterwards.callback(server.kill, place / "d")
        url = f"postgresql://postgres@{spaces.address}:{port}/postgres"
        wait_for(lambda: answers(url), "PostgreSQL has started", seconds=START_SECONDS)
        command = spaces.command(NAME, [sys.executable, "-c", TRANSACTION, url])
        machine = afterwards.enter_context(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
        afterwards.callback(machine.kill)
        assert machine.stdin is not None
        assert machine.stdout is not None
        say(machine.stdout.readline().strip())
        spaces.cut(NAME)
        began = time.monotonic()
        machine.stdin.write("\n")
        machine.stdin.flush()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(42)")
        freed, noticed = time.monotonic() - began, float(machine.stdout.readline())
    told = f"its locks were free after {freed:.1f} s; it saw after {noticed:.1f} s that it was alone"
    return max(freed, noticed) <= MOST_SECONDS, told
