"""The kit's server and memory: what was cut was not asked, what found no room did not happen, and it goes on after."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
import subprocess
import sys

import pytest

from hub.sdk.errors import Unanswered
from hub.sdk.http import Http
from hub.sdk.simulator import Memory
from hub.testing.partner import EchoSimulator
from hub.testing.partner.simulator import SECRET

PROGRAM = """
import contextlib, resource, signal, subprocess, sys
from pathlib import Path
from hub.testing.partner import EchoSimulator
place, way = Path(sys.argv[1]), sys.argv[2]
if way == "disk":  # of its own: it is gone with this process
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", str(place)], check=True)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit fails

def fill():
    if way == "limit":
        set_limit(max(file.stat().st_size for file in place.iterdir()))
        return
    with (place / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while filler.write(bytes(4096)):
            pass

def make_room():
    set_limit(-1)
    (place / "filler").unlink(missing_ok=True)

def set_limit(largest):
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

with EchoSimulator(directory=place) as partner:
    print(partner.url, flush=True)
    for line in sys.stdin:
        {"full": fill, "room": make_room}[line.strip()]()
        print("done", flush=True)
"""
OWN_DISKS = (["unshare", "--mount"], ["unshare", "--mount", "--map-root-user"])


def own_disk(place):
    """What starts a program that may mount; None where this machine lets nobody."""
    for command in OWN_DISKS:
        words = [*command, "mount", "-t", "tmpfs", "tmpfs", str(place)]
        with contextlib.suppress(OSError):
            if subprocess.run(words, check=False, capture_output=True).returncode == 0:
                return command
    return None


@pytest.fixture(params=["disk", "limit"])
def crowded(tmp_path, request):
    """A simulator in a process of its own; `say("full")` leaves its files no room to grow, `say("room")` does."""
    before = own_disk(tmp_path) if request.param == "disk" else []
    if before is None:
        pytest.skip("this machine lets nobody mount a small disk")
    command = [*before, sys.executable, "-c", PROGRAM, str(tmp_path), request.param]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()

        def say(word):
            process.stdin.write(f"{word}\n")
            process.stdin.flush()
            assert process.stdout.readline().strip() == "done"

        yield url, say
        process.stdin.close()
        assert process.wait(10) == 0


def keep(url, token, number, size=9_000):
    wish = [{"key": f"dossier/{number}", "id": f"i{number}", "document": {"number": number, "text": "x" * size}}]
    return Http().post(f"{url}/put", json=wish, headers={"Authorization": f"Bearer {token}"})


def held(url):
    return sorted(Http().get(f"{url}/_sim/holdings").json())


def test_a_full_disk_refuses_what_finds_no_room_and_afterwards_all_is_well(crowded):
    url, say = crowded
    token = Http().post(f"{url}/login", json={"secret": SECRET}).json()["token"]
    assert keep(url, token, 1).status == 200

    say("full")
    for number, size in ((2, 9_000), (3, 5_000_000), (4, 9_000)):  # too large for SQLite's cache: fails before commit
        with pytest.raises(Unanswered, match="500"):  # it does not claim what it did not keep
            keep(url, token, number, size)
    said = {one["fault"] for one in Http().get(f"{url}/_sim/log").json()["requests"] if one["status"] == 500}
    assert said <= {"defect: OperationalError: " + each for each in ("database or disk is full", "disk I/O error")}
    assert held(url) == ["dossier/1"], "it still answers what it holds"
    say("room")

    assert keep(url, token, 5).json()["results"] == [{"key": "dossier/5", "code": "0"}]
    assert held(url) == ["dossier/1", "dossier/5"]
    effects = Http().get(f"{url}/_sim/effects").json()["effects"]
    assert [one["name"] for one in effects] == ["dossier/1", "dossier/5"]


def test_a_request_whose_body_was_cut_was_not_asked():
    with EchoSimulator() as partner:
        host, _, port = partner.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=5) as line:
            line.sendall(b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{}")
            line.shutdown(socket.SHUT_WR)
            assert line.recv(100) == b""

        assert Http().get(f"{partner.url}/_sim/log").json()["seen"] == 0


def test_a_commit_that_fails_leaves_nothing_open_behind(tmp_path):
    memory = Memory(tmp_path / "memory.sqlite")
    memory._connection.set_authorizer(
        lambda _action, what, *_: sqlite3.SQLITE_DENY if what == "COMMIT" else sqlite3.SQLITE_OK
    )
    with pytest.raises(sqlite3.DatabaseError), memory.together():
        memory.put("a", "first", 1)
    memory._connection.set_authorizer(None)
    with memory.together():
        memory.put("a", "second", 2)

    assert memory.all("a") == {"second": 2}
    memory.close()


def test_what_fails_half_way_is_undone_and_the_next_goes_through(tmp_path):
    memory = Memory(tmp_path / "memory.sqlite")

    def fail():
        with memory.together():
            memory.put("a", "first", 1)
            with memory.together():
                memory.put("a", "second", 1 / 0)

    with pytest.raises(ZeroDivisionError):
        fail()
    with memory.together():
        memory.put("a", "third", 3)

    assert memory.all("a") == {"third": 3}
    memory.close()
