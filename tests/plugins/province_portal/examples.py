"""Dossiers and a procedure with invented content, as the hub keeps them."""

from __future__ import annotations

from typing import Any

HISTORY = ("accepted", "processing", "supplement_requested", "processing", "finished", "returned")


def event(number: int, status: str, *, source: str = "district") -> dict[str, Any]:
    """One step, a minute after the one before."""
    return {
        "id": f"step-{number}",
        "source": source,
        "key": f"{source}/step-{number}",
        "occurred_at": f"2026-05-14T08:{number % 60:02}:00+07:00",
        "status": status,
        "officer": {"name": "Trần Thị Mẫu", "title": "Chuyên viên", "department": "Bộ phận một cửa"},
        "content": f"Bước {number}",
    }


def dossier(number: int = 1, *, steps: int = 1) -> dict[str, Any]:
    """One dossier with that many steps."""
    events = [event(position, status) for position, status in enumerate(HISTORY[:steps], start=1)]
    return {
        "code": f"H56.14-260514-{number:04}",
        "procedure": {"code": "1.001193", "name": "Thủ tục đăng ký khai sinh"},
        "agencies": {
            "received": {"id": "H56.14", "name": "UBND phường Mẫu"},
            "competent": {"id": "H56.14", "name": "UBND phường Mẫu"},
        },
        "applicant": {
            "type": "citizen",
            "name": "Nguyễn Văn Mẫu",
            "phone": "0900000001",
            "identities": [{"type": "personal_id", "number": "000000000001"}],
            "address": {"province": {"code": "38", "name": "Thanh Hóa"}, "detail": "1 Phố Mẫu"},
        },
        "channel": "counter",
        "filed_via": "local",
        "summary": "Đăng ký khai sinh",
        "received_at": "2026-05-14T08:00:00+07:00",
        "due_at": "2026-05-14T17:00:00+07:00",
        "papers": [
            {
                "name": "Tờ khai",
                "copies": {"original": 1, "copy": 2},
                "digitised": True,
                "attachments": [{"id": "a-1", "name": "to-khai.pdf", "url": "https://hub.example.vn/files/a-1"}],
            }
        ],
        "fees": [{"name": "Lệ phí", "kind": "normal", "amount": 8000}],
        "modified_at": "2026-05-14T08:00:00+07:00",
        "events": events,
        "status": events[-1]["status"] if events else "accepted",
    }


def procedure() -> dict[str, Any]:
    """One procedure with a case."""
    return {
        "code": "1.001193",
        "name": "Thủ tục đăng ký khai sinh",
        "kind": "law_detailed",
        "state": "active",
        "levels": ["commune"],
        "service_level": "full",
        "field": {"code": "G15-TP05", "name": "Hộ tịch"},
        "version": "1.0",
        "cases": [{"id": "c1", "name": "Thông thường", "papers": [{"name": "Tờ khai", "originals": 1}]}],
        "channels": [
            {
                "channel": "counter",
                "case": "c1",
                "time_limits": [{"amount": 1, "unit": "working_day"}],
                "fees": [{"code": "LP1", "amount": 8000, "unit": "VND"}],
            }
        ],
        "results": [{"code": "KQ.G15.000031", "name": "Giấy khai sinh"}],
    }
