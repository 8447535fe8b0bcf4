"""Dossier numbers: agency, date and counter, `H56.14-260511-0007` (Circular 03/2025/TT-VPCP).

Both agency forms and both date widths (yyMMdd and yyyyMMdd) occur; only the agency is rewritten, date and counter are
kept as written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from hub.domain.codes import agency as agencies
from hub.domain.codes.malformed import Malformed

_NUMBER: Final = re.compile(r"([0-9GH.]{3,24})-([0-9]{8}|[0-9]{6})-([0-9]{4,7})", re.ASCII)


@dataclass(frozen=True, slots=True)
class DossierNumber:
    """A dossier number in its three parts; the agency is canonical."""

    agency: str
    day: str
    counter: str

    @property
    def date(self) -> date | None:
        """The day in the number, or None where it is no date (some offices write other things there)."""
        text = self.day if len(self.day) == len("yyyyMMdd") else "20" + self.day
        try:
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.agency}-{self.day}-{self.counter}"


def parse(text: str) -> DossierNumber:
    """Read any known form; raises Malformed."""
    return DossierNumber(*_parts(text))


def canonical(text: str) -> str:
    """The form the hub keeps: the agency in its new form, date and counter as written; raises Malformed."""
    return "-".join(_parts(text))


def is_dossier_number(text: str) -> bool:
    """Whether a text is a dossier number in any known form (specialised software has numbers of other shapes)."""
    try:
        _parts(text)
    except Malformed:
        return False
    return True


def _parts(text: str) -> tuple[str, str, str]:
    """Agency (canonical), date and counter."""
    if match := _NUMBER.fullmatch(text):
        try:
            return agencies.canonical(match[1]), match[2], match[3]
        except Malformed:
            pass
    raise Malformed(
        "dossier_code_malformed",
        vi="không phải mã hồ sơ; đúng ra là mã cơ quan, ngày và số thứ tự, ví dụ H56.14-260511-0007",
        en="not a dossier number; right would be agency, date and counter, for example H56.14-260511-0007",
    )
