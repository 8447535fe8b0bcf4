"""Every error has one shape, both languages, a stable code, and no personal value in it."""

from __future__ import annotations

import logging

import orjson
import pytest
from sqlalchemy.exc import OperationalError

from hub.web import app as web_app
from hub.web.error_table import TABLE
from hub.web.errors import refusal_of
from hub.web.refusal import Refusal


def path_of(document):
    return f"/v1/dossiers/{document['code']}"


def is_problem(answer, status, code):
    body = answer.json
    assert answer.content_type == "application/problem+json"
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["vi"]
    assert body["en"]
    assert body["vi"] != body["en"]
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert body["type"] == f"/v1/docs#{code}"
    return True


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b'{"a": NaN}', "not_json"),
        (b'{"a": 1e999}', "not_json"),
        (b'{"a": 1} x', "not_json"),
        (b'\xef\xbb\xbf{"a": 1}', "not_json"),
        (b'{"a": "\xff"}', "not_utf8"),
        (b'{"a": "\\ud800"}', "lone_surrogate"),
        (b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}", "too_deep"),
        (b"[" * 5000 + b"]" * 5000, "too_deep"),
        (b'{"code": "1", "applicant": {"name": "A", "name": "B"}}', "duplicate_name"),
    ],
)
def test_a_body_that_readers_could_understand_differently_is_a_400(api, dossier, body, code):
    answer = api.put(path_of(dossier), body)

    assert is_problem(answer, 400, code)
    assert "position" in answer.json or code in {"too_deep", "duplicate_name"}
    if code == "duplicate_name":
        assert answer.json["errors"][0]["pointer"] == "/applicant/name"


@pytest.mark.parametrize("kind", ["dossier", "procedure", "postal_order"])
def test_all_errors_of_a_document_come_at_once(api, kind):
    path = {
        "dossier": "dossiers/H56.14-260511-0001",
        "procedure": "procedures/1.001193",
        "postal_order": "postal-orders/1",
    }
    answer = api.put(f"/v1/{path[kind]}", {"more": 1})

    assert is_problem(answer, 422, "invalid")
    assert len(answer.json["errors"]) > 2
    for error in answer.json["errors"]:
        assert set(error) == {"pointer", "code", "vi", "en"}


def test_the_detail_is_in_the_language_asked_for_and_vietnamese_by_default(api, dossier):
    wrong = api.put(path_of(dossier), {})
    english = api.put(path_of(dossier), {}, Accept_Language="en-GB,en;q=0.9,vi;q=0.1")
    french = api.put(path_of(dossier), {}, Accept_Language="fr")

    assert wrong.json["detail"] == wrong.json["vi"] == french.json["detail"]
    assert english.json["detail"] == english.json["en"]
    assert "Accept-Language" in english.headers["Vary"]


def test_personal_values_stand_in_no_error_and_no_log(api, dossier, caplog):
    secrets = ["037085001234x", "Nguyễn Thị Bí Mật", "0912 345 678 999", "bi-mat@@example", "1990-13-45"]
    dossier["applicant"] |= {
        "name": secrets[1] * 40,
        "identities": [{"type": "personal_id", "number": secrets[0]}],
        "phone": secrets[2],
        "email": secrets[3],
        "birth_date": secrets[4],
        secrets[1]: 1,
    }
    with caplog.at_level(logging.DEBUG):
        answer = api.put(path_of(dossier), dossier)

    text = answer.data.decode()
    assert len(answer.json["errors"]) >= 5
    assert not [secret for secret in secrets[:1] + secrets[2:] if secret in text]
    assert secrets[1] * 40 not in text
    assert not [secret for secret in secrets if secret in caplog.text]


def test_what_is_not_there_and_what_is_not_allowed(api, dossier):
    assert is_problem(api.get("/v1/nothing"), 404, "not_found")
    assert is_problem(api.get(path_of(dossier)), 404, "not_found")
    refused = api.send("DELETE", path_of(dossier))
    assert is_problem(refused, 405, "method_not_allowed")
    assert "PUT" in refused.headers["Allow"]
    assert is_problem(api.put(path_of(dossier), b"x", Content_Encoding="gzip"), 415, "unsupported_encoding")


def test_f35_a_body_over_the_limit_is_told_so_and_one_under_it_goes_through(make_hub, dossier):
    api = make_hub(body_limit=4096).client()
    small = api.put(path_of(dossier), dossier)
    large = api.put(path_of(dossier), {**dossier, "summary": "x" * 5000})

    assert small.status_code == 201
    assert is_problem(large, 413, "too_large")


def test_f35_a_document_of_twenty_megabytes_is_taken_where_the_limit_allows_it(make_hub, dossier):
    api = make_hub(body_limit=64 * 2**20).client()
    content = "QUJD" * (5 * 2**20)
    dossier["papers"] = [{"name": "Bản vẽ", "attachments": [{"name": "a.pdf", "content": content}]}]

    assert api.put(path_of(dossier), dossier).status_code == 201
    (paper,) = api.get(path_of(dossier)).json["papers"]
    assert paper["attachments"][0]["size"] == 15 * 2**20


def test_an_unexpected_exception_is_a_500_without_insides_logged_with_its_request_id(hub, api, caplog, monkeypatch):
    def explode(*_arguments, **_options):
        raise ZeroDivisionError("the inside of the house")

    monkeypatch.setattr("hub.web.records.records.find", explode)
    answer = api.get("/v1/dossiers/H56.14-260511-0001", X_Request_Id="abc-123")

    assert is_problem(answer, 500, "internal")
    assert "inside of the house" not in answer.data.decode()
    assert answer.json["request_id"] == "abc-123"


def test_when_the_database_is_away_it_is_a_503_with_retry_after(hub, api, monkeypatch):
    api.get("/v1/dossiers")  # the key is known for some seconds

    def away(*_arguments, **_options):
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr("hub.web.lists.record_lists.look", away)
    answer = api.get("/v1/dossiers")

    assert is_problem(answer, 503, "database_away")
    assert answer.headers["Retry-After"]
    assert "SELECT" not in answer.data.decode()


def test_a_request_id_that_could_forge_a_log_line_is_replaced(api):
    given = api.get("/v1/nothing", X_Request_Id="good-1:2.3")
    forged = api.get("/v1/nothing", X_Request_Id="bad id; x=1")

    assert given.headers["X-Request-Id"] == "good-1:2.3"
    assert forged.headers["X-Request-Id"] != "bad id; x=1"


@pytest.mark.parametrize("code", sorted(TABLE))
def test_every_row_of_the_table_says_it_in_two_languages_and_is_on_the_page(hub, code):
    status, vi, en = TABLE[code]
    page = hub.app.test_client().get("/v1/docs").data.decode()

    assert 400 <= status < 600
    assert vi.endswith(".")
    assert en.endswith(".")
    assert vi != en
    assert f"id='{code}'" in page


def test_what_no_row_knows_is_internal():
    assert refusal_of(ValueError("x")).code == "internal"
    assert refusal_of(Refusal("invalid")).code == "invalid"


def test_the_errors_of_a_batch_line_have_the_same_shape(api):
    answer = api.post("/v1/batch", b"{\n", Accept_Language="en")
    line = orjson.loads(answer.data)

    assert line["error"]["code"] == "not_json"
    assert line["error"]["detail"] == line["error"]["en"]
    assert web_app.SERVICE == "hub"
