"""What people do at the portal, ordered by `POST /_sim/act`.

`{"act": "file_online", "hook": URL, "token"?, "dossier"?: {fields to put over the built one}}`: a citizen files; the
portal sends the dossier to the hub until it hears 0 or 1. Answers with the number.
`{"act": "change_procedure", "code", "changes": {fields}}`: the catalogue changes, or gains a procedure.
`{"act": "filed"}`: all filed dossiers with the hub's answer (null: not answered yet).
"""

from __future__ import annotations

import base64
from datetime import UTC
from typing import TYPE_CHECKING, Any

from hub.sdk.simulator import Response
from plugins.national_portal.formats import HANOI, STAMP, canonical_number
from plugins.national_portal.simulator_seed import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from plugins.national_portal.simulator import NationalPortalSimulator

PAPER = base64.b64encode("%PDF-1.4\n% giấy tờ mẫu\n%%EOF\n".encode()).decode()


def answer_act(simulator: NationalPortalSimulator, wish: Mapping[str, Any]) -> Response:
    """Do one act."""
    if wish.get("act") == "file_online":
        return _file(simulator, wish)
    if wish.get("act") == "change_procedure":
        return _change(simulator, wish)
    if wish.get("act") == "filed":
        filed = simulator.memory.all("filed")
        return Response.json({"filed": {number: one.get("answered") for number, one in filed.items()}})
    return Response.json({"error": "'act' must be file_online, change_procedure or filed"}, 422)


def _file(simulator: NationalPortalSimulator, wish: Mapping[str, Any]) -> Response:
    if not wish.get("hook"):
        return Response.json({"error": "'hook' is the hub's address for this channel"}, 422)
    memory = simulator.memory
    number = (memory.get("counter", "filed") or 0) + 1
    memory.put("counter", "filed", number)
    message = filed_message(number, simulator.clock.now(), wish.get("dossier") or {})
    name = canonical_number(message["MaHoSo"])
    memory.put("filed", name, {"national": message["MaHoSoQG"]})
    memory.put("national", message["MaHoSoQG"], name)
    letter = {"hook": wish["hook"], "token": wish.get("token", simulator.inbound_token), "message": message}
    memory.put("outbox", name, letter)
    memory.effect("filed", name, {"MaHoSoQG": message["MaHoSoQG"]})
    simulator.courier.hurry()
    return Response.json({"filed": message["MaHoSo"], "national": message["MaHoSoQG"]})


def filed_message(number: int, now: datetime, over: Mapping[str, Any]) -> dict[str, Any]:
    """A dossier as the portal sends it down (invented values)."""
    local = now.astimezone(HANOI) if now.tzinfo else now.replace(tzinfo=UTC).astimezone(HANOI)
    unit = over.get("MaDonVi", "H56.14")
    message = {
        "MaHoSo": f"{unit}-{local:%y%m%d}-{900000 + number}",
        "MaHoSoQG": f"000.00.00.G22-{local:%y%m%d}-{number:06}",
        "MaTTHC": "1.001193",
        "TenTTHC": "Thủ tục đăng ký khai sinh",
        "MaLinhVuc": "G15-TP05",
        "TenLinhVuc": "Hộ tịch",
        "MaDonVi": unit,
        "DonViXuLy": "UBND xã Mẫu",
        "NgayNopHoSo": local.strftime(STAMP),
        "ChuHoSo": "NGUYỄN VĂN MẪU",
        "LoaiDoiTuong": "1",
        "MaDoiTuong": f"TechID-{number:06}",
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": f"{number:012}"}],
        "SoDienThoai": "0900000001",
        "Email": "mau@example.vn",
        "DiaChi": {
            "MaTinh": "38",
            "TenTinh": "Tỉnh Thanh Hóa",
            "MaXa": "14758",
            "TenXa": "Phường Mẫu",
            "DiaChiChiTiet": "Số 1",
        },
        "TrichYeuHoSo": "Đăng ký khai sinh",
        "HinhThuc": "0",
        "TaiKhoanDuocXacThucVoiVNeID": "1",
        "TaiLieuNop": [{"TenTepDinhKem": "giay-chung-sinh.pdf", "Base64": PAPER}],
    }
    return message | dict(over)


def _change(simulator: NationalPortalSimulator, wish: Mapping[str, Any]) -> Response:
    code = str(wish.get("code") or "")
    if not code:
        return Response.json({"error": "'code' is missing"}, 422)
    known = simulator.memory.get("catalogue", code) or {**catalogue()["1.001193"], "MATTHC": code}
    simulator.memory.put("catalogue", code, known | dict(wish.get("changes") or {}))
    simulator.memory.effect("catalogue", code, {"changed": sorted(wish.get("changes") or {})})
    return Response.json({"changed": code})
