"""What is broken, by a seeded schedule: each fault a method, its weight beside it."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import sqlite3
import time
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import psutil
import psycopg

from chaos.cluster import LEASE_SECONDS, Cluster, later
from chaos.database import kill_postgres
from hub.sdk.simulator import Fault

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable

KINDS = (
    Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.HTTP_500, Fault.HTTP_429, Fault.GARBLED, Fault.HALF_BODY,
    Fault.SLOW, Fault.DUPLICATE_ANSWER, Fault.EXPIRED_SESSION, Fault.ERROR_IN_200, Fault.ODD_CODE,
    Fault.PARTIAL_BATCH, Fault.OUT_OF_ORDER_REFUSAL,
)  # fmt: skip
STORM = {"reset": 0.03, "cut": 0.03, "delay": 0.08, "slice": 0.1}
CALM = {"reset": 0.0, "cut": 0.0, "delay": 0.0, "slice": 0.0}
HEAVY_SECONDS = 1.5  # at least between two kills, so that something lives to be killed
DATABASE_SECONDS = 12.0


class Breaking:
    """Plays one fault after the other. `played` counts; `kills`: (when, process id) of workers killed."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._chance = Random(cluster.wish.seed)
        self.played: Counter[str] = Counter()
        self._heavy = self._database = 0.0
        self._stopped: set[str] = set()
        self._timers: list[threading.Timer] = []
        ways: list[tuple[int, Callable[[], bool]]] = [
            (5, self.worker_killed),
            (4, self.web_killed),
            (3, self.partner_killed),
            (2, self.client_killed),
            (3, self.worker_stopped_beyond_its_lease),
            (2, self.web_stopped),
            (6, self.storm_on_the_lines),
            (12, self.partner_faults),
            (4, self.partner_away),
            (2, self.web_connections_run_out),
            (3, self.file_descriptors_run_out),
            (4, self.clock_jumps_an_hour),
        ]
        if cluster.disk:
            ways.append((2, self.disk_full))
        if cluster.wish.database == "postgres":
            ways += [(3, self.postgres_killed), (3, self.database_connections_run_out)]
        else:
            ways.append((2, self.database_locked))
        if cluster.spaces:
            ways.append((4, self.line_pulled_out))
        self._ways = ways

    def run(self, *, seconds: float, number: int) -> None:
        """Play `number` faults, spread over at least `seconds`."""
        pause = seconds / max(number, 1)
        weights, works = zip(*self._ways, strict=True)
        while self.played.total() < number:
            began = time.monotonic()
            work = self._chance.choices(works, weights)[0]
            with contextlib.suppress(OSError, ProcessLookupError):
                if work():
                    self._note(work.__name__.replace("_", " "))
            time.sleep(max(pause - (time.monotonic() - began), 0.01))

    def _note(self, name: str) -> None:
        self.played[name] += 1
        with (self._cluster.installation.directory / "faults.log").open("a", encoding="utf-8") as log:
            log.write(f"{time.time():.3f} {name}\n")

    def heal(self) -> None:
        """End whatever still lasts."""
        for timer in self._timers:
            timer.join()
        self._cluster.rates(CALM)
        for file in self._cluster.installation.directory.glob("*.clock"):
            file.write_text("0", encoding="utf-8")
        for partner in self._cluster.partners:
            for _ in range(100):
                try:
                    partner.heal()
                    break
                except Exception:  # noqa: BLE001 (it is just starting again)
                    time.sleep(0.2)

    def _later(self, seconds: float, work: Callable[[], object]) -> None:
        self._timers = [one for one in self._timers if one.is_alive()]
        self._timers.append(later(seconds, work))

    def _may_kill(self) -> bool:
        if time.monotonic() - self._heavy < HEAVY_SECONDS:
            return False
        self._heavy = time.monotonic()
        return True

    def _one(self, prefix: str) -> str:
        return self._chance.choice(sorted(name for name in self._cluster.keeper.pids() if name.startswith(prefix)))

    def _kill(self, prefix: str) -> bool:
        if not self._may_kill():
            return False
        os.killpg(self._cluster.pid(self._one(prefix)), signal.SIGKILL)
        return True

    def worker_killed(self) -> bool:
        return self._kill("worker")

    def web_killed(self) -> bool:
        if not self._may_kill():
            return False
        pid = self._cluster.pid(self._one("web"))
        if self._chance.random() < 0.5:
            os.kill(pid, signal.SIGKILL)  # the arbiter alone: its worker must notice
        else:
            os.killpg(pid, signal.SIGKILL)
        return True

    def partner_killed(self) -> bool:
        return self._kill("partner")

    def client_killed(self) -> bool:
        return self._kill("client")

    def worker_stopped_beyond_its_lease(self) -> bool:
        return self._stop("worker", LEASE_SECONDS + self._chance.uniform(0.5, 4.0))

    def web_stopped(self) -> bool:
        return self._stop("web", self._chance.uniform(1.0, 4.0))

    def _stop(self, prefix: str, seconds: float) -> bool:
        name = self._one(prefix)
        if name in self._stopped:
            return False
        pid = self._cluster.pid(name)
        os.killpg(pid, signal.SIGSTOP)
        self._stopped.add(name)

        def go_on() -> None:
            self._stopped.discard(name)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGCONT)

        self._later(seconds, go_on)
        return True

    def storm_on_the_lines(self) -> bool:
        self._cluster.rates({name: rate * self._chance.uniform(0.3, 1.5) for name, rate in STORM.items()})
        self._later(self._chance.uniform(1.0, 4.0), lambda: self._cluster.rates(CALM))
        return True

    def partner_faults(self) -> bool:
        partner = self._chance.choice(self._cluster.partners)
        wish = {"fault": self._chance.choice(KINDS), "times": self._chance.randint(1, 4), "retry_after": 1}
        partner.order({**wish, "delay": 0.4, "seed": self._chance.randrange(10_000)})
        return True

    def partner_away(self) -> bool:
        self._chance.choice(self._cluster.partners).order({"fault": Fault.REFUSE, "seconds": 1.0})
        return True

    def database_connections_run_out(self) -> bool:
        """Somebody takes all that PostgreSQL gives, those kept for its administrator too."""
        held: list[psycopg.Connection[object]] = []
        url = self._cluster.installation.database_url.replace("+psycopg", "")
        with contextlib.suppress(psycopg.Error):
            while len(held) < 80:
                held.append(psycopg.connect(url, connect_timeout=2))
        self._later(self._chance.uniform(1.5, 4.0), lambda: _close(held))
        return bool(held)

    def web_connections_run_out(self) -> bool:
        held: list[socket.socket] = []
        host, port = self._chance.choice(sorted(self._cluster.webs.values())).split(":")
        with contextlib.suppress(OSError):
            held.extend(socket.create_connection((host, int(port)), timeout=1) for _ in range(400))
        self._later(1.5, lambda: _close(held))
        return bool(held)

    def file_descriptors_run_out(self) -> bool:
        """A process of the hub may open hardly anything more: no connection, no file."""
        process = psutil.Process(self._cluster.pid(self._one(self._chance.choice(("web", "worker")))))
        with contextlib.suppress(psutil.NoSuchProcess):
            process = next(iter(process.children()), process)  # the arbiter of a web node opens nothing
            pid = process.pid
            before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            few = process.num_fds() + self._chance.randint(-4, 3)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (max(few, 3), before[1]))

            def give_back() -> None:
                with contextlib.suppress(ProcessLookupError):
                    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)

            self._later(self._chance.uniform(1.5, 5.0), give_back)
            return True
        return False

    def line_pulled_out(self) -> bool:
        """A process of the hub reaches nobody and is reached by nobody, at times for longer than its lease."""
        name, spaces = self._one(self._chance.choice(("web", "worker"))), self._cluster.spaces
        assert spaces is not None
        spaces.cut(name)
        self._later(self._chance.uniform(1.0, LEASE_SECONDS + 4.0), lambda: spaces.mend(name))
        return True

    def clock_jumps_an_hour(self) -> bool:
        name = self._one(self._chance.choice(("web", "worker")))
        file = self._cluster.clock_file(name)
        file.write_text(str(self._chance.choice((3600, -3600))), encoding="utf-8")
        self._later(self._chance.uniform(3.0, 10.0), lambda: file.write_text("0", encoding="utf-8"))
        return True

    def disk_full(self) -> bool:
        if not self._may_break_database():
            return False
        disk = self._cluster.disk
        assert disk is not None
        filler = disk / "filler"
        room = os.statvfs(disk)
        with contextlib.suppress(OSError):
            descriptor = os.open(filler, os.O_CREAT | os.O_WRONLY)
            try:
                os.posix_fallocate(descriptor, 0, room.f_bavail * room.f_frsize)
            finally:
                os.close(descriptor)
        self._later(self._chance.uniform(0.8, 2.0), lambda: filler.unlink(missing_ok=True))
        return True

    def postgres_killed(self) -> bool:
        return self._may_break_database() and kill_postgres(self._cluster.installation)

    def database_locked(self) -> bool:
        """Somebody holds SQLite's write lock."""
        path = self._cluster.installation.database_url.removeprefix("sqlite:///")
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            connection.close()
            return False
        self._later(self._chance.uniform(0.5, 3.0), connection.close)
        return True

    def _may_break_database(self) -> bool:
        if time.monotonic() - self._database < DATABASE_SECONDS:
            return False
        self._database = time.monotonic()
        return True


def _close(held: Iterable[psycopg.Connection[object] | socket.socket]) -> None:
    for one in held:
        one.close()
