"""What one loud client does to nine quiet ones: it sends its usual volume, seven times that, or all it can.

Each client sends at moments that chance decided before (the same for every way of the loud one). The ways alternate,
so that what else the machine does falls on all alike; the flood comes last, since its backlog stays. A duration counts
from the moment a request was due, not from when its line was free.
"""

from __future__ import annotations

import socket
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
from sqlalchemy import text

from bench.data import dossiers, line
from bench.load import _answer
from bench.stage import ACTOR, Stage, stage
from hub.flows.operate_clients import add_key, put_client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

QUIET, TIMES = 9, 7
EVERY_SECONDS = 0.7  # between two documents of a client that sends its usual volume
TURN_SECONDS, ROUNDS = 10.0, 3
BATCH_SECONDS = 2.5  # a loud client that sends batches sends what it has gathered so often
DOCUMENTS = 30_000
FLOOD_LINES = 500  # of one batch of a client that sends all it can
WAYS = ("usual", "puts", "batches", "flood")
Row = tuple[str, str, str]

DELIVERED = text(
    "SELECT min(a.at) - c.at FROM change AS c JOIN delivery AS d ON d.kind = c.kind AND d.key = c.key "
    "JOIN attempt AS a ON a.delivery_id = d.id AND a.outcome = 'delivered' AND a.version >= c.version "
    "WHERE c.at >= :since AND c.kind = 'dossier' AND c.source LIKE 'quiet%' GROUP BY c.sequence, d.id, c.at"
)
WAITING_ALL = text("SELECT 1 FROM delivery WHERE state = 'waiting' LIMIT 1")
WAITING_QUIET = text("SELECT 1 FROM delivery WHERE state = 'waiting' AND source LIKE 'quiet%' LIMIT 1")


@dataclass
class Heard:
    """What the quiet clients met, in milliseconds, and how many documents the loud one had taken."""

    puts: list[float] = field(default_factory=list)
    delivered: list[float] = field(default_factory=list)
    turns: int = 0
    loud: int = 0
    failed: int = 0


def fairness(database: str) -> list[Row]:
    """Others' PUTs and deliveries while one client is loud, against the same while it is not."""
    with stage(database, simulators=True) as made:
        names = [*(f"quiet{number}" for number in range(QUIET)), "loud"]
        desks = {name: replace(made, key=_key(made, name)) for name in names}
        made.start()
        documents = iter(dossiers(DOCUMENTS, seed=21))
        _turn(made, desks, documents, "usual", seed=0)  # warm
        heard = {way: Heard() for way in WAYS}
        for number in range(ROUNDS):
            for way in WAYS if number == ROUNDS - 1 else WAYS[:-1]:
                one = _turn(made, desks, documents, way, seed=number)
                heard[way].turns += 1
                heard[way].puts += one.puts
                heard[way].delivered += one.delivered
                heard[way].loud += one.loud
                heard[way].failed += one.failed
    return [row for way in WAYS for row in _rows(way, heard[way], heard["usual"])]


def _rows(way: str, heard: Heard, usual: Heard) -> Iterator[Row]:
    told = {
        "usual": "ten clients, each its usual volume",
        "puts": f"one sends {TIMES} times its volume, by PUT",
        "batches": f"one sends {TIMES} times its volume, in batches",
        "flood": "one sends batches without end",
    }[way]
    if heard.failed:
        raise RuntimeError(f"{heard.failed} requests failed")
    rate = heard.loud / (heard.turns * TURN_SECONDS)
    for what, now, before in (("PUT", heard.puts, usual.puts), ("delivered", heard.delivered, usual.delivered)):
        mean, p50, p95 = _figures(now)
        figure = f"mean {mean:.1f} ms, p50 {p50:.1f}, p95 {p95:.1f} ({len(now)})"
        if way != "usual":
            ratios = [a / b for a, b in zip((mean, p50, p95), _figures(before), strict=True)]
            figure += f"; **{ratios[0]:.2f}** times, p50 {ratios[1]:.2f}, p95 {ratios[2]:.2f}; loud {rate:,.0f}/s"
        yield f"{told}: the others' {what}", figure, "≤ 1.1 times" if way in {"puts", "batches"} else ""


def _figures(values: Sequence[float]) -> tuple[float, float, float]:
    ordered = sorted(values)
    return statistics.fmean(ordered), ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]


def _key(made: Stage, name: str) -> str:
    put_client(made.context, name, title="", scopes={"can": ["read", "write", "feed"]}, actor=ACTOR)
    return add_key(made.context, name, expires_at=None, actor=ACTOR)


def _turn(made: Stage, desks: dict[str, Stage], documents: Iterator[dict[str, Any]], way: str, *, seed: int) -> Heard:
    heard, mark, ended = Heard(), made.context.now(), threading.Event()
    begin = time.monotonic() + 0.2
    with ThreadPoolExecutor(QUIET + TIMES + 1) as pool:
        quiet = [
            pool.submit(_puts, desks[f"quiet{number}"], documents, _moments(begin, seed * 100 + number))
            for number in range(QUIET)
        ]
        loud = desks["loud"]
        times = {"usual": 1, "puts": TIMES}.get(way, 0)
        puts = [
            pool.submit(_puts, loud, documents, _moments(begin, seed * 100 + 50 + number)) for number in range(times)
        ]
        batches = pool.submit(_batches, loud, documents, begin, way, ended) if not times else None
        for one in quiet:
            durations, failed = one.result()
            heard.puts += durations
            heard.failed += failed
        ended.set()
        heard.loud = sum(len(one.result()[0]) for one in puts) + (batches.result() if batches else 0)
    _until(made, quiet_only=way == "flood")
    with made.context.store.reading() as connection:
        heard.delivered = [float(row[0]) for row in connection.execute(DELIVERED, {"since": mark})]
    return heard


def _until(made: Stage, *, quiet_only: bool) -> None:
    """Wait until nothing waits, or nothing of the quiet ones."""
    query = WAITING_QUIET if quiet_only else WAITING_ALL
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with made.context.store.reading() as connection:
            if not connection.execute(query).first():
                return
        time.sleep(0.2)
    raise RuntimeError("not delivered in time")


def _moments(begin: float, seed: int) -> list[float]:
    """Moments in a turn, as often as a client's usual volume has it."""
    chance, at, moments = Random(seed), begin, []
    while (at := at + chance.expovariate(1 / EVERY_SECONDS)) < begin + TURN_SECONDS:
        moments.append(at)
    return moments


def _puts(desk: Stage, documents: Iterator[dict[str, Any]], moments: Sequence[float]) -> tuple[list[float], int]:
    durations, failed = [], 0
    requests = [_put(desk, next(documents)) for _ in moments]
    with socket.create_connection(desk.address) as out:
        out.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for moment, request in zip(moments, requests, strict=True):
            time.sleep(max(moment - time.monotonic(), 0))
            out.sendall(request)
            failed += not _answer(out).startswith(b"HTTP/1.1 20")
            durations.append((time.monotonic() - moment) * 1000)
    return durations, failed


def _put(desk: Stage, document: dict[str, Any]) -> bytes:
    return desk.request("PUT", f"/v1/dossiers/{quote(document['code'])}", orjson.dumps(document))


def _batches(desk: Stage, documents: Iterator[dict[str, Any]], begin: float, way: str, ended: threading.Event) -> int:
    """Send batches, what has gathered or without end; return how many lines were taken."""
    gathered = round(TIMES * BATCH_SECONDS / EVERY_SECONDS)
    size = FLOOD_LINES if way == "flood" else gathered
    sent = 0
    ended.wait(max(begin - time.monotonic(), 0))
    while not ended.is_set():
        started = time.monotonic()
        body = b"".join(line(next(documents)) for _ in range(size))
        request = desk.request("POST", "/v1/batch?at_end=true", body, media_type="application/x-ndjson")
        with socket.create_connection(desk.address) as out:
            out.sendall(request.replace(b" HTTP/1.1\r\n", b" HTTP/1.1\r\nConnection: close\r\n", 1))
            answer = b""
            while part := out.recv(1 << 16):
                answer += part
        sent += answer.count(b'"line"') - answer.count(b'"error"')
        if way != "flood":
            ended.wait(max(started + BATCH_SECONDS - time.monotonic(), 0))
    return sent
