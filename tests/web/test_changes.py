"""The change feed: no gap and no double, whatever is written at the same time; long poll that is let go."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from hub.domain.messages import Role, Source
from hub.domain.scope import Scope
from hub.flows import feed
from hub.flows.accept import Unit, accept
from hub.flows.admit import admit_document
from hub.store.changes import Position


def numbered(dossier, number):
    return {**dossier, "code": f"H56.14-260511-{number:04}"}


def publish(hub, dossier, numbers, summary="a"):
    source = Source("mot-cua", Role.CLIENT)
    units = [
        Unit([admit_document("dossier", {**numbered(dossier, number), "summary": summary}, source).message])
        for number in numbers
    ]
    return accept(hub.context, units)


def read_on(api, after, **parameters):
    query = "&".join(f"{name}={value}" for name, value in {"after": after, **parameters}.items())
    return api.get(f"/v1/changes?{query}").json


def test_changes_come_in_order_with_their_documents(hub, api, dossier):
    publish(hub, dossier, [1, 2])
    publish(hub, dossier, [1], summary="b")
    told = read_on(api, "0")

    assert [(item["key"][-4:], item["version"], item["word"]) for item in told["items"]] == [
        ("0001", 1, "created"),
        ("0002", 1, "created"),
        ("0001", 2, "updated"),
    ]
    assert told["items"][0]["document"]["summary"] == "b"  # the present one
    assert "document" not in read_on(api, "0", documents="false")["items"][0]
    assert read_on(api, told["next"])["items"] == []
    assert [item["cursor"] for item in told["items"]][-1] == told["next"]


@pytest.mark.parametrize(
    "query",
    [
        f"after=0-{2**63}",
        f"after={2**63}-0",
        "after=x",
        "after=1-",
        "after=-1-2",
        "after=1-2-3x",
        "wait=x",
        "limit=0",
        "documents=1",
        "wait=-1",
    ],
)
def test_an_odd_parameter_is_named(api, query):
    assert api.get(f"/v1/changes?{query}").json["code"] == "bad_parameter"


def test_who_wants_only_what_comes_starts_at_the_end(hub, api, dossier):
    publish(hub, dossier, [1])
    start = read_on(api, "end")
    publish(hub, dossier, [2])

    assert start["items"] == []
    assert [item["key"][-4:] for item in read_on(api, start["next"])["items"]] == ["0002"]


def test_a_client_that_sees_little_goes_past_what_is_not_for_it(hub, api, dossier, monkeypatch):
    monkeypatch.setattr(feed, "WINDOW", 3)
    monkeypatch.setattr(feed, "WINDOWS", 2)
    publish(hub, dossier, range(10))
    mine = hub.client("quan", agencies=["H57"])
    first = read_on(mine, "0")
    second = read_on(mine, first["next"])

    assert (first["items"], first["more"]) == ([], True)
    assert (second["items"], second["more"]) == ([], False)
    assert second["next"] == read_on(api, "end")["next"]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plan=st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=5), min_size=2, max_size=12),
    limit=st.integers(1, 7),
)
def test_no_gap_and_no_double_while_many_write(hub, api, dossier, plan, limit):
    start = read_on(api, "end")["next"]
    with hub.context.store.reading() as connection:
        held = connection.execute(text("SELECT count(*) FROM change")).scalar_one()
    done = threading.Event()
    seen: list[tuple[str, int]] = []

    def write(turn):
        publish(hub, dossier, sorted(set(plan[turn])), summary=f"{turn}-{time.monotonic_ns()}")

    def listen():
        after = start
        listener = type(api)(hub.app.test_client(), api.token)
        while True:
            ended = done.is_set()  # before reading: what was written until then is read
            told = read_on(listener, after, limit=limit, documents="false", wait=0.05)
            seen.extend((item["key"], item["version"]) for item in told["items"])
            after = told["next"]
            if ended and not told["items"] and not told["more"]:
                return

    listener = threading.Thread(target=listen)
    listener.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(len(plan))))
    done.set()
    listener.join(30)

    with hub.context.store.reading() as connection:
        rows = connection.execute(
            text("SELECT key, version FROM change ORDER BY transaction_id, sequence LIMIT 10000 OFFSET :held"),
            {"held": held},
        ).all()
    assert seen == [(row.key, row.version) for row in rows]
    assert len(set(seen)) == len(seen)


def test_a_transaction_that_is_still_open_hides_what_came_after_it(make_hub, database_url, dossier):
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite has one writer at a time")
    hub = make_hub()
    api = hub.client()
    with hub.context.store.writing() as late:
        late.execute(text("SELECT pg_current_xact_id()"))
        publish(hub, dossier, [1])
        hidden = read_on(api, "0")
    shown = read_on(api, hidden["next"])

    assert hidden["items"] == []
    assert [item["key"][-4:] for item in shown["items"]] == ["0001"]


def test_long_poll_is_answered_when_something_comes(hub, api, dossier):
    api.get("/v1/changes")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(read_on, type(api)(hub.app.test_client(), api.token), "0", wait=20)
        began = time.monotonic()
        publish(hub, dossier, [1])
        told = waiting.result(10)

    assert len(told["items"]) == 1
    assert time.monotonic() - began < 5


def test_long_poll_ends_with_its_time_and_with_the_process(hub, api):
    began = time.monotonic()
    assert read_on(api, "0", wait=0.2)["items"] == []
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(read_on, type(api)(hub.app.test_client(), api.token), "0", wait=25)
        hub.app.extensions["hub"].stop()
        waiting.result(10)

    assert 0.2 <= time.monotonic() - began < 10


def test_f25_waiting_clients_leave_room_for_others(make_hub):
    hub = make_hub(web_threads=2)
    api = hub.client()
    service = hub.app.extensions["hub"]
    assert service.places_to_wait.acquire(blocking=False)
    began = time.monotonic()
    answer = read_on(api, "0", wait=20)

    assert answer["items"] == []
    assert time.monotonic() - began < 5


def test_a_cursor_that_lies_beyond_the_end_is_harmless(hub, dossier):
    publish(hub, dossier, [1])
    portion = feed.portion(hub.context, Position(2**60, 5), Scope(), limit=10)

    assert (list(portion.items), portion.next) == ([], Position(2**60, 5))
