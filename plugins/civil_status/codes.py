"""Code lists of the ministry's software: tables only ("assumed": see docs/assumptions.d/civil_status.md)."""

from __future__ import annotations

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
