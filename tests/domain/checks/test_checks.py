"""Rules no schema can express (most have an example file; here are the ones that must not fire)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from hub.domain.intake import admit
from hub.domain.schemas import examples


@pytest.fixture
def dossier() -> dict[str, Any]:
    return copy.deepcopy(examples("dossier")["birth-at-the-counter"])


def codes(kind: str, document: dict[str, Any]) -> list[str]:
    return [problem.code for problem in admit(kind, document)[1]]


def test_times_are_compared_as_moments_not_as_text(dossier: dict[str, Any]) -> None:
    dossier["received_at"] = "2026-05-11T16:00:00+07:00"
    dossier["due_at"] = "2026-05-11T10:00:00Z"  # 17:00 in Việt Nam
    assert codes("dossier", dossier) == []


def test_a_fee_of_a_supplement_may_be_paid(dossier: dict[str, Any]) -> None:
    fee = {"code": "PH9", "name": "Phí", "kind": "normal", "amount": 1000}
    dossier["supplements"] = [
        {"id": "1", "requested_at": "2026-05-11T09:00:00+07:00", "content": "x", "status": "requested", "fees": [fee]}
    ]
    dossier["payments"] = [
        {"id": "1", "paid_at": "2026-05-11T09:30:00+07:00", "amount": 1000, "method": "cash", "fee_code": "PH9"}
    ]
    assert codes("dossier", dossier) == []
    dossier["payments"][0]["fee_code"] = "PH8"
    assert codes("dossier", dossier) == ["fee_code_unknown"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"finished_at": "2026-05-10T08:00:00+07:00"}, "ended_before_received"),
        ({"returned_at": "2026-05-10T08:00:00+07:00"}, "ended_before_received"),
        ({"return_method": "post"}, "return_to_missing"),
        ({"events": [{"occurred_at": "2026-05-11T08:00:00Z", "started_at": "2026-05-11T09:00:00Z", "status": "accepted"}]}, "started_after_occurred"),
        ({"supplements": [{"id": "1", "requested_at": "2026-05-11T09:00:00Z", "received_at": "2026-05-10T09:00:00Z", "content": "x", "status": "received"}]}, "supplement_before_request"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_own_code(
    dossier: dict[str, Any], change: dict[str, Any], code: str
) -> None:
    assert codes("dossier", dossier | change) == [code]


@pytest.mark.parametrize("content", ["QQ", "Q", "QQ==\n", "QQ=A", "ÀÁ==", "QQ==QQ=="])
def test_base64_is_taken_strictly(dossier: dict[str, Any], content: str) -> None:
    dossier["results"] = [{"name": "Giấy khai sinh", "attachment": {"name": "a.pdf", "content": content}}]
    assert codes("dossier", dossier) == ["content_not_base64"]
