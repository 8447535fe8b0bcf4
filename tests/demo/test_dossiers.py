"""The demo's data: right by the hub's own rules, the same for the same seed, and disorderly as in life."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from hub.demo.dossiers import cases
from hub.demo.shipped import communes, offered, procedures
from hub.domain.events import has_impossible_transition
from hub.domain.intake import admit
from hub.domain.merge import join
from hub.domain.messages import Held, Message, Role, Source, message

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def some():
    return list(cases(300, procedures=offered(40), now=NOW, seed=5))


def test_the_shipped_catalogue_is_large_enough_and_right():
    problems = {one["code"]: admit("procedure", one)[1] for one in procedures()}

    assert len(problems) >= 120
    assert not [code for code, found in problems.items() if found]


def test_the_shipped_communes_are_those_of_one_day_and_differ():
    codes = [one.code for one in communes()]

    assert len(codes) == len(set(codes)) >= 200


def test_the_province_offers_variants_of_its_own():
    own = offered(40)

    assert len({one["code"] for one in own}) == 40
    assert all(one["code"].endswith(".H56") for one in own)
    assert not [one["code"] for one in own if admit("procedure", one)[1]]


def test_every_document_is_admitted(some):
    documents = [document for case in some for document in (case.whole, case.final, case.first) if document]

    assert not [document["code"] for document in documents if admit("dossier", document)[1]]


def test_histories_are_possible_and_lie_in_the_past(some):
    assert not [case.code for case in some if has_impossible_transition(list(case.events))]
    assert all(datetime.fromisoformat(event["occurred_at"]) < NOW for case in some for event in case.events)


def test_many_kinds_of_cases_are_there(some):
    last = Counter(case.events[-1]["status"] for case in some)
    forms = Counter(case.final["form"]["code"] for case in some if "form" in case.final)

    assert {"returned", "finished", "processing", "accepted", "refused", "withdrawn", "stopped"} <= set(last)
    assert set(forms) == {"birth", "marriage", "death"}
    assert any("supplements" in case.final for case in some)
    assert any(case.final["return_method"] == "post" for case in some)


def test_the_same_seed_makes_the_same_data(some):
    assert list(cases(300, procedures=offered(40), now=NOW, seed=5)) == some
    assert list(cases(300, procedures=offered(40), now=NOW, seed=6)) != some


def test_in_one_piece_or_in_pieces_the_record_is_the_same(some):
    case = next(one for one in some if one.first and len(one.events) > 2)
    source = Source("one_stop", Role.CLIENT)
    whole = join(Held("dossier", case.code), message("dossier", admit("dossier", case.whole)[0], source))

    pieces = Held("dossier", case.code)
    for event in reversed(case.events):
        pieces = join(pieces, Message("dossier", case.code, source, None, [admit("event", dict(event))[0]]))
    for document in (case.final, case.first):
        pieces = join(pieces, message("dossier", admit("dossier", dict(document))[0], source))

    assert pieces.digest == whole.digest
