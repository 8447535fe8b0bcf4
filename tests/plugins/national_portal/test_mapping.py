"""Mapping: tables are complete, every value is a string, nothing is lost on the way down."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from hub.sdk import Item, Unmappable
from plugins.national_portal import codes, codes_procedure, formats
from plugins.national_portal.mapping import dossier_out
from plugins.national_portal.mapping_catalogue import procedure_in
from plugins.national_portal.mapping_procedure import procedure_out
from plugins.national_portal.simulator_rules import dossiers_refused, procedures_refused, progress_refused
from plugins.national_portal.simulator_seed import catalogue
from tests.plugins.national_portal.examples import CHANNEL, born_there, dossier, kept, procedure, valid, with_step

SCHEMAS = Path(schemas.__file__).parent


def link(attachment: dict[str, Any]) -> str:
    return f"https://hub.example.vn/files/{attachment.get('id', 'x')}"


def out(document: dict[str, Any]) -> dict[str, Any]:
    return dossier_out(document, channel=CHANNEL, link=link)


def words(name: str, *path: str) -> set[str]:
    """The enum at this place of a schema."""
    node = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    for step in path:
        node = node[step]
    return set(node["enum"])


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        (codes.STATUSES, words("common/event", "$defs", "status")),
        (codes.STATUS_TITLES, words("common/event", "$defs", "status")),
        (codes.DECISIONS, words("common/event", "$defs", "status")),
        (codes.CHANNELS, words("dossier/v1", "properties", "channel")),
        (codes.FILED_VIA, words("dossier/v1", "properties", "filed_via")),
        (codes.RETURN_METHODS, words("dossier/v1", "properties", "return_method")),
        (codes.PARTIES, words("common/party", "properties", "type")),
        (codes.IDENTITIES, words("common/party", "$defs", "identity", "properties", "type")),
        (codes.FEE_KINDS, words("common/fee", "properties", "kind")),
        (codes.FEE_MOMENTS, words("common/fee", "properties", "collected_at")),
        (codes.SUPPLEMENT_STATES, words("common/supplement", "properties", "status")),
        (codes_procedure.PROCEDURE_KINDS, words("procedure/v1", "properties", "kind")),
        (codes_procedure.PROCEDURE_STATES, words("procedure/v1", "properties", "state")),
        (codes_procedure.SERVICE_LEVELS, words("procedure/v1", "properties", "service_level")),
        (codes_procedure.LEVELS, words("procedure/v1", "properties", "levels", "items")),
        (codes_procedure.DECISION_KINDS, words("procedure/v1", "properties", "decision", "properties", "kind")),
    ],
)
def test_every_word_of_the_hub_has_its_code(table, wanted):
    assert set(table) == wanted


def test_statuses_are_the_ten_of_the_portal():
    assert sorted(codes.STATUSES.values(), key=int) == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize("raw", valid("dossier").values(), ids=valid("dossier").keys())
def test_every_valid_dossier_maps_to_what_the_portal_takes(raw):
    mapped = out(kept("dossier", raw))

    assert dossiers_refused([mapped["dossier"]]) is None
    for one in mapped["progress"]:
        assert progress_refused([one["row"]]) is None


@pytest.mark.parametrize("raw", valid("procedure").values(), ids=valid("procedure").keys())
def test_every_valid_procedure_maps_to_what_the_portal_takes(raw):
    assert procedures_refused([procedure_out(kept("procedure", raw))]) is None


def test_a_dossier_in_the_portals_words():
    core = out(
        dossier(
            7,
            numbers={"own": "000.00.14.H56-260514-0007", "receipt": "BN-7"},
            channel="online",
            return_method="counter",
            filed_at="2026-05-14T00:30:00Z",
            databases=["7"],
            fees=[{"name": "Lệ phí", "kind": "normal", "amount": 8000, "collected_at": "return"}],
        )
    )["dossier"]

    assert core["MaHoSo"] == "000.00.14.H56-260514-0007"
    assert core["SoBienNhan"] == "BN-7"
    assert (core["NgayNopHoSo"], core["NgayTiepNhan"]) == ("20260514073000", "20260514080000")
    assert (core["KenhThucHien"], core["NoiNopHoSo"], core["HinhThuc"], core["LoaiDoiTuong"]) == ("2", "2", "0", "1")
    assert core["DinhDanhCHS"] == [{"LoaiDinhDanh": "1", "SoDinhDanh": "000000000001"}]
    assert core["DSKetNoiCSDL"] == [{"MaCSDL": "7"}]
    assert core["DanhSachLePhi"][0] == {
        "TenPhiLePhi": "Lệ phí",
        "MaPhiLePhi": "",
        "HinhThucThu": "4",
        "Gia": "8000",
        "LoaiPhiLePhi": "1",
    }
    assert core["TaiLieuNop"][0]["DuongDanTaiTepTin"] == "https://hub.example.vn/files/tep-1"
    assert core["HoSoCoThanhPhanSoHoa"] == "1"


def test_what_only_the_steps_tell_is_told():
    """A district that sends steps alone: acceptance, end and return have their days at the portal all the same."""
    filed = dossier(steps=4, filed_at="2026-05-13T20:00:00+07:00", channel="online")
    core = out({name: value for name, value in filed.items() if name != "received_at"} | {"status": "returned"})[
        "dossier"
    ]

    assert (core["NgayNopHoSo"], core["NgayTiepNhan"]) == ("20260513200000", "20260514080000")
    assert (core["NgayKetThucXuLy"], core["NgayTra"], core["NgayTuChoi"]) == ("20260514090000", "20260514093000", "")


def test_times_that_are_given_stand_before_those_of_steps_and_notes_tell_none():
    document = dossier(steps=4, finished_at="2026-05-14T08:45:00+07:00") | {"status": "returned"}
    noted = document["events"] + [document["events"][3] | {"occurred_at": "2026-05-20T08:00:00+07:00", "note": True}]

    core = out(document | {"events": noted})["dossier"]

    assert (core["NgayKetThucXuLy"], core["NgayTra"]) == ("20260514084500", "20260514093000")


def test_a_refusal_has_its_day_until_it_is_taken_back():
    refused = with_step(dossier(steps=0), 1, "refused")
    accepted = with_step(refused, 2, "accepted")

    assert out(refused | {"status": "refused"})["dossier"]["NgayTuChoi"] == "20260514083000"
    assert out(accepted | {"status": "accepted"})["dossier"]["NgayTuChoi"] == ""


@pytest.mark.parametrize(("methods", "online"), [((), "0"), (("cash",), "0"), (("cash", "online"), "1")])
def test_a_payment_made_online_is_told(methods, online):
    payments = [
        {"id": f"p{number}", "paid_at": "2026-05-14T08:10:00+07:00", "amount": 8000, "method": method}
        for number, method in enumerate(methods)
    ]

    assert out(dossier(payments=payments))["dossier"]["DuocThanhToanTrucTuyen"] == online


def test_a_fee_of_a_supplement_is_collected_with_it_unless_it_says_otherwise():
    fee = {"name": "Phí", "kind": "normal", "amount": 5000}
    asked = {"id": "bs-1", "requested_at": "2026-05-14T09:00:00+07:00", "content": "Thiếu", "status": "requested"}

    core = out(dossier(fees=[fee], supplements=[asked | {"fees": [fee, fee | {"collected_at": "return"}]}]))["dossier"]

    assert core["DanhSachLePhi"][0]["HinhThucThu"] == "1"
    assert [row["HinhThucThu"] for row in core["DanhSachHoSoBoSung"][0]["DanhSachLePhiBoSung"]] == ["2", "4"]


def test_long_texts_are_cut_where_the_portal_has_a_limit():
    core = out(dossier(summary="a" * 1000, note="b" * 2000) | {"summary": "a" * 1500, "note": "b" * 2500})["dossier"]

    assert (len(core["TrichYeuHoSo"]), len(core["GhiChu"])) == (1000, 2000)


def test_steps_that_came_from_this_channel_are_not_sent_back():
    document = born_there(steps=1)

    assert [one["key"] for one in out(document)["progress"]] == ["district/step-0"]
    assert len(dossier_out(document, channel="another", link=link)["progress"]) == 2


@pytest.mark.parametrize(
    ("statuses", "wanted"),
    [
        ((), None),
        (("supplement_requested",), ("5", 0)),
        (("supplement_requested", "refused"), ("5", 1)),
        (("supplement_requested", "accepted", "processing", "supplement_requested"), ("2", 1)),
        (("processing", "accepted"), ("2", 0)),
    ],
)
def test_the_decision_is_the_first_yes_or_else_the_latest_no(statuses, wanted):
    document = born_there(steps=0)
    for number, status in enumerate(statuses):
        document = with_step(document, number, status)

    decision = out(document)["decision"]

    if wanted is None:
        assert decision is None
    else:
        assert (decision["row"]["TrangThai"], decision["key"]) == (wanted[0], f"district/step-{wanted[1]}")
        assert decision["row"]["MaHoSo"] == document["numbers"]["national"]
        assert decision["row"]["MaHoSoDonVi"] == document["code"]


def test_a_dossier_filed_elsewhere_needs_no_decision():
    assert out(dossier())["decision"] is None


@given(st.permutations(range(6)))
def test_the_order_of_events_in_the_document_does_not_matter(order):
    events = dossier(steps=6)["events"]

    assert out(dossier(steps=6) | {"events": [events[at] for at in order]}) == out(dossier(steps=6))


@given(st.datetimes(min_value=datetime(1976, 1, 1)).map(lambda at: at.replace(microsecond=0)))  # noqa: DTZ001
def test_times_come_back_as_they_went(at):
    written = at.replace(tzinfo=formats.HANOI).isoformat()

    assert formats.instant(formats.stamp(written)) == written


@pytest.mark.parametrize(
    "wrong", ["2026051108300", "202605110830000", "20261311083000", "２０２６０５１１０８３０００", 20260511083000]
)
def test_a_time_of_another_form_is_not_guessed(wrong):
    with pytest.raises(Unmappable):
        formats.instant(wrong)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("000.17.22.H56-210531-0001", "H56.22.17-210531-0001"),
        ("000.00.06.H56-231027-0361", "H56.06-231027-0361"),
        ("000.00.00.H56-231027-0361", "H56-231027-0361"),
        ("H26.107-20260609-0092637", "H26.107-20260609-0092637"),
        ("TD-17", "TD-17"),
    ],
)
def test_numbers_are_keyed_as_the_hub_keys_them(given, kept):
    assert formats.canonical_number(given) == kept


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("Hồ sơ H56.14-260511-0007 đã tồn tại", True),
        ("H56.14-260511-0007.", True),
        ("H56.14-260511-00071", False),
        ("00.H56.14-260511-0007", False),
        ("Dữ liệu đã tồn tại", False),
    ],
)
def test_a_message_names_exactly_this_number(message, named):
    assert formats.names_number(message, "H56.14-260511-0007") is named


@pytest.mark.parametrize("raw", valid("procedure").values(), ids=valid("procedure").keys())
def test_a_procedure_that_went_up_comes_back_whole(raw):
    document = kept("procedure", raw)
    back = kept("procedure", procedure_in({"record": procedure_out(document)}))
    lost = {"cases", "channels", "legal_bases"}  # ids of cases are numbered anew; dates of legal bases have no place

    assert {name: value for name, value in back.items() if name not in lost} == {
        name: value for name, value in document.items() if name not in lost
    }
    assert [case["name"] for case in back.get("cases", ())] == [case["name"] for case in document.get("cases", ())]
    assert [(way["channel"], way.get("time_limits", []), way.get("fees", [])) for way in back.get("channels", ())] == [
        (way["channel"], way.get("time_limits", []), way.get("fees", [])) for way in document.get("channels", ())
    ]


@pytest.mark.parametrize("record", catalogue().values(), ids=lambda record: record["MATTHC"])
def test_every_procedure_of_the_portal_is_a_valid_one(record):
    document = kept("procedure", procedure_in({"record": record, "fields": {"G15-TP05": "Hộ tịch"}}))

    assert document["state"] == "active"
    assert {way["channel"] for way in document["channels"]} == {"counter", "online", "post"}


def test_a_state_nobody_knows_is_never_active():
    record = next(iter(catalogue().values())) | {"TRANGTHAI": "9"}

    assert procedure_in({"record": record})["state"] == "suspended"


def pulled(**over):
    """A procedure of the portal with these fields in its record, as the hub keeps it."""
    return kept(
        "procedure", procedure_in({"record": catalogue()["1.001193"] | over, "fields": {"G15-TP05": "Hộ tịch"}})
    )


def test_a_page_written_into_one_step_comes_down_as_its_name_and_text():
    """Of 610 procedures read on the portal 597 have line breaks in their steps; each was refused whole."""
    page = "Bước 1: Thụ lý\r\n\r\nTrong thời hạn 10 ngày.\r\nBước 2: Kiểm tra\t"

    [case] = pulled(TRANGTHAI="2", TRINHTUTHUCHIEN=[{"TRUONGHOP": "", "TRINHTU": [{"TENTRINHTU": page}]}])["cases"][:1]

    assert case["steps"] == [{"name": "Bước 1: Thụ lý", "text": "Trong thời hạn 10 ngày.\nBước 2: Kiểm tra"}]


def test_a_step_longer_than_a_name_may_be_loses_nothing():
    steps = [{"TRUONGHOP": "", "TRINHTU": [{"TENTRINHTU": "một " * 1500, "NOIDUNG": "hai"}]}]

    [step] = pulled(TRINHTUTHUCHIEN=steps)["cases"][0]["steps"]

    assert len(step["name"]) <= 4000
    assert step["text"] == ("một " * 1500).strip() + "\nhai"


def paper(**over):
    return {"THANHPHANHOSO": [{"TRUONGHOP": "", "GIAYTO": [{"TENGIAYTO": "Đơn", **over}]}]}


@pytest.mark.parametrize(
    "over",
    [
        {"TENTTHC": "Thủ tục\nđăng ký khai sinh "},
        {"KETQUATHUCHIEN": [{"MAKETQUA": "000.00.00.G15-KQ0031", "TENKETQUA": "Giấy\nkhai sinh"}]},
        {"COQUANTHUCHIEN": [{"MADONVI": "000.00.00.000", "TENDONVI": "Ủy ban\tnhân dân"}]},
        {"MACOQUANCONGBO": "BTP"},
        {"CANCUPHAPLY": [{"SOVANBAN": "60/2014\nQH13", "TENVANBAN": "Luật"}]},
        {"SOQUYETDINH": "163/QĐ-BTP " * 12, "NGAYQUYETDINH": "hôm qua"},
        {"NGAYHIEULUC": "01.03.2027", "PHIENBAN": 7},
        {"TUKHOA": "khai sinh", "TTHCLIENQUAN": [{"MATTHC": "1.000001"}, "x"]},
        {"DOITUONGTHUCHIEN": [{"TENDOITUONG": "Công dân " * 80}]},
        {"THANHPHANHOSO": [{"TRUONGHOP": "Khi\nnộp hộ", "GIAYTO": []}]},
        paper(MAGIAYTO="mã 1", TENMAUDON="Mẫu\n01", URL="csdl.dichvucong.gov.vn/a b.doc"),
        paper(SOBANCHINH="-1", SOBANSAO="nan"),
    ],
    ids=repr,
)
def test_what_people_write_into_a_record_does_not_keep_the_procedure_away(over):
    assert pulled(**over)["state"] == "active"


@pytest.mark.parametrize(
    ("written", "amount"),
    [("8000", 8000), ("20.000", 20_000), ("1,250,000", 1_250_000), ("0", 0), (8000, 8000), ("8000.0", 8000)]
    + [(text, None) for text in ("nan", "1e999", "-1", "Miễn phí", "", None)],
    ids=repr,
)
def test_an_amount_of_money_is_read_or_left_out(written, amount):
    time = {"THOIGIANGIAIQUYET": "1", "DONVITINH": "Ngày", "PHILEPHI": [{"SOTIEN": written}]}

    [way] = pulled(CACHTHUCTHUCHIEN=[{"KENH": "1", "THOIGIAN": [time]}])["channels"]

    assert way["fees"][0].get("amount") == amount


def test_a_time_limit_that_is_only_told_in_words_is_a_note_of_its_channel():
    times = [{"THOIGIANGIAIQUYET": "", "DONVITINH": "", "MOTA": "Không quá 30 ngày.\nVùng xa: 45 ngày."}]

    [way] = pulled(CACHTHUCTHUCHIEN=[{"KENH": "1", "MOTA": "Tại quầy", "THOIGIAN": times}])["channels"]

    assert way == {"channel": "counter", "note": "Tại quầy\nKhông quá 30 ngày.\nVùng xa: 45 ngày."}


def test_a_case_told_in_several_places_is_one_case_and_keeps_its_limits():
    steps = [
        {"TRUONGHOP": name, "TRINHTU": [{"TENTRINHTU": text}]} for name, text in (("A", "1"), ("B", "2"), ("A", "3"))
    ]
    time = {"THOIGIANGIAIQUYET": "3", "DONVITINH": "Ngày"}
    ways = [{"KENH": "1", "TRUONGHOP": name, "THOIGIAN": [time]} for name in ("B", "C")]

    document = pulled(TRINHTUTHUCHIEN=steps, THANHPHANHOSO=[], CACHTHUCTHUCHIEN=ways)

    cases = {case["id"]: (case["name"], [step["name"] for step in case.get("steps", ())]) for case in document["cases"]}
    assert list(cases.values()) == [("A", ["1", "3"]), ("B", ["2"]), ("C", [])]
    assert [cases[way["case"]][0] for way in document["channels"]] == ["B", "C"]


@pytest.mark.parametrize("written", ["2027-03-01", "01/03/2027"])
def test_a_date_is_read_as_we_publish_it_and_as_the_pages_show_it(written):
    assert pulled(NGAYHIEULUC=written)["effective_from"] == "2027-03-01"


@pytest.mark.parametrize("missing", ["MATTHC", "TENTTHC", "LINHVUCTHUCHIEN", "CAPTHUCHIEN"])
def test_a_record_without_the_needful_cannot_be_mapped(missing):
    record = {name: value for name, value in procedure_out(procedure()).items() if name != missing}

    with pytest.raises(Unmappable):
        procedure_in(Item({"record": record}).payload)


def test_an_address_of_a_file_holds_nothing_but_what_the_link_gives():
    mapped = out(dossier())

    assert not re.search(r"base64|content", str(mapped))
