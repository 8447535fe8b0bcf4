"""Procedure codes: `1.001193` in the national catalogue, with the agency as a suffix for local variants.

The suffix is written in either agency form (`2.002621.H56`, `3.000181.000.00.00.H22`); the new one is kept.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from hub.domain.codes import agency as agencies
from hub.domain.codes.malformed import Malformed

_CODE: Final = re.compile(r"([0-9]\.[0-9]{6})(?:\.([0-9GH.]{3,24}))?", re.ASCII)


def parse(text: str) -> tuple[str, str | None]:
    """National code and the canonical agency of the local suffix (None when there is none); raises Malformed."""
    if match := _CODE.fullmatch(text):
        try:
            return match[1], agencies.canonical(match[2]) if match[2] else None
        except Malformed:
            pass
    raise Malformed(
        "procedure_code_malformed",
        vi="không phải mã thủ tục; đúng ra là 1.001193, hoặc có hậu tố địa phương 2.002621.H56",
        en="not a procedure code; right would be 1.001193, or with a local suffix 2.002621.H56",
    )


@lru_cache(maxsize=8192)
def canonical(text: str) -> str:
    """The form the hub keeps: the suffix, if any, in the new agency form; raises Malformed."""
    code, suffix = parse(text)
    return f"{code}.{suffix}" if suffix else code


@lru_cache(maxsize=8192)
def national(code: str) -> str:
    """The code of the national catalogue: without the local suffix; raises Malformed."""
    return parse(code)[0]


def suffix(code: str) -> str | None:
    """The agency whose local variant it is, or None for a code of the national catalogue; raises Malformed."""
    return parse(code)[1]
