"""Which procedures and agencies the hub knows, so that a document may be taken with a warning or refused.

A procedure is known when a procedure with its code or its national code is held. An agency is known when its first
group is a province (H01 to H63) or a ministry (G01 to G36): the hub keeps no list of all agencies.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from hub.domain.problem import Problem
from hub.domain.routing import national
from hub.store import look_ups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.flows.context import Context

ROOTS = frozenset({f"H{number:02}" for number in range(1, 64)} | {f"G{number:02}" for number in range(1, 37)})
MOST_CODES = 50_000
UNKNOWN_SECONDS = 1.0  # another process may take the procedure in meanwhile

PROCEDURE = Problem(
    "/procedure/code",
    "known",
    "unknown_procedure",
    "Hub chưa có thủ tục này; hãy gửi thủ tục hoặc kiểm tra lại mã.",
    "The hub does not hold this procedure; publish it, or look at the code again.",
)


class Knowledge:
    """Remembers procedures once seen (they are never removed), and unknown ones for a second."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._procedures: set[str] = set()
        self._unknown_until: dict[str, float] = {}

    def learn(self, code: str) -> None:
        """Hear of a procedure that was just taken in."""
        self._procedures.add(code)

    def warnings(self, documents: Sequence[tuple[str, Mapping[str, Any]]]) -> list[list[Problem]]:
        """Return what is unknown in each (kind, document); at most one query for all of them."""
        told_here = {document["code"] for kind, document in documents if kind == "procedure"}
        dossiers = [document for kind, document in documents if kind == "dossier"]
        known = self._procedures | told_here if told_here else self._procedures
        doubtful = {code for one in dossiers if known.isdisjoint(_codes(one)) for code in _codes(one)}
        unknown = self._unknown(doubtful)
        return [_warnings(document, unknown) if kind == "dossier" else [] for kind, document in documents]

    def refuses(self, warning: Problem) -> bool:
        """Tell whether the settings make this warning an error."""
        settings = self._context.settings
        rule = settings.unknown_procedure if warning.code == PROCEDURE.code else settings.unknown_agency
        return rule == "refuse"

    def _unknown(self, codes: set[str]) -> set[str]:
        missing = codes - self._procedures
        now = time.monotonic()
        asked = {code for code in missing if self._unknown_until.get(code, 0.0) <= now}
        if asked:
            with self._context.store.reading() as connection:
                held = {key for _, key in look_ups.versions(connection, [("procedure", code) for code in asked])}
            self._remember(held, asked - held, now + UNKNOWN_SECONDS)
        return missing - self._procedures

    def _remember(self, held: set[str], missing: set[str], until: float) -> None:
        if len(self._procedures) + len(self._unknown_until) > MOST_CODES:
            self._procedures, self._unknown_until = set(), {}
        self._procedures.update(held)
        self._unknown_until.update(dict.fromkeys(missing, until))


def _codes(dossier: Mapping[str, Any]) -> tuple[str, str]:
    return dossier["procedure"]["code"], national(dossier)


def _warnings(dossier: Mapping[str, Any], unknown: set[str]) -> list[Problem]:
    warnings = [PROCEDURE] if unknown.issuperset(_codes(dossier)) else []
    for role, agency in dossier["agencies"].items():
        if agency["id"].split(".", 1)[0] not in ROOTS:
            warnings.append(_agency(role))
    return warnings


def _agency(role: str) -> Problem:
    return Problem(
        f"/agencies/{role}/id",
        "known",
        "unknown_agency",
        "Hub không biết tỉnh hoặc bộ của mã cơ quan này.",
        "The hub does not know the province or ministry of this agency.",
    )
