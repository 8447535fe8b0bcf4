"""Later steps of a dossier as reports to the ministry's software. Pure; the table comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plugins.civil_status.formats import stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

# Status words that are reported after the case was handed over -> trangThai of the report.
REPORTED: Mapping[str, str] = {"returned": "5", "withdrawn": "6", "stopped": "6"}
ONE_STOP_SHOP = 5  # coQuanXuLy


@dataclass(frozen=True, slots=True)
class Report:
    """One later step: `event` is its key in the hub."""

    event: str
    status: str
    body: Mapping[str, Any]


def national_code(document: Mapping[str, Any]) -> str:
    """Return the procedure's code without a local suffix."""
    procedure = document["procedure"]
    return str(procedure.get("national_code") or ".".join(procedure["code"].split(".")[:2]))


def reports(document: Mapping[str, Any]) -> list[Report]:
    """Write the reports of later steps, oldest first."""
    events = [one for one in document.get("events", ()) if one["status"] in REPORTED and not one.get("note")]
    return [_report(document, event) for event in sorted(events, key=lambda event: (event["occurred_at"], _key(event)))]


def _report(document: Mapping[str, Any], event: Mapping[str, Any]) -> Report:
    officer = event.get("officer", {})
    status = REPORTED[event["status"]]
    body = {
        "maTTHC": national_code(document),
        "soHoSoLT": document.get("numbers", {}).get("interlink", ""),
        "coQuanXuLy": ONE_STOP_SHOP,
        "maHoSo": document["code"],
        "trangThai": int(status),
        "thoiGianThucHien": stamp(event["occurred_at"]),
        "noiDungXuLy": event.get("content", ""),
        "nguoiXuLy": officer.get("name", ""),
        "chucDanh": officer.get("title", ""),
        "phongBanXuLy": officer.get("department", ""),
    }
    return Report(_key(event), status, body)


def _key(event: Mapping[str, Any]) -> str:
    return str(event.get("key") or f"{event['status']}@{event['occurred_at']}")
