"""Lines to partners: what is read whole, what was cut, when a line is used again, and whom TLS trusts."""

from __future__ import annotations

import gzip
import os
import socket
import ssl
import threading
import zlib
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hub.sdk import exchange
from hub.sdk.errors import Busy, Garbled, NotSent, Unanswered
from hub.sdk.http import HOSTS, Http, Timeouts
from hub.testing.partner import EchoSimulator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

QUICK = Timeouts(connect=2, read=0.3, total=1.0)
BROKEN = b"(and then what is no TLS)"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Partner:
    """Answers the requests of all its connections with the given bytes, one after the other. None: hang up."""

    def __init__(self, answers: Sequence[bytes | None], wrap: ssl.SSLContext | None = None) -> None:
        self._answers = list(answers)
        self.requests: list[bytes] = []
        self.connections = 0
        self._wrap = wrap
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if wrap else 'http'}://localhost:{self._door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._door.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._meet, args=(plain,), daemon=True).start()

    def _meet(self, plain: socket.socket) -> None:
        try:
            with self._wrap.wrap_socket(plain, server_side=True) if self._wrap else plain as connection:
                self._talk(connection)
        except OSError:
            return

    def _talk(self, connection: socket.socket) -> None:
        while self._answers:
            request = _request(connection)
            if not request:
                return
            self.requests.append(request)
            answer = self._answers.pop(0)
            if answer is None:
                return
            if answer.endswith(BROKEN):
                connection.sendall(answer.removesuffix(BROKEN)) if answer != BROKEN else None
                os.write(connection.fileno(), b"HTTP/1.1 502 Bad Gateway\r\n\r\n")  # beside the encryption
                connection.recv(1)
                return
            connection.sendall(answer)

    def close(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)  # whoever waits in accept() lets go
        self._door.close()


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        came = connection.recv(65_536)
        if not came:
            return b""
        data += came
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(one.split(b":")[1]) for one in head.split(b"\r\n") if one.lower().startswith(b"content-l")), 0)
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


@contextmanager
def partner(*answers: bytes | None, wrap: ssl.SSLContext | None = None) -> Iterator[Partner]:
    made = Partner(answers, wrap)
    try:
        yield made
    finally:
        made.close()


def chunked(*pieces: bytes, end: bytes = b"\r\n", head: bytes = b"") -> bytes:
    body = b"".join(b"%x;note=1\r\n%b\r\n" % (len(one), one) for one in pieces)
    return b"HTTP/1.1 200 OK\r\n" + head + b"Transfer-Encoding: chunked\r\n\r\n" + body + b"0\r\n" + end


def sized(content: bytes, head: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n%b" % (head, len(content), content)


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


BARE = zlib.compressobj(wbits=-15)
BARE_DEFLATE = BARE.compress(b"xin chao") + BARE.flush()


@pytest.mark.parametrize(
    ("answer", "content"),
    [
        (sized(b"xin chao"), b"xin chao"),
        (b"HTTP/1.1 200\nContent-Length: 8\n\nxin chao", b"xin chao"),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", b""),
        (chunked(b"xin ", b"chao"), b"xin chao"),
        (chunked(b"xin chao", end=b"Trailer: one\r\n\r\n"), b"xin chao"),
        (sized(packed(b"xin chao"), b"Content-Encoding: gzip\r\n"), b"xin chao"),
        (sized(packed(b"xin ") + packed(b"chao"), b"Content-Encoding: gzip\r\n"), b"xin chao"),
        (chunked(packed(b"xin chao"), head=b"Content-Encoding: GZIP\r\n"), b"xin chao"),
        (sized(zlib.compress(b"xin chao"), b"Content-Encoding: deflate\r\n"), b"xin chao"),
        (sized(BARE_DEFLATE, b"Content-Encoding: deflate\r\n"), b"xin chao"),
        (sized(b"x" * 300_000), b"x" * 300_000),
    ],
)
def test_an_answer_is_read_whole_and_the_line_used_again(answer, content):
    with partner(answer, OK) as there:
        http = Http(QUICK)

        assert http.get(there.url).content == content
        assert http.get(there.url).content == b"ok"
        assert there.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        OK.replace(b"HTTP/1.1", b"HTTP/1.0"),
        OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
    ],
)
def test_a_line_that_is_not_clean_is_not_used_again(answer):
    with partner(answer, sized(b"second")) as there:
        http = Http(QUICK)
        assert http.get(there.url).content == b"ok"
        there.close()

        with pytest.raises(NotSent):
            http.get(there.url)

        assert len(there.requests) == 1


@pytest.mark.parametrize("answer", [OK + OK, OK + b"HTTP/1.1 200 OK\r\n"])
def test_a_doubled_answer_is_not_taken_for_the_answer_to_the_next_request(answer):
    with partner(answer, sized(b"second")) as there:
        http = Http(QUICK)
        assert http.get(there.url).content == b"ok"

        assert http.get(there.url).content == b"second"


def test_an_answer_without_a_length_ends_with_the_connection():
    with partner(b"HTTP/1.1 200 OK\r\n\r\nto the end") as there:
        assert Http(QUICK).get(there.url).content == b"to the end"


def test_a_line_that_the_partner_closed_meanwhile_is_not_tried():
    with partner(OK, None, OK) as there:
        http = Http(QUICK)
        http.get(there.url)
        with pytest.raises(Unanswered):
            http.get(there.url)

        assert http.get(there.url).content == b"ok"
        assert there.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nxin",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokno\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
        b"<html>502</html>\r\n\r\n",
        b"HTTP/1.1 2000\r\n\r\n",
        b"x" * 70_000,
    ],
)
def test_f03_an_answer_that_is_cut_or_is_no_http_leaves_it_unknown(answer):
    with partner(answer) as there, pytest.raises(Unanswered):
        Http(QUICK).post(there.url, body=b"{}")


def test_an_answer_that_cannot_be_unpacked_is_garbled():
    with partner(sized(b"\x1f\x8bno", b"Content-Encoding: gzip\r\n")) as there, pytest.raises(Garbled):
        Http(QUICK).post(there.url, body=b"{}")


def test_what_unpacks_to_more_than_the_limit_is_garbled():
    bomb = packed(bytes(65 * 1024 * 1024))
    with partner(sized(bomb, b"Content-Encoding: gzip\r\n")) as there, pytest.raises(Garbled, match="larger"):
        Http(Timeouts(2, 5, 10)).get(there.url)


def test_f30_a_drip_of_bytes_does_not_hold_a_thread_beyond_the_total_time():
    door = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def drip() -> None:
        connection, _ = door.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not ended.wait(0.02):
                try:
                    connection.sendall(b".")
                except OSError:
                    return

    threading.Thread(target=drip, daemon=True).start()
    with door, pytest.raises(Unanswered):
        Http(Timeouts(1, 0.5, 0.4)).get(f"http://127.0.0.1:{door.getsockname()[1]}/")
    ended.set()


def test_a_request_goes_out_in_one_piece_with_its_headers():
    with partner(OK, OK, OK) as there:
        http = Http(QUICK)
        http.post(f"{there.url}/hồ sơ?x=1#part", json={"a": 1}, headers={"accept": "application/json", "X-One": "1"})
        http.get(f"{there.url}/?y=2", parameters={"số": "1 2"}, basic=("a", "b"))
        http.post(there.url, form={"grant_type": "client credentials"})

    first, second, third = (one.decode() for one in there.requests)
    assert first.startswith("POST /h%E1%BB%93%20s%C6%A1?x=1 HTTP/1.1\r\nHost: localhost:")
    assert "\r\naccept: application/json\r\n" in first
    assert "\r\nX-One: 1\r\n" in first
    assert '\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}' in first
    assert second.startswith("GET /?y=2&s%E1%BB%91=1+2 HTTP/1.1\r\n")
    assert "\r\nAuthorization: Basic YTpi\r\n" in second
    assert "Content-Length" not in second
    assert third.startswith("POST / HTTP/1.1\r\n")
    assert third.endswith("grant_type=client+credentials")


@pytest.mark.parametrize(
    "url",
    ["ftp://localhost/", "localhost:1/", "http://", "http://localhost:99999/", "http://[::1/", "file:///etc/hosts"],
)
def test_what_is_no_http_address_is_not_sent(url):
    with pytest.raises(NotSent):
        Http(QUICK).get(url)


def test_a_line_break_smuggles_no_header_in():
    with partner(OK) as there, pytest.raises(NotSent):
        Http(QUICK).get(there.url, headers={"X-One": "1\r\nX-Two: 2"})

    assert not there.requests


def test_headers_are_found_in_any_case_and_doubled_ones_are_joined():
    busy = b"HTTP/1.1 429 Slow\r\nretry-AFTER: 7\r\nContent-Length: 0\r\n\r\n"
    joined = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\nX-Long: a\r\n b\r\nContent-Length: 0\r\n\r\n"
    with partner(busy, joined) as there:
        http = Http(QUICK)
        with pytest.raises(Busy) as told:
            http.get(there.url)
        headers = http.get(there.url).headers

    assert told.value.retry_after == 7
    assert headers["x-a"] == "1, 2"
    assert headers.get("X-LONG") == "a b"
    assert "x-Long" in headers
    assert headers.get("absent", "none") == "none"


def test_a_lost_call_is_recorded_without_a_status():
    with partner(None) as there, exchange.recording() as trace, pytest.raises(Unanswered):
        Http(QUICK).post(f"{there.url}/a?name=secret", json={"name": "secret"})

    assert (trace[0].target, trace[0].status) == (f"{there.url}/a", None)
    assert "secret" not in trace[0].sent


# ---------------------------------------------------------------------------------------------------------- TLS


def certificate(folder: Path) -> Path:
    """Make a certificate for localhost that vouches for itself; return the file with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "localhost.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


def serving(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_nothing_is_sent_to_a_certificate_nobody_vouches_for(tmp_path):
    with partner(OK, wrap=serving(certificate(tmp_path))) as there, pytest.raises(NotSent):
        Http(QUICK).post(there.url, body=b"secret")

    assert not there.requests


def test_a_trusted_certificate_is_spoken_to_by_its_name_only(tmp_path):
    file = certificate(tmp_path)
    with partner(OK, OK, OK, wrap=serving(file)) as there:
        http = Http(QUICK)
        http.session.verify = str(file)
        assert http.post(there.url, body=b"secret").content == b"ok"
        assert http.post(there.url, body=b"secret").content == b"ok"
        assert there.connections == 1
        with pytest.raises(NotSent):
            http.get(there.url.replace("localhost", "127.0.0.1"))


@pytest.mark.parametrize("answer", [BROKEN, b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf" + BROKEN])
def test_f03_encryption_that_breaks_after_the_request_leaves_it_unknown(tmp_path, answer):
    file = certificate(tmp_path)
    with partner(answer, wrap=serving(file)) as there:
        http = Http(QUICK)
        http.session.verify = str(file)
        with pytest.raises(Unanswered):
            http.post(there.url, body=b"{}")
        assert len(there.requests) == 1


def test_a_password_that_no_header_can_hold_is_not_sent():
    with partner(OK) as there:
        with pytest.raises(NotSent):
            Http(QUICK).post(there.url, body=b"{}", basic=("user", "mật khẩu €"))
        assert not there.requests


def test_more_hosts_than_are_kept_open_are_all_reached():
    http = Http()
    with ExitStack() as stack:
        partners = [stack.enter_context(EchoSimulator()) for _ in range(HOSTS + 2)]
        for _ in range(2):
            for partner in partners:
                assert http.get(f"{partner.url}/_sim/log").status == 200


def test_a_request_leaves_in_one_piece():
    seen = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def partner() -> None:
            with listener.accept()[0] as line:
                seen.append(line.recv(65_536))
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=partner)
        thread.start()
        Http().post(f"http://127.0.0.1:{listener.getsockname()[1]}/put", body=b"the body")
        thread.join(10)

    assert (seen[0][:9], seen[0][-8:]) == (b"POST /put", b"the body")
