"""The portal's codes, limits and names in visible tables; a line marked (assumed) has no source: correct it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# --- services (generation A) ---------------------------------------------------------------------------------------
SEND_DOSSIERS = "DongBoHoSoMC"
SEND_PROGRESS = "CapNhatTienDoHoSoMC"
SEND_DECISION = "DongBoTrangThaiHoSo"  # only for dossiers born on the portal
FIND_DOSSIER = "TraCuuHoSo"
LIST_PROCEDURES = "LayDanhSachTTHC"
READ_PROCEDURE = "LayThuTuc"
LIST_AGENCIES = "LayDanhMucCoQuan"
LIST_FIELDS = "LayDanhMucLinhVuc"
SHARED = frozenset({LIST_AGENCIES, LIST_FIELDS})  # asked at `share_endpoint`, all others at `integration_endpoint`

# Publishing a procedure upstream: no source gives the wire shape; all of it is assumed.
PUBLISHING: Mapping[str, str] = {
    "service": "CapNhatTTHC",  # (assumed) one call, `data` a list of the LayThuTuc record; sending again replaces
    "list": "data",
    "key": "MATTHC",
}

DECISION_TYPE = "2"  # `type` of DongBoTrangThaiHoSo
PROGRESS_ROWS = 10  # the most CapNhatTienDoHoSoMC takes in a call


# --- dossiers ------------------------------------------------------------------------------------------------------
STATUSES: Mapping[str, str] = {
    "registered": "1",
    "accepted": "2",
    "refused": "3",
    "processing": "4",
    "supplement_requested": "5",
    "payment_requested": "6",
    "withdrawn": "7",
    "stopped": "8",
    "finished": "9",
    "returned": "10",
}
STATUS_TITLES: Mapping[str, str] = {
    "registered": "Mới đăng ký",
    "accepted": "Được tiếp nhận",
    "refused": "Không được tiếp nhận",
    "processing": "Đang xử lý",
    "supplement_requested": "Yêu cầu bổ sung giấy tờ",
    "payment_requested": "Yêu cầu thực hiện nghĩa vụ tài chính",
    "withdrawn": "Công dân yêu cầu rút hồ sơ",
    "stopped": "Dừng xử lý",
    "finished": "Đã xử lý xong",
    "returned": "Đã trả kết quả",
}
ACCEPTED, NOT_ACCEPTED = "2", "5"
DECISIONS: Mapping[str, str | None] = {  # what the first answer to a dossier born on the portal says
    "registered": None,  # the portal's own step, nothing to decide
    "accepted": ACCEPTED,
    "refused": NOT_ACCEPTED,
    "processing": ACCEPTED,  # (assumed) work on it means it was accepted
    "supplement_requested": NOT_ACCEPTED,
    "payment_requested": ACCEPTED,  # (assumed)
    "withdrawn": NOT_ACCEPTED,  # (assumed)
    "stopped": NOT_ACCEPTED,  # (assumed)
    "finished": ACCEPTED,  # (assumed)
    "returned": ACCEPTED,  # (assumed)
}
CHANNELS: Mapping[str, str] = {"counter": "1", "online": "2", "post": "3"}
FILED_VIA: Mapping[str, str] = {
    "local": "2",
    "national_portal": "1",  # medium: presumably
    "interlink": "2",  # (assumed) filed in local software that is linked
}
PARTIES: Mapping[str, str] = {
    "citizen": "1",
    "enterprise": "2",
    "state_agency": "3",
    "organisation": "4",
    "household_business": "2",  # (assumed) this generation has no code of its own
}
PARTY_WORDS: Mapping[str, str] = {"1": "citizen", "2": "enterprise", "3": "state_agency", "4": "organisation"}
IDENTITIES: Mapping[str, str | None] = {
    "personal_id": "1",
    "old_identity_card": "2",
    "passport": None,  # no code: goes only into SoGiayToChuHoSo
    "tax_code": None,
    "enterprise_code": None,
    "other": None,
}
RETURN_METHODS: Mapping[str, str] = {
    "counter": "0",
    "post": "1",
    "online": "0",  # (assumed) no code of its own
}
FEE_MOMENTS: Mapping[str, str] = {"reception": "1", "supplement": "2", "return": "4"}
FEE_KINDS: Mapping[str, str] = {"normal": "1", "appraisal": "2", "extension": "3"}
SUPPLEMENT_STATES: Mapping[str, str] = {"requested": "0", "received": "1", "expired": "0"}  # (assumed) a yes/no flag

LIMITS: Mapping[str, int] = {  # characters
    "TrichYeuHoSo": 1000,
    "GhiChu": 2000,
    "TenTepDinhKem": 4000,
    "TenGiayTo": 2000,
    "NguoiXuLy": 50,
}

# --- attempts ------------------------------------------------------------------------------------------------------
SHOWN = frozenset(  # fields whose values may be kept in attempts: numbers, codes, states, times
    {
        "service", "madonvi", "isUpdating", "type", "error_code", "mahoso", "maTTHC",
        "MaHoSo", "MaHoSoDonVi", "MaHoSoQG", "MaTTHC", "MATTHC", "MaLinhVuc", "MALINHVUC", "SoBienNhan",
        "KenhThucHien", "NoiNopHoSo", "HinhThuc", "TrangThaiHoSo", "TrangThai", "TRANGTHAI", "PHIENBAN",
        "NgayNopHoSo", "NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy", "NgayTra", "NgayTuChoi",
        "ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh", "NgayXuLy", "NGAYCAPNHAT",
    }
)  # fmt: skip
