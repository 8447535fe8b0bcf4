"""A dossier as a case of the ministry's software. Pure; the tables come first (the form's fields: `fields`)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from hub.sdk import Unmappable
from plugins.civil_status.fields import OPTIONAL, TABLES
from plugins.civil_status.formats import stamp
from plugins.civil_status.papers import Link, contents, files
from plugins.civil_status.reports import Report, national_code, reports

MODULES: Mapping[str, str] = {"birth": "LTKS", "death": "LTKT", "marriage": "LTKH"}

# National code of the procedure -> what is registered; setting `procedures`.
PROCEDURES: Mapping[str, str] = {
    "1.001193": "birth",
    "1.000656": "death",
    "1.000894": "marriage",
    "2.000986": "birth",  # interlinked: birth, residence, health insurance
    "2.001023": "birth",  # interlinked: birth, health insurance
    "2.002621": "birth",  # interlinked by Decree 63/2024/NĐ-CP
    "2.002622": "death",  # interlinked by Decree 63/2024/NĐ-CP
}

BEFORE_ACCEPTANCE = frozenset({"registered", "refused"})


@dataclass(frozen=True, slots=True)
class Mapped:
    """The case, the fingerprints of what was declared and of that with its files, and the reports in their order."""

    case: Mapping[str, Any]
    digest: str
    whole: str
    reports: Sequence[Report]


def is_accepted(document: Mapping[str, Any]) -> bool:
    """Tell whether the one-stop shop has taken the dossier in."""
    statuses = {event["status"] for event in document.get("events", ())}
    return bool(document.get("received_at") or statuses - BEFORE_ACCEPTANCE)


def case(
    document: Mapping[str, Any], *, procedures: Mapping[str, str], units: Mapping[str, str], unit: str, link: Link
) -> Mapped:
    """Express the whole dossier. Raises Unmappable naming what is missing."""
    kind = procedures[national_code(document)]
    form = document["form"]
    if form["code"] != kind:
        raise Unmappable(f"/form/code: the procedure registers a {kind}.")
    declared = orjson.dumps({"hoTich": declaration(kind, form["data"])}).decode()
    body = {
        "maDonVi": units.get(document["agencies"]["competent"]["id"], unit),
        "module": MODULES[kind],
        "maHoSoLT": document.get("numbers", {}).get("interlink", ""),
        "maHoSoMCDT": document["code"],
        "ngayTiepNhan": _received(document),
        "data": declared,
        "fileDinhKem": files(document, link),
    }
    whole = orjson.dumps([declared, contents(document)])
    return Mapped(body, _fingerprint(declared.encode()), _fingerprint(whole), reports(document))


def declaration(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Write the declaration field by field. Raises Unmappable with the JSON pointer of what is missing or wrong."""
    written: dict[str, Any] = {}
    for row in TABLES[kind]:
        value = _find(data, row.path)
        if value in (None, ""):
            if row.required and not (_person(row.path) in OPTIONAL and not data.get(_person(row.path))):
                raise Unmappable(f"/form/data/{row.path}: missing.")
            continue
        try:
            written[row.target] = row.write(value)
        except ValueError as problem:
            raise Unmappable(f"/form/data/{row.path}: {problem}.") from None
    return written


def _received(document: Mapping[str, Any]) -> str:
    times = [event["occurred_at"] for event in document.get("events", ()) if event["status"] == "accepted"]
    received = document.get("received_at") or (times[0] if times else None)
    if received is None:
        raise Unmappable("/received_at: missing.")
    return stamp(received)


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _find(data: Mapping[str, Any], path: str) -> Any:
    value: Any = data
    for name in path.split("/"):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _person(path: str) -> str:
    return path.partition("/")[0]
