"""Procedures as the record of LayThuTuc. Pure.

Every value is a string, as in the national JSON. Fields in `ASSUMED` are in no source; a portal that leaves them out
would differ from what was published, so they are not sent where the procedure does not have them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugins.province_portal.codes import DECISION_KINDS, LEVELS, PROCEDURE_KINDS, PROCEDURE_STATES, SERVICE_LEVELS
from plugins.province_portal.mapping_channels import amount_out, channel_out, known

if TYPE_CHECKING:
    from collections.abc import Mapping

ASSUMED = (
    *("TENCOQUANCONGBO", "SOQUYETDINH", "NGAYQUYETDINH", "LOAIQUYETDINH", "NGAYHIEULUC", "NGAYHETHIEULUC"),
    *("PHIENBAN", "MUCDO", "MOTA", "TUKHOA", "TTHCLIENQUAN"),
)

MAY_LACK = (*ASSUMED, "MACOQUANCONGBO", "DIACHITIEPNHAN", "YEUCAU")  # left out where the procedure does not have them


def procedure_out(document: Mapping[str, Any]) -> dict[str, Any]:
    """Express a procedure; what it does not have is left out."""
    publisher, decision, field = document.get("publisher", {}), document.get("decision", {}), document["field"]
    cases = {case["id"]: case["name"] for case in document.get("cases", ())}
    return known(
        {
            "MATTHC": document["code"],
            "TENTTHC": document["name"],
            "LOAITTHC": PROCEDURE_KINDS[document["kind"]],
            "TRANGTHAI": PROCEDURE_STATES[document["state"]],
            "MACOQUANCONGBO": publisher.get("id"),
            "TENCOQUANCONGBO": publisher.get("name"),
            "LINHVUCTHUCHIEN": [{"MALINHVUC": field["code"], "TENLINHVUC": field["name"]}],
            "CAPTHUCHIEN": [{"CAPTHUCHIEN": LEVELS[level]} for level in document["levels"]],
            "COQUANTHUCHIEN": [
                known({"MADONVI": agency.get("id"), "TENDONVI": agency["name"]})
                for agency in document.get("executing_agencies", ())
            ],
            "DIACHITIEPNHAN": document.get("receiving_address"),
            "TRINHTUTHUCHIEN": [
                {"TRUONGHOP": case["name"], "TRINHTU": [{"TENTRINHTU": _step(step)} for step in case.get("steps", ())]}
                for case in document.get("cases", ())
            ],
            "CACHTHUCTHUCHIEN": [channel_out(channel, cases) for channel in document.get("channels", ())],
            "THANHPHANHOSO": [
                {"TRUONGHOP": case["name"], "GIAYTO": [_paper(paper) for paper in case.get("papers", ())]}
                for case in document.get("cases", ())
            ],
            "DOITUONGTHUCHIEN": [{"TENDOITUONG": name} for name in document.get("subjects", ())],
            "KETQUATHUCHIEN": [
                known({"MAKETQUA": result.get("code"), "TENKETQUA": result["name"]})
                for result in document.get("results", ())
            ],
            "CANCUPHAPLY": [
                known({"SOVANBAN": basis["number"], "TENVANBAN": basis.get("name")})
                for basis in document.get("legal_bases", ())
            ],
            "YEUCAU": document.get("conditions"),
            "SOQUYETDINH": decision.get("number"),
            "NGAYQUYETDINH": _day(decision.get("date")),
            "LOAIQUYETDINH": DECISION_KINDS.get(decision.get("kind", "")),
            "NGAYHIEULUC": _day(document.get("effective_from")),
            "NGAYHETHIEULUC": _day(document.get("effective_to")),
            "PHIENBAN": document["version"],
            "MUCDO": SERVICE_LEVELS.get(document.get("service_level", "")),
            "MOTA": document.get("description"),
            "TUKHOA": ", ".join(document.get("keywords", ())) or None,
            "TTHCLIENQUAN": [{"MATTHC": code} for code in document["related"]] if "related" in document else None,
        }
    )


def _paper(paper: Mapping[str, Any]) -> dict[str, Any]:
    return known(
        {
            "MAGIAYTO": paper.get("code"),
            "TENGIAYTO": paper["name"],
            "TENMAUDON": paper.get("template_name"),
            "URL": paper.get("template_url"),
            "SOBANCHINH": amount_out(paper.get("originals")),
            "SOBANSAO": amount_out(paper.get("copies")),
        }
    )


def _step(step: Mapping[str, Any]) -> str:
    return f"{step['name']}: {step['text']}" if "text" in step else str(step["name"])


def _day(date: str | None) -> str | None:
    return None if date is None else date.replace("-", "")
