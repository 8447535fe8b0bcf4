"""Dossiers that citizens file on the portal: authentic, whole, answered in the portal's words."""

from __future__ import annotations

import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import orjson
import pytest

from hub.sdk import Item, Reception, Refused, Request, Tools, Unmappable
from hub.sdk.simulator import Call
from hub.testing.waiting import wait_until
from plugins.national_portal.connector import NationalPortal
from plugins.national_portal.mapping_filed import filed_in
from plugins.national_portal.simulator import NationalPortalSimulator
from plugins.national_portal.simulator_acts import filed_message
from tests.plugins.national_portal.examples import CHANNEL, kept


def message(clock, **over):
    return filed_message(7, clock.now(), over)


def call(message, token="ma-goi-vao-cua-bo-mo-phong", **over):
    headers = {"authorization": f"Bearer {token}"}
    given = {"method": "POST", "path": "", "headers": headers, "body": orjson.dumps(message)}
    return Request(**{**given, **over})


def test_a_filed_dossier_is_a_valid_record_in_status_registered(clock):
    document = kept("dossier", filed_in(message(clock)))

    assert document["code"] == "H56.14-260514-900007"
    assert document["numbers"] == {"own": "H56.14-260514-900007", "national": "000.00.00.G22-260514-000007"}
    assert (document["filed_via"], document["channel"]) == ("national_portal", "online")
    assert [event["status"] for event in document["events"]] == ["registered"]
    assert document["applicant"]["address"]["commune"]["valid_on"] == "2026-05-14"
    assert document["verified"] == {"vneid": True}


def test_files_come_embedded(clock):
    over = {
        "TaiLieuNop": [{"TenTepDinhKem": "giay.pdf", "Base64": "JVBERg==", "MaThanhPhanHoSo": "TP1"}],
        "TenTepDonDangKy": "don.docx",
        "TepDonDangKy": base64.b64encode(b"don").decode(),
    }

    document = kept("dossier", filed_in(message(clock, **over)))

    [paper] = document["papers"]
    assert (paper["code"], paper["attachments"][0]["content"]) == ("TP1", "JVBERg==")
    assert paper["attachments"][0]["media_type"] == "application/pdf"
    assert document["other_papers"][0]["attachments"][0]["name"] == "don.docx"


def test_a_return_by_post_has_somebody_to_return_to(clock):
    by_post = kept("dossier", filed_in(message(clock, HinhThuc="1")))
    nowhere = kept("dossier", filed_in(message(clock, HinhThuc="1", SoDienThoai="")))

    assert by_post["return_to"]["contact"]["phone"] == "0900000001"
    assert (by_post["return_method"], nowhere["return_method"]) == ("post", "counter")


def test_what_fits_no_field_is_kept_as_information(clock):
    document = kept(
        "dossier",
        filed_in(
            message(
                clock,
                SoDienThoai="số nhà hàng xóm",
                Email="không có",
                DinhDanhCHS=[{"LoaiDinhDanh": "1", "SoDinhDanh": "12 số"}],
                DiaChi={"DiaChiChiTiet": "Thôn 1"},
                ThongTinKhac="Dòng\nmột",
            )
        ),
    )

    assert document["information"].splitlines() == [
        "Dòng một",
        "SoDinhDanh: 12 số",
        "SoDienThoai: số nhà hàng xóm",
        "Email: không có",
        "DiaChiChiTiet: Thôn 1",
    ]
    assert "phone" not in document["applicant"]


OLD_ADDRESS = {"MaTinh": "38", "TenTinh": "Tỉnh Mẫu", "MaHuyen": "380", "TenHuyen": "Thành phố Mẫu"}


def test_an_address_of_before_the_reform_keeps_its_district(clock):
    document = kept("dossier", filed_in(message(clock, DiaChi=OLD_ADDRESS | {"MaXa": "14758", "TenXa": "Phường Mẫu"})))

    assert document["applicant"]["address"]["district"] == {"code": "380", "name": "Thành phố Mẫu"}
    assert document["applicant"]["address"]["commune"]["valid_on"] == "2026-05-14"


@pytest.mark.parametrize(
    ("address", "kept_units", "information"),
    [
        (
            {"MaTinh": "38", "MaHuyen": "380", "MaXa": "14758", "DiaChiChiTiet": "Số 1"},
            None,
            ["MaTinh: 38", "MaHuyen: 380", "MaXa: 14758", "DiaChiChiTiet: Số 1"],
        ),
        (
            OLD_ADDRESS | {"MaXa": "1475", "TenXa": "Phường Mẫu"},
            {"province", "district"},
            ["MaXa: 1475", "TenXa: Phường Mẫu"],
        ),
        ({"TenXa": "Phường Mẫu", "MaXa": "14758"}, None, ["MaXa: 14758", "TenXa: Phường Mẫu"]),
        ({"MaTinh": "H56", "TenTinh": "Tỉnh Mẫu"}, None, ["MaTinh: H56", "TenTinh: Tỉnh Mẫu"]),
    ],
    ids=["codes alone", "commune of four digits", "no province", "province by another code"],
)
def test_what_is_no_unit_of_an_address_is_kept_as_information(clock, address, kept_units, information):
    """Dropped before, or the whole dossier was refused and the portal sent it for ever."""
    document = kept("dossier", filed_in(message(clock, DiaChi=address)))

    assert document["applicant"].get("address", {}).keys() == (kept_units or set())
    assert document["information"].splitlines() == information


def test_codes_of_another_form_are_kept_as_information(clock):
    papers = [{"TenTepDinhKem": "giay.pdf", "MaThanhPhanHoSo": "Mã 1"}]

    document = kept("dossier", filed_in(message(clock, MaLinhVuc="Hộ tịch", TaiLieuNop=papers)))

    assert "field" not in document["procedure"]
    assert document["information"].splitlines() == ["MaLinhVuc: Hộ tịch", "MaThanhPhanHoSo: Mã 1"]


def test_more_information_than_there_is_room_for_does_not_keep_a_dossier_away(clock):
    given = message(clock, ThongTinKhac="a " * 1500, SoDienThoai="b " * 250, Email="c " * 250, MaSoThue="d " * 250)

    assert len(kept("dossier", filed_in(given))["information"]) <= 4000


def test_a_file_written_as_in_a_mail_is_taken(clock):
    content = base64.encodebytes(b"giay to " * 20).decode().replace("\n", "\r\n")
    document = kept("dossier", filed_in(message(clock, TaiLieuNop=[{"TenTepDinhKem": "giay.pdf", "Base64": content}])))

    assert base64.b64decode(document["papers"][0]["attachments"][0]["content"]) == b"giay to " * 20


def test_numbers_in_place_of_texts_say_the_same(clock):
    document = kept("dossier", filed_in(message(clock, HinhThuc=1, LoaiDoiTuong=2, TaiKhoanDuocXacThucVoiVNeID=1)))

    assert (document["return_method"], document["applicant"]["type"]) == ("post", "enterprise")
    assert document["verified"] == {"vneid": True}


@pytest.mark.parametrize("field", ["MaHoSo", "MaTTHC", "NgayNopHoSo", "MaDonVi", "ChuHoSo"])
@pytest.mark.parametrize("value", ["", None, "\u0000"], ids=repr)
def test_a_message_without_the_needful_cannot_be_mapped(clock, field, value):
    with pytest.raises(Unmappable):
        filed_in(message(clock, **{field: value}))


def test_two_tokens_are_valid_at_once_while_one_replaces_the_other(portal, clock):
    settings = {**portal.settings(), "inbound_tokens": ["the-old-token-of-16", "the-new-token-of-16"]}
    connector = NationalPortal(settings, Tools(channel=CHANNEL, clock=clock))

    for token in settings["inbound_tokens"]:
        assert connector.receive(call(message(clock), token=token)).items
    with pytest.raises(Refused):
        connector.receive(call(message(clock), token="another-token-of-16"))


def test_without_tokens_nobody_is_let_in(portal, clock):
    settings = {name: value for name, value in portal.settings().items() if name != "inbound_tokens"}
    connector = NationalPortal(settings, Tools(channel=CHANNEL, clock=clock))

    for token in ("", "None", "anything"):
        with pytest.raises(Refused) as caught:
            connector.receive(call(message(clock), token=token))
        assert caught.value.status == 401


@pytest.mark.parametrize(
    ("over", "status"),
    [
        ({"body": b"{"}, 400),
        ({"body": b"[]"}, 400),
        ({"body": b'{"record": {}}'}, 400),
        ({"body": b'{"record": {}, "MaHoSo": "1"}'}, 400),
        ({"path": "/../other"}, 404),
        ({"method": "GET"}, 404),
    ],
)
def test_what_is_no_dossier_is_refused(connector, clock, over, status):
    with pytest.raises(Refused) as caught:
        connector.receive(call(message(clock), **over))

    assert caught.value.status == status


@pytest.mark.parametrize(
    ("reception", "code"), [(Reception.ACCEPTED, 0), (Reception.DUPLICATE, 1), (Reception.REFUSED, -1)]
)
def test_the_portal_is_answered_in_its_own_words(connector, clock, reception, code):
    reply = connector.receive(call(message(clock))).answer(reception, "Một câu.")

    assert orjson.loads(reply.body) == {"error_code": code, "message": "Một câu."}


@pytest.fixture
def hook(connector):
    """An address that answers as the hub does; it breaks down twice before it works."""
    tries, taken = count(1), {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            number = next(tries)
            if number == 1:
                self._say(503, b"")
                return
            receipt = connector.receive(Request("POST", "", headers, body))
            document = next(one for item in receipt.items for one in connector.map_in(item)).body
            reception = Reception.DUPLICATE if document["code"] in taken else Reception.ACCEPTED
            taken[document["code"]] = document
            self._say(200, b"{" if number == 2 else receipt.answer(reception, "").body)

        def _say(self, status, body):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hooks/national", taken
    server.shutdown()
    thread.join()
    server.server_close()


def act(portal, **wish):
    return orjson.loads(portal.control(Call("POST", "/_sim/act", {}, {}, orjson.dumps(wish))).body)


def test_the_portal_sends_a_filed_dossier_until_it_is_answered(portal, connector, hook):
    url, taken = hook

    filed = act(portal, act="file_online", hook=url, dossier={"ChuHoSo": "TRẦN THỊ MẪU"})

    wait_until(lambda: act(portal, act="filed")["filed"] == {filed["filed"]: 1}, "the portal has heard 0 or 1")
    [document] = taken.values()
    assert document["applicant"]["name"] == "TRẦN THỊ MẪU"
    assert portal.memory.count("outbox") == 0


def test_f28_a_filed_dossier_outlives_the_portals_own_restart(tmp_path, connector, hook, clock):
    url, taken = hook
    portal = NationalPortalSimulator(directory=tmp_path, clock=clock)  # not started: nothing is sent yet
    act(portal, act="file_online", hook=url, token=connector.settings["inbound_tokens"][0])
    portal._listener.stop()
    portal.memory.close()

    with NationalPortalSimulator(directory=tmp_path, clock=clock) as again:
        wait_until(lambda: again.memory.count("outbox") == 0, "the outbox is empty")

    assert len(taken) == 1


def test_an_item_of_each_kind_is_told_apart(connector, clock):
    [incoming] = connector.map_in(Item(message(clock)))

    assert incoming.kind == "dossier"
