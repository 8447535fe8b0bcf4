"""No statement of a request path or of a claim reads a growing table from end to end: what the planner says.

Every statement that a real round of requests sends is explained on a database with some thousand rows and statistics.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from flask import request

from hub.domain.messages import Role, Source
from hub.domain.schemas import examples
from hub.domain.scope import Scope
from hub.flows import client_keys, feed, pressure
from hub.flows.accept import Unit, accept
from hub.flows.admit import admit_document, admit_events
from hub.flows.fold import fold
from hub.flows.leases import Leases
from hub.sdk import signing
from hub.store import (
    changes,
    channels,
    claiming,
    clients,
    deliveries,
    delivery_views,
    pruning,
    queue_views,
    record_lists,
)
from hub.store.partitions import is_partition
from hub.testing import house
from hub.testing.clock import SetClock
from hub.testing.hearing import statements
from hub.web.app import create_app
from hub.wiring import LINK
from tests.store.filling import fill
from tests.web.conftest import Api

if TYPE_CHECKING:
    from collections.abc import Callable

GROWING = (
    "record", "change", "delivery", "attempt", "exchange", "item", "ledger", "idempotency", "attachment", "imprint"
)  # fmt: skip
EXPLAIN = {True: "EXPLAIN", False: "EXPLAIN QUERY PLAN"}
SECRET = "whsec_" + "QUJD" * 8
MOMENT = "updated_after=2026-01-01T00:00:00%2B07:00"
FILTERS = [
    "", "&status=stopped", "&procedure=1.001193", f"&{MOMENT}", "&agency=H56.14", "&agency=H56.14&status=stopped",
    "&status=stopped&procedure=1.001193", f"&agency=H56.14&procedure=1.001193&{MOMENT}",
]  # fmt: skip
PAGE = 1_000  # what reading one page costs in these plans
ALIASES = {"d": "delivery", "r": "record"}
CLIENT = Source("mot-cua", Role.CLIENT)


@pytest.fixture
def context(database_url):
    context = house.build(database_url, clock=SetClock(), webhook_allow_private=True)
    fill(context, dossiers=3_000, attempts=6_000)
    yield context
    context.waker.close()
    context.store.close()


def scans(context, heard) -> list[str]:
    """Explain what was heard; return what reads a growing table from end to end."""
    found = []
    for statement, parameters in heard:
        if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)", statement, re.IGNORECASE):
            one = parameters[0] if isinstance(parameters, list) else parameters
            explain = _explained_postgresql if context.store.postgresql else _explained_sqlite
            with context.store.engine.connect() as connection:
                lines = explain(connection, statement, one)
                connection.rollback()
            found += [f"{line}\n   {' '.join(statement.split())[:400]}" for line in lines]
    return found


def _explained_sqlite(connection, statement: str, parameters) -> list[str]:
    names = {*GROWING, *(alias for alias, table in ALIASES.items() if f"{table} AS {alias}" in statement)}
    plan = [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    hits = [(line, re.match(r"SCAN (\w+)", line)) for line in plan]
    return [line for line, hit in hits if hit and hit[1] in names and " LIMIT " not in statement]


def _explained_postgresql(connection, statement: str, parameters) -> list[str]:
    """As if the tables were a thousand times larger: pages read one after another cost so much more."""
    for setting in (f"seq_page_cost = {PAGE}", "random_page_cost = 4", "plan_cache_mode = force_generic_plan"):
        connection.exec_driver_sql(f"SET LOCAL {setting}")
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    return list(_wide(plan[0]["Plan"], limited=False))


def _wide(node, *, limited: bool):
    """Yield what reads all of a table: a scan without condition that no LIMIT ends."""
    limited = limited or node["Node Type"] == "Limit"
    table = node.get("Relation Name", "")
    grows = table in GROWING or is_partition(table)
    if grows and node["Total Cost"] < PAGE:
        return  # an empty partition: no page would be read
    if grows and node["Node Type"] == "Seq Scan":
        yield f"Seq Scan on {table}"
    elif grows and "Index" in node["Node Type"] and "Index Cond" not in node and not limited:
        yield f"{node['Node Type']} without condition on {table}"
    for child in node.get("Plans", ()):
        yield from _wide(child, limited=limited)


def routes(app) -> set[tuple[str, str]]:
    """All (method, rule) that touch the database by their own."""
    quiet = {"/v1/openapi.json", "/v1/docs", "/healthz", "/hooks/<channel>/<path:path>"}
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule not in quiet]
    return {(method, rule.rule) for rule in rules for method in rule.methods - {"HEAD", "OPTIONS"}} - {
        (method, "/hooks/<channel>") for method in ("GET", "PUT", "PATCH", "DELETE")
    }


def partner_of(context) -> Callable[[Any], Any]:
    """A channel whose partner calls in; return what makes the call."""
    kept = {"url": "http://127.0.0.1:9", "secret": context.vault.seal(SECRET)}
    values = {"connector": "echo", "settings": kept, "routing": {}, "politeness": {}}
    context.store.write(lambda connection: channels.put(connection, "portal", values, now=context.now()))
    context.channels.forget()

    def headers(body: bytes) -> dict[str, str]:
        return dict(signing.headers([SECRET], message_id="m1", at=context.clock.now(), body=body))

    return headers


def test_f26_no_request_reads_a_growing_table_from_end_to_end(context):
    fold(context, steps=100)
    context.store.write(lambda connection: clients.put(connection, "mot-cua", title="", scopes={}, now=0))
    app = create_app(context)
    api = Api(app.test_client(), client_keys.issue(context, "mot-cua"))
    scopes = {"agencies": ["H56.14"]}
    context.store.write(lambda connection: clients.put(connection, "xa", title="", scopes=scopes, now=0))
    commune = Api(api.http, client_keys.issue(context, "xa"))
    document = house.dossier(1)
    place = f"/v1/dossiers/{document['code']}"
    signed = partner_of(context)
    called = orjson.dumps({"dossier": house.dossier(2)})
    line = orjson.dumps({"kind": "dossier", "document": house.dossier(3)})
    procedure, order = examples("procedure")["birth-registration"], examples("postal_order")["result-home"]
    asked: set[tuple[str, str]] = set()
    app.before_request(lambda: asked.add((request.method, str(request.url_rule))))

    with statements(context.store.engine) as heard:
        answers = [
            api.put(place, document),
            commune.put(place, {**document, "note": "x"}),
            api.put(place, document, If_Match="*"),
            api.post(f"{place}/events", house.event("processing", "09:00"), Idempotency_Key="k1"),
            api.post(f"{place}/events", house.event("processing", "09:00"), Idempotency_Key="k1"),
            api.get(place),
            api.get(f"{place}/deliveries"),
            api.put(f"/v1/procedures/{procedure['code']}", procedure),
            api.get(f"/v1/procedures/{procedure['code']}"),
            api.get("/v1/procedures?status=active"),
            api.put(f"/v1/postal-orders/{order['number']}", order),
            api.get(f"/v1/postal-orders/{order['number']}"),
            api.get("/v1/postal-orders?limit=5"),
            api.post("/v1/batch", line),
            api.get("/v1/changes?limit=50"),
            api.get("/v1/changes?after=end"),
            commune.get("/v1/changes?limit=50&documents=false"),
            *(one.get(f"/v1/dossiers?limit=50{wish}") for one in (api, commune) for wish in FILTERS),
            api.get("/v1/digests?kind=dossier"),
            commune.get("/v1/digests?kind=dossier&from=H56.14-200101-0000100&to=H56.14-200101-0000200"),
            api.get("/v1/high-water"),
            api.put("/v1/webhook", {"url": "http://127.0.0.1:9/told"}),
            api.get("/v1/webhook"),
            api.send("DELETE", "/v1/webhook"),
            api.http.post("/hooks/portal", data=called, headers=signed(called)),
            api.http.get("/readyz"),
            api.http.get("/metrics"),
        ]
        missing = [
            api.get(f"/v1/attachments/{'0' * 64}"),
            api.http.get(f"/files/{'0' * 64}/{context.vault.sign(LINK, '0' * 64)}"),
            api.put("/v1/high-water", {"epoch": "another"}),
        ]

    assert [one.data for one in answers if one.status_code >= 400] == []
    assert {one.status_code for one in missing} == {404, 409}
    assert asked == routes(app)
    assert len(heard) > 100
    assert scans(context, heard) == []


@pytest.mark.parametrize("wish", FILTERS)
def test_f26_a_list_reads_by_the_index_of_its_filter_between_two_keys(context, wish):
    """A walk by key that throws most of what it reads away would be an index scan too: so the index must be named."""
    filters = {name: value for name, _, value in (one.partition("=") for one in wish.split("&") if one)}
    given = {"agencies": [filters["agency"]] if "agency" in filters else None, **filters}
    given |= {"updated_after": 0} if "updated_after" in filters else {}
    with statements(context.store.engine) as heard, context.store.reading() as connection:
        record_lists.look(connection, "dossier", after="H56", limit=51, filters=given)

    column = "agency" if "agency" in filters else "status" if "status" in filters else "key"
    name = {"agency": record_lists.BY_AGENCY, "status": record_lists.BY_STATUS, "key": "uq_record_kind_key"}[column]
    if not context.store.postgresql and column == "key":
        name = record_lists.BY_KEY
    reads = [(statement, parameters) for statement, parameters in heard if "FROM record" in statement]
    for statement, parameters in reads:
        with context.store.engine.connect() as connection:
            lines = connection.exec_driver_sql(f"{EXPLAIN[context.store.postgresql]} {statement}", parameters)
            plan = "\n".join(str(line[-1]) for line in lines)
        either = [name, record_lists.BY_STATUS] if "status" in filters else [name]  # both are ranges of the filter
        assert any(one in plan for one in either), f"{statement}\n{plan}"
    assert len(reads) <= 2 * record_lists.WINDOWS + 1


def test_f10_neither_claim_nor_settle_nor_looking_for_work_reads_a_growing_table(context):
    leases = Leases(context)
    now = context.now()

    with statements(context.store.engine) as heard:
        claimed = context.store.write(
            lambda connection: claiming.claim(
                connection, "echo", owner="w", now=now, lease=1000, limit=20, rounds=leases.rounds
            )
        )
        done = [deliveries.Settled(one.id, one.fence, one.version, "delivered", now) for one in claimed]
        context.store.write(lambda connection: deliveries.settle(connection, done, now=now))
        with context.store.reading() as connection:
            delivery_views.next_due(connection, ["echo"])
            delivery_views.oldest_waiting(connection, "echo")
            delivery_views.attempts(connection, claimed[0].id)
            delivery_views.of_record(connection, "dossier", claimed[0].key)
            queue_views.waiting(connection, "echo")
            changes.end(context.store, connection)
        pressure.look(context)
        feed.end(context)

    assert len(claimed) == 20
    assert any("turn" in statement for statement, _ in heard)  # more waited than one claim takes
    assert scans(context, heard) == []


def test_f05_orphans_are_found_by_their_own_index_beside_a_backlog(context):
    now = context.now()

    def claim(connection):
        return claiming.claim(connection, "echo", owner="w", now=now, lease=1000, limit=20)

    dead = context.store.write(claim)
    now += 1000
    with statements(context.store.engine) as heard:
        living = context.store.write(claim)

    assert {one.id for one in living} == {one.id for one in dead}
    (found,) = [one for one in heard if "ORDER BY lease_until" in one[0]]
    assert scans(context, heard) == []
    with context.store.engine.connect() as connection:
        explain = "EXPLAIN" if context.store.postgresql else "EXPLAIN QUERY PLAN"
        plan = "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {found[0]}", found[1]))
    assert "ix_delivery_lease" in plan


def test_accepting_many_at_once_finds_each_by_its_key(context):
    dossiers = [admit_document("dossier", house.dossier(number), CLIENT).message for number in range(60)]
    events = [
        admit_events("dossier", one.key, [house.event("processing", "10:00")], CLIENT).message for one in dossiers
    ]

    with statements(context.store.engine) as heard:
        accept(context, [Unit(dossiers), Unit(events)])

    assert scans(context, heard) == []


def test_a_step_of_pruning_reads_no_more_than_the_oldest(context):
    with statements(context.store.engine) as heard:
        context.store.write(lambda connection: pruning.attempts(connection, before=context.now(), limit=100))
        context.store.write(lambda connection: pruning.items(connection, before=context.now(), limit=100))

    assert len(heard) >= 3
    assert all("LIMIT" in statement for statement, _ in heard if "DELETE" in statement)
    assert scans(context, heard) == []


def test_f26_the_feed_and_the_folder_begin_at_their_place_and_not_at_the_beginning(context):
    """SQLite compares a pair with an index by its first column alone, which is the same in the whole history."""
    fold(context, steps=100)
    end = feed.end(context)
    place = changes.Position(end.transaction_id, end.sequence - 10)
    with statements(context.store.engine) as heard:
        told = feed.portion(context, place, Scope(), limit=5, documents=False)
        fold(context)

    reads = [(statement, parameters) for statement, parameters in heard if "FROM change" in statement]
    assert len(told.items) == 5
    assert len(reads) == (2 if context.store.postgresql else 4)
    for number, (statement, parameters) in enumerate(reads):
        with context.store.engine.connect() as connection:
            lines = connection.exec_driver_sql(f"{EXPLAIN[context.store.postgresql]} {statement}", parameters)
            plan = "\n".join(str(line[-1]) for line in lines)
        if context.store.postgresql:
            assert "ROW(transaction_id, sequence) > ROW(" in plan.partition("Index Cond:")[2], plan
        else:
            first = "(transaction_id=? AND sequence>?)"
            assert (first if number % 2 == 0 else "(transaction_id>? AND transaction_id<?)") in plan, plan
