"""Raising the schema of a database that is in use changes no row of it."""

from __future__ import annotations

import hashlib

from sqlalchemy import MetaData, create_engine, select, text

from hub.store import migrate
from hub.store.engine import Store
from hub.store.schema_version import newest

OLD = {
    "record": (
        "kind, key, version, document, claims, digest, complete, origin, agency, status, procedure, created_at, updated_at",
        "'dossier', 'k{n}', 1, '{{\"code\": \"k{n}\"}}', '[]', 'd{n}', true, 'mot-cua', 'H56', 'accepted', '1.1', {n}, {n}",
    ),
    "change": (
        "transaction_id, kind, key, version, word, source, agency, digest, events, at",
        "{n}, 'dossier', 'k{n}', 1, 'created', 'mot-cua', 'H56', 'd{n}', '[]', {n}",
    ),
    "delivery": (
        "channel, kind, key, wanted_version, state, uncertain, due_at, waiting_since, attempts, fence, reason, updated_at",
        "'echo', 'dossier', 'k{n}', 1, 'parked', true, {n}, {n}, 7, 9, 'uncertain', {n}",
    ),
    "attempt": (
        "delivery_id, channel, action, version, number, fence, outcome, exchange_id, worker, milliseconds, at",
        "{n}, 'echo', 'push', 1, 1, 1, 'unknown', {n}, 'w', 3, {n}",
    ),
    "exchange": ("id, channel, content, at", "{n}, 'echo', '[]', {n}"),
    "item": ("channel, way, payload, digest, word, at", "'echo', 'pulled', '{{}}', 'd{n}', 'accepted', {n}"),
    "ledger": (
        "transaction_id, what, actor, content, at, position, hash",
        "{n}, 'accepted', 'w', '[]', {n}, {n}, 'h{n}'",
    ),
}
MANY = 25


def digests(url, columns=None):
    """Table → SHA-256 of its rows in the columns it had (those it has now, if none are given), and those columns."""
    store = Store(url)
    metadata = MetaData()
    metadata.reflect(store.engine, only=list(OLD))
    known = columns or {name: sorted(column.name for column in metadata.tables[name].c) for name in OLD}
    found = {}
    with store.reading() as connection:
        for name, names in known.items():
            table = metadata.tables[name]
            rows = connection.execute(select(*(table.c[each] for each in names))).all()
            assert len(rows) == MANY, name
            found[name] = hashlib.sha256("\n".join(sorted(map(repr, rows))).encode()).hexdigest()
    store.close()
    return found, known


def test_f32_raising_the_schema_leaves_every_row_with_the_digest_it_had(empty_database_url):
    url = empty_database_url
    migrate.upgrade(url, to="0001")
    engine = create_engine(url)
    with engine.begin() as connection:
        for table, (columns, values) in OLD.items():
            for number in range(1, MANY + 1):
                connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values.format(n=number)})"))
    engine.dispose()
    before, columns = digests(url)

    migrate.upgrade(url)

    assert digests(url, columns)[0] == before
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == newest()
    engine.dispose()
