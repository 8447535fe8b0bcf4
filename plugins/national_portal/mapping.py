"""Dossiers in the portal's words: core, progress rows, and the decision on those born there. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugins.national_portal.codes import (
    ACCEPTED,
    CHANNELS,
    DECISIONS,
    FILED_VIA,
    IDENTITIES,
    PARTIES,
    RETURN_METHODS,
    STATUS_TITLES,
    STATUSES,
)
from plugins.national_portal.formats import cut, day_of_number, digest, flag, stamp
from plugins.national_portal.mapping_papers import Link, fees, files, other_papers, results, supplements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A step tells when a dossier ended in this way for as long as it has one of these states
IN_FORCE: Mapping[str, tuple[str, ...]] = {
    "finished": ("finished", "returned"),
    "returned": ("returned",),
    "refused": ("refused",),
}


def dossier_out(document: Mapping[str, Any], *, channel: str, link: Link) -> dict[str, Any]:
    """Express a dossier: `{"dossier", "progress": [{"key", "row"}], "decision": {"key", "row"} or None}`.

    Steps that came from this channel itself are not sent back. Every value is a string; every field is always there,
    `""` where there is nothing, so that what is taken out here is taken out there.
    """
    events = sorted(
        (event for event in document.get("events", ()) if event.get("source") != channel),
        key=lambda event: (stamp(event["occurred_at"]), event.get("key", "")),
    )
    return {
        "dossier": core(document, link=link),
        "progress": [_keyed(event, progress_row(document, event)) for event in events],
        "decision": decision(document, events) if born_there(document) else None,
    }


def born_there(document: Mapping[str, Any]) -> bool:
    """Whether the citizen filed it on the portal."""
    return document.get("filed_via") == "national_portal"


def number(document: Mapping[str, Any]) -> str:
    """MaHoSo: the number as its issuer wrote it."""
    return str(document.get("numbers", {}).get("own") or document["code"])


def core(document: Mapping[str, Any], *, link: Link) -> dict[str, Any]:
    """The dossier without its progress."""
    numbers, procedure, applicant = document.get("numbers", {}), document["procedure"], document["applicant"]
    field, verified = procedure.get("field", {}), document.get("verified", {})
    identities = applicant.get("identities", [])
    status, filed = _status(document), document.get("filed_at")
    received = stamp(document.get("received_at") or _accepted_at(document) or filed or _first_time(document))
    received = received or day_of_number(document["code"])
    online = any(payment["method"] == "online" for payment in document.get("payments", ()))
    return {
        "MaHoSo": number(document),
        "MaTTHC": procedure["code"],
        "TenTTHC": procedure["name"],
        "MaLinhVuc": field.get("code", ""),
        "TenLinhVuc": field.get("name", ""),
        "SoBienNhan": numbers.get("receipt", ""),
        "KenhThucHien": CHANNELS[document["channel"]],
        "NoiNopHoSo": FILED_VIA[document.get("filed_via", "local")],
        "ChuHoSo": applicant["name"],
        "LoaiDoiTuong": PARTIES[applicant["type"]],
        "MaDoiTuong": applicant.get("tech_id", ""),
        "SoGiayToChuHoSo": identities[0]["number"] if identities else "",
        "DinhDanhCHS": [
            {"LoaiDinhDanh": kind, "SoDinhDanh": identity["number"]}
            for identity in identities
            if (kind := IDENTITIES[identity["type"]])
        ],
        "ThongTinKhac": document.get("information", ""),
        "Email": applicant.get("email", ""),
        "Fax": applicant.get("fax", ""),
        "SoDienThoai": applicant.get("phone", ""),
        "TrichYeuHoSo": cut("TrichYeuHoSo", document.get("summary") or procedure["name"]),
        "GhiChu": cut("GhiChu", document.get("note")),
        "NgayNopHoSo": stamp(filed) or received,
        "NgayTiepNhan": received,
        "NgayHenTra": stamp(document.get("due_at")),
        "NgayKetThucXuLy": stamp(_ended_at(document, "finished", status)),
        "NgayTra": stamp(_ended_at(document, "returned", status)),
        "NgayTuChoi": stamp(_ended_at(document, "refused", status)),
        "ThongTinTra": "",
        "HinhThuc": RETURN_METHODS[document.get("return_method", "counter")],
        "TrangThaiHoSo": STATUSES[status],
        "DonViXuLy": document["agencies"]["competent"]["name"],
        "HoSoCoThanhPhanSoHoa": flag(
            verified.get("digitised_papers") or any(paper.get("digitised") for paper in document.get("papers", ()))
        ),
        "TaiKhoanDuocXacThucVoiVNeID": flag(verified.get("vneid")),
        "DuocThanhToanTrucTuyen": flag(verified.get("paid_online") or online),
        "DSKetNoiCSDL": [{"MaCSDL": code} for code in document.get("databases", ())],
        "TaiLieuNop": files(document, link=link),
        "DanhSachLePhi": fees(document.get("fees", ())),
        "DanhSachTepDinhKemKhac": other_papers(document.get("other_papers", ())),
        "DanhSachHoSoBoSung": supplements(document.get("supplements", ())),
        "DanhSachGiayToKetQua": results(document.get("results", ()), link=link),
    }


def progress_row(document: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, str]:
    """One step."""
    officer = event.get("officer", {})
    return {
        "MaHoSo": number(document),
        "NguoiXuLy": cut("NguoiXuLy", officer.get("name") or document["agencies"]["competent"]["name"]),
        "ChucDanh": officer.get("title", ""),
        "ThoiDiemXuLy": stamp(event["occurred_at"]),
        "PhongBanXuLy": officer.get("department", ""),
        "NoiDungXuLy": event.get("content") or STATUS_TITLES[event["status"]],
        "TrangThai": STATUSES[event["status"]],
        "NgayBatDau": stamp(event.get("started_at")),
        "NgayKetThucTheoQuyDinh": stamp(event.get("due_at")),
    }


def decision(document: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What the office says to a dossier born on the portal: the first acceptance, before that its latest no."""
    accepting = [event for event in events if DECISIONS[event["status"]] == ACCEPTED]
    declining = [event for event in events if DECISIONS[event["status"]] not in {ACCEPTED, None}]
    chosen = accepting[0] if accepting else declining[-1] if declining else None
    if chosen is None:
        return None
    row = {
        "MaHoSo": document.get("numbers", {}).get("national") or number(document),
        "MaHoSoDonVi": number(document),
        "MaDoiTuong": document["applicant"].get("tech_id", ""),
        "NoiDung": chosen.get("content") or STATUS_TITLES[chosen["status"]],
        "NgayXuLy": stamp(chosen["occurred_at"]),
        "TrangThai": DECISIONS[chosen["status"]],
        "TaiLieuXuLy": [],
    }
    return _keyed(chosen, row)


def _keyed(event: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    return {"key": event.get("key") or digest(row), "row": row}


def _accepted_at(document: Mapping[str, Any]) -> str | None:
    """When the office accepted it, by its steps."""
    return min(_times(document, "accepted"), key=stamp, default=None)


def _ended_at(document: Mapping[str, Any], word: str, status: str) -> str | None:
    """The time the office gave, else that of its latest such step while that is in force."""
    given = document.get(f"{word}_at")
    if given or status not in IN_FORCE[word]:
        return given
    return max(_times(document, word), key=stamp, default=None)


def _times(document: Mapping[str, Any], word: str) -> list[str]:
    return [one["occurred_at"] for one in document.get("events", ()) if one["status"] == word and not one.get("note")]


def _first_time(document: Mapping[str, Any]) -> str | None:
    times = [event["occurred_at"] for event in document.get("events", ())]
    return min(times, key=stamp) if times else document.get("modified_at")


def _status(document: Mapping[str, Any]) -> str:
    """The hub writes the status; a document that never passed the hub has the one its events give it."""
    events = document.get("events", ())
    if "status" in document:
        return str(document["status"])
    if events:
        return str(max(events, key=lambda event: stamp(event["occurred_at"]))["status"])
    return "accepted" if document.get("received_at") else "registered"


def row_order(row: Mapping[str, str]) -> tuple[str, ...]:
    """The order in which holdings list progress rows."""
    return (row["ThoiDiemXuLy"], row["TrangThai"], *map(str, row.values()))
