"""Growth: whether a hub with a long history is as fast as an empty one.

    python -m bench.growth --directory D [--generations 10000] [--rounds 8] [--database sqlite|postgres]

Beside each other under D: a database that only has channels, and one with a history (bench.history; a hundred dossiers
and some 1,300 attempts a generation). They are kept there: the next run measures the same ones again. For each of both
a real `hub serve` answers on a socket. Short windows alternate between the two, so that whatever else happens on the
machine meets both; the table gives the median of the ratios of the pairs.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import orjson

from bench.load import load
from bench.side import Side
from hub.flows.prune import prune
from hub.observe import set_up_logging
from hub.testing.databases import create_database, execute
from hub.testing.postgres import private_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BATCH, PUTS, READS, CLAIMS = 500, 160, 160, 1_000  # of one window
CONNECTIONS = 16
# What a server with a large database is given anyway; the sizes by which a machine of 8 GB would be set up.
SERVER = ("shared_buffers = '1GB'", "max_wal_size = '8GB'", "checkpoint_timeout = '15min'", "random_page_cost = 1.1")


def batch(side: Side) -> float:
    """New dossiers in one NDJSON batch: a second."""
    body = b"".join(side.lines(BATCH))
    return BATCH / side.streamed(side.stage.request("POST", "/v1/batch", body, media_type="application/x-ndjson"))


def put_new(side: Side) -> float:
    """New dossiers, one request each."""
    return _rate(side, [side.put(document) for document in side.fresh(PUTS)])


def put_old(side: Side) -> float:
    """A further step of dossiers somewhere in the history (on the empty side: of those that came before)."""
    requests = []
    for key in side.old(PUTS):
        event = {"occurred_at": "2026-11-22T08:00:00+07:00", "status": "processing", "content": side.word()}
        requests.append(side.stage.request("POST", f"/v1/dossiers/{quote(key)}/events", orjson.dumps(event)))
    return _rate(side, requests)


def claim(side: Side) -> float:
    """Claim and settle with all evidence, in this process."""
    count, begun = 0, time.perf_counter()
    while count < CLAIMS and (done := side.settle()):
        count += done
    return count / (time.perf_counter() - begun)


def get(side: Side) -> float:
    return _rate(side, [side.stage.request("GET", f"/v1/dossiers/{quote(key)}") for key in side.old(READS)])


def listed(side: Side) -> float:
    """A full page of 20 dossiers under one agency and of one status."""
    keys = [".".join(key.split("-")[0].split(".")[:2]) for key in side.old(READS // 4)]
    wishes = [f"/v1/dossiers?limit=20&agency={agency}&status=returned" for agency in keys]
    return _rate(side, [side.stage.request("GET", wish) for wish in wishes])


def rare(side: Side) -> float:
    """A full page of 20 dossiers of a rare status, of everybody's."""
    return _rate(side, [side.stage.request("GET", "/v1/dossiers?limit=20&status=stopped")] * (READS // 4))


def changes(side: Side) -> float:
    """A page of 20 lines of the feed, from a place in it."""
    return _rate(
        side, [side.stage.request("GET", f"/v1/changes?limit=20&after={at}") for at in side.places(READS // 4)]
    )


WINDOWS: dict[str, Callable[[Side], float]] = {
    "intake, NDJSON batch, dossiers/s": batch,
    "intake, single PUT of new dossiers/s": put_new,
    "intake, step of an old dossier/s": put_old,
    "claim and settle, deliveries/s": claim,
    "GET of an old dossier/s": get,
    "page of a list by agency and status/s": listed,
    "page of a list by a rare status/s": rare,
    "page of the change feed/s": changes,
}


def _rate(side: Side, requests: list[bytes]) -> float:
    measured = load(side.stage.address, requests, connections=min(CONNECTIONS, len(requests)))
    if measured.failed:
        raise RuntimeError(f"{measured.failed} of {len(requests)} requests failed: {requests[0][:200]!r}")
    return measured.rate


def measure(empty: Side, full: Side, *, rounds: int, only: str) -> None:
    windows = {name: work for name, work in WINDOWS.items() if only in name}
    if not windows:
        return
    for side in (empty, full):
        side.stage.start("--no-worker")
    for work in WINDOWS.values():  # warm, and the empty side gets what its reads will find
        for side in (empty, full):
            work(side)
    pairs: dict[str, list[tuple[float, float]]] = {name: [] for name in windows}
    for turn in range(rounds):
        for name, work in windows.items():
            first, second = (empty, full) if turn % 2 else (full, empty)
            rates = {first: work(first), second: work(second)}
            pairs[name].append((rates[empty], rates[full]))
    print(f"| what | empty | full | full / empty, median of {rounds} (quartiles) |\n|---|---|---|---|")
    for name, told in pairs.items():
        one, other = (statistics.median(column) for column in zip(*told, strict=True))
        ratios = sorted(late / early for early, late in told)
        low, _, high = statistics.quantiles(ratios, n=4)
        print(f"| {name} | {one:,.0f} | {other:,.0f} | **{statistics.median(ratios):.2f}** ({low:.2f}–{high:.2f}) |")
    for side in (empty, full):
        side.stage.stop()


def starts(empty: Side, full: Side, *, rounds: int) -> None:
    """`hub serve` with its worker: until it is ready, and until it has claimed what was waiting."""
    told: dict[Side, list[tuple[float, float]]] = {empty: [], full: []}
    for _ in range(rounds):
        for side in (empty, full):
            told[side].append(side.first_claim())
    for title, at in (("`hub serve` until ready, s", 0), ("`hub serve` until the first claim, s", 1)):
        one, other = (statistics.median(each[at] for each in told[side]) for side in (empty, full))
        print(f"| {title} | {one:.2f} | {other:.2f} | {other / one:.2f} |")


def prunes(full: Side) -> None:
    """One turn of pruning while half of the attempts are too old, and intake before and after it."""
    full.stage.start("--no-worker")
    before = statistics.median(batch(full) for _ in range(5))
    context = replace(full.stage.context, settings=replace(full.stage.context.settings, attempts_days=45))
    begun = time.perf_counter()
    gone = prune(context)
    seconds = time.perf_counter() - begun
    after = statistics.median(batch(full) for _ in range(5))
    full.stage.stop()
    print(f"one turn of pruning: {seconds:.2f} s, {gone:,} rows or partitions")
    print(f"intake after / before it: {after / before:.2f}")


@contextmanager
def databases(engine: str, directory: Path) -> Iterator[tuple[str, str]]:
    """The URLs of the empty database, new each time, and of the full one, which is kept."""
    directory.mkdir(parents=True, exist_ok=True)
    if engine == "sqlite":
        for old in directory.glob("empty.db*"):
            old.unlink()
        yield f"sqlite:///{directory}/empty.db", f"sqlite:///{directory}/full.db"
        return
    with private_postgres(directory / "pg", durable=True) as url:
        execute(url, *(f"ALTER SYSTEM SET {one}" for one in SERVER))
    with private_postgres(directory / "pg", durable=True) as url:
        execute(url, "DROP DATABASE IF EXISTS empty WITH (FORCE)")
        full = url.replace("/postgres?", "/full?", 1)
        if not _there(full):
            create_database(url, "full")
        yield create_database(url, "empty"), full


def _there(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url.replace("+psycopg", "", 1)).close()
    except psycopg.OperationalError:
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--directory", type=Path, required=True, help="with room for 30 GB of 10,000 generations")
    parser.add_argument("--generations", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--only", default="", help="a part of a window's name")
    parser.add_argument("--fill-only", action="store_true")
    parser.add_argument("--no-starts", action="store_true")
    parser.add_argument("--prune", action="store_true", help="at the end half of the attempts go")
    parser.add_argument("--database", choices=("sqlite", "postgres"), required=True)
    wish = parser.parse_args()
    set_up_logging("error", "console")
    with ExitStack() as stack:
        empty_url, full_url = stack.enter_context(databases(wish.database, wish.directory))
        full = stack.enter_context(Side.of(full_url, wish.directory, chance=random.Random(1)))
        rows = full.filled(wish.generations)
        print(f"{wish.database}: {rows}", flush=True)
        if wish.fill_only:
            return
        empty = stack.enter_context(Side.of(empty_url, wish.directory, chance=random.Random(1)))
        empty.filled(0)
        measure(empty, full, rounds=wish.rounds, only=wish.only)
        if not wish.no_starts:
            starts(empty, full, rounds=5)
        if wish.prune:
            prunes(full)


if __name__ == "__main__":
    main()
