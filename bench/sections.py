"""The measurements; each returns rows for the table: what, figure, aim."""

from __future__ import annotations

import statistics
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
import psutil
from sqlalchemy import text

from bench.data import dossiers, earlier, line, procedures
from bench.fairness import fairness
from bench.load import Measured, load
from bench.stage import FOUR, Stage, stage
from hub.flows.operate import resume
from hub.store import delivery_views
from hub.worker.main import LOOK_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PUTS, EMPTIES, ROUNDS = 1_500, 4_000, 7  # of one round; the rounds alternate, since the machine's speed moves
BATCH = 12_000
DELIVERED = 2_500
LATENCY_SECONDS = 15.0
STARTS = 5
FILLER = 200  # dossiers before measuring, so that everything is warm
Row = tuple[str, str, str]


def put(database: str) -> list[Row]:
    """Durable single PUTs against empty requests of the same server, in turns; each ratio is to the empties around."""
    with stage(database) as made:
        made.start("--no-worker")
        _warm(made)
        empty = [made.request("GET", "/healthz")] * EMPTIES
        requests = _puts(made, dossiers(PUTS * ROUNDS))
        empties, puts = [load(made.address, empty)], []
        for number in range(ROUNDS):
            puts.append(load(made.address, requests[number * PUTS : (number + 1) * PUTS]))
            empties.append(load(made.address, empty))
    _must_pass(*empties, *puts)
    around = [(before.rate + after.rate) / 2 for before, after in pairwise(empties)]
    ratios = sorted(one.rate / rate for one, rate in zip(puts, around, strict=True))
    p50, p99 = (statistics.median(one.percentile(share) for one in puts) * 1000 for share in (0.5, 0.99))
    rate = statistics.median(one.rate for one in puts)
    return [
        ("empty requests (/healthz)", f"{statistics.median(around):,.0f}/s", ""),
        (
            "durable single PUT, validated, four channels",
            f"{rate:,.0f}/s, p50 {p50:.0f} ms, p99 {p99:.0f} ms (medians of {ROUNDS} rounds)",
            "",
        ),
        (
            "ratio of the two",
            f"**{statistics.median(ratios):.2f}** ({ratios[0]:.2f} to {ratios[-1]:.2f} in {ROUNDS} rounds)",
            "≥ 0.4",
        ),
    ]


def batch(database: str) -> list[Row]:
    """NDJSON batches over two lines, four channels."""
    with stage(database) as made:
        made.start("--no-worker")
        _warm(made)
        lines = [line(document) for document in dossiers(BATCH)]
        size = len(lines) // 12
        bodies = [b"".join(lines[at : at + size]) for at in range(0, len(lines), size)]
        requests = [made.request("POST", "/v1/batch", body, media_type="application/x-ndjson") for body in bodies]
        started = time.monotonic()
        _stream(made, requests)
        seconds = time.monotonic() - started
        with made.context.store.reading() as connection:
            held = connection.execute(text("SELECT count(*) FROM record WHERE kind = 'dossier'")).scalar_one()
    if held < BATCH:
        raise RuntimeError(f"{held} of {BATCH} dossiers were taken")
    return [("NDJSON batch, validated, durable, four channels", f"**{BATCH / seconds:,.0f} dossiers/s**", "≥ 4,000")]


def deliver(database: str) -> list[Row]:
    """Deliveries over four simulators, from a backlog."""
    with stage(database, simulators=True) as made:
        for channel in FOUR:
            _pause(made, channel)
        made.start()
        _publish(made, dossiers(DELIVERED))
        return [_backlog(made, "deliveries over four simulators, whole histories", "")]


def news(database: str) -> list[Row]:
    """What a hub does all day: the partners hold every dossier, each gets one more event, delivered from a backlog."""
    with stage(database, simulators=True) as made:
        made.start()
        whole = [one for one in dossiers(DELIVERED) if len(one["events"]) > 1]
        _publish(made, [earlier(one) for one in whole])
        _until_delivered(made)
        for channel in FOUR:
            _pause(made, channel)
        time.sleep(2 * LOOK_SECONDS)  # a pause is noticed within this
        _publish(made, whole)
        return [_backlog(made, "deliveries over four simulators, one new event each", "≥ 1,000")]


def _backlog(made: Stage, what: str, aim: str) -> Row:
    """Let the paused channels go; count what is delivered and the calls it takes."""
    with made.context.store.reading() as connection:
        waiting = sum(states.get("waiting", 0) for states in delivery_views.counts(connection).values())
    before = made.calls()
    for channel in FOUR:
        resume(made.context, channel, actor="bench")
    _, seconds = _until_delivered(made)
    calls = made.calls() - before
    told = f"{waiting:,} in {seconds:.1f} s, {calls / seconds:,.0f} HTTP calls/s"
    return what, f"**{waiting / seconds:,.0f}/s** ({told})", aim


def latency(database: str) -> list[Row]:
    """From a durable PUT to the settled delivery, while half of what can be delivered comes in."""
    with stage(database, simulators=True) as made:
        made.start()
        _warm(made)
        sample = dossiers(600, seed=11)
        started = time.monotonic()
        _publish(made, sample)
        _until_delivered(made)
        half = len(sample) / (time.monotonic() - started) / 2
        number = int(half * LATENCY_SECONDS)
        mark = made.context.now()
        load(made.address, _puts(made, dossiers(number, seed=12)), connections=8, gap=8 / half)
        _until_delivered(made)
        waits = _waits(made, since=mark)
    p50, p99 = (waits[min(int(len(waits) * share), len(waits) - 1)] for share in (0.5, 0.99))
    told = f"p50 {p50 / 1000:.2f} s, **p99 {p99 / 1000:.2f} s** ({len(waits):,} deliveries, {half:.0f} dossiers/s)"
    return [("publish to partner at half load", told, "p99 < 2 s")]


def memory(database: str) -> list[Row]:
    """What an idle hub takes: its supervisor, web processes and worker."""
    with stage(database) as made:
        made.start()
        _warm(made)
        time.sleep(3)
        assert made.process
        tree = psutil.Process(made.process.pid)
        processes = [tree, *tree.children(recursive=True)]
        full = [one.memory_full_info() for one in processes]
    pss, rss = sum(one.pss for one in full) / 2**20, sum(one.rss for one in full) / 2**20
    return [
        ("idle memory, web and worker", f"**{pss:.0f} MB** (PSS; RSS {rss:.0f}; {len(full)} processes)", "< 250 MB")
    ]


def start(database: str) -> list[Row]:
    """`hub serve` until /readyz answers."""
    with stage(database) as made:
        took = []
        for _ in range(STARTS):
            made.start()
            took.append(made.seconds)
            made.stop()
    return [("`hub serve` until ready", f"**{statistics.median(took):.2f} s** (median of {STARTS})", "< 2 s")]


SECTIONS: dict[str, Callable[[str], list[Row]]] = {
    "put": put,
    "batch": batch,
    "deliver": deliver,
    "news": news,
    "latency": latency,
    "memory": memory,
    "start": start,
    "fairness": fairness,
}


def _puts(made: Stage, documents: Sequence[dict[str, Any]]) -> list[bytes]:
    return [made.request("PUT", f"/v1/dossiers/{quote(one['code'])}", orjson.dumps(one)) for one in documents]


def _warm(made: Stage) -> None:
    _stream(made, [made.request("POST", "/v1/batch", procedures(), media_type="application/x-ndjson")])
    _publish(made, dossiers(FILLER, seed=99))


def _publish(made: Stage, documents: Sequence[dict[str, Any]]) -> None:
    body = b"".join(line(one) for one in documents)
    _stream(made, [made.request("POST", "/v1/batch", body, media_type="application/x-ndjson")])


def _stream(made: Stage, requests: Sequence[bytes]) -> None:
    """Batches over two lines, reading the answers while writing."""
    import socket
    import threading

    def run(mine: Sequence[bytes]) -> None:
        for request in mine:
            with socket.create_connection(made.address) as out:
                once = request.replace(b" HTTP/1.1\r\n", b" HTTP/1.1\r\nConnection: close\r\n", 1)
                writer = threading.Thread(target=out.sendall, args=(once,))
                writer.start()
                while out.recv(1 << 16):
                    pass
                writer.join()

    threads = [threading.Thread(target=run, args=(requests[half::2],)) for half in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _pause(made: Stage, channel: str) -> None:
    from hub.flows.operate import pause

    pause(made.context, channel, why="backlog", actor="bench")


def _until_delivered(made: Stage) -> tuple[int, float]:
    """Wait until nothing waits; return how many deliveries there are and how long it took."""
    started = time.monotonic()
    waiting = text("SELECT 1 FROM delivery WHERE state = 'waiting' LIMIT 1")  # counting all takes from what is measured
    while time.monotonic() - started < 300:
        with made.context.store.reading() as connection:
            if connection.execute(waiting).first() is None:
                seconds = time.monotonic() - started
                counts = delivery_views.counts(connection)
                return sum(states.get("delivered", 0) for states in counts.values()), seconds
        time.sleep(0.05)
    raise RuntimeError("not delivered in time")


def _waits(made: Stage, *, since: int) -> list[int]:
    """Milliseconds from the acceptance of a version to the settling of the delivery of it or of a later one."""
    query = text(
        "SELECT min(a.at) - c.at FROM change AS c JOIN delivery AS d ON d.kind = c.kind AND d.key = c.key "
        "JOIN attempt AS a ON a.delivery_id = d.id AND a.outcome = 'delivered' AND a.version >= c.version "
        "WHERE c.at >= :since AND c.kind = 'dossier' AND c.source = 'bench' GROUP BY c.sequence, d.id, c.at"
    )
    with made.context.store.reading() as connection:
        return sorted(int(row[0]) for row in connection.execute(query, {"since": since}))


def _must_pass(*measured: Measured) -> None:
    failed = sum(one.failed for one in measured)
    if failed:
        raise RuntimeError(f"{failed} requests failed")
