"""Forms become the ministry's fields, answers become outcomes, decisions become events: whole tables, all edges."""

import copy
import json
from datetime import datetime
from pathlib import Path

import jsonschema_rs
import orjson
import pytest
from civil_builders import ADDRESS, FORMS, RETURNED, dossier

import plugins.civil_status.mapping as mapping_module
from hub.domain.intake import admit
from hub.sdk import OutcomeWord, Reason, Unmappable
from plugins.civil_status import answers, fields, formats, results

SCHEMA = json.loads(Path(mapping_module.__file__).with_name("form.schema.json").read_text(encoding="utf-8"))
PLACE = {"maTinh": "38", "maHuyen": "", "maXa": "14758", "dcChiTiet": "Số 5"}
KINDS = sorted(mapping_module.MODULES)


def mapped(document):
    link = lambda attachment: attachment["url"]  # noqa: E731
    return mapping_module.case(document, procedures=mapping_module.PROCEDURES, units={}, unit="14758", link=link)


def declared(document):
    return orjson.loads(mapped(document).case["data"])["hoTich"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_of_the_readme_fills_every_field_of_the_table(kind):
    jsonschema_rs.validator_for(SCHEMA).validate({"code": kind, "data": FORMS[kind]})
    assert set(declared(dossier(kind))) == {row.target for row in fields.TABLES[kind]}


@pytest.mark.parametrize("kind", KINDS)
def test_the_tables_and_the_forms_schema_name_the_same_fields_and_the_same_duties(kind):
    told, needed = set(), set()

    def walk(schema, path, duty):
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        if "properties" not in schema or "province" in schema["properties"]:
            told.add(path)
            needed.update([path] if duty else [])
            return
        for name, inner in schema["properties"].items():
            walk(
                inner,
                f"{path}/{name}".strip("/"),
                name in schema["required"] and (duty or not path or path in fields.OPTIONAL),
            )

    walk(SCHEMA["$defs"][kind], "", duty=True)
    rows = fields.TABLES[kind]
    assert {row.path for row in rows} == told
    assert {row.path for row in rows if row.required} == needed


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_missing_is_named_by_its_pointer(kind):
    for row in [row for row in fields.TABLES[kind] if row.required]:
        document = orjson.loads(orjson.dumps(dossier(kind)))
        *parents, last = row.path.split("/")
        holder = document["form"]["data"]
        for name in parents:
            holder = holder[name]
        del holder[last]
        with pytest.raises(Unmappable, match=f"/form/data/{row.path}: missing"):
            mapped(document)


def test_dates_places_and_codes_are_written_as_the_ministry_wants_them():
    written = declared(dossier("birth"))
    assert (written["nksNgaySinh"], written["chaNgaySinh"], written["nksGioiTinh"]) == ("02.05.2026", "1989", "2")
    assert (written["nksNoiSinh"], written["meLoaiCuTru"], written["meXacThucThongTin"]) == (PLACE, "1", "1")
    assert declared(dossier("death"))["nktNgaySinh"] == "07.1931"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("birth_date", "2026"),
        ("birth_date", "02/05/2026"),
        ("birth_date", "2026-02-30"),
        ("birth_date", "２０２６-05-02"),
        ("gender", "girl"),
        ("birth_place", "Thanh Hóa"),
        ("birth_place", {"province": "Thanh Hóa"}),
        ("nationality", {"code": "VN"}),
    ],
)
def test_what_cannot_be_written_is_named_and_its_value_is_not(path, value):
    document = copy.deepcopy(dossier("birth"))
    document["form"]["data"]["child"][path] = value
    with pytest.raises(Unmappable, match=f"/form/data/child/{path}: ") as caught:
        mapped(document)
    assert str(value) not in str(caught.value).removeprefix(f"/form/data/child/{path}")


@pytest.mark.parametrize("value", ["1931-13", "1931-00", "31", 19310])
def test_a_partial_date_is_one_of_the_calendar(value):
    with pytest.raises(ValueError, match="not a date"):
        formats.partial_day(value)


@pytest.mark.parametrize("father", [None, {}])
def test_a_child_without_a_father_is_registered_without_one(father):
    document = copy.deepcopy(dossier("birth"))
    document["form"]["data"]["father"] = father
    assert not [field for field in declared(document) if field.startswith("cha")]
    del document["form"]["data"]["father"]
    assert not [field for field in declared(document) if field.startswith("cha")]


def test_the_case_carries_both_numbers_the_papers_and_the_time_of_reception():
    file = {"name": "b.pdf", "url": "https://hub.example.vn/b"}
    case = mapped(dossier("birth", other_papers=[{"name": "Khác", "attachments": [file]}])).case
    assert (case["module"], case["maDonVi"], case["maHoSoLT"]) == ("LTKS", "14758", "LT-1")
    assert (case["maHoSoMCDT"], case["ngayTiepNhan"]) == ("H56.14-260511-0007", "11/05/2026 08:30:00")
    assert case["fileDinhKem"][0]["duLieuTepDinhKem"] == "JVBERg=="
    assert case["fileDinhKem"][1]["duongDanTepDinhKem"] == file["url"]


def test_a_form_of_another_kind_than_the_procedure_is_not_mapped():
    with pytest.raises(Unmappable, match="/form/code"):
        mapped(dossier("birth") | {"form": {"code": "death", "data": FORMS["death"]}})


def test_only_later_steps_are_reported_in_their_order():
    stopped = RETURNED | {"status": "stopped", "occurred_at": "2026-05-12T09:00:00+07:00", "key": "mc/5"}
    told = mapped(dossier(events=[*dossier()["events"], RETURNED, stopped])).reports
    assert [(report.event, report.status) for report in told] == [("mc/5", "6"), ("mc/9", "5")]
    assert told[1].body["thoiGianThucHien"] == "13/05/2026 16:00:00"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Cập nhật trạng thái thành công", answers.DONE),
        ("Hồ sơ đã tồn tại", answers.DONE),
        ("Hồ sơ bị từ chối. Không thể cập nhật trạng thái", answers.DONE),
        ("Hồ sơ chưa cập nhật trạng thái 4", answers.LATER),
        ("Hồ sơ chưa được gửi sang Bộ Tư pháp", answers.LATER),
        ("LOGIC XỬ LÝ KHÔNG HỢP LỆ", (OutcomeWord.REJECTED, Reason.ORDER)),
        ("Hệ thống bận, vui lòng thử lại sau", (OutcomeWord.DEFERRED, Reason.BUSY)),
    ],
)
def test_plain_vietnamese_is_judged_by_its_table(words, wanted):
    import unicodedata

    assert answers.spoken(words) == wanted
    assert answers.spoken(unicodedata.normalize("NFD", words).upper()) == wanted


@pytest.mark.parametrize(
    "words", ["", "OK", "Cập nhật không thành công", "Chưa thành công", "Lỗi hệ thống", "success", "1"]
)
def test_f24_words_no_table_knows_are_never_success(words):
    assert answers.spoken(words) == answers.NOT_KNOWN


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ({"status": "1", "statusDescription": "Thành công"}, OutcomeWord.DELIVERED),
        ({"status": 1}, OutcomeWord.DELIVERED),
        ({"status": "1", "statusDescription": "Không thành công"}, OutcomeWord.UNKNOWN),
        ({"status": "0", "errorCode": "409", "errorDescription": "Hồ sơ đã tồn tại"}, OutcomeWord.DELIVERED),
        ({"status": "0", "errorCode": "400", "errorDescription": "Sai"}, OutcomeWord.REJECTED),
        ({"status": "0", "errorDescription": "Thành công"}, OutcomeWord.UNKNOWN),
        ({"status": "00", "statusDescription": "Thành công"}, OutcomeWord.UNKNOWN),
        ({"status": "2"}, OutcomeWord.UNKNOWN),
        ({}, OutcomeWord.UNKNOWN),
        (["1"], OutcomeWord.UNKNOWN),
        ("1", OutcomeWord.UNKNOWN),
    ],
)
def test_f24_only_a_plain_yes_is_a_yes(answer, word):
    assert answers.taken(answer)[0] is word


def state(code, **more):
    return {"maHoSoMCDT": "H56-1", "trangThai": code, "thoiGianThucHien": "11/05/2026 15:30:00"} | more


def test_every_state_of_the_table_is_an_event_and_others_are_told_as_not_mapped():
    for code, status in results.STATUSES.items():
        incoming = results.incoming(state(code))
        (event,) = incoming.body["events"]
        assert (incoming.kind, incoming.key, event["status"]) == ("dossier", "H56-1", status)
        assert event["id"] == f"{code}-20260511153000"
        assert event["occurred_at"] == "2026-05-11T15:30:00+07:00"
    assert set(results.WORDS) == set(results.STATUSES)
    for code in ("5", "0", "", None, "10"):
        with pytest.raises(Unmappable, match="trangThai"):
            results.incoming(state(code))
    with pytest.raises(Unmappable):
        results.incoming(state("1", thoiGianThucHien="2026-05-11"))


def test_a_result_keeps_the_registers_numbers_and_nothing_personal():
    result = {
        "soDangKy": "12",
        "quyenSo": "01/2026",
        "trangSo": "12",
        "soDinhDanh": "038326000001",
        "nksHoTen": "Lê An",
    }
    (event,) = results.incoming(state("4", ketQuaXuLy=result)).body["events"]
    assert event["content"] == "Đã đăng ký hộ tịch, số 12, quyển 01/2026, trang 12."


def test_what_an_officer_typed_never_keeps_a_decision_from_arriving():
    typed = {
        "nguoiXuLy": " Lê\tA\x00 ",
        "chucDanh": "Công chức\r\ntư pháp",
        "phongBanXuLy": " ",
        "noiDungXuLy": "Sai\x0btên",
    }
    (event,) = results.incoming(state("6", **typed)).body["events"]
    assert event["officer"] == {"name": "Lê A", "title": "Công chức tư pháp"}
    assert event["content"] == "Phần mềm hộ tịch từ chối. Sai tên"
    assert admit("event", event)[1] == []


def test_a_supplement_has_the_named_limit_or_seven_working_days():
    (named,) = results.incoming(state("2", hanBoSungHoSo="20/05/2026 17:00:00")).body["events"]
    (counted,) = results.incoming(state("2")).body["events"]
    assert named["due_at"] == "2026-05-20T17:00:00+07:00"
    assert counted["due_at"] == "2026-05-20T17:00:00+07:00"  # Monday the 11th, seven working days on
    friday = datetime(2026, 5, 15, 20, 0, tzinfo=formats.VIETNAM)
    assert formats.working_days_after(friday, 1) == datetime(2026, 5, 18, 17, 0, tzinfo=formats.VIETNAM)


def test_an_address_needs_a_province():
    assert formats.place(ADDRESS) == PLACE
    with pytest.raises(ValueError, match="not an address"):
        formats.place({})
