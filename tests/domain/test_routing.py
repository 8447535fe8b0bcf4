"""Routing: agencies by whole groups, procedures by national code."""

from __future__ import annotations

import pytest

from hub.domain.routing import Routing, agency_of, within
from hub.testing import house


@pytest.mark.parametrize(
    ("wish", "lets"),
    [
        ({}, True),
        ({"agencies": ["H56"]}, True),
        ({"agencies": ["H56.14"]}, True),
        ({"agencies": ["000.00.14.H56"]}, True),
        ({"agencies": ["000.00.15.H56"]}, False),
        ({"agencies": ["H56.00.00"]}, True),
        ({"agencies": ["H5"]}, False),
        ({"agencies": ["H56.1"]}, False),
        ({"kinds": ["procedure"]}, False),
        ({"procedures": ["1.001193"]}, True),
        ({"procedures": ["1.000656"]}, False),
        ({"procedures": ["1.001193.H56"]}, False),
    ],
)
def test_a_routing_lets_through_what_it_names(wish, lets):
    assert Routing.read(wish).lets("dossier", house.dossier()) is lets


@pytest.mark.parametrize(
    ("written", "lets"),
    [("2.002621", True), ("2.002621.H56", True), ("2.002621.000.00.00.H56", True), ("2.002621.H22", False)],
)
def test_a_local_procedure_is_named_by_its_own_code_or_by_the_national_one(written, lets):
    dossier = house.dossier(procedure={"code": "2.002621.H56", "national_code": "2.002621"})

    assert Routing.read({"procedures": [written]}).lets("dossier", dossier) is lets


def test_an_unknown_word_in_a_routing_is_refused():
    with pytest.raises(ValueError, match="agency"):
        Routing.read({"agency": ["H56"]})


def test_within_goes_by_levels_not_by_letters():
    assert within("H56.22.17", "H56.22")
    assert within("H56.22.00.001", "H56.22")
    assert within("H56", "H56")
    assert not within("H56.221", "H56.22")
    assert not within("H56", "H56.22")


def test_the_owner_is_the_competent_agency_then_the_number():
    assert agency_of("dossier", house.dossier(agencies={"competent": {"id": "G09.20"}})) == "G09.20"
    assert agency_of("dossier", {"code": "H56.22.17-210531-0001"}) == "H56.22.17"
