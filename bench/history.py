"""A long history for measurements: a hundred dossiers taken in, delivered and sealed for real, then copied by SQL.

Every copy ("generation") is a hundred further dossiers with all their rows in every table that grows: records, changes,
deliveries, attempts, exchanges, raw items, ledger, prints, answers to idempotency keys. Rows and indexes are those of
the migrations. What differs from a history that grew by itself: the text of ledger entries and of exchanges is that of
the first hundred, so their hashes do not chain.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import func, select, text

from hub.demo.dossiers import cases
from hub.demo.shipped import offered
from hub.domain.messages import Role, Source
from hub.flows.accept import Unit, accept
from hub.flows.admit import admit_document, admit_events
from hub.flows.fold import fold
from hub.flows.seal import seal
from hub.flows.settling import settle_tries
from hub.flows.tries import Try
from hub.sdk.exchange import Exchange
from hub.sdk.outcomes import Outcome, OutcomeWord, Reason
from hub.store import bulk, claiming, epoch, imprints, items, partitions
from hub.store.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.flows.context import Context

CLIENT = Source("bench", Role.CLIENT)
MADE = datetime(2026, 11, 20, 3, tzinfo=UTC)
HUNDRED, OFFICES = 100, 20  # dossiers of one generation; offices under each agency of the first hundred
DAYS = 85  # the history fits into what policy keeps of attempts
DAY = 86_400_000
CHUNK = 250  # generations in one transaction
NEW_KEY = "c.agency || '.' || g.office || '-' || g.day || '-' || g.hundred || c.number"
COUNTED = {"record": "id", "change": "sequence", "delivery": "id", "attempt": "id", "item": "id", "ledger": "sequence"}
KEYED = ("record", "change", "delivery", "imprint")
IN_ORDER = (*KEYED, "attempt", "exchange", "item", "ledger")
LINE = Exchange(
    "POST", "https://partner.example.vn/api/dossiers", "{" + "x" * 600 + "}", 200, "{" + "y" * 200 + "}", 0.12
)


@dataclass(frozen=True, slots=True)
class Generation:
    """Where the dossiers of one generation lie: their office, their day, their numbers."""

    number: int
    office: str
    day: str
    hundred: str
    at: int

    def key(self, agency: str, number: int) -> str:
        return f"{agency}.{self.office}-{self.day}-{self.hundred}{number:02}"


def generation(number: int, *, of: int, now: int) -> Generation:
    """The generations spread over the last days; those after the last one lie on the days to come."""
    at = now - DAYS * DAY + number * DAYS * DAY // of
    moment = datetime.fromtimestamp(at / 1000, UTC) + timedelta(hours=7)
    return Generation(number, f"{number % OFFICES + 1:02}", f"{moment:%y%m%d}", f"{number // OFFICES % 100:02}", at)


@cache
def templates() -> list[dict[str, Any]]:
    """The hundred dossiers, whole; the same at every call."""
    return [one.whole for one in cases(HUNDRED, procedures=offered(40), now=MADE, seed=7)]


def fill(context: Context, *, generations: int, now: int, says: bool = False) -> dict[str, int]:
    """Write the history into a database that has channels and nothing else; return the rows of each table."""
    begun = time.monotonic()
    _live(context)
    _copy(context, [generation(one, of=generations, now=now) for one in range(1, generations + 1)], says=says)
    found = counts(context)
    if says:
        print(f"filled in {time.monotonic() - begun:.0f} s: {found}", flush=True)
    return found


def counts(context: Context) -> dict[str, int]:
    with context.store.reading() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
            for name in (*IN_ORDER, "idempotency")
        }


# -- the first hundred ----------------------------------------------------------------------------------------------


def _live(context: Context) -> None:
    """What a district system does: the dossier, then step by step; each is delivered before the next comes."""
    whole = templates()
    context.store.write(lambda connection: _items(context, connection, whole))
    _taken([admit_document("dossier", {**one, "events": []}, CLIENT).message for one in whole], context)
    for step in range(max(len(one["events"]) for one in whole)):
        told = [(one["code"], one["events"][step]) for one in whole if len(one["events"]) > step]
        _taken([admit_events("dossier", code, [event], CLIENT).message for code, event in told], context)
    seal(context)
    fold(context)


def _taken(messages: list[Any], context: Context) -> None:
    for start in range(0, len(messages), 25):
        accept(context, [Unit([one]) for one in messages[start : start + 25]])
    for channel in context.channels:
        while settle_next(context, channel):
            pass


def settle_next(context: Context, channel: Any, *, limit: int = 20, rounds: dict[str, str] | None = None) -> int:
    """Claim a batch and settle it as delivered, with its evidence; a third was asked about first."""
    claimed = context.store.write(
        lambda connection: claiming.claim(
            connection, channel.name, owner="bench", now=context.now(), lease=60_000, limit=limit, rounds=rounds
        )
    )
    tries = []
    for one in claimed:
        memo = {"created": True, "events": [each["key"] for each in one.document.get("events", ())]}
        if one.id % 3 == 0:
            asked = Outcome(one.id, OutcomeWord.DEFERRED, Reason.NOT_READY, code="404", detail="Not held.")
            tries.append(Try(one, asked, "recall", 12))
        done = Outcome(one.id, OutcomeWord.DELIVERED, code="200", reference=f"P-{one.key}", acknowledged=memo)
        tries.append(Try(one, done, "push", 48))
    settle_tries(context, channel, tries, [LINE] if tries else [])
    return len(claimed)


def _items(context: Context, connection: Connection, whole: list[dict[str, Any]]) -> None:
    row = {"channel": "national", "way": "pulled", "digest": "0" * 64, "word": "accepted", "problem": None}
    given = [
        row | {"external_id": one["code"], "payload": orjson.dumps(one).decode(), "record": f"dossier/{one['code']}"}
        for one in whole[::3]
    ]
    items.append(connection, [one | {"at": context.now()} for one in given])


# -- its copies -----------------------------------------------------------------------------------------------------


def _copy(context: Context, wanted: list[Generation], *, says: bool) -> None:
    store = context.store
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if store.postgresql:
            for back in range(DAYS, -1, -15):
                for table in partitions.MONTHS:
                    partitions.make_ahead(connection, table, now=context.now() - back * DAY)
            connection.exec_driver_sql("SET synchronous_commit = off")
        else:
            connection.exec_driver_sql("SELECT 1")
            connection.exec_driver_sql("COMMIT")  # the store begins a transaction by itself
            connection.exec_driver_sql("PRAGMA synchronous = OFF")
            connection.exec_driver_sql("PRAGMA cache_size = -1000000")
        first = _templates(connection, wanted)
        statements = {table: _statement(connection, table, first) for table in IN_ORDER}
        for begin in range(0, len(wanted), CHUNK):
            last = min(begin + CHUNK, len(wanted))
            connection.exec_driver_sql("BEGIN")
            for table in IN_ORDER:
                connection.execute(text(statements[table]), {"begin": begin + 1, "end": last})
            _answers(connection, wanted[begin:last], context.now())
            connection.exec_driver_sql("COMMIT")
            if says:
                print(f"{last} of {len(wanted)} generations", flush=True)
        _after(context, connection)
        if not store.postgresql:
            connection.exec_driver_sql("PRAGMA synchronous = FULL")
            connection.exec_driver_sql("PRAGMA cache_size = -16000")


def _templates(connection: Connection, wanted: list[Generation]) -> dict[str, int]:
    """Make tables of what is there, and of the generations to come; return the numbers the copies count from."""
    connection.exec_driver_sql("CREATE TABLE old_code (code text, agency text, number text)")
    connection.exec_driver_sql(
        "CREATE TABLE old_generation (g integer, office text, day text, hundred text, at bigint)"
    )
    codes = [
        {"code": one["code"], "agency": one["code"].split("-")[0], "number": f"{number:02}"}
        for number, one in enumerate(templates())
    ]
    connection.execute(text("INSERT INTO old_code VALUES (:code, :agency, :number)"), codes)
    connection.execute(
        text("INSERT INTO old_generation VALUES (:g, :office, :day, :hundred, :at)"),
        [{"g": w.number, "office": w.office, "day": w.day, "hundred": w.hundred, "at": w.at} for w in wanted],
    )
    for table in IN_ORDER:
        connection.exec_driver_sql(f"CREATE TABLE old_{table} AS SELECT * FROM {table}")
    most = {}
    for table, column in COUNTED.items():
        most[table] = connection.exec_driver_sql(f"SELECT max({column}) FROM {table}").scalar_one()
    most["position"] = connection.exec_driver_sql("SELECT max(position) FROM ledger").scalar_one()
    most["begun"] = connection.exec_driver_sql("SELECT min(at) FROM change").scalar_one()
    low, high = connection.exec_driver_sql("SELECT min(transaction_id), max(transaction_id) FROM ledger").one()
    most["transaction"] = high - low + 1 if high else 0
    return most


def _statement(connection: Connection, table: str, first: dict[str, int]) -> str:
    """`INSERT … SELECT` of all copies of one table's rows, generation by generation."""
    key = NEW_KEY
    exchange = "((g.g * 2654435761) % 4294967296) * 1073741824 + t.{0} % 1073741824"
    if connection.dialect.name == "postgresql":
        exchange = exchange.replace("g.g", "CAST(g.g AS bigint)")
    known = {
        "id": exchange.format("id") if table == "exchange" else f"t.id + CAST(g.g AS bigint) * {first.get(table)}",
        "sequence": f"t.sequence + CAST(g.g AS bigint) * {first.get(table)}",
        "transaction_id": f"t.transaction_id + CAST(g.g AS bigint) * {first['transaction']}",
        "position": f"t.position + CAST(g.g AS bigint) * {first['position']}",
        "delivery_id": f"t.delivery_id + CAST(g.g AS bigint) * {first['delivery']}",
        "exchange_id": exchange.format("exchange_id"),
        "agency": "CASE WHEN t.agency = '' THEN '' ELSE t.agency || '.' || g.office END",
        "key": key,
    }
    office = """'"' || c.agency || '"', '"' || c.agency || '.' || g.office || '"'"""
    moved = f"replace(replace(t.{{0}}, c.code, {key}), {office})"
    if table in KEYED:
        known |= {name: moved.format(name) for name in ("document", "claims", "events", "acknowledged", "reference")}
    times = ("at", "created_at", "updated_at", "due_at", "waiting_since")
    known |= {name: f"t.{name} - {first['begun']} + g.at" for name in times}
    columns = [column.name for column in metadata.tables[table].c]
    values = ", ".join(known.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    joined = "JOIN old_code AS c ON c.code = t.key " if table in KEYED else ""
    order = COUNTED.get(table, "key" if table == "imprint" else "id")
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} FROM old_generation AS g CROSS JOIN old_{table} AS t {joined}"
        f"WHERE g.g BETWEEN :begin AND :end ORDER BY g.g, t.{order}"
    )


def _answers(connection: Connection, wanted: list[Generation], now: int) -> None:
    """Answers to idempotency keys: four for each dossier of the last days."""
    body = '{"result":"updated","version":3,"key":"H56.140.01-261101-0001","warnings":[]}'
    row = {"client": "bench", "digest": "0" * 64, "status": 200, "body": body}
    late = [one for one in wanted if one.at > now - 7 * DAY]
    bulk.insert(
        connection,
        metadata.tables["idempotency"],
        [row | {"key": secrets.token_hex(16), "at": one.at} for one in late for _ in range(4 * HUNDRED)],
    )


def _after(context: Context, connection: Connection) -> None:
    """Counters, the place of the folder and, on PostgreSQL, transaction numbers go on after the copies."""
    if context.store.postgresql:
        for table, column in COUNTED.items():
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), (SELECT max({column}) FROM {table}))"
            )
        leap = connection.exec_driver_sql("SELECT max(transaction_id) FROM ledger").scalar_one()
        epoch.write(connection, epoch.OFFSET, leap, now=context.now())
    for table in ("attempt", "exchange", "item"):  # the first hundred are the oldest, as their numbers say
        early = f"at - {DAYS * DAY} WHERE id IN (SELECT id FROM old_{table})"
        connection.exec_driver_sql(f"UPDATE {table} SET at = {early}")
    line = "SELECT transaction_id, sequence FROM change ORDER BY transaction_id DESC, sequence DESC LIMIT 1"
    epoch.write(connection, imprints.FOLDED, list(connection.exec_driver_sql(line).one()), now=context.now())
    for table in ("code", "generation", *IN_ORDER):
        connection.exec_driver_sql(f"DROP TABLE old_{table}")
