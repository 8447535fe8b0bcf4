"""The catalogue the simulated portal begins with: real codes, names and decisions; the rest is simplified."""

from __future__ import annotations

from typing import Any

AGENCIES = {"G01": "Bộ Công an", "G15": "Bộ Tư pháp", "H56": "UBND tỉnh Thanh Hóa", "H56.14": "UBND xã Mẫu"}
FIELDS = {  # only G15-TP05 has a source; the other codes are invented for the simulator
    "G15-TP05": ("Hộ tịch", "G15"),
    "G15-TP06": ("Chứng thực", "G15"),
    "G01-CA01": ("Đăng ký, quản lý cư trú", "G01"),
}
WORKING_DAYS = "Ngày làm việc"
# code, name, decision, field, counter fee (đồng), working days, result
PROCEDURES = (
    ("1.001193", "Thủ tục đăng ký khai sinh", "163/QĐ-BTP", "G15-TP05", 0, 1, ("KQ.G15.000031", "Giấy khai sinh")),
    ("1.000656", "Thủ tục đăng ký khai tử", "163/QĐ-BTP", "G15-TP05", 0, 1, ("KQ.G15.000034", "Trích lục khai tử")),
    ("1.000894", "Thủ tục đăng ký kết hôn", "163/QĐ-BTP", "G15-TP05", 0, 1, ("", "Giấy chứng nhận kết hôn")),
    (
        "1.004873",
        "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân",
        "163/QĐ-BTP",
        "G15-TP05",
        0,
        3,
        ("", "Giấy xác nhận tình trạng hôn nhân"),
    ),
    (
        "2.000635",
        "Cấp bản sao Trích lục hộ tịch, bản sao Giấy khai sinh",
        "163/QĐ-BTP",
        "G15-TP05",
        8000,
        1,
        ("", "Bản sao Trích lục hộ tịch"),
    ),
    (
        "2.000908",
        "Thủ tục cấp bản sao từ sổ gốc",
        "858/QĐ-BTP",
        "G15-TP06",
        0,
        1,
        ("KQ.G15.000020", "Bản sao được cấp từ sổ gốc"),
    ),
    (
        "1.004222",
        "Đăng ký thường trú",
        "1523/QĐ-BCA-C06",
        "G01-CA01",
        20000,
        7,
        ("KQ.G01.000064", "Cập nhật thông tin trong Cơ sở dữ liệu quốc gia về dân cư"),
    ),
    ("1.004194", "Đăng ký tạm trú", "9354/QĐ-BCA-C06", "G01-CA01", 15000, 3, ("", "Cập nhật thông tin về cư trú")),
)


def catalogue() -> dict[str, dict[str, Any]]:
    """The records by code, as LayThuTuc gives them. Names of agency and field are left to the shared catalogues."""
    return {row[0]: _record(*row) for row in PROCEDURES}


def _record(
    code: str, name: str, decision: str, field: str, fee: int, days: int, result: tuple[str, str]
) -> dict[str, Any]:
    return {
        "ID": code.replace(".", ""),
        "MATTHC": code,
        "TENTTHC": name,
        "LOAITTHC": "TTHC được giao luật quy định chi tiết",
        "TRANGTHAI": "1",
        "MACOQUANCONGBO": field.partition("-")[0],
        "LINHVUCTHUCHIEN": [{"MALINHVUC": field}],
        "CAPTHUCHIEN": [{"CAPTHUCHIEN": "3"}],
        "COQUANTHUCHIEN": [{"MADONVI": "", "TENDONVI": "Ủy ban nhân dân cấp xã"}],
        "DIACHITIEPNHAN": "",
        "TRINHTUTHUCHIEN": [
            {"TRUONGHOP": "", "TRINHTU": [{"TENTRINHTU": "Nộp hồ sơ"}, {"TENTRINHTU": "Nhận kết quả"}]}
        ],
        "CACHTHUCTHUCHIEN": [
            {
                "KENH": channel,
                "THOIGIAN": [
                    {
                        "THOIGIANGIAIQUYET": str(days),
                        "DONVITINH": WORKING_DAYS,
                        "MOTA": "",
                        "PHILEPHI": [{"MAPHILEPHI": "", "SOTIEN": str(amount), "DONVI": "Việt Nam Đồng", "MOTA": ""}],
                    }
                ],
            }
            for channel, amount in (("1", fee), ("2", fee // 2), ("3", fee))
        ],
        "THANHPHANHOSO": [
            {
                "TRUONGHOP": "",
                "GIAYTO": [
                    {"MAGIAYTO": "", "TENGIAYTO": "Tờ khai theo mẫu", "TENMAUDON": "", "URL": ""}
                    | {"SOBANCHINH": "1", "SOBANSAO": "0"}
                ],
            }
        ],
        "DOITUONGTHUCHIEN": [{"TENDOITUONG": "Công dân Việt Nam"}],
        "KETQUATHUCHIEN": [{"MAKETQUA": result[0], "TENKETQUA": result[1]}],
        "CANCUPHAPLY": [{"SOVANBAN": "60/2014/QH13", "TENVANBAN": "Luật Hộ tịch"}] if "TP05" in field else [],
        "YEUCAU": "",
        "SOQUYETDINH": decision,
    }
