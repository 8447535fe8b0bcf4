"""What the demo ships: a catalogue of real procedures and a list of communes (facts alone)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

HOME = "38"  # Thanh Hóa, agency code H56: the province whose district systems the demo plays
AGENCY = "H56"
COMMON = ("1.001193", "1.000894", "1.000656", "1.004873", "2.000635", "2.000908", "1.004222", "1.004194")
VALID_ON = "2025-07-01"  # the communes of the reform


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune as it is since the reform. `agency` is made up: the shipped list has no agency ids of communes."""

    province: str
    province_name: str
    code: str
    name: str
    agency: str

    @property
    def address(self) -> dict[str, Any]:
        """The two levels of an address."""
        return {
            "province": {"code": self.province, "name": self.province_name},
            "commune": {"code": self.code, "name": self.name, "valid_on": VALID_ON},
        }

    @property
    def office(self) -> dict[str, str]:
        """The commune's people's committee as an agency."""
        return {"id": self.agency, "name": f"UBND {self.name[0].lower()}{self.name[1:]}"}


@cache
def procedures() -> tuple[dict[str, Any], ...]:
    """The catalogue, in the order of its codes."""
    lines = (files("hub.demo") / "data" / "procedures.ndjson").read_bytes().splitlines()
    return tuple(orjson.loads(line) for line in lines)


@cache
def communes() -> tuple[Commune, ...]:
    """All communes of the shipped list; those of the demo's own province are agencies too."""
    text = (files("hub.demo") / "data" / "communes.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return tuple(
        Commune(row["province"], row["province_name"], row["code"], row["name"], f"{AGENCY}.{number}")
        for number, row in enumerate(rows, start=101)
    )


def offered(number: int) -> list[dict[str, Any]]:
    """What the province's communes offer: `number` of the catalogue, as the province's own variants (suffix H56)."""
    catalogue = {each["code"]: each for each in procedures()}
    communal = [code for code, each in catalogue.items() if "commune" in each["levels"] and code not in COMMON]
    rest = [code for code in catalogue if code not in COMMON and code not in communal]
    chosen = [*(code for code in COMMON if code in catalogue), *communal, *rest][:number]
    return [_local(catalogue[code]) for code in chosen]


def national(code: str) -> str:
    """The code without the province's suffix."""
    return code.removesuffix(f".{AGENCY}")


def _local(procedure: dict[str, Any]) -> dict[str, Any]:
    province = {"id": AGENCY, "name": "UBND tỉnh Thanh Hóa"}
    return {**procedure, "code": f"{procedure['code']}.{AGENCY}", "publisher": province}
