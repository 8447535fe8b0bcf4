"""The lists inside a dossier: files, fees, other papers, supplements, results. Pure; outbound files are addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from plugins.national_portal.codes import FEE_KINDS, FEE_MOMENTS, SUPPLEMENT_STATES
from plugins.national_portal.formats import cut, flag, stamp

Link = Callable[[Mapping[str, Any]], str]
Rows = list[dict[str, Any]]


def files(document: Mapping[str, Any], *, link: Link) -> Rows:
    """TaiLieuNop: each file of each paper; a paper without a file (filed on paper) with an empty address."""
    rows = []
    for paper in document.get("papers", ()):
        rows += [_file(paper, attachment, link=link) for attachment in paper.get("attachments") or [{}]]
    for paper in document.get("other_papers", ()):
        rows += [_file(paper, attachment, link=link) for attachment in paper.get("attachments", ())]
    return rows


def _file(paper: Mapping[str, Any], attachment: Mapping[str, Any], *, link: Link) -> dict[str, str]:
    return {
        "TepDinhKemId": str(attachment.get("id") or attachment.get("sha256") or paper.get("id") or ""),
        "TenTepDinhKem": cut("TenTepDinhKem", attachment.get("name") or paper["name"]),
        "IsDeleted": "False",
        "MaThanhPhanHoSo": paper.get("code", ""),
        "DuongDanTaiTepTin": link(attachment) if attachment else "",
        "DuocSoHoa": flag(paper.get("digitised")),
        "DuocTaiSuDung": flag(paper.get("reused")),
        "DuocLayTuKhoDMQG": flag(paper.get("from_store")),
        "MaKetQuaThayThe": paper.get("replaces_result", ""),
    }


def fees(listed: Iterable[Mapping[str, Any]], *, moment: str = "reception") -> Rows:
    """DanhSachLePhi. `moment`: when a fee is collected that does not say it."""
    return [
        {
            "TenPhiLePhi": fee["name"],
            "MaPhiLePhi": fee.get("code", ""),
            "HinhThucThu": FEE_MOMENTS[fee.get("collected_at", moment)],
            "Gia": str(fee["amount"]),
            "LoaiPhiLePhi": FEE_KINDS[fee["kind"]],
        }
        for fee in listed
    ]


def other_papers(listed: Iterable[Mapping[str, Any]]) -> Rows:
    """DanhSachTepDinhKemKhac."""
    return [
        {
            "TenGiayTo": cut("TenGiayTo", paper["name"]),
            "SoLuong": str(paper.get("quantity", 1)),
            "LoaiGiayTo": paper.get("kind", ""),
        }
        for paper in listed
    ]


def supplements(listed: Iterable[Mapping[str, Any]]) -> Rows:
    """DanhSachHoSoBoSung."""
    return [
        {
            "HoSoBoSungId": supplement["id"],
            "NguoiYeuCauBoSung": supplement.get("requested_by", ""),
            "NoiDungBoSung": supplement["content"],
            "NgayBoSung": stamp(supplement["requested_at"]),
            "NguoiTiepNhanBoSung": supplement.get("received_by", ""),
            "ThongTinTiepNhan": supplement.get("received_note", ""),
            "NgayTiepNhanBoSung": stamp(supplement.get("received_at")),
            "TrangThaiBoSung": SUPPLEMENT_STATES[supplement["status"]],
            "DanhSachGiayToBoSung": [{"TenGiayTo": cut("TenGiayTo", name)} for name in supplement.get("papers", ())],
            "DanhSachLePhiBoSung": fees(supplement.get("fees", ()), moment="supplement"),
            "NgayHenTraTruoc": stamp(supplement.get("due_before")),
            "NgayHenTraMoi": stamp(supplement.get("due_after")),
        }
        for supplement in listed
    ]


def results(listed: Iterable[Mapping[str, Any]], *, link: Link) -> Rows:
    """DanhSachGiayToKetQua."""
    return [
        {
            "TenGiayTo": cut("TenGiayTo", result["name"]),
            "MaThanhPhanHoSo": result.get("component_code", ""),
            "GiayToId": result.get("id", ""),
            "DuongDanTepTinKetQua": link(result["attachment"]) if "attachment" in result else "",
            "MaGiayToKetQua": result.get("code", ""),
        }
        for result in listed
    ]
