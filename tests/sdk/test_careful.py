"""Nothing leaves once the lease has ended, even if it ended while the request was being made."""

from __future__ import annotations

import contextlib
import itertools
import socket
import time

import pytest

from hub.sdk import Timeouts, exchange
from hub.sdk.errors import ConnectorError, NotSent
from hub.sdk.http import Http
from hub.testing.partner import EchoSimulator


@pytest.mark.parametrize("looks", [0, 1, 2])
def test_f05_a_request_stopped_between_its_making_and_its_sending_never_reaches_the_partner(looks):
    asked = itertools.count()
    with EchoSimulator() as partner:
        with exchange.only_while(lambda: looks - next(asked)), pytest.raises(NotSent):
            Http().post(f"{partner.url}/login", json={"secret": "wrong"})

        assert next(asked) == looks + 1
        assert Http().get(f"{partner.url}/_sim/log").json()["seen"] == 0


def test_while_the_lease_holds_everything_goes():
    with EchoSimulator() as partner, exchange.only_while(lambda: 10.0):
        assert Http().post(f"{partner.url}/login", json={"secret": "wrong"}).status == 401


BODY = b"x" * 300_000  # more than a partner that does not read takes in, less than our own system holds for it


@pytest.fixture
def stalled():
    """A partner that accepts connections and reads nothing; what it could take up afterwards is told by `read`."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


def read(listener):
    """Everything that still comes: all of a request, or less."""
    taken = bytearray()
    with listener.accept()[0] as connection, contextlib.suppress(ConnectionResetError):
        connection.settimeout(20)
        while part := connection.recv(65_536):
            taken += part
    return bytes(taken)


def test_f05_what_the_line_had_not_taken_when_we_gave_up_never_reaches_the_partner(stalled):
    url = f"http://127.0.0.1:{stalled.getsockname()[1]}/put"
    with exchange.only_while(lambda: 60.0), pytest.raises(ConnectorError):
        Http(Timeouts(5, 0.5, 20)).post(url, body=BODY)

    assert not read(stalled).endswith(BODY)


def test_f05_what_the_line_had_not_taken_when_the_lease_ended_never_reaches_the_partner(stalled):
    url = f"http://127.0.0.1:{stalled.getsockname()[1]}/put"
    began = time.monotonic()
    with exchange.only_while(lambda: 0.5), pytest.raises(ConnectorError):
        Http(Timeouts(5, 60, 60)).post(url, body=BODY)  # a process that is stopped closes nothing: the system must

    assert time.monotonic() - began < 30
    assert not read(stalled).endswith(BODY)
