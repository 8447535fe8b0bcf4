"""Which channels want a record: kinds, agencies and procedures of the channel's routing, then the connector's word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.domain.codes import agency as agency_codes
from hub.domain.codes import procedure_code
from hub.domain.codes.malformed import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Routing:
    """Empty tuples mean all. agencies: canonical prefixes ("H56" holds "H56.14").

    procedures of dossiers: national codes (`2.002621`, with all its local variants) or local ones (`2.002621.H56`).
    """

    kinds: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()

    @classmethod
    def read(cls, wish: Mapping[str, Any]) -> Routing:
        """Make it from the channel's JSON. Raises ValueError naming an unknown property."""
        unknown = set(wish) - {"kinds", "agencies", "procedures"}
        if unknown:
            raise ValueError(f"routing has no {', '.join(sorted(unknown))}; it has kinds, agencies, procedures")
        kinds, agencies, procedures = (tuple(wish.get(name, ())) for name in ("kinds", "agencies", "procedures"))
        return cls(
            kinds,
            tuple(_kept(agency_codes.canonical, each) for each in agencies),
            tuple(_kept(procedure_code.canonical, each) for each in procedures),
        )

    def lets(self, kind: str, document: Mapping[str, Any]) -> bool:
        """Tell whether the record passes."""
        if self.kinds and kind not in self.kinds:
            return False
        if self.agencies and not any(within(agency_of(kind, document), prefix) for prefix in self.agencies):
            return False
        return not self.procedures or kind != "dossier" or not _codes(document).isdisjoint(self.procedures)


def within(agency: str, prefix: str) -> bool:
    """Tell whether an agency is the prefix or under it, both canonical: "H5" does not hold "H56"."""
    return agency == prefix or agency.startswith(prefix + ".")


def agency_of(kind: str, document: Mapping[str, Any]) -> str:
    """Return the agency that owns the record: who is competent for a dossier, who publishes a procedure."""
    if kind == "dossier":
        agencies = document.get("agencies", {})
        agency = agencies.get("competent") or agencies.get("received") or {}
        return str(agency.get("id") or _from_number(str(document["code"])))
    if kind == "procedure":
        return str(document.get("publisher", {}).get("id", ""))
    return _from_number(str(document.get("dossier") or document["number"]))


def national(document: Mapping[str, Any]) -> str:
    """Return the national code of the dossier's procedure."""
    procedure = document.get("procedure", {})
    return str(procedure.get("national_code") or ".".join(str(procedure.get("code", "")).split(".")[:2]))


def _codes(document: Mapping[str, Any]) -> set[str]:
    """Return the codes that the dossier's procedure goes by."""
    return {national(document), str(document.get("procedure", {}).get("code", ""))}


def _kept(canonical: Callable[[str], str], written: str) -> str:
    """What is no such code stays as it is and lets nothing through; a new wish with such a one is refused."""
    try:
        return canonical(written)
    except Malformed:
        return written


def _from_number(number: str) -> str:
    """Dossier numbers begin with the agency that issued them."""
    return number.split("-", 1)[0]
