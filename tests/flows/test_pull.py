"""Pulling and polling: a page is durable together with its cursor, nothing is lost or doubled between pages."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from hub.flows import pull as flow
from hub.flows.accept import accept
from hub.flows.leases import Leases
from hub.sdk.http import Http
from hub.store.tables import channel, item, record
from hub.testing import house
from hub.testing.delivering import deliver
from hub.testing.partner import EchoConnector
from tests.flows.test_accept import held, put, rows


def feed(partner, *items):
    for one in items:
        Http().post(f"{partner.url}/_sim/act", json={"feed": one})


def pull(context):
    return flow.pull(context, context.channels.get("echo"), go_on=lambda: True)


def test_all_pages_come_once_and_are_kept_raw(context, partner):
    house.add_echo(context, "echo", partner)
    feed(partner, *({"dossier": house.dossier(number)} for number in range(1, 6)))

    assert pull(context) == 5
    assert pull(context) == 0
    assert len(rows(context, record)) == 5
    assert {row["word"] for row in rows(context, item)} == {"accepted"}
    assert rows(context, channel)[0]["cursor"] == "5"


def test_f39_an_item_that_cannot_be_read_is_kept_with_its_problem_and_stops_nobody(context, partner):
    house.add_echo(context, "echo", partner)
    feed(partner, {"dossier": {"code": "junk"}}, {"dossier": house.dossier(2)}, {"nothing": 1})

    assert pull(context) == 3
    assert [row["word"] for row in rows(context, item)] == ["refused", "accepted", "refused"]
    assert "/code" in rows(context, item)[0]["problem"]


def test_f39_a_form_that_no_database_can_keep_stops_nobody(context, partner):
    house.add_echo(context, "echo", partner)
    form = {"code": "other", "data": {"a\x00b": "c\x00d", "so": 2.0**70}}
    feed(partner, {"dossier": {**house.dossier(1), "form": form}}, {"dossier": house.dossier(2)})

    assert pull(context) == 2
    assert [row["word"] for row in rows(context, item)] == ["refused", "accepted"]
    assert "U+0000" in rows(context, item)[0]["problem"]


def test_the_same_page_twice_is_a_duplicate(context, partner):
    house.add_echo(context, "echo", partner)
    feed(partner, {"dossier": house.dossier()})
    pull(context)
    context.store.write(lambda connection: connection.execute(update(channel).values(cursor=None)))
    pull(context)

    assert [row["word"] for row in rows(context, item)] == ["accepted", "duplicate"]
    assert rows(context, record)[0]["version"] == 1


def test_f31_a_puller_that_was_overtaken_writes_nothing(context, partner, monkeypatch):
    house.add_echo(context, "echo", partner)
    feed(partner, {"dossier": house.dossier()})

    def overtaken(context, units):
        context.store.write(lambda connection: connection.execute(update(channel).values(cursor="9")))
        return accept(context, units)

    monkeypatch.setattr(flow, "accept", overtaken)
    with pytest.raises(flow.Overtaken):
        pull(context)

    assert rows(context, record) == []
    assert rows(context, item) == []


def test_a_record_that_breaks_its_mapping_keeps_no_other_from_being_polled(context, partner, monkeypatch):
    house.add_echo(context, "echo", partner)
    for number in (1, 2, 3):
        put(context, house.dossier(number))
    deliver(context, context.channels.get("echo"), limit=20, leases=Leases(context))
    mapped, asked = EchoConnector.map_out, []

    def broken(self, kind, document):
        if document["code"].endswith("1"):
            raise KeyError("a defect")
        return mapped(self, kind, document)

    monkeypatch.setattr(EchoConnector, "map_out", broken)
    monkeypatch.setattr(EchoConnector, "poll", lambda _, batch: asked.extend(one.key[-1] for one in batch) or [])
    flow.poll(context, context.channels.get("echo"), after=0, limit=100)

    assert asked == ["2", "3"]


def test_polling_asks_about_open_dossiers_and_hears_each_step_once(context, partner):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    deliver(context, context.channels.get("echo"), limit=5, leases=Leases(context))
    step = {"code": "H56.14-260511-0001", "event": house.event("processing", "10:00", id="s1")}
    Http().post(f"{partner.url}/_sim/act", json={"news": {"dossier/H56.14-260511-0001": step}})

    for _ in range(3):
        flow.poll(context, context.channels.get("echo"), after=0, limit=10)

    assert held(context)["status"] == "processing"
    assert [row["way"] for row in rows(context, item)] == ["polled"]


def test_f27_polling_keeps_what_cannot_be_read_once_however_often_it_is_heard(context, partner):
    house.add_echo(context, "echo", partner)
    put(context, house.dossier())
    deliver(context, context.channels.get("echo"), limit=5, leases=Leases(context))
    for number in (1, 2):
        step = {"code": "H56.14-260511-0001", "event": {"id": "s1", "status": f"odd_{number}"}}
        Http().post(f"{partner.url}/_sim/act", json={"news": {"dossier/H56.14-260511-0001": step}})
        for _ in range(3):
            flow.poll(context, context.channels.get("echo"), after=0, limit=10)

    assert [(row["way"], row["word"]) for row in rows(context, item)] == [("polled", "refused")] * 2
