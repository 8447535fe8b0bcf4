"""Reconciliation at size: a partner restored to yesterday's copy is made equal again; another hub is searched by sums.

    python -m bench.reconcile [--dossiers 100000] [--changed 5000] [--lost 1000] [--database sqlite|postgres]
    python -m bench.reconcile --peer [--dossiers 100000] [--differing 100] [--database sqlite|postgres]

Partner, hub and worker run on this machine; the partner is the echo simulator on a real socket, the other hub a real
web application on another database. The last lines are the figures.
"""

from __future__ import annotations

import argparse
import logging
import resource
import sqlite3
import tempfile
import threading
import time
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from sqlalchemy import text
from werkzeug.serving import make_server

from hub.domain import vault
from hub.domain.messages import Role, Source
from hub.flows import client_keys
from hub.flows.accept import Unit, accept
from hub.flows.admit import admit_document
from hub.flows.fold import fold
from hub.flows.leases import Leases
from hub.flows.reconcile import reconcile
from hub.plugging.manager import load
from hub.sdk.digests import print_of
from hub.sdk.http import Http
from hub.sdk.types import SystemClock
from hub.store import bulk, channels, clients, migrate
from hub.store.tables import imprint, record
from hub.testing import house
from hub.testing.databases import create_database
from hub.testing.delivering import deliver
from hub.testing.partner import EchoSimulator
from hub.testing.postgres import throwaway_postgres
from hub.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from hub.flows.context import Context

OFFICE = Source("office", Role.CLIENT)
THREADS = 2
CHUNK = 500


def dossier(number: int, **more: Any) -> dict[str, Any]:
    code = f"H56.14-{260000 + number // 10_000:06}-{number % 10_000:04}"
    return house.dossier(1, **more) | {"code": code}


def publish(context: Context, numbers: Iterable[int], **more: Any) -> None:
    numbers = list(numbers)
    for start in range(0, len(numbers), CHUNK):
        admitted = [admit_document("dossier", dossier(n, **more), OFFICE) for n in numbers[start : start + CHUNK]]
        assert not any(one.problems for one in admitted), admitted[0].problems
        accept(context, [Unit([one.message]) for one in admitted if one.message is not None])


def copy(context: Context, numbers: Iterable[int]) -> None:
    """Further records like the first, each with its own key, text and print; no deliveries and no changes."""
    with context.store.reading() as connection:
        row = {str(name): value for name, value in connection.execute(record.select()).mappings().one().items()}
    del row["id"]
    first = dossier(0)["code"]
    rows, prints = [], []
    for number in numbers:
        key = dossier(number)["code"]
        document = row["document"].replace(first, key)
        low, high = print_of(orjson.loads(document))
        rows.append(row | {"key": key, "document": document})
        prints.append({"kind": "dossier", "key": key, "agency": row["agency"], "low": low, "high": high})
    for start in range(0, len(rows), 5_000):
        end = start + 5_000
        context.store.write(partial(bulk.insert, table=record, rows=rows[start:end]))
        context.store.write(partial(bulk.insert, table=imprint, rows=prints[start:end]))


def work_off(context: Context, name: str, *, limit: int) -> None:
    """Play the worker until nothing is due."""
    leases = Leases(context)
    channel = context.channels.get(name)
    assert channel is not None

    def run() -> None:
        while deliver(context, channel, limit=limit, leases=leases).count:
            pass

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def seen(partner: EchoSimulator) -> int:
    return int(Http().get(f"{partner.url}/_sim/log").json()["seen"])


def restored_partner(wish: argparse.Namespace, url: str, directory: Path) -> bool:
    """The partner loses a day: its memory file is replaced by yesterday's copy."""
    context = house.build(url)
    partner = EchoSimulator(directory=directory)
    partner.start()
    house.add_echo(context, "echo", partner, politeness={"concurrency": THREADS})
    told("publish and deliver", wish.dossiers - wish.lost)
    publish(context, range(wish.dossiers - wish.lost))
    work_off(context, "echo", limit=20)
    memory_file = partner.memory._connection  # noqa: SLF001 (what a partner's administrator would do)
    with closing(sqlite3.connect(directory / "yesterday")) as yesterday:
        memory_file.backup(yesterday)
        told("today", wish.changed + wish.lost)
        publish(context, range(wish.changed), summary="hôm nay", modified_at="2026-05-12T08:00:00+07:00")
        publish(context, range(wish.dossiers - wish.lost, wish.dossiers))
        work_off(context, "echo", limit=20)
        yesterday.backup(memory_file)
    before = seen(partner)
    told("the partner is restored to yesterday's copy; reconcile", wish.dossiers)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    report = reconcile(context, "echo")
    compared = time.monotonic() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    work_off(context, "echo", limit=20)
    seconds, requests = time.monotonic() - began, seen(partner) - before
    again = reconcile(context, "echo", dry_run=True)
    print(orjson.dumps({**report.counts(), "named": None}).decode())
    found = f"{report.differing} differing, {report.missing} missing of {wish.dossiers}"
    print(f"found {found} in {compared:.1f} s, {grown} KiB more memory")
    verdict = "equal" if again.is_equal else "NOT EQUAL"
    print(f"{verdict} again after {seconds:.1f} s and {requests} requests ({url.split(':', maxsplit=1)[0]})")
    partner.stop()
    context.waker.close()
    context.store.close()
    return again.is_equal and seconds < 600


def two_hubs(wish: argparse.Namespace, url: str, directory: Path) -> bool:
    """Two hubs that differ in a few records: how many questions until these are known."""
    above = f"sqlite:///{directory / 'above.db'}"
    migrate.upgrade(above)
    plugins = load(blocked=("sms", "civil_status", "national_portal", "postal", "province_portal"))
    district, province = house.build(url, plugins=plugins), house.build(above, plugins=plugins)
    told("publish the same to both hubs", wish.dossiers)
    for context in (district, province):
        publish(context, range(1 if wish.copied else wish.dossiers))
        if wish.copied:
            copy(context, range(1, wish.dossiers))
    fold_all(district)
    fold_all(province)
    for number in range(0, wish.dossiers, wish.dossiers // wish.differing):
        publish(district, [number], summary="khác", modified_at="2026-05-12T08:00:00+07:00")
    scopes = {"can": ["read", "write", "feed"]}
    province.store.write(lambda c: clients.put(c, "district", title="", scopes=scopes, now=province.now()))
    asked: list[str] = []
    app = create_app(province)

    def counted(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        asked.append(environ["PATH_INFO"])
        return app(environ, start)

    server = make_server("127.0.0.1", 0, counted, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    schema = plugins.catalogue.entry("hub_peer").connector.settings_schema
    settings = {
        "url": f"http://127.0.0.1:{server.server_port}",
        "key": client_keys.issue(province, "district"),
        "client": "district",
    }
    sealed = vault.sealed(district.vault, settings, schema)
    values = {"connector": "hub_peer", "settings": sealed, "routing": {}, "politeness": {"read_timeout": 30.0}}
    district.store.write(lambda c: channels.put(c, "province", values, now=district.now()))
    district.channels.forget()
    fold_all(district)
    began = time.monotonic()
    report = reconcile(district, "province")
    compared, requests = time.monotonic() - began, len(asked)
    work_off(district, "province", limit=200)
    seconds = time.monotonic() - began
    again = reconcile(district, "province", dry_run=True)
    print(orjson.dumps({**report.counts(), "named": None}).decode())
    print(f"found {report.differing} of {wish.dossiers} in {requests} requests, {compared:.1f} s")
    print(f"{'equal' if again.is_equal else 'NOT EQUAL'} again after {seconds:.1f} s ({url.split(':', maxsplit=1)[0]})")
    small_range(district)
    server.shutdown()
    for context in (district, province):
        context.waker.close()
        context.store.close()
    return again.is_equal and requests < 300


def small_range(context: Context) -> None:
    """What a sum costs, by the size of its range."""
    from hub.store import imprints

    with context.store.reading() as connection:
        keys = connection.execute(text("SELECT key FROM imprint WHERE kind = 'dossier' ORDER BY key")).scalars().all()
        for size in sorted({min(most, len(keys)) for most in (10, 1_000, len(keys))}):
            began = time.perf_counter()
            for turn in range(10):
                start = turn * (len(keys) - size) // 10
                imprints.parts(connection, "dossier", keys[start], keys[start + size - 1], most=256, agencies=None)
            print(f"sums over {size} keys: {(time.perf_counter() - began) * 100:.2f} ms")


def fold_all(context: Context) -> None:
    began, count = time.monotonic(), fold(context, steps=100_000)
    print(f"folded {count} lines of the feed in {time.monotonic() - began:.1f} s", flush=True)


def told(what: str, count: int) -> None:
    print(f"[{SystemClock().now():%H:%M:%S}] {what}: {count}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--dossiers", type=int, default=100_000)
    parser.add_argument("--changed", type=int, default=5_000)
    parser.add_argument("--lost", type=int, default=1_000)
    parser.add_argument("--differing", type=int, default=100)
    parser.add_argument("--copied", action="store_true", help="two hubs: all records but the first are copies")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    wish = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{directory / 'hub.db'}"
        if wish.database == "postgres":
            url = create_database(stack.enter_context(throwaway_postgres(durable=True)), "hub")
        migrate.upgrade(url)
        good = (two_hubs if wish.peer else restored_partner)(wish, url, directory)
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
