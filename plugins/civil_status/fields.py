"""Which field of the citizen's form becomes which field of the ministry's software: tables only. Pure.

A row: target, path in `form.data`, how it is written, whether the software insists on it. The form's own contract is
`form.schema.json`; these tables and that schema are held together by a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plugins.civil_status.formats import day, partial_day, place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Code lists of the software; those marked "assumed" stand in docs/assumptions.d/civil_status.md.
GENDER = {"male": "1", "female": "2", "other": "3"}  # assumed
REGISTRATION = {"new": "1", "late": "2", "again": "3"}  # loaiDangKy, assumed
CHILD_KIND = {
    "both_parents": "1",
    "father_unknown": "2",
    "abandoned": "3",
    "surrogate": "4",
}  # nksLoaiKhaiSinh, assumed
RESIDENCE = {"permanent": "1", "temporary": "2", "current": "3"}  # loaiCuTru, assumed
IDENTITY = {"passport": "1", "old_identity_card": "2", "personal_id": "3", "other": "4"}  # loaiGiayToTuyThan, assumed
NOTICE = {"hospital": "1", "commune": "2", "court": "3", "police": "4", "other": "5"}  # gbtLoai, assumed
MARITAL = {"never_married": "1", "divorced": "2", "widowed": "3"}  # TinhTrangHonNhan, assumed


@dataclass(frozen=True, slots=True)
class Row:
    """One field."""

    target: str
    path: str
    write: Callable[[Any], Any]
    required: bool = False


def text(value: Any) -> str:
    """As it is."""
    return str(value).strip()


def flag(value: Any) -> str:
    """Yes or no."""
    return "1" if value is True else "0"


def coded(table: Mapping[str, str]) -> Callable[[Any], str]:
    """By a code list."""

    def write(value: Any) -> str:
        try:
            return table[value]
        except (KeyError, TypeError):
            raise ValueError(f"none of {', '.join(table)}") from None

    return write


def _identity(prefix: str, source: str, *, full: bool, required: bool = False) -> list[Row]:
    rows = [
        Row(f"{prefix}LoaiGiayToTuyThan", f"{source}/identity/type", coded(IDENTITY), required),
        Row(f"{prefix}SoGiayToTuyThan", f"{source}/identity/number", text, required),
    ]
    if full:
        rows += [
            Row(f"{prefix}NgayCapGiayToTuyThan", f"{source}/identity/issued_on", day),
            Row(f"{prefix}NoiCapGiayToTuyThan", f"{source}/identity/issued_by", text),
        ]
    return rows


def _person(prefix: str, source: str, *, birth: Callable[[Any], str] = partial_day) -> list[Row]:
    return [
        Row(f"{prefix}HoTen", f"{source}/name", text, required=True),
        Row(f"{prefix}NgaySinh", f"{source}/birth_date", birth, required=True),
        Row(f"{prefix}DanToc", f"{source}/ethnicity", text, required=True),
        Row(f"{prefix}QuocTich", f"{source}/nationality", text, required=True),
    ]


def _residence(prefix: str, source: str) -> list[Row]:
    return [
        Row(f"{prefix}LoaiCuTru", f"{source}/residence_kind", coded(RESIDENCE)),
        Row(f"{prefix}NoiCuTru", f"{source}/residence", place),
    ]


def _parent(prefix: str, source: str) -> list[Row]:
    return [
        *_person(prefix, source),
        *_residence(prefix, source),
        *_identity(prefix, source, full=False),
        Row(f"{prefix}SoDDCN", f"{source}/personal_id", text),
        Row(f"{prefix}XacThucThongTin", f"{source}/verified", flag),
    ]


def _spouse(prefix: str, source: str) -> list[Row]:
    return [
        *_person(prefix, source),
        *_residence(prefix, source),
        *_identity(prefix, source, full=True, required=True),
        Row(f"{prefix}SoDDCN", f"{source}/personal_id", text),
        Row(f"{prefix}SoLanKH", f"{source}/marriage_count", text, required=True),
        Row(f"{prefix}TinhTrangHonNhan", f"{source}/marital_status", coded(MARITAL)),
    ]


REGISTRATION_ROWS = [
    Row("loaiDangKy", "registration/kind", coded(REGISTRATION), required=True),
    Row("noiDangKy", "registration/place", text, required=True),
    Row("soLuongBanSao", "registration/copies", text),
]
APPLICANT_ROWS = [
    Row("nycHoTen", "applicant/name", text, required=True),
    Row("nycQuanHe", "applicant/relationship", text, required=True),
    *_identity("nyc", "applicant", full=True),
    Row("nycSoDienThoai", "applicant/phone", text),
    Row("nycEmail", "applicant/email", text),
    Row("nycXacThucThongTin", "applicant/verified", flag),
]

TABLES: Mapping[str, Sequence[Row]] = {
    "birth": [
        *REGISTRATION_ROWS,
        Row("maGCS", "birth_certificate/number", text),
        Row("ngayCapGCS", "birth_certificate/issued_on", day),
        *_person("nks", "child", birth=day),
        Row("nksGioiTinh", "child/gender", coded(GENDER), required=True),
        Row("nksNgaySinhBangChu", "child/birth_date_in_words", text),
        Row("nksNoiSinh", "child/birth_place", place, required=True),
        Row("nksQueQuan", "child/home_town", place, required=True),
        Row("nksLoaiKhaiSinh", "child/kind", coded(CHILD_KIND)),
        *_parent("me", "mother"),
        *_parent("cha", "father"),
        *APPLICANT_ROWS,
    ],
    "death": [
        *REGISTRATION_ROWS,
        *_person("nkt", "deceased"),
        Row("nktGioiTinh", "deceased/gender", coded(GENDER), required=True),
        *_residence("nkt", "deceased"),
        *_identity("nkt", "deceased", full=True),
        Row("nktNgayChet", "deceased/died_on", day, required=True),
        Row("nktGioPhutChet", "deceased/died_at", text),
        Row("nktNoiChet", "deceased/death_place", place, required=True),
        Row("nktNguyenNhanChet", "deceased/cause", text),
        Row("gbtLoai", "notice/kind", coded(NOTICE)),
        Row("gbtSo", "notice/number", text),
        Row("gbtNgay", "notice/issued_on", day),
        Row("gbtCoQuanCap", "notice/issued_by", text),
        *APPLICANT_ROWS,
    ],
    "marriage": [*REGISTRATION_ROWS, *_spouse("chong", "husband"), *_spouse("vo", "wife")],
}
# Whole people who may be absent; then nothing of them is required.
OPTIONAL = frozenset({"mother", "father", "notice", "birth_certificate"})
