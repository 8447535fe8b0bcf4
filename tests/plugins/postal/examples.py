"""Postal orders with invented people, as the hub keeps them."""

from __future__ import annotations

from typing import Any

CITIZEN = {
    "name": "Nguyễn Văn Mẫu",
    "phone": "0900000001",
    "email": "mau@example.vn",
    "address": {
        "province": {"code": "38", "name": "Thanh Hóa"},
        "commune": {"code": "14758", "name": "Phường Mẫu", "valid_on": "2026-05-14"},
        "detail": "1 Phố Mẫu",
    },
}
COUNTER = {
    "name": "UBND phường Mẫu",
    "phone": "0237000000",
    "address": {"province": {"code": "38", "name": "Thanh Hóa"}, "detail": "2 Phố Mẫu"},
}


def postal_order(number: int = 1, *, legs: tuple[str, ...] = ("return",), money: int | None = None) -> dict[str, Any]:
    """One order with the legs asked for."""
    code = f"H56.14-260514-{number:04}"
    every = {
        "pickup": {"sender": dict(CITIZEN), "receiver": dict(COUNTER), "items": [{"name": "Tờ khai", "quantity": 2}]},
        "return": {"sender": dict(COUNTER), "receiver": dict(CITIZEN), "items": [{"name": "Giấy khai sinh"}]},
    }
    wanted = {leg: {**every[leg], "requested_at": "2026-05-14T09:00:00+07:00"} for leg in legs}
    if money is not None and "return" in wanted:
        wanted["return"]["money_to_collect"] = money
    return {"number": code, "dossier": code, "legs": wanted, "modified_at": "2026-05-14T09:00:00+07:00"}
