"""The stand-in's cases: what is missing in one, how one is told, how one is refused. Pure."""

from __future__ import annotations

import re
from typing import Any

import orjson

from hub.sdk.simulator import Response

PROVINCE = "38"
NEEDED = {
    "LTKS": ("nksHoTen", "nksGioiTinh", "nksNgaySinh", "nksNoiSinh", "nycHoTen", "loaiDangKy", "noiDangKy"),
    "LTKT": ("nktHoTen", "nktNgaySinh", "nktNgayChet", "nktNoiChet", "nycHoTen", "loaiDangKy", "noiDangKy"),
    "LTKH": ("chongHoTen", "chongNgaySinh", "voHoTen", "voNgaySinh", "loaiDangKy", "noiDangKy"),
}
DATE = re.compile(r"(?:(?:[0-3][0-9]\.)?[01][0-9]\.)?[12][0-9]{3}")  # dd.MM.yyyy, and what a birth date may lack


def problem(wish: dict[str, Any]) -> str | None:
    """What the software misses in a case, in its words."""
    module = wish.get("module")
    if module not in NEEDED or not re.fullmatch(r"[0-9]{3}|[0-9]{5}", str(wish.get("maDonVi"))):
        return "Thiếu thông tin bắt buộc: module, maDonVi"
    try:
        declared = orjson.loads(wish["data"])["hoTich"]
    except (KeyError, TypeError, orjson.JSONDecodeError):
        return "Thiếu thông tin bắt buộc: hoTich"
    missing = [field for field in NEEDED[module] if not declared.get(field)]
    if missing:
        return f"Thiếu thông tin bắt buộc: {', '.join(missing)}"
    dates = [value for field, value in declared.items() if "Ngay" in field and "BangChu" not in field]
    return None if all(DATE.fullmatch(str(value)) for value in dates) else "Thiếu thông tin bắt buộc: ngày dd.MM.yyyy"


def no(code: str, words: str) -> Response:
    return Response.json({"status": "0", "statusDescription": "Thất bại", "errorCode": code, "errorDescription": words})


def state(key: str, held: dict[str, Any]) -> dict[str, Any]:
    result = None
    if held["status"] == "4":
        number = str(int(held["declaration"][:6], 16) % 900 + 1)
        result = {"soDangKy": number, "quyenSo": "01/2026", "trangSo": number, "soDinhDanh": "038326000001"}
    return {
        "maDonVi": held["unit"],
        "maTinh": PROVINCE,
        "module": held["module"],
        "maHoSoLT": held["interlink"],
        "maHoSoMCDT": key,
        "trangThai": held["status"],
        "thoiGianThucHien": held["at"],
        "nguoiXuLy": "Nguyễn Thị Hộ Tịch",
        "chucDanh": "Công chức tư pháp - hộ tịch",
        "phongBanXuLy": "Tư pháp - Hộ tịch",
        "noiDungXuLy": held.get("words"),
        "hanBoSungHoSo": held.get("limit"),
        "ketQuaXuLy": result,
    }
