"""Which field of the citizen's form becomes which field of the ministry's software: tables only. Pure.

The form's own contract is `form.schema.json`; these tables and that schema are held together by a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugins.civil_status.codes import CHILD_KIND, GENDER, NOTICE, REGISTRATION
from plugins.civil_status.formats import coded, day, flag, place, text
from plugins.civil_status.people import Row, identity, parent, person, residence, spouse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REGISTRATION_ROWS = [
    Row("loaiDangKy", "registration/kind", coded(REGISTRATION), required=True),
    Row("noiDangKy", "registration/place", text, required=True),
    Row("soLuongBanSao", "registration/copies", text),
]
APPLICANT_ROWS = [
    Row("nycHoTen", "applicant/name", text, required=True),
    Row("nycQuanHe", "applicant/relationship", text, required=True),
    *identity("nyc", "applicant", full=True),
    Row("nycSoDienThoai", "applicant/phone", text),
    Row("nycEmail", "applicant/email", text),
    Row("nycXacThucThongTin", "applicant/verified", flag),
]

TABLES: Mapping[str, Sequence[Row]] = {
    "birth": [
        *REGISTRATION_ROWS,
        Row("maGCS", "birth_certificate/number", text),
        Row("ngayCapGCS", "birth_certificate/issued_on", day),
        *person("nks", "child", birth=day),
        Row("nksGioiTinh", "child/gender", coded(GENDER), required=True),
        Row("nksNgaySinhBangChu", "child/birth_date_in_words", text),
        Row("nksNoiSinh", "child/birth_place", place, required=True),
        Row("nksQueQuan", "child/home_town", place, required=True),
        Row("nksLoaiKhaiSinh", "child/kind", coded(CHILD_KIND)),
        *parent("me", "mother"),
        *parent("cha", "father"),
        *APPLICANT_ROWS,
    ],
    "death": [
        *REGISTRATION_ROWS,
        *person("nkt", "deceased"),
        Row("nktGioiTinh", "deceased/gender", coded(GENDER), required=True),
        *residence("nkt", "deceased"),
        *identity("nkt", "deceased", full=True),
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
    "marriage": [*REGISTRATION_ROWS, *spouse("chong", "husband"), *spouse("vo", "wife")],
}
# Whole people who may be absent; then nothing of them is required.
OPTIONAL = frozenset({"mother", "father", "notice", "birth_certificate"})
