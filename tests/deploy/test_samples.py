"""The samples of deploy/ are what the programs take: each is checked by the program itself, and used where it can be."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
import requests

from hub.demo.partners import free_port
from hub.flows import client_keys
from hub.store import clients
from hub.testing import house
from hub.testing.waiting import wait_until
from tests.inspection.tree import ROOT

DEPLOY = ROOT / "deploy"
KEY = house.KEY


def needs(program: str):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@contextmanager
def running(*command, place: Path, environment=None):
    """A program until the block ends; what it said stands in the failure."""
    log = place / "said"
    with log.open("w") as said:
        process = subprocess.Popen(
            [str(word) for word in command], stdout=said, stderr=said, env={**os.environ, **(environment or {})}
        )
    try:
        yield process, log
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def ready(port: int, path: str = "/readyz") -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}{path}", timeout=2).status_code == 200
    except requests.RequestException:
        return False


@pytest.fixture
def place():
    folder = Path(tempfile.mkdtemp(prefix="lt-deploy-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def web(sqlite_url, place):
    """A hub started by gunicorn itself with the settings of deploy/; its port and a client's key."""
    context = house.build(sqlite_url)
    context.store.write(lambda connection: clients.put(connection, "mot-cua", title="", scopes={}, now=0))
    token = client_keys.issue(context, "mot-cua")
    context.store.close()
    port = free_port()
    environment = {"HUB_DATABASE_URL": sqlite_url, "HUB_SECRET_KEY": KEY, "HUB_LISTEN": f"127.0.0.1:{port}"}
    command = [sys.executable, "-m", "gunicorn", "-c", DEPLOY / "gunicorn.conf.py", "hub.web.server:application()"]
    inside = place / "gunicorn"
    inside.mkdir()
    with running(*command, place=inside, environment=environment) as (process, log):
        wait_until(lambda: ready(port) or process.poll() is not None, "gunicorn serves", seconds=40)
        assert process.poll() is None, log.read_text()
        yield port, token


def through(port: int, token: str) -> None:
    """Publish, read back, send a batch and wait at the feed, through a proxy."""
    base, headers = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {token}"}
    document = house.dossier(1)
    with requests.Session() as session:
        session.headers.update(headers)
        put = session.put(f"{base}/v1/dossiers/{document['code']}", data=orjson.dumps(document), timeout=20)
        lines = b"".join(orjson.dumps({"kind": "dossier", "document": house.dossier(n)}) + b"\n" for n in range(2, 302))
        batch = session.post(f"{base}/v1/batch", data=iter([lines[:5000], lines[5000:]]), timeout=60)
        feed = session.get(f"{base}/v1/changes?after=end&wait=2", timeout=20)
        back = session.get(f"{base}/v1/dossiers/{document['code']}", timeout=20)
        large = session.put(f"{base}/v1/dossiers/{document['code']}", data=b"x" * (17 * 2**20), timeout=20)

    assert put.status_code == 201, put.text
    assert batch.status_code == 200
    assert [orjson.loads(line)["word"] for line in batch.content.splitlines()] == ["created"] * 300
    assert feed.status_code == back.status_code == 200
    assert large.status_code == 413


def test_gunicorn_takes_the_settings_and_opens_no_control_socket(web):
    port, _ = web
    open_sockets = Path("/proc/net/unix").read_text() if sys.platform == "linux" else ""

    assert ready(port, "/healthz")
    assert "gunicorn.ctl" not in open_sockets


@needs("nginx")
def test_nginx_takes_the_sample_and_serves_through_it(web, place):
    port, front = web[0], free_port()
    sample = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    made = sample.replace("127.0.0.1:8700", f"127.0.0.1:{port}").replace("listen 443 ssl", f"listen 127.0.0.1:{front}")
    made = re.sub(r"^\s*ssl_certificate.*$", "", made, flags=re.MULTILINE)
    temporary = " ".join(
        f"{name}_temp_path {place}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (place / "nginx.conf").write_text(
        f"daemon off; pid {place}/pid; error_log {place}/error.log; events {{}}\n"
        f"http {{ access_log off; {temporary}\n{made}\n}}",
        encoding="utf-8",
    )
    program = [shutil.which("nginx"), "-c", place / "nginx.conf", "-p", place, "-e", place / "error.log"]
    checked = subprocess.run([*map(str, program), "-t"], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr
    with running(*program, place=place):
        wait_until(lambda: ready(front), "nginx serves", seconds=15)
        through(front, web[1])


@needs("haproxy")
def test_haproxy_takes_the_sample_and_serves_through_it(web, place):
    port, front = web[0], free_port()
    sample = (DEPLOY / "haproxy.cfg").read_text(encoding="utf-8")
    program = shutil.which("haproxy")
    checked = subprocess.run([program, "-c", "-f", DEPLOY / "haproxy.cfg"], capture_output=True, text=True, check=False)
    made = sample.replace("127.0.0.1:8700", f"127.0.0.1:{port}").replace("0.0.0.0:8080", f"127.0.0.1:{front}")
    made = made.replace("127.0.0.1:8701", f"127.0.0.1:{free_port()}")  # the second machine is down
    (place / "haproxy.cfg").write_text(made, encoding="utf-8")

    assert checked.returncode == 0, checked.stderr
    with running(program, "-db", "-f", place / "haproxy.cfg", place=place):
        wait_until(lambda: ready(front), "haproxy serves", seconds=15)
        through(front, web[1])


@needs("systemd-analyze")
@pytest.mark.parametrize("unit", ["hub-web.service", "hub-worker@.service", "hub.slice"])
def test_systemd_takes_the_unit(unit, place):
    for file in (DEPLOY / "systemd").iterdir():
        program = sys.executable  # the program need not be installed where this test runs
        text = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={program}", file.read_text(encoding="utf-8"))
        (place / file.name).write_text(text, encoding="utf-8")
    outcome = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", place / unit], capture_output=True, text=True, check=False
    )

    told = [line for line in outcome.stderr.splitlines() if str(place) in line or unit in line]
    assert outcome.returncode == 0, outcome.stderr
    assert told == []


def test_the_environment_file_holds_settings_that_exist():
    from hub.config import DECLARATIONS

    named = re.findall(r"^#?(HUB_[A-Z_]+)=", (DEPLOY / "hub.env").read_text(), re.MULTILINE)

    assert named
    assert set(named) <= {each.variable for each in DECLARATIONS.values()}


def test_units_wait_longer_than_the_hub_needs_to_stop():
    from hub.config import Settings

    for unit in ("hub-web.service", "hub-worker@.service"):
        text = (DEPLOY / "systemd" / unit).read_text(encoding="utf-8")
        assert int(re.search(r"TimeoutStopSec=(\d+)", text)[1]) > Settings().stop_seconds
