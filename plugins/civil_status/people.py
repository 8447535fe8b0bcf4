"""Rows of the declaration that repeat for each person. Pure.

A row: target, path in `form.data`, how it is written, whether the software insists on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plugins.civil_status.codes import IDENTITY, MARITAL, RESIDENCE
from plugins.civil_status.formats import coded, day, flag, partial_day, place, text

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Row:
    """One field."""

    target: str
    path: str
    write: Callable[[Any], Any]
    required: bool = False


def identity(prefix: str, source: str, *, full: bool, required: bool = False) -> list[Row]:
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


def person(prefix: str, source: str, *, birth: Callable[[Any], str] = partial_day) -> list[Row]:
    return [
        Row(f"{prefix}HoTen", f"{source}/name", text, required=True),
        Row(f"{prefix}NgaySinh", f"{source}/birth_date", birth, required=True),
        Row(f"{prefix}DanToc", f"{source}/ethnicity", text, required=True),
        Row(f"{prefix}QuocTich", f"{source}/nationality", text, required=True),
    ]


def residence(prefix: str, source: str) -> list[Row]:
    return [
        Row(f"{prefix}LoaiCuTru", f"{source}/residence_kind", coded(RESIDENCE)),
        Row(f"{prefix}NoiCuTru", f"{source}/residence", place),
    ]


def parent(prefix: str, source: str) -> list[Row]:
    return [
        *person(prefix, source),
        *residence(prefix, source),
        *identity(prefix, source, full=False),
        Row(f"{prefix}SoDDCN", f"{source}/personal_id", text),
        Row(f"{prefix}XacThucThongTin", f"{source}/verified", flag),
    ]


def spouse(prefix: str, source: str) -> list[Row]:
    return [
        *person(prefix, source),
        *residence(prefix, source),
        *identity(prefix, source, full=True, required=True),
        Row(f"{prefix}SoDDCN", f"{source}/personal_id", text),
        Row(f"{prefix}SoLanKH", f"{source}/marriage_count", text, required=True),
        Row(f"{prefix}TinhTrangHonNhan", f"{source}/marital_status", coded(MARITAL)),
    ]
