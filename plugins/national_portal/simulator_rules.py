"""What the portal refuses: missing fields, long fields, wrong words. Each finding is the portal's sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plugins.national_portal.codes import CHANNELS, LIMITS, PARTIES, PROGRESS_ROWS, RETURN_METHODS, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NEEDED = ("MaHoSo", "MaTTHC", "TenTTHC", "LoaiDoiTuong", "NgayTiepNhan", "TrangThaiHoSo", "HinhThuc", "DonViXuLy")
PRESENT = ("MaLinhVuc", "TenLinhVuc", "Email", "SoDienThoai", "TrichYeuHoSo", "NgayHenTra")  # may be empty
NEEDED_OF_PROGRESS = ("MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "NoiDungXuLy", "TrangThai")
NEEDED_OF_DECISION = ("MaHoSo", "MaHoSoDonVi", "NgayXuLy", "TrangThai")
NEEDED_OF_PROCEDURE = ("MATTHC", "TENTTHC", "LINHVUCTHUCHIEN", "CAPTHUCHIEN", "TRANGTHAI")
STAMP = re.compile(r"(?:[0-9]{14})?", re.ASCII)
WORDS: Mapping[str, frozenset[str]] = {
    "TrangThaiHoSo": frozenset(STATUSES.values()),
    "TrangThai": frozenset(STATUSES.values()),
    "LoaiDoiTuong": frozenset(PARTIES.values()),
    "KenhThucHien": frozenset(CHANNELS.values()),
    "HinhThuc": frozenset(RETURN_METHODS.values()),
}
MOST_DOSSIERS = 100


def dossiers_refused(rows: Any) -> str | None:
    """Why a DongBoHoSoMC is refused; None: it is in order."""
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_DOSSIERS:
        return f"data phải có từ 1 đến {MOST_DOSSIERS} hồ sơ"
    return _first(rows, NEEDED, PRESENT)


def progress_refused(rows: Any) -> str | None:
    """Why a CapNhatTienDoHoSoMC is refused."""
    if not isinstance(rows, list) or not 0 < len(rows) <= PROGRESS_ROWS:
        return f"data phải có từ 1 đến {PROGRESS_ROWS} dòng tiến độ"
    return _first(rows, NEEDED_OF_PROGRESS)


def decisions_refused(kind: Any, rows: Any) -> str | None:
    """Why a DongBoTrangThaiHoSo is refused."""
    if kind != "2" or not isinstance(rows, list) or not rows:
        return "type phải là 2 và data không được rỗng"
    wrong = next((row for row in rows if row.get("TrangThai") not in {"2", "5"}), None)
    return f"Hồ sơ {wrong.get('MaHoSo')}: TrangThai phải là 2 hoặc 5" if wrong else _first(rows, NEEDED_OF_DECISION)


def procedures_refused(rows: Any) -> str | None:
    """Why published procedures are refused."""
    if not isinstance(rows, list) or not rows:
        return "data không được rỗng"
    return _first(rows, NEEDED_OF_PROCEDURE)


def _first(rows: Sequence[Any], needed: Sequence[str], present: Sequence[str] = ()) -> str | None:
    return next((finding for row in rows for finding in _findings(row, needed, present)), None)


def _findings(row: Any, needed: Sequence[str], present: Sequence[str]) -> Iterator[str]:
    if not isinstance(row, dict):
        yield "Bản ghi không phải là đối tượng"
        return
    number = row.get("MaHoSo") or row.get("MATTHC")
    for name in needed:
        if not row.get(name):
            yield f"Hồ sơ {number}: thiếu trường bắt buộc {name}"
    for name in present:
        if name not in row:
            yield f"Hồ sơ {number}: thiếu trường bắt buộc {name}"
    for finding in _wrong_values(row):
        yield f"Hồ sơ {number}: {finding}"


def _wrong_values(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for field, inner in value.items():
            yield from _wrong_values(inner, field)
    elif isinstance(value, list):
        for inner in value:
            yield from _wrong_values(inner, name)
    elif value is None:
        return
    elif not isinstance(value, str):
        yield f"{name} phải là chuỗi"
    elif len(value) > LIMITS.get(name, len(value)):
        yield f"{name} dài quá {LIMITS[name]} ký tự"
    elif name in WORDS and value not in WORDS[name]:
        yield f"{name} không thuộc danh mục"
    elif name.startswith(("Ngay", "ThoiDiem")) and not STAMP.fullmatch(value):
        yield f"{name} phải có dạng yyyyMMddHHmmss"
