"""Publishing, reading back and listing records: twice is once, any condition, one page after another."""

from __future__ import annotations

import orjson
import pytest

from hub.domain.schemas import examples


def path_of(document):
    return f"/v1/dossiers/{document['code']}"


def test_a_new_dossier_is_created_and_the_same_again_is_unchanged(api, dossier):
    first = api.put(path_of(dossier), dossier)
    again = api.put(path_of(dossier), dossier)

    assert (first.status_code, first.json["word"], first.json["version"]) == (201, "created", 1)
    assert (again.status_code, again.json["word"], again.json["version"]) == (200, "unchanged", 1)
    assert first.json["status"] == api.get(path_of(dossier)).json["status"]


def test_a_changed_dossier_is_updated(api, dossier):
    api.put(path_of(dossier), dossier)
    changed = api.put(path_of(dossier), {**dossier, "summary": "khác", "modified_at": "2026-12-01T08:00:00+07:00"})

    assert (changed.status_code, changed.json["word"], changed.json["version"]) == (200, "updated", 2)


@pytest.mark.parametrize(
    ("kind", "path", "key"),
    [("procedure", "procedures", "code"), ("dossier", "dossiers", "code"), ("postal_order", "postal-orders", "number")],
)
def test_what_get_gives_can_be_put_back(api, kind, path, key):
    for number, (name, document) in enumerate(examples(kind).items()):
        if kind == "postal_order" and "/" not in document[key]:
            document[key] = f"H56.14-260511-{number:04}"  # each its own order: examples share one number
        given = document[key]
        assert api.put(f"/v1/{path}/{given}", document).status_code in {200, 201}, name
        held = api.get(f"/v1/{path}/{given}")
        again = api.put(f"/v1/{path}/{given}", held.json)
        assert (again.status_code, again.json["word"]) == (200, "unchanged"), name


def test_the_old_form_of_a_number_finds_the_same_dossier(api, dossier):
    api.put(path_of(dossier), dossier)
    old = dossier["code"].replace("H56.14-", "000.00.14.H56-")

    assert api.get(f"/v1/dossiers/{old}").json["code"] == dossier["code"]


def test_get_tells_the_version_and_answers_304_to_who_knows_it(api, dossier):
    api.put(path_of(dossier), dossier)
    first = api.get(path_of(dossier))
    known = api.get(path_of(dossier), If_None_Match=first.headers["ETag"])

    assert first.headers["ETag"] == '"1"'
    assert (known.status_code, known.data) == (304, b"")


@pytest.mark.parametrize(
    ("header", "value", "there", "status"),
    [
        ("If_Match", '"1"', True, 200),
        ("If_Match", '"7"', True, 412),
        ("If_Match", '"1"', False, 412),
        ("If_Match", "*", True, 200),
        ("If_Match", "*", False, 412),
        ("If_None_Match", "*", False, 201),
        ("If_None_Match", "*", True, 412),
        ("If_Match", "seven", True, 400),
        ("If_Match", 'W/"1"', True, 400),
    ],
)
def test_conditions_of_a_write(api, dossier, header, value, there, status):
    if there:
        api.put(path_of(dossier), dossier)
    changed = {**dossier, "summary": "khác", "modified_at": "2026-12-01T08:00:00+07:00"}

    answer = api.put(path_of(dossier), changed, **{header: value})

    assert answer.status_code == status
    if status == 412:
        held = api.get(path_of(dossier))
        assert held.status_code == (200 if there else 404)
        assert not there or held.json.get("summary") != "khác"


def test_a_list_pages_by_key_without_gap_or_double(api, dossier):
    keys = [f"H56.14-260511-{number:04}" for number in range(7)]
    for key in keys:
        api.put(f"/v1/dossiers/{key}", {**dossier, "code": key})
    seen, after = [], ""
    while after is not None:
        page = api.get(f"/v1/dossiers?limit=3&after={after}").json
        seen += [item["code"] for item in page["items"]]
        after = page["next"]

    assert seen == keys


def test_a_list_is_filtered(api, dossier, clock):
    api.put(path_of(dossier), dossier)
    other = {**dossier, "code": "H57.14-260511-0001"}
    other["agencies"] = {role: {**one, "id": "H57.14"} for role, one in dossier["agencies"].items()}
    api.put(path_of(other), other)

    def codes(query):
        return [item["code"] for item in api.get(f"/v1/dossiers?{query}").json["items"]]

    assert codes("agency=H57") == [other["code"]]
    assert codes("agency=000.00.00.H56") == [dossier["code"]]
    assert codes("agency=H5") == [] if api.get("/v1/dossiers?agency=H5").status_code == 200 else True
    assert codes("status=returned") == []
    assert len(codes(f"procedure={dossier['procedure']['code']}")) == 2
    assert codes(f"procedure={dossier['procedure']['code']}.H56") == []
    assert codes("updated_after=2030-01-01T00:00:00%2B07:00") == []
    assert len(codes("updated_after=2020-01-01T00:00:00Z")) == 2


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=x",
        "limit=-1",
        "agency=zz",
        "updated_after=yesterday",
        "updated_after=2026-01-01",
        "after=%00",
        "procedure=x",
    ],
)
def test_an_odd_parameter_is_named(api, query):
    answer = api.get(f"/v1/dossiers?{query}")

    assert (answer.status_code, answer.json["code"]) == (400, "bad_parameter")
    assert answer.json["parameter"] == query.split("=")[0]


def test_dossiers_under_a_local_procedure_are_listed_by_either_form_of_its_code(api, dossier):
    local = {**dossier, "procedure": {**dossier["procedure"], "code": "2.002621.000.00.00.H56"}}
    api.put(path_of(local), local)

    for code in ("2.002621.H56", "2.002621.000.00.00.H56"):
        assert [item["code"] for item in api.get(f"/v1/dossiers?procedure={code}").json["items"]] == [local["code"]]


@pytest.mark.parametrize("path", ["procedures", "postal-orders"])
def test_what_is_under_no_procedure_is_not_listed_by_one(api, path):
    assert api.get(f"/v1/{path}?procedure=1.001193").json["parameter"] == "procedure"


def test_a_form_that_no_database_can_keep_is_refused_with_its_place(api, dossier):
    for data, place in (({"a": "x\x00"}, "/form/data/a"), ({"x\x00": 1}, "/form/data/x\ufffd")):
        answer = api.put(path_of(dossier), {**dossier, "form": {"code": "other", "data": data}})

        assert (answer.status_code, [each["pointer"] for each in answer.json["errors"]]) == (422, [place])


def test_numbers_that_would_lose_digits_are_refused(api, dossier):
    body = orjson.dumps({**dossier, "form": {"code": "other", "data": {"so": "@"}}})
    answer = api.put(path_of(dossier), body.replace(b'"@"', b"123456789012345678901234"))

    assert answer.json["errors"][0]["code"] == "too_many_digits"
    assert api.put(path_of(dossier), body.replace(b'"@"', b"18446744073709551615")).status_code == 201
    assert api.get(path_of(dossier)).json["form"]["data"]["so"] == 2**64 - 1


def test_what_get_gave_is_corrected_whatever_its_content(api, dossier):
    version = api.put(path_of(dossier), {**dossier, "summary": "m"}).json["version"]
    for summary in ("a", "z", "b"):
        read = api.get(path_of(dossier))
        answer = api.put(path_of(dossier), {**read.json, "summary": summary}, If_Match=read.headers["ETag"])
        version += 1

        assert (answer.json["word"], answer.json["version"]) == ("updated", version)
        assert api.get(path_of(dossier)).json["summary"] == summary


def test_a_conditional_correction_may_hold_earlier_times(api, dossier):
    wrong = {**dossier, "finished_at": "2026-12-01T08:00:00+07:00"}
    wrong.pop("modified_at", None)
    answer = api.put(path_of(dossier), wrong)
    right = {**wrong, "finished_at": "2026-05-12T08:00:00+07:00"}

    for word in ("updated", "unchanged"):
        answer = api.put(path_of(dossier), right, If_Match=answer.headers["ETag"])
        assert answer.json["word"] == word
    held = api.get(path_of(dossier)).json
    assert (held["finished_at"], held["modified_at"]) == (right["finished_at"], "2026-12-01T08:00:00.001+07:00")


def test_a_client_hears_that_it_told_of_something_later_before(api, dossier):
    wrong = {**dossier, "finished_at": "2026-12-01T08:00:00+07:00"}
    right = {**dossier, "finished_at": "2026-05-12T08:00:00+07:00"}
    for one in (wrong, right):
        one.pop("modified_at", None)

    def codes(document):
        return [each["code"] for each in api.put(path_of(dossier), document).json["warnings"]]

    assert "older_than_held" not in codes({**wrong, "summary": "m"}) + codes(wrong) + codes(wrong)
    assert "older_than_held" in codes(right)
    assert "older_than_held" not in codes({**right, "modified_at": "2026-12-02T08:00:00+07:00"})
    assert api.get(path_of(dossier)).json["finished_at"] == right["finished_at"]


def test_a_document_under_another_key_is_refused(api, dossier):
    answer = api.put("/v1/dossiers/H56.14-260511-9999", dossier)

    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "key_mismatch")


def test_embedded_files_are_kept_and_fetched_by_clients_and_by_signed_link(hub, api, dossier):
    dossier["papers"] = [
        {
            "name": "Giấy chứng sinh",
            "attachments": [{"name": "ch\u1ee9ng sinh.pdf", "media_type": "text/html", "content": "aGVsbG8="}],
        }
    ]
    api.put(path_of(dossier), dossier)
    attachment = api.get(path_of(dossier)).json["papers"][0]["attachments"][0]
    fetched = api.get(attachment["url"])
    link = hub.context.channels._link(attachment)
    by_partner = hub.app.test_client().get(link.removeprefix(hub.context.settings.public_url))

    assert "content" not in attachment
    assert fetched.data == by_partner.data == b"hello"
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in fetched.headers["Content-Security-Policy"]
    assert hub.app.test_client().get(attachment["url"]).status_code == 401
    assert hub.app.test_client().get(f"/files/{attachment['sha256']}/{'0' * 32}").status_code == 404


def test_unknown_procedure_and_agency_are_warnings_until_known(api, dossier, procedure):
    odd = {**dossier, "code": "H99.14-260511-0001"}
    odd["agencies"] = {**dossier["agencies"], "competent": {"id": "H99.14", "name": "Xa"}}
    first = api.put(path_of(odd), odd).json["warnings"]
    api.put(f"/v1/procedures/{procedure['code']}", {**procedure, "code": dossier["procedure"]["code"]})
    api.put(f"/v1/procedures/{dossier['procedure']['code']}", {**procedure, "code": dossier["procedure"]["code"]})
    second = api.put(path_of(dossier), dossier).json["warnings"]

    assert {one["code"] for one in first} == {"unknown_procedure", "unknown_agency"}
    assert "/agencies/competent/id" in [one["pointer"] for one in first]
    assert second == []


def test_unknown_procedure_and_agency_are_refused_where_the_settings_say_so(make_hub, dossier):
    api = make_hub(unknown_procedure="refuse", unknown_agency="refuse").client()
    dossier["agencies"]["competent"] = {"id": "H99.14", "name": "Xa"}

    answer = api.put(path_of(dossier), dossier)

    assert answer.status_code == 422
    assert {one["code"] for one in answer.json["errors"]} == {"unknown_procedure", "unknown_agency"}
    assert api.get(path_of(dossier)).status_code == 404
