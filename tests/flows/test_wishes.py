"""What a channel is wished to be is checked before it is kept."""

from __future__ import annotations

import pytest

from hub.flows.operate import put_channel
from hub.flows.wishes import NotPossible, Wish
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


def test_a_routing_by_an_agency_in_the_old_form_lets_its_records_through(context):
    put_channel(context, "portal", Wish("echo", SETTINGS, {"agencies": ["000.00.14.H56"]}), actor="test")
    put_channel(context, "other", Wish("echo", SETTINGS, {"agencies": ["000.00.15.H56"]}), actor="test")
    context.channels.forget()

    put(context, house.dossier())

    assert [row["channel"] for row in rows(context, delivery)] == ["portal"]
