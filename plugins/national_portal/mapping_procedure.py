"""Procedures as the portal's record (that of LayThuTuc). Pure; fields that no source names are in `ASSUMED`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugins.national_portal.codes import CHANNELS
from plugins.national_portal.codes_procedure import (
    CURRENCY,
    DECISION_KINDS,
    LEVELS,
    PROCEDURE_FEES,
    PROCEDURE_KINDS,
    PROCEDURE_STATES,
    SERVICE_LEVELS,
    TIME_UNITS,
)
from plugins.national_portal.formats import stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

ASSUMED = (  # fields of the record beside the known ones; where the portal leaves them out, nothing breaks
    "SOQUYETDINH", "NGAYQUYETDINH", "LOAIQUYETDINH", "NGAYHIEULUC", "NGAYHETHIEULUC", "PHIENBAN", "MUCDO",
    "TUKHOA", "MOTA", "TTHCLIENQUAN", "NGAYCAPNHAT", "TENCOQUANCONGBO",
)  # fmt: skip


def procedure_out(document: Mapping[str, Any]) -> dict[str, Any]:
    """Express a procedure as the portal's record; every value is a string."""
    publisher, decision, field = document.get("publisher", {}), document.get("decision", {}), document["field"]
    cases = {case["id"]: case["name"] for case in document.get("cases", ())}
    return {
        "MATTHC": document["code"],
        "TENTTHC": document["name"],
        "LOAITTHC": PROCEDURE_KINDS[document["kind"]],
        "TRANGTHAI": PROCEDURE_STATES[document["state"]],
        "MACOQUANCONGBO": publisher.get("id", ""),
        "TENCOQUANCONGBO": publisher.get("name", ""),
        "LINHVUCTHUCHIEN": [{"MALINHVUC": field["code"], "TENLINHVUC": field["name"]}],
        "CAPTHUCHIEN": [{"CAPTHUCHIEN": LEVELS[level]} for level in document["levels"]],
        "COQUANTHUCHIEN": [
            {"MADONVI": agency.get("id", ""), "TENDONVI": agency["name"]}
            for agency in document.get("executing_agencies", ())
        ],
        "DIACHITIEPNHAN": document.get("receiving_address", ""),
        "TRINHTUTHUCHIEN": [
            {
                "TRUONGHOP": case["name"],
                "TRINHTU": [
                    {"TENTRINHTU": step["name"], "NOIDUNG": step.get("text", "")} for step in case.get("steps", ())
                ],
            }
            for case in document.get("cases", ())
        ],
        "CACHTHUCTHUCHIEN": [_way_out(way, cases) for way in document.get("channels", ())],
        "THANHPHANHOSO": [
            {"TRUONGHOP": case["name"], "GIAYTO": [_paper_out(paper) for paper in case.get("papers", ())]}
            for case in document.get("cases", ())
        ],
        "DOITUONGTHUCHIEN": [{"TENDOITUONG": name} for name in document.get("subjects", ())],
        "KETQUATHUCHIEN": [
            {"MAKETQUA": result.get("code", ""), "TENKETQUA": result["name"]} for result in document.get("results", ())
        ],
        "CANCUPHAPLY": [
            {"SOVANBAN": basis["number"], "TENVANBAN": basis.get("name", "")}
            for basis in document.get("legal_bases", ())
        ],
        "YEUCAU": document.get("conditions", ""),
        "SOQUYETDINH": decision.get("number", ""),
        "NGAYQUYETDINH": decision.get("date", ""),
        "LOAIQUYETDINH": DECISION_KINDS[decision["kind"]] if "kind" in decision else "",
        "NGAYHIEULUC": document.get("effective_from", ""),
        "NGAYHETHIEULUC": document.get("effective_to", ""),
        "PHIENBAN": document["version"],
        "MUCDO": SERVICE_LEVELS[document["service_level"]] if "service_level" in document else "",
        "TUKHOA": list(document.get("keywords", ())),
        "MOTA": document.get("description", ""),
        "TTHCLIENQUAN": list(document.get("related", ())),
        "NGAYCAPNHAT": stamp(document.get("modified_at")),
    }


def _way_out(way: Mapping[str, Any], cases: Mapping[str, str]) -> dict[str, Any]:
    """Time limits and fees hang on channel and case; the record hangs fees on a time: on the first one."""
    fees = [
        {
            "MAPHILEPHI": fee.get("code", ""),
            "LOAIPHILEPHI": PROCEDURE_FEES.get(fee.get("kind", ""), ""),
            "SOTIEN": str(fee["amount"]) if "amount" in fee else "",
            "DONVI": CURRENCY,
            "MOTA": fee.get("note", ""),
        }
        for fee in way.get("fees", ())
    ]
    times = [
        {
            "THOIGIANGIAIQUYET": f"{limit['amount']:g}",
            "DONVITINH": TIME_UNITS[limit["unit"]],
            "MOTA": limit.get("note", ""),
            "PHILEPHI": [],
        }
        for limit in way.get("time_limits", ())
    ]
    if fees and not times:
        times = [{"THOIGIANGIAIQUYET": "", "DONVITINH": "", "MOTA": "", "PHILEPHI": []}]
    if fees:
        times[0]["PHILEPHI"] = fees
    return {
        "KENH": CHANNELS[way["channel"]],
        "TRUONGHOP": cases.get(way.get("case", ""), ""),
        "MOTA": way.get("note", ""),
        "THOIGIAN": times,
    }


def _paper_out(paper: Mapping[str, Any]) -> dict[str, str]:
    return {
        "MAGIAYTO": paper.get("code", ""),
        "TENGIAYTO": paper["name"],
        "TENMAUDON": paper.get("template_name", ""),
        "URL": paper.get("template_url", ""),
        "SOBANCHINH": str(paper.get("originals", 0)),
        "SOBANSAO": str(paper.get("copies", 0)),
    }
