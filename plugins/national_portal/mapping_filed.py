"""A dossier a citizen filed on the portal, as the portal sends it down (shape: README, assumptions). Pure.

What the citizen typed and no field of ours can hold goes into `information`: nothing of it is lost silently.
"""

from __future__ import annotations

import mimetypes
import re
from typing import TYPE_CHECKING, Any

from hub.sdk import Unmappable
from plugins.national_portal.codes import PARTY_WORDS
from plugins.national_portal.formats import canonical_agency, canonical_number, instant

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:/@+-]*", re.ASCII)
CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:/@+-]{0,63}", re.ASCII)
PHONE = re.compile(r"\+?[0-9][0-9 .-]{5,17}[0-9]", re.ASCII)
EMAIL = re.compile(r"[^@\x00-\x20\x7f]+@[^@\x00-\x20\x7f]+\.[^@.\x00-\x20\x7f]+")
IDENTITY_FORMS = {  # LoaiDinhDanh: what the hub calls it, and how it must look
    "1": ("personal_id", re.compile(r"[0-9]{12}", re.ASCII)),
    "2": ("old_identity_card", re.compile(r"[0-9]{9}", re.ASCII)),
}
TAX_CODE = re.compile(r"[0-9]{10}(?:-?[0-9]{3}|[0-9]{2})?", re.ASCII)
ANY_IDENTITY = re.compile(r"[0-9A-Za-z][0-9A-Za-z./-]{0,29}", re.ASCII)
UNITS = {  # what the hub calls a unit of an address, and how its code must look
    "Tinh": ("province", re.compile(r"[0-9]{2}", re.ASCII)),
    "Huyen": ("district", re.compile(r"[0-9]{3}", re.ASCII)),  # of before July 2025
    "Xa": ("commune", re.compile(r"[0-9]{5}", re.ASCII)),
}
BY_POST = "1"
MOST_INFORMATION = 4000


def filed_in(message: Mapping[str, Any]) -> dict[str, Any]:
    """Express the message as a dossier in status `registered`. Raises Unmappable."""
    number, procedure = _text(message, "MaHoSo"), _text(message, "MaTTHC")
    filed_at = instant(message.get("NgayNopHoSo"))
    unit, unit_name = _text(message, "MaDonVi"), _text(message, "DonViXuLy")
    if not (number and procedure and filed_at and unit and _text(message, "ChuHoSo")):
        raise Unmappable("MaHoSo, MaTTHC, NgayNopHoSo, MaDonVi or ChuHoSo is missing.")
    agency = {"id": canonical_agency(unit), "name": unit_name or unit}
    unread: list[str] = []
    applicant = _applicant(message, unread)
    field, field_name = _matching(message, "MaLinhVuc", CODE, unread), _text(message, "TenLinhVuc")
    document = {
        "code": canonical_number(number),
        "numbers": {"own": number, "national": _text(message, "MaHoSoQG") or number},
        "procedure": {"code": procedure, "name": _text(message, "TenTTHC") or procedure}
        | ({"field": {"code": field, "name": field_name or field}} if field else {}),
        "agencies": {"received": agency, "competent": agency},
        "applicant": applicant,
        "channel": "online",
        "filed_via": "national_portal",
        "summary": _text(message, "TrichYeuHoSo", most=1000),
        "filed_at": filed_at,
        "papers": [_paper(one, unread) for one in message.get("TaiLieuNop") or ()],
        "other_papers": _application(message),
        "verified": {"vneid": _text(message, "TaiKhoanDuocXacThucVoiVNeID") == "1"},
        "modified_at": filed_at,
        "events": [{"id": "registered", "occurred_at": filed_at, "status": "registered"}],
        **_return(message, applicant),
    }
    information = [_text(message, "ThongTinKhac", most=3000), *unread]
    document["information"] = "\n".join(filter(None, information))[:MOST_INFORMATION].rstrip()
    return {name: value for name, value in document.items() if value not in (None, "", [])}


def _applicant(message: Mapping[str, Any], unread: list[str]) -> dict[str, Any]:
    party = {
        "type": PARTY_WORDS.get(str(message.get("LoaiDoiTuong", "1")), "citizen"),
        "name": _text(message, "ChuHoSo", most=250),
        "tech_id": _matching(message, "MaDoiTuong", TOKEN, unread),
        "identities": _identities(message, unread),
        "phone": _matching(message, "SoDienThoai", PHONE, unread),
        "email": _matching(message, "Email", EMAIL, unread),
        "address": _address(message, unread),
    }
    return {name: value for name, value in party.items() if value}


def _identities(message: Mapping[str, Any], unread: list[str]) -> list[dict[str, str]]:
    found = []
    for one in message.get("DinhDanhCHS") or ():
        given = _text(one, "SoDinhDanh")
        kind, form = IDENTITY_FORMS.get(str(one.get("LoaiDinhDanh")), ("other", ANY_IDENTITY))
        if form.fullmatch(given):
            found.append({"type": kind, "number": given})
        elif given:
            unread.append(f"SoDinhDanh: {given}")
    if tax := _matching(message, "MaSoThue", TAX_CODE, unread):
        found.append({"type": "tax_code", "number": tax})
    return found


def _address(message: Mapping[str, Any], unread: list[str]) -> dict[str, Any] | None:
    """An address needs a province, and each unit its code and name; what lacks them stays as text."""
    given = message.get("DiaChi") or {}
    address: dict[str, Any] = {}
    for kind, (unit, form) in UNITS.items():
        code, name = _text(given, f"Ma{kind}"), _text(given, f"Ten{kind}")
        if form.fullmatch(code) and name and (unit == "province" or address):
            address[unit] = {"code": code, "name": name}
        else:
            unread += [f"{field}: {said}" for field, said in ((f"Ma{kind}", code), (f"Ten{kind}", name)) if said]
    if "commune" in address:
        address["commune"]["valid_on"] = (instant(message.get("NgayNopHoSo")) or "")[:10]
    if detail := _text(given, "DiaChiChiTiet"):
        if address:
            address["detail"] = detail
        else:
            unread.append(f"DiaChiChiTiet: {detail}")
    return address or None


def _return(message: Mapping[str, Any], applicant: Mapping[str, Any]) -> dict[str, Any]:
    """By post only if the post can be told to whom and where."""
    if _text(message, "HinhThuc") != BY_POST or not (applicant.get("phone") and applicant.get("address")):
        return {"return_method": "counter"}
    contact = {name: applicant[name] for name in ("name", "phone", "email", "address") if name in applicant}
    return {"return_method": "post", "return_to": {"contact": contact}}


def _paper(one: Mapping[str, Any], unread: list[str]) -> dict[str, Any]:
    name, code = _text(one, "TenTepDinhKem", most=2000), _matching(one, "MaThanhPhanHoSo", CODE, unread)
    if not name:
        raise Unmappable("A file of the portal has no name.")
    paper: dict[str, Any] = {"name": _text(one, "TenThanhPhanHoSo", most=2000) or name}
    if code:
        paper["code"] = code
    if one.get("Base64"):
        paper["attachments"] = [_attachment(name, one["Base64"])]
    return paper


def _application(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The application form itself, where the portal sends it apart from the papers."""
    if not message.get("TepDonDangKy"):
        return []
    name = _text(message, "TenTepDonDangKy") or "don-dang-ky.pdf"
    return [{"name": "Đơn đăng ký", "quantity": 1, "attachments": [_attachment(name, message["TepDonDangKy"])]}]


def _attachment(name: str, content: str) -> dict[str, Any]:
    media_type = mimetypes.guess_type(name)[0]
    if isinstance(content, str):
        content = "".join(content.split())  # as mail is written: with a line break after every 76 letters
    return {"name": name, "content": content} | ({"media_type": media_type} if media_type else {})


def _matching(message: Mapping[str, Any], field: str, form: re.Pattern[str], unread: list[str]) -> str | None:
    given = _text(message, field)
    if not given or form.fullmatch(given):
        return given or None
    unread.append(f"{field}: {given}")
    return None


def _text(message: Mapping[str, Any], field: str, *, most: int = 500) -> str:
    """The value on one line, without control characters."""
    value = message.get(field)
    if value is None:
        return ""
    if not isinstance(value, str | int):
        raise Unmappable(f"{field} is not a text.")
    words = "".join(" " if ord(letter) < 32 or ord(letter) == 127 else letter for letter in str(value))
    return " ".join(words.split())[:most]
