"""`hub serve` as a real process: ready, polite, and not stopped by the death of a child."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil

from hub.cli.ready import is_ready
from hub.config import create_key_file
from hub.demo.partners import free_port
from hub.testing.waiting import wait_until

WORKERS = 2
STOP_SECONDS = 10.0


@contextmanager
def serving(tmp_path, database_url, *options):
    create_key_file(tmp_path / "key")
    listen = f"127.0.0.1:{free_port()}"
    settings = {
        "HUB_DATABASE_URL": database_url,
        "HUB_SECRET_KEY_FILE": str(tmp_path / "key"),
        "HUB_LISTEN": listen,
        "HUB_STOP_SECONDS": "8",
        "HUB_WORKER_PROCESSES": str(WORKERS),
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "hub", "serve", *options], env={**os.environ, **settings}, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: is_ready(listen) or process.poll() is not None, "the hub is ready", seconds=60)
        assert process.poll() is None, (tmp_path / "log").read_text()
        yield process, listen
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def children(process):
    return psutil.Process(process.pid).children()


def test_it_says_that_it_is_ready_and_ends_within_ten_seconds_of_sigterm(tmp_path, database_url):
    with serving(tmp_path, database_url) as (process, listen):
        wait_until(lambda: f"http://{listen}" in (tmp_path / "log").read_text(), "the ready line is there", seconds=20)
        family = psutil.Process(process.pid).children(recursive=True)
        asked = time.monotonic()
        process.terminate()

        assert process.wait(30) == 0
        assert time.monotonic() - asked < STOP_SECONDS
        assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_it_does_not_say_that_it_is_ready_while_another_hub_has_the_port(tmp_path, sqlite_url):
    second = tmp_path / "second"
    second.mkdir()
    with serving(tmp_path, sqlite_url) as (first, listen):
        with (second / "log").open("wb") as log:
            environment = {**os.environ, "HUB_DATABASE_URL": sqlite_url, "HUB_SECRET_KEY_FILE": str(tmp_path / "key")}
            command = [sys.executable, "-m", "hub", "serve", "--no-worker"]
            process = subprocess.Popen(command, env={**environment, "HUB_LISTEN": listen}, stdout=log, stderr=log)
        try:
            wait_until(lambda: "already in use" in (second / "log").read_text(), "the port is taken", seconds=20)
            assert "is ready" not in (second / "log").read_text()
            first.terminate()
            wait_until(lambda: "is ready" in (second / "log").read_text(), "it has the port", seconds=40)
        finally:
            process.terminate()
            process.wait(30)


def test_a_killed_child_is_started_again(tmp_path, sqlite_url):
    with serving(tmp_path, sqlite_url) as (process, listen):
        wait_until(lambda: len(children(process)) == 1 + WORKERS, "web and workers run", seconds=20)
        for victim in children(process):
            victim.kill()
            wait_until(lambda victim=victim: not victim.is_running(), "it is gone", seconds=20)
            wait_until(lambda: len(children(process)) == 1 + WORKERS, "it was started again", seconds=30)
        wait_until(lambda: is_ready(listen), "the hub is ready again", seconds=60)

        assert process.poll() is None
        assert (tmp_path / "log").read_text().count("child.died") >= 1 + WORKERS


def test_children_do_not_outlive_a_killed_parent(tmp_path, sqlite_url):
    with serving(tmp_path, sqlite_url) as (process, _):
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        process.wait()

        wait_until(lambda: not [one for one in family if one.is_running()], "all children have ended", seconds=30)


def test_without_worker_there_is_only_the_web_server(tmp_path, sqlite_url):
    with serving(tmp_path, sqlite_url, "--no-worker") as (process, _):
        assert len(children(process)) == 1
