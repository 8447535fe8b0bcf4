"""The README's examples work as printed, against a hub that was started as an admin starts one."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests

from hub.testing.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).with_name("hub")
EXAMPLES = [
    block
    for block in re.findall(
        r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    if block.startswith("curl")
]


@pytest.fixture
def environment(tmp_path):
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chosen = {
        "HUB_DATABASE_URL": f"sqlite:///{tmp_path / 'hub.db'}",
        "HUB_SECRET_KEY_FILE": str(tmp_path / "hub.key"),
        "HUB_LISTEN": f"127.0.0.1:{port}",
        "PYTHONUTF8": "1",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    return kept | chosen | {"HUB": f"http://127.0.0.1:{port}"}


@pytest.mark.skipif(not shutil.which("curl"), reason="this machine has no curl to try the examples with")
def test_the_examples_of_the_readme_work_as_printed(environment, tmp_path):
    hub(environment, "init")
    hub(environment, "clients", "add", "one_stop", "--can", "read,write,feed")
    key = hub(environment, "clients", "key", "one_stop").split()[0]

    with serving(environment, tmp_path):
        answers = [run(block, environment | {"KEY": key}) for block in EXAMPLES]

    put, event, (read, *changes) = answers[0], answers[1], answers[2]
    assert len(EXAMPLES) == 4
    assert put[0]["version"] == 1
    assert "processing" in json.dumps(event) or event[0]["version"] == 2
    assert read["status"] == "processing"
    assert changes


def hub(environment, *words):
    named = {name: value for name, value in environment.items() if name != "HUB"}
    return subprocess.run([PROGRAM, *words], env=named, check=True, capture_output=True, text=True).stdout


def run(block, environment):
    """Run a block as a reader would; give the JSON answers, each of which must be a yes."""
    with_status = block.replace("curl -sS", "curl -sS --fail-with-body -w '\\n'")
    outcome = subprocess.run(
        ["bash", "-euc", with_status], env=environment, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return [json.loads(line) for line in outcome.stdout.splitlines() if line.strip()]


@contextmanager
def serving(environment, tmp_path):
    named = {name: value for name, value in environment.items() if name != "HUB"}
    with (
        (tmp_path / "serve.log").open("w") as log,
        subprocess.Popen([PROGRAM, "serve"], env=named, stdout=log, stderr=log) as process,
    ):
        try:
            wait_until(lambda: ready(environment["HUB"]), "the hub is ready", seconds=20)
            yield
        finally:
            process.terminate()


def ready(address):
    try:
        return requests.get(f"{address}/readyz", timeout=2).ok
    except requests.ConnectionError:
        return False
