"""The tables are complete, every shipped example maps, and comparing tells what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest

import schemas
from hub.domain.intake import admit
from hub.domain.status import Status
from hub.sdk import Garbled
from plugins.province_portal import codes
from plugins.province_portal.codes import MAY_LACK, Meaning, meaning
from plugins.province_portal.mapping import document_out, stamp, traces_out
from plugins.province_portal.mapping_compare import found_keys, holds
from plugins.province_portal.mapping_procedure import procedure_out
from plugins.province_portal.mapping_record import record_in
from tests.plugins.province_portal.examples import dossier, event, procedure

EXAMPLES = Path(schemas.__file__).parent


def examples(kind):
    return sorted((EXAMPLES / kind / "examples" / "valid").glob("*.json"))


def link(attachment):
    return f"https://hub.example.vn/files/{attachment['id']}" if "id" in attachment else str(attachment.get("url"))


@pytest.mark.parametrize("path", examples("dossier"), ids=lambda path: path.stem)
def test_every_shipped_dossier_maps_out(path):
    document, problems = admit("dossier", json.loads(path.read_text(encoding="utf-8")))
    assert problems == []

    wire = document_out(document, link)

    assert all(wire[name] not in (None, "") for name in codes.MANDATORY_DOCUMENT)
    assert not [name for name, value in wire.items() if value is None]
    assert orjson.dumps([wire, traces_out(document, "province")])


@pytest.mark.parametrize("path", examples("procedure"), ids=lambda path: path.stem)
def test_every_shipped_procedure_maps_out_and_reads_back(path):
    document, problems = admit("procedure", json.loads(path.read_text(encoding="utf-8")))
    assert problems == []

    record = procedure_out(document)
    national = {"error_code": "0", "message": "", "result": [{"ID": "1", **record}]}

    assert all(record[name] for name in codes.MANDATORY_PROCEDURE)
    assert holds(record_in(orjson.dumps(national).decode()), record)


def test_every_status_has_the_national_code():
    assert {each.value: each.national for each in Status} == codes.STATUSES


@pytest.mark.parametrize(
    ("table", "where"),
    [
        (codes.APPLICANTS, ("common/party.json", "properties", "type")),
        (dict.fromkeys(codes.IDENTITIES), ("common/party.json", "$defs", "identity", "properties", "type")),
        (codes.RETURN_TYPES, ("dossier/v1.json", "properties", "return_method")),
        (codes.FEE_TYPES, ("common/fee.json", "properties", "kind")),
        (codes.PROCEDURE_KINDS, ("procedure/v1.json", "properties", "kind")),
        (codes.PROCEDURE_STATES, ("procedure/v1.json", "properties", "state")),
        (codes.LEVELS, ("procedure/v1.json", "properties", "levels", "items")),
        (codes.SERVICE_LEVELS, ("procedure/v1.json", "properties", "service_level")),
        (codes.DECISION_KINDS, ("procedure/v1.json", "properties", "decision", "properties", "kind")),
    ],
    ids=lambda value: "-".join(value).replace("/", "-") if isinstance(value, tuple) else "",
)
def test_every_word_of_the_schemas_has_a_code(table, where):
    schema = json.loads((EXAMPLES / where[0]).read_text(encoding="utf-8"))
    for step in where[1:]:
        schema = schema[step]

    assert set(table) == set(schema["enum"])


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Meaning.TAKEN),
        ("200", Meaning.TAKEN),
        (206, Meaning.PARTLY),
        (404, Meaning.NOT_FOUND),
        (0, Meaning.UNKNOWN),
        ("0", Meaning.UNKNOWN),
        ("00", Meaning.UNKNOWN),
        (1, Meaning.UNKNOWN),
        (True, Meaning.UNKNOWN),
        ("-987", Meaning.UNKNOWN),
        ("", Meaning.UNKNOWN),
        ([200], Meaning.UNKNOWN),
    ],
    ids=repr,
)
def test_f24_only_a_known_yes_is_a_yes(status, expected):
    assert meaning(status) is expected


def test_the_papers_fees_and_files_are_all_there():
    wire = document_out(dossier(), link)

    assert wire["DocPapers"] == [
        {"PaperName": "Tờ khai", "PaperType": 1, "Amount": 2},
        {"PaperName": "Tờ khai", "PaperType": 0, "Amount": 1},
    ]
    assert wire["DocFees"] == [{"FeeName": "Lệ phí", "FeeType": 1, "Price": 8000}]
    [file] = wire["Attachments"]
    assert (file["AttachmentUrl"], file["IsVerified"]) == (
        "https://hub.example.vn/files/a-1",
        True,
    )


def test_a_supplement_is_told_with_its_answer():
    document = dossier()
    document["supplements"] = [
        {
            "id": "s1",
            "requested_at": "2026-05-14T09:00:00+07:00",
            "content": "Bổ sung giấy chứng sinh",
            "status": "received",
            "received_at": "2026-05-15T09:00:00+07:00",
            "papers": ["Giấy chứng sinh"],
            "due_after": "2026-05-18T17:00:00+07:00",
        }
    ]

    wire = document_out(document, link)

    assert wire["HasSupplementary"] is True
    assert wire["Supplementaries"] == [
        {
            "SupplementaryId": "s1",
            "SendDate": "2026-05-14T09:00:00.000+0700",
            "SendComment": "Bổ sung giấy chứng sinh",
            "IsReceived": True,
            "ReceivedDate": "2026-05-15T09:00:00.000+0700",
            "NewDateAppointed": "2026-05-18T17:00:00.000+0700",
            "Papers": [{"PaperName": "Giấy chứng sinh"}],
            "Fees": [],
        }
    ]


def test_a_returned_dossier_says_so():
    wire = document_out(dossier(steps=6), link)

    assert (wire["Status"], wire["IsSuccess"], wire["IsReturned"]) == (10, True, True)
    assert wire["ReturnedDate"] == "2026-05-14T08:06:00.000+0700"
    assert wire["ApproverName"] == "Trần Thị Mẫu"


def test_times_go_in_the_portals_form():
    assert stamp("2026-05-14T01:00:00.5Z") == "2026-05-14T08:00:00.500+0700"


def test_a_step_that_came_from_the_channel_is_not_sent_back():
    document = dossier(steps=2)
    document["events"].append(event(9, "processing", source="province"))

    assert [key for key, _ in traces_out(document, "province")] == ["district/step-1", "district/step-2"]


def test_two_steps_that_look_the_same_need_two_traces():
    same = {"DocCode": "x", "DateCreated": "y", "Status": 4}
    steps = [("a", same), ("b", dict(same)), ("c", {**same, "Status": 5})]

    assert found_keys(steps, [same], []) == ["a"]
    assert found_keys(steps, [same], ["b"]) == ["b"]
    assert found_keys(steps, [same, same], []) == ["a", "b"]


def test_what_the_portal_adds_is_no_difference_and_what_it_lacks_is():
    assert holds({"a": 1, "added": 2}, {"a": 1})
    assert not holds({"a": 1}, {"a": 1, "b": 2})


def test_time_limits_and_fees_keep_channel_and_case():
    [channel] = procedure_out(procedure())["CACHTHUCTHUCHIEN"]

    assert channel == {
        "KENH": "1",
        "TRUONGHOP": "Thông thường",
        "THOIGIAN": [
            {
                "THOIGIANGIAIQUYET": "1",
                "DONVITINH": "Ngày làm việc",
                "PHILEPHI": [{"MAPHILEPHI": "LP1", "SOTIEN": "8000", "DONVI": "Việt Nam Đồng"}],
            }
        ],
    }


@pytest.mark.parametrize("code", ["0", 0, "00"], ids=repr)
def test_f24_the_inner_answer_tells_success_in_three_ways(code):
    assert record_in(json.dumps({"error_code": code, "result": [{"MATTHC": "1.001193"}]})) == {"MATTHC": "1.001193"}


@pytest.mark.parametrize(
    "text", ["", "<html>", '"text"', "[1]", '{"error_code": "-1", "result": []}', '{"error_code": true}']
)
def test_f24_an_inner_answer_that_cannot_be_read_is_garbled(text):
    with pytest.raises(Garbled):
        record_in(text)


def test_a_record_that_is_not_there_is_none_and_a_bare_one_is_read():
    assert record_in('{"error_code": "0", "result": []}') is None
    assert record_in('{"MATTHC": "1.001193"}') == {"MATTHC": "1.001193"}


def test_only_the_fields_named_may_be_left_out():
    whole = document_out(
        dossier(steps=6)
        | {"information": "x", "note": "y", "filed_at": "2026-05-14T07:00:00+07:00", "return_method": "post"}
        | {"finished_at": "2026-05-14T08:05:00+07:00", "returned_at": "2026-05-14T08:06:00+07:00"}
        | {"applicant": dossier()["applicant"] | {"email": "mau@example.vn"}},
        link,
    )
    least = document_out(
        {**dossier(steps=0), "applicant": {"type": "citizen", "name": "A"}, "status": "registered"}, link
    )

    assert set(whole) - set(least) <= set(MAY_LACK) <= set(whole)


def test_an_acceptance_that_only_a_step_tells_has_its_day():
    document = {name: value for name, value in dossier(steps=1).items() if name != "received_at"}

    assert document_out(document, link)["DateReceived"] == "2026-05-14T08:01:00.000+0700"


def test_an_end_that_was_taken_back_has_no_day():
    document = dossier(steps=6) | {"status": "processing"}

    assert not {"SuccessDate", "SuccessNote", "ApproverName", "ReturnedDate"} & document_out(document, link).keys()


def test_a_trace_that_is_wholly_the_same_is_found_before_one_that_is_alike():
    told, other = ({"DateCreated": "d", "Status": 4, "Comment": words} for words in ("một", "hai"))

    assert found_keys([("a", told), ("b", other)], [other], []) == ["b"]
    assert found_keys([("a", told), ("b", other)], [other], ["a"]) == ["a", "b"]
    assert found_keys([("a", told | {"Comment": "viết lại"})], [told], []) == ["a"]
