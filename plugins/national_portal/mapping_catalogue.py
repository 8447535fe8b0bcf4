"""The portal's record of a procedure as the hub keeps procedures. Pure.

People write these records: texts are brought into the form they must have here, and a code of another form is left
out. Only what names the procedure, its field and its levels must be right, else nothing of it would come down.
"""

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
from plugins.national_portal.formats import canonical_agency, digest, instant, line, text
from plugins.national_portal.mapping_values import (
    ADDRESS,
    AGENCY,
    PROCEDURE,
    RESULT,
    TOKEN,
    day,
    lines,
    listed,
    matching,
    money,
    number,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KINDS_IN, STATES_IN, LEVELS_IN = inverse(PROCEDURE_KINDS), inverse(PROCEDURE_STATES), inverse(LEVELS)
CHANNELS_IN, UNITS_IN, SERVICE_LEVELS_IN = inverse(CHANNELS), inverse(TIME_UNITS), inverse(SERVICE_LEVELS)
DECISIONS_IN, FEES_IN = inverse(DECISION_KINDS), inverse(PROCEDURE_FEES)
EVERY_CASE = "Mọi trường hợp"


def procedure_in(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Express a pulled record (`catalogue.pull` makes the payload) as a procedure. Raises Unmappable."""
    record = payload["record"]
    try:
        field = record["LINHVUCTHUCHIEN"][0]
        code, name, field_code = record["MATTHC"], record["TENTTHC"], field["MALINHVUC"]
        levels = [LEVELS_IN[str(level["CAPTHUCHIEN"])] for level in record["CAPTHUCHIEN"]]
    except (KeyError, IndexError, TypeError):
        raise Unmappable("The portal's record lacks its code, name, field or level.") from None
    publisher = matching(record.get("MACOQUANCONGBO"), AGENCY)
    cases = _cases_in(record)
    ids = {case["name"]: case["id"] for case in cases}
    document = {
        "code": code,
        "name": line(name, 2000),
        "kind": KINDS_IN.get(record.get("LOAITTHC") or "", "other"),
        "state": STATES_IN.get(str(record.get("TRANGTHAI")), "suspended"),  # an unknown state is never active
        "levels": list(dict.fromkeys(levels)),
        "service_level": SERVICE_LEVELS_IN.get(str(record.get("MUCDO"))),
        "field": {
            "code": field_code,
            "name": line(field.get("TENLINHVUC") or payload.get("fields", {}).get(field_code) or field_code),
        },
        "decision": _decision_in(record),
        "effective_from": day(record.get("NGAYHIEULUC")),
        "effective_to": day(record.get("NGAYHETHIEULUC")),
        "version": line(record.get("PHIENBAN"), 64) or digest(record, length=12),
        "modified_at": instant(record.get("NGAYCAPNHAT")) or payload.get("read_at"),
        "publisher": {
            "id": canonical_agency(publisher),
            "name": line(record.get("TENCOQUANCONGBO") or payload.get("agencies", {}).get(publisher) or publisher),
        }
        if publisher
        else None,
        "executing_agencies": [
            _present({"id": matching(agency.get("MADONVI"), AGENCY), "name": line(agency["TENDONVI"], 4000)})
            for agency in record.get("COQUANTHUCHIEN") or ()
            if line(agency.get("TENDONVI"))
        ],
        "receiving_address": text(record.get("DIACHITIEPNHAN"), 4000),
        "subjects": lines(one.get("TENDOITUONG") for one in record.get("DOITUONGTHUCHIEN") or ()),
        "cases": cases,
        "channels": [_way_in(way, ids) for way in record.get("CACHTHUCTHUCHIEN") or () if _channel(way)],
        "results": [
            _present({"code": matching(one.get("MAKETQUA"), RESULT), "name": line(one["TENKETQUA"], 4000)})
            for one in record.get("KETQUATHUCHIEN") or ()
            if line(one.get("TENKETQUA"))
        ],
        "legal_bases": [
            _present({"number": line(one["SOVANBAN"], 200), "name": text(one.get("TENVANBAN"), 4000)})
            for one in record.get("CANCUPHAPLY") or ()
            if line(one.get("SOVANBAN"))
        ],
        "conditions": text(record.get("YEUCAU")),
        "description": text(record.get("MOTA")),
        "keywords": lines(listed(record.get("TUKHOA"))),
        "related": [code for one in listed(record.get("TTHCLIENQUAN")) if (code := matching(one, PROCEDURE))],
    }
    return _present(document)


def _decision_in(record: Mapping[str, Any]) -> dict[str, Any] | None:
    written = line(record.get("SOQUYETDINH"), 100)
    if not written:
        return None
    kind = DECISIONS_IN.get(str(record.get("LOAIQUYETDINH")))
    return _present({"number": written, "date": day(record.get("NGAYQUYETDINH")), "kind": kind})


def _cases_in(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One case for each name that steps, papers or ways hang on; ids by order: TH1, TH2, …"""
    steps = _by_case(record.get("TRINHTUTHUCHIEN"), "TRINHTU")
    papers = _by_case(record.get("THANHPHANHOSO"), "GIAYTO")
    ways = [name for way in record.get("CACHTHUCTHUCHIEN") or () if (name := _case_of(way))]
    return [
        _present(
            {
                "id": f"TH{order}",
                "name": name or EVERY_CASE,
                "steps": [_step_in(step) for step in steps.get(name, ()) if line(step.get("TENTRINHTU"))],
                "papers": [_paper_in(paper) for paper in papers.get(name, ()) if text(paper.get("TENGIAYTO"))],
            }
        )
        for order, name in enumerate(dict.fromkeys([*steps, *papers, *ways]), start=1)
    ]


def _by_case(given: Iterable[Mapping[str, Any]] | None, name: str) -> dict[str, list[Mapping[str, Any]]]:
    """What hangs on each case; a case may stand there several times."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in given or ():
        found.setdefault(_case_of(one), []).extend(one.get(name) or ())
    return found


def _case_of(one: Mapping[str, Any]) -> str:
    return line(one.get("TRUONGHOP"), 4000)


def _step_in(step: Mapping[str, Any]) -> dict[str, Any]:
    """The portal writes whole pages into TENTRINHTU: the first line names the step, the rest is its text."""
    whole = text(step["TENTRINHTU"])
    name, _, rest = whole.partition("\n")
    if len(line(name, 4001)) > 4000:
        rest = whole
    return _present({"name": line(name, 4000), "text": text("\n".join([rest, text(step.get("NOIDUNG"))]))})


def _paper_in(paper: Mapping[str, Any]) -> dict[str, Any]:
    return _present(
        {
            "code": matching(paper.get("MAGIAYTO"), TOKEN),
            "name": text(paper["TENGIAYTO"], 8000),
            "template_name": line(paper.get("TENMAUDON"), 4000),
            "template_url": matching(paper.get("URL"), ADDRESS),
            "originals": whole(paper.get("SOBANCHINH"), 1000),
            "copies": whole(paper.get("SOBANSAO"), 1000),
        }
    )


def _channel(way: Mapping[str, Any]) -> str | None:
    return CHANNELS_IN.get(str(way.get("KENH")))


def _way_in(way: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    times, limits, notes = way.get("THOIGIAN") or (), [], [text(way.get("MOTA"))]
    for time in times:
        unit, amount = UNITS_IN.get(time.get("DONVITINH") or ""), number(time.get("THOIGIANGIAIQUYET"), 10_000)
        if unit and amount is not None:
            limits.append(_present({"amount": amount, "unit": unit, "note": text(time.get("MOTA"), 8000)}))
        else:
            notes.append(text(time.get("MOTA")))  # "no information", and the limit in words
    fees = [
        _present(
            {
                "code": matching(fee.get("MAPHILEPHI"), TOKEN),
                "kind": FEES_IN.get(str(fee.get("LOAIPHILEPHI"))),
                "amount": money(fee.get("SOTIEN")),
                "unit": "VND",
                "note": text(fee.get("MOTA"), 8000),
            }
        )
        for time in times
        for fee in time.get("PHILEPHI") or ()
    ]
    note = text("\n".join(filter(None, notes)), 8000)
    case = ids.get(_case_of(way))
    return _present({"channel": _channel(way), "case": case, "time_limits": limits, "fees": fees, "note": note})


def _present(document: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not there: absent means the property is absent."""
    return {name: value for name, value in document.items() if value is not None and value not in ("", [], ())}
