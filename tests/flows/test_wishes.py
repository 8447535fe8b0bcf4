"""What a channel is wished to be is checked before it is kept."""

from __future__ import annotations

import pytest

from hub.flows.operate import put_channel
from hub.flows.operate_clients import put_client
from hub.flows.wishes import NotPossible, Wish
from hub.store import channels
from hub.store.tables import delivery
from hub.testing import house
from hub.testing.partner.simulator import SECRET
from tests.flows.test_accept import put, rows

SETTINGS = {"url": "http://127.0.0.1:9", "secret": SECRET}


@pytest.mark.parametrize("agencies", [["H5"], ["H56.14", "14.H56"], "H56", [56]])
def test_a_routing_by_what_is_no_agency_is_refused_since_it_would_let_nothing_through(context, agencies):
    with pytest.raises(NotPossible):
        put_channel(context, "portal", Wish("echo", SETTINGS, {"agencies": agencies}), actor="test")

    assert context.channels.get("portal") is None


@pytest.mark.parametrize("procedures", [["1.1193"], ["1.001193", "khai sinh"], "1.001193", ["1.001193.H5"], [1001193]])
def test_a_routing_by_what_is_no_procedure_is_refused_too(context, procedures):
    with pytest.raises(NotPossible):
        put_channel(context, "portal", Wish("echo", SETTINGS, {"procedures": procedures}), actor="test")

    assert context.channels.get("portal") is None


@pytest.mark.parametrize("routing", [{"kinds": ["dosier"]}, {"kinds": "dossier"}])
def test_a_routing_by_a_kind_there_is_not_is_refused_since_it_would_let_nothing_through(context, routing):
    with pytest.raises(NotPossible):
        put_channel(context, "portal", Wish("echo", SETTINGS, routing), actor="test")


def test_a_politeness_that_no_worker_could_keep_is_refused_in_both_languages(context):
    with pytest.raises(NotPossible, match=r"rate is a number, 0 or more \(phải là số từ 0\)"):
        put_channel(context, "portal", Wish("echo", SETTINGS, {}, {"rate": "fast"}), actor="test")


def test_f39_a_channel_whose_politeness_cannot_be_read_does_not_stop_the_others(context):
    for name in ("broken", "portal"):
        put_channel(context, name, Wish("echo", SETTINGS), actor="test")
    wrong = {"politeness": {"of_a_later_release": 1}}
    context.store.write(lambda connection: channels.change(connection, "broken", wrong, now=context.now()))
    context.channels.forget()

    put(context, house.dossier())

    assert "of_a_later_release" in context.channels.get("broken").problem
    assert context.channels.get("portal").connector is not None
    assert [row["channel"] for row in rows(context, delivery)] == ["broken", "portal"]


def test_a_routing_by_an_agency_in_the_old_form_lets_its_records_through(context):
    put_channel(context, "portal", Wish("echo", SETTINGS, {"agencies": ["000.00.14.H56"]}), actor="test")
    put_channel(context, "other", Wish("echo", SETTINGS, {"agencies": ["000.00.15.H56"]}), actor="test")
    context.channels.forget()

    put(context, house.dossier())

    assert [row["channel"] for row in rows(context, delivery)] == ["portal"]


def test_a_channel_and_a_client_of_one_name_would_be_one_source_and_are_refused(context):
    put_channel(context, "portal", Wish("echo", SETTINGS), actor="test")
    put_client(context, "ward", title="", scopes={"can": ["read"]}, actor="test")

    for name in ("portal", "hub"):
        with pytest.raises(NotPossible, match=f"{name} is the name of"):
            put_client(context, name, title="", scopes={"can": ["read"]}, actor="test")
    for name in ("ward", "hub"):
        with pytest.raises(NotPossible, match=f"{name} is the name of"):
            put_channel(context, name, Wish("echo", SETTINGS), actor="test")
    put_client(context, "ward", title="Phường Mẫu", scopes={"can": ["read"]}, actor="test")
    assert put_channel(context, "portal", Wish("echo", SETTINGS, {"kinds": ["dossier"]}), actor="test") == "updated"
