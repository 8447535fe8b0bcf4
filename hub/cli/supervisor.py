"""Looks after children: starts them as forks, restarts one that dies, ends all politely.

A child leads its own process group, so that Ctrl-C reaches it only through here and what it leaves behind can be
ended too. When this process itself is killed the kernel sends SIGTERM to the children (Linux).
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BACK_OFF = (0.0, 0.5, 1.0, 2.0, 5.0)  # seconds before each restart in a row
STEADY_SECONDS = 30.0  # a child that lived so long starts again without waiting
LOOK_SECONDS = 0.2
REST_SECONDS = 1.0  # given to what a dead child left behind
OUR_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
PR_SET_PDEATHSIG = 1

log = structlog.get_logger("hub.serve")


@dataclass(slots=True)
class Child:
    """One job and the process that does it now (pid 0: none)."""

    name: str
    job: Callable[[], None]
    pid: int = 0
    since: float = 0.0
    deaths: int = 0
    due: float = 0.0


class Supervisor:
    """jobs: name → what a child does until SIGTERM."""

    def __init__(self, jobs: Mapping[str, Callable[[], None]], *, stop_seconds: float) -> None:
        self._children = [Child(name, job) for name, job in jobs.items()]
        self._stop_seconds = stop_seconds

    def run(self) -> None:
        """Run until SIGTERM, SIGINT or SIGHUP; return when every child has ended."""
        signal.pthread_sigmask(signal.SIG_BLOCK, OUR_SIGNALS)
        try:
            while True:
                self._start_due()
                told = signal.sigtimedwait(OUR_SIGNALS, LOOK_SECONDS)
                if told and told.si_signo != signal.SIGCHLD:
                    break
                self._reap()
        finally:
            self._stop()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, OUR_SIGNALS)

    def _start_due(self) -> None:
        for child in self._children:
            if not child.pid and time.monotonic() >= child.due:
                child.pid, child.since = _fork(child.job), time.monotonic()
                log.info("child.started", child=child.name, pid=child.pid)

    def _reap(self) -> None:
        for child in self._children:
            if child.pid and _has_ended(child.pid):
                lived = time.monotonic() - child.since
                child.deaths = 0 if lived > STEADY_SECONDS else child.deaths + 1
                pause = BACK_OFF[min(child.deaths, len(BACK_OFF) - 1)]
                log.error("child.died", child=child.name, pid=child.pid, again_in_seconds=pause)
                _end_group(child.pid)
                child.pid, child.due = 0, time.monotonic() + pause

    def _stop(self) -> None:
        until = time.monotonic() + self._stop_seconds
        running = [child for child in self._children if child.pid]
        for child in running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGTERM)
        while running and time.monotonic() < until:
            running = [child for child in running if not _has_ended(child.pid)]
            if running:
                signal.sigtimedwait((signal.SIGCHLD,), LOOK_SECONDS)
        for child in running:
            log.warning("child.killed", child=child.name, pid=child.pid)
        for child in self._children:
            if child.pid:
                _kill_group(child.pid, signal.SIGKILL)
        for child in running:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child.pid, 0)


def _fork(job: Callable[[], None]) -> int:
    gc.freeze()  # so that collecting does not touch, and copy, what parent and children share
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        return pid
    code = 1
    try:
        os.setpgid(0, 0)
        _die_with(parent)
        for number in OUR_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, OUR_SIGNALS)
        job()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # a child never goes on with its parent's work
        log.exception("child.failed")
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)  # the parent died between the fork and this line


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _end_group(pid: int) -> None:
    """What a dead child left behind (web processes) must not hold the port."""
    if not _kill_group(pid, signal.SIGTERM):
        return
    until = time.monotonic() + REST_SECONDS
    while time.monotonic() < until:
        if not _kill_group(pid, 0):
            return
        time.sleep(0.02)
    _kill_group(pid, signal.SIGKILL)


def _kill_group(pid: int, number: int) -> bool:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
