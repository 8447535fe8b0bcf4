"""The portal's record of a procedure as the hub keeps procedures. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import Unmappable
from plugins.national_portal.codes import CHANNELS
from plugins.national_portal.codes_procedure import (
    DECISION_KINDS,
    LEVELS,
    PROCEDURE_FEES,
    PROCEDURE_KINDS,
    PROCEDURE_STATES,
    SERVICE_LEVELS,
    TIME_UNITS,
    inverse,
)
from plugins.national_portal.formats import canonical_agency, digest, instant

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS_IN, STATES_IN, LEVELS_IN = inverse(PROCEDURE_KINDS), inverse(PROCEDURE_STATES), inverse(LEVELS)
CHANNELS_IN, UNITS_IN, SERVICE_LEVELS_IN = inverse(CHANNELS), inverse(TIME_UNITS), inverse(SERVICE_LEVELS)
DECISIONS_IN, FEES_IN = inverse(DECISION_KINDS), inverse(PROCEDURE_FEES)


def procedure_in(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Express a pulled record (`catalogue.pull` makes the payload) as a procedure. Raises Unmappable."""
    record = payload["record"]
    try:
        field = record["LINHVUCTHUCHIEN"][0]
        code, name, field_code = record["MATTHC"], record["TENTTHC"], field["MALINHVUC"]
        levels = [LEVELS_IN[str(level["CAPTHUCHIEN"])] for level in record["CAPTHUCHIEN"]]
    except (KeyError, IndexError, TypeError):
        raise Unmappable("The portal's record lacks its code, name, field or level.") from None
    publisher = record.get("MACOQUANCONGBO")
    cases = _cases_in(record)
    ids = {case["name"]: case["id"] for case in cases}
    document = {
        "code": code,
        "name": name,
        "kind": KINDS_IN.get(record.get("LOAITTHC") or "", "other"),
        "state": STATES_IN.get(str(record.get("TRANGTHAI")), "suspended"),  # an unknown state is never active
        "levels": list(dict.fromkeys(levels)),
        "service_level": SERVICE_LEVELS_IN.get(str(record.get("MUCDO"))),
        "field": {
            "code": field_code,
            "name": field.get("TENLINHVUC") or payload.get("fields", {}).get(field_code) or field_code,
        },
        "decision": _decision_in(record),
        "effective_from": record.get("NGAYHIEULUC"),
        "effective_to": record.get("NGAYHETHIEULUC"),
        "version": record.get("PHIENBAN") or digest(record, length=12),
        "modified_at": instant(record.get("NGAYCAPNHAT")) or payload.get("read_at"),
        "publisher": {
            "id": canonical_agency(publisher),
            "name": record.get("TENCOQUANCONGBO") or payload.get("agencies", {}).get(publisher) or publisher,
        }
        if publisher
        else None,
        "executing_agencies": [
            _present({"id": agency.get("MADONVI"), "name": agency["TENDONVI"]})
            for agency in record.get("COQUANTHUCHIEN") or ()
            if agency.get("TENDONVI")
        ],
        "receiving_address": record.get("DIACHITIEPNHAN"),
        "subjects": [one["TENDOITUONG"] for one in record.get("DOITUONGTHUCHIEN") or () if one.get("TENDOITUONG")],
        "cases": cases,
        "channels": [_way_in(way, ids) for way in record.get("CACHTHUCTHUCHIEN") or () if _channel(way)],
        "results": [
            _present({"code": one.get("MAKETQUA"), "name": one["TENKETQUA"]})
            for one in record.get("KETQUATHUCHIEN") or ()
            if one.get("TENKETQUA")
        ],
        "legal_bases": [
            _present({"number": one["SOVANBAN"], "name": one.get("TENVANBAN")})
            for one in record.get("CANCUPHAPLY") or ()
            if one.get("SOVANBAN")
        ],
        "conditions": record.get("YEUCAU"),
        "description": record.get("MOTA"),
        "keywords": record.get("TUKHOA"),
        "related": record.get("TTHCLIENQUAN"),
    }
    return _present(document)


def _decision_in(record: Mapping[str, Any]) -> dict[str, Any] | None:
    if not record.get("SOQUYETDINH"):
        return None
    kind = DECISIONS_IN.get(str(record.get("LOAIQUYETDINH")))
    return _present({"number": record["SOQUYETDINH"], "date": record.get("NGAYQUYETDINH"), "kind": kind})


def _cases_in(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One case for each name that steps or papers hang on; ids by order: TH1, TH2, …"""
    steps = {one.get("TRUONGHOP") or "": one.get("TRINHTU") or () for one in record.get("TRINHTUTHUCHIEN") or ()}
    papers = {one.get("TRUONGHOP") or "": one.get("GIAYTO") or () for one in record.get("THANHPHANHOSO") or ()}
    return [
        _present(
            {
                "id": f"TH{order}",
                "name": name or "Mọi trường hợp",
                "steps": [
                    _present({"name": step["TENTRINHTU"], "text": step.get("NOIDUNG")})
                    for step in steps.get(name, ())
                    if step.get("TENTRINHTU")
                ],
                "papers": [_paper_in(paper) for paper in papers.get(name, ()) if paper.get("TENGIAYTO")],
            }
        )
        for order, name in enumerate(dict.fromkeys([*steps, *papers]), start=1)
    ]


def _paper_in(paper: Mapping[str, Any]) -> dict[str, Any]:
    return _present(
        {
            "code": paper.get("MAGIAYTO"),
            "name": paper["TENGIAYTO"],
            "template_name": paper.get("TENMAUDON"),
            "template_url": paper.get("URL"),
            "originals": _whole(paper.get("SOBANCHINH")),
            "copies": _whole(paper.get("SOBANSAO")),
        }
    )


def _channel(way: Mapping[str, Any]) -> str | None:
    return CHANNELS_IN.get(str(way.get("KENH")))


def _way_in(way: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    times = way.get("THOIGIAN") or ()
    limits = [
        _present({"amount": amount, "unit": unit, "note": time.get("MOTA")})
        for time in times
        if (unit := UNITS_IN.get(time.get("DONVITINH") or ""))
        and (amount := _number(time.get("THOIGIANGIAIQUYET"))) is not None
    ]
    fees = [
        _present(
            {
                "code": fee.get("MAPHILEPHI"),
                "kind": FEES_IN.get(str(fee.get("LOAIPHILEPHI"))),
                "amount": _whole(fee.get("SOTIEN")),
                "unit": "VND",
                "note": fee.get("MOTA"),
            }
        )
        for time in times
        for fee in time.get("PHILEPHI") or ()
    ]
    case = ids.get(way.get("TRUONGHOP") or "")
    return _present(
        {"channel": _channel(way), "case": case, "time_limits": limits, "fees": fees, "note": way.get("MOTA")}
    )


def _number(text: Any) -> int | float | None:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return int(value) if value.is_integer() else value


def _whole(text: Any) -> int | None:
    number = _number(text)
    return None if number is None else int(number)


def _present(document: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not there: absent means the property is absent."""
    return {name: value for name, value in document.items() if value is not None and value not in ("", [], ())}
