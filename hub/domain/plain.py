"""Tells at a glance that no text and no number of a document needs a change: most documents are so.

Only what is not ASCII can be out of NFC, and it is a tenth of a document: it is taken out first. Taken apart from its
neighbours it cannot be asked whether it is in NFC, but a text in which each single character is sure to stay what it
is, whatever stands beside it, is (the "quick check" of Unicode Standard Annex 15).
"""

from __future__ import annotations

import re
import sys
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from unicodedata import combining, is_normalized, normalize

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASCII: Final = bytes(range(0x80))
_BASIC: Final = 0x10000  # the characters from here on (emoji, rare ideographs) are left to the full walk
_SURROGATES: Final = range(0xD800, 0xE000)

_WHOLE_FLOAT: Final = re.compile(rb"\.0[,}\]]")
"""How a float that is a whole number ends in JSON; inside a text this costs a full walk and harms nothing."""

_LARGE_FLOAT: Final = re.compile(rb"e\+[0-9]{2,3}[,}\]]")
_NUL: Final = b"\\u0000"


def is_plain(document: dict[str, Any]) -> bool:
    """Tell that all text is in NFC already and no number is a float that is whole or large; False: look closer."""
    try:
        written = orjson.dumps(document)
    except (TypeError, ValueError):  # lone surrogates, or what is not JSON: the full walk tells
        return False
    if _NUL in written or _WHOLE_FLOAT.search(written) or _LARGE_FLOAT.search(written):
        return False
    return _unsure().search(written.translate(None, _ASCII).decode()) is None


@cache
def _unsure() -> re.Pattern[str]:
    """Find a character that may change, or may change its neighbour, when a text is brought into NFC."""
    ranges = "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in _ranges(sorted(map(ord, unsure_characters()))))
    return re.compile(f"[{ranges}\\U{_BASIC:08x}-\\U{sys.maxunicode:08x}]")


def unsure_characters() -> set[str]:
    """Return those that combine, that are written otherwise in NFC, or that stand second in what NFC writes as one."""
    unsure: set[str] = set()
    for number in range(0x80, _BASIC):
        character = chr(number)
        if number in _SURROGATES:
            continue
        if combining(character) or not is_normalized("NFC", character):
            unsure.add(character)
        unsure.update(normalize("NFD", character)[1:])
    return unsure


def _ranges(numbers: list[int]) -> Iterator[tuple[int, int]]:
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        block = [number for _, number in run]
        yield block[0], block[-1]
