"""Codes of result papers: `KQ.G15.000031` (a birth certificate): KQ, the root agency that defines it, six digits."""

from __future__ import annotations

import re
from typing import Final

from hub.domain.codes.malformed import Malformed

_CODE: Final = re.compile(r"KQ\.([GH][0-9]{2})\.([0-9]{6})", re.ASCII)


def parse(text: str) -> tuple[str, str]:
    """The ministry or province that defines the paper, and its number; raises Malformed."""
    if match := _CODE.fullmatch(text):
        return match[1], match[2]
    raise Malformed(
        "result_code_malformed",
        vi="không phải mã giấy tờ kết quả; đúng ra là KQ.G15.000031",
        en="not a result code; right would be KQ.G15.000031",
    )


def canonical(text: str) -> str:
    """The code itself, there being one form only; raises Malformed."""
    return "KQ.{}.{}".format(*parse(text))
