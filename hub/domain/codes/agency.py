"""Agency identifiers (Decision 20/2020/QĐ-TTg, amended by 09/2025/QĐ-TTg): two written forms, one kept.

Old form, right to left in four groups: `000.17.22.H56` (level 4, 3, 2, 1). New form, left to right: `H56.22.17`.
Kept is the new form without its trailing zero groups. Zero groups *inside* stay, or two agencies would become one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from hub.domain.codes.malformed import Malformed

_OLD: Final = re.compile(r"([0-9]{3})\.([0-9]{2})\.([0-9]{2})\.([GH][0-9]{2})", re.ASCII)
_NEW: Final = re.compile(r"([GH][0-9]{2})((?:\.[0-9]{1,4}){0,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency identifier, level by level from the top: ("H56", "22", "17")."""

    levels: tuple[str, ...]

    @property
    def root(self) -> str:
        """The ministry (Gxx) or province (Hxx) it belongs to."""
        return self.levels[0]

    def __str__(self) -> str:
        return ".".join(self.levels)


def parse(text: str) -> Agency:
    """Read either form; raises Malformed."""
    if match := _NEW.fullmatch(text):
        return Agency(_trim((match[1], *match[2].split(".")[1:])))
    if match := _OLD.fullmatch(text):
        return Agency(_trim((match[4], match[3], match[2], match[1])))
    raise Malformed(
        "agency_id_malformed",
        vi="không phải mã định danh cơ quan; đúng ra là dạng mới H56.22.17 hoặc dạng cũ 000.17.22.H56",
        en="not an agency identifier; right would be the new form H56.22.17 or the old form 000.17.22.H56",
    )


@lru_cache(maxsize=8192)
def canonical(text: str) -> str:
    """The form the hub keeps: left to right, without trailing zero groups; raises Malformed."""
    return str(parse(text))


def _trim(levels: tuple[str, ...]) -> tuple[str, ...]:
    end = len(levels)
    while end > 1 and not levels[end - 1].strip("0"):
        end -= 1
    return levels[:end]
