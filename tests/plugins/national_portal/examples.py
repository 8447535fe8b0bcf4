"""Dossiers and procedures with invented people, brought into the form the hub keeps."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hub.domain.intake import admit
from hub.domain.schemas import examples

CHANNEL = "contract"  # the channel's name in the driver and in the contract
DISTRICT = "district"
COMMUNE = {"id": "H56.14", "name": "UBND xã Mẫu"}
STATUSES = ("accepted", "processing", "finished", "returned")


def kept(kind: str, raw: dict[str, Any], *, speaker: str = DISTRICT) -> dict[str, Any]:
    """The document as the hub keeps it, its events stamped with source and key."""
    document, problems = admit(kind, deepcopy(raw))
    assert document is not None, problems
    for each in document.get("events", ()) if kind == "dossier" else ():
        each.setdefault("source", speaker)
        each.setdefault("key", f"{each['source']}/{each.get('id', each['occurred_at'])}")
    return document


def event(number: int, status: str, *, at: str | None = None) -> dict[str, Any]:
    """One step of a dossier, half an hour after the one before."""
    return {
        "id": f"step-{number}",
        "occurred_at": at or f"2026-05-14T{8 + number // 2:02}:{number % 2 * 30:02}:00+07:00",
        "status": status,
        "officer": {"name": "Trần Thị Mẫu", "title": "Công chức", "department": "Một cửa"},
        "content": f"Bước {number}",
    }


def dossier(number: int = 1, *, steps: int = 2, **over: Any) -> dict[str, Any]:
    """A dossier filed at the counter, with so many steps."""
    raw = {
        "code": f"H56.14-260514-{number:04}",
        "procedure": {
            "code": "1.001193",
            "name": "Thủ tục đăng ký khai sinh",
            "field": {"code": "G15-TP05", "name": "Hộ tịch"},
        },
        "agencies": {"received": COMMUNE, "competent": COMMUNE},
        "applicant": {
            "type": "citizen",
            "name": "Nguyễn Văn Mẫu",
            "identities": [{"type": "personal_id", "number": "000000000001"}],
            "phone": "0900000001",
        },
        "channel": "counter",
        "received_at": "2026-05-14T08:00:00+07:00",
        "due_at": "2026-05-15T17:00:00+07:00",
        "papers": [
            {
                "name": "Giấy chứng sinh",
                "digitised": True,
                "attachments": [{"id": "tep-1", "name": "giay.pdf", "url": "https://hub.example.vn/files/1"}],
            }
        ],
        "events": [event(each, STATUSES[min(each, 3)]) for each in range(steps)],
    }
    return kept("dossier", raw | over)


def born_there(number: int = 1, *, steps: int = 2, **over: Any) -> dict[str, Any]:
    """A dossier a citizen filed on the portal; the district has taken `steps` steps."""
    code = f"H56.14-260514-{900000 + number}"
    filed = kept(
        "dossier",
        dossier(number, steps=0)
        | {"code": code, "channel": "online", "filed_via": "national_portal", "filed_at": "2026-05-14T07:00:00+07:00"}
        | {"numbers": {"national": f"000.00.00.G22-260514-{number:06}"}}
        | {"events": [{"id": "registered", "occurred_at": "2026-05-14T07:00:00+07:00", "status": "registered"}]},
        speaker=CHANNEL,
    )
    ours = dossier(number, steps=steps, **over)
    return filed | {"events": [*filed["events"], *ours.get("events", [])]}


def with_step(document: dict[str, Any], number: int, status: str = "processing", **over: Any) -> dict[str, Any]:
    """The same dossier one step later."""
    added = kept("dossier", {**dossier(1, steps=0), "events": [event(number, status, **over)]})["events"]
    return {**document, "events": [*document.get("events", ()), *added]}


def procedure(code: str = "1.001193", **over: Any) -> dict[str, Any]:
    """The shipped example of a procedure."""
    raw = valid("procedure")["birth-registration"]
    return kept("procedure", deepcopy(raw) | {"code": code} | over)


def valid(kind: str) -> dict[str, dict[str, Any]]:
    """All valid examples of a schema by name."""
    return examples(kind)
