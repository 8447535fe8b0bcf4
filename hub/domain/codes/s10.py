"""Postal item codes by the UPU standard S10: two letters, eight digits, a check digit, two letters of the country."""

from __future__ import annotations

import re
from typing import Final

from hub.domain.codes.malformed import Malformed

_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)
_CODE: Final = re.compile(r"([A-Z]{2})([0-9]{8})([0-9])([A-Z]{2})", re.ASCII)


def check_digit(serial: str) -> int:
    """The check digit of an eight-digit serial number: weighted sum modulo 11, with 10 written 0 and 11 written 5."""
    remainder = sum(int(digit) * weight for digit, weight in zip(serial, _WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(11 - remainder, 11 - remainder)


def canonical(text: str) -> str:
    """The code without blanks; raises Malformed with `item_code_malformed` or `item_code_check_digit`."""
    match = _CODE.fullmatch(text.replace(" ", ""))
    if match is None:
        raise Malformed(
            "item_code_malformed",
            vi="không phải mã bưu gửi S10; đúng ra là hai chữ cái, chín chữ số, hai chữ cái mã nước",
            en="not an S10 item code; right would be two letters, nine digits, two letters of the country",
        )
    if check_digit(match[2]) != int(match[3]):
        raise Malformed(
            "item_code_check_digit",
            vi="sai chữ số kiểm tra của mã bưu gửi S10; hãy kiểm tra lại mã trên bưu gửi",
            en="the check digit of the S10 item code is wrong; look at the code on the item again",
        )
    return match[0]


def is_valid(text: str) -> bool:
    """Whether a text is an S10 code with the right check digit."""
    try:
        canonical(text)
    except Malformed:
        return False
    return True


def country(text: str) -> str:
    """The country that issued the code, two letters; raises Malformed."""
    return canonical(text)[-2:]
