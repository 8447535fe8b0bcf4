"""Masking hides every personal value and everything unknown, and leaves the rest."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from hub.domain.personal import MASK, mask
from hub.domain.schemas import examples


@pytest.mark.parametrize("name", examples("dossier"))
def test_no_personal_value_is_left_in_a_masked_dossier(name: str) -> None:
    document = examples("dossier")[name]
    before = copy.deepcopy(document)
    text = json.dumps(mask("dossier", document), ensure_ascii=False)
    assert document == before
    for party in ("applicant", "submitter"):
        for value in personal(document.get(party, {})):
            assert value not in text
    assert document["code"] in text
    assert document["procedure"]["name"] in text


def personal(party: dict[str, Any]) -> list[str]:
    numbers = [identity["number"] for identity in party.get("identities", ())]
    return [*numbers, *(party[name] for name in ("name", "phone", "email", "tech_id", "birth_date") if name in party)]


def test_what_the_schema_does_not_know_is_hidden_too() -> None:
    masked = mask(
        "dossier", {"code": "H56.14-260511-0007", "mother": "X", "applicant": "Y", "events": {"a": 1}, "channel": ["Z"]}
    )
    assert masked == {"code": "H56.14-260511-0007", "mother": MASK, "applicant": MASK, "events": MASK, "channel": MASK}
    assert mask("dossier", "text") == MASK


def test_an_event_and_a_postal_order_can_be_masked() -> None:
    event = {
        "occurred_at": "2026-05-11T08:30:00+07:00",
        "status": "accepted",
        "officer": {"name": "A", "title": "B"},
        "content": "C",
    }
    assert mask("event", event) == event | {"officer": {"name": MASK, "title": "B"}, "content": MASK}
    order = mask("postal_order", examples("postal_order")["both-legs-with-tracking"])
    assert order["legs"]["return"]["receiver"] == {"name": MASK, "phone": MASK, "address": MASK}
    assert order["events"][1]["item_code"] == "EA123456785VN"


@pytest.mark.parametrize("name", examples("procedure"))
def test_a_procedure_holds_nothing_personal(name: str) -> None:
    assert mask("procedure", examples("procedure")[name]) == examples("procedure")[name]
