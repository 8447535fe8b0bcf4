"""The kit's server byte for byte: one thread for all lines, and none of them waits for another."""

from __future__ import annotations

import contextlib
import socket
import threading

import orjson
import psutil
import pytest

from hub.sdk.simulator import Response, Simulator
from hub.testing.waiting import wait_until

LARGE = 30_000_000  # bytes, more than any socket keeps
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s"


class Plain(Simulator):
    """Says which path and how many bytes it heard; `/large` answers much, `/broken` not at all."""

    name = "plain"

    def answer(self, call):
        if call.path == "/large":
            return Response(b"x" * LARGE, content_type="text/plain")
        if call.path == "/broken":
            raise ZeroDivisionError
        heard = f"{call.method} {call.path} {dict(call.query)} {len(call.body)}"
        return Response(heard.encode(), content_type="text/plain")

    def holdings(self):
        return {}


@pytest.fixture
def plain():
    with Plain() as simulator:
        yield simulator


@pytest.fixture
def dial(plain):
    """Open lines to it, which are closed afterwards."""
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(socket.create_connection(address(plain), timeout=20))


def address(simulator):
    host, _, port = simulator.url.removeprefix("http://").partition(":")
    return host, int(port)


def request(path, body=b"", *, more=""):
    return f"POST {path} HTTP/1.1\r\nHost: x\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


def told(path, size=0, query="{}"):
    heard = f"POST {path} {query} {size}".encode()
    return OK % (len(heard), heard)


def read(line, size):
    """Exactly so many bytes, fewer only at the end of the line."""
    with line.makefile("rb") as stream:
        return stream.read(size)


def ask(line, path, body=b""):
    line.sendall(request(path, body))
    assert read(line, len(told(path, len(body)))) == told(path, len(body))


def is_reset(line):
    with pytest.raises(ConnectionResetError):
        line.recv(1)
    return True


def log_of(simulator):
    return [(entry["path"], entry["status"], entry["fault"]) for entry in simulator._log]


def test_requests_sent_at_once_are_answered_in_their_order(dial):
    line = dial()
    line.sendall(request("/a") + request("/b?c=1&d=", b"12345") + b"\r\n" + request("/e"))

    answers = told("/a") + told("/b", 5, "{'c': '1', 'd': ''}") + told("/e")
    assert read(line, len(answers)) == answers


def test_a_request_that_comes_byte_by_byte_is_one_request(dial):
    line = dial()
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in request("/a", b"four") + request("/b"):
        line.sendall(bytes([byte]))

    answers = told("/a", 4) + told("/b")
    assert read(line, len(answers)) == answers


def test_a_large_body_is_taken_whole(dial):
    ask(dial(), "/a", bytes(LARGE))


def test_a_slow_reader_gets_a_large_answer_whole_and_nobody_waits_for_it(dial):
    slow = dial()
    slow.sendall(request("/large") + request("/after"))
    ask(dial(), "/meanwhile")

    answers = OK % (LARGE, b"x" * LARGE) + told("/after")
    assert read(slow, len(answers)) == answers


@pytest.mark.parametrize("fault", [{"fault": "timeout_before", "hold": 60}, {"fault": "slow", "delay": 60}])
def test_an_answer_that_is_held_holds_up_no_other_line_and_no_end(fault):
    with Plain() as plain, socket.create_connection(address(plain), timeout=20) as held:
        plain.faults.order({**fault, "path": "/held"})
        held.sendall(request("/held"))
        wait_until(lambda: plain._seen == 1, "the request is there")
        with socket.create_connection(address(plain), timeout=20) as line:
            ask(line, "/meanwhile")
            ask(line, "/again")
            plain.stop()
            assert held.recv(1) == line.recv(1) == b""


def test_after_its_time_a_held_answer_comes_and_the_line_goes_on(plain, dial):
    plain.faults.order({"fault": "slow", "delay": 0.05, "times": 1})
    line = dial()
    line.sendall(request("/a") + request("/b"))

    assert read(line, len(told("/a") * 2)) == told("/a") + told("/b")


def test_a_caller_that_does_not_wait_for_its_held_answer_harms_nobody(plain, dial):
    plain.faults.order({"fault": "slow", "delay": 0.05, "times": 2})
    for _ in range(2):
        with socket.create_connection(address(plain), timeout=20) as line:
            line.sendall(request("/a"))

    wait_until(lambda: plain._seen == 2 and not plain._listener._connections, "their lines are closed")
    ask(dial(), "/b")


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after"])
@pytest.mark.parametrize("hold", [0, 0.05])
def test_an_answer_that_is_lost_is_a_line_that_is_reset(plain, dial, fault, hold):
    plain.faults.order({"fault": fault, "hold": hold, "times": 1})
    line = dial()
    line.sendall(request("/a"))

    assert is_reset(line)
    assert log_of(plain) == [("/a", None if fault == "timeout_before" else 200, fault)]


def test_half_a_body_is_followed_by_a_reset(plain, dial):
    plain.faults.order({"fault": "half_body", "times": 1})
    line = dial()
    line.sendall(request("/a"))

    half = told("/a")[: -len(b"POST /a {} 0") // 2]
    assert line.recv(len(half), socket.MSG_WAITALL) == half
    assert is_reset(line)


def test_the_same_answer_twice_comes_at_once_and_before_the_next(plain, dial):
    plain.faults.order({"fault": "duplicate_answer", "times": 1})
    line = dial()
    line.sendall(request("/a") + request("/b"))

    assert read(line, len(told("/a") * 3)) == told("/a") * 2 + told("/b")


def test_a_caller_that_asks_for_it_finds_its_line_closed_after_the_answer(dial):
    line = dial()
    line.sendall(request("/a", more="Connection: close\r\n"))

    assert read(line, 1_000) == told("/a")


def test_a_caller_that_says_no_more_still_hears_its_answers(dial):
    line = dial()
    line.sendall(request("/large") + request("/a"))
    line.shutdown(socket.SHUT_WR)

    assert read(line, LARGE * 2) == OK % (LARGE, b"x" * LARGE) + told("/a")


@pytest.mark.parametrize(
    "nonsense",
    [
        b"hello\r\n\r\n",
        b"POST /a HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST /a HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST //[ HTTP/1.1\r\n\r\n",
        b"POST /_sim/faults HTTP/1.1\r\nContent-Length: 1\r\n\r\n{",
        b"x" * 1_100_000,
    ],
)
def test_nonsense_ends_its_own_line_and_no_other(plain, dial, nonsense):
    other, line = dial(), dial()
    ask(other, "/a")
    with contextlib.suppress(ConnectionError):  # with bytes unread the end is a reset
        line.sendall(nonsense)
        assert line.recv(1) == b""

    ask(other, "/b")
    assert [path for path, *_ in log_of(plain)] == ["/a", "/b"]


def test_a_defect_is_told_and_the_line_goes_on(plain, dial, caplog):
    line = dial()
    line.sendall(request("/broken"))

    line.sendall(request("/a", more="Connection: close\r\n"))
    answers = read(line, 1_000)
    assert answers.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert answers.endswith(b'{"defect":"ZeroDivisionError"}' + told("/a"))
    assert log_of(plain)[0] == ("/broken", 500, "defect: ZeroDivisionError: ")
    assert "simulator.defect" in caplog.text


def test_many_lines_are_served_by_one_thread(plain, dial):
    before = threading.active_count()
    lines = [dial() for _ in range(200)]
    for _ in range(2):
        for line in lines:
            line.sendall(request("/a"))
        assert all(read(line, len(told("/a"))) == told("/a") for line in lines)

    assert threading.active_count() <= before


def test_a_door_that_is_shut_refuses_cuts_what_was_open_and_opens_again_on_the_same_port(plain, dial):
    line, control = dial(), dial()
    ask(line, "/a")
    body = orjson.dumps({"fault": "refuse", "seconds": 0.2})
    control.sendall(request("/_sim/faults", body, more="Connection: close\r\n"))
    assert read(control, 1_000).endswith(b'{"faults":["refuse"]}')
    wait_until(lambda: plain._listener.refusing, "the door is shut")

    with pytest.raises(ConnectionRefusedError):
        dial()
    wait_until(lambda: not plain._listener.refusing, "the door is open")
    ask(dial(), "/b")
    line.sendall(request("/c"))
    assert is_reset(line)
    assert [path for path, *_ in log_of(plain)] == ["/a", "/b"]


def test_of_two_orders_to_shut_the_door_the_longer_counts(plain):
    plain._listener.refuse(0.3)
    plain._listener.refuse(0.01)
    wait_until(lambda: plain._listener.refusing, "the door is shut")
    opens = plain._listener._opens
    plain._listener.refuse(0)

    wait_until(lambda: not plain._listener.refusing, "the door is open")
    assert plain._listener._opens == opens


def test_what_is_stopped_leaves_no_thread_and_no_file():
    process = psutil.Process()
    threads, files = threading.active_count(), process.num_fds()
    with Plain() as plain:
        lines = [socket.create_connection(address(plain), timeout=20) for _ in range(3)]
        ask(lines[0], "/a")
        lines[1].sendall(b"POST /a")
        plain.stop()  # and once more at the end of the block
        for line in lines:
            with contextlib.suppress(ConnectionResetError):  # with bytes unread
                assert line.recv(1) == b""
            line.close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address(plain), timeout=20)

    Plain().stop()  # never started
    assert threading.active_count() <= threads
    assert process.num_fds() <= files
