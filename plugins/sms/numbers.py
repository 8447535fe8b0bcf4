"""Mobile numbers as the gateway wants them: 84 and nine digits. Pure."""

from __future__ import annotations

import re

# The eleven-digit numbers of before 2018 and what they became (Decision 798/QĐ-BTTTT of 29 May 2018).
RENUMBERED = {f"16{digit}": f"3{digit}" for digit in "23456789"} | {
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",
    "186": "56", "188": "58", "199": "59",
}  # fmt: skip
MOBILE = re.compile(r"[35789][0-9]{8}")
SEPARATORS = re.compile(r"[\s.\-()]")
PREFIXES = ("+84", "0084", "84", "0")
LENGTH, OLD_LENGTH = 9, 10  # digits after the prefix, now and before 2018


def mobile(phone: str) -> str | None:
    """Return 84xxxxxxxxx for a Vietnamese mobile number however it is written; None for anything else."""
    digits = SEPARATORS.sub("", phone)
    for prefix in PREFIXES:
        if digits.startswith(prefix):
            digits = digits.removeprefix(prefix)
            break
    else:
        return None
    if len(digits) > LENGTH:
        digits = digits.removeprefix("0")  # "+84 (0) 901…"
    if len(digits) == OLD_LENGTH and digits[:3] in RENUMBERED:
        digits = RENUMBERED[digits[:3]] + digits[3:]
    return f"84{digits}" if MOBILE.fullmatch(digits) else None
