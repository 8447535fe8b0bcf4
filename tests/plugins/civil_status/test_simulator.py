"""The stand-in refuses what is out of order in plain Vietnamese, and remembers over a restart."""

import pytest
from civil_builders import ACCEPTED, KEY, RETURNED, act, connector, dossier, outgoing, push

from plugins.civil_status.client import Software
from plugins.civil_status.simulator import CivilStatusSimulator


def software(ministry):
    hub = connector(ministry)
    return hub, Software(hub.tools, ministry.settings())


def report(hub, status="returned"):
    return outgoing(hub, dossier(events=[ACCEPTED, RETURNED | {"status": status}])).mapped.reports[0].body


def test_a_report_before_the_case_is_refused_in_words(ministry):
    hub, line = software(ministry)
    assert line.report(report(hub)) == f"Hồ sơ {KEY} chưa được gửi sang phần mềm hộ tịch"
    push(hub, dossier())
    assert line.report(report(hub)) == "Hồ sơ chưa cập nhật trạng thái đăng ký hộ tịch"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"module": "LTXX"}, "module"),
        ({"maDonVi": "12"}, "maDonVi"),
        ({"data": "{}"}, "hoTich"),
        ({"data": '{"hoTich": {"nksHoTen": "A"}}'}, "nksGioiTinh"),
    ],
)
def test_an_incomplete_case_is_refused(ministry, change, words):
    hub, line = software(ministry)
    answer = line.hand_over(dict(outgoing(hub, dossier()).mapped.case) | change)
    assert answer["status"] == "0"
    assert words in answer["errorDescription"]
    wrong_date = outgoing(hub, dossier()).mapped.case["data"].replace("02.05.2026", "2026-05-02")
    assert line.hand_over(dict(outgoing(hub, dossier()).mapped.case) | {"data": wrong_date})["status"] == "0"
    assert ministry.holdings() == {}


def test_a_person_at_the_ministry_decides_in_order_only(ministry):
    hub, _ = software(ministry)
    assert act(ministry, act="decide", dossier=KEY, status="4")[0] == 422
    push(hub, dossier())
    assert act(ministry, act="decide", dossier=KEY, status="4")[0] == 409
    assert act(ministry, act="decide", dossier=KEY, status="3") == (200, {"status": "3"})
    assert act(ministry, act="other")[0] == 422


def test_it_remembers_over_a_restart(tmp_path):
    with CivilStatusSimulator(directory=tmp_path) as ministry:
        push(connector(ministry), dossier())
        before = ministry.holdings()
    with CivilStatusSimulator(directory=tmp_path) as ministry:
        assert ministry.holdings() == before != {}
