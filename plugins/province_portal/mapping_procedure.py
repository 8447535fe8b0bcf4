"""Procedures as the record of LayThuTuc, and the record read back out of its text in a text. Pure.

Every value is a string, as in the national JSON. Fields in `ASSUMED` are in no source; a portal that leaves them out
would differ from what was published, so they are not sent where the procedure does not have them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from hub.sdk import Garbled
from plugins.province_portal.codes import (
    CURRENCY,
    DECISION_KINDS,
    FEE_KINDS,
    FILING_CHANNELS,
    LEVELS,
    NATIONAL_SUCCESS,
    PROCEDURE_KINDS,
    PROCEDURE_STATES,
    SERVICE_LEVELS,
    TIME_UNITS,
    integer,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

ASSUMED = (
    *("TENCOQUANCONGBO", "SOQUYETDINH", "NGAYQUYETDINH", "LOAIQUYETDINH", "NGAYHIEULUC", "NGAYHETHIEULUC"),
    *("PHIENBAN", "MUCDO", "MOTA", "TUKHOA", "TTHCLIENQUAN"),
)


def procedure_out(document: Mapping[str, Any]) -> dict[str, Any]:
    """Express a procedure; what it does not have is left out."""
    publisher, decision, field = document.get("publisher", {}), document.get("decision", {}), document["field"]
    cases = {case["id"]: case["name"] for case in document.get("cases", ())}
    return _known(
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
                _known({"MADONVI": agency.get("id"), "TENDONVI": agency["name"]})
                for agency in document.get("executing_agencies", ())
            ],
            "DIACHITIEPNHAN": document.get("receiving_address"),
            "TRINHTUTHUCHIEN": [
                {"TRUONGHOP": case["name"], "TRINHTU": [{"TENTRINHTU": _step(step)} for step in case.get("steps", ())]}
                for case in document.get("cases", ())
            ],
            "CACHTHUCTHUCHIEN": [_channel(channel, cases) for channel in document.get("channels", ())],
            "THANHPHANHOSO": [
                {"TRUONGHOP": case["name"], "GIAYTO": [_paper(paper) for paper in case.get("papers", ())]}
                for case in document.get("cases", ())
            ],
            "DOITUONGTHUCHIEN": [{"TENDOITUONG": name} for name in document.get("subjects", ())],
            "KETQUATHUCHIEN": [
                _known({"MAKETQUA": result.get("code"), "TENKETQUA": result["name"]})
                for result in document.get("results", ())
            ],
            "CANCUPHAPLY": [
                _known({"SOVANBAN": basis["number"], "TENVANBAN": basis.get("name")})
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


def _channel(channel: Mapping[str, Any], cases: Mapping[str, str]) -> dict[str, Any]:
    """Time limits and fees hang on the channel and the case together; a record has the fees below a time limit."""
    all_fees = [_fee(fee) for fee in channel.get("fees", ())]
    limits = channel.get("time_limits") or [{}]
    return _known(
        {
            "KENH": FILING_CHANNELS[channel["channel"]],
            "TRUONGHOP": cases.get(channel.get("case", "")),
            "MOTA": channel.get("note"),
            "THOIGIAN": [
                _known(
                    {
                        "THOIGIANGIAIQUYET": _amount(limit.get("amount")),
                        "DONVITINH": TIME_UNITS.get(limit.get("unit", "")),
                        "MOTA": limit.get("note"),
                        "PHILEPHI": all_fees if position == 0 else [],
                    }
                )
                for position, limit in enumerate(limits)
            ],
        }
    )


def _fee(fee: Mapping[str, Any]) -> dict[str, Any]:
    return _known(
        {
            "MAPHILEPHI": fee.get("code"),
            "LOAIPHILEPHI": FEE_KINDS.get(fee.get("kind", "")),
            "SOTIEN": _amount(fee.get("amount")),
            "DONVI": CURRENCY,
            "MOTA": fee.get("note"),
        }
    )


def _paper(paper: Mapping[str, Any]) -> dict[str, Any]:
    return _known(
        {
            "MAGIAYTO": paper.get("code"),
            "TENGIAYTO": paper["name"],
            "TENMAUDON": paper.get("template_name"),
            "URL": paper.get("template_url"),
            "SOBANCHINH": _amount(paper.get("originals")),
            "SOBANSAO": _amount(paper.get("copies")),
        }
    )


def _step(step: Mapping[str, Any]) -> str:
    return f"{step['name']}: {step['text']}" if "text" in step else str(step["name"])


def _amount(number: Any) -> str | None:
    return None if number is None else f"{number:g}" if isinstance(number, float) else str(number)


def _day(date: str | None) -> str | None:
    return None if date is None else date.replace("-", "")


def _known(wire: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wire.items() if value is not None}


def record_in(message: str) -> dict[str, Any] | None:
    """Return the record inside the text of LayThuTuc's `message`; None: the portal has none. Raises Garbled.

    The text is the national answer {error_code, message, result}; `result` is the record or a list of it. Some proxies
    give the record itself.
    """
    try:
        inner = orjson.loads(message)
    except orjson.JSONDecodeError:
        raise Garbled("The message of LayThuTuc holds no JSON.") from None
    if isinstance(inner, dict) and "error_code" in inner:
        if integer(inner["error_code"]) != NATIONAL_SUCCESS:
            raise Garbled("The national answer in LayThuTuc has an unknown error_code.")
        inner = inner.get("result")
    if isinstance(inner, list):
        inner = inner[0] if inner else None
    if inner is not None and not isinstance(inner, dict):
        raise Garbled("The message of LayThuTuc holds no record.")
    return inner or None
