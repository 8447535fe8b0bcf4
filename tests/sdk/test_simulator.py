"""The kit's server and memory: what was cut was not asked, what found no room did not happen, and it goes on after."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from hub.sdk.errors import Unanswered
from hub.sdk.http import Http
from hub.sdk.simulator import Memory
from hub.testing.partner import EchoSimulator
from hub.testing.partner.simulator import SECRET

ROOM = """
import resource, signal, sys
from pathlib import Path
from hub.testing.partner import EchoSimulator
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit fails, as on a full disk
place = Path(sys.argv[1])
with EchoSimulator(directory=place) as partner:
    print(partner.url, flush=True)
    for line in sys.stdin:
        largest = max(file.stat().st_size for file in place.iterdir()) if line.strip() == "full" else -1
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        print("done", flush=True)
"""


@pytest.fixture
def crowded(tmp_path):
    """A simulator in a process of its own; `say("full")` leaves its files no room to grow, `say("room")` does."""
    with subprocess.Popen(
        [sys.executable, "-c", ROOM, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        url = process.stdout.readline().strip()

        def say(word):
            process.stdin.write(f"{word}\n")
            process.stdin.flush()
            assert process.stdout.readline().strip() == "done"

        yield url, say
        process.stdin.close()
        assert process.wait(10) == 0


def keep(url, number):
    token = Http().post(f"{url}/login", json={"secret": SECRET}).json().get("token", "")
    wish = [{"key": f"dossier/{number}", "id": f"i{number}", "document": {"number": number, "text": "x" * 9000}}]
    return Http().post(f"{url}/put", json=wish, headers={"Authorization": f"Bearer {token}"})


def held(url):
    return sorted(Http().get(f"{url}/_sim/holdings").json())


def test_a_full_disk_refuses_what_finds_no_room_and_afterwards_all_is_well(crowded):
    url, say = crowded
    assert keep(url, 1).status == 200

    say("full")
    for number in (2, 3, 4):
        with pytest.raises(Unanswered, match="500"):  # it does not claim what it did not keep
            keep(url, number)
    assert held(url) == ["dossier/1"], "it still answers what it holds"
    say("room")

    assert keep(url, 5).json()["results"] == [{"key": "dossier/5", "code": "0"}]
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


def test_what_fails_half_way_is_undone_and_the_next_goes_through(tmp_path):
    memory = Memory(tmp_path / "memory.sqlite")
    with pytest.raises(ZeroDivisionError), memory.together():
        memory.put("a", "first", 1)
        with memory.together():
            memory.put("a", "second", 1 / 0)
    with memory.together():
        memory.put("a", "third", 3)

    assert memory.all("a") == {"third": 3}
    memory.close()
