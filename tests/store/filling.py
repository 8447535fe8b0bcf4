"""Fills a database by set-based SQL: dossiers, changes, deliveries to one channel, attempts. The bench uses it too."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import text

from hub.domain.messages import Role, Source
from hub.flows.admit import admit_document
from hub.flows.context import Context
from hub.store import channels, partitions
from hub.testing import house

NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last) ",
    "postgresql": "WITH n(i) AS (SELECT generate_series(CAST(:first AS bigint), CAST(:last AS bigint))) ",
}
KEY = {"sqlite": "printf('H56.14-200101-%07d', i)", "postgresql": "'H56.14-200101-' || lpad(CAST(i AS text), 7, '0')"}
AGENCY = "'H56.' || (10 + i % 40)"
STATUS = "CASE WHEN i % 100 = 0 THEN 'stopped' WHEN i % 100 < 30 THEN 'processing' ELSE 'returned' END"
CHUNK = 100_000


def fill(
    context: Context, *, dossiers: int, attempts: int, waiting: int = 500, sources: int = 5, channel: str = "echo"
) -> None:
    """Write dossiers (all delivered but the last `waiting`) and attempts spread over the last 80 days."""
    store, now = context.store, context.now()
    engine = "postgresql" if store.postgresql else "sqlite"
    message = admit_document("dossier", house.dossier(0), Source("mot-cua", Role.CLIENT)).message
    assert message is not None
    document = orjson.dumps(message.body).decode()
    given: dict[str, Any] = {"document": document, "now": now, "channel": channel, "count": max(dossiers, 1)}
    given |= {"waiting_from": dossiers - waiting, "sources": sources, "span": 80 * 86_400_000, "attempts": attempts}
    store.write(
        lambda connection: channels.put(
            connection, channel, {"connector": "echo", "settings": {}, "routing": {}, "politeness": {}}, now=now
        )
    )
    if store.postgresql:
        for back in (80, 50, 20, 0):
            for table in partitions.MONTHS:
                store.write(
                    lambda connection, table=table, back=back: partitions.make_ahead(
                        connection, table, now=now - back * 86_400_000
                    )
                )
    state = "CASE WHEN i >= :waiting_from THEN 'waiting' ELSE 'delivered' END"
    key, number = KEY[engine], NUMBERS[engine]
    rows = (
        (
            "record",
            "kind, key, version, document, claims, digest, complete, origin, agency, status, procedure, created_at, updated_at",
            f"'dossier', {key}, 1, :document, '[]', '', true, 'mot-cua', {AGENCY}, {STATUS}, '1.001193', :now, :now",
            dossiers,
        ),
        (
            "change",
            "transaction_id, kind, key, version, word, source, agency, digest, events, at",
            f"0, 'dossier', {key}, 1, 'created', 'mot-cua', {AGENCY}, '', '[]', :now",
            dossiers,
        ),
        (
            "delivery",
            "channel, kind, key, wanted_version, acknowledged_version, state, due_at, waiting_since, updated_at, source",
            f":channel, 'dossier', {key}, 1, NULL, {state}, :now - 1000, :now - 1000, :now, 's' || (i % :sources)",
            dossiers,
        ),
        (
            "attempt",
            "delivery_id, channel, action, version, number, fence, outcome, exchange_id, worker, milliseconds, at",
            "1 + i % :count, :channel, 'push', 1, 1, 1, 'delivered', i / 10, 'w', 12, :now - :span + i * :span / :attempts",
            attempts,
        ),
        (
            "exchange",
            "id, channel, content, at",
            "i, :channel, '[]', :now - :span + i * :span / :attempts * 10",
            attempts // 10,
        ),
        (
            "item",
            "channel, way, payload, digest, word, at",
            ":channel, 'pulled', '{}', '', 'accepted', :now",
            dossiers // 10,
        ),
    )
    for table, columns, values, count in rows:
        statement = f"INSERT INTO {table} ({columns}) {number} SELECT {values} FROM n"
        if engine == "postgresql":
            statement = f"{number} INSERT INTO {table} ({columns}) SELECT {values} FROM n"
        used = {name: given[name] for name in given if f":{name}" in statement}
        for first in range(0, count, CHUNK):
            last = min(first + CHUNK, count) - 1
            store.write(
                lambda connection, statement=statement, used=used, first=first, last=last: connection.execute(
                    text(statement), {**used, "first": first, "last": last}
                )
            )
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
