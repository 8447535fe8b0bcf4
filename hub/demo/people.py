"""Invented people with realistic Vietnamese names, numbers and addresses; the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.demo.shipped import HOME, communes

if TYPE_CHECKING:
    from random import Random

    from hub.demo.shipped import Commune

# Family names by how common they are (per cent, rounded).
FAMILIES = (
    ("Nguyễn", 31), ("Trần", 11), ("Lê", 12), ("Phạm", 7), ("Hoàng", 5), ("Vũ", 4), ("Võ", 4), ("Phan", 4),
    ("Trương", 3), ("Bùi", 3), ("Đặng", 3), ("Đỗ", 2), ("Ngô", 2), ("Hồ", 2), ("Dương", 2), ("Đinh", 1), ("Lý", 1),
    ("Mai", 1), ("Trịnh", 1), ("Cao", 1),
)  # fmt: skip
MIDDLE = {
    "male": ("Văn", "Hữu", "Đức", "Quang", "Minh", "Xuân", "Ngọc", "Thanh", "Công", "Bá", "Đình", "Tuấn", ""),
    "female": ("Thị", "Thị Thu", "Thị Ngọc", "Thị Hồng", "Ngọc", "Thanh", "Phương", "Thị Minh", "Kim", "Thùy", ""),
}
GIVEN = {
    "male": (
        "Hùng", "Dũng", "Cường", "Tuấn", "Anh", "Nam", "Hải", "Long", "Sơn", "Bình", "Thắng", "Phúc", "Khôi", "Đạt",
        "Kiên", "Quân", "Trung", "Việt", "Hiếu", "Lâm", "Thành", "Toàn", "Vinh", "Duy", "Huy", "Tùng",
    ),
    "female": (
        "Lan", "Hoa", "Hương", "Mai", "Linh", "Trang", "Hà", "Thảo", "Ngân", "Yến", "Nhung", "Hằng", "Loan", "Phượng",
        "Oanh", "Tâm", "Dung", "Vân", "Quỳnh", "Thủy", "Nga", "Hiền", "Huệ", "Châu", "Ánh", "Nguyệt",
    ),
}  # fmt: skip
STREETS = ("Trần Phú", "Lê Lợi", "Quang Trung", "Nguyễn Trãi", "Hạc Thành", "Bà Triệu", "Phan Chu Trinh", "Lê Hoàn")
ETHNICITIES = ("Kinh",) * 17 + ("Mường", "Thái", "Mông")
TITLES = ("Công chức một cửa", "Công chức tư pháp - hộ tịch", "Chuyên viên", "Cán bộ tiếp nhận")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    name: str
    gender: str
    birth_date: str
    number: str
    phone: str
    email: str
    ethnicity: str
    home: Commune
    detail: str

    @property
    def address(self) -> dict[str, Any]:
        """Where the person lives."""
        return {**self.home.address, "detail": self.detail}

    @property
    def party(self) -> dict[str, Any]:
        """The person as a party of a dossier."""
        identity = {"type": "personal_id", "number": self.number, "issued_on": "2022", "issued_by": "Bộ Công an"}
        return {
            "type": "citizen",
            "name": self.name,
            "identities": [identity],
            "birth_date": self.birth_date,
            "gender": self.gender,
            "ethnicity": self.ethnicity,
            "nationality": "Việt Nam",
            "phone": self.phone,
            "email": self.email,
            "address": self.address,
        }

    @property
    def contact(self) -> dict[str, Any]:
        """The person as the post sees it."""
        return {"name": self.name, "phone": self.phone, "email": self.email, "address": self.address}


def person(chance: Random, *, gender: str = "", born: tuple[int, int] = (1950, 2005), at_home: bool = False) -> Person:
    """Invent somebody. at_home: living in the demo's own province."""
    gender = gender or chance.choice(("male", "female"))
    year = chance.randint(*born)
    home = chance.choice([one for one in communes() if one.province == HOME or not at_home])
    number = chance.randrange(1_000_000)
    return Person(
        name(chance, gender),
        gender,
        f"{year}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
        personal_id(gender, year, number, home.province),
        f"0900{number:06}",  # a range that no network has given out
        f"cong.dan.{number:06}@example.vn",
        chance.choice(ETHNICITIES),
        home,
        f"Số {chance.randint(1, 300)} đường {chance.choice(STREETS)}",
    )


def name(chance: Random, gender: str, *, family: str = "") -> str:
    """Invent a full name."""
    family = family or chance.choices([one for one, _ in FAMILIES], [share for _, share in FAMILIES])[0]
    return " ".join(filter(None, (family, chance.choice(MIDDLE[gender]), chance.choice(GIVEN[gender]))))


def personal_id(gender: str, year: int, number: int, province: str) -> str:
    """Twelve digits: province of birth, century and gender, year, serial."""
    century = (year // 100 - 19) * 2 + (gender == "female")
    return f"0{province}{century}{year % 100:02}{number:06}"


def officer(chance: Random, office: str) -> dict[str, str]:
    """Invent an officer of an office."""
    gender = chance.choice(("male", "female"))
    return {"name": name(chance, gender), "title": chance.choice(TITLES), "department": f"Bộ phận Một cửa {office}"}


def enterprise(chance: Random) -> dict[str, Any]:
    """Invent a firm."""
    boss = person(chance)
    number = f"28{chance.randrange(100_000_000):08}"
    word = chance.choice(("An Phát", "Thành Công", "Hoàng Gia", "Minh Đức", "Sao Mai", "Tân Tiến", "Hồng Hà"))
    return {
        "type": "enterprise",
        "name": f"Công ty TNHH {word} {chance.randint(1, 99)}",
        "identities": [{"type": "tax_code", "number": number}],
        "phone": boss.phone,
        "email": boss.email,
        "address": boss.address,
    }
