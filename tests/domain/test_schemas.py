"""Validation: all errors at once, stable codes, sentences that help and never show a value."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from hub.domain.intake import admit, admit_event
from hub.domain.schemas import Problem, examples, validate


@pytest.fixture
def dossier() -> dict[str, Any]:
    return copy.deepcopy(examples("dossier")["birth-at-the-counter"])


def test_all_errors_of_a_document_come_at_once(dossier: dict[str, Any]) -> None:
    dossier["code"] = "HOSO"
    dossier["channel"] = "phone"
    dossier["applicant"]["phone"] = "０９００００００01"
    dossier["fees"][0]["amount"] = -1
    del dossier["procedure"]["name"]
    dossier["chanel"] = "counter"
    dossier["note"] = "\ud800"
    found = {(problem.pointer, problem.code) for problem in validate("dossier", dossier)}
    assert found == {
        ("/code", "dossier_code_malformed"),
        ("/channel", "not_in_list"),
        ("/applicant/phone", "phone_malformed"),
        ("/fees/0/amount", "out_of_range"),
        ("/procedure/name", "missing_property"),
        ("/chanel", "unknown_property"),
        ("/note", "lone_surrogate"),
    }


def test_a_sentence_says_where_and_what_would_be_right_in_both_languages(dossier: dict[str, Any]) -> None:
    dossier["agencies"]["received"]["id"] = "56.14"
    (problem,) = validate("dossier", dossier)
    assert problem.en.startswith("/agencies/received/id: ")
    assert "H56.22.17" in problem.en
    assert "đúng ra là" in problem.vi
    assert "56.14" not in problem.en.replace("H56.22.17", "")


def test_the_number_of_a_receipt_is_what_the_office_wrote_on_it(dossier: dict[str, Any]) -> None:
    for number in ("15/BNHS-ĐĐ", "Số 0112", "BN/2026/0112"):
        assert admit("dossier", {**dossier, "numbers": {"receipt": number}})[1] == []


def test_a_misspelt_property_is_answered_with_the_likely_one(dossier: dict[str, Any]) -> None:
    dossier["recieved_at"] = dossier.pop("received_at")
    (problem,) = validate("dossier", dossier)
    assert problem.pointer == "/recieved_at"
    assert "received_at" in problem.en


@pytest.mark.parametrize(
    ("text", "hint"), [("0900000001\n", "line break"), (" 0900000001", "white space"), ("０９00000001", "full-width")]
)
def test_a_hint_says_what_the_eye_does_not_see(dossier: dict[str, Any], text: str, hint: str) -> None:
    dossier["applicant"]["phone"] = text
    (problem,) = validate("dossier", dossier)
    assert hint in problem.en


def test_null_is_answered_with_leave_it_out(dossier: dict[str, Any]) -> None:
    dossier["summary"] = None
    (problem,) = validate("dossier", dossier)
    assert "leave the property out" in problem.en


@pytest.mark.parametrize("raw", [None, [], "text", 3, True])
def test_what_is_no_object_is_refused_not_raised(raw: Any) -> None:
    document, problems = admit("dossier", raw)
    assert document is None
    assert [problem.code for problem in problems] == ["wrong_type"]


@pytest.mark.parametrize("depth", [70, 200, 400, 900])
def test_a_form_nested_too_deeply_is_refused(dossier: dict[str, Any], depth: int) -> None:
    data: dict[str, Any] = {}
    for _ in range(depth):
        data = {"a": data}
    dossier["form"] = {"code": "other", "data": data}
    document, problems = admit("dossier", dossier)
    assert document is None
    assert [problem.code for problem in problems] == ["too_deep"]


@pytest.mark.parametrize("data", [{"\ud800": "x"}, {"a": "\udfff"}, {"a": ["đ", {"b": ["\ud800"]}]}])
def test_a_lone_surrogate_anywhere_in_a_free_form_is_refused_and_its_pointer_can_be_encoded(
    dossier: dict[str, Any], data: dict[str, Any]
) -> None:
    dossier["form"] = {"code": "other", "data": data}
    document, problems = admit("dossier", dossier)
    assert document is None
    assert [problem.code for problem in problems] == ["lone_surrogate"]
    assert problems[0].pointer.encode()


def test_a_pointer_escapes_what_rfc_6901_says(dossier: dict[str, Any]) -> None:
    dossier["a/b~c"] = 1
    (problem,) = validate("dossier", dossier)
    assert problem.pointer == "/a~1b~0c"


def test_one_event_is_admitted_alone() -> None:
    event, problems = admit_event({"id": "7", "occurred_at": "2026-05-11T01:30:00Z", "status": "accepted", "key": "k"})
    assert problems == []
    assert event == {"id": "7", "occurred_at": "2026-05-11T08:30:00+07:00", "status": "accepted"}
    event, problems = admit_event({"occurred_at": "2026-05-11", "status": "done"})
    assert event is None
    assert {problem.code for problem in problems} == {"time_malformed", "status_unknown"}


def test_one_postal_event_is_admitted_alone() -> None:
    raw = {
        "leg": "return",
        "occurred_at": "2026-05-13T03:00:00Z",
        "status": "unknown",
        "code": "170",
        "source": "vnpost",
    }
    event, problems = admit("postal_event", raw)
    assert problems == []
    assert event == {"leg": "return", "occurred_at": "2026-05-13T10:00:00+07:00", "status": "unknown", "code": "170"}
    _, problems = admit("postal_event", raw | {"item_code": "EA123456786VN"})
    assert [(problem.pointer, problem.code) for problem in problems] == [("/item_code", "item_code_check_digit")]


def test_an_unknown_kind_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError, match="no schema for kind"):
        validate("letter", {})


def test_a_problem_is_a_value() -> None:
    assert Problem("/a", "type", "wrong_type", "vi", "en") == Problem("/a", "type", "wrong_type", "vi", "en")
