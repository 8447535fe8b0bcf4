"""The real server on a real socket: both streams at once, long polls, many processes, a polite end."""

from __future__ import annotations

import contextlib
import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import orjson
import psutil
import pytest

from hub.testing.waiting import wait_until
from tests.web.conftest import SECRET_KEY

PROGRAM = """
import os, sys
from pathlib import Path
from hub.config import Settings
from hub.observe import set_up_logging, set_up_metrics
directory = Path(os.environ["METRICS"])
set_up_metrics(directory, fresh=True)
set_up_logging("warning")
from hub.web import server_process
from hub.web.server import serve
server_process.SILENT_SECONDS = int(os.environ["SILENT"])
serve(Settings(database_url=os.environ["URL"], secret_key=os.environ["KEY"], listen=os.environ["LISTEN"],
               web_processes=int(os.environ["PROCESSES"]), web_threads=8, stop_seconds=6, metrics_directory=directory))
"""


@dataclass
class Server:
    """A hub's web server in its own process."""

    process: subprocess.Popen[bytes]
    port: int
    token: str

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        connection = self.connect()
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Authorization": f"Bearer {self.token}"})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def is_ready(self) -> bool:
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False


@pytest.fixture
def start(database_url, make_hub, tmp_path) -> Iterator:
    started = []

    def begin(processes: int = 1, *, silent: int = 60) -> Server:
        token = make_hub().client().token
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = {
            **os.environ, "URL": database_url, "KEY": SECRET_KEY, "LISTEN": f"127.0.0.1:{port}",
            "PROCESSES": str(processes), "METRICS": str(tmp_path / "metrics"),
            "SILENT": str(silent),
        }  # fmt: skip
        process = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment)
        started.append(process)
        server = Server(process, port, token)
        wait_until(server.is_ready, "the server is ready", seconds=20)
        return server

    yield begin
    for process in started:
        if process.poll() is None:
            children = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            process.wait(10)
            for child in children:
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()


def lines_of(dossier, numbers):
    for number in numbers:
        document = {**dossier, "code": f"H56.14-260511-{number:04}"}
        yield orjson.dumps({"kind": "dossier", "document": document}) + b"\n"


HEAD = "POST /v1/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nTransfer-Encoding: chunked\r\n\r\n"


def memory_of(processes):
    return max(each.memory_info().rss for each in processes)


def waiting_in(server):
    """Whether some connection to the server is established and stays so: a long poll."""
    (worker,) = psutil.Process(server.process.pid).children()
    return any(one.status == psutil.CONN_ESTABLISHED for one in worker.net_connections())


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def test_results_of_a_batch_come_while_its_lines_are_still_being_sent(start, dossier):
    server = start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        head = HEAD.format(server.token)
        connection.sendall(head.encode())
        connection.sendall(chunk(b"".join(lines_of(dossier, range(700)))))
        answer = connection.makefile("rb")
        got = []
        while len(got) < 250:  # the rest of the request does not exist yet
            line = answer.readline()
            if line.startswith(b'{"line"'):
                got.append(orjson.loads(line))
        connection.sendall(chunk(b"".join(lines_of(dossier, range(700, 900)))) + b"0\r\n\r\n")
        while len(got) < 900:
            line = answer.readline()
            assert line, "the answer ended early"
            if line.startswith(b'{"line"'):
                got.append(orjson.loads(line))

    assert [one["line"] for one in got] == list(range(1, 901))
    assert {one["word"] for one in got} == {"created"}


def test_a_client_that_goes_away_in_the_middle_loses_only_what_was_not_answered(start, dossier):
    server = start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        head = HEAD.format(server.token)
        connection.sendall(head.encode() + chunk(b"".join(lines_of(dossier, range(600)))))
        answer, seen = connection.makefile("rb"), 0
        while seen < 250:
            line = answer.readline()
            seen += line.startswith(b'{"line"')
        answer.close()
    status, body = server.ask("GET", "/v1/dossiers?limit=1000")

    assert status == 200
    assert len(orjson.loads(body)["items"]) >= 250


def test_a_batch_larger_than_its_memory_streams_through(start, dossier):
    server = start()
    workers = psutil.Process(server.process.pid).children()
    dossier["summary"] = "x" * 1500
    block = next(lines_of(dossier, [1])) * 20
    server.ask("POST", "/v1/batch", block)
    before, peak, count = memory_of(workers), 0, 0

    def send():
        for _ in range(1_000):  # about 60 MB
            connection.sendall(chunk(block))
        connection.sendall(b"0\r\n\r\n")

    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(HEAD.format(server.token).encode())
        sender = threading.Thread(target=send)
        sender.start()
        answer = connection.makefile("rb")
        while line := answer.readline():
            count += line.startswith(b'{"line"')
            if count % 5_000 == 1:
                peak = max(peak, memory_of(workers))
            if line == b"0\r\n":
                break
        sender.join(30)

    assert count == 20_000
    assert peak - before < 25 * 2**20


def test_long_poll_hears_what_another_process_took_in(start, dossier):
    server = start(processes=2)
    told = []

    def listen():
        told.append(orjson.loads(server.ask("GET", "/v1/changes?wait=20&documents=false")[1]))

    listeners = [threading.Thread(target=listen) for _ in range(4)]
    for one in listeners:
        one.start()
    began = time.monotonic()
    document = next(iter(lines_of(dossier, [1])))
    code = orjson.loads(document)["document"]
    status, _ = server.ask("PUT", f"/v1/dossiers/{code['code']}", orjson.dumps(code))
    for one in listeners:
        one.join(20)

    assert status == 201
    assert [len(each["items"]) for each in told] == [1] * 4
    assert time.monotonic() - began < 10


def test_f18_sigterm_ends_politely_within_its_time(start, dossier):
    server = start()
    answers = []
    polling = threading.Thread(target=lambda: answers.append(server.ask("GET", "/v1/changes?wait=25")))
    polling.start()
    wait_until(lambda: waiting_in(server), "the long poll is under way")
    server.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    code = server.process.wait(10)
    polling.join(10)

    assert code == 0
    assert time.monotonic() - began < 6
    assert all(status == 200 for status, _ in answers)


def test_metrics_of_all_processes_are_counted_together(start):
    server = start(processes=2)
    for _ in range(30):
        assert server.ask("GET", "/v1/dossiers")[0] == 200
    text = server.ask("GET", "/metrics")[1].decode()

    assert 'hub_requests_total{route="/v1/dossiers",status="200"} 30.0' in text


def test_f34_a_body_that_was_cut_on_the_way_is_never_taken(start, dossier):
    server = start()
    body = orjson.dumps(dossier)
    head = (
        f"PUT /v1/dossiers/{dossier['code']} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    for kept in (len(body) - 1, len(body) // 2, 0):
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            connection.sendall(head.encode() + body[:kept])
            connection.shutdown(socket.SHUT_WR)
            answer = connection.makefile("rb").readline()
        assert b" 20" not in answer[:13], answer

    assert server.ask("GET", f"/v1/dossiers/{dossier['code']}")[0] == 404
    assert server.ask("PUT", f"/v1/dossiers/{dossier['code']}", body)[0] == 201


def test_a_body_over_the_limit_is_told_so_and_not_met_by_a_broken_line(start):
    server = start()

    for _ in range(5):
        status, told = server.ask("PUT", "/v1/dossiers/H56.14-260511-0001", b"x" * (24 * 2**20))
        assert status == 413
        assert orjson.loads(told)["code"] == "too_large"


def test_keys_work_over_the_wire_and_a_huge_head_is_refused(start):
    server = start()

    assert server.ask("GET", "/v1/dossiers")[0] == 200
    assert server.ask("GET", "/v1/dossiers?after=" + "x" * 9000)[0] in {400, 414}


def test_when_no_more_files_may_be_opened_the_process_lives_on_and_takes_connections_afterwards(start):
    server = start()
    child = psutil.Process(server.process.pid).children()[0]
    held = server.connect()
    held.request("GET", "/healthz")
    assert held.getresponse().read()
    before = resource.prlimit(child.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(child.pid, resource.RLIMIT_NOFILE, (3, before[1]))  # what is open stays so

    waiting = server.connect()
    waiting.request("GET", "/healthz")  # the kernel takes it, the process cannot
    held.request("GET", "/healthz")
    assert held.getresponse().status == 200
    resource.prlimit(child.pid, resource.RLIMIT_NOFILE, before)

    assert waiting.getresponse().status == 200
    assert psutil.Process(server.process.pid).children() == [child]
    held.close()
    waiting.close()


def silent(server, method, path):
    """Begin a request and say no more."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n"
    connection.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
    return connection


def test_clients_that_fall_silent_in_the_middle_of_a_request_are_let_go(start):
    server = start(silent=1)
    begun = [silent(server, "PUT", "/v1/dossiers/H56.14-260511-0007") for _ in range(8)]
    begun += [silent(server, "POST", "/v1/batch") for _ in range(8)]

    assert server.ask("GET", "/healthz")[0] == 200
    answers = [connection.recv(65_536) for connection in begun]
    assert all(answer.startswith(b"HTTP/1.1 400") for answer in answers[:8])
    assert all(b"200 OK" in answer for answer in answers[8:])
    for connection in begun:
        connection.close()


def send_on(connection, data):
    """Send until the other side has had enough."""
    while True:
        connection.sendall(data)


def test_a_client_that_reads_nothing_is_let_go(start, dossier):
    server = start(silent=1)
    lines = b"".join(lines_of(dossier, range(50)))
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(HEAD.format(server.token).encode())
        with pytest.raises(OSError):
            send_on(connection, chunk(lines))
    assert server.ask("GET", "/healthz")[0] == 200


@pytest.mark.parametrize("path", ["PUT /v1/dossiers/H56.14-260511-0007", "POST /v1/batch"])
def test_chunks_that_are_none_are_the_clients_mistake(start, path):
    server = start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        head = HEAD.format(server.token).replace("POST /v1/batch", path)
        connection.sendall(head.encode() + b"zz\r\n")
        answer = connection.makefile("rb").read()
    assert b'"code":"bad_request"' in answer
    assert b"internal" not in answer
