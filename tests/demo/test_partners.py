"""What the demo's partners stand on."""

from __future__ import annotations

import socket
from pathlib import Path

from hub.demo.partners import free_port

LENT = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_a_free_port_is_none_that_the_system_lends_to_callers():
    first_lent = int(LENT.read_text().split()[0])

    ports = [free_port() for _ in range(200)]

    assert max(ports) < first_lent
    for port in ports:
        with socket.create_server(("127.0.0.1", port)):
            pass


def test_a_port_on_which_somebody_listens_is_not_free(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        other = free_port()
        monkeypatch.setattr("hub.demo.partners.PORTS", [port] * 50 + [other])

        assert free_port() == other
