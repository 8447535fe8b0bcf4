"""Procedures coming down: the list tells little, so fingerprints in the cursor tell what changed.

The portal documents no mark of change. A row of the list that is new or differs is read at once; when no row differs,
a few procedures are read again in turn, so that a change the list does not show comes down within some pulls.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from hub.sdk import Garbled, Item, Page
from plugins.national_portal.answers import NOT_GIVEN, Meaning, record_of
from plugins.national_portal.codes import LIST_AGENCIES, LIST_FIELDS, LIST_PROCEDURES, READ_PROCEDURE
from plugins.national_portal.formats import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub.sdk import Clock
    from plugins.national_portal.client import Portal

PAGE = 20  # procedures read for one page
SHORT = 8  # characters of a fingerprint in the cursor
RECORD_STAMP = "NGAYCAPNHAT"


@dataclass(slots=True)
class Cursor:
    """prints: code → fingerprints of row and record; turn: the last one read again; at: the last whole pull."""

    prints: dict[str, str] = field(default_factory=dict)
    turn: str = ""
    at: str = ""

    @classmethod
    def read(cls, text: str | None) -> Cursor:
        return cls(**orjson.loads(text)) if text else cls()

    def text(self) -> str:
        known = {"prints": self.prints, "turn": self.turn, "at": self.at}
        return orjson.dumps(known, option=orjson.OPT_SORT_KEYS).decode()


def pull(portal: Portal, cursor: str | None, *, clock: Clock, sweep: int, log: Any) -> Page:
    """Bring at most `PAGE` procedures that are new or changed since the cursor."""
    known = Cursor.read(cursor)
    now = clock.now().replace(microsecond=0)
    known.at = known.at or now.isoformat()
    rows = {str(row["MATTHC"]): digest(row, length=SHORT) for row in _rows(portal, LIST_PROCEDURES, key="MATTHC")}
    for code in sorted(known.prints.keys() - rows.keys()):
        log.warning("national_portal.procedure_unlisted", procedure=code)
        del known.prints[code]
    changed = sorted(code for code, mark in rows.items() if known.prints.get(code, "")[:SHORT] != mark)
    again = [] if changed else _next_in_turn(sorted(rows), known, sweep)
    records = {}
    for code in changed[:PAGE] or again:
        record = _record(portal, code)
        mark = rows[code] + (digest(record, length=SHORT) if record else "")
        if record and known.prints.get(code) != mark and known.prints.get(code, "")[SHORT:] != mark[SHORT:]:
            records[code] = record
        known.prints[code] = mark
    items = _items(portal, records, read_at=known.at)
    more = len(changed) > PAGE
    if not more and (changed or again):
        known.at = max(now, datetime.fromisoformat(known.at) + timedelta(seconds=1)).isoformat()  # it must grow
    return Page(items, known.text(), more=more)


def _next_in_turn(codes: list[str], known: Cursor, count: int) -> list[str]:
    chosen = [code for code in codes if code > known.turn][:count]
    known.turn = chosen[-1] if chosen and len(chosen) == count and chosen[-1] != codes[-1] else ""
    return chosen


def _record(portal: Portal, code: str) -> dict[str, Any] | None:
    reply = portal.call(READ_PROCEDURE, maTTHC=code)
    record = record_of(reply.result)
    if reply.meaning in NOT_GIVEN or (reply.meaning is Meaning.TAKEN and record == {}):
        return None
    if reply.meaning is not Meaning.TAKEN or not isinstance(record, dict) or record.get("MATTHC") != code:
        raise Garbled("The portal lists a procedure that it does not give.", code=reply.code)
    return record


def _items(portal: Portal, records: Mapping[str, Mapping[str, Any]], *, read_at: str) -> list[Item]:
    """With the names of agencies and fields where a record has only their codes: mapping asks nobody."""
    agencies, fields = {}, {}
    if any(record.get("MACOQUANCONGBO") and not record.get("TENCOQUANCONGBO") for record in records.values()):
        agencies = {row["MADONVI"]: row.get("TENDONVI") for row in _rows(portal, LIST_AGENCIES, key="MADONVI")}
    if any(not one.get("TENLINHVUC") for record in records.values() for one in _fields(record)):
        fields = {row["MALINHVUC"]: row.get("TENLINHVUC") for row in _rows(portal, LIST_FIELDS, key="MALINHVUC")}
    items = []
    for record in records.values():
        payload: dict[str, Any] = {"record": record}
        publisher = record.get("MACOQUANCONGBO")
        if agencies.get(publisher):
            payload["agencies"] = {publisher: agencies[publisher]}
        if names := {
            one["MALINHVUC"]: fields[one["MALINHVUC"]] for one in _fields(record) if fields.get(one.get("MALINHVUC"))
        }:
            payload["fields"] = names
        if not record.get(RECORD_STAMP):
            payload["read_at"] = read_at
        items.append(Item(payload))
    return items


def _fields(record: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return record.get("LINHVUCTHUCHIEN") or ()


def _rows(portal: Portal, service: str, *, key: str) -> list[dict[str, Any]]:
    reply = portal.call(service)
    if reply.meaning is not Meaning.TAKEN or not isinstance(reply.result, list):
        raise Garbled(f"{service} gave no list.", code=reply.code)
    return [row for row in reply.result if isinstance(row, dict) and row.get(key)]
