"""What is written differently and means alike becomes the same document; once normal, nothing changes."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta, timezone
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.intake import admit
from hub.domain.normalise import normalise
from hub.domain.schemas import examples

NAMES = st.text(alphabet="NGUYỄNĐẶTHỊƯƠÁÀẢÃẠăâêôơư ", min_size=1, max_size=40)
TEXTS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
OFFSETS = st.integers(-12 * 60, 14 * 60)


def dossier(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(examples("dossier")["birth-at-the-counter"]) | changes


@given(NAMES)
def test_composed_and_decomposed_letters_give_one_document(name: str) -> None:
    composed, decomposed = dossier(), dossier()
    composed["applicant"]["name"] = normalize("NFC", name)
    decomposed["applicant"]["name"] = normalize("NFD", name)
    assert admit("dossier", composed)[0] == admit("dossier", decomposed)[0]


@given(
    st.dictionaries(
        st.text(TEXTS, max_size=8),
        st.recursive(st.text(TEXTS) | st.booleans() | st.floats(-1e18, 1e18), st.lists, max_leaves=8),
        max_size=5,
    ).filter(lambda data: len({normalize("NFC", name) for name in data}) == len(data))
)
def test_normalising_twice_is_normalising_once(data: dict[str, Any]) -> None:
    document = dossier(form={"code": "other", "data": data})
    once, problems = normalise("dossier", document)
    assert problems == []
    assert normalise("dossier", once) == (once, [])


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), OFFSETS)  # noqa: DTZ001 - Hypothesis wants naive bounds
def test_any_offset_gives_the_same_moment_in_vietnamese_time(moment: Any, offset: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=offset)), microsecond=0)
    document, problems = normalise("event", {"occurred_at": aware.isoformat(), "status": "accepted"})
    assert problems == []
    assert document["occurred_at"].endswith("+07:00")
    assert datetime.fromisoformat(document["occurred_at"]) == aware


@pytest.mark.parametrize(
    ("given_time", "kept"),
    [
        ("2026-05-11T01:30:00Z", "2026-05-11T08:30:00+07:00"),
        ("2026-05-11T08:30:00.250+07:00", "2026-05-11T08:30:00.250+07:00"),
        ("2026-05-11T08:30:00.123456789+07:00", "2026-05-11T08:30:00.123+07:00"),
        ("2026-05-11T08:30:00.000+07:00", "2026-05-11T08:30:00+07:00"),
        ("2026-05-11T23:30:00-05:00", "2026-05-12T11:30:00+07:00"),
    ],
)
def test_a_time_is_kept_at_whole_seconds_unless_some_fraction_was_given(given_time: str, kept: str) -> None:
    assert normalise("event", {"occurred_at": given_time, "status": "accepted"})[0]["occurred_at"] == kept


def test_both_forms_of_every_code_give_one_document() -> None:
    old = dossier(code="000.17.22.H56-260511-0007", numbers={"own": "x"})
    old["agencies"] = {
        "received": {"id": "000.17.22.H56", "name": "A"},
        "competent": {"id": "000.00.00.H56", "name": "B"},
    }
    old["procedure"]["code"] = "1.001193.000.00.00.H56"
    new = dossier(code="H56.22.17-260511-0007", numbers={"own": "x"})
    new["agencies"] = {"received": {"id": "H56.22.17", "name": "A"}, "competent": {"id": "H56", "name": "B"}}
    new["procedure"]["code"] = "1.001193.H56"
    assert admit("dossier", old) == admit("dossier", new)
    assert admit("dossier", old)[0]["procedure"]["national_code"] == "1.001193"  # type: ignore[index]


def test_the_number_as_its_issuer_wrote_it_is_kept() -> None:
    document, _ = normalise("dossier", dossier(code="000.00.14.H56-260511-0007"))
    assert document["code"] == "H56.14-260511-0007"
    assert document["numbers"]["own"] == "000.00.14.H56-260511-0007"


def test_what_get_gives_can_be_put_back_and_read_only_properties_are_ignored() -> None:
    given = copy.deepcopy(examples("dossier")["as-the-hub-gives-it-back"])
    given["status"] = "returned"
    given["procedure"]["national_code"] = "9.999999"
    document, problems = admit("dossier", given)
    assert problems == []
    assert document is not None
    assert not {"status", "status_at", "flags"} & document.keys()
    assert document["procedure"]["national_code"] == "1.001193"
    assert all(not {"source", "key"} & event.keys() for event in document["events"])


def test_another_ones_events_in_what_get_gave_are_an_echo_and_are_dropped() -> None:
    given = dossier(
        events=[
            {
                "id": "1",
                "source": "mot_cua",
                "key": "mot_cua/1",
                "occurred_at": "2026-05-11T08:30:00+07:00",
                "status": "accepted",
            },
            {
                "id": "1",
                "source": "national",
                "key": "national/1",
                "occurred_at": "2026-05-11T08:00:00+07:00",
                "status": "registered",
            },
            {"id": "2", "occurred_at": "2026-05-11T09:00:00+07:00", "status": "processing"},
        ]
    )
    document, problems = admit("dossier", given, speaker="mot_cua")
    assert problems == []
    assert document is not None
    assert [(event["id"], event["status"]) for event in document["events"]] == [("1", "accepted"), ("2", "processing")]


def test_the_default_time_of_change_is_the_latest_time_that_is_not_a_promise() -> None:
    document, _ = normalise("dossier", dossier(due_at="2027-01-01T00:00:00+07:00"))
    assert document["modified_at"] == "2026-05-11T08:30:00+07:00"
    kept, _ = normalise("dossier", dossier(modified_at="2026-01-01T00:00:00Z"))
    assert kept["modified_at"] == "2026-01-01T07:00:00+07:00"
    none, _ = normalise("dossier", copy.deepcopy(examples("dossier")["least-that-is-needed"]))
    assert "modified_at" not in none


def test_the_place_of_filing_is_local_unless_said() -> None:
    assert normalise("dossier", copy.deepcopy(examples("dossier")["least-that-is-needed"]))[0]["filed_via"] == "local"


def test_a_time_inside_a_free_form_is_left_as_it_was_typed() -> None:
    form = {"code": "birth", "data": {"received_at": "sáng thứ hai", "occurred_at": "08:30"}}
    document, problems = admit("dossier", dossier(form=form))
    assert problems == []
    assert document is not None
    assert document["form"] == form


def test_whole_floats_become_integers_and_large_ones_stay() -> None:
    document, _ = normalise("dossier", dossier(form={"code": "other", "data": {"a": 1.0, "b": 1e300, "c": [2.0, 0.5]}}))
    assert repr(document["form"]["data"]) == "{'a': 1, 'b': 1e+300, 'c': [2, 0.5]}"


def test_an_unchecked_document_gives_problems_instead_of_exceptions() -> None:
    _, problems = normalise("dossier", {"code": "?", "received_at": "yesterday", "procedure": {"code": "x"}})
    assert {problem.code for problem in problems} == {
        "dossier_code_malformed",
        "time_malformed",
        "procedure_code_malformed",
    }


def test_a_postal_order_of_the_hub_takes_the_canonical_dossier_number() -> None:
    order = copy.deepcopy(examples("postal_order")["code-nobody-knows-yet"])
    document, problems = admit("postal_order", order)
    assert problems == []
    assert document is not None
    assert document["number"] == document["dossier"] == "H56.14-260511-0007"
