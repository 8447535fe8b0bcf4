"""A batch gives way to what others send singly, and never stands still."""

from __future__ import annotations

import threading

import orjson
import pytest
from sqlalchemy import text

from hub.web.app import SERVICE
from hub.web.courtesy import FRESH_SECONDS, LATELY_SECONDS, PIECE, Courtesy, Way

LINES = 3 * PIECE


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def courtesy(seconds):
    return Courtesy(seconds=seconds)


def body(dossier) -> bytes:
    made = [{**dossier, "code": f"H56.14-260511-{number:04}"} for number in range(LINES)]
    return b"".join(orjson.dumps({"kind": "dossier", "document": one}) + b"\n" for one in made)


def transactions(hub) -> int:
    with hub.context.store.reading() as connection:
        return connection.execute(text("SELECT count(*) FROM ledger WHERE what = 'accepted'")).scalar_one()


def test_f25_a_batch_comes_in_small_pieces_while_others_are_about_and_whole_while_it_is_alone(make_hub, dossier):
    hub = make_hub()
    loud, quiet = hub.client("loud"), hub.client("quiet")
    assert loud.post("/v1/batch", body(dossier)).data.count(b"created") == LINES
    assert transactions(hub) == 1
    assert quiet.put("/v1/dossiers/H56.14-260511-9999", {**dossier, "code": "H56.14-260511-9999"}).status_code == 201

    changed = body({**dossier, "summary": "again", "modified_at": "2026-05-12T08:00:00+07:00"})
    assert loud.post("/v1/batch", changed).data.count(b"updated") == LINES

    assert transactions(hub) == 2 + LINES // PIECE


def test_a_batch_ends_although_somebody_else_is_always_busy(make_hub, dossier):
    hub = make_hub()
    loud = hub.client("loud")
    courtesy, ended = hub.app.extensions[SERVICE].courtesy, threading.Event()

    def busy() -> None:
        while not ended.is_set():
            token = courtesy.begin("quiet")
            ended.wait(0.01)
            courtesy.end(token)

    threads = [threading.Thread(target=busy) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        assert loud.post("/v1/batch", body(dossier)).data.count(b"created") == LINES
    finally:
        ended.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("path", ["/v1/dossiers/H56.14-260511-0001", "/v1/dossiers/nonsense"])
def test_whatever_comes_of_a_request_it_is_not_waited_for_afterwards(make_hub, dossier, path):
    hub = make_hub()
    hub.client("quiet").put(path, {**dossier, "code": "H56.14-260511-0001"})
    courtesy = hub.app.extensions[SERVICE].courtesy

    assert not courtesy.others_busy("loud")
    assert courtesy.others_about("loud")
    assert not courtesy.others_about("quiet")


def test_a_batch_goes_on_as_soon_as_nobody_else_is_busy(courtesy, seconds, monkeypatch):
    monkeypatch.setattr("hub.web.courtesy.MOST_SECONDS", 3_600.0)
    way = Way(courtesy, "loud")
    seconds.now += 3_600
    token = courtesy.begin("quiet")
    gone = threading.Thread(target=way.give, daemon=True)
    gone.start()
    courtesy.end(token)
    gone.join(60)

    assert not gone.is_alive()


def test_it_waits_for_nobody_before_it_has_worked(courtesy):
    way = Way(courtesy, "loud")
    courtesy.begin("quiet")
    waited: list[float] = []
    courtesy.wait = lambda client, limit: waited.append(limit)

    way.give()

    assert waited == [0.0]


def test_neither_its_own_client_nor_who_takes_long_is_waited_for(courtesy, seconds):
    courtesy.begin("loud")
    assert not courtesy.others_busy("loud")
    slow = courtesy.begin("quiet")
    assert courtesy.others_busy("loud")
    seconds.now += FRESH_SECONDS + 0.01
    assert not courtesy.others_busy("loud")
    courtesy.end(slow)


def test_who_has_sent_nothing_for_a_while_is_not_about(courtesy, seconds):
    courtesy.end(courtesy.begin("quiet"))
    assert Way(courtesy, "loud").lines(250) == PIECE
    seconds.now += LATELY_SECONDS + 0.01
    assert Way(courtesy, "loud").lines(250) == 250
