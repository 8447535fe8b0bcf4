"""The simulator refuses what the portal would refuse, and remembers."""

from __future__ import annotations

import time
from itertools import cycle

import pytest

from hub.sdk import Tools
from hub.sdk.simulator import Fault
from plugins.national_portal.answers import Meaning
from plugins.national_portal.client import Portal
from plugins.national_portal.codes import PUBLISHING, SEND_DECISION, SEND_DOSSIERS, SEND_PROGRESS
from plugins.national_portal.mapping_procedure import procedure_out
from plugins.national_portal.simulator import NationalPortalSimulator
from tests.plugins.national_portal.examples import dossier, procedure


@pytest.fixture
def call(portal, line, clock):
    return Portal(portal.settings(), Tools(channel="national", http=line, clock=clock)).call


@pytest.fixture
def core(connector):
    return connector.map_out("dossier", dossier())["dossier"]


@pytest.fixture
def row(connector):
    return connector.map_out("dossier", dossier())["progress"][0]["row"]


@pytest.mark.parametrize(
    "over",
    [
        {"MaHoSo": ""},
        {"TenTTHC": ""},
        {"NgayTiepNhan": ""},
        {"NgayTiepNhan": "2026-05-14"},
        {"TrangThaiHoSo": "0"},
        {"TrangThaiHoSo": "11"},
        {"TrangThaiHoSo": 2},
        {"LoaiDoiTuong": "9"},
        {"KenhThucHien": "0"},
        {"HinhThuc": "2"},
        {"TrichYeuHoSo": "x" * 1001},
        {"GhiChu": "x" * 2001},
        {"TaiLieuNop": [{"TenTepDinhKem": "x" * 4001}]},
        {"DanhSachLePhi": [{"Gia": 8000}]},
    ],
    ids=lambda over: f"{next(iter(over))}={str(next(iter(over.values())))[:12]}",
)
def test_a_wrong_dossier_is_refused_and_leaves_nothing(portal, call, core, over):
    assert call(SEND_DOSSIERS, isUpdating="False", data=[core | over]).meaning is Meaning.DATA
    assert portal.holdings() == {}


@pytest.mark.parametrize("missing", ["MaLinhVuc", "Email", "NgayHenTra", "DonViXuLy"])
def test_a_mandatory_field_may_not_be_absent(call, core, missing):
    del core[missing]

    assert call(SEND_DOSSIERS, isUpdating="False", data=[core]).meaning is Meaning.DATA


@pytest.mark.parametrize("updating", ["false", True, None, ""])
def test_is_updating_is_one_of_two_words(call, core, updating):
    assert call(SEND_DOSSIERS, isUpdating=updating, data=[core]).meaning is Meaning.DATA


def test_one_wrong_dossier_refuses_the_whole_call(portal, call, core):
    wrong = core | {"MaHoSo": "H56.14-260514-0002", "TenTTHC": ""}

    reply = call(SEND_DOSSIERS, isUpdating="False", data=[core, wrong])

    assert reply.meaning is Meaning.DATA
    assert "H56.14-260514-0002" in reply.message
    assert portal.holdings() == {}


def test_what_exists_cannot_be_created_and_what_does_not_cannot_be_updated(call, core):
    assert call(SEND_DOSSIERS, isUpdating="True", data=[core]).meaning is Meaning.NOT_FOUND
    assert call(SEND_DOSSIERS, isUpdating="False", data=[core]).meaning is Meaning.TAKEN
    assert call(SEND_DOSSIERS, isUpdating="False", data=[core]).meaning is Meaning.EXISTS
    other = core | {"MaHoSo": "000.00.14.H56-260514-0001"}
    assert call(SEND_DOSSIERS, isUpdating="False", data=[other]).meaning is Meaning.EXISTS, "both forms are one number"


def test_progress_needs_its_dossier_and_at_most_ten_rows(portal, call, core, row):
    assert call(SEND_PROGRESS, data=[row]).meaning is Meaning.NOT_FOUND
    call(SEND_DOSSIERS, isUpdating="False", data=[core])

    assert call(SEND_PROGRESS, data=[row] * 11).meaning is Meaning.DATA
    assert call(SEND_PROGRESS, data=[]).meaning is Meaning.DATA
    assert call(SEND_PROGRESS, data=[row | {"TrangThai": "11"}]).meaning is Meaning.DATA
    assert call(SEND_PROGRESS, data=[row | {"NguoiXuLy": "x" * 51}]).meaning is Meaning.DATA
    assert call(SEND_PROGRESS, data=[row] * 10).meaning is Meaning.TAKEN


def test_doubled_progress_shows_in_the_holdings(portal, call, core, row):
    """The real portal does not tell them apart, and so a double must be seen by whoever compares."""
    call(SEND_DOSSIERS, isUpdating="False", data=[core])
    for _ in range(2):
        call(SEND_PROGRESS, data=[row])

    assert portal.holdings()[f"dossier/{core['MaHoSo']}"]["progress"] == [row, row]


def test_a_decision_is_for_dossiers_born_here_only(call):
    decision = {"MaHoSo": "1", "MaHoSoDonVi": "2", "NgayXuLy": "20260514080000", "TrangThai": "2"}

    assert call(SEND_DECISION, type="2", data=[decision]).meaning is Meaning.NOT_FOUND
    assert call(SEND_DECISION, type="1", data=[decision]).meaning is Meaning.DATA
    assert call(SEND_DECISION, type="2", data=[decision | {"TrangThai": "3"}]).meaning is Meaning.DATA


def test_a_published_procedure_replaces_itself_and_waits_outside_the_catalogue(portal, call):
    record = procedure_out(procedure())
    before = portal.memory.all("catalogue")

    for name in ("một", "hai"):
        assert call(PUBLISHING["service"], data=[record | {"TENTTHC": name}]).meaning is Meaning.TAKEN

    assert portal.holdings() == {"procedure/1.001193": record | {"TENTTHC": "hai"}}
    assert portal.memory.all("catalogue") == before
    assert call(PUBLISHING["service"], data=[record | {"MATTHC": ""}]).meaning is Meaning.DATA


def test_success_is_spelt_in_every_way_when_asked_to_be_odd(portal, call, core):
    portal.faults.order({"fault": Fault.ODD_CODE, "path": "/mapi/g", "times": 3})

    for number in range(3):
        other = core | {"MaHoSo": f"H56.14-260514-{number + 1:04}"}
        assert call(SEND_DOSSIERS, isUpdating="False", data=[other]).meaning is Meaning.TAKEN


def test_it_remembers_through_a_restart(tmp_path, core, line, clock):
    for meaning in (Meaning.TAKEN, Meaning.EXISTS):
        with NationalPortalSimulator(directory=tmp_path, clock=clock) as portal:
            call = Portal(portal.settings(), Tools(channel="national", http=line, clock=clock)).call
            assert call(SEND_DOSSIERS, isUpdating="False", data=[core]).meaning is meaning


def test_a_reset_forgets_all_but_the_catalogue(portal, call, core):
    call(SEND_DOSSIERS, isUpdating="False", data=[core])

    portal.reset()

    assert portal.holdings() == {}
    assert portal.memory.count("catalogue") == 8


def test_a_batch_of_fifty_takes_little_time(portal, call, connector):
    """Generous for a loaded machine; on an idle one it is a few milliseconds."""
    cores = [connector.map_out("dossier", dossier(number))["dossier"] for number in range(1, 51)]
    words = cycle(["False", "True"])
    call(SEND_DOSSIERS, isUpdating=next(words), data=cores)

    began = time.perf_counter()
    for _ in range(10):
        call(SEND_DOSSIERS, isUpdating="True", data=cores)

    assert (time.perf_counter() - began) / 10 < 0.2
